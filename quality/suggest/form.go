package suggest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// form is a text as runs of character classes.
type form struct {
	runs []run
	rows int64
}

type run struct {
	class    string // of a regular expression, or one literal character
	min, max int
	literal  bool
}

const longestForm = 24 // runs

// formOf divides a text; nil if it has too many runs or cannot be read.
func formOf(s string) *form {
	if !utf8.ValidString(s) {
		return nil
	}
	f := &form{}
	for _, r := range s {
		class, literal := classOf(r)
		if n := len(f.runs); n > 0 && f.runs[n-1].class == class {
			f.runs[n-1].min++
			f.runs[n-1].max++
			continue
		}
		if len(f.runs) == longestForm {
			return nil
		}
		f.runs = append(f.runs, run{class, 1, 1, literal})
	}
	return f
}

func classOf(r rune) (class string, literal bool) {
	switch {
	case r >= '0' && r <= '9':
		return "[0-9]", false
	case r >= 'a' && r <= 'z':
		return "[a-z]", false
	case r >= 'A' && r <= 'Z':
		return "[A-Z]", false
	case r > ' ' && r < 0x7f, r == ' ':
		return regexp.QuoteMeta(string(r)), true
	}
	return `\p{L}`, false
}

// key tells forms apart: classes, and the lengths of literal runs.
func (f *form) key() string {
	var b strings.Builder
	for _, r := range f.runs {
		b.WriteString(r.class)
		if r.literal {
			fmt.Fprintf(&b, "{%d}", r.max)
		}
	}
	return b.String()
}

func (f *form) join(o *form) {
	for i := range f.runs {
		f.runs[i].min = min(f.runs[i].min, o.runs[i].min)
		f.runs[i].max = max(f.runs[i].max, o.runs[i].max)
	}
}

// tells says whether the form is more than a word or two: digits or signs
// beside spaces, and few runs.
func (f *form) tells() bool {
	signs := false
	for _, r := range f.runs {
		if r.class == `\p{L}` {
			return false
		}
		signs = signs || r.class == "[0-9]" || r.literal && r.class != " "
	}
	return signs && len(f.runs) <= 12
}

func (f *form) expr() string {
	var b strings.Builder
	for _, r := range f.runs {
		b.WriteString(r.class)
		switch {
		case r.min == r.max && r.max == 1:
		case r.min == r.max:
			fmt.Fprintf(&b, "{%d}", r.max)
		case r.max > 500: // beyond what a regular expression counts well
			b.WriteString("+")
		default:
			fmt.Fprintf(&b, "{%d,%d}", r.min, r.max)
		}
	}
	return b.String()
}
