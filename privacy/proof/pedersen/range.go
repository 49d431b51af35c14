package pedersen

import (
	"crypto/rand"
	"io"
	"math/big"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

// ProveRange shows that each commitment's total is in 0..2^bits - 1, by a
// Bulletproof of 32·(9 + 2·log2(bits·m)) bytes for m commitments, m a power of two
// or as if it were the next one. rnd defaults to crypto/rand.
func (b *Basis) ProveRange(context []byte, cs []Commitment, os []*Opening, rnd io.Reader) (proof []byte, err error) {
	defer guard("prove", &err)
	if len(cs) != len(os) {
		return nil, privacy.Refused("prove", "range", "there are %d commitments and %d openings", len(cs), len(os))
	}
	s, err := several(context, cs)
	if err != nil {
		return nil, err
	}
	for j, o := range os {
		if !o.Opens(cs[j]) {
			return nil, foreign("range")
		}
	}
	return b.prove(s, os, rnd)
}

// ProveBetween shows that a commitment's total is in lo..hi. rnd defaults to
// crypto/rand.
func ProveBetween(context []byte, c Commitment, o *Opening, lo, hi *big.Int, rnd io.Reader) ([]byte, error) {
	n, err := width(lo, hi)
	if err != nil {
		return nil, err
	}
	return bounds{lo, hi}.prove(context, c, o, n, rnd)
}

// ProveAtLeast shows that a commitment's total is in lo..lo + 2^bits - 1. The bits
// are public: let them depend on nothing secret. rnd defaults to crypto/rand.
func ProveAtLeast(context []byte, c Commitment, o *Opening, lo *big.Int, bits int, rnd io.Reader) ([]byte, error) {
	return bounds{lo: lo}.prove(context, c, o, bits, rnd)
}

// ProveAtMost shows that a commitment's total is in hi - 2^bits + 1..hi. rnd
// defaults to crypto/rand.
func ProveAtMost(context []byte, c Commitment, o *Opening, hi *big.Int, bits int, rnd io.Reader) ([]byte, error) {
	return bounds{hi: hi}.prove(context, c, o, bits, rnd)
}

func (x bounds) prove(context []byte, c Commitment, o *Opening, bits int, rnd io.Reader) (proof []byte, err error) {
	defer guard("prove", &err)
	s, err := x.statement(context, c)
	if err != nil {
		return nil, err
	}
	if !o.Opens(c) {
		return nil, foreign("range")
	}
	b, err := NewBasis(bits, len(s.points))
	if err != nil {
		return nil, err
	}
	return b.prove(s, x.openings(o), rnd)
}

func several(context []byte, cs []Commitment) (*statement, error) {
	s := &statement{context: context, kind: "range", given: cs}
	for _, c := range cs {
		e, err := element(c[:])
		if err != nil {
			return nil, err
		}
		s.points = append(s.points, e)
	}
	return s, nil
}

// prove splits totals that are in range into their bits.
func (b *Basis) prove(s *statement, os []*Opening, rnd io.Reader) ([]byte, error) {
	one := curve().NewScalar().SetUint64(1)
	zero := curve().NewScalar()
	var bits, blinds []group.Scalar
	for j, o := range os {
		if o.Total.Sign() < 0 || o.Total.BitLen() > b.bits {
			return nil, privacy.Refused("prove", "range", "total %d is outside of it, or by more than 2^%d inside", j+1, b.bits)
		}
		for i := range b.bits {
			if o.Total.Bit(i) == 1 {
				bits = append(bits, one)
			} else {
				bits = append(bits, zero)
			}
		}
		blinds = append(blinds, o.blind)
	}
	for range b.bits * (padded(len(os)) - len(os)) {
		bits = append(bits, zero)
	}
	less := make([]group.Scalar, len(bits))
	for i := range bits {
		less[i] = curve().NewScalar().Sub(bits[i], one)
	}
	return b.argue(s, bits, less, blinds, rnd)
}

// argue is the prover of PROOFS.md, section 12, range, for vectors aL and aR.
func (b *Basis) argue(s *statement, aL, aR, blinds []group.Scalar, rnd io.Reader) ([]byte, error) {
	if rnd == nil {
		rnd = rand.Reader
	}
	t, err := b.transcript(s)
	if err != nil {
		return nil, err
	}
	var out []byte
	tell := func(label string, x interface{ MarshalBinary() ([]byte, error) }) {
		m := bytesOf(x)
		t.Absorb(label, m)
		out = append(out, m...)
	}
	n := len(aL)
	draw := func(k int) ([]group.Scalar, error) {
		v := make([]group.Scalar, k)
		for i := range v {
			if v[i], err = random(rnd); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	masks, err := draw(4) // alpha, rho, tau1, tau2
	if err != nil {
		return nil, err
	}
	sL, err := draw(n)
	if err != nil {
		return nil, err
	}
	sR, err := draw(n)
	if err != nil {
		return nil, err
	}
	tell("A", b.vectors(masks[0], aL, aR))
	tell("S", b.vectors(masks[1], sL, sR))
	y, err := t.challenge("y")
	if err != nil {
		return nil, err
	}
	z, err := t.challenge("z")
	if err != nil {
		return nil, err
	}

	// r0 and r1 are the coefficients of r(X); aL - z and sL are those of l(X).
	ys, zs := powers(y, n), powers(z, padded(len(s.points))+2)
	twos := powers(curve().NewScalar().SetUint64(2), b.bits)
	l0, r0, r1 := make([]group.Scalar, n), make([]group.Scalar, n), make([]group.Scalar, n)
	for i := range n {
		l0[i] = curve().NewScalar().Sub(aL[i], z)
		r := curve().NewScalar().Add(aR[i], z)
		r.Mul(r, ys[i])
		r0[i] = r.Add(r, curve().NewScalar().Mul(zs[i/b.bits+2], twos[i%b.bits]))
		r1[i] = curve().NewScalar().Mul(ys[i], sR[i])
	}
	t1 := inner(l0, r1)
	t1.Add(t1, inner(sL, r0))
	t2 := inner(sL, r1)
	tell("T1", b.scalars(t1, masks[2]))
	tell("T2", b.scalars(t2, masks[3]))
	x, err := t.challenge("x")
	if err != nil {
		return nil, err
	}
	l, r := l0, r0
	for i := range n {
		l[i].Add(l[i], sL[i].Mul(sL[i], x))
		r[i].Add(r[i], r1[i].Mul(r1[i], x))
	}
	taux := curve().NewScalar().Mul(masks[3], x)
	taux.Add(taux, masks[2])
	taux.Mul(taux, x)
	for j, blind := range blinds {
		taux.Add(taux, curve().NewScalar().Mul(zs[j+2], blind))
	}
	mu := curve().NewScalar().Mul(masks[1], x)
	mu.Add(mu, masks[0])
	tell("taux", taux)
	tell("mu", mu)
	tell("t", inner(l, r))
	w, err := t.challenge("w")
	if err != nil {
		return nil, err
	}
	end, err := b.fold(t, w, y, l, r)
	return append(out, end...), err
}

// vectors is blind·H + <l, G_i> + <r, H_i>.
func (b *Basis) vectors(blind group.Scalar, l, r []group.Scalar) group.Element {
	var m terms
	m.add(blind, b.b)
	for i := range l {
		m.add(l[i], b.g[i])
		m.add(r[i], b.h[i])
	}
	return m.sum()
}

// scalars is v·G + blind·H.
func (b *Basis) scalars(v, blind group.Scalar) group.Element {
	e := curve().NewElement().MulGen(v)
	return e.Add(e, curve().NewElement().Mul(b.b, blind))
}

// powers gives 1, v, v^2 and so on.
func powers(v group.Scalar, n int) []group.Scalar {
	out := make([]group.Scalar, n)
	out[0] = curve().NewScalar().SetUint64(1)
	for i := 1; i < n; i++ {
		out[i] = curve().NewScalar().Mul(out[i-1], v)
	}
	return out
}

func inner(a, b []group.Scalar) group.Scalar {
	sum, m := curve().NewScalar(), curve().NewScalar()
	for i := range a {
		sum.Add(sum, m.Mul(a[i], b[i]))
	}
	return sum
}
