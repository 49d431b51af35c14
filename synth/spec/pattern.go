package spec

import (
	"math/bits"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/synth/rng"
)

// patternWord is a text that a regular expression describes.
type patternWord struct {
	Pattern string `yaml:"pattern" spec:"required" doc:"literals, classes such as [A-Z] or \\d, choices (a|b), and counts {3} or {2,5}"`
}

func (w *patternWord) build(b *binder) (maker, error) { return w.compile(b, b.unique()) }

func (w *patternWord) compile(b *binder, unique bool) (*patternMaker, error) {
	re, err := syntax.Parse(w.Pattern, syntax.Perl)
	if err != nil {
		return nil, b.errorf("pattern: %v", err)
	}
	p := &pattern{}
	if err := p.add(re); err != "" {
		return nil, b.errorf("pattern: %s", err)
	}
	m := &patternMaker{pattern: p}
	p.measure()
	if unique {
		for i := range p.parts {
			if !p.parts[i].level {
				return nil, b.errorf("a unique pattern is made of literals, classes, fixed counts such as {8}, and choices of equal length; other choices could say the same twice")
			}
		}
		m.unique = true
		b.col.capacity, b.col.inverse = int64(p.capacity), m
	}
	return m, b.typed(arrow.BinaryTypes.String)
}

// pattern is a sequence of parts; a text takes one choice of each.
type pattern struct {
	parts    []part
	capacity uint64 // of texts that a number tells apart, at most maxCapacity
}

// part is a choice of texts. A level part has texts of one length only, all
// different, so that the text tells the choice.
type part struct {
	choices []string
	bytes   string // the choices, if each is one byte
	level   bool
	more    int  // above 0: the part comes 0 to so many times
	coded   bool // a digit of the text's number; others are drawn
}

const (
	maxCapacity = 1 << 62
	maxParts    = 1024
	maxChoices  = 4096
)

func (p *pattern) push(choices []string, level bool) string {
	if len(p.parts) >= maxParts {
		return "it is too long"
	}
	x := part{choices: choices, level: level}
	for _, c := range choices {
		if len(c) != 1 {
			x.bytes = ""
			break
		}
		x.bytes += c
	}
	p.parts = append(p.parts, x)
	return ""
}

// measure says which parts are digits of the text's number: from the end, as
// many as 62 bits hold.
func (p *pattern) measure() {
	p.capacity = 1
	for i := len(p.parts) - 1; i >= 0; i-- {
		n := uint64(len(p.parts[i].choices))
		if hi, lo := bits.Mul64(p.capacity, n); n > 1 && hi == 0 && lo <= maxCapacity {
			p.capacity, p.parts[i].coded = lo, true
		}
	}
}

func (p *pattern) add(re *syntax.Regexp) string {
	if re.Flags&syntax.FoldCase != 0 && re.Op == syntax.OpLiteral {
		return "(?i) is not possible here; write both cases as a class"
	}
	switch re.Op {
	case syntax.OpLiteral:
		return p.push([]string{string(re.Rune)}, true)
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return ""
	case syntax.OpCapture:
		return p.add(re.Sub[0])
	case syntax.OpConcat:
		for _, s := range re.Sub {
			if err := p.add(s); err != "" {
				return err
			}
		}
		return ""
	case syntax.OpCharClass:
		choices, ok := class(re.Rune)
		if !ok {
			return "a class has 1 to 4096 characters; of a negated one the printable ASCII ones"
		}
		return p.push(choices, level(choices))
	case syntax.OpRepeat:
		return p.repeat(re.Sub[0], re.Min, re.Max)
	case syntax.OpQuest:
		return p.repeat(re.Sub[0], 0, 1)
	case syntax.OpAlternate:
		var all []string
		for _, s := range re.Sub {
			texts, err := enumerate(s)
			if err != "" {
				return err
			}
			all = append(all, texts...)
		}
		if len(all) > maxChoices {
			return "a choice has too many alternatives"
		}
		return p.push(all, level(all))
	case syntax.OpStar, syntax.OpPlus:
		return "* and + have no end; say how many, such as {1,8}"
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return `. is any character; write a class such as [a-z] or \d, or \. for a full stop`
	}
	return "it has an operator that describes no text"
}

func (p *pattern) repeat(re *syntax.Regexp, least, most int) string {
	if most < 0 {
		return "a count without an end; say how many, such as {1,8}"
	}
	for range least {
		if err := p.add(re); err != "" {
			return err
		}
	}
	if most == least {
		return ""
	}
	texts, err := enumerate(re)
	if err != "" {
		return err
	}
	if err := p.push(texts, false); err != "" {
		return err
	}
	p.parts[len(p.parts)-1].more = most - least
	return ""
}

// enumerate lists the texts of a small expression.
func enumerate(re *syntax.Regexp) ([]string, string) {
	p := &pattern{}
	if err := p.add(re); err != "" {
		return nil, err
	}
	out := []string{""}
	for _, x := range p.parts {
		if x.more > 0 {
			return nil, "counts such as {2,5} cannot stand within each other or within a choice"
		}
		var next []string
		for _, head := range out {
			for _, c := range x.choices {
				next = append(next, head+c)
			}
		}
		if out = next; len(out) > maxChoices {
			return nil, "a choice or a count of a group has too many texts"
		}
	}
	return out, ""
}

func class(ranges []rune) (out []string, ok bool) {
	ascii := ranges[len(ranges)-1] == utf8.MaxRune // negated
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if ascii {
			lo, hi = max(lo, ' '), min(hi, '~')
		}
		for r := lo; r <= hi; r++ {
			if out = append(out, string(r)); len(out) > maxChoices {
				return nil, false
			}
		}
	}
	return out, len(out) > 0
}

// level says whether the texts are different and of one length.
func level(texts []string) bool {
	seen := map[string]bool{}
	for _, t := range texts {
		if len(t) != len(texts[0]) || seen[t] {
			return false
		}
		seen[t] = true
	}
	return true
}

type patternMaker struct {
	pattern *pattern
	unique  bool
}

// freshBits is how many bits of a draw are used before a new one is taken: the
// rest keeps the bias of the last choice below 2^-16.
const freshBits = 48

func (m *patternMaker) make(f *frame, c *column) (arrow.Array, error) {
	t := newTexts(f.pool(), f.n, &c.hint)
	key := f.w.key(c)
	b := key.Name("/unique").Bijection(m.pattern.capacity)
	for i := range f.n {
		row := uint64(f.row(i))
		if m.unique {
			t.data = m.pattern.number(t.data, b.At(row), key, row)
		} else {
			t.data = m.pattern.draw(t.data, key, row)
		}
		t.mark(i)
	}
	return t.finish()
}

// fraction hands out choices from a draw: the high word of draw times n is the
// choice, the low word is what is left of the draw.
type fraction struct {
	key  rng.Key
	row  uint64
	n    uint64 // of the next draw
	left uint64
	used int
}

func (x *fraction) below(n int) int {
	width := bits.Len(uint(n - 1))
	if x.n == 0 || x.used+width > freshBits {
		k := x.key
		if x.n > 0 {
			k = k.At(x.n)
		}
		x.left, x.used = k.Uint64(x.row), 0
		x.n++
	}
	x.used += width
	hi, lo := bits.Mul64(x.left, uint64(n))
	x.left = lo
	return int(hi)
}

func (p *pattern) draw(dst []byte, key rng.Key, row uint64) []byte {
	x := fraction{key: key, row: row}
	for i := range p.parts {
		q := &p.parts[i]
		times := 1
		if q.more > 0 {
			times = x.below(q.more + 1)
		}
		for range times {
			switch {
			case len(q.choices) == 1:
				dst = append(dst, q.choices[0]...)
			case q.bytes != "":
				dst = append(dst, q.bytes[x.below(len(q.bytes))])
			default:
				dst = append(dst, q.choices[x.below(len(q.choices))]...)
			}
		}
	}
	return dst
}

// number writes the text with a number below the capacity: coded parts are
// digits of a mixed radix, the last the lowest.
func (p *pattern) number(dst []byte, v uint64, key rng.Key, row uint64) []byte {
	for i := range p.parts {
		dst = append(dst, p.parts[i].choices[0]...)
	}
	end := len(dst)
	for i := len(p.parts) - 1; i >= 0; i-- {
		q := &p.parts[i]
		n := uint64(len(q.choices))
		end -= len(q.choices[0])
		if n == 1 {
			continue
		}
		var d uint64
		if q.coded {
			d, v = v%n, v/n
		} else {
			d = key.At(uint64(i)+1).Below(row, n)
		}
		copy(dst[end:], q.choices[d])
	}
	return dst
}

func (m *patternMaker) invert(w *world, c *column, cell string) (int64, bool) {
	p, end := m.pattern, len(cell)
	v, radix := uint64(0), uint64(1)
	for i := len(p.parts) - 1; i >= 0; i-- {
		q := &p.parts[i]
		n := uint64(len(q.choices))
		size := len(q.choices[0])
		if end < size {
			return 0, false
		}
		end -= size
		d := -1
		for k, choice := range q.choices {
			if choice == cell[end:end+size] {
				d = k
			}
		}
		if d < 0 {
			return 0, false
		}
		if q.coded {
			v += uint64(d) * radix
			radix *= n
		}
	}
	if end != 0 || v >= p.capacity {
		return 0, false
	}
	b := w.key(c).Name("/unique").Bijection(p.capacity)
	return int64(b.Invert(v)), true
}
