// Package rng gives seeded draws that are functions, not sequences: a [Key]
// names a stream of draws, and the i-th draw of it is computed from (key, i)
// alone. So a cell's randomness depends on what the cell is, never on what was
// made before it, by whom, or on how many goroutines.
//
//	k := rng.New(seed).Name("transactions").Name("amount")
//	u := k.Float64(row)          // the row's draw, in [0, 1)
//	c := k.At(row)               // a key of the row's own, for several draws
//
// # The function
//
// A draw folds the counter twice with 64x64 to 128 bit multiplication and the
// key's two words, the construction of wyhash (Wang Yi, github.com/wangyi-
// fudan/wyhash, public domain), whose constants are used: 64-bit odd numbers
// with 32 bits set. It is fast and statistically good; it is not secret: never
// use it for keys, nonces or salts. Secrets come from crypto/rand and have
// other types.
//
// # Same bytes
//
// Integers are exact everywhere. Floats are made by multiplication with powers
// of two and are exact too. Normal deviates come from a table that is built by
// exact rules (see normal.go).
package rng

import "math/bits"

// The wyhash constants.
const (
	c0 = 0xa0761d6478bd642f
	c1 = 0xe7037ed1a0b428db
	c2 = 0x8ebc6af09c88c6e3
	c3 = 0x589965cc75374cc3
)

// Key names a stream of draws. The zero Key is one like any other.
type Key struct{ a, b uint64 }

// New is the root key of a seed.
func New(seed uint64) Key {
	return Key{fold(seed^c0, c1), fold(seed^c2, c3)}
}

// Name derives the key of a named part, such as a table or a column.
func (k Key) Name(s string) Key {
	// FNV-1a spreads the name over 64 bits; the folds mix it with the key.
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return Key{fold(h^k.a, c2^k.b), fold(h^k.b^c3, c1^k.a)}
}

// At derives the key of a numbered part, such as a row.
func (k Key) At(i uint64) Key {
	x := fold(i^c0^k.a, k.b^c1)
	return Key{x, fold(x^c2, k.a^i^c3)}
}

// Uint64 is the i-th draw: 64 uniform bits.
func (k Key) Uint64(i uint64) uint64 {
	return fold(fold(i^k.a, k.b^c1)^k.b, c0^k.a)
}

// Float64 is the i-th draw as a number in [0, 1), a multiple of 2^-53.
func (k Key) Float64(i uint64) float64 { return Unit(k.Uint64(i)) }

// Below is the i-th draw as a number in [0, n). A value's probability is off
// 1/n by at most 2^-64 (Lemire, "Fast random integer generation in an
// interval", ACM TOMACS 29(1), 2019, without the rejection step). n must be
// above 0; for 0 the result is 0.
func (k Key) Below(i, n uint64) uint64 { return Below(k.Uint64(i), n) }

// Normal is the i-th draw as a standard normal deviate.
func (k Key) Normal(i uint64) float64 { return Normal(k.Uint64(i)) }

// Fill writes the draws first, first+1, ... into dst.
func (k Key) Fill(dst []uint64, first uint64) {
	for j := range dst {
		dst[j] = k.Uint64(first + uint64(j))
	}
}

// Sequence draws one after the other from a key, for code whose number of
// draws is not known beforehand. It is a value: copying it forks it.
type Sequence struct {
	key Key
	i   uint64
}

// Sequence starts a sequence of the key's draws.
func (k Key) Sequence() Sequence { return Sequence{key: k} }

// Uint64 is the next draw.
func (s *Sequence) Uint64() uint64 {
	s.i++
	return s.key.Uint64(s.i - 1)
}

// Float64 is the next draw in [0, 1).
func (s *Sequence) Float64() float64 { return Unit(s.Uint64()) }

// Below is the next draw in [0, n).
func (s *Sequence) Below(n uint64) uint64 { return Below(s.Uint64(), n) }

// Normal is the next draw as a standard normal deviate.
func (s *Sequence) Normal() float64 { return Normal(s.Uint64()) }

// Unit makes a draw a number in [0, 1).
func Unit(u uint64) float64 { return float64(u>>11) * 0x1p-53 }

// Below makes a draw a number in [0, n).
func Below(u, n uint64) uint64 {
	hi, _ := bits.Mul64(u, n)
	return hi
}

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}
