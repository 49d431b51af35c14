package cell

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// appendDecimal writes a scaled integer with exactly scale decimals; without any
// where the scale is negative.
func appendDecimal(dst []byte, n decimal128.Num, scale int32) []byte {
	if n.Sign() < 0 {
		dst = append(dst, '-')
		n = n.Negate()
	}
	start := len(dst)
	switch {
	case n.HighBits() == 0:
		dst = strconv.AppendUint(dst, n.LowBits(), 10)
	case n.Sign() < 0: // the least number has no opposite
		dst = append(dst, n.BigInt().String()[1:]...)
	default:
		dst = append(dst, n.BigInt().String()...)
	}
	if scale <= 0 {
		for ; scale < 0 && n.Sign() != 0; scale++ {
			dst = append(dst, '0')
		}
		return dst
	}
	for len(dst)-start <= int(scale) { // 5 of scale 2 is 0.05
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:len(dst)-1])
		dst[start] = '0'
	}
	at := len(dst) - int(scale)
	dst = append(dst, 0)
	copy(dst[at+1:], dst[at:len(dst)-1])
	dst[at] = '.'
	return dst
}

// parseDecimal reads digits with an optional point. More decimals than the
// scale, or more digits than the precision, are an error, never a rounding.
func parseDecimal(s string, precision, scale int32) (decimal128.Num, error) {
	text, neg := s, false
	if text != "" && text[0] == '-' {
		text, neg = text[1:], true
	}
	var n decimal128.Num
	digits, decimals, seen := int32(0), int32(-1), false
	ten := decimal128.FromU64(10)
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			seen = true
			if digits > 0 || c != '0' {
				digits++
			}
			if decimals >= 0 {
				decimals++
			}
			if digits > precision || decimals > scale {
				return n, fmt.Errorf("the number does not fit decimal(%d,%d)", precision, scale)
			}
			n = n.Mul(ten).Add(decimal128.FromU64(uint64(c - '0')))
		case c == '.' && decimals < 0:
			decimals = 0
		default:
			return n, errNotDecimal
		}
	}
	if !seen {
		return n, errNotDecimal
	}
	for d := max(decimals, 0); d < scale; d++ {
		n = n.Mul(ten)
		if digits > 0 {
			digits++
		}
	}
	if digits > precision {
		return n, fmt.Errorf("the number does not fit decimal(%d,%d)", precision, scale)
	}
	if neg {
		n = n.Negate()
	}
	return n, nil
}
