package table

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What [ListNames] writes at most: a message must stay one that people read.
const (
	namesListed = 20
	nameBytes   = 60
)

// ListNames writes names for a message, quoted and in brackets; of many the
// first 20, and of a long one its beginning.
func ListNames(names []string) string {
	short := make([]string, 0, namesListed)
	for _, n := range names[:min(len(names), namesListed)] {
		if len(n) > nameBytes {
			cut := nameBytes
			for cut > 0 && !utf8.RuneStart(n[cut]) {
				cut--
			}
			n = n[:cut] + "..."
		}
		short = append(short, n)
	}
	if more := len(names) - len(short); more > 0 {
		return fmt.Sprintf("%q and %d more", short, more)
	}
	return fmt.Sprintf("%q", short)
}

// Quoted writes a text that is not plain as Go does, and one that looks like that:
// what somebody else chose may not look like a line of ours, or move a cursor.
func Quoted(s string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.HasPrefix(s, `"`) || !utf8.ValidString(s) || strings.ContainsFunc(s, odd) {
		return strconv.Quote(s)
	}
	return s
}
