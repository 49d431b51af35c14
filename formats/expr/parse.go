package expr

import (
	"fmt"
	"slices"
)

// Limits of a source, so that a hostile one costs neither stack nor memory.
const (
	MaxSource = 1 << 16 // bytes
	MaxDepth  = 500     // levels of nesting, a chain a+b+c... counting one level a term
)

// Expr is a parsed expression, not yet bound to a schema.
type Expr struct {
	src  string
	root *node
}

// Parse reads an expression. Errors are of type *Error.
func Parse(src string) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, &Error{Source: src, Cause: fmt.Sprintf("source has %d bytes, at most %d are read", len(src), MaxSource)}
	}
	p := &parser{lexer: lexer{src: src}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, p.fail(p.tok.pos, "", "expression is empty")
	}
	root, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.unexpected("an operator or the end")
	}
	return &Expr{src: src, root: root}, nil
}

// Source is the text as it was given.
func (e *Expr) Source() string { return e.src }

// String is the expression in its canonical spelling; it parses to the same.
func (e *Expr) String() string { return e.root.String() }

// Columns lists the names that the expression reads, each once, in order of
// first use. Names of constants that Options define are among them.
func (e *Expr) Columns() []string {
	var out []string
	e.root.walk(func(n *node) {
		if n.op == opColumn && !slices.Contains(out, n.text) {
			out = append(out, n.text)
		}
	})
	return out
}

type parser struct {
	lexer
	tok   token
	depth int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

func (p *parser) is(op string) bool { return p.tok.kind == tokOp && p.tok.text == op }

func (p *parser) expect(op string) error {
	if !p.is(op) {
		return p.unexpected(fmt.Sprintf("%q", op))
	}
	return p.advance()
}

func (p *parser) unexpected(want string) error {
	hint := ""
	if p.tok.kind == tokName {
		switch p.tok.text {
		case "and", "AND":
			hint = "write && for and"
		case "or", "OR":
			hint = "write || for or"
		case "not", "NOT":
			hint = "write !(x in [...]) for not in"
		case "is", "IS":
			hint = "write isNull(x)"
		case "between", "BETWEEN":
			hint = "write low <= x && x <= high"
		case "like", "LIKE":
			hint = "write startsWith, endsWith, contains or matches"
		}
	}
	if p.is(">") {
		hint = "write != for not equal"
	}
	return p.fail(p.tok.pos, hint, "found %v where %s should be", p.tok, want)
}

// grow makes a node and refuses one that is too deep.
func (p *parser) grow(n *node) (*node, error) {
	for _, k := range n.kids {
		n.depth = max(n.depth, k.depth+1)
	}
	if n.depth > MaxDepth {
		return nil, p.tooDeep(n.pos)
	}
	return n, nil
}

func (p *parser) tooDeep(pos int) error {
	return p.fail(pos, "split it, or write a list with in", "expression is nested more than %d levels deep", MaxDepth)
}

func (p *parser) expr() (*node, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, p.tooDeep(p.tok.pos)
	}
	defer func() { p.depth-- }()
	cond, err := p.binary(0)
	if err != nil || !p.is("?") {
		return cond, err
	}
	pos := p.tok.pos
	if err = p.advance(); err != nil {
		return nil, err
	}
	yes, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if err = p.expect(":"); err != nil {
		return nil, err
	}
	no, err := p.expr()
	if err != nil {
		return nil, err
	}
	return p.grow(&node{op: opIf, pos: pos, kids: []*node{cond, yes, no}})
}

// levels are the binary operators, loosest first.
var levels = [...][]string{
	{"||"},
	{"&&"},
	{"<", "<=", ">", ">=", "==", "!=", "in"},
	{"+", "-"},
	{"*", "/", "%"},
}

const levelRelation = 2

func (p *parser) operatorAt(level int) bool {
	if p.tok.kind == tokName && p.tok.text == "in" {
		return level == levelRelation
	}
	return p.tok.kind == tokOp && slices.Contains(levels[level], p.tok.text)
}

func (p *parser) binary(level int) (*node, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
	for count := 0; p.operatorAt(level); count++ {
		op := p.tok
		if level == levelRelation && count > 0 {
			return nil, p.fail(op.pos, "write a < b && b < c", "comparisons are not chained")
		}
		if err = p.advance(); err != nil {
			return nil, err
		}
		var right *node
		if op.text == "in" {
			right, err = p.list()
		} else {
			right, err = p.binary(level + 1)
		}
		if err != nil {
			return nil, err
		}
		left, err = p.grow(&node{op: opBinary, text: op.text, pos: op.pos, kids: []*node{left, right}})
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (p *parser) list() (*node, error) {
	pos := p.tok.pos
	if !p.is("[") {
		return nil, p.unexpected("a list such as [1, 2]")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	kids, err := p.arguments("]")
	if err != nil {
		return nil, err
	}
	return p.grow(&node{op: opList, pos: pos, kids: kids})
}

// arguments reads expressions up to the closing mark, and the mark.
func (p *parser) arguments(closing string) ([]*node, error) {
	var kids []*node
	for !p.is(closing) {
		kid, err := p.expr()
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
		if p.is(closing) {
			break
		}
		if err = p.expect(","); err != nil {
			return nil, err
		}
		if closing == ")" && p.is(closing) {
			return nil, p.unexpected("an argument")
		}
	}
	return kids, p.advance()
}

func (p *parser) unary() (*node, error) {
	if !p.is("!") && !p.is("-") {
		return p.primary()
	}
	if p.depth++; p.depth > MaxDepth {
		return nil, p.tooDeep(p.tok.pos)
	}
	defer func() { p.depth-- }()
	op := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if op.text == "-" && (p.tok.kind == tokInt || p.tok.kind == tokFloat || p.tok.kind == tokDuration) {
		p.tok.text = "-" + p.tok.text // so that -2^63 has a spelling
		p.tok.pos = op.pos
		return p.primary()
	}
	kid, err := p.unary()
	if err != nil {
		return nil, err
	}
	return p.grow(&node{op: opUnary, text: op.text, pos: op.pos, kids: []*node{kid}})
}
