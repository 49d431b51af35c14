package rule

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// kind says which buffer of a column holds its values.
type kind uint8

const (
	kindNone  kind = iota // nested: only presence and type can be judged
	kindBool              // bits
	kindInt               // ints: whole numbers, in steps of 10^-scale or of a unit of time
	kindUint              // ints with the sign bit flipped, so that order is kept
	kindFloat             // floats
	kindText              // offsets and data
	kindWide              // decimals beyond 18 digits: 16 bytes each, in wide
)

// column is one column of one batch as flat buffers. A dictionary column has
// codes into values; all else reads as if it were flat.
type column struct {
	kind  kind
	n     int
	valid bitmap // nil where no row is null
	bits  bitmap
	ints  []int64
	flt   []float64
	offs  []int32
	data  []byte
	codes []int32
	dict  *column

	validBuf bitmap
	intBuf   []int64
	fltBuf   []float64
	offBuf   []int32
	dataBuf  []byte
	codeBuf  []int32
	wide     []wide
}

// wide is a 128-bit decimal.
type wide struct {
	hi int64
	lo uint64
}

// kindOf says how columns of a type are read.
func kindOf(t arrow.DataType) kind {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return kindOf(t.ValueType)
	case arrow.ExtensionType:
		return kindOf(t.StorageType())
	case *arrow.BooleanType:
		return kindBool
	case *arrow.Decimal128Type:
		if t.Precision > 18 {
			return kindWide
		}
		return kindInt
	}
	switch t.ID() {
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.DATE32, arrow.DATE64,
		arrow.TIMESTAMP, arrow.TIME32, arrow.TIME64, arrow.DURATION, arrow.UINT8, arrow.UINT16, arrow.UINT32:
		return kindInt
	case arrow.UINT64:
		return kindUint
	case arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64:
		return kindFloat
	case arrow.STRING, arrow.LARGE_STRING, arrow.BINARY, arrow.LARGE_BINARY, arrow.FIXED_SIZE_BINARY:
		return kindText
	}
	return kindNone
}

func grow[T any](buf *[]T, n int) []T {
	if cap(*buf) < n {
		*buf = make([]T, n)
	}
	*buf = (*buf)[:n]
	return *buf
}

// load reads an array. The column is valid as long as the array is.
func (c *column) load(a arrow.Array) error {
	if e, ok := a.(array.ExtensionArray); ok {
		a = e.Storage()
	}
	c.n = a.Len()
	c.codes, c.valid = nil, nil
	switch {
	case a.DataType().ID() == arrow.NULL:
		c.validBuf = c.validBuf.sized(c.n)
		c.validBuf.zero()
		c.valid = c.validBuf
	case a.NullN() > 0:
		c.validBuf = c.validBuf.sized(c.n)
		copyBits(c.validBuf, a.NullBitmapBytes(), a.Data().Offset(), c.n)
		c.valid = c.validBuf
	}
	if d, ok := a.(*array.Dictionary); ok {
		return c.loadDictionary(d)
	}
	return c.loadValues(a)
}

func (c *column) loadDictionary(d *array.Dictionary) error {
	if c.dict == nil {
		c.dict = &column{}
	}
	if err := c.dict.load(d.Dictionary()); err != nil {
		return err
	}
	c.kind = c.dict.kind
	c.codes = grow(&c.codeBuf, c.n)
	size := d.Dictionary().Len()
	if bad := c.loadCodes(d.Indices(), size); bad >= 0 {
		return fmt.Errorf("row %d: its dictionary code is outside the dictionary of %d", bad, size)
	}
	if c.dict.valid != nil { // a code may point to null
		if c.valid == nil {
			c.validBuf = c.validBuf.sized(c.n)
			c.validBuf.fill(c.n)
			c.valid = c.validBuf
		}
		for i, code := range c.codes {
			if c.valid.get(i) && !c.dict.valid.get(int(code)) {
				c.valid.clear(i)
			}
		}
	}
	// Work on a dictionary is worth it only while it is smaller than the batch.
	if size > c.n || size == 0 {
		c.expand()
	}
	return nil
}

// loadCodes reads codes below size; a null row gets 0. It returns a row whose
// code is out of range, or -1.
func (c *column) loadCodes(a arrow.Array, size int) int {
	switch a := a.(type) {
	case *array.Int8:
		return narrow(c, a.Int8Values(), size)
	case *array.Int16:
		return narrow(c, a.Int16Values(), size)
	case *array.Int32:
		return narrow(c, a.Int32Values(), size)
	case *array.Int64:
		return narrow(c, a.Int64Values(), size)
	case *array.Uint8:
		return narrow(c, a.Uint8Values(), size)
	case *array.Uint16:
		return narrow(c, a.Uint16Values(), size)
	case *array.Uint32:
		return narrow(c, a.Uint32Values(), size)
	case *array.Uint64:
		return narrow(c, a.Uint64Values(), size)
	}
	return 0
}

func narrow[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](c *column, src []T, size int) int {
	for i, v := range src {
		if uint64(v) >= uint64(size) {
			if c.valid == nil || c.valid.get(i) {
				return i
			}
			v = 0
		}
		c.codes[i] = int32(v)
	}
	return -1
}

// expand makes a flat column of one with codes.
func (c *column) expand() {
	d := c.dict
	switch {
	case d.n == 0: // every row is null
		c.ints, c.flt, c.offs = grow(&c.intBuf, c.n), grow(&c.fltBuf, c.n), grow(&c.offBuf, c.n+1)
		clear(c.ints)
		clear(c.flt)
		clear(c.offs)
		c.data, c.bits, c.wide = nil, make(bitmap, words(c.n)), make([]wide, c.n)
	case c.kind == kindBool:
		c.bits = make(bitmap, words(c.n))
		for i, code := range c.codes {
			if d.bits.get(int(code)) {
				c.bits.set(i)
			}
		}
	case c.kind == kindInt || c.kind == kindUint:
		c.ints = grow(&c.intBuf, c.n)
		for i, code := range c.codes {
			c.ints[i] = d.ints[code]
		}
	case c.kind == kindFloat:
		c.flt = grow(&c.fltBuf, c.n)
		for i, code := range c.codes {
			c.flt[i] = d.flt[code]
		}
	case c.kind == kindWide:
		c.wide = grow(&c.wide, c.n)
		for i, code := range c.codes {
			c.wide[i] = d.wide[code]
		}
	case c.kind == kindText:
		c.offs = grow(&c.offBuf, c.n+1)
		c.dataBuf = c.dataBuf[:0]
		c.offs[0] = 0
		for i, code := range c.codes {
			c.dataBuf = append(c.dataBuf, d.data[d.offs[code]:d.offs[code+1]]...)
			c.offs[i+1] = int32(len(c.dataBuf))
		}
		c.data = c.dataBuf
	}
	c.codes = nil
}

func widen[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | arrow.Date32 | arrow.Time32](c *column, src []T) {
	c.ints = grow(&c.intBuf, len(src))
	for i, v := range src {
		c.ints[i] = int64(v)
	}
}

func (c *column) loadValues(a arrow.Array) error {
	c.kind = kindOf(a.DataType())
	if c.n == 0 { // an empty array may lack its buffers
		c.ints, c.flt, c.wide, c.bits, c.data = nil, nil, nil, nil, nil
		c.offs = append(c.offBuf[:0], 0)
		return nil
	}
	switch a := a.(type) {
	case *array.Int8:
		widen(c, a.Int8Values())
	case *array.Int16:
		widen(c, a.Int16Values())
	case *array.Int32:
		widen(c, a.Int32Values())
	case *array.Int64:
		c.ints = a.Int64Values()
	case *array.Uint8:
		widen(c, a.Uint8Values())
	case *array.Uint16:
		widen(c, a.Uint16Values())
	case *array.Uint32:
		widen(c, a.Uint32Values())
	case *array.Uint64:
		c.ints = grow(&c.intBuf, c.n)
		for i, v := range a.Uint64Values() {
			c.ints[i] = int64(v ^ 1<<63)
		}
	case *array.Date32:
		widen(c, a.Date32Values())
	case *array.Date64:
		c.ints = arrow.Int64Traits.CastFromBytes(arrow.Date64Traits.CastToBytes(a.Date64Values()))
	case *array.Timestamp:
		c.ints = arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues()))
	case *array.Time32:
		widen(c, a.Time32Values())
	case *array.Time64:
		c.ints = arrow.Int64Traits.CastFromBytes(arrow.Time64Traits.CastToBytes(a.Time64Values()))
	case *array.Duration:
		c.ints = arrow.Int64Traits.CastFromBytes(arrow.DurationTraits.CastToBytes(a.DurationValues()))
	case *array.Float16:
		c.flt = grow(&c.fltBuf, c.n)
		for i, v := range a.Values() {
			c.flt[i] = float64(v.Float32())
		}
	case *array.Float32:
		c.flt = grow(&c.fltBuf, c.n)
		for i, v := range a.Float32Values() {
			c.flt[i] = float64(v)
		}
	case *array.Float64:
		c.flt = a.Float64Values()
	case *array.Decimal128:
		if c.kind == kindWide {
			c.wide = grow(&c.wide, c.n)
			for i, v := range a.Values() {
				c.wide[i] = wide{v.HighBits(), v.LowBits()}
			}
			break
		}
		c.ints = grow(&c.intBuf, c.n)
		for i, v := range a.Values() {
			c.ints[i] = int64(v.LowBits()) // up to 18 digits fit
		}
	case *array.Boolean:
		c.bits = c.bits.sized(c.n)
		copyBits(c.bits, a.Data().Buffers()[1].Bytes(), a.Data().Offset(), c.n)
	case *array.String:
		return c.text(a.ValueOffsets(), a.ValueBytes(), a.Len())
	case *array.Binary:
		return c.text(a.ValueOffsets(), a.ValueBytes(), a.Len())
	case *array.LargeString:
		return c.large(a.ValueOffsets(), a.ValueBytes())
	case *array.LargeBinary:
		return c.large(a.ValueOffsets(), a.ValueBytes())
	case *array.FixedSizeBinary:
		c.offs = grow(&c.offBuf, c.n+1)
		c.dataBuf = c.dataBuf[:0]
		c.offs[0] = 0
		for i := range c.n {
			if c.valid == nil || c.valid.get(i) {
				c.dataBuf = append(c.dataBuf, a.Value(i)...)
			}
			c.offs[i+1] = int32(len(c.dataBuf))
		}
		c.data = c.dataBuf
	}
	return nil
}

// text takes offsets that may not start at 0, while data starts at the first.
func (c *column) text(offs []int32, data []byte, n int) error {
	if base := offs[0]; base != 0 {
		c.offs = grow(&c.offBuf, n+1)
		for i, o := range offs[:n+1] {
			c.offs[i] = o - base
		}
		c.data = data
		return nil
	}
	c.offs, c.data = offs[:n+1], data
	return nil
}

func (c *column) large(offs []int64, data []byte) error {
	c.offs = grow(&c.offBuf, c.n+1)
	base := offs[0]
	if offs[c.n]-base > math.MaxInt32 {
		return fmt.Errorf("a batch holds more than 2 GiB of text in one column")
	}
	for i, o := range offs[:c.n+1] {
		c.offs[i] = int32(o - base)
	}
	c.data = data
	return nil
}

// value returns the bytes of row i of a flat text column.
func (c *column) value(i int) []byte { return c.data[c.offs[i]:c.offs[i+1]] }

// int returns the key of row i of a column of integers.
func (c *column) int(i int) int64 {
	if c.codes != nil {
		return c.dict.ints[c.codes[i]]
	}
	return c.ints[i]
}

// bytes returns the text of row i.
func (c *column) bytes(i int) []byte {
	if c.codes != nil {
		return c.dict.value(int(c.codes[i]))
	}
	return c.value(i)
}
