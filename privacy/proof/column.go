package proof

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// column holds the cells of one column as integers, in the order of rows.
type column struct {
	shape   ColumnShape
	codes   map[string]int64
	values  [][]int64     // blocks of blockRows
	rest    [][][2]rowKey // of hashes, where they are wide
	present [][]bool      // nil blocks where the column cannot be null
	rows    int
	last    [2]rowKey // of the cell that was read last
	scratch []byte
}

const blockRows = 1 << 14

func newColumn(c ColumnShape) *column {
	col := &column{shape: c}
	if c.class() == "text" && !c.hashed() {
		col.codes = make(map[string]int64, len(c.Encoding.Dictionary))
		for i, v := range c.Encoding.Dictionary {
			col.codes[v] = int64(i) + 1
		}
	}
	return col
}

// at is the integer of row i, 0 where it is null.
func (c *column) at(i int) int64 { return c.values[i/blockRows][i%blockRows] }

// there says whether the cell of row i is not null.
func (c *column) there(i int) bool {
	b := c.present[i/blockRows]
	return b == nil || b[i%blockRows]
}

// CellError says that a cell has no integer. It never holds the cell.
type CellError struct {
	Column string
	Row    int64
	Cause  string
}

func (e *CellError) Error() string {
	return fmt.Sprintf("encode column %q: row %d %s", e.Column, e.Row, e.Cause)
}

// add takes the next cells.
func (c *column) add(a arrow.Array) error {
	get, err := c.reader(a)
	if err != nil {
		return err
	}
	for i := range a.Len() {
		at := c.rows % blockRows
		if at == 0 {
			c.values = append(c.values, make([]int64, 0, blockRows))
			var p []bool
			if c.shape.Nullable {
				p = make([]bool, 0, blockRows)
			}
			c.present = append(c.present, p)
			if c.shape.wide() {
				c.rest = append(c.rest, make([][2]rowKey, 0, blockRows))
			}
		}
		last := len(c.values) - 1
		null := a.IsNull(i)
		var v int64
		c.last = [2]rowKey{}
		switch {
		case null && !c.shape.Nullable:
			return &CellError{c.shape.Name, int64(c.rows), "is null, and the schema says that it cannot be"}
		case !null:
			var cause string
			if v, cause = get(i); cause != "" {
				return &CellError{c.shape.Name, int64(c.rows), cause}
			}
		}
		c.values[last] = append(c.values[last], v)
		if c.rest != nil {
			c.rest[last] = append(c.rest[last], c.last)
		}
		if c.shape.Nullable {
			c.present[last] = append(c.present[last], !null)
		}
		c.rows++
	}
	return nil
}

// reader gives the integer of a cell that is there, or why it has none.
func (c *column) reader(a arrow.Array) (func(i int) (int64, string), error) {
	switch a := a.(type) {
	case *array.Boolean:
		return func(i int) (int64, string) {
			if a.Value(i) {
				return 1, ""
			}
			return 0, ""
		}, nil
	case *array.Int8:
		return whole(a.Int8Values()), nil
	case *array.Int16:
		return whole(a.Int16Values()), nil
	case *array.Int32:
		return whole(a.Int32Values()), nil
	case *array.Int64:
		return whole(a.Int64Values()), nil
	case *array.Uint8:
		return whole(a.Uint8Values()), nil
	case *array.Uint16:
		return whole(a.Uint16Values()), nil
	case *array.Uint32:
		return whole(a.Uint32Values()), nil
	case *array.Uint64:
		v := a.Uint64Values()
		return func(i int) (int64, string) {
			if v[i] > math.MaxInt64 {
				return 0, "does not fit 64 signed bits"
			}
			return int64(v[i]), ""
		}, nil
	case *array.Date32:
		return whole(a.Date32Values()), nil
	case *array.Date64:
		return whole(a.Date64Values()), nil
	case *array.Time32:
		return whole(a.Time32Values()), nil
	case *array.Time64:
		return whole(a.Time64Values()), nil
	case *array.Timestamp:
		return whole(a.TimestampValues()), nil
	case *array.Duration:
		return whole(a.DurationValues()), nil
	case *array.Float32:
		v := a.Float32Values()
		return func(i int) (int64, string) { return c.scaled(float64(v[i]), true) }, nil
	case *array.Float64:
		v := a.Float64Values()
		return func(i int) (int64, string) { return c.scaled(v[i], false) }, nil
	case *array.Decimal128:
		v := a.Values()
		return func(i int) (int64, string) {
			if lo := int64(v[i].LowBits()); v[i].HighBits() == lo>>63 {
				return lo, ""
			}
			return 0, "does not fit 64 signed bits"
		}, nil
	case *array.String:
		return func(i int) (int64, string) { return c.code(a.Value(i)) }, nil
	case *array.LargeString:
		return func(i int) (int64, string) { return c.code(a.Value(i)) }, nil
	case *array.Dictionary:
		values := a.Dictionary()
		inner, err := c.reader(values)
		if err != nil {
			return nil, err
		}
		codes, causes, rest := make([]int64, values.Len()), make([]string, values.Len()), make([][2]rowKey, values.Len())
		for i := range codes {
			if values.IsNull(i) {
				causes[i] = "is null by its dictionary, which cannot be proved"
				continue
			}
			codes[i], causes[i] = inner(i)
			rest[i] = c.last
		}
		return func(i int) (int64, string) {
			k := a.GetValueIndex(i)
			c.last = rest[k]
			return codes[k], causes[k]
		}, nil
	}
	return nil, fmt.Errorf("encode column %q: a column of type %s cannot be proved", c.shape.Name, a.DataType())
}

func whole[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](v []T) func(int) (int64, string) {
	return func(i int) (int64, string) { return int64(v[i]), "" }
}

func (c *column) code(s string) (int64, string) {
	if c.codes == nil {
		var h textHash
		h, c.scratch = hashOf(s, c.scratch)
		c.last = h.rest
		return h.v, ""
	}
	if k, ok := c.codes[s]; ok {
		return k, ""
	}
	return 0, "has a value that is not in the dictionary"
}

// scaled is the decimal number that a floating-point number stands for.
func (c *column) scaled(f float64, single bool) (int64, string) {
	p := math.Pow10(*c.shape.Encoding.Decimal)
	v := math.Round(f * p)
	same := v/p == f
	if single {
		same = float32(v/p) == float32(f)
	}
	if !same || math.Abs(v) >= 1<<53 {
		return 0, fmt.Sprintf("is no number with %d decimal places", *c.shape.Encoding.Decimal)
	}
	return int64(v), ""
}
