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
	number                         bool // at least one that is no NaN or infinity
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
		number := cell.IsFloat(t)
		g.number = g.number || number
		g.noFloat = !number && !cell.IsNaN(t)
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
	case !g.noFloat && g.number:
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
