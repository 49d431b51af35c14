package suggest

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/verisim/verisim/quality/profile"
)

type testedRule struct {
	Rule
	broke int64
}

// textRules proposes a known format, or else lengths and a pattern.
func (m *Maker) textRules(i int, c profile.Column) []testedRule {
	var out []testedRule
	held, _ := m.held.Values(i)
	heldValid := m.held.Rows() - m.held.Nulls(i)
	// Held-out values may be a sample of those there are: what they break is
	// scaled to all held-out rows.
	scaled := func(broken func(string) bool) int64 {
		var bad, all int64
		for _, v := range held {
			all += v.Count
			if broken(v.Text) {
				bad += v.Count
			}
		}
		if all == 0 || bad == 0 {
			return 0
		}
		return int64(math.Ceil(float64(bad) / float64(all) * float64(heldValid)))
	}
	for _, e := range c.Evidence {
		check, name, ok := knownFormat(e)
		if !ok {
			continue
		}
		lo, _ := profile.Wilson(e.Passed, e.Tested, thresholdZ)
		if share := float64(e.Passed) / float64(e.Tested); share < formatShare {
			continue
		} else if share == 1 {
			lo = 1
		}
		r := Rule{Check: check, Arg: name, Mostly: floorShare(lo)}
		return append(out, testedRule{r, 0})
	}
	lo, hi := float64(c.Text.MinLength), c.Text.Lengths[len(c.Text.Lengths)-1].Value
	if c.Text.MinLength != c.Text.MaxLength {
		lo = max(min(1, lo), math.Floor(lo/2))
		hi = math.Ceil(hi * (1 + 2*widenFence))
	}
	arg := "[" + number(lo) + ", " + number(hi) + "]"
	if lo == hi {
		arg = number(lo)
	}
	outside := scaled(func(s string) bool {
		n := float64(utf8.RuneCountInString(s))
		return n < lo || n > hi
	})
	length := Rule{Check: "length", Arg: arg, Mostly: 1}
	if float64(c.Text.MaxLength) > hi {
		length.Mostly = floorShare(1 - 2*(1-highFence))
	}
	out = append(out, testedRule{length, outside})
	if r, re, ok := m.patternRule(i, c); ok {
		out = append(out, testedRule{r, scaled(func(s string) bool { return !re.MatchString(s) })})
	}
	return out
}

// Limits of a proposed pattern.
const (
	patternShapes = 3    // alternatives
	patternCover  = 0.99 // share of rows they must cover
	patternLength = 160
)

// patternRule draws a regular expression from the commonest shapes, with the
// run lengths that were seen. Shapes of bare words are no pattern.
func (m *Maker) patternRule(i int, c profile.Column) (Rule, *regexp.Regexp, bool) {
	values, _ := m.learned.Values(i)
	forms := map[string]*form{}
	var order []string
	var all int64
	for _, v := range values {
		f := formOf(v.Text)
		if f == nil {
			return Rule{}, nil, false
		}
		k := f.key()
		if forms[k] == nil {
			forms[k] = f
			order = append(order, k)
			if len(order) > 200 { // no few shapes cover this
				return Rule{}, nil, false
			}
		}
		forms[k].join(f)
		forms[k].rows += v.Count
		all += v.Count
	}
	var covered int64
	var alternatives []string
	for range patternShapes {
		best := ""
		for _, k := range order {
			if forms[k] != nil && (best == "" || forms[k].rows > forms[best].rows) {
				best = k
			}
		}
		if best == "" || float64(covered) >= 0.9999*float64(all) {
			break
		}
		if !forms[best].tells() {
			return Rule{}, nil, false
		}
		covered += forms[best].rows
		alternatives = append(alternatives, forms[best].expr())
		forms[best] = nil
	}
	if all == 0 || float64(covered) < patternCover*float64(all) {
		return Rule{}, nil, false
	}
	expr := "^(?:" + strings.Join(alternatives, "|") + ")$"
	if len(alternatives) == 1 {
		expr = "^" + alternatives[0] + "$"
	}
	re, err := regexp.Compile(expr)
	if err != nil || len(expr) > patternLength {
		return Rule{}, nil, false
	}
	r := Rule{Check: "matches", Arg: quote(expr), Mostly: 1}
	if covered < all {
		lo, _ := profile.Wilson(covered, all, thresholdZ)
		r.Mostly = floorShare(lo)
	}
	return r, re, true
}
