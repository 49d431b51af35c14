package spec

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/rng"
)

// inverter leads from a cell of a unique column, as text, back to its row. The
// row is a candidate: the caller makes its cell again and compares.
type inverter interface {
	invert(w *world, c *column, cell string) (row int64, ok bool)
}

// keyWord is a table's key.
type keyWord struct {
	As    string `yaml:"as" default:"int" doc:"int counts up, uuid is a version 4 UUID, anything else is a pattern such as C\\d{8}"`
	Start int64  `yaml:"start" default:"1" doc:"the first, of int"`
}

func (w *keyWord) build(b *binder) (maker, error) {
	if b.t.key != nil {
		return nil, b.errorf("table %q has two keys, %q and %q; give one of them a pattern or int with unique: true", b.t.name, b.t.key.name, b.col.name)
	}
	b.unique()
	b.t.key = b.col
	b.col.role = table.RoleID
	switch w.As {
	case "int":
		if w.Start < -maxRows || w.Start > maxRows {
			return nil, b.errorf("start lies within 2^50 of zero")
		}
		b.col.capacity = maxRows
		if err := b.typed(arrow.PrimitiveTypes.Int64, arrow.INT32); err != nil {
			return nil, err
		}
		if b.col.typ.ID() == arrow.INT32 {
			b.col.capacity = max(1<<31-w.Start, 1)
		}
		m := &countingKey{w.Start}
		b.col.inverse = m
		return m, nil
	case "uuid":
		if err := b.typed(arrow.BinaryTypes.String); err != nil {
			return nil, err
		}
		b.col.capacity, b.col.inverse = 1<<uuidBits, uuidKey{}
		return uuidKey{}, nil
	}
	m, err := (&patternWord{Pattern: w.As}).compile(b, true)
	if err != nil {
		return nil, err
	}
	if near := document.Nearest(w.As, []string{"int", "uuid"}); near != "" && m.pattern.capacity == 1 {
		return nil, b.errorf("key %q would be the same in every row; did you mean %q?", w.As, near)
	}
	return m, nil
}

// countingKey counts up: rows stay in the order of their keys.
type countingKey struct{ start int64 }

func (m *countingKey) make(f *frame, c *column) (arrow.Array, error) {
	if c.typ.ID() == arrow.INT32 {
		buf, out := get[int32](f.pool(), f.n)
		for i := range out {
			out[i] = int32(f.row(i) + m.start)
		}
		return fixed(c.typ, f.n, 0, nil, buf), nil
	}
	buf, out := get[int64](f.pool(), f.n)
	if f.rows == nil {
		first := f.first + m.start
		for i := range out {
			out[i] = first + int64(i)
		}
	} else {
		for i, r := range f.rows {
			out[i] = r + m.start
		}
	}
	return fixed(c.typ, f.n, 0, nil, buf), nil
}

func (m *countingKey) invert(_ *world, _ *column, cell string) (int64, bool) {
	v, err := strconv.ParseInt(cell, 10, 64)
	return v - m.start, err == nil
}

// permutedInt is a number of a range, each at most once.
type permutedInt struct {
	first int64
	n     uint64
}

func (m *permutedInt) make(f *frame, c *column) (arrow.Array, error) {
	b := f.w.key(c).Bijection(m.n)
	at := func(i int) int64 { return m.first + int64(b.At(uint64(f.row(i)))) }
	width := c.typ.(arrow.FixedWidthDataType).BitWidth() / 8
	buf := memory.NewBufferWithAllocator(f.pool().Allocate(f.n*width), f.pool())
	switch width {
	case 1:
		fill(view[int8](buf, f.n), at)
	case 2:
		fill(view[int16](buf, f.n), at)
	case 4:
		fill(view[int32](buf, f.n), at)
	default:
		fill(view[int64](buf, f.n), at)
	}
	return fixed(c.typ, f.n, 0, nil, buf), nil
}

// fill stores values that fit; signed and unsigned have the same bits.
func fill[T int8 | int16 | int32 | int64](out []T, at func(int) int64) {
	for i := range out {
		out[i] = T(at(i))
	}
}

func (m *permutedInt) invert(w *world, c *column, cell string) (int64, bool) {
	v, err := strconv.ParseInt(cell, 10, 64)
	if err != nil || v < m.first || uint64(v-m.first) >= m.n {
		return 0, false
	}
	b := w.key(c).Bijection(m.n)
	return int64(b.Invert(uint64(v - m.first))), true
}

// uuidWord is a UUID that is not the key; it is unique too.
type uuidWord struct{}

func (w *uuidWord) build(b *binder) (maker, error) {
	b.unique()
	b.col.role = table.RoleID
	b.col.capacity, b.col.inverse = 1<<uuidBits, uuidKey{}
	return uuidKey{}, b.typed(arrow.BinaryTypes.String)
}

// uuidKey is a version 4 UUID (RFC 9562, section 5.4) whose 62 bits behind the
// variant are a permutation of the row number; the 60 bits before are drawn.
type uuidKey struct{}

const (
	uuidLen  = 36
	uuidBits = 62
	hexWords = "0123456789abcdef"
)

func (uuidKey) low(w *world, c *column) rng.Bijection {
	return w.key(c).Name("/low").Bijection(1 << uuidBits)
}

func (u uuidKey) make(f *frame, c *column) (arrow.Array, error) {
	key, low := f.w.key(c), u.low(f.w, c)
	offsets, off := get[int32](f.pool(), f.n+1)
	data, out := get[byte](f.pool(), f.n*uuidLen)
	var pairs [256][2]byte
	for i := range pairs {
		pairs[i] = [2]byte{hexWords[i>>4], hexWords[i&15]}
	}
	for i := range f.n {
		row := uint64(f.row(i))
		off[i] = int32(i * uuidLen)
		hi, lo := key.Uint64(row)&^0xf000|0x4000, low.At(row)|1<<63
		p := (*[uuidLen]byte)(out[i*uuidLen:])
		put := func(at int, b byte) { p[at], p[at+1] = pairs[b][0], pairs[b][1] }
		put(0, byte(hi>>56))
		put(2, byte(hi>>48))
		put(4, byte(hi>>40))
		put(6, byte(hi>>32))
		p[8] = '-'
		put(9, byte(hi>>24))
		put(11, byte(hi>>16))
		p[13] = '-'
		put(14, byte(hi>>8))
		put(16, byte(hi))
		p[18] = '-'
		put(19, byte(lo>>56))
		put(21, byte(lo>>48))
		p[23] = '-'
		put(24, byte(lo>>40))
		put(26, byte(lo>>32))
		put(28, byte(lo>>24))
		put(30, byte(lo>>16))
		put(32, byte(lo>>8))
		put(34, byte(lo))
	}
	off[f.n] = int32(f.n * uuidLen)
	return fixed(arrow.BinaryTypes.String, f.n, 0, nil, offsets, data), nil
}

func (u uuidKey) invert(w *world, c *column, cell string) (int64, bool) {
	if len(cell) != uuidLen {
		return 0, false
	}
	lo, err := strconv.ParseUint(cell[19:23]+cell[24:], 16, 64)
	if err != nil {
		return 0, false
	}
	b := u.low(w, c)
	return int64(b.Invert(lo &^ (3 << uuidBits))), true
}

// constWord is one value.
type constWord struct {
	Value any `yaml:"value" spec:"required" doc:"the value: a text, number, true or false"`
}

func (w *constWord) build(b *binder) (maker, error) {
	p := &pickWord{values: []pickValue{{pos: b.at, value: w.Value, weight: 1}}}
	return p.build(b)
}

// indexWord numbers children within their parent.
type indexWord struct {
	Start int64 `yaml:"start" default:"1" doc:"the first"`
}

func (w *indexWord) build(b *binder) (maker, error) {
	return &indexMaker{w.Start}, b.typed(arrow.PrimitiveTypes.Int64, numberTypes...)
}

type indexMaker struct{ start int64 }

func (m *indexMaker) make(f *frame, c *column) (arrow.Array, error) {
	out := newNumbers(f.pool(), c.typ, f.n)
	var vals [blockRows]float64
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		for i := range n {
			v := f.row(at + i)
			if f.t.parent != nil {
				v = f.family().nth[at+i]
			}
			vals[i] = float64(v + m.start)
		}
		out.store(at, vals[:n])
	}
	return out.array(), nil
}
