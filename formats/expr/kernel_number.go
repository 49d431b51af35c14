package expr

import (
	"math"
	"math/bits"
)

func kernelAddInt(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	var over int64
	for i := range z {
		s := x[i] + y[i]
		over |= (x[i] ^ s) & (y[i] ^ s)
		z[i] = s
	}
	if over < 0 {
		for i := range z {
			if (x[i]^z[i])&(y[i]^z[i]) < 0 {
				d.setNull(i)
			}
		}
	}
}

func kernelSubInt(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	var over int64
	for i := range z {
		s := x[i] - y[i]
		over |= (x[i] ^ y[i]) & (x[i] ^ s)
		z[i] = s
	}
	if over < 0 {
		for i := range z {
			if (x[i]^y[i])&(x[i]^z[i]) < 0 {
				d.setNull(i)
			}
		}
	}
}

func kernelMulInt(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	var large int64
	for i := range z {
		large |= (x[i] ^ x[i]>>63) | (y[i] ^ y[i]>>63)
		z[i] = x[i] * y[i]
	}
	if large>>31 == 0 { // all factors within 32 bits
		return
	}
	for i := range z {
		if _, ok := mulInt(x[i], y[i]); !ok {
			d.setNull(i)
		}
	}
}

// mulInt multiplies and says whether the product fits.
func mulInt(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	// The unsigned product's high half becomes the signed one's by subtracting
	// each factor where the other is negative (Hacker's Delight, section 8-3).
	high := int64(hi) - x>>63&y - y>>63&x
	return int64(lo), high == int64(lo)>>63
}

func kernelDivInt(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	for i := range z {
		if y[i] == 0 || y[i] == -1 && x[i] == math.MinInt64 {
			d.setNull(i)
			continue
		}
		z[i] = x[i] / y[i]
	}
}

func kernelModInt(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	for i := range z {
		if y[i] == 0 {
			d.setNull(i)
			continue
		}
		z[i] = x[i] % y[i]
	}
}

func kernelNegInt(_ *frame, d *vec, a []*vec, n int) {
	x, z := a[0].ints[:n], d.ints[:n]
	for i := range z {
		if z[i] = -x[i]; x[i] == math.MinInt64 {
			d.setNull(i)
		}
	}
}

func kernelAbsInt(_ *frame, d *vec, a []*vec, n int) {
	x, z := a[0].ints[:n], d.ints[:n]
	for i := range z {
		if z[i] = (x[i] ^ x[i]>>63) - x[i]>>63; x[i] == math.MinInt64 {
			d.setNull(i)
		}
	}
}

func kernelAddFloat(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] + y[i]
	}
}

func kernelSubFloat(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] - y[i]
	}
}

func kernelMulFloat(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] * y[i]
	}
}

func kernelDivFloat(_ *frame, d *vec, a []*vec, n int) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] / y[i]
	}
}

// kernelFloat lifts a function of one float.
func kernelFloat(fn func(float64) float64) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].floats[:n], d.floats[:n]
		for i := range z {
			z[i] = fn(x[i])
		}
	}
}

func kernelPow(_ *frame, d *vec, a []*vec, n int) {
	for i := range n {
		d.floats[i] = math.Pow(a[0].floats[i], a[1].floats[i])
	}
}

// kernelRoundFloat rounds half away from zero to a[1] digits after the point.
func kernelRoundFloat(_ *frame, d *vec, a []*vec, n int) {
	for i := range n {
		d.floats[i] = roundFloat(a[0].floats[i], a[1].ints[i])
	}
}

func roundFloat(x float64, places int64) float64 {
	if places > 300 || x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	if places < -300 {
		return 0
	}
	scale := math.Pow10(int(max(places, -places)))
	if places < 0 {
		return math.Round(x/scale) * scale
	}
	if r := math.Round(x * scale); !math.IsInf(r, 0) {
		return r / scale
	}
	return x // so large that it has no such digits
}

func kernelIsNaN(_ *frame, d *vec, a []*vec, n int) {
	x := a[0].floats[:n]
	equal(d.bits, x, x)
	invert(d, n)
}

func kernelIsFinite(_ *frame, d *vec, a []*vec, n int) {
	clear(d.bits)
	for i, x := range a[0].floats[:n] {
		d.bits[i/64] |= bit(x-x == 0) << (i % 64)
	}
}

func kernelMinInt(_ *frame, d *vec, a []*vec, n int) { lesser(d.ints[:n], a[0].ints, a[1].ints) }
func kernelMaxInt(_ *frame, d *vec, a []*vec, n int) { greater(d.ints[:n], a[0].ints, a[1].ints) }
func kernelMinFloat(_ *frame, d *vec, a []*vec, n int) {
	lesser(d.floats[:n], a[0].floats, a[1].floats)
}

func kernelMaxFloat(_ *frame, d *vec, a []*vec, n int) {
	greater(d.floats[:n], a[0].floats, a[1].floats)
}
func kernelMinString(_ *frame, d *vec, a []*vec, n int) { lesser(d.strs[:n], a[0].strs, a[1].strs) }
func kernelMaxString(_ *frame, d *vec, a []*vec, n int) { greater(d.strs[:n], a[0].strs, a[1].strs) }

func lesser[T ordered](z, x, y []T) {
	x, y = x[:len(z)], y[:len(z)]
	for i := range z {
		z[i] = min(x[i], y[i]) // NaN if one is
	}
}

func greater[T ordered](z, x, y []T) {
	x, y = x[:len(z)], y[:len(z)]
	for i := range z {
		z[i] = max(x[i], y[i])
	}
}
