package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/pattern"
)

// pool collects the values that a column is tried with: those that its checks
// speak of, values just beside them, and the usual troubles. nil is null.
type pool struct {
	typ    arrow.DataType
	values []any // int64, float64, string, bool; times as int64 in the column's unit
	seen   map[any]bool
	rng    *rand.Rand
}

func newPool(t arrow.DataType, rng *rand.Rand) *pool {
	p := &pool{typ: valueType(t), seen: map[any]bool{}, rng: rng}
	p.values = append(p.values, nil)
	return p
}

func (p *pool) put(v any) {
	if f, ok := v.(float64); ok && f != f {
		p.values = append(p.values, v)
		return
	}
	if !p.seen[v] {
		p.seen[v] = true
		p.values = append(p.values, v)
	}
}

// text adds a text where the column holds texts.
func (p *pool) text(list ...string) {
	if kindOf(p.typ) != kindText {
		return
	}
	for _, s := range list {
		if p.typ.ID() == arrow.STRING || p.typ.ID() == arrow.LARGE_STRING || utf8.ValidString(s) {
			p.put(s)
		}
	}
}

// number adds a number in the column's own steps, and what lies beside it.
func (p *pool) number(x float64) {
	switch kindOf(p.typ) {
	case kindInt, kindUint:
		unit, _ := step(p.typ).Float64()
		k := math.Floor(x / unit)
		if math.Abs(k) < 1<<62 {
			for d := int64(-1); d <= 1; d++ {
				p.put(int64(k) + d)
			}
		}
	case kindFloat:
		for _, d := range []float64{0, -0.5, 0.5, -1, 1} {
			p.put(x + d)
		}
		p.put(math.Nextafter(x, math.Inf(1)))
		p.put(math.Nextafter(x, math.Inf(-1)))
	}
}

// usual adds the values that every column of the type is tried with.
func (p *pool) usual(now time.Time) {
	switch kindOf(p.typ) {
	case kindBool:
		p.put(true)
		p.put(false)
	case kindInt, kindUint:
		if temporal(p.typ) {
			for _, d := range []time.Duration{0, -time.Second, time.Second, -time.Hour, time.Hour, -30 * 24 * time.Hour, 400 * 24 * time.Hour} {
				p.number(float64(now.Add(d).Unix()))
			}
			for h := range 24 {
				p.number(float64(now.Truncate(24 * time.Hour).Add(-time.Duration(h) * time.Hour).Unix()))
			}
			return
		}
		for i := range int64(40) {
			p.put(i)
		}
		for _, k := range append(numberSentinels(), 100, 1000, 1e6, -100, -1e6) {
			p.put(k)
		}
	case kindFloat:
		for i := range 20 {
			p.put(float64(i))
			p.put(p.rng.ExpFloat64() * 50)
		}
		for _, f := range []float64{-1, -1e6, 1e6, 0.001, 1e300, math.NaN(), math.Inf(1), -999} {
			p.put(f)
		}
	case kindText:
		p.text("a", "b", "Abc", "ABC", "New york", "x y", " x", "x ", "", " ", "N/A", "0", "12", "1.5", "true", "2026-01-31", "1 kg",
			"a\tb", "\xff", "e\u0301", "é", "a\u200bb", "cafÃ©", "абв", "中文", strings.Repeat("long ", 80))
		for i := range 20 {
			p.text(fmt.Sprintf("k%d", i))
		}
	}
}

// node adds what a check's argument speaks of.
func (p *pool) node(n *document.Node) {
	if n == nil {
		return
	}
	switch n.Kind {
	case document.Int, document.Float:
		if x, err := n.Float(); err == nil {
			p.number(x)
		} else if i, err := n.Int(); err == nil {
			p.number(float64(i))
		}
		p.text(n.Text)
	case document.String:
		if t, ok := parseTime(n.Text); ok && temporal(p.typ) {
			p.number(float64(t.Unix()))
		}
		p.text(n.Text, n.Text+"x", "x"+n.Text)
		if x, err := strconv.ParseFloat(n.Text, 64); err == nil {
			p.number(x)
		}
	case document.List:
		for _, item := range n.Items {
			p.node(item)
		}
	case document.Map:
		for _, pair := range n.Pairs {
			p.node(pair.Value)
		}
	}
}

// check adds values that a check is likely to pass or to fail.
func (p *pool) check(s *Spec) {
	p.node(s.Arg)
	switch s.Kind {
	case "format", "checksum":
		for _, k := range pattern.All() {
			if k.Name == s.Arg.Text {
				p.text(k.Good...)
				p.text(k.Bad...)
				for _, g := range append(k.Good, k.Bad...) {
					if x, err := strconv.ParseInt(g, 10, 64); err == nil {
						p.number(float64(x))
					}
				}
			}
		}
	case "matches", "not_matches":
		if re, err := syntax.Parse(s.Arg.Text, syntax.Perl); err == nil {
			for range 20 {
				p.text(p.sample(re.Simplify(), 0))
			}
		}
	case "like":
		r := strings.NewReplacer("%", "ab", "_", "c", `\`, "")
		p.text(r.Replace(s.Arg.Text), strings.NewReplacer("%", "", "_", "d", `\`, "").Replace(s.Arg.Text))
	case "starts_with", "ends_with", "contains":
		p.text(s.Arg.Text+"abc", "abc"+s.Arg.Text, "a"+s.Arg.Text+"b")
	case "length", "byte_length":
		if lo, hi, err := span64(s.Arg); err == nil {
			for _, n := range []int64{lo - 1, lo, lo + 1, hi - 1, hi, hi + 1} {
				if n >= 0 && n < 1<<16 {
					p.text(strings.Repeat("x", int(n)))
				}
			}
		}
	case "strftime":
		if form, err := strftime(s.Arg.Text); err == nil {
			p.text(time.Date(2026, 3, 31, 12, 5, 0, 0, time.UTC).Format(form))
		}
	case "unit":
		for _, n := range s.Arg.Items {
			p.text("1.5 "+n.Text, "2"+n.Text)
		}
	case "shape":
		nodes := []*document.Node{s.Arg}
		if s.Arg.Kind == document.List {
			nodes = s.Arg.Items
		}
		for _, n := range nodes {
			p.text(strings.NewReplacer("9+", "123", "a+", "abc", "A+", "ABC", "9", "4", "_", " ", "ü", "é").Replace(n.Text))
		}
	}
}

// sample writes a text that a regular expression matches, most likely.
func (p *pool) sample(re *syntax.Regexp, depth int) string {
	if depth > 40 {
		return ""
	}
	some := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(p.sample(re.Sub[0], depth+1))
		}
		return b.String()
	}
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		if len(re.Rune) < 2 {
			return ""
		}
		i := p.rng.IntN(len(re.Rune)/2) * 2
		lo, hi := re.Rune[i], min(re.Rune[i+1], re.Rune[i]+60)
		return string(lo + rune(p.rng.IntN(int(hi-lo)+1)))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(rune('a' + p.rng.IntN(26)))
	case syntax.OpCapture:
		return p.sample(re.Sub[0], depth+1)
	case syntax.OpStar:
		return some(p.rng.IntN(4))
	case syntax.OpPlus:
		return some(1 + p.rng.IntN(4))
	case syntax.OpQuest:
		return some(p.rng.IntN(2))
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + 4
		}
		return some(re.Min + p.rng.IntN(most-re.Min+1))
	case syntax.OpConcat:
		var b strings.Builder
		for _, s := range re.Sub {
			b.WriteString(p.sample(s, depth+1))
		}
		return b.String()
	case syntax.OpAlternate:
		return p.sample(re.Sub[p.rng.IntN(len(re.Sub))], depth+1)
	}
	return ""
}
