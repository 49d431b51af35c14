package profile

import (
	"math"
	"math/big"
	"math/bits"
)

// sums holds the exact sums of the first four powers of magnitudes m < 2^64,
// as little-endian words. The widths leave room for 2^64 terms.
type sums struct {
	s1 [2]uint64
	s2 [3]uint64
	s3 [4]uint64
	s4 [5]uint64
}

// add takes in one magnitude.
func (s *sums) add(m uint64) {
	var c uint64
	s.s1[0], c = bits.Add64(s.s1[0], m, 0)
	s.s1[1] += c
	h2, l2 := bits.Mul64(m, m)
	s.s2[0], c = bits.Add64(s.s2[0], l2, 0)
	s.s2[1], c = bits.Add64(s.s2[1], h2, c)
	s.s2[2] += c
	// m³ = (h2·2^64 + l2)·m
	h, a0 := bits.Mul64(l2, m)
	h3, l := bits.Mul64(h2, m)
	a1, c := bits.Add64(l, h, 0)
	a2 := h3 + c
	s.s3[0], c = bits.Add64(s.s3[0], a0, 0)
	s.s3[1], c = bits.Add64(s.s3[1], a1, c)
	s.s3[2], c = bits.Add64(s.s3[2], a2, c)
	s.s3[3] += c
	// m⁴ = (a2·2^128 + a1·2^64 + a0)·m
	h0, b0 := bits.Mul64(a0, m)
	h1, b1 := bits.Mul64(a1, m)
	hh, b2 := bits.Mul64(a2, m)
	b1, c = bits.Add64(b1, h0, 0)
	b2, c = bits.Add64(b2, h1, c)
	b3 := hh + c
	s.s4[0], c = bits.Add64(s.s4[0], b0, 0)
	s.s4[1], c = bits.Add64(s.s4[1], b1, c)
	s.s4[2], c = bits.Add64(s.s4[2], b2, c)
	s.s4[3], c = bits.Add64(s.s4[3], b3, c)
	s.s4[4] += c
}

// addSmall takes in many magnitudes below 2^32 at a third of add's cost.
func (s *sums) addSmall(ms []uint64) {
	// 2^32 terms would fit each register pair; chunks are far shorter.
	var a, bl, bh, cl, ch, dl, dh, de, c uint64
	for _, m := range ms {
		a += m
		q := m * m
		bl, c = bits.Add64(bl, q, 0)
		bh += c
		h, l := bits.Mul64(q, m)
		cl, c = bits.Add64(cl, l, 0)
		ch, _ = bits.Add64(ch, h, c)
		h, l = bits.Mul64(q, q)
		dl, c = bits.Add64(dl, l, 0)
		dh, c = bits.Add64(dh, h, c)
		de += c
	}
	s.merge(&sums{s1: [2]uint64{a}, s2: [3]uint64{bl, bh}, s3: [4]uint64{cl, ch}, s4: [5]uint64{dl, dh, de}})
}

// addN takes in a magnitude n times.
func (s *sums) addN(m, n uint64) {
	var one sums
	one.add(m)
	scale(one.s1[:], n)
	scale(one.s2[:], n)
	scale(one.s3[:], n)
	scale(one.s4[:], n)
	s.merge(&one)
}

func (s *sums) merge(o *sums) {
	addWords(s.s1[:], o.s1[:])
	addWords(s.s2[:], o.s2[:])
	addWords(s.s3[:], o.s3[:])
	addWords(s.s4[:], o.s4[:])
}

func (s *sums) words() []uint64 {
	w := make([]uint64, 0, 14)
	w = append(w, s.s1[:]...)
	w = append(w, s.s2[:]...)
	w = append(w, s.s3[:]...)
	return append(w, s.s4[:]...)
}

func (s *sums) setWords(w []uint64) {
	copy(s.s1[:], w)
	copy(s.s2[:], w[2:])
	copy(s.s3[:], w[5:])
	copy(s.s4[:], w[9:])
}

func scale(a []uint64, n uint64) {
	var carry uint64
	for i, w := range a {
		hi, lo := bits.Mul64(w, n)
		lo, c := bits.Add64(lo, carry, 0)
		a[i], carry = lo, hi+c
	}
}

func addWords(a, b []uint64) {
	var c uint64
	for i := range a {
		a[i], c = bits.Add64(a[i], b[i], c)
	}
}

// moments are the exact power sums of a column. Whole numbers go to two bins,
// by sign; floats to one bin for each sign and exponent, in which every
// mantissa has the same weight, so that their powers add up as integers. The
// method is the large superaccumulator of R. M. Neal, "Fast exact summation
// using small and large superaccumulators" (2015), carried to powers.
type moments struct {
	whole [2]sums               // non-negative, negative
	float [128]*[binsAPage]sums // index sign<<11 | exponent, in pages
}

const binsAPage = 32

// addInts takes in magnitudes of one sign.
func (m *moments) addInts(neg int, magnitudes []uint64) {
	var all uint64
	for _, x := range magnitudes {
		all |= x
	}
	if all < 1<<32 {
		m.whole[neg].addSmall(magnitudes)
		return
	}
	s := &m.whole[neg]
	for _, x := range magnitudes {
		s.add(x)
	}
}

func (m *moments) bin(f float64) (*sums, uint64) {
	b := math.Float64bits(f)
	e := b >> 52 // sign and exponent
	mant := b & (1<<52 - 1)
	if e&0x7ff != 0 {
		mant |= 1 << 52
	} else {
		e++ // subnormals weigh as much as exponent 1
	}
	p := m.float[e/binsAPage]
	if p == nil {
		p = new([binsAPage]sums)
		m.float[e/binsAPage] = p
	}
	return &p[e%binsAPage], mant
}

// addFloat takes in one finite float.
func (m *moments) addFloat(f float64) {
	s, mant := m.bin(f)
	s.add(mant)
}

func (m *moments) addFloatN(f float64, n uint64) {
	s, mant := m.bin(f)
	s.addN(mant, n)
}

func (m *moments) merge(o *moments) {
	m.whole[0].merge(&o.whole[0])
	m.whole[1].merge(&o.whole[1])
	for i, p := range o.float {
		if p == nil {
			continue
		}
		if m.float[i] == nil {
			m.float[i] = new([binsAPage]sums)
		}
		for j := range p {
			m.float[i][j].merge(&p[j])
		}
	}
}

// power returns the sum of the k-th powers times 2^(1074k) if the column is
// float, and the plain sum if it is whole.
func (m *moments) power(k int) *big.Int {
	total := new(big.Int)
	for neg := range m.whole {
		v := m.whole[neg].power(k)
		if neg == 1 && k%2 == 1 {
			v.Neg(v)
		}
		total.Add(total, v)
	}
	for i, p := range m.float {
		if p == nil {
			continue
		}
		for j := range p {
			v := p[j].power(k)
			if v.Sign() == 0 {
				continue
			}
			e := uint(i*binsAPage + j)
			// The weight of a mantissa's last bit is 2^(exponent-1075).
			v.Lsh(v, uint(k)*(e&0x7ff-1))
			if e>>11 == 1 && k%2 == 1 {
				v.Neg(v)
			}
			total.Add(total, v)
		}
	}
	return total
}

func (s *sums) power(k int) *big.Int {
	w := [][]uint64{s.s1[:], s.s2[:], s.s3[:], s.s4[:]}[k-1]
	v := new(big.Int)
	for i := len(w) - 1; i >= 0; i-- {
		v.Lsh(v, 64)
		v.Or(v, new(big.Int).SetUint64(w[i]))
	}
	return v
}

// shapeOf are the four figures that moments give.
type shapeOf struct{ sum, mean, variance, skewness, kurtosis float64 }

// summary computes sum, mean, variance (divisor n-1), skewness and excess
// kurtosis (divisor n) of n values, each with one rounding of an exact ratio
// but for the square root in the skewness. unit is the weight of 1.
func (m *moments) summary(n int64, float bool, unit *big.Rat) shapeOf {
	if n == 0 {
		return shapeOf{}
	}
	s1, s2, s3, s4 := m.power(1), m.power(2), m.power(3), m.power(4)
	u := new(big.Rat).Set(unit)
	if float {
		u.Mul(u, new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 1074)))
	}
	N := big.NewInt(n)
	var out shapeOf
	out.sum = toFloat(new(big.Rat).Mul(new(big.Rat).SetInt(s1), u))
	out.mean = toFloat(new(big.Rat).Mul(new(big.Rat).SetFrac(s1, N), u))
	// c2 = n² m2, c3 = n³ m3, c4 = n⁴ m4 of the central moments.
	c2 := mul(N, s2)
	c2.Sub(c2, mul(s1, s1))
	if n > 1 {
		v := new(big.Rat).SetFrac(c2, mul(N, big.NewInt(n-1)))
		out.variance = toFloat(v.Mul(v, new(big.Rat).Mul(u, u)))
	}
	if c2.Sign() <= 0 { // all values are equal (or the state was forged)
		return out
	}
	c3 := mul(N, N, s3)
	c3.Sub(c3, mul(big.NewInt(3), N, s1, s2))
	c3.Add(c3, mul(big.NewInt(2), s1, s1, s1))
	c4 := mul(N, N, N, s4)
	c4.Sub(c4, mul(big.NewInt(4), N, N, s1, s3))
	c4.Add(c4, mul(big.NewInt(6), N, s1, s1, s2))
	c4.Sub(c4, mul(big.NewInt(3), s1, s1, s1, s1))
	const precision = 256
	d := new(big.Float).SetPrec(precision).SetInt(c2)
	d.Mul(d, new(big.Float).SetPrec(precision).Sqrt(d))
	q := new(big.Float).SetPrec(precision).SetInt(c3)
	out.skewness, _ = q.Quo(q, d).Float64()
	k := new(big.Rat).SetFrac(c4, mul(c2, c2))
	out.kurtosis = toFloat(k.Sub(k, big.NewRat(3, 1)))
	return out
}

func mul(xs ...*big.Int) *big.Int {
	p := big.NewInt(1)
	for _, x := range xs {
		p.Mul(p, x)
	}
	return p
}

// toFloat rounds to the nearest float, the largest finite one if it is beyond.
func toFloat(r *big.Rat) float64 {
	f, _ := r.Float64()
	if math.IsInf(f, 0) {
		return math.Copysign(math.MaxFloat64, f)
	}
	return f
}

// eachBin visits the float bins that hold something, in order.
func (m *moments) eachBin(visit func(i int, s *sums)) {
	for i, p := range m.float {
		if p == nil {
			continue
		}
		for j := range p {
			if p[j] != (sums{}) {
				visit(i*binsAPage+j, &p[j])
			}
		}
	}
}
