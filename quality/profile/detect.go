package profile

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/verisim/verisim/formats/table"
)

// detectors lists what values can be recognised by, the strictest first.
// Chances are those of random digits of the right length: a check digit passes
// one in ten (Luhn) or eleven (mod 11-2), a date one in some.
var detectors = []detector{
	{what: "email", role: table.RoleDirect, fits: isEmail, least: .8},
	{what: "cn-resident-id", role: table.RoleDirect, fits: isResidentID, chance: 1e-4, least: .6},
	{what: "iban", role: table.RoleDirect, fits: isIBAN, chance: .01, least: .6},
	{what: "payment-card", role: table.RoleDirect, fits: isCard, chance: .1, least: .6},
	{what: "cn-credit-code", role: table.RoleID, fits: isCreditCode, chance: .03, least: .6},
	{what: "ip-address", role: table.RoleDirect, fits: isIP, least: .8},
	{what: "mac-address", role: table.RoleDirect, fits: isMAC, least: .8},
	{what: "cn-mobile", role: table.RoleDirect, fits: isMobileCN, chance: .07, least: .9},
	{what: "us-ssn", role: table.RoleDirect, fits: isSSN, chance: .01, least: .9},
	{what: "phone", role: table.RoleDirect, fits: isPhone, chance: .2, least: .9, header: true},
	{what: "cn-plate", role: table.RoleDirect, fits: isPlateCN, least: .8},
	{what: "cn-passport", role: table.RoleDirect, fits: isPassportCN, chance: .04, least: .9, header: true},
	{what: "address", role: table.RoleDirect, fits: isAddress, least: .6},
	{what: "person-name", role: table.RoleDirect, fits: isHanName, chance: .3, least: .8, header: true},
	{what: "person-name", role: table.RoleDirect, fits: isLatinName, chance: .02, least: .15},
	{what: "person-name", role: table.RoleDirect, fits: isNameLike, chance: .3, least: .8, header: true},
}

func isEmail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	if !ok || user == "" || len(s) > 254 || strings.ContainsAny(s, " \t\n,;<>\"") || strings.Contains(host, "@") {
		return false
	}
	i := strings.LastIndexByte(host, '.')
	return i > 0 && len(host)-i > 2 && strings.IndexFunc(host[i+1:], func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// digitsOf strips the signs that people put between digits; ok is false where
// other characters are left.
func digitsOf(s, signs string) (digits []byte, ok bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case strings.IndexByte(signs, c) >= 0:
		default:
			return nil, false
		}
	}
	return digits, true
}

// isCard: 13 to 19 digits, a major industry of 2 to 6, the Luhn check digit
// (ISO/IEC 7812-1, annex B).
func isCard(s string) bool {
	d, ok := digitsOf(s, " -")
	if !ok || len(d) < 13 || len(d) > 19 || d[0] < 2 || d[0] > 6 {
		return false
	}
	sum := 0
	for i := range d {
		x := int(d[len(d)-1-i])
		if i%2 == 1 {
			if x *= 2; x > 9 {
				x -= 9
			}
		}
		sum += x
	}
	return sum%10 == 0
}

// isResidentID: province, date of birth, check character by mod 11-2
// (GB 11643-1999).
func isResidentID(s string) bool {
	if len(s) != 18 {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += w * int(s[i]-'0')
	}
	last := s[17]
	if last == 'x' {
		last = 'X'
	}
	if "10X98765432"[sum%11] != last {
		return false
	}
	const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
	if !strings.Contains(provinces, s[:2]) {
		return false
	}
	born, err := time.Parse("20060102", s[6:14])
	return err == nil && born.Year() >= 1880 && born.Year() < 2100
}

// isCreditCode: 18 characters of the alphabet without I O S V Z, check
// character mod 31 with weights 3^i (GB 32100-2015).
func isCreditCode(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(s) != 18 || strings.IndexByte("159NY", s[0]) < 0 {
		return false
	}
	sum, w := 0, 1
	for i := range 17 {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * w
		w = w * 3 % 31
	}
	return alphabet[(31-sum%31)%31] == s[17]
}

// isIBAN: country, two check digits, mod 97 = 1 (ISO 13616-1).
func isIBAN(s string) bool {
	s = strings.ReplaceAll(s, " ", "")
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	rest := 0
	for i := range len(s) {
		c := s[(i+4)%len(s)]
		switch {
		case c >= '0' && c <= '9':
			if (i+4)%len(s) < 2 {
				return false
			}
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			if p := (i + 4) % len(s); p == 2 || p == 3 {
				return false
			}
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

func isIP(s string) bool {
	if strings.IndexByte(s, '.') < 0 && strings.IndexByte(s, ':') < 0 {
		return false
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

func isMAC(s string) bool {
	if len(s) != 17 {
		return false
	}
	for i := range 17 {
		c := s[i] | 0x20
		if i%3 == 2 {
			if s[i] != ':' && s[i] != '-' {
				return false
			}
		} else if !(c >= 'a' && c <= 'f' || s[i] >= '0' && s[i] <= '9') {
			return false
		}
	}
	return true
}

func isMobileCN(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "86-")
	d, ok := digitsOf(s, " -")
	return ok && len(d) == 11 && d[0] == 1 && d[1] >= 3
}

func isSSN(s string) bool {
	d, ok := digitsOf(s, "-")
	return ok && len(d) == 9 && len(s) == 11 && s[3] == '-' && s[6] == '-' && !(d[0] == 0 && d[1] == 0 && d[2] == 0) && d[0] != 9
}

func isPhone(s string) bool {
	d, ok := digitsOf(strings.TrimPrefix(s, "+"), " -().x")
	return ok && len(d) >= 7 && len(d) <= 15
}

// isPlateCN: province, letter, five characters, or six for new energy
// (GA 36-2018).
func isPlateCN(s string) bool {
	r := []rune(s)
	const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
	if len(r) < 7 || len(r) > 9 || !strings.ContainsRune(provinces, r[0]) || r[1] < 'A' || r[1] > 'Z' {
		return false
	}
	n := 0
	for _, c := range r[2:] {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z' && c != 'I' && c != 'O':
			n++
		case c == '·' || c == ' ' || c == '学' || c == '警' || c == '挂' || c == '领':
		default:
			return false
		}
	}
	return n >= 4 && n <= 6
}

func isPassportCN(s string) bool {
	if len(s) != 9 || strings.IndexByte("EGDSPH", s[0]) < 0 {
		return false
	}
	for i := 2; i < 9; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isAddress: a chain of two Chinese administrative suffixes in order, or a
// number with a street word.
func isAddress(s string) bool {
	n, rest := 0, s
	for _, suffixes := range []string{"省", "市州盟", "区县旗", "镇乡村", "路街道巷弄里", "号楼栋室"} {
		if i := strings.IndexAny(rest, suffixes); i > 0 {
			n++
			rest = rest[i:]
		}
	}
	if n >= 3 {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == ',' || r == '.' })
	number, street := false, false
	for _, w := range words {
		if w[0] >= '0' && w[0] <= '9' {
			number = true
		}
		if slices.Contains(streetWords, w) {
			street = true
		}
		for _, end := range streetEnds {
			street = street || len(w) > len(end)+2 && strings.HasSuffix(w, end)
		}
	}
	return number && street && len(words) >= 3
}

// isHanName: a known surname and one to three characters, or a minority name
// with a middle dot.
func isHanName(s string) bool {
	r := []rune(s)
	if i := slices.Index(r, '·'); i > 0 && i < len(r)-1 {
		return len(r) <= 15 && allHan(r[:i]) && allHan(r[i+1:])
	}
	if len(r) < 2 || len(r) > 4 || !allHan(r) {
		return false
	}
	return strings.ContainsRune(surnamesHan, r[0]) || len(r) > 2 && strings.Contains(compoundHan, string(r[:2]))
}

func allHan(r []rune) bool {
	for _, c := range r {
		if !unicode.Is(unicode.Han, c) {
			return false
		}
	}
	return len(r) > 0
}

// nameParts splits a text that is written as a name: one to four words of
// letters that begin with a capital.
func nameParts(s string) []string {
	parts := strings.Fields(s)
	if len(parts) == 0 || len(parts) > 4 {
		return nil
	}
	for _, p := range parts {
		for i, r := range []rune(p) {
			if i == 0 && !unicode.IsUpper(r) || !unicode.IsLetter(r) && r != '\'' && r != '-' && r != '.' {
				return nil
			}
		}
	}
	return parts
}

func isNameLike(s string) bool { return nameParts(s) != nil }

func isLatinName(s string) bool {
	parts := nameParts(s)
	if len(parts) == 0 || len(parts) > 3 {
		return false
	}
	first, last := strings.ToLower(parts[0]), strings.ToLower(parts[len(parts)-1])
	_, given := givenLatin[first]
	_, family := surnamesLatin[last]
	return given || len(parts) > 1 && family
}
