package rule

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// wholeCell judges a table by what is known when its rows are through.
type wholeCell struct {
	stateless
	judge func(rows int64, t *tally) error
	rows  int64
}

func (c *wholeCell) add(v *view, applies, _ bitmap) error {
	c.rows += applies.count()
	applies.zero()
	return nil
}

func (c *wholeCell) merge(o cell) error {
	c.rows += o.(*wholeCell).rows
	return nil
}

func (c *wholeCell) finish(t *tally) error {
	t.whole = true
	return c.judge(c.rows, t)
}

// verdictOnly makes a check that depends on the schema alone, and so is known
// when it is compiled.
func (b *binder) verdictOnly(ok bool, message string) {
	b.check.make = func(*State, bool) (cell, error) {
		return &wholeCell{judge: func(_ int64, t *tally) error {
			t.message = message
			if !ok {
				t.failed = 1
			}
			return nil
		}}, nil
	}
}

// typeNamed reads the types that a check of types accepts.
func typeNamed(n *document.Node) ([]arrow.DataType, error) {
	nodes := []*document.Node{n}
	if n.Kind == document.List {
		nodes = n.Items
	}
	var out []arrow.DataType
	for _, m := range nodes {
		t, err := table.ParseType(m.Text)
		if err != nil {
			return nil, m.Pos.Errorf("%v", err)
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, n.Pos.Errorf("expected a type, or a list of types")
	}
	return out, nil
}

// sameType says whether a column's type is what a suite means: dictionary and
// large forms count as their values, and a timestamp of a suite without
// argument means any timestamp.
func sameType(have, want arrow.DataType, word string) bool {
	if d, ok := have.(*arrow.DictionaryType); ok && want.ID() != arrow.DICTIONARY {
		have = d.ValueType
	}
	switch {
	case want.ID() == arrow.STRING && have.ID() == arrow.LARGE_STRING:
		return true
	case want.ID() == arrow.TIMESTAMP && word == "timestamp":
		return have.ID() == arrow.TIMESTAMP
	case want.ID() == arrow.DICTIONARY:
		return have.ID() == arrow.DICTIONARY
	}
	return arrow.TypeEqual(have, want)
}

func (b *binder) typed() error {
	types, err := typeNamed(b.arg)
	if err != nil {
		return err
	}
	words := []string{b.arg.Text}
	if b.arg.Kind == document.List {
		words = nil
		for _, n := range b.arg.Items {
			words = append(words, n.Text)
		}
	}
	for i, t := range types {
		if sameType(b.field.Type, t, words[i]) {
			b.verdictOnly(true, fmt.Sprintf("the column is %s", b.field.Type))
			return nil
		}
	}
	b.verdictOnly(false, fmt.Sprintf("the column is %s", b.field.Type))
	return nil
}
