package clean

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// exact is the greatest whole number up to which float64 holds every one.
const exact = 1 << 53

// bindClamp moves numbers into a range. NaN is left as it is.
func bindClamp(b *binder) (step, error) {
	var a struct {
		Columns columns  `yaml:"columns"`
		Low     *float64 `yaml:"low"`
		High    *float64 `yaml:"high"`
		Outside string   `yaml:"outside"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if a.Low == nil && a.High == nil {
		return nil, b.arg.Pos.Errorf("clamp needs low, high or both")
	}
	s := &clampStep{low: math.Inf(-1), high: math.Inf(1)}
	if a.Low != nil {
		s.low = *a.Low
	}
	if a.High != nil {
		s.high = *a.High
	}
	if !(s.low <= s.high) {
		return nil, b.arg.Pos.Errorf("low is above high")
	}
	switch a.Outside {
	case "", "clamp":
	case "null":
		s.null = true
	default:
		return nil, b.arg.Pos.Errorf("outside is clamp or \"null\"")
	}
	if a.Columns.node == nil {
		return nil, b.arg.Pos.Errorf("clamp needs columns: no range fits every number")
	}
	var err error
	if s.cols, err = b.pick(a.Columns.node, "numbers", isNumber); err != nil {
		return nil, err
	}
	for _, c := range s.cols {
		get, err := reader(b.fields[c].Type)
		if err != nil {
			return nil, err
		}
		s.get = append(s.get, get)
		if err := s.fits(b.fields[c].Type); err != nil {
			return nil, b.arg.Pos.Errorf("column %q: %v", b.fields[c].Name, err)
		}
		b.fields[c].Nullable = b.fields[c].Nullable || s.null
	}
	return s, nil
}

type clampStep struct {
	cols      []int
	get       []func(arrow.Array, int) float64
	low, high float64
	null      bool
}

// fits refuses ends that the column's type cannot hold.
func (s *clampStep) fits(t arrow.DataType) error {
	if arrow.IsFloating(t.ID()) {
		return nil
	}
	bits := t.(arrow.FixedWidthDataType).BitWidth()
	lo, hi := 0.0, math.Ldexp(1, bits)-1
	if arrow.IsSignedInteger(t.ID()) {
		lo, hi = -math.Ldexp(1, bits-1), math.Ldexp(1, bits-1)-1
	}
	for _, end := range []float64{s.low, s.high} {
		if math.IsInf(end, 0) {
			continue
		}
		if end != math.Trunc(end) || math.Abs(end) > exact || end < lo || end > hi {
			return fmt.Errorf("%g is no value of %s", end, t)
		}
	}
	return nil
}

func (s *clampStep) apply(r *rows, note *notes) error {
	for k, col := range s.cols {
		was := r.cols[col]
		var at []int32
		for i := range r.n {
			if was.IsNull(i) {
				continue
			}
			if v := s.get[k](was, i); v < s.low || v > s.high {
				at = append(at, int32(i))
			}
		}
		if len(at) == 0 {
			continue
		}
		var now arrow.Array
		if s.null {
			now = withNulls(was, at, r.mem)
		} else {
			now = withNumbers(was, at, r.mem, func(i int32) float64 {
				if s.get[k](was, int(i)) < s.low {
					return s.low
				}
				return s.high
			})
		}
		if err := note.changed(r, col, at, was, now); err != nil {
			now.Release()
			return err
		}
		r.set(col, now)
	}
	return nil
}

// withNumbers is the array with some rows replaced; those rows are not null.
func withNumbers(a arrow.Array, at []int32, mem memory.Allocator, value func(i int32) float64) arrow.Array {
	d := a.Data()
	width := a.DataType().(arrow.FixedWidthDataType).Bytes()
	vals := memory.NewResizableBuffer(mem)
	defer vals.Release()
	vals.Resize(d.Len() * width)
	copy(vals.Bytes(), d.Buffers()[1].Bytes()[d.Offset()*width:(d.Offset()+d.Len())*width])
	bits := copyValidity(a, mem)
	nulls := a.NullN()
	if bits != nil {
		defer bits.Release()
	}
	for _, i := range at {
		putNumber(vals.Bytes(), a.DataType().ID(), int(i), value(i))
		if bits != nil && !bitutil.BitIsSet(bits.Bytes(), int(i)) {
			bitutil.SetBit(bits.Bytes(), int(i))
			nulls--
		}
	}
	data := array.NewData(a.DataType(), d.Len(), []*memory.Buffer{bits, vals}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// copyValidity copies the validity bits of an array to start at 0; nil where no
// row is null.
func copyValidity(a arrow.Array, mem memory.Allocator) *memory.Buffer {
	if a.NullN() == 0 {
		return nil
	}
	bits := memory.NewResizableBuffer(mem)
	bits.Resize(int(bitutil.BytesForBits(int64(a.Len()))))
	bitutil.CopyBitmap(a.NullBitmapBytes(), a.Data().Offset(), a.Len(), bits.Bytes(), 0)
	return bits
}

func putNumber(dst []byte, t arrow.Type, i int, v float64) {
	switch t {
	case arrow.INT8:
		arrow.Int8Traits.CastFromBytes(dst)[i] = int8(v)
	case arrow.INT16:
		arrow.Int16Traits.CastFromBytes(dst)[i] = int16(v)
	case arrow.INT32:
		arrow.Int32Traits.CastFromBytes(dst)[i] = int32(v)
	case arrow.INT64:
		arrow.Int64Traits.CastFromBytes(dst)[i] = int64(v)
	case arrow.UINT8:
		arrow.Uint8Traits.CastFromBytes(dst)[i] = uint8(v)
	case arrow.UINT16:
		arrow.Uint16Traits.CastFromBytes(dst)[i] = uint16(v)
	case arrow.UINT32:
		arrow.Uint32Traits.CastFromBytes(dst)[i] = uint32(v)
	case arrow.UINT64:
		arrow.Uint64Traits.CastFromBytes(dst)[i] = uint64(v)
	case arrow.FLOAT32:
		arrow.Float32Traits.CastFromBytes(dst)[i] = float32(v)
	case arrow.FLOAT64:
		arrow.Float64Traits.CastFromBytes(dst)[i] = v
	}
}
