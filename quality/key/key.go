// Package key tells whether keys were seen before: exactly, since hashes only
// find candidates and the keys themselves are compared. A [Set] answers at
// once; a [Log] takes any number of keys with the rows that they came from, and
// answers at the end. Both spill to disk beyond the memory that they are given.
//
// Hashes are keyed with a fresh secret, so that nobody can make data collide.
// No answer depends on the secret.
//
// Not safe for concurrent use: give each goroutine its own Log and merge.
package key

import (
	"errors"
	"hash/maphash"
	"math/bits"
)

// ErrMemory marks what must be held in memory and would outgrow its limit.
var ErrMemory = errors.New("too many keys for the memory allowed")

// Seed is the secret that keys are hashed with. Logs that are to be merged or
// held against each other share one.
type Seed struct {
	text  maphash.Seed
	a, b  uint64
	valid bool
}

// NewSeed draws a seed.
func NewSeed() Seed {
	s := maphash.MakeSeed()
	return Seed{text: s, a: maphash.String(s, "a"), b: maphash.String(s, "b") | 1, valid: true}
}

// word hashes a word: the two halves of a 128-bit product, as in wyhash.
func (s *Seed) word(k uint64) uint64 {
	hi, lo := bits.Mul64(k^s.a, s.b)
	return hi ^ lo
}

func (s *Seed) bytes(b []byte) uint64 { return maphash.Bytes(s.text, b) }

// Hash is the keyed hash of a byte string.
func (s *Seed) Hash(b []byte) uint64 { return s.bytes(b) }
