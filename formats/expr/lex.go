package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokQuoted // a name in backquotes
	tokInt
	tokFloat
	tokDuration
	tokString
	tokOp // the operator is the token's text
)

type token struct {
	kind tokenKind
	pos  int    // byte offset
	text string // as written; for strings and quoted names the value
}

func (t token) String() string {
	if t.kind == tokEnd {
		return "end of expression"
	}
	return strconv.Quote(t.text)
}

// operators, longest first.
var operators = [...]string{
	"<=", ">=", "==", "!=", "&&", "||",
	"<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ",", ".", "(", ")", "[", "]",
}

type lexer struct {
	src string
	pos int
}

func (l *lexer) fail(pos int, hint, format string, args ...any) error {
	return &Error{Source: l.src, Offset: pos, Cause: fmt.Sprintf(format, args...), Hint: hint}
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.pos++
		case strings.HasPrefix(l.src[l.pos:], "//"):
			if i := strings.IndexByte(l.src[l.pos:], '\n'); i >= 0 {
				l.pos += i + 1
			} else {
				l.pos = len(l.src)
			}
		default:
			return
		}
	}
}

func (l *lexer) next() (token, error) {
	l.skipSpace()
	start := l.pos
	if start == len(l.src) {
		return token{kind: tokEnd, pos: start}, nil
	}
	c := l.src[start]
	switch {
	case c >= '0' && c <= '9':
		return l.number()
	case c == '"' || c == '\'':
		return l.quoted(start)
	case c == 'r' && start+1 < len(l.src) && (l.src[start+1] == '"' || l.src[start+1] == '\''):
		return l.raw(start)
	case c == '`':
		end := strings.IndexByte(l.src[start+1:], '`')
		if end < 1 {
			return token{}, l.fail(start, "", "quoted name is empty or has no closing `")
		}
		l.pos = start + end + 2
		return token{tokQuoted, start, l.src[start+1 : start+1+end]}, nil
	}
	if r, n := utf8.DecodeRuneInString(l.src[start:]); isLetter(r) {
		l.pos += n
		for l.pos < len(l.src) {
			r, n = utf8.DecodeRuneInString(l.src[l.pos:])
			if !isLetter(r) && !unicode.IsDigit(r) {
				break
			}
			l.pos += n
		}
		return token{tokName, start, l.src[start:l.pos]}, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(l.src[start:], op) {
			l.pos += len(op)
			return token{tokOp, start, op}, nil
		}
	}
	r, n := utf8.DecodeRuneInString(l.src[start:])
	if r == utf8.RuneError && n <= 1 {
		return token{}, l.fail(start, "", "source is not valid UTF-8")
	}
	return token{}, l.fail(start, operatorHint(r), "character %q has no meaning here", r)
}

func operatorHint(r rune) string {
	switch r {
	case '=':
		return "write == to compare"
	case '&':
		return "write && for and"
	case '|':
		return "write || for or"
	case '“', '”', '‘', '’':
		return "write straight quotes"
	}
	return ""
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func digits(s string, from int) int {
	for from < len(s) && s[from] >= '0' && s[from] <= '9' {
		from++
	}
	return from
}

func (l *lexer) number() (token, error) {
	start, s := l.pos, l.src
	if s[start] == '0' && start+1 < len(s) && (s[start+1] == 'x' || s[start+1] == 'X') {
		end := start + 2
		for end < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[end]) >= 0 {
			end++
		}
		return l.endNumber(tokInt, start, end)
	}
	kind, end := tokInt, digits(s, start)
	if end+1 < len(s) && s[end] == '.' && s[end+1] >= '0' && s[end+1] <= '9' {
		kind, end = tokFloat, digits(s, end+1)
	}
	if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		at := end + 1
		if at < len(s) && (s[at] == '+' || s[at] == '-') {
			at++
		}
		if d := digits(s, at); d > at {
			return l.endNumber(tokFloat, start, d)
		}
	}
	unit := end
	for unit < len(s) && s[unit] >= 'a' && s[unit] <= 'z' {
		unit++
	}
	if _, ok := durationUnit(s[end:unit]); ok {
		return l.endNumber(tokDuration, start, unit)
	}
	return l.endNumber(kind, start, end)
}

func (l *lexer) endNumber(kind tokenKind, start, end int) (token, error) {
	l.pos = end
	if r, _ := utf8.DecodeRuneInString(l.src[end:]); end < len(l.src) && (isLetter(r) || unicode.IsDigit(r)) {
		return token{}, l.fail(start, "a duration ends in w, d, h, m, s, ms, us or ns", "number is followed by %q", r)
	}
	return token{kind, start, l.src[start:end]}, nil
}

func (l *lexer) raw(start int) (token, error) {
	quote := l.src[start+1]
	end := strings.IndexByte(l.src[start+2:], quote)
	if end < 0 {
		return token{}, l.fail(start, "", "string has no closing %c", quote)
	}
	l.pos = start + 2 + end + 1
	return token{tokString, start, l.src[start+2 : start+2+end]}, nil
}

func (l *lexer) quoted(start int) (token, error) {
	quote := l.src[start]
	var b strings.Builder
	rest := l.src[start+1:]
	for {
		if rest == "" || rest[0] == '\n' {
			return token{}, l.fail(start, "", "string has no closing %c", quote)
		}
		if rest[0] == quote {
			l.pos = len(l.src) - len(rest) + 1
			return token{tokString, start, b.String()}, nil
		}
		if rest[0] == '\\' && len(rest) > 1 && (rest[1] == '"' || rest[1] == '\'') {
			b.WriteByte(rest[1]) // either quote may be escaped in either string
			rest = rest[2:]
			continue
		}
		r, multi, tail, err := strconv.UnquoteChar(rest, quote)
		if err != nil {
			hint := `write \\ for a backslash, or r"..." for a string without escapes`
			return token{}, l.fail(len(l.src)-len(rest), hint, "string has an unknown escape")
		}
		if r < utf8.RuneSelf || multi {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		rest = tail
	}
}
