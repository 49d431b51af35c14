package pattern

import (
	"bytes"
	"net/url"
	"strconv"
	"unicode/utf8"
)

func uuid(b []byte) bool {
	if len(b) != 36 {
		return false
	}
	for i, c := range b {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !hexDigit(c) {
				return false
			}
		}
	}
	return true
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func email(b []byte) bool {
	at := bytes.LastIndexByte(b, '@')
	if at < 1 || at > 64 || len(b) > 254 || !utf8.Valid(b) {
		return false
	}
	dot := true
	for _, c := range b[:at] {
		switch {
		case c == '.':
			if dot {
				return false
			}
			dot = true
			continue
		case letter(c), digit(c), c >= utf8.RuneSelf:
		case bytes.IndexByte([]byte("!#$%&'*+-/=?^_`{|}~"), c) >= 0:
		default:
			return false
		}
		dot = false
	}
	domain := b[at+1:]
	return !dot && hostname(domain, true) && bytes.IndexByte(domain, '.') > 0
}

// hostname checks labels; wide lets letters beyond ASCII through.
func hostname(b []byte, wide bool) bool {
	if len(b) == 0 || len(b) > 253 {
		return false
	}
	n := 0
	var before byte = '.'
	for _, c := range b {
		switch {
		case c == '.':
			if n == 0 || before == '-' {
				return false
			}
			n = -1
		case c == '-':
			if n == 0 {
				return false
			}
		case letter(c), digit(c), wide && c >= utf8.RuneSelf:
		default:
			return false
		}
		if n++; n > 63 {
			return false
		}
		before = c
	}
	return before != '.' && before != '-'
}

func uri(b []byte) bool {
	colon := bytes.IndexByte(b, ':')
	if colon < 1 || !letter(b[0]) {
		return false
	}
	for _, c := range b[:colon] {
		if !letter(c) && !digit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7F || bytes.IndexByte([]byte("<>\"{}|\\^`"), c) >= 0 {
			return false
		}
	}
	_, err := url.Parse(string(b))
	return err == nil
}

func httpURL(b []byte) bool {
	if !uri(b) {
		return false
	}
	u, err := url.Parse(string(b)) // which writes the scheme in lower case
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func mac(b []byte) bool {
	if len(b) != 17 || b[2] != ':' && b[2] != '-' {
		return false
	}
	for i, c := range b {
		if i%3 == 2 {
			if c != b[2] {
				return false
			}
		} else if !hexDigit(c) {
			return false
		}
	}
	return true
}

func phone(b []byte) bool {
	if len(b) < 8 || len(b) > 16 || b[0] != '+' || b[1] == '0' {
		return false
	}
	return digits(b[1:], len(b)-1)
}

func isoDate(b []byte) bool {
	if !digits(b[:4], 4) || b[4] != '-' || !digits(b[5:7], 2) || b[7] != '-' || !digits(b[8:10], 2) {
		return false
	}
	return validDay(two(b)*100+two(b[2:]), two(b[5:]), two(b[8:]))
}

func two(b []byte) int { return int(b[0]-'0')*10 + int(b[1]-'0') }

func isoTime(b []byte) bool {
	if len(b) < 8 || !digits(b[:2], 2) || b[2] != ':' || !digits(b[3:5], 2) || b[5] != ':' || !digits(b[6:8], 2) {
		return false
	}
	if two(b) > 23 || two(b[3:]) > 59 || two(b[6:]) > 60 { // 60: a leap second
		return false
	}
	return len(b) == 8 || b[8] == '.' && len(b) > 9 && digits(b[9:], len(b)-9)
}

func dateTime(b []byte) bool {
	if len(b) < 20 || !isoDate(b[:10]) || b[10] != 'T' && b[10] != 't' && b[10] != ' ' {
		return false
	}
	t := b[11:]
	if z := t[len(t)-1]; z == 'Z' || z == 'z' {
		return isoTime(t[:len(t)-1])
	}
	if len(t) < 14 {
		return false
	}
	o := t[len(t)-6:]
	return (o[0] == '+' || o[0] == '-') && digits(o[1:3], 2) && o[3] == ':' && digits(o[4:6], 2) &&
		two(o[1:]) < 24 && two(o[4:]) < 60 && isoTime(t[:len(t)-6])
}

// code looks b up in a list of codes of n letters.
func code(list string, b []byte, n int) bool {
	if len(b) != n {
		return false
	}
	for i := 0; i+n <= len(list); i += n {
		if list[i:i+n] == string(b) {
			return true
		}
	}
	return false
}

func bic(b []byte) bool {
	if len(b) != 8 && len(b) != 11 || !alnumUpper(b) {
		return false
	}
	return code(countries, b[4:6], 2) || string(b[4:6]) == "XK"
}

// vatForms gives, by country, the pattern after the prefix: 9 is a digit, A a
// letter or digit, L a letter, anything else itself. European Commission, VIES.
const vatForms = "AT:U99999999 BE:9999999999 BG:999999999 BG:9999999999 CY:99999999L CZ:99999999 CZ:999999999 CZ:9999999999 " +
	"DE:999999999 DK:99999999 EE:999999999 EL:999999999 ES:A9999999A FI:99999999 FR:AA999999999 HR:99999999999 HU:99999999 " +
	"IE:9A99999L IE:9999999LL IT:99999999999 LT:999999999 LT:999999999999 LU:99999999 LV:99999999999 MT:99999999 NL:AAAAAAAAAAAA " +
	"PL:9999999999 PT:999999999 RO:99 RO:999 RO:9999 RO:99999 RO:999999 RO:9999999 RO:99999999 RO:999999999 RO:9999999999 " +
	"SE:999999999999 SI:99999999 SK:9999999999 XI:999999999 XI:999999999999"

func vat(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	rest := vatForms
	for rest != "" {
		form := rest
		if i := bytes.IndexByte([]byte(rest), ' '); i >= 0 {
			form, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if form[:2] == string(b[:2]) && fits(form[3:], b[2:]) {
			return true
		}
	}
	return false
}

func fits(form string, b []byte) bool {
	if len(form) != len(b) {
		return false
	}
	for i, c := range b {
		upper := c >= 'A' && c <= 'Z'
		switch form[i] {
		case '9':
			if !digit(c) {
				return false
			}
		case 'L':
			if !upper {
				return false
			}
		case 'A':
			if !digit(c) && !upper {
				return false
			}
		default:
			if c != form[i] {
				return false
			}
		}
	}
	return true
}

func geohash(b []byte) bool {
	for _, c := range b {
		if !digit(c) && (c < 'b' || c > 'z' || c == 'i' || c == 'l' || c == 'o') {
			return false
		}
	}
	return len(b) >= 1 && len(b) <= 12
}

func hexColor(b []byte) bool {
	if n := len(b); n != 4 && n != 5 && n != 7 && n != 9 || b[0] != '#' {
		return false
	}
	for _, c := range b[1:] {
		if !hexDigit(c) {
			return false
		}
	}
	return true
}

func semver(b []byte) bool {
	var build, pre []byte
	core, build, hasBuild := bytes.Cut(b, []byte("+"))
	core, pre, hasPre := bytes.Cut(core, []byte("-"))
	parts := 0
	for rest, more := core, true; more; parts++ {
		var p []byte
		p, rest, more = bytes.Cut(rest, []byte("."))
		if len(p) == 0 || !digits(p, len(p)) || len(p) > 1 && p[0] == '0' {
			return false
		}
	}
	return parts == 3 && (!hasPre || identifiers(pre, true)) && (!hasBuild || identifiers(build, false))
}

func identifiers(b []byte, noZero bool) bool {
	for more := true; more; {
		var p []byte
		p, b, more = bytes.Cut(b, []byte("."))
		if len(p) == 0 || noZero && len(p) > 1 && p[0] == '0' && digits(p, len(p)) {
			return false
		}
		for _, c := range p {
			if !letter(c) && !digit(c) && c != '-' {
				return false
			}
		}
	}
	return true
}

func integer(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	return len(b) > 0 && digits(b, len(b))
}

func number(b []byte) bool {
	for _, c := range b {
		if !digit(c) && bytes.IndexByte([]byte("+-.eE"), c) < 0 {
			return false
		}
	}
	_, err := strconv.ParseFloat(string(b), 64)
	return err == nil
}
