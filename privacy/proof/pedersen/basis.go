package pedersen

import (
	"encoding/binary"
	"math/big"
	"slices"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// MaxVector is how many bits the totals of one range proof have together at most.
const MaxVector = 1 << 16

// Basis holds the generators of range proofs, which take ten microseconds each to
// make. One basis serves any number of proofs, by any number of goroutines.
type Basis struct {
	bits int
	g, h []group.Element
	u    group.Element // carries the inner product
	b    group.Element // carries the blinding
}

// NewBasis makes the generators for up to totals totals at once, of 8, 16, 32, 64
// or 128 bits each.
func NewBasis(bits, totals int) (b *Basis, err error) {
	defer guard("make", &err)
	if !slices.Contains([]int{8, 16, 32, 64, 128}, bits) {
		return nil, privacy.Refused("make", "basis", "%d bits; 8, 16, 32, 64 or 128 are possible", bits)
	}
	if totals < 1 || totals > MaxVector/bits {
		return nil, privacy.Refused("make", "basis", "%d totals of %d bits; 1 to %d are possible", totals, bits, MaxVector/bits)
	}
	n := bits * padded(totals)
	b = &Basis{bits: bits, g: make([]group.Element, n), h: make([]group.Element, n), b: base()}
	b.u = curve().HashToElement([]byte("U"), []byte(name+" range U"))
	for i := range n {
		m := binary.BigEndian.AppendUint64(nil, uint64(i))
		b.g[i] = curve().HashToElement(m, []byte(name+" range G"))
		b.h[i] = curve().HashToElement(m, []byte(name+" range H"))
	}
	return b, nil
}

// padded is the power of two from m on.
func padded(m int) int {
	p := 1
	for p < m {
		p *= 2
	}
	return p
}

// statement is what a range proof is about.
type statement struct {
	context []byte
	kind    string
	numbers []*big.Int
	given   []Commitment    // as others know them
	points  []group.Element // whose totals are in 0..2^bits - 1
}

// transcript absorbs all that is public.
func (b *Basis) transcript(s *statement) (say, error) {
	if m := len(s.points); m < 1 || b.bits*padded(m) > len(b.g) {
		return say{}, privacy.Refused("read", "range", "%d totals, and the basis is for 1 to %d", m, len(b.g)/b.bits)
	}
	t := say{transcript.New(name + " range")}
	t.Absorb("generators", []byte(name+" range G H U"))
	t.Absorb("context", s.context)
	t.Absorb("statement", []byte(s.kind))
	t.number("bits", uint64(b.bits))
	t.number("count", uint64(len(s.points)))
	for _, v := range s.numbers {
		t.Absorb("number", []byte(v.String()))
	}
	for _, c := range s.given {
		t.Absorb("commitment", c[:])
	}
	return t, nil
}

// bounds are what is stated about one commitment.
type bounds struct{ lo, hi *big.Int } // nil is none

func (x bounds) kind() string {
	switch {
	case x.hi == nil:
		return "at least"
	case x.lo == nil:
		return "at most"
	}
	return "between"
}

// width is the least number of bits that holds hi - lo.
func width(lo, hi *big.Int) (int, error) {
	d := new(big.Int).Sub(hi, lo)
	for n := 8; n <= 128; n *= 2 {
		if d.Sign() >= 0 && d.BitLen() <= n {
			return n, nil
		}
	}
	return 0, privacy.Refused("read", "range", "it is empty, or wider than 2^128")
}

// statement gives the points C - lo·G and hi·G - C.
func (x bounds) statement(context []byte, c Commitment) (*statement, error) {
	e, err := element(c[:])
	if err != nil {
		return nil, err
	}
	s := &statement{context: context, kind: x.kind(), given: []Commitment{c}}
	for _, v := range []*big.Int{x.lo, x.hi} {
		if v != nil && v.BitLen() > MaxBits {
			return nil, privacy.Refused("read", "range", "a bound has more than %d bits", MaxBits)
		}
	}
	if x.lo != nil {
		s.numbers = append(s.numbers, x.lo)
		s.points = append(s.points, rest(e, x.lo))
	}
	if x.hi != nil {
		s.numbers = append(s.numbers, x.hi)
		up := rest(e, x.hi)
		s.points = append(s.points, up.Neg(up))
	}
	return s, nil
}

// openings gives the openings of the statement's points.
func (x bounds) openings(o *Opening) (os []*Opening) {
	if x.lo != nil {
		os = append(os, &Opening{new(big.Int).Sub(o.Total, x.lo), o.blind})
	}
	if x.hi != nil {
		os = append(os, &Opening{new(big.Int).Sub(x.hi, o.Total), curve().NewScalar().Neg(o.blind)})
	}
	return os
}
