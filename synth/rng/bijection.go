package rng

import "math/bits"

// Bijection is a keyed permutation of 0..n-1 in the form that is fastest to
// apply: rounds of multiplication by odd numbers and xor-shifts over the power
// of two that holds n, walked until the image is below n (at most two walks on
// average). It mixes well and is no secret.
type Bijection struct {
	n     uint64
	mask  uint64
	shift uint
	add   uint64
	mul   [bijectionRounds]uint64
	inv   [bijectionRounds]uint64
}

// bijectionRounds is one more than the finaliser of splitmix64 needs on 64
// bits, for the sake of narrow domains.
const bijectionRounds = 3

// Bijection makes the permutation of 0..n-1 that the key chooses; n = 0 stands
// for 2^64.
func (k Key) Bijection(n uint64) Bijection {
	width := bits.Len64(n - 1)
	if n == 1 {
		width = 1
	}
	b := Bijection{n: n, mask: ^uint64(0) >> (64 - width), shift: uint(width+1) / 2, add: k.Uint64(0)}
	for i := range b.mul {
		// Multipliers of splitmix64 and wyhash (odd, with many bits), varied by
		// the key; odd is all that a bijection needs.
		b.mul[i] = (k.Uint64(uint64(i)+1)&^7 ^ c0) | 1
		b.inv[i] = inverse(b.mul[i])
	}
	return b
}

// inverse is the multiplicative inverse of an odd number modulo 2^64, by
// Newton's iteration, which doubles the number of right bits.
func inverse(m uint64) uint64 {
	x := m // right to 3 bits
	for range 5 {
		x *= 2 - m*x
	}
	return x
}

// At is the image of i, which must be below n.
func (b *Bijection) At(i uint64) uint64 {
	for {
		i = (i + b.add) & b.mask
		for r := range b.mul {
			i = i * b.mul[r] & b.mask
			i ^= i >> b.shift
		}
		if i < b.n || b.n == 0 {
			return i
		}
	}
}

// Invert undoes At.
func (b *Bijection) Invert(i uint64) uint64 {
	for {
		for r := bijectionRounds - 1; r >= 0; r-- {
			i ^= i >> b.shift // its own inverse: the shift is at least half the width
			i = i * b.inv[r] & b.mask
		}
		i = (i - b.add) & b.mask
		if i < b.n || b.n == 0 {
			return i
		}
	}
}
