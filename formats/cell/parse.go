package cell

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// The reasons that a text is not a value. They never hold the text.
var (
	errNotBool      = errors.New("this is neither true nor false")
	errNotInt       = errors.New("this is no whole number")
	errNotFloat     = errors.New("this is no number")
	errNotDecimal   = errors.New("this is no decimal number")
	errNotDate      = errors.New("this is no date such as 2006-01-31")
	errNotTime      = errors.New("this is no time such as 2006-01-31T15:04:05Z")
	errZone         = errors.New("this time has no zone offset, and the column's type has one")
	errNoZone       = errors.New("this time has a zone offset, and the column's type has none")
	errNotBase64    = errors.New("this is not base64")
	errNotRangeOf   = errors.New("the number does not fit the column's type")
	errNotEmptyNull = errors.New("a column of nulls holds a value")
)

// Column collects the cells of one column from their texts.
type Column struct {
	b      array.Builder
	append func(text []byte) error
}

// NewColumn makes a column of a type. Nested types have none here.
func NewColumn(t arrow.DataType, mem memory.Allocator) (*Column, error) {
	b := array.NewBuilder(mem, t)
	c := &Column{b: b}
	switch b := b.(type) {
	case *array.NullBuilder:
		c.append = func([]byte) error { return errNotEmptyNull }
	case *array.BooleanBuilder:
		c.append = func(s []byte) error {
			v, err := ParseBool(s)
			if err == nil {
				b.Append(v)
			}
			return err
		}
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
		c.append = func(s []byte) error {
			v, err := parseFloat(s, 32)
			if err == nil {
				b.Append(float32(v))
			}
			return err
		}
	case *array.Float64Builder:
		c.append = func(s []byte) error {
			v, err := parseFloat(s, 64)
			if err == nil {
				b.Append(v)
			}
			return err
		}
	case *array.StringBuilder:
		c.append = func(s []byte) error { b.BinaryBuilder.Append(s); return nil }
	case *array.LargeStringBuilder:
		c.append = func(s []byte) error { b.BinaryBuilder.Append(s); return nil }
	case *array.BinaryBuilder:
		c.append = func(s []byte) error {
			v, err := base64.StdEncoding.DecodeString(view(s))
			if err != nil {
				return errNotBase64
			}
			b.Append(v)
			return nil
		}
	case *array.Date32Builder:
		c.append = func(s []byte) error {
			d, ok := ParseDate(s)
			if !ok {
				return errNotDate
			}
			b.Append(arrow.Date32(d))
			return nil
		}
	case *array.TimestampBuilder:
		tt := t.(*arrow.TimestampType)
		c.append = func(s []byte) error {
			v, err := ParseTimestamp(s, tt)
			if err == nil {
				b.Append(v)
			}
			return err
		}
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
		c.append = b.Append
	default:
		b.Release()
		return nil, fmt.Errorf("read text as %s: this type has no text form", t)
	}
	return c, nil
}

// Append adds the cell that the text says. The error says why it is none; the
// column is then unchanged.
func (c *Column) Append(text []byte) error { return c.append(text) }

// AppendNull adds a null.
func (c *Column) AppendNull() { c.b.AppendNull() }

// Len is the number of cells.
func (c *Column) Len() int { return c.b.Len() }

// NewArray gives the cells so far and starts again. The caller releases it.
func (c *Column) NewArray() arrow.Array { return c.b.NewArray() }

// Release gives up the column.
func (c *Column) Release() { c.b.Release() }

// view looks at bytes as a string for the length of a call.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// ParseBool reads true or false in any case.
func ParseBool(s []byte) (bool, error) {
	fold := func(word string) bool {
		if len(s) != len(word) {
			return false
		}
		for i := range s {
			if s[i]|0x20 != word[i] {
				return false
			}
		}
		return true
	}
	switch {
	case fold("true"):
		return true, nil
	case fold("false"):
		return false, nil
	}
	return false, errNotBool
}

// ParseInt reads an integer: digits with an optional minus, without leading
// zeros, so that codes such as 007 stay texts.
func ParseInt(s []byte) (int64, error) {
	neg := len(s) > 0 && s[0] == '-'
	digits := s
	if neg {
		digits = s[1:]
	}
	u, err := parseNatural(digits)
	switch {
	case err != nil:
		return 0, err
	case neg && u <= 1<<63 && u > 0:
		return -int64(u-1) - 1, nil
	case !neg && u <= math.MaxInt64:
		return int64(u), nil
	case neg && u == 0:
		return 0, errNotInt // -0 is no integer that anything writes
	}
	return 0, errNotRangeOf
}

func parseNatural(s []byte) (uint64, error) {
	if len(s) == 0 || len(s) > 1 && s[0] == '0' {
		return 0, errNotInt
	}
	var u uint64
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, errNotInt
		}
		if u > math.MaxUint64/10 || u*10 > math.MaxUint64-uint64(c-'0') {
			return 0, errNotRangeOf
		}
		u = u*10 + uint64(c-'0')
	}
	return u, nil
}

func integers[T int8 | int16 | int32 | int64](add func(T), least, most int64) func([]byte) error {
	return func(s []byte) error {
		v, err := ParseInt(s)
		if err != nil {
			return err
		}
		if v < least || v > most {
			return errNotRangeOf
		}
		add(T(v))
		return nil
	}
}

func naturals[T uint8 | uint16 | uint32 | uint64](add func(T), most uint64) func([]byte) error {
	return func(s []byte) error {
		v, err := parseNatural(s)
		if err != nil {
			return err
		}
		if v > most {
			return errNotRangeOf
		}
		add(T(v))
		return nil
	}
}

func parseFloat(s []byte, bits int) (float64, error) {
	if len(s) == 0 {
		return 0, errNotFloat
	}
	for _, c := range s { // no hex floats, no underscores, no "infinity"
		if !(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E') {
			switch view(s) {
			case "NaN":
				return math.NaN(), nil
			case "Inf":
				return math.Inf(1), nil
			case "-Inf":
				return math.Inf(-1), nil
			}
			return 0, errNotFloat
		}
	}
	v, err := strconv.ParseFloat(view(s), bits)
	if err != nil {
		if errors.Is(err, strconv.ErrRange) {
			return 0, errNotRangeOf
		}
		return 0, errNotFloat
	}
	return v, nil
}

// ParseDate reads 2006-01-02 as days since 1970-01-01.
func ParseDate(s []byte) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, view(s))
	if err != nil {
		return 0, false
	}
	return floorDiv(t.Unix(), 86400), true
}

// HasZone says whether a timestamp's text ends in Z or an offset.
func HasZone(s []byte) bool {
	n := len(s)
	return n > 0 && (s[n-1] == 'Z' || n > 6 && (s[n-6] == '+' || s[n-6] == '-') && s[n-3] == ':')
}

// ParseTimestamp reads a time as the type says. Digits beyond the type's unit
// are an error, never a rounding.
func ParseTimestamp(s []byte, t *arrow.TimestampType) (arrow.Timestamp, error) {
	if len(s) < 16 || s[10] != 'T' && s[10] != ' ' {
		return 0, errNotTime
	}
	zoned := HasZone(s)
	switch {
	case zoned && t.TimeZone == "":
		return 0, errNoZone
	case !zoned && t.TimeZone != "":
		return 0, errZone
	}
	layout := "2006-01-02" + string(s[10]) + "15:04:05.999999999"
	if len(s) == 16 || zoned && (s[16] == 'Z' || s[16] == '+' || s[16] == '-') {
		layout = "2006-01-02" + string(s[10]) + "15:04"
	}
	if zoned {
		layout += "Z07:00"
	}
	v, err := time.Parse(layout, view(s))
	if err != nil {
		return 0, errNotTime
	}
	out, err := arrow.TimestampFromTime(v, t.Unit)
	if err != nil {
		return 0, errNotRangeOf
	}
	if !out.ToTime(t.Unit).Equal(v) {
		return 0, fmt.Errorf("this time is finer than the column's unit %s", t.Unit)
	}
	return out, nil
}
