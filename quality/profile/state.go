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
	rows   uint64
	cols   []*column
	sample *sample

	readers []reader
	work    *scratch
}

// New starts an empty state for tables of this schema.
func New(schema *arrow.Schema, opt Options) *State {
	n := schema.NumFields()
	opt.Workers = 0 // of no meaning for the state itself
	if opt.Distinct <= 0 {
		opt.Distinct = 16384
		for n > 64 && opt.Distinct > 1024 && opt.Distinct*n > 1<<20 {
			opt.Distinct /= 2
		}
	}
	if opt.SampleRows <= 0 {
		opt.SampleRows = 8192
		for n > 64 && opt.SampleRows > 512 && opt.SampleRows*n > 1<<19 {
			opt.SampleRows /= 2
		}
	}
	s := &State{opt: opt, schema: schema, cols: make([]*column, n)}
	for i, f := range schema.Fields() {
		s.cols[i] = newColumn(f, opt.Distinct, opt.NoValues)
	}
	s.sample = newSample(opt.SampleRows, s.cols, opt.NoValues)
	return s
}

// Schema is the schema of the rows.
func (s *State) Schema() *arrow.Schema { return s.schema }

// Rows is the number of rows seen.
func (s *State) Rows() int64 { return int64(s.rows) }

func (s *State) fits(schema *arrow.Schema) error {
	if schema.NumFields() != len(s.cols) {
		return fmt.Errorf("profile table: it has %d columns where %d were promised: %w", schema.NumFields(), len(s.cols), ErrMismatch)
	}
	for i, f := range schema.Fields() {
		c := s.cols[i]
		if f.Name != c.field.Name {
			return fmt.Errorf("profile table: column %d is %q where %q was promised: %w", i, f.Name, c.field.Name, ErrMismatch)
		}
		if v := planOf(f.Type).value; !arrow.TypeEqual(v, c.value) {
			return fmt.Errorf("profile column %q: it is %v where %v was promised: %w", f.Name, v, c.value, ErrMismatch)
		}
	}
	return nil
}

// Add takes in the rows of a batch and keeps nothing of it.
func (s *State) Add(b table.Batch) error {
	if err := s.fits(b.Schema()); err != nil {
		return err
	}
	if s.work == nil {
		s.work = new(scratch)
		s.readers = make([]reader, len(s.cols))
	}
	for i, a := range b.Columns() {
		s.readers[i].open(s.cols[i], mix(uint64(i)+pi1)|1, a)
	}
	var rows [chunkRows]uint64
	n := int(b.NumRows())
	for lo := 0; lo < n; lo += chunkRows {
		hi := min(lo+chunkRows, n)
		part := rows[:hi-lo]
		clear(part)
		for i := range s.readers {
			s.readers[i].add(s.work, lo, hi, part)
		}
		s.sample.addRows(s.work, s.readers, lo, part)
	}
	for i := range s.readers {
		s.readers[i].close()
	}
	s.rows += uint64(n)
	return nil
}

// Merge takes in all that o has seen. o is unchanged.
func (s *State) Merge(o *State) error {
	if err := s.fits(o.schema); err != nil {
		return err
	}
	if s.opt != o.opt {
		return fmt.Errorf("merge profiles: they were made with different options: %w", ErrMismatch)
	}
	s.rows += o.rows
	for i, c := range o.cols {
		s.cols[i].merge(c)
	}
	s.sample.merge(o.sample)
	return nil
}
