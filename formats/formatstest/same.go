package formatstest

import (
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// cells is the text of a table, column by column, whatever its batches were.
type cells [][]string

func textOf(batches ...table.Batch) cells {
	var out cells
	for _, b := range batches {
		var err error
		if out, err = out.add(b); err != nil {
			panic("formatstest: " + err.Error()) // batches of one schema
		}
	}
	return out
}

// add appends a batch, of which it keeps nothing.
func (c cells) add(b table.Batch) (cells, error) {
	if c == nil {
		c = make(cells, b.NumCols())
	}
	if int(b.NumCols()) != len(c) {
		return c, fmt.Errorf("a batch has %d columns, the first had %d", b.NumCols(), len(c))
	}
	for i, a := range b.Columns() {
		if int64(a.Len()) != b.NumRows() {
			return c, fmt.Errorf("column %d has %d cells in a batch of %d rows", i, a.Len(), b.NumRows())
		}
		for k := range a.Len() {
			c[i] = append(c[i], text(a, k))
		}
	}
	return c, nil
}

// differ says where two tables differ first, or "".
func (c cells) differ(want cells) string {
	if len(c) != len(want) && (c.rows() > 0 || want.rows() > 0) {
		return fmt.Sprintf("read %d columns, want %d", len(c), len(want))
	}
	if c.rows() != want.rows() {
		return fmt.Sprintf("read %d rows, want %d", c.rows(), want.rows())
	}
	for i := range want {
		for k := range want[i] {
			if c[i][k] != want[i][k] {
				return fmt.Sprintf("column %d, row %d = %s, want %s", i, k, brief(c[i][k]), brief(want[i][k]))
			}
		}
	}
	return ""
}

func (c cells) rows() int {
	if len(c) == 0 {
		return 0
	}
	return len(c[0])
}

func brief(s string) string {
	if len(s) > 100 {
		return s[:100] + "..."
	}
	return s
}

// text is a cell's exact value: floats by their bits, dictionaries by their
// values, so that their coding does not matter.
func text(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	switch a := a.(type) {
	case *array.Float32:
		if math.IsNaN(float64(a.Value(i))) {
			return "NaN"
		}
		return fmt.Sprintf("%08x", math.Float32bits(a.Value(i)))
	case *array.Float64:
		if math.IsNaN(a.Value(i)) {
			return "NaN"
		}
		return fmt.Sprintf("%016x", math.Float64bits(a.Value(i)))
	case *array.Timestamp:
		return fmt.Sprint(int64(a.Value(i)))
	case *array.String:
		return fmt.Sprintf("%q", a.Value(i))
	case *array.LargeString:
		return fmt.Sprintf("%q", a.Value(i))
	case *array.Dictionary:
		return text(a.Dictionary(), a.GetValueIndex(i))
	case array.ListLike:
		from, to := a.ValueOffsets(i)
		var parts []string
		for k := from; k < to; k++ {
			parts = append(parts, text(a.ListValues(), int(k)))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case *array.Struct:
		var parts []string
		for k := range a.NumField() {
			parts = append(parts, text(a.Field(k), i))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return a.ValueStr(i)
}
