package suggest

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

// What a rule needs before it is proposed.
const (
	leastRows     = 30  // of support
	leastComplete = 0.2 // share of values below which nothing is said of nulls
	singleShare   = 0.1 // of a closed set's values may occur once
	coverShare    = 0.9 // of rows that an open set must cover
	lowFence      = 0.001
	highFence     = 0.999
	widenFence    = 0.1 // of the distance between the fences
	fewIntegers   = 12  // different whole numbers that make a set, not a range
	manyOfEach    = 50  // rows a number of such a set
	leastMostly   = 0.5
	// thresholdZ sets a threshold three standard errors below what was seen
	// (Wilson), so that luck breaks it once in 700 tables.
	thresholdZ    = 3.0
	personalScore = 0.6
	formatShare   = 0.9
)

// Rules proposes the rules of the table's columns, in the order of columns.
func (m *Maker) Rules() ([]Rule, error) {
	if m.opt.Private != nil {
		return m.privateRules()
	}
	var out []Rule
	for i, f := range m.schema.Fields() {
		out = append(out, m.columnRules(i, f)...)
	}
	return append(out, m.dependencyRules()...), nil
}

func (m *Maker) columnRules(i int, f arrow.Field) []Rule {
	c := m.learned.Column(i)
	var out []Rule
	personal := false
	for _, e := range c.Evidence {
		personal = personal || e.Role == table.RoleDirect && e.Score >= personalScore
	}
	personal = personal || c.Role == table.RoleDirect
	add := func(r Rule, broke, tested int64) {
		r.Column, r.Personal, r.Support = f.Name, personal, c.Rows
		if c.Rows >= leastRows && r.settle(broke, tested) && knows(r.Check) {
			out = append(out, r.ofColumn())
		}
	}
	if name := typeName(f.Type); name != "" {
		add(Rule{Check: "type", Arg: quote(name)}, 0, 0)
	}
	valid := c.Rows - c.Nulls
	heldRows, heldNulls := m.held.Rows(), m.held.Nulls(i)
	if valid == 0 || c.Kind == profile.KindNested {
		return out
	}
	switch complete := float64(valid) / float64(c.Rows); {
	case c.Nulls == 0:
		add(Rule{Check: "not_null", Arg: "true"}, heldNulls, heldRows)
	case complete > leastComplete:
		lo, _ := profile.Wilson(valid, c.Rows, thresholdZ)
		if lo = floorShare(lo); lo >= leastMostly {
			add(Rule{Check: "not_null", Arg: "true", Mostly: lo}, heldNulls, heldRows)
		}
	}
	heldValid := heldRows - heldNulls
	if r, ok := m.uniqueRule(i, c); ok {
		broke := int64(0)
		if heldValid > 0 && !m.held.LooksUnique(i) {
			broke = heldValid
		}
		add(r, broke, heldValid)
		c.Distinct.Exact = false // an id has no set of values and no range
	} else if r, broke, ok := m.setRule(i, c); ok {
		add(r, broke, heldValid)
		return out
	} else if c.Number != nil && c.Kind != profile.KindBool && c.Kind != profile.KindSpan {
		r, broke := m.rangeRule(i, c)
		add(r, broke, heldValid)
	}
	if c.Time != nil && !m.opt.Now.IsZero() {
		if r, ok := freshness(c, m.opt.Now); ok {
			add(r, 0, 0)
		}
	}
	if c.Text != nil && c.Kind == profile.KindText {
		for _, t := range m.textRules(i, c) {
			add(t.Rule, t.broke, heldValid)
		}
	}
	return out
}

// ofColumn makes a share of nulls a rule on the column, since no single null is
// wrong where some are allowed.
func (r Rule) ofColumn() Rule {
	if r.Check == "not_null" && r.Mostly < 1 {
		r.Check, r.Arg, r.Mostly = "completeness", strconv.FormatFloat(r.Mostly, 'f', -1, 64), 1
	}
	return r
}

// uniqueRule proposes uniqueness where no counted value repeats, in the rows
// that were learned and those held out together.
func (m *Maker) uniqueRule(i int, c profile.Column) (Rule, bool) {
	if c.Kind != profile.KindInt && c.Kind != profile.KindText && c.Kind != profile.KindBytes || !m.learned.LooksUnique(i) {
		return Rule{}, false
	}
	r := Rule{Check: "unique", Arg: "true"}
	if !c.Distinct.Exact {
		r.Why = "no repeat among the values that were counted"
	}
	return r, true
}

// setRule proposes a list of values: closed where hardly any value is single,
// else with a threshold where the frequent ones cover nearly all rows.
func (m *Maker) setRule(i int, c profile.Column) (r Rule, broke int64, ok bool) {
	switch {
	case c.Kind == profile.KindText:
	case c.Kind == profile.KindInt && c.Distinct.Value <= fewIntegers && c.Distinct.Value*manyOfEach <= float64(c.Rows):
	default:
		return r, 0, false
	}
	values, exact := m.learned.Values(i)
	if !exact || len(values) < 2 || !c.Distinct.Exact {
		return r, 0, false
	}
	single, covered, listed := 0, int64(0), 0
	for _, v := range values {
		if v.Count == 1 {
			single++
		}
		if v.Count >= 2 && listed < m.opt.Categories {
			covered += v.Count
			listed++
		}
	}
	valid := c.Rows - c.Nulls
	r = Rule{Check: "in_set", Mostly: 1}
	if float64(single) <= singleShare*float64(len(values)) && len(values) <= m.opt.Categories {
		listed = len(values)
	} else {
		lo, _ := profile.Wilson(covered, valid, thresholdZ)
		if r.Mostly = floorShare(lo); r.Mostly < coverShare || listed < 2 {
			return r, 0, false
		}
	}
	set := make([]string, 0, listed)
	known := make(map[string]bool, listed)
	for _, v := range values[:listed] {
		text := v.Text
		if c.Kind == profile.KindText {
			text = quote(v.Text)
		}
		set = append(set, text)
		known[v.Text] = true
	}
	held, _ := m.held.Values(i)
	for _, v := range held {
		if !known[v.Text] {
			broke += v.Count
		}
	}
	r.Arg = list(set)
	if broke > 0 && r.Mostly == 1 {
		// The set is not closed after all: ask for what the held-out rows keep.
		lo, _ := profile.Wilson(m.held.Rows()-m.held.Nulls(i)-broke, m.held.Rows()-m.held.Nulls(i), thresholdZ)
		r.Mostly = floorShare(lo)
	}
	return r, broke, r.Mostly >= coverShare
}

// rangeRule proposes the fences at one row in a thousand, widened by a tenth,
// never the extremes themselves. What is never negative stays so.
func (m *Maker) rangeRule(i int, c profile.Column) (r Rule, broke int64) {
	n := c.Number
	lo, hi := m.learned.Quantile(i, lowFence).Value, m.learned.Quantile(i, highFence).Value
	room := (hi - lo) * widenFence
	lo, hi = lo-room, hi+room
	if n.Min >= 0 {
		lo = max(0, lo)
	}
	if n.Integral {
		lo, hi = math.Floor(lo), math.Ceil(hi)
	} else {
		lo, hi = roundOut(lo, hi)
	}
	if n.Integral && n.Min >= 0 && n.Max <= 1 { // a flag
		lo, hi = 0, 1
	}
	inside, all := m.learned.Within(i, lo, hi)
	r = Rule{Check: "between", Arg: "[" + number(lo) + ", " + number(hi) + "]", Mostly: 1}
	if inside < all {
		w, _ := profile.Wilson(inside, all, thresholdZ)
		r.Mostly = floorShare(w)
	}
	heldIn, heldAll := m.held.Within(i, lo, hi)
	return r, heldAll - heldIn
}

// roundOut rounds a range outwards to three significant digits of its width.
func roundOut(lo, hi float64) (from, to float64) {
	width := hi - lo
	if width <= 0 {
		return lo, hi
	}
	step := math.Pow(10, math.Floor(math.Log10(width))-2)
	if step < 1e-300 {
		return lo, hi
	}
	return math.Floor(lo/step) * step, math.Ceil(hi/step) * step
}

// floorShare rounds a share down to four decimals, so that the rule keeps what
// was seen.
func floorShare(p float64) float64 { return math.Floor(p*1e4) / 1e4 }

func number(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 12, 64)
}

// freshness proposes an age for the newest time if the table was fed in the
// last three days: twice what it is now, and at least a day.
func freshness(c profile.Column, now time.Time) (Rule, bool) {
	newest, err := time.Parse(time.RFC3339Nano, c.Time.Max)
	if err != nil {
		return Rule{}, false
	}
	const day = 24 * time.Hour
	age := now.Sub(newest)
	if age < 0 || age > 3*day {
		return Rule{}, false
	}
	return Rule{Check: "freshness", Arg: fmt.Sprintf("%dh", int(math.Ceil(max(2*age, day).Hours()))), Mostly: 1}, true
}
