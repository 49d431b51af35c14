// Package field is the arithmetic of the proofs: the field of 128 bits of the
// VDAF draft, with circl doing each operation, its bytes, its random elements,
// and the Reed-Solomon code over it (PROOFS.md, sections 2 and 3).
//
// It is variable-time where circl is, and made for a prover that works on
// files. It is no general field package.
package field

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/big"

	"github.com/cloudflare/circl/vdaf/prio3/arith/fp128"
)

// Elem is a field element, fully reduced, in Montgomery form.
type Elem = fp128.Fp

// Size is the length of an element in bytes.
const Size = fp128.Size

// The order p = 2^128 - 28·2^64 + 1, as two words.
const (
	orderHigh = 0xffffffffffffffe4
	orderLow  = 1
)

// Order gives p.
func Order() *big.Int { return new(big.Int).SetBytes(Elem{}.Order()) }

// One gives 1.
func One() (z Elem) {
	z.SetOne()
	return z
}

// Uint gives the element of a whole number.
func Uint(x uint64) (z Elem) {
	if err := z.SetUint64(x); err != nil {
		panic("field: " + err.Error()) // every 64-bit number is below p
	}
	return z
}

// Int gives the element of a whole number; -1 is p - 1.
func Int(x int64) (z Elem) {
	if x >= 0 {
		return Uint(uint64(x))
	}
	u := Uint(-uint64(x))
	z.Sub(&z, &u)
	return z
}

// Big gives the element of x mod p.
func Big(x *big.Int) (z Elem) {
	m := new(big.Int).Mod(x, Order())
	lo := new(big.Int).And(m, new(big.Int).SetUint64(^uint64(0)))
	z = Uint(new(big.Int).Rsh(m, 64).Uint64())
	for range 2 {
		h := Uint(1 << 32)
		z.MulAssign(&h)
	}
	l := Uint(lo.Uint64())
	z.AddAssign(&l)
	return z
}

// Append writes elements, 16 bytes each: the inner form, little-endian.
func Append(dst []byte, v ...Elem) []byte {
	for i := range v {
		dst = binary.LittleEndian.AppendUint64(dst, v[i][0])
		dst = binary.LittleEndian.AppendUint64(dst, v[i][1])
	}
	return dst
}

// Put writes one element into the first 16 bytes of dst.
func Put(dst []byte, x *Elem) {
	binary.LittleEndian.PutUint64(dst, x[0])
	binary.LittleEndian.PutUint64(dst[8:], x[1])
}

// Read reads what Put wrote. It is false for bytes that are not below p.
func Read(b []byte) (Elem, bool) {
	x := Elem{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	return x, x[1] < orderHigh || (x[1] == orderHigh && x[0] < orderLow)
}

// Decode fills v from bytes that hold exactly its elements.
func Decode(v []Elem, b []byte) error {
	if len(b) != Size*len(v) {
		return fmt.Errorf("read field elements: %d bytes, want %d", len(b), Size*len(v))
	}
	for i := range v {
		x, ok := Read(b[Size*i:])
		if !ok {
			return fmt.Errorf("read field elements: number %d is not below the order", i)
		}
		v[i] = x
	}
	return nil
}

// Random fills v with uniform elements by rejection. circl's own method takes
// short reads for full ones; this one does not.
func Random(v []Elem, r io.Reader) error {
	var buf [64 * Size]byte
	for len(v) > 0 {
		b := buf[:min(len(v), 64)*Size]
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("draw field elements: %w", err)
		}
		for ; len(b) > 0; b = b[Size:] {
			if x, ok := Read(b); ok {
				v[0] = x
				v = v[1:]
			}
		}
	}
	return nil
}

// Invert replaces each element by its inverse, with one inversion for all
// (Montgomery's trick). scratch has the length of v. It is false, and v is
// spoilt, if one of them is zero.
func Invert(v, scratch []Elem) bool {
	acc := One()
	for i := range v {
		if v[i] == (Elem{}) {
			return false
		}
		scratch[i] = acc
		acc.Mul(&acc, &v[i])
	}
	acc.Inv(&acc)
	for i := len(v) - 1; i >= 0; i-- {
		x := v[i]
		v[i].Mul(&acc, &scratch[i])
		acc.Mul(&acc, &x)
	}
	return true
}

// Power gives x^n.
func Power(x Elem, n uint64) Elem {
	z := One()
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			z.MulAssign(&x)
		}
		x.Sqr(&x)
	}
	return z
}
