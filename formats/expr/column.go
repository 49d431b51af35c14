package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// slot is a column that a program reads: a path from a batch's column through
// struct fields.
type slot struct {
	name string
	path []int
	typ  arrow.DataType
}

// column is a slot's array in the batch at hand.
type column struct {
	name    string
	arr     arrow.Array
	data    arrow.ArrayData
	nulls   []bitmap // of the array and the structs around it, where there are any
	void    bool     // every row is null: the entry behind a dictionary's last
	buffers [3][]byte
}

type bitmap struct {
	bits []byte
	off  int
}

func (c *column) detach() {
	c.arr, c.data, c.buffers = nil, nil, [3][]byte{}
	clear(c.nulls)
	c.nulls = c.nulls[:0]
}

func (c *column) attach(s *slot, batch table.Batch) error {
	c.detach()
	c.name = s.name
	if int64(s.path[0]) >= batch.NumCols() {
		return fmt.Errorf("read column %q: the batch has %d columns", s.name, batch.NumCols())
	}
	arr := batch.Column(s.path[0])
	for _, field := range s.path[1:] {
		parent, ok := arr.(*array.Struct)
		if !ok || field >= parent.NumField() {
			return fmt.Errorf("read column %q: the batch has another schema than the program", s.name)
		}
		c.addNulls(parent.Data())
		arr = parent.Field(field)
	}
	if dt := arr.DataType(); dt != s.typ && !arrow.TypeEqual(dt, s.typ) {
		return fmt.Errorf("read column %q: its type is %v in the batch and %v in the program", s.name, arr.DataType(), s.typ)
	}
	return c.set(arr)
}

func (c *column) set(arr arrow.Array) error {
	c.arr, c.data = arr, arr.Data()
	c.addNulls(c.data)
	for i, b := range c.data.Buffers() {
		if b != nil && i < len(c.buffers) {
			c.buffers[i] = b.Bytes()
		}
	}
	if ft, ok := arr.DataType().(arrow.FixedWidthDataType); ok && arr.DataType().ID() != arrow.DICTIONARY {
		if need := (int64(c.data.Offset()+c.data.Len())*int64(ft.BitWidth()) + 7) / 8; int64(len(c.buffers[1])) < need {
			return fmt.Errorf("read column %q: its buffer has %d bytes, %d rows take %d", c.name, len(c.buffers[1]), c.data.Len(), need)
		}
	}
	return nil
}

func (c *column) addNulls(d arrow.ArrayData) {
	if b := d.Buffers(); len(b) > 0 && b[0] != nil && d.NullN() != 0 {
		c.nulls = append(c.nulls, bitmap{b[0].Bytes(), d.Offset()})
	}
}

// loadNulls fills a register's validity for n rows from row lo.
func (c *column) loadNulls(d *vec, lo, n int) {
	d.nulls = false
	if c.void {
		d.allNull()
		return
	}
	var more [blockWords]uint64
	for _, b := range c.nulls {
		if !d.nulls {
			d.nulls = !copyBits(d.valid, b.bits, b.off+lo, n)
			continue
		}
		if !copyBits(more[:], b.bits, b.off+lo, n) {
			for i := range words(n) {
				d.valid[i] &= more[i]
			}
		}
	}
}
