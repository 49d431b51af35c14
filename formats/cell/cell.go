// Package cell holds the text forms of single cells, which the text formats
// share: how a value of each Arrow type is written, and how a text is read as
// that type. Reading accepts what writing makes and what people write:
//
//	bool       true, false (any case)
//	integers   digits with an optional minus; no leading zeros, no plus
//	floats     as strconv.ParseFloat, and NaN, Inf, -Inf
//	decimal    digits with a point, at most the type's scale
//	date       2006-01-02
//	timestamp  2006-01-02T15:04:05.999999999Z or with an offset; without one
//	           exactly where the type has no zone. A space may stand for T.
//	time       15:04:05.999999999, with as many decimals as the unit has
//	binary     standard base64
//
// [Check] says which types these are; a format refuses the others before it
// writes anything. Years run from 0 to 9999; others are written, and refused
// when read.
//
// Writing a cell allocates nothing beyond the destination.
package cell

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Appender appends the text of one cell, which is not null.
type Appender func(dst []byte, row int) []byte

// NewAppender gives the appender of an array. Nested types have none here.
func NewAppender(a arrow.Array) (Appender, error) {
	switch a := a.(type) {
	case *array.Null:
		return func(dst []byte, _ int) []byte { return dst }, nil
	case *array.Boolean:
		return func(dst []byte, i int) []byte { return strconv.AppendBool(dst, a.Value(i)) }, nil
	case *array.Int8:
		return signed(a.Int8Values()), nil
	case *array.Int16:
		return signed(a.Int16Values()), nil
	case *array.Int32:
		return signed(a.Int32Values()), nil
	case *array.Int64:
		return signed(a.Int64Values()), nil
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
		return func(dst []byte, i int) []byte { return AppendFloat(dst, float64(v[i]), 32) }, nil
	case *array.Float64:
		v := a.Float64Values()
		return func(dst []byte, i int) []byte { return AppendFloat(dst, v[i], 64) }, nil
	case *array.String:
		return func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }, nil
	case *array.LargeString:
		return func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }, nil
	case *array.Binary:
		return func(dst []byte, i int) []byte { return base64.StdEncoding.AppendEncode(dst, a.Value(i)) }, nil
	case *array.LargeBinary:
		return func(dst []byte, i int) []byte { return base64.StdEncoding.AppendEncode(dst, a.Value(i)) }, nil
	case *array.FixedSizeBinary:
		return func(dst []byte, i int) []byte { return base64.StdEncoding.AppendEncode(dst, a.Value(i)) }, nil
	case *array.Date32:
		v := a.Date32Values()
		return func(dst []byte, i int) []byte { return AppendDate(dst, int64(v[i])) }, nil
	case *array.Date64:
		v := a.Date64Values()
		return func(dst []byte, i int) []byte { return AppendDate(dst, floorDiv(int64(v[i]), 86_400_000)) }, nil
	case *array.Time32:
		v, perSecond := a.Time32Values(), int64(time.Second/a.DataType().(*arrow.Time32Type).Unit.Multiplier())
		return func(dst []byte, i int) []byte { return appendTimeOfDay(dst, int64(v[i]), perSecond) }, nil
	case *array.Time64:
		v, perSecond := a.Time64Values(), int64(time.Second/a.DataType().(*arrow.Time64Type).Unit.Multiplier())
		return func(dst []byte, i int) []byte { return appendTimeOfDay(dst, int64(v[i]), perSecond) }, nil
	case *array.Timestamp:
		return timestamps(a)
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		v := a.Values()
		return func(dst []byte, i int) []byte { return appendDecimal(dst, v[i], scale) }, nil
	case *array.Dictionary:
		if a.Dictionary().NullN() > 0 {
			return nil, fmt.Errorf("write %s as text: its dictionary holds a null; mark the rows null instead", a.DataType())
		}
		inner, err := NewAppender(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return func(dst []byte, i int) []byte { return inner(dst, a.GetValueIndex(i)) }, nil
	case array.ListLike, *array.Struct:
		return nil, fmt.Errorf("write %s as text: it is nested", a.DataType())
	default:
		return nil, fmt.Errorf("write %s as text: it has no text form", a.DataType())
	}
}

func signed[T ~int8 | ~int16 | ~int32 | ~int64](v []T) Appender {
	return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(v[i]), 10) }
}

func unsigned[T ~uint8 | ~uint16 | ~uint32 | ~uint64](v []T) Appender {
	return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(v[i]), 10) }
}

// AppendFloat writes the shortest text that reads back as the same number of
// the given bits. NaN and infinities are NaN, Inf and -Inf.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	if math.IsInf(f, 1) {
		return append(dst, "Inf"...)
	}
	// Amounts of money are the common case: two decimals at most. They are
	// exact when scaling up and back gives the same number.
	if bits == 64 {
		if c := f * 100; c == math.Trunc(c) && c > -1e15 && c < 1e15 && c/100 == f && !(f == 0 && math.Signbit(f)) {
			return appendCents(dst, int64(c))
		}
	}
	// Places on Earth are the common case of the smaller floats: four decimals. A
	// decimal of at most six digits is the shortest text of the float nearest to
	// it, since no two of them share one (IEEE 754, FLT_DIG).
	if bits == 32 {
		if n := math.Round(f * 1e4); n > -1e6 && n < 1e6 && n != 0 && float64(float32(n/1e4)) == f {
			return appendTenThousandths(dst, int64(n))
		}
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

func appendTenThousandths(dst []byte, n int64) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/10_000, 10)
	rest := n % 10_000
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+rest/1000), byte('0'+rest/100%10), byte('0'+rest/10%10), byte('0'+rest%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendCents(dst []byte, c int64) []byte {
	if c < 0 {
		dst = append(dst, '-')
		c = -c
	}
	dst = strconv.AppendInt(dst, c/100, 10)
	switch rest := c % 100; {
	case rest == 0:
	case rest%10 == 0:
		dst = append(dst, '.', byte('0'+rest/10))
	default:
		dst = append(dst, '.', byte('0'+rest/10), byte('0'+rest%10))
	}
	return dst
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// AppendDate writes days since 1970-01-01 as 2006-01-02 (proleptic Gregorian).
func AppendDate(dst []byte, days int64) []byte {
	y, m, d := civil(days)
	dst = appendYear(dst, y)
	return append(dst, '-', byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

func appendYear(dst []byte, y int64) []byte {
	if y < 0 || y > 9999 {
		return strconv.AppendInt(dst, y, 10)
	}
	return append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10))
}

// civil turns days since 1970-01-01 into a date: Howard Hinnant, "chrono-
// Compatible Low-Level Date Algorithms", civil_from_days.
func civil(days int64) (y, m, d int64) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func timestamps(a *array.Timestamp) (Appender, error) {
	t := a.DataType().(*arrow.TimestampType)
	v := a.TimestampValues()
	zone, err := t.GetZone()
	if err != nil {
		return nil, fmt.Errorf("write timestamps: %w", err)
	}
	perSecond := int64(time.Second / t.Unit.Multiplier())
	if t.TimeZone == "" || zone == time.UTC {
		utc := t.TimeZone != ""
		return func(dst []byte, i int) []byte {
			sec := floorDiv(int64(v[i]), perSecond)
			dst = appendClock(dst, sec, int64(v[i])-sec*perSecond, perSecond)
			if utc {
				dst = append(dst, 'Z')
			}
			return dst
		}, nil
	}
	return func(dst []byte, i int) []byte {
		at := v[i].ToTime(t.Unit).In(zone)
		if _, offset := at.Zone(); offset%60 != 0 {
			at = at.UTC() // the local mean times of old: RFC 3339 has no seconds in an offset
		}
		return at.AppendFormat(dst, time.RFC3339Nano)
	}, nil
}

// appendClock writes date and time of day; the fraction has no trailing zeros.
func appendClock(dst []byte, sec, frac, perSecond int64) []byte {
	day := floorDiv(sec, 86400)
	dst = AppendDate(dst, day)
	return appendTime(append(dst, 'T'), sec-day*86400, frac, perSecond)
}

// appendTimeOfDay writes units since midnight. A number outside of the day, which
// no clock shows and a file may hold, has a sign, or as many hours as it takes.
func appendTimeOfDay(dst []byte, v, perSecond int64) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	s := int64(u / uint64(perSecond))
	if h := s / 3600; h > 99 { // appendTime writes two digits
		dst = strconv.AppendInt(dst, h/100, 10)
		s -= h / 100 * 100 * 3600
	}
	return appendTime(dst, s, int64(u%uint64(perSecond)), perSecond)
}

// appendTime writes a time of day, s seconds after midnight, of fewer than 100
// hours.
func appendTime(dst []byte, s, frac, perSecond int64) []byte {
	h, m := s/3600, s/60%60
	s %= 60
	dst = append(dst, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10))
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	for perSecond > 1 && frac > 0 {
		perSecond /= 10
		dst = append(dst, byte('0'+frac/perSecond))
		frac %= perSecond
	}
	return dst
}
