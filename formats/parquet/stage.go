package parquet

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

var errSeconds = errors.New("a time is too far from 1970 for milliseconds")

// numbersOf looks at the cells of a fixed-width array.
func numbersOf[T number](a arrow.Array) []T {
	d := a.Data()
	if d.Len() == 0 {
		return nil
	}
	return view[T](d.Buffers()[1].Bytes())[d.Offset() : d.Offset()+d.Len()]
}

// stage appends the selected values of an array in Parquet's plain form for
// fixed-width types; bools take a byte each.
func stage(dst []byte, l *leaf, a arrow.Array, sel []int32) ([]byte, error) {
	switch t := a.DataType().(type) {
	case *arrow.BooleanType:
		b := a.(*array.Boolean)
		if sel == nil {
			for i := range b.Len() {
				dst = append(dst, truth(b.Value(i)))
			}
			return dst, nil
		}
		for _, i := range sel {
			dst = append(dst, truth(b.Value(int(i))))
		}
		return dst, nil
	case *arrow.Int8Type:
		return widen(dst, numbersOf[int8](a), sel), nil
	case *arrow.Int16Type:
		return widen(dst, numbersOf[int16](a), sel), nil
	case *arrow.Uint8Type:
		return widen(dst, numbersOf[uint8](a), sel), nil
	case *arrow.Uint16Type:
		return widen(dst, numbersOf[uint16](a), sel), nil
	case *arrow.Time32Type:
		if t.Unit == arrow.Second {
			v := pick(numbersOf[int32](a), sel)
			for _, s := range v {
				if s > math.MaxInt32/1000 || s < math.MinInt32/1000 {
					return nil, errSeconds
				}
				dst = binary.LittleEndian.AppendUint32(dst, uint32(s*1000))
			}
			return dst, nil
		}
	case *arrow.Date64Type:
		for _, ms := range pick(numbersOf[int64](a), sel) {
			days := floorDiv(ms, msPerDay)
			if days*msPerDay != ms {
				return nil, errors.New("a date has a time of day, which date64 rules out")
			}
			if int64(int32(days)) != days {
				return nil, errors.New("a date is too far from 1970 for 32 bits of days")
			}
			dst = binary.LittleEndian.AppendUint32(dst, uint32(days))
		}
		return dst, nil
	case *arrow.TimestampType:
		if t.Unit == arrow.Second {
			for _, s := range pick(numbersOf[int64](a), sel) {
				if s > math.MaxInt64/1000 || s < math.MinInt64/1000 {
					return nil, errSeconds
				}
				dst = binary.LittleEndian.AppendUint64(dst, uint64(s*1000))
			}
			return dst, nil
		}
	case *arrow.Decimal128Type:
		return stageDecimals(dst, l, numbersOf128(a), sel)
	case *arrow.FixedSizeBinaryType:
		return gatherFixed(dst, a, t.ByteWidth, sel), nil
	}
	switch l.width {
	case 4:
		return gather(dst, numbersOf[uint32](a), sel), nil
	case 8:
		return gather(dst, numbersOf[uint64](a), sel), nil
	}
	return nil, errSchema
}

func truth(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// pick copies the selected values, or gives all.
func pick[T number](v []T, sel []int32) []T {
	if sel == nil {
		return v
	}
	out := make([]T, len(sel))
	for i, k := range sel {
		out[i] = v[k]
	}
	return out
}

func gather[T uint32 | uint64](dst []byte, v []T, sel []int32) []byte {
	if sel == nil {
		return append(dst, bytesOf(v)...)
	}
	dst, at := extend(dst, len(sel)*int(unsafe.Sizeof(T(0))))
	out := view[T](dst[at:])
	for i, k := range sel {
		out[i] = v[k]
	}
	return dst
}

func widen[T int8 | int16 | uint8 | uint16](dst []byte, v []T, sel []int32) []byte {
	n := len(v)
	if sel != nil {
		n = len(sel)
	}
	dst, at := extend(dst, 4*n)
	out := view[int32](dst[at:])
	if sel == nil {
		for i, x := range v {
			out[i] = int32(x)
		}
		return dst
	}
	for i, k := range sel {
		out[i] = int32(v[k])
	}
	return dst
}

// extend makes room for n bytes more. What a page stages begins at the start of
// a slice and comes in whole numbers of one width, so that views are aligned.
func extend(dst []byte, n int) ([]byte, int) {
	at := len(dst)
	if cap(dst) < at+n {
		grown := make([]byte, at, max(at+n, 2*cap(dst)))
		copy(grown, dst)
		dst = grown
	}
	return dst[:at+n], at
}

func gatherFixed(dst []byte, a arrow.Array, width int, sel []int32) []byte {
	d := a.Data()
	if d.Len() == 0 {
		return dst
	}
	raw := d.Buffers()[1].Bytes()[d.Offset()*width : (d.Offset()+d.Len())*width]
	if sel == nil {
		return append(dst, raw...)
	}
	for _, k := range sel {
		dst = append(dst, raw[int(k)*width:(int(k)+1)*width]...)
	}
	return dst
}

type words struct{ lo, hi uint64 }

func numbersOf128(a arrow.Array) []words {
	d := a.Data()
	if d.Len() == 0 {
		return nil
	}
	b := d.Buffers()[1].Bytes()
	v := unsafe.Slice((*words)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/16)
	return v[d.Offset() : d.Offset()+d.Len()]
}

// stageDecimals writes 128-bit numbers as int64 or as big-endian bytes of the
// width that the precision needs.
func stageDecimals(dst []byte, l *leaf, v []words, sel []int32) ([]byte, error) {
	n := len(v)
	if sel != nil {
		n = len(sel)
	}
	var buf [16]byte
	for i := range n {
		w := v
		if sel != nil {
			w = v[sel[i]:]
		} else {
			w = v[i:]
		}
		lo, hi := w[0].lo, w[0].hi
		if l.phys == physInt64 {
			if hi != uint64(int64(lo)>>63) {
				return nil, errDecimal
			}
			dst = binary.LittleEndian.AppendUint64(dst, lo)
			continue
		}
		binary.LittleEndian.PutUint64(buf[:], bits.ReverseBytes64(hi))
		binary.LittleEndian.PutUint64(buf[8:], bits.ReverseBytes64(lo))
		cut := 16 - l.width
		for _, b := range buf[:cut] {
			if b != byte(int8(buf[cut])>>7) {
				return nil, errDecimal
			}
		}
		dst = append(dst, buf[cut:]...)
	}
	return dst, nil
}

// runes of texts: where each cell's bytes lie.
type textCells struct {
	data  []byte
	offs  []int32
	offs8 []int64
}

// textsOf looks at a string or binary array.
func textsOf(a arrow.Array) textCells {
	d := a.Data()
	var t textCells
	if d.Len() == 0 {
		return t
	}
	if b := d.Buffers()[2]; b != nil {
		t.data = b.Bytes()
	}
	raw := d.Buffers()[1].Bytes()
	switch a.DataType().ID() {
	case arrow.LARGE_STRING, arrow.LARGE_BINARY:
		t.offs8 = view[int64](raw)[d.Offset() : d.Offset()+d.Len()+1]
	default:
		t.offs = view[int32](raw)[d.Offset() : d.Offset()+d.Len()+1]
	}
	return t
}

func (t *textCells) at(i int) []byte {
	if t.offs8 != nil {
		return t.data[t.offs8[i]:t.offs8[i+1]]
	}
	return t.data[t.offs[i]:t.offs[i+1]]
}

// between is the number of bytes of the cells from i up to k.
func (t *textCells) between(i, k int) int64 {
	switch {
	case t.offs8 != nil:
		return t.offs8[k] - t.offs8[i]
	case t.offs != nil:
		return int64(t.offs[k] - t.offs[i])
	}
	return 0
}

func (t *textCells) len() int { return max(len(t.offs), len(t.offs8), 1) - 1 }
