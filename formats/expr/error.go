package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a fault of the source text, at a place in it.
type Error struct {
	Source string // the whole expression
	Offset int    // in bytes from 0
	Cause  string
	Hint   string // what to write instead, where that is known
}

// Column is the place of the fault in characters, from 1.
func (e *Error) Column() int {
	return utf8.RuneCountInString(e.Source[:min(e.Offset, len(e.Source))]) + 1
}

func (e *Error) Error() string {
	s := fmt.Sprintf("compile expression: column %d: %s", e.Column(), e.Cause)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Caret draws the line of the source that has the fault, and a mark below it.
func (e *Error) Caret() string {
	at := min(e.Offset, len(e.Source))
	start := strings.LastIndexByte(e.Source[:at], '\n') + 1
	end := len(e.Source)
	if i := strings.IndexByte(e.Source[at:], '\n'); i >= 0 {
		end = at + i
	}
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, e.Source[start:at])
	return e.Source[start:end] + "\n" + pad + "^"
}

// nearest is the candidate within a third of its length in edits, or empty.
func nearest(word string, known []string) string {
	best, bestCost := "", len([]rune(word))/3+2
	for _, k := range known {
		if c := distance(strings.ToLower(word), strings.ToLower(k)); c < bestCost {
			best, bestCost = k, c
		}
	}
	return best
}

// distance is the number of single edits between two words (Levenshtein 1966).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
