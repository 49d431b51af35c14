package profile

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// readKeys writes the ordered keys of rows [lo, hi) of a plain numeric array,
// whether they are null or not.
func readKeys(p plan, a arrow.Array, lo, hi int, out []uint64) {
	switch a := a.(type) {
	case *array.Int64:
		signed(a.Int64Values()[lo:hi], out)
	case *array.Float64:
		for i, v := range a.Float64Values()[lo:hi] {
			out[i] = floatKey(v)
		}
	case *array.Int32:
		signed(a.Int32Values()[lo:hi], out)
	case *array.Timestamp:
		signed(a.TimestampValues()[lo:hi], out)
	case *array.Date32:
		signed(a.Date32Values()[lo:hi], out)
	case *array.Date64:
		signed(a.Date64Values()[lo:hi], out)
	case *array.Float32:
		for i, v := range a.Float32Values()[lo:hi] {
			out[i] = floatKey(float64(v))
		}
	case *array.Int16:
		signed(a.Int16Values()[lo:hi], out)
	case *array.Int8:
		signed(a.Int8Values()[lo:hi], out)
	case *array.Uint64:
		copy(out, a.Uint64Values()[lo:hi])
	case *array.Uint32:
		unsigned(a.Uint32Values()[lo:hi], out)
	case *array.Uint16:
		unsigned(a.Uint16Values()[lo:hi], out)
	case *array.Uint8:
		unsigned(a.Uint8Values()[lo:hi], out)
	case *array.Time32:
		signed(a.Time32Values()[lo:hi], out)
	case *array.Time64:
		signed(a.Time64Values()[lo:hi], out)
	case *array.Duration:
		signed(a.DurationValues()[lo:hi], out)
	case *array.Boolean:
		for i := lo; i < hi; i++ {
			out[i-lo] = signBit
			if a.Value(i) {
				out[i-lo]++
			}
		}
	default:
		readWide(p, a, lo, hi, out)
	}
}

// readWide reads the rare types that are wider or narrower than a word.
func readWide(p plan, a arrow.Array, lo, hi int, out []uint64) {
	switch a := a.(type) {
	case *array.Float16:
		for i := lo; i < hi; i++ {
			out[i-lo] = floatKey(float64(a.Value(i).Float32()))
		}
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		for i := lo; i < hi; i++ {
			v := a.Value(i)
			if p.float {
				out[i-lo] = floatKey(v.ToFloat64(scale))
				continue
			}
			// A value beyond its own precision is pinned, not wrapped.
			switch {
			case v.HighBits() == int64(v.LowBits())>>63:
				out[i-lo] = intKey(int64(v.LowBits()))
			case v.Sign() < 0:
				out[i-lo] = intKey(math.MinInt64)
			default:
				out[i-lo] = intKey(math.MaxInt64)
			}
		}
	case *array.Decimal256:
		scale := a.DataType().(*arrow.Decimal256Type).Scale
		for i := lo; i < hi; i++ {
			out[i-lo] = floatKey(a.Value(i).ToFloat64(scale))
		}
	default:
		clear(out[:hi-lo])
	}
}

func signed[T ~int8 | ~int16 | ~int32 | ~int64](vs []T, out []uint64) {
	for i, v := range vs {
		out[i] = uint64(int64(v)) ^ signBit
	}
}

func unsigned[T ~uint8 | ~uint16 | ~uint32](vs []T, out []uint64) {
	for i, v := range vs {
		out[i] = uint64(v)
	}
}
