package draft

import (
	"fmt"
	"strings"
)

// token is a word of SQL. Quoted names lose their quotes and keep their case.
type token struct {
	text   string
	quoted bool // a name in quotes
	str    bool // a text in single quotes
	line   int
}

func (t token) is(words ...string) bool {
	for _, w := range words {
		if !t.quoted && !t.str && strings.EqualFold(t.text, w) {
			return true
		}
	}
	return false
}

// lex splits SQL into words, without comments.
func lex(src string) ([]token, error) {
	var out []token
	line := 1
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(src[i:], "--") || c == '#':
			end := strings.IndexByte(src[i:], '\n')
			if end < 0 {
				return out, nil
			}
			i += end
		case strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i:], "*/")
			if end < 0 {
				return nil, fmt.Errorf("line %d: a comment has no end", line)
			}
			line += strings.Count(src[i:i+end], "\n")
			i += end + 2
		case c == '\'' || c == '"' || c == '`' || c == '[':
			text, size := quoted(src[i:])
			if size == 0 {
				return nil, fmt.Errorf("line %d: a quote has no end", line)
			}
			out = append(out, token{text, c != '\'', c == '\'', line})
			line += strings.Count(src[i:i+size], "\n")
			i += size
		case isWord(c):
			end := i
			for end < len(src) && (isWord(src[end]) || src[end] == '.' && end+1 < len(src) && src[i] >= '0' && src[i] <= '9') {
				end++
			}
			out = append(out, token{src[i:end], false, false, line})
			i = end
		default:
			out = append(out, token{src[i : i+1], false, false, line})
			i++
		}
	}
	return out, nil
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// quoted reads a quoted piece; doubled quotes stand for one.
func quoted(src string) (text string, size int) {
	closing := src[0]
	if closing == '[' {
		closing = ']'
	}
	var b strings.Builder
	for i := 1; i < len(src); i++ {
		if src[i] != closing {
			b.WriteByte(src[i])
			continue
		}
		if i+1 < len(src) && src[i+1] == closing && closing != ']' {
			b.WriteByte(closing)
			i++
			continue
		}
		return b.String(), i + 1
	}
	return "", 0
}
