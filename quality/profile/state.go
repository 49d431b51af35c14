package profile

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// State is a table's profile in the making. It is not safe for concurrent use;
// give each goroutine its own and merge.
type State struct {
	opt    Options
	schema *arrow.Schema
	rows   int64
	nulls  []int64
}

// New starts an empty state for tables of this schema.
func New(schema *arrow.Schema, opt Options) *State {
	return &State{opt: opt, schema: schema, nulls: make([]int64, schema.NumFields())}
}

func (s *State) fits(schema *arrow.Schema) error {
	if schema.NumFields() != s.schema.NumFields() {
		return fmt.Errorf("profile: %d columns where %d were promised: %w", schema.NumFields(), s.schema.NumFields(), ErrMismatch)
	}
	return nil
}

// Add takes in the rows of a batch and keeps nothing of it.
func (s *State) Add(b table.Batch) error {
	if err := s.fits(b.Schema()); err != nil {
		return err
	}
	s.rows += b.NumRows()
	for i, c := range b.Columns() {
		s.nulls[i] += int64(c.NullN())
	}
	return nil
}

// Merge takes in all that o has seen. o is unchanged.
func (s *State) Merge(o *State) error {
	if err := s.fits(o.schema); err != nil {
		return err
	}
	s.rows += o.rows
	for i, n := range o.nulls {
		s.nulls[i] += n
	}
	return nil
}

// Rows is the number of rows seen.
func (s *State) Rows() int64 { return s.rows }

// Profile computes the facts.
func (s *State) Profile() *Profile {
	p := &Profile{Version: Version, Rows: s.rows}
	for i, f := range s.schema.Fields() {
		p.Columns = append(p.Columns, Column{Name: f.Name, Type: f.Type.String(), Rows: s.rows, Nulls: s.nulls[i]})
	}
	return p
}
