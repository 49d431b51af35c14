package spec

import (
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// cellOf gives, for a type, how an array's cells are written as text; nil where
// a type has no text. Null writes nothing.
func cellOf(t arrow.DataType) func(arrow.Array) func(dst []byte, i int) []byte {
	whole := func(f func(a arrow.Array) func(int) int64) func(arrow.Array) func([]byte, int) []byte {
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			at := f(a)
			return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, at(i), 10) }
		})
	}
	switch t := t.(type) {
	case *arrow.Int64Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Int64).Int64Values()
			return func(i int) int64 { return v[i] }
		})
	case *arrow.Int32Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Int32).Int32Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Int16Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Int16).Int16Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Int8Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Int8).Int8Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Uint64Type:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Uint64).Uint64Values()
			return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, v[i], 10) }
		})
	case *arrow.Uint32Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Uint32).Uint32Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Uint16Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Uint16).Uint16Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Uint8Type:
		return whole(func(a arrow.Array) func(int) int64 {
			v := a.(*array.Uint8).Uint8Values()
			return func(i int) int64 { return int64(v[i]) }
		})
	case *arrow.Float64Type:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Float64).Float64Values()
			return func(dst []byte, i int) []byte { return strconv.AppendFloat(dst, v[i], 'f', -1, 64) }
		})
	case *arrow.Float32Type:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Float32).Float32Values()
			return func(dst []byte, i int) []byte { return strconv.AppendFloat(dst, float64(v[i]), 'f', -1, 32) }
		})
	case *arrow.BooleanType:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Boolean)
			return func(dst []byte, i int) []byte { return strconv.AppendBool(dst, v.Value(i)) }
		})
	case *arrow.StringType:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.String)
			return func(dst []byte, i int) []byte { return append(dst, v.Value(i)...) }
		})
	case *arrow.DictionaryType:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Dictionary)
			words := v.Dictionary().(*array.String)
			return func(dst []byte, i int) []byte { return append(dst, words.Value(v.GetValueIndex(i))...) }
		})
	case *arrow.Date32Type:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Date32)
			return func(dst []byte, i int) []byte { return v.Value(i).ToTime().AppendFormat(dst, time.DateOnly) }
		})
	case *arrow.TimestampType:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Timestamp)
			return func(dst []byte, i int) []byte {
				return v.Value(i).ToTime(t.Unit).AppendFormat(dst, "2006-01-02T15:04:05.999999999Z07:00")
			}
		})
	case *arrow.Decimal128Type:
		return nullable(func(a arrow.Array) func([]byte, int) []byte {
			v := a.(*array.Decimal128)
			return func(dst []byte, i int) []byte { return append(dst, v.Value(i).ToString(t.Scale)...) }
		})
	}
	return nil
}

func nullable(f func(arrow.Array) func([]byte, int) []byte) func(arrow.Array) func([]byte, int) []byte {
	return func(a arrow.Array) func([]byte, int) []byte {
		at := f(a)
		if a.NullN() == 0 {
			return at
		}
		return func(dst []byte, i int) []byte {
			if a.IsNull(i) {
				return dst
			}
			return at(dst, i)
		}
	}
}

// Cell writes a cell as text, as rows and look-ups show it; null is nothing.
func Cell(dst []byte, a arrow.Array, i int) []byte {
	f := cellOf(a.DataType())
	if f == nil {
		return append(dst, a.ValueStr(i)...)
	}
	return f(a)(dst, i)
}
