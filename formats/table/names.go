package table

import (
	"fmt"
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
