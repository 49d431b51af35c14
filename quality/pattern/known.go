package pattern

import (
	"fmt"
	"slices"
	"strings"
)

// Class divides the known patterns.
type Class uint8

// The classes.
const (
	Form     Class = iota // how a value is written
	Checksum              // check digits, after the form
)

// Known is a well-known pattern.
type Known struct {
	Name  string
	Class Class
	About string // the standard that defines it
	Match func([]byte) bool
	// Good and Bad are values for tests: Bad differs from Good as little as
	// can be.
	Good, Bad []string
}

// All lists every known pattern.
func All() []Known { return slices.Concat(checksums(), forms(), places()) }

// Names lists the names of a class, sorted.
func Names(class Class) []string {
	var out []string
	for _, k := range All() {
		if k.Class == class {
			out = append(out, k.Name)
		}
	}
	slices.Sort(out)
	return out
}

// Lookup finds a pattern by its class and name.
func Lookup(class Class, name string) (Known, error) {
	for _, k := range All() {
		if k.Class == class && k.Name == name {
			return k, nil
		}
	}
	return Known{}, fmt.Errorf("%q is none of %s", name, strings.Join(Names(class), ", "))
}
