package field

import "math/bits"

// leaf is the largest transform that is done level by level: it stays in the
// first-level cache (2048 elements are 32 KiB).
const leaf = 2048

// Code is the Reed-Solomon code of polynomials of degree below K, evaluated at
// Rate·K points outside the group that holds the messages (PROOFS.md, section
// 3). Coefficients between its methods are in bit-reversed order, so that no
// transform has to permute. It is safe for concurrent use.
type Code struct {
	K, Rate int
	roots   []Elem   // the twiddles of size 2h at [h, 2h)
	inverse []Elem   // their inverses
	scale   Elem     // 1/K
	shift   [][]Elem // powers of each coset's shift, bit-reversed
	unshift []Elem   // powers of the first shift's inverse
	log     uint
}

// NewCode makes the code. Both numbers are powers of two.
func NewCode(k, rate int) *Code {
	c := &Code{K: k, Rate: rate, log: uint(bits.TrailingZeros(uint(k)))}
	c.scale.InvTwoN(c.log)
	c.roots, c.inverse = make([]Elem, k), make([]Elem, k)
	for l := uint(1); l <= c.log; l++ {
		var w, v Elem
		w.SetRootOfUnityTwoN(l)
		v.Inv(&w)
		h := 1 << (l - 1)
		fillPowers(c.roots[h:2*h], w)
		fillPowers(c.inverse[h:2*h], v)
	}
	g := c.generator()
	for i := range rate {
		s := make([]Elem, k)
		fillPowers(s, Power(g, uint64(2*i+1)))
		reverse(s)
		c.shift = append(c.shift, s)
	}
	var inv Elem
	inv.Inv(&g)
	c.unshift = make([]Elem, k)
	fillPowers(c.unshift, inv)
	reverse(c.unshift)
	return c
}

// generator is the generator of the group of order 2·Rate·K.
func (c *Code) generator() (g Elem) {
	g.SetRootOfUnityTwoN(c.log + uint(bits.TrailingZeros(uint(c.Rate))) + 1)
	return g
}

// N is the length of a codeword.
func (c *Code) N() int { return c.K * c.Rate }

// Point gives the point of position j.
func (c *Code) Point(j int) Elem {
	i, a := j/c.K, j%c.K
	return Power(c.generator(), uint64(2*i+1)+uint64(2*c.Rate)*uint64(a))
}

// Coefficients turns the values on the group, in place, into coefficients.
func (c *Code) Coefficients(v []Elem) {
	c.decimate(v, c.inverse)
	for i := range v {
		v[i].Mul(&v[i], &c.scale)
	}
}

// Values turns coefficients, in place, into the values on the group.
func (c *Code) Values(v []Elem) { c.combine(v, c.roots) }

// Coset writes the values on coset i, positions iK to (i+1)K-1 of the
// codeword, of the polynomial with these coefficients.
func (c *Code) Coset(dst, coefficients []Elem, i int) {
	s := c.shift[i]
	for j := range dst {
		dst[j].Mul(&coefficients[j], &s[j])
	}
	c.combine(dst, c.roots)
}

// Sample writes the values at some positions of coset i only: dst[n] is the value
// at places[n], from 0 to K-1. scratch has K elements. It leaves out the last
// levels of the transform, and joins their parts for each place.
func (c *Code) Sample(dst, coefficients, scratch []Elem, i int, places []int) {
	s := c.shift[i]
	for j := range scratch {
		scratch[j].Mul(&coefficients[j], &s[j])
	}
	parts := min(64, c.K)
	size := c.K / parts
	for at := 0; at < c.K; at += size {
		c.combine(scratch[at:at+size], c.roots)
	}
	var join [64]Elem
	for n, a := range places {
		for b := range parts {
			join[b] = scratch[b*size+a%size]
		}
		h := size
		for m := parts; m > 1; m /= 2 {
			// Two parts of size h make one of size 2h; the root's power h is -1.
			w := c.roots[h+a%h]
			for b := 0; b < m; b += 2 {
				var d Elem
				d.Mul(&w, &join[b+1])
				if a%(2*h) < h {
					join[b/2].Add(&join[b], &d)
				} else {
					join[b/2].Sub(&join[b], &d)
				}
			}
			h *= 2
		}
		dst[n] = join[0]
	}
}

// FromCoset turns the values on coset 0, in place, into coefficients.
func (c *Code) FromCoset(v []Elem) {
	c.Coefficients(v)
	for i := range v {
		v[i].Mul(&v[i], &c.unshift[i])
	}
}

// Natural permutes coefficients between their natural and their bit-reversed
// order, in place.
func (c *Code) Natural(v []Elem) { reverse(v) }

// decimate is the transform with decimation in frequency: values in natural
// order, result in bit-reversed order. It halves until a part fits the cache.
func (c *Code) decimate(v, roots []Elem) {
	if len(v) > leaf {
		h := len(v) / 2
		down(v[:h], v[h:], roots[h:2*h])
		c.decimate(v[:h], roots)
		c.decimate(v[h:], roots)
		return
	}
	for h := len(v) / 2; h > 0; h /= 2 {
		for at := 0; at < len(v); at += 2 * h {
			down(v[at:at+h], v[at+h:at+2*h], roots[h:2*h])
		}
	}
}

// combine is the transform with decimation in time, from bit-reversed to
// natural order.
func (c *Code) combine(v, roots []Elem) {
	if len(v) > leaf {
		h := len(v) / 2
		c.combine(v[:h], roots)
		c.combine(v[h:], roots)
		up(v[:h], v[h:], roots[h:2*h])
		return
	}
	for h := 1; h < len(v); h *= 2 {
		for at := 0; at < len(v); at += 2 * h {
			up(v[at:at+h], v[at+h:at+2*h], roots[h:2*h])
		}
	}
}

func down(a, b, w []Elem) {
	b, w = b[:len(a)], w[:len(a)]
	var d Elem
	for i := range a {
		d.Sub(&a[i], &b[i])
		a[i].Add(&a[i], &b[i])
		b[i].Mul(&d, &w[i])
	}
}

func up(a, b, w []Elem) {
	b, w = b[:len(a)], w[:len(a)]
	var d Elem
	for i := range a {
		d.Mul(&b[i], &w[i])
		b[i].Sub(&a[i], &d)
		a[i].Add(&a[i], &d)
	}
}

func fillPowers(v []Elem, x Elem) {
	p := One()
	for i := range v {
		v[i] = p
		p.Mul(&p, &x)
	}
}

func reverse(v []Elem) {
	if len(v) < 2 {
		return
	}
	shift := bits.UintSize - uint(bits.TrailingZeros(uint(len(v))))
	for i := range v {
		if j := int(bits.Reverse(uint(i)) >> shift); i < j {
			v[i], v[j] = v[j], v[i]
		}
	}
}
