package cell

import (
	"errors"
	"math"
	"strconv"
	"unsafe"
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
	errNotClock     = errors.New("this is no time of day such as 15:04:05")
	errWidth        = errors.New("this is not as many bytes as the column's type has")
	errManyValues   = errors.New("the column has more distinct values than its index type can number")
)

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

// IsFloat says whether a text counts as a number when a type is inferred: an
// optional minus, digits without a leading zero, an optional fraction, an
// optional exponent. A whole number that a float64 would change, such as a key of
// 20 digits, does not.
func IsFloat(t []byte) bool {
	i := 0
	digits := func() int {
		n := i
		for i < len(t) && t[i] >= '0' && t[i] <= '9' {
			i++
		}
		return i - n
	}
	if i < len(t) && t[i] == '-' {
		i++
	}
	first := i
	whole := digits()
	if whole > 1 && t[first] == '0' {
		return false
	}
	if i == len(t) {
		return whole > 0 && wholeFits(t)
	}
	frac := 0
	if t[i] == '.' {
		i++
		frac = digits()
	}
	if whole+frac == 0 {
		return false
	}
	if i < len(t) && (t[i] == 'e' || t[i] == 'E') {
		i++
		if i < len(t) && (t[i] == '-' || t[i] == '+') {
			i++
		}
		if digits() == 0 {
			return false
		}
	}
	return i == len(t)
}

// IsNaN says whether a text is one of the three numbers that have no digits: NaN,
// Inf and -Inf. They count as numbers beside others, and make none alone.
func IsNaN(t []byte) bool {
	switch view(t) {
	case "NaN", "Inf", "-Inf":
		return true
	}
	return false
}

// wholeFits says whether a whole number is the same after it was a float64.
func wholeFits(t []byte) bool {
	const sure = 15 // decimal digits that every float64 keeps: IEEE 754, DBL_DIG
	if len(t) <= sure {
		return true
	}
	v, err := strconv.ParseFloat(view(t), 64)
	var buf [320]byte // MaxFloat64 has 309 digits
	return err == nil && string(strconv.AppendFloat(buf[:0], v, 'f', 0, 64)) == string(t)
}
