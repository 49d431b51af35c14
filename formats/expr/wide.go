package expr

import (
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// Exact arithmetic on 128-bit decimals: two's complement, as Arrow stores them.

// maxDigits is the most digits of a decimal128.
const maxDigits = 38

// 10^38 in two halves, the first magnitude that does not fit.
const (
	limit38Hi = 0x4B3B4CA85A86C47A
	limit38Lo = 0x098A224000000000
)

func wideOf(v int64) decimal128.Num { return decimal128.New(v>>63, uint64(v)) }

// narrow says whether the value fits an int64.
func narrow(v decimal128.Num) (int64, bool) {
	lo := int64(v.LowBits())
	return lo, v.HighBits() == lo>>63
}

// magnitude splits a number into sign and absolute value.
func magnitude(v decimal128.Num) (negative bool, hi, lo uint64) {
	hi, lo = uint64(v.HighBits()), v.LowBits()
	if v.HighBits() < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
		return true, hi, lo
	}
	return false, hi, lo
}

// signed is the inverse of magnitude; it fails on 10^38 and beyond.
func signed(negative bool, hi, lo uint64) (decimal128.Num, bool) {
	if hi > limit38Hi || hi == limit38Hi && lo >= limit38Lo {
		return decimal128.Num{}, false
	}
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	return decimal128.New(int64(hi), lo), true
}

func addWide(x, y decimal128.Num) (decimal128.Num, bool) {
	// Both are below 10^38 < 2^127, so the sum does not wrap past the check.
	lo, carry := bits.Add64(x.LowBits(), y.LowBits(), 0)
	hi, _ := bits.Add64(uint64(x.HighBits()), uint64(y.HighBits()), carry)
	if overflow := (uint64(x.HighBits()) ^ hi) & (uint64(y.HighBits()) ^ hi); int64(overflow) < 0 {
		return decimal128.Num{}, false
	}
	return signed(magnitude(decimal128.New(int64(hi), lo)))
}

func negateWide(x decimal128.Num) decimal128.Num {
	lo, borrow := bits.Sub64(0, x.LowBits(), 0)
	hi, _ := bits.Sub64(0, uint64(x.HighBits()), borrow)
	return decimal128.New(int64(hi), lo)
}

func mulWide(x, y decimal128.Num) (decimal128.Num, bool) {
	xn, xh, xl := magnitude(x)
	yn, yh, yl := magnitude(y)
	if xh != 0 && yh != 0 {
		return decimal128.Num{}, false
	}
	hi, lo := bits.Mul64(xl, yl)
	over1, cross1 := bits.Mul64(xh, yl)
	over2, cross2 := bits.Mul64(xl, yh)
	hi, carry1 := bits.Add64(hi, cross1, 0)
	hi, carry2 := bits.Add64(hi, cross2, 0)
	if over1|over2|carry1|carry2 != 0 {
		return decimal128.Num{}, false
	}
	return signed(xn != yn, hi, lo)
}

// pow10 is 10^k for 0 <= k <= 38.
func pow10(k int32) decimal128.Num {
	v := decimal128.FromU64(1)
	for range k {
		v, _ = mulWide10(v)
	}
	return v
}

func mulWide10(v decimal128.Num) (decimal128.Num, bool) {
	hi, lo := bits.Mul64(v.LowBits(), 10)
	return decimal128.New(v.HighBits()*10+int64(hi), lo), true
}

func pow10Int(k int32) int64 {
	v := int64(1)
	for range k {
		v *= 10
	}
	return v
}

// rounding says what happens to the digits that are cut.
type rounding uint8

const (
	roundHalfUp rounding = iota // half away from zero
	roundDown                   // toward zero
	roundFloor
	roundCeil
)

// cutWide divides by 10^k, 0 <= k <= 38.
func cutWide(v decimal128.Num, k int32, how rounding) decimal128.Num {
	negative, hi, lo := magnitude(v)
	rest, last := false, uint64(0) // any nonzero digit below the last cut one; the last cut digit
	for k > 0 {
		rest = rest || last != 0
		step := min(k, 19)
		if k > 1 {
			step = min(k-1, 19) // the last digit alone, to know half from below half
		}
		divisor := uint64(1)
		for range step {
			divisor *= 10
		}
		var r uint64
		hi, r = hi/divisor, hi%divisor
		lo, last = bits.Div64(r, lo, divisor)
		k -= step
	}
	up := false
	switch how {
	case roundHalfUp:
		up = last >= 5
	case roundFloor:
		up = negative && (rest || last != 0)
	case roundCeil:
		up = !negative && (rest || last != 0)
	}
	if up {
		var carry uint64
		lo, carry = bits.Add64(lo, 1, 0)
		hi += carry
	}
	out, _ := signed(negative, hi, lo)
	return out
}

func lessWideNum(x, y decimal128.Num) bool {
	if x.HighBits() != y.HighBits() {
		return x.HighBits() < y.HighBits()
	}
	return x.LowBits() < y.LowBits()
}
