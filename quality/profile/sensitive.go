package profile

import (
	"cmp"
	"slices"
	"strconv"
	"unicode"

	"github.com/verisim/verisim/formats/table"
)

// What a column must show to be called sensitive.
const (
	testedValues = 2000 // different values that are looked at
	leastTested  = 5    // below which values prove nothing
	leastScore   = 0.4
	headerAlone  = 0.5 // score of a name without support from values
	bothScore    = 0.9 // weight of values when name and values agree
)

// detector recognises one kind of value.
type detector struct {
	what string
	role table.Role
	fits func(string) bool
	// chance is the share of random values of the same shape that fit.
	chance float64
	// least is the share of values that must fit for them to count.
	least float64
	// header says that values alone prove nothing: digits that look like a
	// phone number may be any number.
	header bool
}

// evidence says why a column looks personal. It is decided for the column as a
// whole: the share of different values that fit is held against chance, and
// joined with what the column's name says.
func (c *column) evidence() []Evidence {
	if c.kind == KindNested || c.kind == KindBytes || c.kind == KindBool || c.kind == KindSpan {
		return nil
	}
	words := wordsOf(c.field.Name)
	values := c.testValues()
	var out []Evidence
	for _, d := range detectors {
		e := Evidence{What: d.what, Role: d.role, Chance: d.chance, Header: headerWord(d.what, words)}
		for _, v := range values {
			e.Tested++
			if d.fits(v) {
				e.Passed++
			}
		}
		if e.Score = d.score(e); e.Score >= leastScore {
			out = append(out, e)
		}
	}
	// Of several readings of the same values the best is told; a card number
	// is not also a phone number.
	slices.SortStableFunc(out, func(a, b Evidence) int { return cmp.Compare(b.Score, a.Score) })
	out = out[:min(len(out), 1)]
	for _, h := range headers {
		if len(out) > 0 {
			break
		}
		if w := matchWord(h.words, words); w != "" && h.kinds(c) {
			out = append(out, Evidence{What: h.what, Role: h.role, Header: w, Score: headerAlone})
		}
	}
	return out
}

// score joins values and name. The share that fits is taken at the lower end
// of its 95 % interval and rescaled so that chance is 0.
func (d detector) score(e Evidence) float64 {
	if e.Tested < leastTested {
		return 0
	}
	lo, _ := Wilson(e.Passed, e.Tested, 1.96)
	share := float64(e.Passed) / float64(e.Tested)
	if share < d.least || lo <= d.chance {
		return 0
	}
	v := min(1, (lo-d.chance)/max(d.least-d.chance, 1e-9))
	switch {
	case e.Header != "":
		return min(1, headerAlone+(1-headerAlone)*bothScore*v)
	case d.header:
		return 0
	}
	return bothScore * v
}

// testValues lists different values as text, in order of hash, which is as
// good as at random. Of numbers only whole ones of six digits or more are
// looked at: shorter ones fit anything.
func (c *column) testValues() []string {
	var out []string
	for _, s := range c.values.entries() {
		if len(out) == testedValues {
			break
		}
		switch {
		case c.text():
			it := c.arena.items[s.ref]
			if it.flags&(isEmpty|isCut|isInvalid) == 0 && !c.arena.bare {
				out = append(out, string(c.arena.bytes(s.ref)))
			}
		case c.kind == KindInt && c.decimals == 0 && !c.unsigned:
			if v := keyInt(unmix(s.h)); v >= 100000 {
				out = append(out, strconv.FormatInt(v, 10))
			}
		}
	}
	return out
}

// wordsOf splits a column's name: at signs, at case changes and between
// letters and digits. Han names stay whole.
func wordsOf(name string) []string {
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, string(cur))
			cur = cur[:0]
		}
	}
	lower := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			flush()
			lower = false
		case unicode.IsUpper(r) && lower:
			flush()
			cur = append(cur, unicode.ToLower(r))
			lower = false
		default:
			cur = append(cur, unicode.ToLower(r))
			lower = unicode.IsLower(r)
		}
	}
	flush()
	return out
}
