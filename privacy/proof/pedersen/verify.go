package pedersen

import (
	"math/big"
	"math/bits"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

// VerifyRange checks that each commitment's total is in 0..2^bits - 1.
func (b *Basis) VerifyRange(context []byte, cs []Commitment, proof []byte) (err error) {
	defer guard("verify", &err)
	s, err := several(context, cs)
	if err != nil {
		return err
	}
	return b.verify(s, proof)
}

// VerifyBetween checks that a commitment's total is in lo..hi.
func VerifyBetween(context []byte, c Commitment, lo, hi *big.Int, proof []byte) error {
	n, err := width(lo, hi)
	if err != nil {
		return err
	}
	return bounds{lo, hi}.verify(context, c, n, proof)
}

// VerifyAtLeast checks that a commitment's total is in lo..lo + 2^bits - 1.
func VerifyAtLeast(context []byte, c Commitment, lo *big.Int, bits int, proof []byte) error {
	return bounds{lo: lo}.verify(context, c, bits, proof)
}

// VerifyAtMost checks that a commitment's total is in hi - 2^bits + 1..hi.
func VerifyAtMost(context []byte, c Commitment, hi *big.Int, bits int, proof []byte) error {
	return bounds{hi: hi}.verify(context, c, bits, proof)
}

func (x bounds) verify(context []byte, c Commitment, bits int, proof []byte) (err error) {
	defer guard("verify", &err)
	s, err := x.statement(context, c)
	if err != nil {
		return err
	}
	b, err := NewBasis(bits, len(s.points))
	if err != nil {
		return err
	}
	return b.verify(s, proof)
}

// parts are a range proof's points, scalars and challenges.
type parts struct {
	a, s, t1, t2 group.Element
	l, r         []group.Element
	taux, mu, t  group.Scalar
	last         [2]group.Scalar // a and b

	y, z, x, w, c group.Scalar
	u             []group.Scalar
}

// read decodes a proof and draws its challenges. It takes no other length, no
// other encoding of the same point or scalar, and not the identity.
func (b *Basis) read(t say, m int, proof []byte) (*parts, error) {
	rounds := bits.Len(uint(b.bits*padded(m))) - 1
	if want := size * (9 + 2*rounds); len(proof) != want {
		return nil, privacy.Tampered("verify", "range", "the proof has %d bytes, and %d totals of %d bits take %d", len(proof), m, b.bits, want)
	}
	p := &parts{l: make([]group.Element, rounds), r: make([]group.Element, rounds), u: make([]group.Scalar, rounds)}
	var err error
	next := func(label string) (out []byte) {
		out, proof = proof[:size], proof[size:]
		t.Absorb(label, out)
		return out
	}
	point := func(label string, into *group.Element) {
		if err == nil {
			*into, err = element(next(label))
		}
	}
	number := func(label string, into *group.Scalar) {
		if err == nil {
			*into, err = readScalar(next(label))
		}
	}
	challenge := func(label string, into *group.Scalar) {
		if err == nil {
			*into, err = t.challenge(label)
		}
	}
	point("A", &p.a)
	point("S", &p.s)
	challenge("y", &p.y)
	challenge("z", &p.z)
	point("T1", &p.t1)
	point("T2", &p.t2)
	challenge("x", &p.x)
	number("taux", &p.taux)
	number("mu", &p.mu)
	number("t", &p.t)
	challenge("w", &p.w)
	for k := range rounds {
		point("L", &p.l[k])
		point("R", &p.r[k])
		challenge("u", &p.u[k])
	}
	number("a", &p.last[0])
	number("b", &p.last[1])
	challenge("c", &p.c)
	return p, err
}

// verify checks all equations of the proof at once.
func (b *Basis) verify(s *statement, proof []byte) error {
	t, err := b.transcript(s)
	if err != nil {
		return err
	}
	p, err := b.read(t, len(s.points), proof)
	if err != nil {
		return err
	}
	if !b.equation(s, p).IsIdentity() {
		return privacy.Tampered("verify", "range", "the total is not shown to be in it")
	}
	return nil
}

// equation is the element that is the identity if the proof holds.
func (b *Basis) equation(s *statement, p *parts) group.Element {
	fresh := curve().NewScalar
	one := fresh().SetUint64(1)
	count := padded(len(s.points))
	n := b.bits * count
	var m terms
	m.add(one, p.a)
	m.add(p.x, p.s)

	// ends[i] is s_i, the product of u_k or 1/u_k by the bits of i.
	ends := make([]group.Scalar, n)
	ends[0] = fresh().Set(one)
	for k, u := range p.u {
		inv := fresh().Inv(u)
		ends[0].Mul(ends[0], inv)
		m.add(fresh().Mul(u, u), p.l[k])
		m.add(inv.Mul(inv, inv), p.r[k])
	}
	for k := range p.u {
		u := p.u[len(p.u)-1-k]
		square := fresh().Mul(u, u)
		for i := 1 << k; i < 2<<k; i++ {
			ends[i] = fresh().Mul(ends[i-1<<k], square)
		}
	}

	zs, back := powers(p.z, count+3), powers(fresh().Inv(p.y), n)
	twos := powers(fresh().SetUint64(2), b.bits)
	for i := range n {
		g := fresh().Mul(p.last[0], ends[i])
		m.add(g.Neg(g.Add(g, p.z)), b.g[i])
		h := fresh().Mul(zs[2+i/b.bits], twos[i%b.bits])
		h.Sub(h, fresh().Mul(p.last[1], ends[n-1-i]))
		m.add(h.Add(h.Mul(h, back[i]), p.z), b.h[i])
	}

	k := fresh().Mul(p.last[0], p.last[1])
	k.Sub(p.t, k)
	m.add(k.Mul(k, p.w), b.u)

	// The other equation, weighed by c.
	ysum, zsum := fresh(), fresh()
	for _, v := range powers(p.y, n) {
		ysum.Add(ysum, v)
	}
	for j := range count {
		zsum.Add(zsum, zs[j+3])
	}
	full := fresh().SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(b.bits)))
	zsum.Mul(zsum, full.Sub(full, one))
	delta := fresh().Sub(p.z, zs[2])
	delta.Sub(delta.Mul(delta, ysum), zsum)
	m.add(fresh().Mul(p.c, delta.Sub(p.t, delta)), curve().Generator().Copy())
	blind := fresh().Mul(p.c, p.taux)
	m.add(blind.Sub(blind, p.mu), b.b)
	weigh := func(v group.Scalar, e group.Element) {
		k := fresh().Mul(p.c, v)
		m.add(k.Neg(k), e)
	}
	for j, c := range s.points {
		weigh(zs[j+2], c)
	}
	weigh(p.x, p.t1)
	weigh(fresh().Mul(p.x, p.x), p.t2)
	return m.sum()
}
