package commit

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// The tags of COMMIT.md.
const (
	tagNull = iota
	tagBool
	tagInt
	tagUint
	tagFloat
	tagDecimal
	tagString
	tagBinary
	tagList
	tagStruct
)

// encoder appends the canonical bytes of one cell.
type encoder func(dst []byte, row int) []byte

func supported(t arrow.DataType) error {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return supported(t.ValueType)
	case *arrow.ListType:
		return supported(t.Elem())
	case *arrow.LargeListType:
		return supported(t.Elem())
	case *arrow.FixedSizeListType:
		return supported(t.Elem())
	case *arrow.StructType:
		for _, f := range t.Fields() {
			if err := supported(f.Type); err != nil {
				return err
			}
		}
		return nil
	}
	switch t.ID() {
	case arrow.NULL, arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64,
		arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64, arrow.FLOAT32, arrow.FLOAT64,
		arrow.STRING, arrow.LARGE_STRING, arrow.BINARY, arrow.LARGE_BINARY, arrow.FIXED_SIZE_BINARY,
		arrow.DATE32, arrow.DATE64, arrow.TIME32, arrow.TIME64, arrow.TIMESTAMP, arrow.DURATION, arrow.DECIMAL128:
		return nil
	}
	return fmt.Errorf("type %s has no canonical bytes", t)
}

func newEncoder(a arrow.Array) (encoder, error) {
	inner, err := valueEncoder(a)
	if err != nil {
		return nil, err
	}
	if a.NullN() == 0 && a.DataType().ID() != arrow.NULL {
		return inner, nil
	}
	return func(dst []byte, i int) []byte {
		if a.IsNull(i) {
			return append(dst, tagNull)
		}
		return inner(dst, i)
	}, nil
}

func valueEncoder(a arrow.Array) (encoder, error) {
	switch a := a.(type) {
	case *array.Null:
		return func(dst []byte, _ int) []byte { return append(dst, tagNull) }, nil
	case *array.Boolean:
		return func(dst []byte, i int) []byte {
			if a.Value(i) {
				return append(dst, tagBool, 1)
			}
			return append(dst, tagBool, 0)
		}, nil
	case *array.Int8:
		return signed(a.Int8Values()), nil
	case *array.Int16:
		return signed(a.Int16Values()), nil
	case *array.Int32:
		return signed(a.Int32Values()), nil
	case *array.Int64:
		return signed(a.Int64Values()), nil
	case *array.Date32:
		return signed(a.Date32Values()), nil
	case *array.Date64:
		return signed(a.Date64Values()), nil
	case *array.Time32:
		return signed(a.Time32Values()), nil
	case *array.Time64:
		return signed(a.Time64Values()), nil
	case *array.Timestamp:
		return signed(a.TimestampValues()), nil
	case *array.Duration:
		return signed(a.DurationValues()), nil
	case *array.Uint8:
		return unsigned(a.Uint8Values()), nil
	case *array.Uint16:
		return unsigned(a.Uint16Values()), nil
	case *array.Uint32:
		return unsigned(a.Uint32Values()), nil
	case *array.Uint64:
		return unsigned(a.Uint64Values()), nil
	case *array.Float32:
		v := a.Float32Values()
		return func(dst []byte, i int) []byte { return float(dst, float64(v[i])) }, nil
	case *array.Float64:
		v := a.Float64Values()
		return func(dst []byte, i int) []byte { return float(dst, v[i]) }, nil
	case *array.Decimal128:
		v := a.Values()
		return func(dst []byte, i int) []byte {
			dst = binary.BigEndian.AppendUint64(append(dst, tagDecimal), uint64(v[i].HighBits()))
			return binary.BigEndian.AppendUint64(dst, v[i].LowBits())
		}, nil
	case *array.String:
		return func(dst []byte, i int) []byte { return append(append(dst, tagString), a.Value(i)...) }, nil
	case *array.LargeString:
		return func(dst []byte, i int) []byte { return append(append(dst, tagString), a.Value(i)...) }, nil
	case *array.Binary:
		return func(dst []byte, i int) []byte { return append(append(dst, tagBinary), a.Value(i)...) }, nil
	case *array.LargeBinary:
		return func(dst []byte, i int) []byte { return append(append(dst, tagBinary), a.Value(i)...) }, nil
	case *array.FixedSizeBinary:
		return func(dst []byte, i int) []byte { return append(append(dst, tagBinary), a.Value(i)...) }, nil
	case *array.Dictionary:
		values, err := newEncoder(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return func(dst []byte, i int) []byte { return values(dst, a.GetValueIndex(i)) }, nil
	case array.ListLike:
		values, err := newEncoder(a.ListValues())
		if err != nil {
			return nil, err
		}
		return func(dst []byte, i int) []byte {
			from, to := a.ValueOffsets(i)
			dst = binary.BigEndian.AppendUint64(append(dst, tagList), uint64(to-from))
			for k := from; k < to; k++ {
				dst = sized(dst, values, int(k))
			}
			return dst
		}, nil
	case *array.Struct:
		members := make([]encoder, a.NumField())
		for k := range members {
			m, err := newEncoder(a.Field(k))
			if err != nil {
				return nil, err
			}
			members[k] = m
		}
		return func(dst []byte, i int) []byte {
			dst = append(dst, tagStruct)
			for _, m := range members {
				dst = sized(dst, m, i)
			}
			return dst
		}, nil
	}
	return nil, fmt.Errorf("type %s has no canonical bytes", a.DataType())
}

// sized appends a cell with its length in front.
func sized(dst []byte, e encoder, i int) []byte {
	at := len(dst)
	dst = e(append(dst, 0, 0, 0, 0, 0, 0, 0, 0), i)
	binary.BigEndian.PutUint64(dst[at:], uint64(len(dst)-at-8))
	return dst
}

func signed[T ~int8 | ~int16 | ~int32 | ~int64](v []T) encoder {
	return func(dst []byte, i int) []byte {
		return binary.BigEndian.AppendUint64(append(dst, tagInt), uint64(int64(v[i])))
	}
}

func unsigned[T ~uint8 | ~uint16 | ~uint32 | ~uint64](v []T) encoder {
	return func(dst []byte, i int) []byte {
		return binary.BigEndian.AppendUint64(append(dst, tagUint), uint64(v[i]))
	}
}

func float(dst []byte, f float64) []byte {
	u := math.Float64bits(f)
	switch {
	case f == 0:
		u = 0
	case f != f:
		u = 0x7ff8000000000000
	}
	return binary.BigEndian.AppendUint64(append(dst, tagFloat), u)
}
