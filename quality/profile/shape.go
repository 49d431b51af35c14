package profile

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// listedShapes is how many patterns a profile lists.
const listedShapes = 8

// shapeOfText writes a text's pattern: one letter a class, + for a run of two
// or more, other characters as they are. Long patterns are cut.
func shapeOfText(b []byte) string {
	out := make([]byte, 0, 32)
	var last rune
	run := 0
	for len(b) > 0 && len(out) < 48 {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		k := classOf(r)
		if k == last {
			if run++; run == 2 && isClass(k) {
				out = append(out, '+')
			} else if !isClass(k) {
				out = utf8.AppendRune(out, k)
			}
			continue
		}
		last, run = k, 1
		out = utf8.AppendRune(out, k)
	}
	if len(b) > 0 {
		out = append(out, "…"...)
	}
	return string(out)
}

func isClass(k rune) bool {
	return k == '9' || k == 'a' || k == 'A' || k == '中' || k == 'ü' || k == '�'
}

func classOf(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return '9'
	case r >= 'a' && r <= 'z':
		return 'a'
	case r >= 'A' && r <= 'Z':
		return 'A'
	case r == ' ':
		return '_'
	case r < 0x80 && r > ' ' && r != 0x7f:
		return r
	case unicode.Is(unicode.Han, r):
		return '中'
	case unicode.IsLetter(r):
		return 'ü'
	}
	return '�' // control characters and what else cannot be shown
}

// shapes lists the commonest patterns with their share of rows, measured on
// the counted values, which are a fair sample of all values where they are not
// all of them.
func (c *column) shapes() []Shape {
	count := map[string]uint64{}
	var total uint64
	seen, _ := c.values.smallest()
	for _, s := range seen {
		count[shapeOfText(c.arena.bytes(s.ref))] += s.n
		total += s.n
	}
	out := make([]Shape, 0, len(count))
	for p, n := range count {
		out = append(out, Shape{Pattern: p, Share: float64(n) / float64(total)})
	}
	slices.SortFunc(out, func(a, b Shape) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Pattern, b.Pattern))
	})
	return out[:min(len(out), listedShapes)]
}
