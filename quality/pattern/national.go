package pattern

import "time"

// Verhoeff's tables: multiplication in the dihedral group of order 10, and the
// permutation of each place.
const (
	verhoeffMultiply = "0123456789" + "1234067895" + "2340178956" + "3401289567" + "4012395678" +
		"5987604321" + "6598710432" + "7659821043" + "8765932104" + "9876543210"
	verhoeffPermute = "0123456789" + "1576283094" + "5803796142" + "8916043527" +
		"9453126870" + "4286573901" + "2793806415" + "7046913258"
)

func verhoeff(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	c := 0
	for i := range b {
		d := b[len(b)-1-i]
		if d < '0' || d > '9' {
			return false
		}
		p := int(verhoeffPermute[(i&7)*10+int(d-'0')] - '0')
		c = int(verhoeffMultiply[c*10+p] - '0')
	}
	return c == 0
}

// residentID checks a Chinese resident identity number, GB 11643-1999: six
// digits of the region, the birth date, three digits of order, and the check
// character of ISO 7064 mod 11-2 over weights 2^17 ... 2^0 mod 11.
func residentID(b []byte) bool {
	if len(b) != 18 || !digits(b[:17], 17) {
		return false
	}
	if b[0] == '0' || b[0] == '9' && b[1] != '1' { // 91: foreign permanent residents since 2017
		return false
	}
	r := 0
	for _, c := range b[:17] {
		r = (r + int(c-'0')) * 2 % 11
	}
	check := byte('0' + (12-r)%11)
	if (12-r)%11 == 10 {
		check = 'X'
	}
	return b[17] == check && date8(b[6:14])
}

// date8 says whether eight digits are a day from 1800 on.
func date8(b []byte) bool {
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n >= 1800_0101 && validDay(n/10000, n/100%100, n%100)
}

func validDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// usccAlphabet is the order of GB 32100-2015: no I, O, S, V, Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc checks a Chinese unified social credit code, GB 32100-2015: weights
// 3^i mod 31.
func uscc(b []byte) bool {
	if len(b) != 18 || !digits(b[2:8], 6) {
		return false
	}
	sum, w := 0, 1
	for i, c := range b {
		v := -1
		for k := range len(usccAlphabet) {
			if usccAlphabet[k] == c {
				v = k
				break
			}
		}
		if v < 0 {
			return false
		}
		if i == 17 {
			return (31-sum%31)%31 == v
		}
		sum += v * w
		w = w * 3 % 31
	}
	return false
}
