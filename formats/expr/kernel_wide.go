package expr

import (
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

func kernelEqualWide(_ *frame, d *vec, a []*vec, n int) {
	clear(d.bits)
	x, y := a[0].wide[:n], a[1].wide[:n]
	for i := range x {
		d.bits[i/64] |= bit(x[i] == y[i]) << (i % 64)
	}
}

func kernelLessWide(_ *frame, d *vec, a []*vec, n int) {
	clear(d.bits)
	x, y := a[0].wide[:n], a[1].wide[:n]
	for i := range x {
		d.bits[i/64] |= bit(lessWideNum(x[i], y[i])) << (i % 64)
	}
}

// kernelWide2 lifts a partial function of two decimals.
func kernelWide2(fn func(x, y decimal128.Num) (decimal128.Num, bool)) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, y, z := a[0].wide[:n], a[1].wide[:n], d.wide[:n]
		for i := range z {
			v, ok := fn(x[i], y[i])
			if z[i] = v; !ok {
				d.setNull(i)
			}
		}
	}
}

func subWide(x, y decimal128.Num) (decimal128.Num, bool) { return addWide(x, negateWide(y)) }

func kernelWide1(fn func(x decimal128.Num) decimal128.Num) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].wide[:n], d.wide[:n]
		for i := range z {
			z[i] = fn(x[i])
		}
	}
}

func absWide(x decimal128.Num) decimal128.Num {
	if x.HighBits() < 0 {
		return negateWide(x)
	}
	return x
}

func minWide(x, y decimal128.Num) (decimal128.Num, bool) {
	if lessWideNum(y, x) {
		return y, true
	}
	return x, true
}

func maxWide(x, y decimal128.Num) (decimal128.Num, bool) {
	if lessWideNum(x, y) {
		return y, true
	}
	return x, true
}

// kernelWiden turns small decimals or ints into wide ones.
func kernelWiden(_ *frame, d *vec, a []*vec, n int) {
	x, z := a[0].ints[:n], d.wide[:n]
	for i := range z {
		z[i] = wideOf(x[i])
	}
}

// kernelScaleSmall multiplies small decimals that stay small.
func kernelScaleSmall(by int64) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].ints[:n], d.ints[:n]
		for i := range z {
			z[i] = x[i] * by
		}
	}
}

func kernelScaleWide(by decimal128.Num) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].wide[:n], d.wide[:n]
		for i := range z {
			v, ok := mulWide(x[i], by)
			if z[i] = v; !ok {
				d.setNull(i)
			}
		}
	}
}

// kernelCut drops digits; small decimals pass through the wide code, which is
// exact for both.
func kernelCut(from, to bank, digits int32, how rounding) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		for i := range n {
			var v decimal128.Num
			if from == bankWide {
				v = a[0].wide[i]
			} else {
				v = wideOf(a[0].ints[i])
			}
			v = cutWide(v, digits, how)
			if to == bankWide {
				d.wide[i] = v
				continue
			}
			small, ok := narrow(v)
			if d.ints[i] = small; !ok {
				d.setNull(i)
			}
		}
	}
}

// kernelDecimalToFloat divides the integer by the power of ten, so that values
// of up to 15 digits become the nearest float.
func kernelDecimalToFloat(from bank, scale int32) kernel {
	by := math.Pow10(int(scale))
	return func(_ *frame, d *vec, a []*vec, n int) {
		z := d.floats[:n]
		if from == bankInt {
			x := a[0].ints[:n]
			for i := range z {
				z[i] = float64(x[i]) / by
			}
			return
		}
		for i, x := range a[0].wide[:n] {
			if small, ok := narrow(x); ok {
				z[i] = float64(small) / by
				continue
			}
			negative, hi, lo := magnitude(x)
			v := (float64(hi)*(1<<64) + float64(lo)) / by
			if negative {
				v = -v
			}
			z[i] = v
		}
	}
}

// appendDecimal writes a decimal with all its digits after the point.
func appendDecimal(dst []byte, v decimal128.Num, scale int32) []byte {
	negative, _, _ := magnitude(v)
	text := absWide(v).BigInt().String()
	if small, ok := narrow(absWide(v)); ok {
		text = strconv.FormatInt(small, 10)
	}
	if negative {
		dst = append(dst, '-')
	}
	for int32(len(text)) <= scale {
		text = "0" + text
	}
	point := len(text) - int(scale)
	dst = append(dst, text[:point]...)
	if scale > 0 {
		dst = append(append(dst, '.'), text[point:]...)
	}
	return dst
}
