package expr

import (
	"encoding/binary"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// blockRows is how many rows a kernel handles at a time: three columns of
// 8-byte values then fit a 32 KiB first-level cache.
const (
	blockRows  = 1024
	blockWords = blockRows / 64
)

// vec is a register: the values of one block. Only the slice of its type's
// bank is in use. It may alias a column's own memory.
type vec struct {
	bits   []uint64 // booleans, one a bit; zero where null
	ints   []int64
	floats []float64
	wide   []decimal128.Num
	strs   []string
	valid  []uint64 // one bit a row; meaningful only if nulls
	nulls  bool     // some row may be null

	own *store // memory that this register may write
}

// store is a register's own memory; ints and others are made for its bank.
type store struct {
	bits   [blockWords]uint64
	valid  [blockWords]uint64
	ints   []int64
	floats []float64
	wide   []decimal128.Num
	strs   []string
}

func newVec(b bank) vec {
	s := &store{}
	switch b {
	case bankInt:
		s.ints = make([]int64, blockRows)
	case bankFloat:
		s.floats = make([]float64, blockRows)
	case bankWide:
		s.wide = make([]decimal128.Num, blockRows)
	case bankString:
		s.strs = make([]string, blockRows)
	}
	v := vec{own: s}
	v.reset()
	return v
}

// reset points the register at its own memory.
func (v *vec) reset() {
	v.bits, v.valid = v.own.bits[:], v.own.valid[:]
	v.ints, v.floats, v.wide, v.strs = v.own.ints, v.own.floats, v.own.wide, v.own.strs
	v.nulls = false
}

// words is the number of 64-bit words that n bits take.
func words(n int) int { return (n + 63) / 64 }

// allValid makes the validity bits explicit.
func (v *vec) explicit() {
	if !v.nulls {
		v.nulls = true
		for i := range v.valid {
			v.valid[i] = ^uint64(0)
		}
	}
}

// setNull marks one row null.
func (v *vec) setNull(i int) {
	v.explicit()
	v.valid[i/64] &^= 1 << (i % 64)
}

// allNull marks every row null.
func (v *vec) allNull() {
	v.nulls = true
	clear(v.valid)
	clear(v.bits)
}

func (v *vec) isNull(i int) bool { return v.nulls && v.valid[i/64]>>(i%64)&1 == 0 }

// join makes the rows null where any argument is.
func (v *vec) join(args []*vec, n int) {
	v.nulls = false
	for _, a := range args {
		if !a.nulls {
			continue
		}
		w := words(n)
		if !v.nulls {
			v.nulls = true
			copy(v.valid[:w], a.valid[:w])
			continue
		}
		for i := range w {
			v.valid[i] &= a.valid[i]
		}
	}
}

// copyBits copies n bits of src from bit offset off to dst from bit 0, and says
// whether all of them are ones.
func copyBits(dst []uint64, src []byte, off, n int) bool {
	all := ^uint64(0)
	for i := range words(n) {
		w := load64(src, off+64*i)
		if left := n - 64*i; left < 64 {
			w |= ^uint64(0) << left
		}
		dst[i] = w
		all &= w
	}
	return all == ^uint64(0)
}

// load64 reads 64 bits from any bit offset; what lies behind the end is zero.
func load64(src []byte, off int) uint64 {
	at, shift := off/8, uint(off%8)
	var w uint64
	if at+8 <= len(src) {
		b := src[at : at+8 : at+8]
		w = uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	} else {
		for i := at; i < len(src); i++ {
			w |= uint64(src[i]) << (8 * (i - at))
		}
	}
	if shift == 0 {
		return w
	}
	w >>= shift
	if at+8 < len(src) {
		w |= uint64(src[at+8]) << (64 - shift)
	}
	return w
}

// storeBits writes n bits to dst from bit 8*at; what was there is lost. It
// returns how many are ones.
func storeBits(dst []byte, src []uint64, n int) int {
	ones := 0
	for i := range words(n) {
		w, left := src[i], n-64*i
		if left < 64 {
			w &= 1<<left - 1
		}
		ones += bits.OnesCount64(w)
		if left >= 64 {
			binary.LittleEndian.PutUint64(dst[8*i:], w)
			continue
		}
		for k := 0; k < left; k += 8 {
			dst[8*i+k/8] = byte(w >> k)
		}
	}
	return ones
}

// bit is 1 for true; the compiler makes it a SETcc without a branch.
func bit(b bool) uint64 {
	var x uint8
	if b {
		x = 1
	}
	return uint64(x)
}
