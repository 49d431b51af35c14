package rule

import (
	"encoding/binary"
	"math/bits"
)

// bitmap has one bit a row, row 0 in bit 0 of word 0. Bits beyond the last row
// are kept clear.
type bitmap []uint64

func words(n int) int { return (n + 63) / 64 }

// sized returns a bitmap of n rows with unspecified bits, in b's memory where
// it is large enough.
func (b bitmap) sized(n int) bitmap {
	if w := words(n); cap(b) >= w {
		return b[:w]
	}
	return make(bitmap, words(n))
}

func (b bitmap) zero() {
	clear(b)
}

// fill sets the first n bits.
func (b bitmap) fill(n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	b.trim(n)
}

// trim clears the bits from n on.
func (b bitmap) trim(n int) {
	if r := n & 63; r != 0 {
		b[len(b)-1] &= 1<<r - 1
	}
}

func (b bitmap) get(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }
func (b bitmap) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bitmap) clear(i int)    { b[i>>6] &^= 1 << (i & 63) }

func (b bitmap) count() int64 {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return int64(n)
}

func (b bitmap) and(o bitmap) {
	for i := range b {
		b[i] &= o[i]
	}
}

func (b bitmap) andNot(o bitmap) {
	for i := range b {
		b[i] &^= o[i]
	}
}

func (b bitmap) or(o bitmap) {
	for i := range b {
		b[i] |= o[i]
	}
}

// each calls f with every set row, in order, until f returns false.
func (b bitmap) each(f func(i int) bool) {
	for w, word := range b {
		for word != 0 {
			if !f(w<<6 + bits.TrailingZeros64(word)) {
				return
			}
			word &= word - 1
		}
	}
}

// copyBits fills dst with n bits of an Arrow bitmap from bit off on.
func copyBits(dst bitmap, src []byte, off, n int) {
	src = src[off>>3:]
	shift := uint(off & 7)
	for w := range dst {
		var lo uint64
		var hi byte
		if p := src[min(w*8, len(src)):]; len(p) >= 9 {
			lo, hi = binary.LittleEndian.Uint64(p), p[8]
		} else {
			var buf [9]byte
			copy(buf[:], p)
			lo, hi = binary.LittleEndian.Uint64(buf[:]), buf[8]
		}
		if shift != 0 {
			lo = lo>>shift | uint64(hi)<<(64-shift)
		}
		dst[w] = lo
	}
	dst.trim(n)
}
