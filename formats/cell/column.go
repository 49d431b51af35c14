package cell

import (
	"encoding/base64"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Check says whether a text can hold cells of a type, so that what was written
// reads the same. Nested types are refused here: a format that holds them
// checks their members.
func Check(t arrow.DataType) error {
	switch t := t.(type) {
	case *arrow.NullType, *arrow.BooleanType, *arrow.StringType, *arrow.LargeStringType,
		*arrow.BinaryType, *arrow.LargeBinaryType, *arrow.FixedSizeBinaryType,
		*arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type,
		*arrow.Float32Type, *arrow.Float64Type, *arrow.Decimal128Type,
		*arrow.Date32Type, *arrow.Date64Type, *arrow.Time32Type, *arrow.Time64Type:
		return nil
	case *arrow.TimestampType:
		if _, err := t.GetZone(); err != nil {
			return fmt.Errorf("%s: this time zone is not known", t)
		}
		return nil
	case *arrow.DictionaryType:
		if t.ValueType.ID() == arrow.STRING {
			return nil
		}
		return fmt.Errorf("%s: only dictionaries of strings have a text form", t)
	case arrow.NestedType:
		return fmt.Errorf("%s is nested", t)
	}
	return fmt.Errorf("%s has no text form", t)
}

// Column collects the cells of one column from their texts.
type Column struct {
	b      array.Builder
	append func(text []byte) error
}

// NewColumn makes a column of a type. Nested types have none here.
func NewColumn(t arrow.DataType, mem memory.Allocator) (*Column, error) {
	if err := Check(t); err != nil {
		return nil, fmt.Errorf("read text: %w", err)
	}
	return Over(array.NewBuilder(mem, t))
}

// Over makes a column that fills a builder, which passes to the column.
func Over(b array.Builder) (*Column, error) {
	t := b.Type()
	if err := Check(t); err != nil {
		b.Release()
		return nil, fmt.Errorf("read text: %w", err)
	}
	c := &Column{b: b}
	switch b := b.(type) {
	case *array.NullBuilder:
		c.append = func([]byte) error { return errNotEmptyNull }
	case *array.BooleanBuilder:
		c.append = through(ParseBool, b.Append)
	case *array.Int8Builder:
		c.append = integers(b.Append, math.MinInt8, math.MaxInt8)
	case *array.Int16Builder:
		c.append = integers(b.Append, math.MinInt16, math.MaxInt16)
	case *array.Int32Builder:
		c.append = integers(b.Append, math.MinInt32, math.MaxInt32)
	case *array.Int64Builder:
		c.append = integers(b.Append, math.MinInt64, math.MaxInt64)
	case *array.Uint8Builder:
		c.append = naturals(b.Append, math.MaxUint8)
	case *array.Uint16Builder:
		c.append = naturals(b.Append, math.MaxUint16)
	case *array.Uint32Builder:
		c.append = naturals(b.Append, math.MaxUint32)
	case *array.Uint64Builder:
		c.append = naturals(b.Append, math.MaxUint64)
	case *array.Float32Builder:
		c.append = through(func(s []byte) (float64, error) { return parseFloat(s, 32) }, func(v float64) { b.Append(float32(v)) })
	case *array.Float64Builder:
		c.append = through(func(s []byte) (float64, error) { return parseFloat(s, 64) }, b.Append)
	case *array.StringBuilder:
		c.append = func(s []byte) error { b.BinaryBuilder.Append(s); return nil }
	case *array.LargeStringBuilder:
		c.append = func(s []byte) error { b.BinaryBuilder.Append(s); return nil }
	case *array.BinaryBuilder: // large binary too
		c.append = through(decode, b.Append)
	case *array.FixedSizeBinaryBuilder:
		width := t.(*arrow.FixedSizeBinaryType).ByteWidth
		c.append = through(func(s []byte) ([]byte, error) {
			v, err := decode(s)
			if err == nil && len(v) != width {
				return nil, errWidth
			}
			return v, err
		}, b.Append)
	case *array.Date32Builder:
		c.append = through(func(s []byte) (arrow.Date32, error) {
			d, ok := ParseDate(s)
			if !ok {
				return 0, errNotDate
			}
			return arrow.Date32(d), nil
		}, b.Append)
	case *array.Date64Builder:
		c.append = through(func(s []byte) (arrow.Date64, error) {
			d, ok := ParseDate(s)
			if !ok {
				return 0, errNotDate
			}
			return arrow.Date64(d * 86_400_000), nil
		}, b.Append)
	case *array.Time32Builder:
		unit := t.(*arrow.Time32Type).Unit
		c.append = through(func(s []byte) (int64, error) { return parseClock(s, unit) }, func(v int64) { b.Append(arrow.Time32(v)) })
	case *array.Time64Builder:
		unit := t.(*arrow.Time64Type).Unit
		c.append = through(func(s []byte) (int64, error) { return parseClock(s, unit) }, func(v int64) { b.Append(arrow.Time64(v)) })
	case *array.TimestampBuilder:
		tt := t.(*arrow.TimestampType)
		c.append = through(func(s []byte) (arrow.Timestamp, error) { return ParseTimestamp(s, tt) }, b.Append)
	case *array.Decimal128Builder:
		dt := t.(*arrow.Decimal128Type)
		c.append = func(s []byte) error {
			v, err := parseDecimal(view(s), dt.Precision, dt.Scale)
			if err == nil {
				b.Append(v)
			}
			return err
		}
	case *array.BinaryDictionaryBuilder:
		// The builder would number past its index type without a word.
		most := 1<<(t.(*arrow.DictionaryType).IndexType.(arrow.FixedWidthDataType).BitWidth()-1) - 1
		c.append = func(s []byte) error {
			if err := b.Append(s); err != nil {
				return err
			}
			if b.DictionarySize() > most {
				return errManyValues
			}
			return nil
		}
	default:
		b.Release()
		return nil, fmt.Errorf("read text: %s has no text form", t)
	}
	return c, nil
}

// through parses a text and adds what it says.
func through[T any](parse func([]byte) (T, error), add func(T)) func([]byte) error {
	return func(s []byte) error {
		v, err := parse(s)
		if err == nil {
			add(v)
		}
		return err
	}
}

func decode(s []byte) ([]byte, error) {
	v, err := base64.StdEncoding.Strict().DecodeString(view(s))
	if err != nil {
		return nil, errNotBase64
	}
	return v, nil
}

// Append adds the cell that the text says. The error says why it is none; the
// column is of no use after one.
func (c *Column) Append(text []byte) error { return c.append(text) }

// AppendNull adds a null.
func (c *Column) AppendNull() { c.b.AppendNull() }

// Len is the number of cells.
func (c *Column) Len() int { return c.b.Len() }

// NewArray gives the cells so far and starts again. The caller releases it.
func (c *Column) NewArray() arrow.Array { return c.b.NewArray() }

// Reserve makes room for n cells, so that the column does not grow step by step.
func (c *Column) Reserve(n int) { c.b.Reserve(n) }

// Release gives up the column.
func (c *Column) Release() { c.b.Release() }
