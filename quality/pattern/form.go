package pattern

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/netip"
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
			Good: []string{"https://example.com/a?b=c#d", "http://[::1]:8080/", "HTTP://example.com"}, Bad: []string{"example.com", "ftp://example.com", "https://", "https://exa mple.com", "https://e.com/%zz"},
		},
		{
			Name: "uri", About: "RFC 3986 with any scheme", Match: uri,
			Good: []string{"urn:isbn:0306406152", "mailto:a@b.co", "about:"}, Bad: []string{"no scheme", "1a:b", ":x"},
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
			Name: "datetime", About: "RFC 3339 date-time with its offset; T may be a space", Match: dateTime,
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
