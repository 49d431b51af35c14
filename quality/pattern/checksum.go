package pattern

import "bytes"

func checksums() []Known {
	return []Known{
		{
			Name: "luhn", Class: Checksum, About: "ISO/IEC 7812-1 annex B: cards", Match: Luhn,
			Good: []string{"4539578763621486", "79927398713", "4539 5787 6362 1486"}, Bad: []string{"4539578763621487", "79927398710", "0", "4539--5787"},
		},
		{
			Name: "imei", Class: Checksum, About: "3GPP TS 23.003 annex B: 15 digits, Luhn", Match: func(b []byte) bool { return digits(b, 15) && Luhn(b) },
			Good: []string{"490154203237518"}, Bad: []string{"490154203237519", "49015420323751"},
		},
		{
			Name: "iban", Class: Checksum, About: "ISO 13616: mod 97-10, the country's length", Match: iban,
			Good: []string{"DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "NO9386011117947"}, Bad: []string{"DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000"},
		},
		{
			Name: "lei", Class: Checksum, About: "ISO 17442: 20 characters, mod 97-10", Match: func(b []byte) bool { return len(b) == 20 && alnumUpper(b) && digits(b[18:], 2) && mod97(b) == 1 },
			Good: []string{"5493001KJTIIGC8Y1R12", "7LTWFZYICNSX8D621K86"}, Bad: []string{"5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R1"},
		},
		{
			Name: "isbn10", Class: Checksum, About: "ISO 2108:1978: weights 10 to 1, mod 11", Match: isbn10,
			Good: []string{"0306406152", "0-306-40615-2", "080442957X"}, Bad: []string{"0306406153", "030640615", "X306406152"},
		},
		{
			Name: "isbn13", Class: Checksum, About: "ISO 2108: EAN-13 that begins 978 or 979", Match: func(b []byte) bool {
				return ean(b, 13, true) && (bytes.HasPrefix(b, []byte("978")) || bytes.HasPrefix(b, []byte("979")))
			},
			Good: []string{"9780306406157", "978-0-306-40615-7"}, Bad: []string{"9780306406158", "4006381333931"},
		},
		{
			Name: "issn", Class: Checksum, About: "ISO 3297: weights 8 to 1, mod 11", Match: issn,
			Good: []string{"0378-5955", "2434-561X"}, Bad: []string{"0378-5954", "03785955"},
		},
		{
			Name: "gtin", Class: Checksum, About: "GS1 General Specifications 7.9: EAN-8, UPC-A, EAN-13, GTIN-14", Match: func(b []byte) bool {
				return (len(b) == 8 || len(b) == 12 || len(b) == 13 || len(b) == 14) && ean(b, len(b), false)
			},
			Good: []string{"4006381333931", "036000291452", "73513537", "10614141000415"}, Bad: []string{"4006381333932", "036000291453", "123456789"},
		},
		{
			Name: "isin", Class: Checksum, About: "ISO 6166: letters as numbers, Luhn", Match: isin,
			Good: []string{"US0378331005", "AU0000XVGZA3", "GB0002634946"}, Bad: []string{"US0378331004", "0S0378331005", "US037833100"},
		},
		{
			Name: "cusip", Class: Checksum, About: "ANSI X9.6: modulus 10 double add double", Match: cusip,
			Good: []string{"037833100", "17275R102", "38259P508"}, Bad: []string{"037833101", "03783310"},
		},
		{
			Name: "sedol", Class: Checksum, About: "London Stock Exchange: weights 1 3 1 7 3 9 1", Match: sedol,
			Good: []string{"0263494", "B0YBKJ7", "B15KXQ8"}, Bad: []string{"0263495", "B0YBKE7", "A263494"},
		},
		{
			Name: "aba", Class: Checksum, About: "ABA routing number: weights 3 7 1", Match: func(b []byte) bool { return weighted(b, []int{3, 7, 1, 3, 7, 1, 3, 7, 1}, 10) },
			Good: []string{"011000015", "122105155"}, Bad: []string{"011000016", "01100001"},
		},
		{
			Name: "vin", Class: Checksum, About: "ISO 3779, check digit of 49 CFR 565.15", Match: vin,
			Good: []string{"11111111111111111", "1M8GDM9AXKP042788"}, Bad: []string{"1M8GDM9A1KP042788", "1M8GDM9AXKP04278I"},
		},
		{
			Name: "nhs", Class: Checksum, About: "NHS number: weights 10 to 2, mod 11", Match: nhs,
			Good: []string{"9434765919", "943 476 5919"}, Bad: []string{"9434765918", "943476591"},
		},
		{
			Name: "npi", Class: Checksum, About: "US provider: Luhn over 80840 and the number", Match: npi,
			Good: []string{"1234567893"}, Bad: []string{"1234567890", "123456789"},
		},
		{
			Name: "verhoeff", Class: Checksum, About: "Verhoeff 1969, dihedral group of order 10", Match: verhoeff,
			Good: []string{"2363", "123451"}, Bad: []string{"2362", "123450"},
		},
		{
			Name: "aadhaar", Class: Checksum, About: "UIDAI: 12 digits, first 2 to 9, Verhoeff", Match: func(b []byte) bool {
				return digits(b, 12) && b[0] >= '2' && verhoeff(b)
			},
			Good: []string{"234123412346"}, Bad: []string{"234123412347", "134123412346"},
		},
		{
			Name: "cn_resident_id", Class: Checksum, About: "GB 11643-1999: region, birth date, ISO 7064 mod 11-2", Match: residentID,
			Good: []string{"11010519491231002X", "440524188001010014"}, Bad: []string{"110105194912310021", "11010519491331002X", "440524188001010015", "11010519491231002x "},
		},
		{
			Name: "cn_uscc", Class: Checksum, About: "GB 32100-2015: 18 characters, mod 31", Match: uscc,
			Good: []string{"91350100M000100Y43", "91110000600037341L"}, Bad: []string{"91350100M000100Y44", "91350100M000100I43"},
		},
	}
}

func digits(b []byte, n int) bool {
	if len(b) != n {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func alnumUpper(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// weighted says whether digits times weights add up to a multiple of mod.
func weighted(b []byte, weights []int, mod int) bool {
	if !digits(b, len(weights)) {
		return false
	}
	sum := 0
	for i, c := range b {
		sum += int(c-'0') * weights[i]
	}
	return sum%mod == 0
}

// mod97 is the remainder of ISO 7064 mod 97-10: letters count from A = 10.
func mod97(b []byte) int {
	r := 0
	for _, c := range b {
		if c <= '9' {
			r = (r*10 + int(c-'0')) % 97
		} else {
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

// compact copies b without the separator into buf; false where it is too long
// or the separator stands at an end or twice.
func compact(buf []byte, b []byte, sep byte) ([]byte, bool) {
	n := 0
	for i, c := range b {
		if c == sep {
			if i == 0 || i == len(b)-1 || b[i-1] == sep {
				return nil, false
			}
			continue
		}
		if n == len(buf) {
			return nil, false
		}
		buf[n] = c
		n++
	}
	return buf[:n], true
}

// ibanLengths are those of the SWIFT IBAN registry, release 99, as pairs of
// country and length.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27" +
	"GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30" +
	"NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

func iban(b []byte) bool {
	var buf [34]byte
	c, ok := compact(buf[:], b, ' ')
	if !ok || len(c) < 15 || !alnumUpper(c) || !digits(c[2:4], 2) {
		return false
	}
	known := false
	for i := 0; i < len(ibanLengths); i += 4 {
		if ibanLengths[i] == c[0] && ibanLengths[i+1] == c[1] {
			known = len(c) == int(ibanLengths[i+2]-'0')*10+int(ibanLengths[i+3]-'0')
			break
		}
	}
	if !known {
		return false
	}
	var turned [34]byte
	n := copy(turned[:], c[4:])
	n += copy(turned[n:], c[:4])
	return mod97(turned[:n]) == 1
}

func isbn10(b []byte) bool {
	var buf [10]byte
	c, ok := compact(buf[:], b, '-')
	if !ok || len(c) != 10 {
		return false
	}
	sum := 0
	for i, d := range c {
		switch {
		case d >= '0' && d <= '9':
			sum += (10 - i) * int(d-'0')
		case d == 'X' && i == 9:
			sum += 10
		default:
			return false
		}
	}
	return sum%11 == 0
}

// ean checks GS1's digit: weights 1 and 3 from the right.
func ean(b []byte, n int, hyphens bool) bool {
	var buf [14]byte
	if hyphens {
		c, ok := compact(buf[:], b, '-')
		if !ok {
			return false
		}
		b = c
	}
	if !digits(b, n) {
		return false
	}
	sum := 0
	for i, c := range b {
		if (n-1-i)&1 == 1 {
			sum += 3 * int(c-'0')
		} else {
			sum += int(c - '0')
		}
	}
	return sum%10 == 0
}

func issn(b []byte) bool {
	if len(b) != 9 || b[4] != '-' || !digits(b[:4], 4) || !digits(b[5:8], 3) {
		return false
	}
	sum, w := 0, 8
	for i, c := range b[:8] {
		if i != 4 {
			sum += w * int(c-'0')
			w--
		}
	}
	switch c := b[8]; {
	case c >= '0' && c <= '9':
		sum += int(c - '0')
	case c == 'X':
		sum += 10
	default:
		return false
	}
	return sum%11 == 0
}

func isin(b []byte) bool {
	if len(b) != 12 || !alnumUpper(b) || b[0] < 'A' || b[1] < 'A' || b[11] > '9' {
		return false
	}
	var buf [24]byte
	n := 0
	for _, c := range b {
		if c <= '9' {
			buf[n] = c
			n++
			continue
		}
		v := c - 'A' + 10
		buf[n], buf[n+1] = '0'+v/10, '0'+v%10
		n += 2
	}
	return luhnAny(buf[:n])
}

func cusip(b []byte) bool {
	if len(b) != 9 || b[8] < '0' || b[8] > '9' {
		return false
	}
	sum := 0
	for i, c := range b[:8] {
		var v int
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		case c == '*':
			v = 36
		case c == '@':
			v = 37
		case c == '#':
			v = 38
		default:
			return false
		}
		if i&1 == 1 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return (10-sum%10)%10 == int(b[8]-'0')
}

func sedol(b []byte) bool {
	if len(b) != 7 {
		return false
	}
	sum := 0
	for i, c := range b {
		var v int
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'B' && c <= 'Z' && c != 'E' && c != 'I' && c != 'O' && c != 'U' && i < 6:
			v = int(c-'A') + 10
		default:
			return false
		}
		sum += v * []int{1, 3, 1, 7, 3, 9, 1}[i]
	}
	return sum%10 == 0
}

func vin(b []byte) bool {
	if len(b) != 17 {
		return false
	}
	const values = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ" // place mod 10 is the value
	sum := 0
	for i, c := range b {
		v := bytes.IndexByte([]byte(values), c)
		if v < 0 || c == '.' {
			return false
		}
		sum += v % 10 * []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}[i]
	}
	if sum%11 == 10 {
		return b[8] == 'X'
	}
	return int(b[8])-'0' == sum%11
}

func nhs(b []byte) bool {
	var buf [10]byte
	c, ok := compact(buf[:], b, ' ')
	return ok && weighted(c, []int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 11)
}

func npi(b []byte) bool {
	if !digits(b, 10) || b[0] != '1' && b[0] != '2' {
		return false
	}
	var buf [15]byte
	copy(buf[:], "80840")
	copy(buf[5:], b)
	return luhnAny(buf[:])
}
