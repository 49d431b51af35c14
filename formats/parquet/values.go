package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

type number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64
}

// bytesOf and view look at little-endian numbers as their bytes and back, as
// Arrow itself does; both want a machine of that order.
func bytesOf[T number](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(v[0])))
}

func view[T number](b []byte) []T {
	var z T
	n := len(b) / int(unsafe.Sizeof(z))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

func wrap(b []byte) *memory.Buffer { return memory.NewBufferBytes(b) }

func narrow[T number](v []int32) *memory.Buffer {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return wrap(bytesOf(out))
}

// spacing says which of n cells are there; a nil bitmap says all.
type spacing struct {
	n, nulls int
	valid    []byte
}

func (s spacing) buffer() *memory.Buffer {
	if s.valid == nil {
		return nil
	}
	return wrap(s.valid)
}

func (s spacing) has(i int) bool { return s.valid == nil || s.valid[i>>3]>>(i&7)&1 != 0 }

// spread spaces values of a width out to the cells that are there.
func (s spacing) spread(v []byte, width int) []byte {
	if s.valid == nil {
		return v
	}
	out := make([]byte, s.n*width)
	switch width {
	case 1:
		spreadTo(s, v, out)
	case 4:
		spreadTo(s, view[uint32](v), view[uint32](out))
	case 8:
		spreadTo(s, view[uint64](v), view[uint64](out))
	default:
		for i := range s.n {
			if s.has(i) {
				v = v[copy(out[i*width:(i+1)*width], v[:width]):]
			}
		}
	}
	return out
}

func spreadTo[T number](s spacing, v, out []T) {
	k := 0
	for i := range out {
		if s.valid[i>>3]>>(i&7)&1 != 0 {
			out[i] = v[k]
			k++
		}
	}
}

// offsets spaces the n+1 ends of texts out to the cells.
func (s spacing) offsets(offs []int32) []int32 {
	if s.valid == nil {
		return offs
	}
	out := make([]int32, s.n+1)
	k := 0
	for i := range s.n {
		if s.has(i) {
			k++
		}
		out[i+1] = offs[k]
	}
	return out
}

var (
	errRange   = errors.New("a number is too large for its type")
	errDecimal = errors.New("a decimal is too large for its type")
	errUTF8    = errors.New("a text is not UTF-8; its writer should have made the column binary")
)

// leafData makes the array of a plain column from what a scan took.
func leafData(t arrow.DataType, l *leaf, sp spacing, c *cells, codes *coder) (arrow.ArrayData, error) {
	fixed := func(width int) arrow.ArrayData {
		return array.NewData(t, sp.n, []*memory.Buffer{sp.buffer(), wrap(sp.spread(c.give(), width))}, nil, sp.nulls, 0)
	}
	made := func(b []byte, width int) arrow.ArrayData {
		return array.NewData(t, sp.n, []*memory.Buffer{sp.buffer(), wrap(sp.spread(b, width))}, nil, sp.nulls, 0)
	}
	switch dt := t.(type) {
	case *arrow.NullType:
		return array.NewData(t, sp.n, []*memory.Buffer{nil}, nil, sp.n, 0), nil
	case *arrow.DictionaryType:
		return codes.array(sp.buffer(), sp.nulls, sp.n, view[int32](sp.spread(bytesOf(c.codes), 4))), nil
	case *arrow.StringType, *arrow.BinaryType, *arrow.LargeStringType, *arrow.LargeBinaryType:
		if isString(t) && !areUTF8(c.offs, c.data) {
			return nil, errUTF8
		}
		offs, data := c.giveText()
		return texts(t, sp.buffer(), sp.nulls, sp.n, sp.offsets(offs), data), nil
	case *arrow.BooleanType:
		b := sp.spread(c.fixed, 1)
		return array.NewData(t, sp.n, []*memory.Buffer{sp.buffer(), wrap(packBits(b))}, nil, sp.nulls, 0), nil
	case *arrow.Int8Type:
		return cut[int8](made, c.fixed)
	case *arrow.Uint8Type:
		return cut[uint8](made, c.fixed)
	case *arrow.Int16Type:
		return cut[int16](made, c.fixed)
	case *arrow.Uint16Type:
		return cut[uint16](made, c.fixed)
	case *arrow.Time32Type:
		if dt.Unit == arrow.Second { // stored in milliseconds
			v := view[int32](c.fixed)
			for i := range v {
				v[i] /= 1000
			}
		}
		return fixed(4), nil
	case *arrow.Date64Type:
		days := view[int32](c.fixed)
		out := make([]int64, len(days))
		for i, d := range days {
			out[i] = int64(d) * msPerDay
		}
		return made(bytesOf(out), 8), nil
	case *arrow.TimestampType:
		if l.phys == physInt96 {
			b, err := int96(c.fixed)
			if err != nil {
				return nil, err
			}
			return made(b, 8), nil
		}
		if dt.Unit == arrow.Second {
			v := view[int64](c.fixed)
			for i := range v {
				v[i] = floorDiv(v[i], 1000)
			}
		}
		return fixed(8), nil
	case *arrow.Decimal128Type:
		b, err := decimals(l, c)
		if err != nil {
			return nil, err
		}
		return made(b, 16), nil
	case *arrow.FixedSizeBinaryType:
		return fixed(dt.ByteWidth), nil
	case arrow.FixedWidthDataType:
		if dt.BitWidth() == 8*l.width {
			return fixed(l.width), nil
		}
	}
	return nil, errSchema
}

const msPerDay = 86_400_000

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func isString(t arrow.DataType) bool { return t.ID() == arrow.STRING || t.ID() == arrow.LARGE_STRING }

// areUTF8 checks all texts at once, and that none ends inside a character.
func areUTF8(offs []int32, data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	for _, at := range offs {
		if int(at) < len(data) && !utf8.RuneStart(data[at]) {
			return false
		}
	}
	return true
}

// texts makes an array of strings or bytes. It takes offs and data over.
func texts(t arrow.DataType, valid *memory.Buffer, nulls, n int, offs []int32, data []byte) arrow.ArrayData {
	var ends *memory.Buffer
	switch t.ID() {
	case arrow.LARGE_STRING, arrow.LARGE_BINARY:
		ends = narrow[int64](offs)
	default:
		ends = wrap(bytesOf(offs))
	}
	return array.NewData(t, n, []*memory.Buffer{valid, ends, wrap(data)}, nil, nulls, 0)
}

func packBits(b []byte) []byte {
	out := make([]byte, (len(b)+7)/8)
	for i, v := range b {
		out[i>>3] |= v & 1 << (i & 7)
	}
	return out
}

// cut narrows 32-bit numbers, which must fit.
func cut[T int8 | uint8 | int16 | uint16](made func([]byte, int) arrow.ArrayData, b []byte) (arrow.ArrayData, error) {
	v := view[int32](b)
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
		if int32(out[i]) != x {
			return nil, errRange
		}
	}
	width := int(unsafe.Sizeof(T(0)))
	return made(bytesOf(out), width), nil
}

// int96 turns Impala's times (nanoseconds of the day, Julian day) into
// nanoseconds since 1970.
func int96(b []byte) ([]byte, error) {
	const (
		unixJulian = 2_440_588 // the Julian day of 1970-01-01
		nsPerDay   = 86_400_000_000_000
	)
	out := make([]int64, len(b)/12)
	for i := range out {
		p := b[12*i:]
		ns, day := int64(binary.LittleEndian.Uint64(p)), int64(binary.LittleEndian.Uint32(p[8:]))-unixJulian
		if ns < 0 || ns > nsPerDay || day < -106_751 || day > 106_750 { // what 64 bits of nanoseconds hold
			return nil, errors.New("an INT96 time lies outside the years 1677 to 2262")
		}
		out[i] = day*nsPerDay + ns
	}
	return bytesOf(out), nil
}

// decimals widens any stored form to 128 bits.
func decimals(l *leaf, c *cells) ([]byte, error) {
	out := make([]uint64, 0, 2*c.n)
	switch l.phys {
	case physInt32:
		for _, v := range view[int32](c.fixed) {
			out = append(out, uint64(int64(v)), uint64(int64(v)>>63))
		}
	case physInt64:
		for _, v := range view[int64](c.fixed) {
			out = append(out, uint64(v), uint64(v>>63))
		}
	default:
		for i := range c.n {
			var b []byte
			if l.phys == physFixed {
				b = c.fixed[i*l.width : (i+1)*l.width]
			} else {
				b = c.data[c.offs[i]:c.offs[i+1]]
			}
			lo, hi, ok := swap16(b)
			if !ok {
				return nil, errDecimal
			}
			out = append(out, lo, hi)
		}
	}
	return bytesOf(out), nil
}

// swap16 turns a big-endian two's complement number of up to 16 bytes into the
// two words of a decimal128. ok is false for wider numbers that do not fit.
func swap16(b []byte) (lo, hi uint64, ok bool) {
	sign := byte(0)
	if len(b) > 0 && b[0]&0x80 != 0 {
		sign = 0xff
	}
	for len(b) > 16 {
		if b[0] != sign || b[1]&0x80 != sign&0x80 {
			return 0, 0, false
		}
		b = b[1:]
	}
	var buf [16]byte
	for i := range 16 - len(b) {
		buf[i] = sign
	}
	copy(buf[16-len(b):], b)
	return bits.ReverseBytes64(binary.LittleEndian.Uint64(buf[8:])), bits.ReverseBytes64(binary.LittleEndian.Uint64(buf[:8])), true
}
