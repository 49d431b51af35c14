// Package privacy states the contract of the rooms that protect data: which
// errors they give, what a [Guarantee] says, and what a [Ledger] writes down.
// The engines live in the packages below, one each: keys, seal, commit, proof,
// attest.
//
// No function of these packages decides by itself that data is safe. They say
// what is protected against whom, and SECURITY.md says what is not. No outside
// party has reviewed this code yet.
package privacy

import (
	"errors"
	"fmt"
)

// The causes that callers branch on. Match them with errors.Is.
var (
	// ErrNoKey says that none of the given keys opens what was asked for.
	ErrNoKey = errors.New("no matching key")
	// ErrTampered says that bytes are not those that their maker protected:
	// cut, flipped, moved, forged, or foreign.
	ErrTampered = errors.New("tampered or corrupt")
	// ErrVersion says that the bytes are of a version or suite that this
	// program does not know.
	ErrVersion = errors.New("unknown version")
	// ErrRefused says that the request would give less protection than the
	// rules allow, and that nothing forced it.
	ErrRefused = errors.New("refused")
)

// Error is a fault with its place. It matches its Kind.
type Error struct {
	Kind   error  // one of the sentinels of this package
	Verb   string // what was being done, such as "open"
	Object string // to what, such as "batch 3"
	Cause  string // what is wrong; never a key or a cell's value
	Hint   string // what to do about it, if something can be done
}

func (e *Error) Error() string {
	s := e.Verb
	if e.Object != "" {
		s += " " + e.Object
	}
	return fmt.Sprintf("%s: %s: %v", s, e.Cause, e.Kind)
}

// Unwrap gives the kind.
func (e *Error) Unwrap() error { return e.Kind }

// Tampered makes an ErrTampered.
func Tampered(verb, object, format string, args ...any) error {
	return &Error{Kind: ErrTampered, Verb: verb, Object: object, Cause: fmt.Sprintf(format, args...)}
}

// NoKey makes an ErrNoKey.
func NoKey(verb, object, format string, args ...any) error {
	return &Error{Kind: ErrNoKey, Verb: verb, Object: object, Cause: fmt.Sprintf(format, args...)}
}

// Refused makes an ErrRefused.
func Refused(verb, object, format string, args ...any) error {
	return &Error{Kind: ErrRefused, Verb: verb, Object: object, Cause: fmt.Sprintf(format, args...)}
}

// Guarantee is one promise about a data set: what holds, against whom, and on
// what it rests.
type Guarantee struct {
	Name    string   `json:"name"`    // such as "sealed columns"
	Holds   string   `json:"holds"`   // one sentence
	Against string   `json:"against"` // who is kept out
	Limits  []string `json:"limits"`  // what it does not say
}

// Entry is one spend of a privacy budget.
type Entry struct {
	Mechanism string  `json:"mechanism"`
	Epsilon   float64 `json:"epsilon"` // > 0, natural-log units
	Delta     float64 `json:"delta"`   // in [0, 1)
	Output    string  `json:"output"`  // digest of what was released
}

// Ledger records spends and refuses those that a budget does not cover.
type Ledger interface {
	// Spend reserves and records an entry at once, or changes nothing and
	// gives an error that matches ErrRefused.
	Spend(Entry) error
	// Spent lists the entries in order.
	Spent() []Entry
}
