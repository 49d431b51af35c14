// Package document reads the YAML (and so JSON) that people write: recipes,
// specs, suites, statements. It is strict, because a misspelt key that is
// silently ignored is a job that silently does something else: an unknown key,
// a key given twice, a value of the wrong kind and text that is not YAML are
// all errors with line and column, and an unknown key names the nearest known.
//
// A document is parsed into a tree of [Node] with positions, and a node is
// decoded into Go values by [Node.Decode]. A type that accepts several shapes
// ("a word, or a mapping") implements [Unmarshaler]. A struct that has a field
// of type [Pos] gets the place where it stood, for errors found later.
//
// Anchors, aliases, merge keys and tags are refused: they make a document mean
// something that its lines do not show, and expand without bound.
//
// This is the only package that imports the YAML library.
package document

import (
	"errors"
	"fmt"
	"strings"
)

// MaxBytes is the largest document that is read.
const MaxBytes = 16 << 20

// maxDepth bounds the nesting; the deepest real document has six levels.
const maxDepth = 64

// Kind is what a node is.
type Kind int

// The kinds of node.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

func (k Kind) String() string {
	return [...]string{"nothing", "true or false", "a whole number", "a number", "a word", "a list", "a mapping"}[k]
}

// Pos is a place in a document; Line and Column count from 1.
type Pos struct {
	Name         string // of the document, such as its path
	Line, Column int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.Name, p.Line, p.Column) }

// Errorf makes an error at this place.
func (p Pos) Errorf(format string, args ...any) *Error {
	return &Error{Pos: p, Cause: fmt.Sprintf(format, args...)}
}

// Error is a fault of the document at a known place.
type Error struct {
	Pos   Pos
	Cause string
	Hint  string // what to do about it, if something can be done
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Cause }

// Node is a value in a document.
type Node struct {
	Pos   Pos
	Kind  Kind
	Text  string  // of a scalar, as written (unquoted)
	Items []*Node // of a list
	Pairs []Pair  // of a mapping, in the order written
}

// Pair is one entry of a mapping.
type Pair struct {
	Key   string
	At    Pos // of the key
	Value *Node
}

// Get returns the value under key, or nil.
func (n *Node) Get(key string) *Node {
	for i := range n.Pairs {
		if n.Pairs[i].Key == key {
			return n.Pairs[i].Value
		}
	}
	return nil
}

// Decode reads one document strictly into a Go value, as [Node.Decode] does.
// The name stands in errors, usually it is a path. All faults that can be found
// are joined, in the order of their lines.
func Decode(name string, data []byte, into any) error {
	n, err := Parse(name, data)
	if err != nil {
		return err
	}
	return n.Decode(into)
}

// All lists the single faults of an error that Decode returned.
func All(err error) []*Error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*Error
		for _, e := range joined.Unwrap() {
			out = append(out, All(e)...)
		}
		return out
	}
	var e *Error
	if errors.As(err, &e) {
		return []*Error{e}
	}
	return nil
}

// Nearest returns the known word that looks most like the given one, or "" when
// none is near: at most a third of the letters differ (Levenshtein distance
// with adjacent transpositions, letter case ignored).
func Nearest(word string, known []string) string {
	best, bestD := "", len([]rune(word))/3+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= bestD && (best == "" || d < bestD) {
			best, bestD = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance, in letters.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return max(len(x), len(y)) // nobody misspells a word that long
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}

// Set puts a value under a key of a mapping: in place of the former one, else at
// the end.
func (n *Node) Set(key string, value *Node) {
	for i := range n.Pairs {
		if n.Pairs[i].Key == key {
			n.Pairs[i].Value, n.Pairs[i].At = value, value.Pos
			return
		}
	}
	n.Pairs = append(n.Pairs, Pair{Key: key, At: value.Pos, Value: value})
}
