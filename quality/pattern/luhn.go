package pattern

import "encoding/binary"

// Luhn checks the check digit of ISO/IEC 7812-1 annex B: from the right, every
// second digit is doubled, digits are summed, and the sum ends in 0. Digits may
// be grouped by single spaces or hyphens; at least two digits are needed.
func Luhn(b []byte) bool {
	if len(b) == 16 {
		if sum, ok := luhn16(b); ok {
			return sum%10 == 0
		}
	}
	return luhnAny(b)
}

// luhn16 adds up 16 digits, eight in a word: SIMD within a register. It returns
// false where a byte is no digit.
func luhn16(b []byte) (sum uint64, ok bool) {
	x := binary.LittleEndian.Uint64(b) ^ 0x3030303030303030
	y := binary.LittleEndian.Uint64(b[8:16]) ^ 0x3030303030303030
	// A digit is now 0..9; adding 0x76 sets the high bit of anything greater.
	if ((x+0x7676767676767676)|x|(y+0x7676767676767676)|y)&0x8080808080808080 != 0 {
		return 0, false
	}
	// Byte 0 is the leftmost digit. With 16 digits those at even places are
	// doubled; a doubled digit above 9 loses 9.
	const even = 0x00FF00FF00FF00FF
	return luhnWord(x, even) + luhnWord(y, even), true
}

func luhnWord(x, even uint64) uint64 {
	d := x & even
	over := (d + 0x007B007B007B007B) >> 7 & 0x0001000100010001 // d >= 5
	d = d*2 - over*9
	s := d + x>>8&even // four sums of at most 18
	return s * 0x0001000100010001 >> 48
}

func luhnAny(b []byte) bool {
	sum, n, sep := 0, 0, true
	for i := len(b) - 1; i >= 0; i-- {
		c := b[i]
		if c == ' ' || c == '-' {
			if sep { // at either end, or two in a row
				return false
			}
			sep = true
			continue
		}
		if c < '0' || c > '9' {
			return false
		}
		sep = false
		d := int(c - '0')
		if n&1 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		n++
	}
	return n >= 2 && !sep && sum%10 == 0
}
