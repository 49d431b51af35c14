package pattern

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"strconv"
	"unicode/utf8"
)

func forms() []Known {
	return []Known{
		{
			Name: "uuid", About: "RFC 9562: 8-4-4-4-12 hex digits", Match: uuid,
			Good: []string{"f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"}, Bad: []string{"f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bfg"},
		},
		{
			Name: "email", About: "the addr-spec of RFC 5321 that mail systems take: dot-atom or UTF-8 letters, a domain with a dot", Match: email,
			Good: []string{"a@b.co", "anna.schmidt+x@mail.example.com", "用户@例子.广告"}, Bad: []string{"a@b", "a@@b.co", "a b@c.co", ".a@b.co", "a..b@c.co", "a@-b.co", "a@b.co.", "@b.co"},
		},
		{
			Name: "url", About: "RFC 3986 with scheme http or https and a host", Match: httpURL,
			Good: []string{"https://example.com/a?b=c#d", "http://[::1]:8080/"}, Bad: []string{"example.com", "ftp://example.com", "https://", "https://exa mple.com", "https://e.com/%zz"},
		},
		{
			Name: "uri", About: "RFC 3986 with any scheme", Match: uri,
			Good: []string{"urn:isbn:0306406152", "mailto:a@b.co"}, Bad: []string{"no scheme", "1a:b", ":x"},
		},
		{
			Name: "ipv4", About: "RFC 791 in dotted decimal", Match: func(b []byte) bool { a, err := netip.ParseAddr(string(b)); return err == nil && a.Is4() },
			Good: []string{"192.168.0.1", "0.0.0.0"}, Bad: []string{"256.1.1.1", "1.2.3", "01.2.3.4", "::1"},
		},
		{
			Name: "ipv6", About: "RFC 4291", Match: func(b []byte) bool { a, err := netip.ParseAddr(string(b)); return err == nil && a.Is6() },
			Good: []string{"::1", "2001:db8::8a2e:370:7334"}, Bad: []string{"1.2.3.4", "2001:db8::1::2", "12345::"},
		},
		{
			Name: "ip", About: "IPv4 or IPv6", Match: func(b []byte) bool { _, err := netip.ParseAddr(string(b)); return err == nil },
			Good: []string{"10.0.0.1", "fe80::1"}, Bad: []string{"10.0.0", "fe80:::1"},
		},
		{
			Name: "cidr", About: "RFC 4632: a network and its length", Match: func(b []byte) bool { _, err := netip.ParsePrefix(string(b)); return err == nil },
			Good: []string{"10.0.0.0/8", "2001:db8::/32"}, Bad: []string{"10.0.0.0/33", "10.0.0.0"},
		},
		{
			Name: "mac", About: "IEEE 802: six pairs of hex digits, colons or hyphens", Match: mac,
			Good: []string{"00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7"}, Bad: []string{"001B44113AB7", "00:1B:44:11:3A", "00:1B-44:11:3A:B7"},
		},
		{
			Name: "hostname", About: "RFC 1123: labels of 1 to 63 letters, digits, hyphens; 253 in all", Match: func(b []byte) bool { return hostname(b, false) },
			Good: []string{"example.com", "localhost", "a-b.c1"}, Bad: []string{"-a.com", "a..b", "a_b.com", "a.com."},
		},
		{
			Name: "phone", About: "ITU-T E.164: + and 7 to 15 digits, the first not 0", Match: phone,
			Good: []string{"+4915112345678", "+8613812345678"}, Bad: []string{"4915112345678", "+0123456789", "+49 151", "+1234567890123456"},
		},
		{
			Name: "cn_mobile", About: "China: 11 digits, 13 to 19 first", Match: func(b []byte) bool { return digits(b, 11) && b[0] == '1' && b[1] >= '3' },
			Good: []string{"13812345678"}, Bad: []string{"12812345678", "1381234567"},
		},
		{
			Name: "date", About: "RFC 3339 full-date, a day that exists", Match: func(b []byte) bool { return len(b) == 10 && isoDate(b) },
			Good: []string{"2024-02-29", "1999-12-31"}, Bad: []string{"2023-02-29", "2023-2-9", "20230209"},
		},
		{
			Name: "time", About: "RFC 3339 partial-time: hh:mm:ss, with fraction", Match: isoTime,
			Good: []string{"23:59:60", "00:00:00.123"}, Bad: []string{"24:00:00", "1:00:00", "12:60:00", "12:00:00."},
		},
		{
			Name: "datetime", About: "RFC 3339 date-time with its offset", Match: dateTime,
			Good: []string{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+08:00"}, Bad: []string{"2024-02-29", "2024-02-29T12:00:00", "2024-02-30T12:00:00Z"},
		},
		{
			Name: "country", About: "ISO 3166-1 alpha-2", Match: func(b []byte) bool { return code(countries, b, 2) },
			Good: []string{"DE", "CN", "US"}, Bad: []string{"XX", "de", "DEU"},
		},
		{
			Name: "currency", About: "ISO 4217", Match: func(b []byte) bool { return code(currencies, b, 3) },
			Good: []string{"EUR", "CNY", "USD"}, Bad: []string{"EUX", "eur", "EU"},
		},
		{
			Name: "language", About: "ISO 639-1", Match: func(b []byte) bool { return code(languages, b, 2) },
			Good: []string{"de", "zh", "en"}, Bad: []string{"xx", "DE", "deu"},
		},
		{
			Name: "bic", About: "ISO 9362: 8 or 11 characters, the country known", Match: bic,
			Good: []string{"DEUTDEFF", "NEDSZAJJXXX"}, Bad: []string{"DEUTXXFF", "DEUTDEF", "deutdeff"},
		},
		{
			Name: "vat", About: "EU VAT number: prefix, and the letters and digits that the country asks for (form only)", Match: vat,
			Good: []string{"DE136695976", "ATU13585627", "NL004495445B01"}, Bad: []string{"DE13669597", "XX136695976", "AT13585627"},
		},
		{
			Name: "geohash", About: "base 32 of 1 to 12 characters, without a i l o", Match: geohash,
			Good: []string{"u4pruydqqvj", "ww8p1r4t8"}, Bad: []string{"u4pruydqqva", "u4pruydqqvju4"},
		},
		{
			Name: "hex_color", About: "CSS: # and 3, 4, 6 or 8 hex digits", Match: hexColor,
			Good: []string{"#fff", "#12AB34FF"}, Bad: []string{"fff", "#ff", "#ggg"},
		},
		{
			Name: "semver", About: "Semantic Versioning 2.0.0", Match: semver,
			Good: []string{"1.0.0", "1.2.3-rc.1+build.5", "10.20.30"}, Bad: []string{"1.0", "01.0.0", "1.0.0-", "1.0.0-01"},
		},
		{
			Name: "base64", About: "RFC 4648 section 4, padded", Match: func(b []byte) bool {
				if len(b) == 0 || len(b)%4 != 0 || bytes.ContainsAny(b, "\r\n") {
					return false
				}
				_, err := base64.StdEncoding.Strict().Decode(make([]byte, base64.StdEncoding.DecodedLen(len(b))), b)
				return err == nil
			},
			Good: []string{"aGVsbG8=", "AAAA"}, Bad: []string{"aGVsbG8", "a===", "aGVs bG8="},
		},
		{
			Name: "hex", About: "an even number of hex digits", Match: func(b []byte) bool {
				for _, c := range b {
					if !hexDigit(c) {
						return false
					}
				}
				return len(b) > 0 && len(b)%2 == 0
			},
			Good: []string{"00ff", "DEADBEEF"}, Bad: []string{"0", "0g"},
		},
		{
			Name: "json", About: "RFC 8259", Match: func(b []byte) bool { return utf8.Valid(b) && json.Valid(b) },
			Good: []string{`{"a":[1,null]}`, "1"}, Bad: []string{"{a:1}", "[1,]"},
		},
		{
			Name: "integer", About: "an optional sign and decimal digits", Match: integer,
			Good: []string{"-12", "0"}, Bad: []string{"1.0", "1e3", "+", " 1"},
		},
		{
			Name: "number", About: "a decimal number as JSON or a spreadsheet writes it, finite", Match: number,
			Good: []string{"-12.5e3", "0.1"}, Bad: []string{"1,5", "0x1p3", "Inf", "NaN", "1_000", "1e999"},
		},
	}
}

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
	if colon < 1 || colon == len(b)-1 || !letter(b[0]) {
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
	if !bytes.HasPrefix(b, []byte("http://")) && !bytes.HasPrefix(b, []byte("https://")) || !uri(b) {
		return false
	}
	u, err := url.Parse(string(b))
	return err == nil && u.Hostname() != ""
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
