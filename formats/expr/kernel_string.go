package expr

import (
	"regexp"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// arena holds the bytes of computed strings for one block.
type arena struct{ buf []byte }

// take turns what was appended since start into a string without a copy. A
// later growth of buf leaves the old memory, and so the string, as it was.
func (a *arena) take(start int) string {
	if start == len(a.buf) {
		return ""
	}
	return unsafe.String(&a.buf[start], len(a.buf)-start)
}

func kernelSize(_ *frame, d *vec, a []*vec, n int) {
	x, z := a[0].strs[:n], d.ints[:n]
	for i := range z {
		z[i] = int64(utf8.RuneCountInString(x[i]))
	}
}

func kernelConcat(f *frame, d *vec, a []*vec, n int) {
	for i := range n {
		start := len(f.arena.buf)
		for _, v := range a {
			f.arena.buf = append(f.arena.buf, v.strs[i]...)
		}
		d.strs[i] = f.arena.take(start)
	}
}

// kernelCase lifts upper or lower; plain ASCII needs no allocation.
func kernelCase(first, last byte, whole func(string) string) kernel {
	return func(f *frame, d *vec, a []*vec, n int) {
		for i, s := range a[0].strs[:n] {
			change, ascii := false, true
			for k := range len(s) {
				c := s[k]
				change = change || c >= first && c <= last
				ascii = ascii && c < utf8.RuneSelf
			}
			switch {
			case !ascii:
				d.strs[i] = whole(s)
			case !change:
				d.strs[i] = s
			default:
				start := len(f.arena.buf)
				for k := range len(s) {
					c := s[k]
					if c >= first && c <= last {
						c ^= 'a' - 'A'
					}
					f.arena.buf = append(f.arena.buf, c)
				}
				d.strs[i] = f.arena.take(start)
			}
		}
	}
}

func kernelTrim(_ *frame, d *vec, a []*vec, n int) {
	for i, s := range a[0].strs[:n] {
		d.strs[i] = strings.TrimSpace(s)
	}
}

func kernelReplace(f *frame, d *vec, a []*vec, n int) {
	for i := range n {
		s, old, with := a[0].strs[i], a[1].strs[i], a[2].strs[i]
		if old == "" || !strings.Contains(s, old) {
			d.strs[i] = s
			continue
		}
		start, whole := len(f.arena.buf), true
		for {
			before, after, found := strings.Cut(s, old)
			f.arena.buf = append(f.arena.buf, before...)
			if !found {
				break
			}
			f.arena.buf = append(f.arena.buf, with...)
			s = after
			if len(f.arena.buf)-start > maxText {
				whole = false
				break
			}
		}
		if d.strs[i] = f.arena.take(start); !whole {
			f.arena.buf, d.strs[i] = f.arena.buf[:start], ""
			d.setNull(i)
		}
	}
}

// maxText bounds what replace makes, so that it cannot be made to fill the
// memory; a longer text is null.
const maxText = 1 << 20

// kernelSubstring counts code points from 0; positions outside are clipped.
func kernelSubstring(_ *frame, d *vec, a []*vec, n int) {
	for i, s := range a[0].strs[:n] {
		from, to := a[1].ints[i], int64(len(s))
		if len(a) == 3 {
			to = a[2].ints[i]
		}
		d.strs[i] = substring(s, from, to)
	}
}

func substring(s string, from, to int64) string {
	from = max(from, 0)
	if to <= from {
		return ""
	}
	start, count := len(s), int64(0)
	for at := range s {
		if count == from {
			start = at
		}
		if count == to {
			return s[start:at]
		}
		count++
	}
	return s[start:]
}

// kernelMatch lifts a test of two strings.
func kernelMatch(test func(s, t string) bool) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		clear(d.bits)
		x, y := a[0].strs[:n], a[1].strs[:n]
		for i := range x {
			d.bits[i/64] |= bit(test(x[i], y[i])) << (i % 64)
		}
	}
}

// kernelTest lifts a test of one string.
func kernelTest(test func(string) bool) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		clear(d.bits)
		for i, s := range a[0].strs[:n] {
			d.bits[i/64] |= bit(test(s)) << (i % 64)
		}
	}
}

// matcher is the test for a pattern; a pattern without operators is a search.
func matcher(re *regexp.Regexp) func(string) bool {
	source := re.String()
	if prefix, whole := re.LiteralPrefix(); whole {
		return func(s string) bool { return strings.Contains(s, prefix) }
	}
	if rest, ok := strings.CutPrefix(source, "^"); ok && rest != "" && regexp.QuoteMeta(rest) == rest && utf8.ValidString(rest) {
		return func(s string) bool { return strings.HasPrefix(s, rest) }
	}
	return re.MatchString
}

// kernelInString tests membership of a constant set.
func kernelInString(set map[string]struct{}) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		clear(d.bits)
		for i, s := range a[0].strs[:n] {
			_, ok := set[s]
			d.bits[i/64] |= bit(ok) << (i % 64)
		}
	}
}

// kernelInInt tests membership of a constant set.
func kernelInInt(set map[int64]struct{}) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		clear(d.bits)
		for i, v := range a[0].ints[:n] {
			_, ok := set[v]
			d.bits[i/64] |= bit(ok) << (i % 64)
		}
	}
}

// luhn says whether s is at least two digits that end in a valid check digit:
// ISO/IEC 7812-1 annex B. Nothing but digits is accepted.
func luhn(s string) bool {
	if len(s) < 2 {
		return false
	}
	sum := 0
	for i := len(s) - 1; i >= 0; i-- {
		c := int(s[i]) - '0'
		if c < 0 || c > 9 {
			return false
		}
		if (len(s)-1-i)%2 == 1 {
			if c *= 2; c > 9 {
				c -= 9
			}
		}
		sum += c
	}
	return sum%10 == 0
}
