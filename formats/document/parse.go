package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Parse reads one YAML or JSON document into a tree.
func Parse(name string, data []byte) (n *Node, err error) {
	p := &tree{name: name}
	start := Pos{Name: name, Line: 1, Column: 1}
	if len(data) > MaxBytes {
		return nil, start.Errorf("the document has %d bytes; at most %d are read", len(data), MaxBytes)
	}
	defer func() {
		// The parser is not ours; what it cannot cope with is the document's fault.
		if r := recover(); r != nil {
			n, err = nil, start.Errorf("this is not YAML (%v)", r)
		}
	}()
	if deepest(data) > 4*maxDepth {
		return nil, start.Errorf("brackets are nested deeper than %d", 4*maxDepth)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, p.syntax(err)
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentGroupType {
			continue
		}
		if body != nil {
			return nil, p.at(d.Body).Errorf("a second document starts here; one file holds one document")
		}
		body = d.Body
	}
	if body == nil {
		return nil, start.Errorf("the document is empty")
	}
	return p.node(body, 0)
}

// deepest counts how deep brackets nest, so that a hostile document cannot
// exhaust the parser's stack. Brackets inside quotes count too, which is only
// ever too careful.
func deepest(data []byte) int {
	depth, most := 0, 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
			most = max(most, depth)
		case ']', '}':
			depth--
		}
	}
	return most
}

type tree struct{ name string }

func (t *tree) pos(tok *token.Token) Pos {
	p := Pos{Name: t.name, Line: 1, Column: 1}
	if tok != nil && tok.Position != nil {
		p.Line, p.Column = tok.Position.Line, tok.Position.Column
	}
	return p
}

func (t *tree) at(n ast.Node) Pos { return t.pos(n.GetToken()) }

func (t *tree) syntax(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		msg, _, _ := strings.Cut(y.GetMessage(), "\n")
		return t.pos(y.GetToken()).Errorf("%s", msg)
	}
	return t.pos(nil).Errorf("%v", err)
}

func (t *tree) node(n ast.Node, depth int) (*Node, error) {
	if n == nil {
		return &Node{Pos: t.pos(nil)}, nil
	}
	out := &Node{Pos: t.at(n)}
	if depth > maxDepth {
		return nil, out.Pos.Errorf("values are nested deeper than %d", maxDepth)
	}
	switch v := n.(type) {
	case *ast.NullNode:
		out.Kind = Null
	case *ast.BoolNode:
		out.Kind, out.Text = Bool, fmt.Sprint(v.Value)
	case *ast.IntegerNode:
		out.Kind, out.Text = Int, v.GetToken().Value
	case *ast.FloatNode:
		out.Kind, out.Text = Float, v.GetToken().Value
	case *ast.InfinityNode, *ast.NanNode:
		out.Kind, out.Text = Float, n.GetToken().Value
	case *ast.StringNode:
		out.Kind, out.Text = String, v.Value
	case *ast.LiteralNode:
		out.Kind, out.Text = String, v.Value.Value
	case *ast.SequenceNode:
		out.Kind = List
		for _, item := range v.Values {
			c, err := t.node(item, depth+1)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, c)
		}
	case *ast.MappingNode:
		out.Kind = Map
		if len(v.Values) > 0 && v.Values[0].Key != nil {
			out.Pos = t.pos(v.Values[0].Key.GetToken())
		}
		seen := make(map[string]bool, len(v.Values))
		for _, pair := range v.Values {
			if err := t.pair(out, pair, seen, depth); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		out.Kind = Map
		out.Pos = t.pos(v.Key.GetToken())
		if err := t.pair(out, v, map[string]bool{}, depth); err != nil {
			return nil, err
		}
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, out.Pos.Errorf("anchors, aliases and merge keys are not read; write the value out")
	case *ast.TagNode:
		return nil, out.Pos.Errorf("tags such as %q are not read", n.GetToken().Value)
	default:
		return nil, out.Pos.Errorf("%s is not read here", n.Type())
	}
	return out, nil
}

func (t *tree) pair(out *Node, v *ast.MappingValueNode, seen map[string]bool, depth int) error {
	at := t.pos(v.Key.GetToken())
	if _, ok := v.Key.(*ast.MergeKeyNode); ok {
		return at.Errorf("merge keys are not read; write the values out")
	}
	var key string
	switch k := v.Key.(type) {
	case *ast.StringNode:
		key = k.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		key = v.Key.GetToken().Value
	default:
		return at.Errorf("a key is a word, not %s", v.Key.Type())
	}
	if seen[key] {
		return at.Errorf("key %q is given twice", key)
	}
	seen[key] = true
	val, err := t.node(v.Value, depth+1)
	if err != nil {
		return err
	}
	if val.Kind == Null {
		val.Pos = at
	}
	out.Pairs = append(out.Pairs, Pair{Key: key, At: at, Value: val})
	return nil
}
