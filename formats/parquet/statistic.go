package parquet

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
)

// order is how a column's values compare (parquet.thrift, ColumnOrder).
type order int

const (
	orderNone order = iota
	orderBool
	orderInt32
	orderInt64
	orderUint32
	orderUint64
	orderFloat32
	orderFloat64
	orderBytes
	orderDecimal // big-endian two's complement of one width
)

// longestBound is the longest text that is kept as a least or greatest value.
const longestBound = 64

// statistics are the bounds of a chunk's values, in plain form without a
// text's length, and its number of nulls.
type statistics struct {
	order      order
	width      int
	least      []byte
	most       []byte
	seen, nans bool
	nulls      int64
}

func newStatistics(l *leaf) *statistics {
	s := &statistics{width: l.width}
	unsigned := l.el.logical == logicalInteger && !l.el.signed
	switch l.phys {
	case physBool:
		s.order, s.width = orderBool, 1
	case physInt32:
		if s.order = orderInt32; unsigned {
			s.order = orderUint32
		}
	case physInt64:
		if s.order = orderInt64; unsigned {
			s.order = orderUint64
		}
	case physFloat:
		s.order = orderFloat32
	case physDouble:
		s.order = orderFloat64
	case physBytes:
		s.order = orderBytes
	case physFixed:
		if s.order = orderBytes; l.el.logical == logicalDecimal {
			s.order = orderDecimal
		}
	}
	return s
}

// plain takes the values of a plain page; bools take a byte each.
func (s *statistics) plain(b []byte) {
	switch {
	case len(b) == 0:
	case s.width == 0:
		s.texts(b)
	case s.order == orderFloat64:
		s.floats(b)
	case s.order == orderInt32:
		bounds(s, view[int32](b))
	case s.order == orderInt64:
		bounds(s, view[int64](b))
	case s.order == orderUint32:
		bounds(s, view[uint32](b))
	case s.order == orderUint64:
		bounds(s, view[uint64](b))
	default:
		for ; len(b) > 0; b = b[s.width:] {
			s.one(b[:s.width])
		}
	}
}

// texts takes the values of a page of texts. Most lie between the bounds, which
// their first eight bytes tell.
func (s *statistics) texts(b []byte) {
	lo, hi := prefix(s.least), prefix(s.most)
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint32(b))
		v := b[4 : 4+n]
		var p uint64
		if len(b) >= 12 && n >= 8 {
			p = binary.BigEndian.Uint64(b[4:])
		} else {
			p = prefix(v)
		}
		if b = b[4+n:]; s.seen && p > lo && p < hi {
			continue
		}
		s.one(v)
		lo, hi = prefix(s.least), prefix(s.most)
	}
}

// prefix orders as the texts do, where it differs.
func prefix(v []byte) uint64 {
	if len(v) >= 8 {
		return binary.BigEndian.Uint64(v)
	}
	var b [8]byte
	copy(b[:], v)
	return binary.BigEndian.Uint64(b[:])
}

func (s *statistics) floats(b []byte) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for ; len(b) >= 8; b = b[8:] {
		f := f64(b)
		if f != f {
			s.nans = true
			return
		}
		lo, hi = min(lo, f), max(hi, f)
	}
	var v [8]byte
	for _, f := range []float64{lo, hi} {
		binary.LittleEndian.PutUint64(v[:], math.Float64bits(f))
		s.one(v[:])
	}
}

func bounds[T int32 | int64 | uint32 | uint64](s *statistics, v []T) {
	lo, hi := v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	one := []T{lo, hi}
	s.one(bytesOf(one[:1]))
	s.one(bytesOf(one[1:]))
}

// one takes a value.
func (s *statistics) one(v []byte) {
	if s.isNaN(v) {
		s.nans = true
		return
	}
	if !s.seen {
		s.seen = true
		s.least, s.most = bytes.Clone(v), bytes.Clone(v)
		return
	}
	if s.compare(v, s.least) < 0 {
		s.least = append(s.least[:0], v...)
	}
	if s.compare(v, s.most) > 0 {
		s.most = append(s.most[:0], v...)
	}
}

func (s *statistics) isNaN(v []byte) bool {
	switch s.order {
	case orderFloat32:
		f := f32(v)
		return f != f
	case orderFloat64:
		f := f64(v)
		return f != f
	}
	return false
}

func f32(v []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(v)) }
func f64(v []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v)) }

func (s *statistics) compare(a, b []byte) int {
	switch s.order {
	case orderInt32:
		return cmp.Compare(int32(binary.LittleEndian.Uint32(a)), int32(binary.LittleEndian.Uint32(b)))
	case orderUint32:
		return cmp.Compare(binary.LittleEndian.Uint32(a), binary.LittleEndian.Uint32(b))
	case orderInt64:
		return cmp.Compare(int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)))
	case orderUint64:
		return cmp.Compare(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b))
	case orderFloat32:
		return cmp.Compare(f32(a), f32(b))
	case orderFloat64:
		return cmp.Compare(f64(a), f64(b))
	case orderDecimal:
		if a[0]^b[0] >= 0x80 { // signs differ
			return cmp.Compare(int8(a[0]), int8(b[0]))
		}
	}
	return bytes.Compare(a, b)
}

// append writes the Statistics struct. Bounds of long texts are left out, and
// so are those of chunks with NaN; a zero bound covers both zeros (parquet.thrift,
// "TypeDefinedOrder").
func (s *statistics) append(t *thriftWriter, id int16) {
	t.sub(id)
	t.i64(3, s.nulls)
	if s.seen && !s.nans && s.order != orderNone && len(s.least) <= longestBound && len(s.most) <= longestBound {
		least, most := bytes.Clone(s.least), bytes.Clone(s.most)
		switch {
		case s.order == orderFloat32 && f32(least) == 0, s.order == orderFloat64 && f64(least) == 0:
			least[len(least)-1] = 0x80
		}
		switch {
		case s.order == orderFloat32 && f32(most) == 0, s.order == orderFloat64 && f64(most) == 0:
			most[len(most)-1] = 0
		}
		t.bytes(5, most)
		t.bytes(6, least)
	}
	t.close()
}
