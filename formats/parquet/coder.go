package parquet

import (
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// coder gives one Arrow dictionary to a column that each row group of the file
// has a dictionary of its own for.
type coder struct {
	typ    *arrow.DictionaryType
	most   int // values that the index type can name
	values cells
	index  map[string]int32
	made   arrow.Array // of the first made.Len() values
}

func newCoder(t *arrow.DictionaryType) *coder {
	c := &coder{typ: t, index: map[string]int32{}, most: maxData}
	switch t.IndexType.ID() {
	case arrow.INT8:
		c.most = 1 << 7
	case arrow.UINT8:
		c.most = 1 << 8
	case arrow.INT16:
		c.most = 1 << 15
	case arrow.UINT16:
		c.most = 1 << 16
	}
	c.values.reset()
	return c
}

func (c *coder) code(v []byte) (int32, error) {
	if i, ok := c.index[string(v)]; ok {
		return i, nil
	}
	if c.values.n == c.most {
		return 0, fmt.Errorf("it has more values than its dictionary's index type %s can name", c.typ.IndexType)
	}
	if isString(c.typ.ValueType) && !utf8.Valid(v) {
		return 0, errUTF8
	}
	i := int32(c.values.n)
	if err := c.values.addBytes(v); err != nil {
		return 0, err
	}
	c.index[string(v)] = i
	return i, nil
}

// add gives the code of each text.
func (c *coder) add(v *cells) ([]int32, error) {
	codes := make([]int32, v.n)
	for i := range codes {
		var err error
		if codes[i], err = c.code(v.data[v.offs[i]:v.offs[i+1]]); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// encode turns texts that came without a dictionary into codes.
func (c *coder) encode(out *cells) error {
	for i := 1; i < len(out.offs); i++ {
		code, err := c.code(out.data[out.offs[i-1]:out.offs[i]])
		if err != nil {
			return err
		}
		out.codes = append(out.codes, code)
	}
	out.offs, out.data = append(out.offs[:0], 0), out.data[:0]
	return nil
}

// dictionary gives the values so far, the same array until there are more. The
// coder keeps it.
func (c *coder) dictionary() arrow.Array {
	if c.made != nil && c.made.Len() == c.values.n {
		return c.made
	}
	c.release()
	// Later values are appended behind these; the array sees its own part.
	d := texts(c.typ.ValueType, nil, 0, c.values.n, c.values.offs, c.values.data)
	defer d.Release()
	c.made = array.MakeFromData(d)
	return c.made
}

func (c *coder) release() {
	if c.made != nil {
		c.made.Release()
		c.made = nil
	}
}

// array wraps codes, spaced by validity.
func (c *coder) array(valid *memory.Buffer, nulls, n int, codes []int32) arrow.ArrayData {
	d := c.dictionary().Data()
	return array.NewDataWithDictionary(c.typ, n, []*memory.Buffer{valid, codesBuffer(c.typ.IndexType, codes)}, nulls, 0, d.(*array.Data))
}

func codesBuffer(t arrow.DataType, codes []int32) *memory.Buffer {
	switch t.ID() {
	case arrow.INT8, arrow.UINT8:
		return narrow[uint8](codes)
	case arrow.INT16, arrow.UINT16:
		return narrow[uint16](codes)
	case arrow.INT64, arrow.UINT64:
		return narrow[uint64](codes)
	}
	return narrow[uint32](codes)
}
