package clean

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// columns is how a step names the columns that it works on: a list of names,
// one name, or "*" for all that it can work on, which is also the default.
type columns struct {
	node *document.Node
}

func (c *columns) UnmarshalNode(n *document.Node) error {
	c.node = n
	return nil
}

// pick resolves names to column numbers. can says which columns a step can
// work on; naming another is an error.
func (b *binder) pick(n *document.Node, what string, can func(arrow.DataType) bool) ([]int, error) {
	if n == nil || n.Kind == document.Bool && n.Text == "true" || n.Kind == document.String && n.Text == "*" {
		var out []int
		for i, f := range b.fields {
			if can(f.Type) {
				out = append(out, i)
			}
		}
		if len(out) == 0 {
			return nil, b.spec.At.Errorf("%s works on %s, and the table has no such column", b.spec.Kind, what)
		}
		return out, nil
	}
	nodes := []*document.Node{n}
	if n.Kind == document.List {
		nodes = n.Items
	}
	if len(nodes) == 0 {
		return nil, n.Pos.Errorf("the list of columns is empty")
	}
	var out []int
	for _, m := range nodes {
		if m.Kind != document.String && m.Kind != document.Int {
			return nil, m.Pos.Errorf("here stands %s, expected a column's name", m.Kind)
		}
		i, err := b.column(m.Text, m.Pos)
		if err != nil {
			return nil, err
		}
		if !can(b.fields[i].Type) {
			return nil, m.Pos.Errorf("%s works on %s, and column %q is %s", b.spec.Kind, what, m.Text, b.fields[i].Type)
		}
		if slices.Contains(out, i) {
			return nil, m.Pos.Errorf("column %q is there twice", m.Text)
		}
		out = append(out, i)
	}
	return out, nil
}

func (b *binder) column(name string, at document.Pos) (int, error) {
	found, names := -1, make([]string, len(b.fields))
	for i, f := range b.fields {
		names[i] = f.Name
		if f.Name != name {
			continue
		}
		if found >= 0 {
			return -1, at.Errorf("the table has more than one column %q", name)
		}
		found = i
	}
	if found >= 0 {
		return found, nil
	}
	err := at.Errorf("there is no column %q", name)
	if near := document.Nearest(name, names); near != "" {
		err.Hint = "did you mean " + near + "?"
		err.Cause += "; " + err.Hint
	} else {
		err.Hint = "the table has " + table.ListNames(names)
	}
	return -1, err
}

// decode reads the argument of a step: a mapping, or just the columns.
func (b *binder) decode(into any, cols *columns) error {
	if b.arg.Kind != document.Map {
		cols.node = b.arg
		return nil
	}
	return b.arg.Decode(into)
}

func isText(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return t.ValueType.ID() == arrow.STRING
	case *arrow.StringType, *arrow.LargeStringType:
		return true
	}
	return false
}

func anyType(arrow.DataType) bool { return true }
