package delim

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/cell"
)

// guess collects which types fit a column's sample.
type guess struct {
	seen                           bool
	noBool, noInt, noFloat, noDate bool
	noZoned, noLocal               bool
}

var (
	zoned = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	local = &arrow.TimestampType{Unit: arrow.Microsecond}
)

// add looks at a cell that is not null.
func (g *guess) add(f field) {
	g.seen = true
	t := f.text
	if !g.noBool {
		_, err := cell.ParseBool(t)
		g.noBool = err != nil
	}
	if !g.noInt {
		_, err := cell.ParseInt(t)
		g.noInt = err != nil
	}
	if !g.noFloat {
		g.noFloat = !isFloat(t)
	}
	if !g.noDate {
		_, ok := cell.ParseDate(t)
		g.noDate = !ok
	}
	if !g.noZoned {
		_, err := cell.ParseTimestamp(t, zoned)
		g.noZoned = err != nil
	}
	if !g.noLocal {
		_, err := cell.ParseTimestamp(t, local)
		g.noLocal = err != nil
	}
}

func (g *guess) kind() arrow.DataType {
	switch {
	case !g.seen:
		return arrow.BinaryTypes.String
	case !g.noBool:
		return arrow.FixedWidthTypes.Boolean
	case !g.noInt:
		return arrow.PrimitiveTypes.Int64
	case !g.noFloat:
		return arrow.PrimitiveTypes.Float64
	case !g.noDate:
		return arrow.FixedWidthTypes.Date32
	case !g.noZoned:
		return zoned
	case !g.noLocal:
		return local
	}
	return arrow.BinaryTypes.String
}

// isFloat says whether a text is a number: an optional minus, digits without a
// leading zero, an optional fraction, an optional exponent. NaN and Inf read as
// numbers when a column was declared so, but do not make one.
func isFloat(t []byte) bool {
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
	frac := 0
	if i < len(t) && t[i] == '.' {
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
