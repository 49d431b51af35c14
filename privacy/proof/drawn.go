package proof

import (
	"errors"
	"fmt"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// drawn is a builder with one draw of the challenges of lookups and neighbours
// (PROOFS.md, section 4). What depends on them is built once for each draw.
type drawn struct {
	*builder
	alpha, gamma field.Elem // of lookups
	lambda, rho  field.Elem // of neighbours
	powers, late []field.Elem
	full         [3]int // bases of both, and of their first element
}

// draw takes all draws at one time, after the helpers that do not depend on them.
func (b *builder) draw() []*drawn {
	out := make([]*drawn, b.sys.Times())
	var c []field.Elem
	if b.sess == nil {
		c = make([]field.Elem, 4*len(out))
	} else {
		c = b.sess.Challenge("lookups", 4*len(out))
	}
	for i := range out {
		out[i] = &drawn{builder: b, alpha: c[4*i], gamma: c[4*i+1], lambda: c[4*i+2], rho: c[4*i+3]}
	}
	return out
}

// errMet is a chance of 2^-100: a challenge is a value of the table, or an entry
// of a public one, so that its inverse does not exist.
var errMet = errors.New("prove statements: a challenge met a value, which happens once in 2^100; prove again")

// nothing is the public vector of zeros, where only the shape is wanted.
var nothing = ligero.NewPublic(func(int) []ligero.Part { return nil })

// maxPublic bounds the elements of all public polynomials: they cost a verifier
// time and memory that need not stand in the file. It is 256 polynomials at the
// largest k; a table of the goal has a dozen.
const maxPublic = 1 << 26

// charge counts public polynomials before they are made.
func (b *builder) charge(polynomials int) error {
	if b.public += polynomials * b.sys.K(); b.public > maxPublic {
		return fmt.Errorf("prove statements: their lookup tables and sorted lists take more than %d public elements; prove them in several files", maxPublic)
	}
	return nil
}

// Terms in tableau rows that constraints may have which bring no vector of their own:
// a verifier goes through them, and no byte of the file pays for it.
const (
	freeTerms = 1 << 20
	termsARow = 64 // beside them, for each tableau row of a vector
)

// spared holds such terms against the vectors that there are.
func (b *builder) spared() error {
	rows := 0
	for _, n := range b.lengths {
		rows += b.sys.Rows(n)
	}
	if b.terms > freeTerms+termsARow*rows {
		return fmt.Errorf("prove statements: so many sums and products of the same columns are proved in several files")
	}
	return nil
}
