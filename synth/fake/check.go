package fake

import "time"

// AppendCard writes a card number: prefix, digits of the draw, and the check
// digit of ISO/IEC 7812-1 annex B (Luhn). Length counts all digits, 8 to 19,
// and is longer than the prefix.
func AppendCard(dst []byte, prefix string, length int, draw uint64) []byte {
	at := len(dst)
	dst = append(dst, prefix...)
	dst = digits(dst, mix(draw, 0)%1e18, length-len(prefix)-1)
	return append(dst, luhn(dst[at:]))
}

// luhn is the digit that completes the number.
func luhn(number []byte) byte {
	sum, double := 0, true
	for i := len(number) - 1; i >= 0; i-- {
		d := int(number[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		double = !double
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// AppendResidentID writes a resident identity number (GB 11643-1999): six
// digits of the district, eight of the birth day, three of the sequence and
// the check character of ISO 7064 MOD 11-2.
func AppendResidentID(dst []byte, district string, birthDay int32, sequence int) []byte {
	at := len(dst)
	dst = append(dst, district...)
	year, month, day := time.Unix(int64(birthDay)*86400, 0).UTC().Date()
	dst = digits(dst, uint64(year*10000+int(month)*100+day), 8)
	dst = digits(dst, uint64(sequence), 3)
	return append(dst, mod11(dst[at:]))
}

func mod11(number []byte) byte {
	// Weights are 2^(17-i) mod 11.
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// creditAlphabet leaves out I, O, S, V and Z (GB 32100-2015, table 2).
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// AppendCreditCode writes a unified social credit code (GB 32100-2015) of an
// enterprise: 91, the district, a body code with its own check character (GB
// 11714-1997) and the check character. Body codes start with T, which none
// that was given out does: they are digits, or start with MA.
func AppendCreditCode(dst []byte, district string, draw uint64) []byte {
	at := len(dst)
	dst = append(dst, '9', '1')
	dst = append(dst, district...)
	dst = append(dst, 'T')
	d := mix(draw, 0)
	for range 7 {
		dst = append(dst, creditAlphabet[d%31])
		d /= 31
	}
	dst = append(dst, bodyCheck(dst[at+8:at+16]))
	return append(dst, creditCheck(dst[at:]))
}

// bodyCheck takes letters as 10 to 35 (GB 11714-1997, 3.2).
func bodyCheck(body []byte) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		v := int(body[i] - '0')
		if body[i] >= 'A' {
			v = int(body[i]-'A') + 10
		}
		sum += w * v
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}

// creditCheck weighs with powers of 3 modulo 31 (GB 32100-2015, annex A).
func creditCheck(code []byte) byte {
	weight, sum := 1, 0
	for _, c := range code[:17] {
		v := 0
		for creditAlphabet[v] != c {
			v++
		}
		sum += weight * v
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31]
}
