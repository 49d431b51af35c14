package jsonl

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// fault is what is wrong at a place of a line; the reader adds which line.
type fault struct {
	at          int // in bytes from 0
	field       string
	cause, hint string
}

func (f *fault) Error() string { return f.cause }

// lexer reads the values of one line. The bytes that it gives are valid until
// its next call.
type lexer struct {
	b     []byte
	at    int
	depth int
	text  []byte // holds strings that had escapes
}

func (l *lexer) start(line []byte) { l.b, l.at, l.depth = line, 0, 0 }

func (l *lexer) fault(at int, format string, args ...any) error {
	return &fault{at: at, cause: fmt.Sprintf(format, args...)}
}

// peek skips white space and gives the byte that a value starts with; a digit
// and a minus are '0', the end of the line is 0.
func (l *lexer) peek() byte {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; c {
		case ' ', '\t', '\r':
			l.at++
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return '0'
		case 0:
			return 1 // a NUL byte starts nothing, and is not the end
		default:
			return c
		}
	}
	return 0
}

// expect takes one byte that must come.
func (l *lexer) expect(c byte, what string) error {
	if l.peek() != c {
		return l.unexpected(what)
	}
	l.at++
	return nil
}

func (l *lexer) unexpected(want string) error {
	switch {
	case l.at >= len(l.b):
		return l.fault(l.at, "the line ends where %s should stand", want)
	case l.b[l.at] == 0:
		return l.fault(l.at, "a NUL byte stands here; this is no text")
	}
	if r, n := utf8.DecodeRune(l.b[l.at:]); r == utf8.RuneError && n == 1 {
		return l.fault(l.at, "this is not UTF-8")
	}
	return l.fault(l.at, "%s should stand here", want)
}

// open enters an object or array.
func (l *lexer) open() error {
	if l.depth++; l.depth > maxDepth {
		return l.fault(l.at, "values are nested deeper than %d levels", maxDepth)
	}
	l.at++
	return nil
}

// more says whether another element follows in an object or array that ends
// with end. first is true before the first.
func (l *lexer) more(end byte, first bool) (bool, error) {
	c := l.peek()
	if c == end {
		l.at++
		l.depth--
		return false, nil
	}
	if first {
		return true, nil
	}
	if c != ',' {
		return false, l.unexpected(fmt.Sprintf("a comma or %q", end))
	}
	l.at++
	return true, nil
}

// key reads a member's name and the colon.
func (l *lexer) key() ([]byte, error) {
	if l.peek() != '"' {
		return nil, l.unexpected("a member's name in quotes")
	}
	k, err := l.string()
	if err != nil {
		return nil, err
	}
	return k, l.expect(':', "a colon")
}

// plain marks the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf
	}
	return t
}()

// string reads a string whose quote is next.
func (l *lexer) string() ([]byte, error) {
	first := l.at + 1
	p := first
	wide := false
	for p < len(l.b) {
		c := l.b[p]
		if plain[c] {
			p++
			continue
		}
		if c >= utf8.RuneSelf {
			wide = true
			p++
			continue
		}
		break
	}
	if p == len(l.b) {
		return nil, l.fault(l.at, "a quote is opened here and never closed")
	}
	if wide && !utf8.Valid(l.b[first:p]) {
		return nil, l.fault(l.at, "this is not UTF-8")
	}
	if l.b[p] == '"' {
		l.at = p + 1
		return l.b[first:p], nil
	}
	return l.escaped(first, p)
}

// escaped reads on from p, where the first byte stands that is not plain.
func (l *lexer) escaped(first, p int) ([]byte, error) {
	out := append(l.text[:0], l.b[first:p]...)
	for p < len(l.b) {
		c := l.b[p]
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return nil, l.fault(l.at, "this is not UTF-8")
			}
			l.text, l.at = out, p+1
			return out, nil
		case c < 0x20:
			return nil, l.fault(p, "a control character stands in a string; it must be escaped")
		case c != '\\':
			out = append(out, c)
			p++
			continue
		}
		if p+1 == len(l.b) {
			break
		}
		at := p
		p += 2
		switch e := l.b[p-1]; e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := l.rune(p)
			if n == 0 {
				return nil, l.fault(at, "this escape is not \\u and four hexadecimal digits, or it is half a pair")
			}
			out = utf8.AppendRune(out, r)
			p += n
		default:
			return nil, l.fault(at, "this escape is none of JSON's")
		}
	}
	return nil, l.fault(l.at, "a quote is opened here and never closed")
}

// rune reads the digits behind \u, and the second half of a surrogate pair; n
// is how many bytes that took, 0 if it is none.
func (l *lexer) rune(p int) (r rune, n int) {
	r, ok := hex4(l.b, p)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 4
	case p+6 > len(l.b) || l.b[p+4] != '\\' || l.b[p+5] != 'u':
		return 0, 0
	}
	low, ok := hex4(l.b, p+6)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 10
}

func hex4(b []byte, p int) (r rune, ok bool) {
	if p+4 > len(b) {
		return 0, false
	}
	for _, c := range b[p : p+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// number reads a number as it is written.
func (l *lexer) number() ([]byte, error) {
	first := l.at
	digits := func() int {
		n := l.at
		for l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '9' {
			l.at++
		}
		return l.at - n
	}
	at := func(c byte) bool { return l.at < len(l.b) && l.b[l.at] == c }
	if at('-') {
		l.at++
	}
	whole := l.at
	ok := digits() > 0 && (l.b[whole] != '0' || l.at == whole+1)
	if ok && at('.') {
		l.at++
		ok = digits() > 0
	}
	if ok && (at('e') || at('E')) {
		l.at++
		if at('+') || at('-') {
			l.at++
		}
		ok = digits() > 0
	}
	if !ok {
		return nil, l.fault(first, "this is no JSON number")
	}
	return l.b[first:l.at], nil
}

var (
	textTrue  = []byte("true")
	textFalse = []byte("false")
	textNull  = []byte("null")
)

// word reads true, false or null.
func (l *lexer) word() ([]byte, error) {
	for _, w := range [][]byte{textTrue, textFalse, textNull} {
		if bytes.HasPrefix(l.b[l.at:], w) {
			l.at += len(w)
			return w, nil
		}
	}
	return nil, l.unexpected("a JSON value")
}

// skip reads over a value of any kind.
func (l *lexer) skip() error {
	var err error
	switch l.peek() {
	case '"':
		_, err = l.string()
	case '0':
		_, err = l.number()
	case '{':
		if err = l.open(); err != nil {
			return err
		}
		return l.skipRest('}', true)
	case '[':
		if err = l.open(); err != nil {
			return err
		}
		return l.skipRest(']', false)
	default:
		_, err = l.word()
	}
	return err
}

// skipRest reads over the rest of an object or array.
func (l *lexer) skipRest(end byte, keys bool) error {
	for first := true; ; first = false {
		more, err := l.more(end, first)
		if !more || err != nil {
			return err
		}
		if keys {
			if _, err = l.key(); err != nil {
				return err
			}
		}
		if err = l.skip(); err != nil {
			return err
		}
	}
}
