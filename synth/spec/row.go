package spec

import (
	"fmt"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// Row makes one row of a table, from 0, whether or not anybody ever makes the
// table. The batch has one row; the caller releases it.
func (s *Spec) Row(name string, seed synth.Seed, row int64) (table.Batch, error) {
	t, err := s.find(name)
	if err != nil {
		return nil, err
	}
	w, err := s.world(seed)
	if err != nil {
		return nil, err
	}
	if err = (synth.Range{First: row, Count: 1}).Check(w.rows(t)); err != nil {
		return nil, err
	}
	return w.batch(t, row, 1)
}

// NotUniqueError says that a column's values do not lead to one row.
type NotUniqueError struct {
	Table, Column string
	Unique        []string // columns of the table that do
}

func (e *NotUniqueError) Error() string {
	what := "no column of it is"
	if len(e.Unique) > 0 {
		what = "unique are " + strings.Join(e.Unique, ", ")
	}
	return fmt.Sprintf("find row: column %q of table %q is not unique; %s", e.Column, e.Table, what)
}

// Whois finds the row of a table in which a unique column has a value, as text,
// by walking its bijection backwards; nothing is searched. It returns -1 if no
// row has it. An unknown name gets the nearest right one.
func (s *Spec) Whois(name, col string, seed synth.Seed, value string) (int64, error) {
	t, err := s.find(name)
	if err != nil {
		return -1, err
	}
	var c *column
	var known, unique []string
	for _, x := range t.columns {
		if x.name == "" {
			continue
		}
		known = append(known, x.name)
		if x.inverse != nil {
			unique = append(unique, x.name)
		}
		if x.name == col {
			c = x
		}
	}
	if c == nil {
		err = fmt.Errorf("find row: table %q has no column %q", name, col)
		if near := document.Nearest(col, known); near != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, near)
		}
		return -1, err
	}
	if c.inverse == nil {
		return -1, &NotUniqueError{name, col, unique}
	}
	w, err := s.world(seed)
	if err != nil {
		return -1, err
	}
	row, ok := c.inverse.invert(w, c, value)
	if !ok || row < 0 || row >= w.rows(t) {
		return -1, nil
	}
	// The way back is a candidate; the way there decides.
	f := newFrame(w, t, row, nil, 1)
	defer f.release()
	a, err := f.column(c)
	if err != nil {
		return -1, err
	}
	if a.IsNull(0) || string(Cell(nil, a, 0)) != value {
		return -1, nil
	}
	return row, nil
}

// Children says which rows of a child table belong to a row of its parent.
func (s *Spec) Children(child string, seed synth.Seed, parent int64) (synth.Range, error) {
	t, err := s.find(child)
	if err != nil {
		return synth.Range{}, err
	}
	if t.parent == nil {
		return synth.Range{}, fmt.Errorf("find children: table %q has no parent", child)
	}
	w, err := s.world(seed)
	if err != nil {
		return synth.Range{}, err
	}
	if err = (synth.Range{First: parent, Count: 1}).Check(w.rows(t.parent)); err != nil {
		return synth.Range{}, err
	}
	f := w.families[t.id]
	return synth.Range{First: f.start(parent), Count: f.children(parent)}, nil
}

// Relatives names a table's parent ("" for none) and the tables whose parent it
// is.
func (s *Spec) Relatives(name string) (parent string, children []string) {
	t, err := s.find(name)
	if err != nil {
		return "", nil
	}
	if t.parent != nil {
		parent = t.parent.name
	}
	for _, c := range t.children {
		children = append(children, c.name)
	}
	return parent, children
}
