package pedersen

import (
	"math/big"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

// slow is the verifier as the paper states it, section 4.2 with the recursive
// protocol 2: one multiplication by one, with big integers for scalars. It shares
// with the verifier under test only the reading of bytes and challenges.
func slow(b *Basis, s *statement, proof []byte) error {
	t, err := b.transcript(s)
	if err != nil {
		return err
	}
	p, err := b.read(t, len(s.points), proof)
	if err != nil {
		return err
	}
	refused := privacy.Tampered("verify", "range", "refused by the slow verifier")
	q := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 252), func() *big.Int {
		v, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
		return v
	}())
	num := func(k group.Scalar) *big.Int {
		m := bytesOf(k)
		for i := range 16 {
			m[i], m[31-i] = m[31-i], m[i]
		}
		return new(big.Int).SetBytes(m)
	}
	mod := func(v *big.Int) *big.Int { return v.Mod(v, q) }
	mul := func(a, b *big.Int) *big.Int { return mod(new(big.Int).Mul(a, b)) }
	times := func(e group.Element, k *big.Int) group.Element {
		return curve().NewElement().Mul(e, curve().NewScalar().SetBigInt(new(big.Int).Mod(k, q)))
	}
	plus := func(es ...group.Element) group.Element {
		sum := curve().Identity()
		for _, e := range es {
			sum = curve().NewElement().Add(sum, e)
		}
		return sum
	}
	m := padded(len(s.points))
	n := b.bits * m
	x, y, z, w := num(p.x), num(p.y), num(p.z), num(p.w)
	pow := func(v *big.Int, k int) *big.Int { return new(big.Int).Exp(v, big.NewInt(int64(k)), q) }
	zz := mul(z, z)

	// t(x) is what T1, T2 and the commitments say.
	delta := new(big.Int)
	for i := range n {
		delta.Add(delta, mul(new(big.Int).Sub(z, zz), pow(y, i)))
	}
	for j := 1; j <= m; j++ {
		for i := range b.bits {
			delta.Sub(delta, mul(pow(z, j+2), pow(big.NewInt(2), i)))
		}
	}
	left := plus(times(curve().Generator(), num(p.t)), times(b.b, num(p.taux)))
	right := plus(times(curve().Generator(), mod(delta)), times(p.t1, x), times(p.t2, mul(x, x)))
	for j, c := range s.points {
		right = plus(right, times(c, pow(z, j+2)))
	}
	if !left.IsEqual(right) {
		return refused
	}

	// P of l and r.
	back := new(big.Int).ModInverse(y, q)
	g, h := make([]group.Element, n), make([]group.Element, n)
	point := plus(p.a, times(p.s, x), times(b.b, new(big.Int).Neg(num(p.mu))), times(times(b.u, w), num(p.t)))
	for i := range n {
		g[i] = b.g[i]
		h[i] = times(b.h[i], pow(back, i))
		k := mul(z, pow(y, i))
		k.Add(k, mul(pow(z, i/b.bits+2), pow(big.NewInt(2), i%b.bits)))
		point = plus(point, times(g[i], new(big.Int).Neg(z)), times(h[i], k))
	}
	for k := range p.u {
		u := num(p.u[k])
		inv := new(big.Int).ModInverse(u, q)
		n /= 2
		for i := range n {
			g[i] = plus(times(g[i], inv), times(g[n+i], u))
			h[i] = plus(times(h[i], u), times(h[n+i], inv))
		}
		point = plus(times(p.l[k], mul(u, u)), point, times(p.r[k], mul(inv, inv)))
	}
	a, e := num(p.last[0]), num(p.last[1])
	if !point.IsEqual(plus(times(g[0], a), times(h[0], e), times(times(b.u, w), mul(a, e)))) {
		return refused
	}
	return nil
}
