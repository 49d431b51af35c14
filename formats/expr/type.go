package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

type kind uint8

const (
	kNull kind = iota // the literal null, of any type
	kBool
	kInt
	kFloat
	kDecimal
	kString
	kDate      // days since 1970-01-01
	kTimestamp // units since 1970-01-01 UTC
	kDuration
)

// typ is the static type of a value.
type typ struct {
	kind  kind
	prec  int32          // decimal: digits
	scale int32          // decimal: digits after the point
	unit  arrow.TimeUnit // timestamp, duration
	zone  string         // timestamp
}

// smallPrecision is the most digits of a decimal kept in an int64 register.
const smallPrecision = 18

// bank says which slice of a register holds the values.
type bank uint8

const (
	bankBits bank = iota
	bankInt
	bankFloat
	bankWide
	bankString
)

func (t typ) bank() bank {
	switch t.kind {
	case kNull, kBool:
		return bankBits
	case kFloat:
		return bankFloat
	case kString:
		return bankString
	case kDecimal:
		if t.prec > smallPrecision {
			return bankWide
		}
	}
	return bankInt
}

func (t typ) numeric() bool { return t.kind == kInt || t.kind == kFloat || t.kind == kDecimal }

func (t typ) temporal() bool {
	return t.kind == kDate || t.kind == kTimestamp || t.kind == kDuration
}

func (t typ) String() string {
	switch t.kind {
	case kNull:
		return "null"
	case kBool:
		return "bool"
	case kInt:
		return "int"
	case kFloat:
		return "float"
	case kDecimal:
		return fmt.Sprintf("decimal(%d,%d)", t.prec, t.scale)
	case kString:
		return "string"
	case kDate:
		return "date"
	case kTimestamp:
		return "timestamp"
	default:
		return "duration"
	}
}

// arrow is the Arrow type of an output of this type.
func (t typ) arrow() arrow.DataType {
	switch t.kind {
	case kNull:
		return arrow.Null
	case kBool:
		return arrow.FixedWidthTypes.Boolean
	case kInt:
		return arrow.PrimitiveTypes.Int64
	case kFloat:
		return arrow.PrimitiveTypes.Float64
	case kDecimal:
		return &arrow.Decimal128Type{Precision: t.prec, Scale: t.scale}
	case kString:
		return arrow.BinaryTypes.String
	case kDate:
		return arrow.FixedWidthTypes.Date32
	case kTimestamp:
		return &arrow.TimestampType{Unit: t.unit, TimeZone: t.zone}
	default:
		return &arrow.DurationType{Unit: t.unit}
	}
}

// typeOf is the type that a column of an Arrow type is read as.
func typeOf(dt arrow.DataType) (typ, bool) {
	switch dt := dt.(type) {
	case *arrow.NullType:
		return typ{kind: kNull}, true
	case *arrow.BooleanType:
		return typ{kind: kBool}, true
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return typ{kind: kInt}, true
	case *arrow.Float16Type, *arrow.Float32Type, *arrow.Float64Type:
		return typ{kind: kFloat}, true
	case *arrow.Decimal128Type:
		ok := dt.Precision >= 1 && dt.Precision <= 38 && dt.Scale >= 0 && dt.Scale <= dt.Precision
		return typ{kind: kDecimal, prec: dt.Precision, scale: dt.Scale}, ok
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return typ{kind: kString}, true
	case *arrow.Date32Type, *arrow.Date64Type:
		return typ{kind: kDate}, true
	case *arrow.TimestampType:
		return typ{kind: kTimestamp, unit: dt.Unit, zone: dt.TimeZone}, true
	case *arrow.DurationType:
		return typ{kind: kDuration, unit: dt.Unit}, true
	case *arrow.Time32Type:
		return typ{kind: kDuration, unit: dt.Unit}, true
	case *arrow.Time64Type:
		return typ{kind: kDuration, unit: dt.Unit}, true
	case *arrow.DictionaryType:
		if _, nested := dt.ValueType.(*arrow.DictionaryType); nested {
			return typ{}, false
		}
		return typeOf(dt.ValueType)
	}
	return typ{}, false
}

// perSecond is the number of a unit's ticks in a second.
func perSecond(u arrow.TimeUnit) int64 {
	switch u {
	case arrow.Second:
		return 1
	case arrow.Millisecond:
		return 1e3
	case arrow.Microsecond:
		return 1e6
	}
	return 1e9
}
