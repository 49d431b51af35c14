package job

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// edge is one end of a range; without a node it is open.
type edge struct {
	node   *document.Node
	strict bool
}

func (b edge) open() bool { return b.node == nil || b.node.Kind == document.Null }

// between says that the cells that are there lie between bounds. A range has two
// ends: an open one becomes the last value that a proof can hold.
func (sc *scope) between(s proof.Statement, low, high edge) ([]proof.Statement, string) {
	f, err := sc.field(s.Table, s.Column)
	if err != nil {
		return nil, err.Error()
	}
	s.Kind = "range"
	t := valueType(f)
	switch t.ID() {
	case arrow.DATE32, arrow.DATE64, arrow.TIMESTAMP, arrow.TIME32, arrow.TIME64, arrow.DURATION:
		var why string
		if s.Min, s.Max, why = timeEnds(t, low, high); why != "" {
			return nil, why
		}
		return []proof.Statement{s}, ""
	}
	places, least, most, why := sc.numbers(s, t)
	if why != "" {
		return nil, why
	}
	// In whole units of 10^-places, rounded into the range.
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	for _, e := range []struct {
		edge
		end  *big.Int
		sign int
	}{{low, least, 1}, {high, most, -1}} {
		if e.open() {
			continue
		}
		r, ok := plainNumber(e.node.Text)
		if !ok {
			return nil, "its bounds are no plain numbers"
		}
		r.Mul(r, unit)
		v := new(big.Int).Div(r.Num(), r.Denom()) // the floor
		switch exact := r.IsInt(); {
		case exact && e.strict:
			v.Add(v, big.NewInt(int64(e.sign)))
		case !exact && e.sign > 0:
			v.Add(v, big.NewInt(1))
		}
		if v.Cmp(e.end) == e.sign { // inside what the type can hold
			e.end.Set(v)
		}
	}
	if least.Cmp(most) > 0 {
		return nil, "no value of the column's type lies within its bounds"
	}
	text := func(v *big.Int) string { return written(new(big.Rat).Quo(new(big.Rat).SetInt(v), unit)) }
	s.Min, s.Max = text(least), text(most)
	return []proof.Statement{s}, ""
}

// numbers gives the decimal places of a column's numbers, and the least and the
// greatest that a proof can hold, in their unit.
func (sc *scope) numbers(s proof.Statement, t arrow.DataType) (places int, least, most *big.Int, why string) {
	least, most = big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	switch id := t.ID(); {
	case arrow.IsInteger(id):
		width := t.(arrow.FixedWidthDataType).BitWidth()
		if arrow.IsUnsignedInteger(id) {
			least.SetInt64(0)
			most.SetInt64(math.MaxInt64 >> max(63-width, 0))
		} else {
			least.SetInt64(math.MinInt64 >> (64 - width))
			most.SetInt64(math.MaxInt64 >> (64 - width))
		}
	case arrow.IsDecimal(id):
		places = int(t.(arrow.DecimalType).GetScale())
		if places < 0 {
			return 0, nil, nil, fmt.Sprintf("column %q has a negative scale", s.Column)
		}
	case arrow.IsFloating(id):
		var ok bool
		if places, ok = sc.doc.Decimal(s.Table, s.Column); !ok || places < 0 {
			return 0, nil, nil, fmt.Sprintf("column %q is floating point, and its decimal places are not given", s.Column)
		}
		most.SetInt64(1<<53 - 1) // doubles hold these exactly
		least.Neg(most)
	default:
		return 0, nil, nil, fmt.Sprintf("column %q is %s, which has no range", s.Column, t)
	}
	return places, least, most, ""
}

// timeEnds are bounds of dates and times, as they are written.
func timeEnds(t arrow.DataType, low, high edge) (least, most, why string) {
	switch id := t.ID(); {
	case id == arrow.DATE32:
		least, most = "0001-01-01", "9999-12-31"
	case id == arrow.TIMESTAMP && t.(*arrow.TimestampType).Unit == arrow.Nanosecond:
		least, most = "1677-09-22", "2262-04-11" // what 64 bits hold
	case id == arrow.TIMESTAMP:
		least, most = "0001-01-01", "9999-12-31"
	default:
		return "", "", fmt.Sprintf("bounds of a column of type %s are no plain dates", t)
	}
	for _, e := range []struct {
		edge
		into *string
		days int
	}{{low, &least, 1}, {high, &most, -1}} {
		if e.open() {
			continue
		}
		text := e.node.Text
		if e.strict {
			day, err := time.Parse(time.DateOnly, text)
			if err != nil || t.ID() != arrow.DATE32 {
				return "", "", "a strict bound of times is no whole number of their unit"
			}
			text = day.AddDate(0, 0, e.days).Format(time.DateOnly)
		}
		*e.into = text
	}
	return least, most, ""
}

// among says that values are on a list: of texts, or of whole numbers without a gap.
func (sc *scope) among(s proof.Statement, c *rule.Spec) ([]proof.Statement, string) {
	f, err := sc.field(s.Table, s.Column)
	if err != nil {
		return nil, err.Error()
	}
	items := c.Arg.Items
	if c.Kind == "eq" {
		items = []*document.Node{c.Arg}
	} else if c.Arg.Kind != document.List {
		return nil, "its values stand in a file"
	}
	if isText(f) {
		for _, n := range items {
			if n.Kind != document.String {
				return nil, "its values are no texts"
			}
			s.Of = append(s.Of, n.Text)
		}
		s.Kind = "member"
		return []proof.Statement{s}, ""
	}
	var least, most *big.Rat
	seen := map[string]bool{}
	for _, n := range items {
		r, ok := plainNumber(n.Text)
		if !ok || !isNumber(n) {
			return nil, "its values are neither texts nor numbers"
		}
		seen[r.RatString()] = true
		if least == nil || r.Cmp(least) < 0 {
			least = r
		}
		if most == nil || r.Cmp(most) > 0 {
			most = r
		}
	}
	if least == nil {
		return nil, "its list is empty"
	}
	if run := new(big.Rat).Sub(most, least); run.Cmp(big.NewRat(int64(len(seen)-1), 1)) != 0 || len(seen) > 1 && !(arrow.IsInteger(valueType(f).ID()) && least.IsInt()) {
		return nil, "its numbers are no run of whole numbers, and other lists are of texts"
	}
	at := func(r *big.Rat) edge { return edge{&document.Node{Kind: document.Float, Text: written(r)}, false} }
	return sc.between(s, at(least), at(most))
}

// maxRates is how many values a column may be proved not to have: each is a
// statement.
const maxRates = 16

// none says that no value is on a list: the rate of each is 0.
func (sc *scope) none(s proof.Statement, c *rule.Spec) ([]proof.Statement, string) {
	f, err := sc.field(s.Table, s.Column)
	if err != nil {
		return nil, err.Error()
	}
	items := c.Arg.Items
	if c.Kind == "ne" {
		items = []*document.Node{c.Arg}
	}
	switch {
	case c.Kind != "ne" && c.Arg.Kind != document.List:
		return nil, "its values stand in a file"
	case isText(f):
		return nil, "that a text is not there is shown by a list of those that are: in_set"
	case len(items) == 0 || len(items) > maxRates:
		return nil, fmt.Sprintf("its list has %d values; 1 to %d can be proved", len(items), maxRates)
	}
	var out []proof.Statement
	for _, n := range items {
		s.Kind, s.Is, s.Max = "rate", n.Text, "0"
		out = append(out, s)
	}
	return out, ""
}

func valueType(f arrow.Field) arrow.DataType {
	if d, ok := f.Type.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return f.Type
}

func isText(f arrow.Field) bool {
	id := valueType(f).ID()
	return id == arrow.STRING || id == arrow.LARGE_STRING
}

// plainNumber reads a number without an exponent of many digits.
func plainNumber(text string) (*big.Rat, bool) {
	if len(text) > 40 || strings.ContainsAny(text, "pPxX_/") {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(text)-i > 4 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// written is a finite decimal number as statements have it, with all its places: 40
// characters and an exponent of two digits are what plainNumber reads.
func written(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(140), "0"), ".")
}

func isNumber(n *document.Node) bool { return n.Kind == document.Int || n.Kind == document.Float }
