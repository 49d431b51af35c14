package rule

import (
	"math"
	"math/big"
)

// exactSum adds float64 values without rounding, so that the sum does not depend
// on their order: a fixed-point number in limbs of 32 bits, as wide as the range
// of float64 (the small superaccumulator of R. M. Neal, arXiv:1505.05571). Limbs
// are 64 bits wide and take 2^31 values before they could overflow.
type exactSum [67]int64

// lowestBit is the exponent of the least float64, 2^-1074.
const lowestBit = 1074

// add takes in a finite value.
func (s *exactSum) add(x float64) {
	b := math.Float64bits(x)
	e, m := b>>52&0x7FF, b&(1<<52-1)
	if e > 0 {
		m |= 1 << 52
		e-- // a subnormal's exponent is that of the least normal
	}
	sign := int64(1)
	if b>>63 != 0 {
		sign = -1
	}
	at, shift := e>>5, e&31
	lo := m << shift
	s[at] += sign * int64(lo&0xFFFFFFFF)
	s[at+1] += sign * int64(lo>>32)
	if shift > 0 {
		s[at+2] += sign * int64(m>>(64-shift))
	}
}

func (s *exactSum) merge(o *exactSum) {
	for i, x := range o {
		s[i] += x
	}
}

// value rounds once.
func (s *exactSum) value() float64 {
	sum := new(big.Int)
	for i := len(s) - 1; i >= 0; i-- {
		sum.Lsh(sum, 32)
		sum.Add(sum, big.NewInt(s[i]))
	}
	f := new(big.Float).SetPrec(uint(max(64, sum.BitLen()))).SetInt(sum)
	f.SetMantExp(f, -lowestBit)
	x, _ := f.Float64()
	return x
}
