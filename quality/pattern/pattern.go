// Package pattern judges texts as bytes: regular expressions as automata,
// check digits, and the forms of everyday identifiers. Nothing allocates, and
// every answer is exact.
package pattern

import (
	"regexp"
	"regexp/syntax"
)

// maxStates bounds the automaton: 512 bytes a state, so 2 MiB at most. A
// pattern that needs more is run by package regexp.
const maxStates = 4096

// Regexp is a compiled pattern in the syntax of package regexp. It is safe for
// concurrent use.
type Regexp struct {
	source string
	std    *regexp.Regexp
	dfa    *automaton // nil where the pattern needs too many states
	two    *pairs     // nil where there is no dfa, or its pairs are too many
}

// Compile reads a pattern.
func Compile(source string) (*Regexp, error) {
	std, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	r := &Regexp{source: source, std: std}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	if r.dfa = build(prog, maxStates); r.dfa != nil {
		r.two = r.dfa.pair()
	}
	return r, nil
}

// String returns the pattern as it was written.
func (r *Regexp) String() string { return r.source }

// Match says whether the pattern occurs anywhere in b, exactly as
// regexp.Regexp.Match does, invalid UTF-8 included.
func (r *Regexp) Match(b []byte) bool {
	if r.dfa == nil {
		return r.std.Match(b)
	}
	return r.dfa.match(b)
}
