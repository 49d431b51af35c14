package finance

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// layout says which columns of a table are made, and in what order they stand.
// What is left out is not computed.
type layout struct {
	schema *arrow.Schema
	at     []int // of the table's columns
	made   []bool
}

// whole is the layout of all columns.
func whole(schema *arrow.Schema) *layout {
	l := &layout{schema, make([]int, schema.NumFields()), make([]bool, schema.NumFields())}
	for i := range l.at {
		l.at[i], l.made[i] = i, true
	}
	return l
}

// part is the layout of some columns of a table.
func part(schema *arrow.Schema, columns []string) (*layout, error) {
	out, at, err := table.Picked(schema, columns)
	if err != nil {
		return nil, err
	}
	l := &layout{out, at, make([]bool, schema.NumFields())}
	for _, i := range at {
		l.made[i] = true
	}
	return l, nil
}

// of is the layout for a table: the whole of its schema, but for the one that was
// projected.
func (v *view) of(name string, schema *arrow.Schema) *layout {
	if v != nil && v.table == name {
		return v.layout
	}
	return whole(schema)
}

// view is a table of which only some columns are wanted.
type view struct {
	table string
	*layout
}

// record makes a batch of columns that stand in the table's order, nil where
// they are left out; it takes their references.
func (l *layout) record(cols []arrow.Array, rows int) table.Batch {
	out := make([]arrow.Array, len(l.at))
	for k, i := range l.at {
		out[k] = cols[i]
	}
	b := array.NewRecord(l.schema, out, int64(rows))
	for _, c := range cols {
		if c != nil {
			c.Release()
		}
	}
	return b
}

// room gives the memory of a column, or none where it is left out.
func room[T any](made bool, n int) []T {
	if !made {
		return nil
	}
	return make([]T, n)
}
