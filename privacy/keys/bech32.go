package keys

import (
	"fmt"
	"strings"
)

// Bech32 (BIP 173) without its length limit, as age uses it for its keys.

const (
	bech32Chars = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	bech32Check = 6 // characters of checksum
)

// encodeBech32 writes data under a prefix; an upper-case prefix gives an
// upper-case string.
func encodeBech32(prefix string, data []byte) string {
	lower := strings.ToLower(prefix)
	values := regroup8to5(data)
	sum := checksum(lower, values)
	var b strings.Builder
	b.Grow(len(lower) + 1 + len(values) + bech32Check)
	b.WriteString(lower)
	b.WriteByte('1')
	for _, v := range values {
		b.WriteByte(bech32Chars[v])
	}
	for _, v := range sum {
		b.WriteByte(bech32Chars[v])
	}
	if lower != prefix {
		return strings.ToUpper(b.String())
	}
	return b.String()
}

// decodeBech32 reads a string, which must be all of one case, and returns the
// prefix in that case.
func decodeBech32(s string) (prefix string, data []byte, err error) {
	lower := strings.ToLower(s)
	if s != lower && s != strings.ToUpper(s) {
		return "", nil, fmt.Errorf("mixed case")
	}
	at := strings.LastIndexByte(s, '1')
	if at < 1 || len(s)-at-1 < bech32Check {
		return "", nil, fmt.Errorf("too short or without separator")
	}
	for i := range len(s) {
		if s[i] < 33 || s[i] > 126 {
			return "", nil, fmt.Errorf("character %d is not printable", i)
		}
	}
	values := make([]byte, 0, len(s)-at-1)
	for i := at + 1; i < len(s); i++ {
		v := strings.IndexByte(bech32Chars, lower[i])
		if v < 0 {
			return "", nil, fmt.Errorf("character %d is not of the bech32 alphabet", i)
		}
		values = append(values, byte(v))
	}
	body := values[:len(values)-bech32Check]
	if sum := checksum(lower[:at], body); string(sum[:]) != string(values[len(body):]) {
		return "", nil, fmt.Errorf("the checksum does not match: a character was mistyped or lost")
	}
	data, err = regroup5to8(body)
	return s[:at], data, err
}

func regroup8to5(data []byte) []byte {
	out := make([]byte, 0, (len(data)*8+4)/5)
	var acc, bits uint
	for _, b := range data {
		acc = acc<<8 | uint(b)
		for bits += 8; bits >= 5; {
			bits -= 5
			out = append(out, byte(acc>>bits)&31)
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits))&31)
	}
	return out
}

func regroup5to8(values []byte) ([]byte, error) {
	out := make([]byte, 0, len(values)*5/8)
	var acc, bits uint
	for _, v := range values {
		acc = acc<<5 | uint(v)
		if bits += 5; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
		}
	}
	if bits >= 5 || byte(acc<<(8-bits)) != 0 {
		return nil, fmt.Errorf("padding is not zero")
	}
	return out, nil
}

func checksum(prefix string, values []byte) [bech32Check]byte {
	c := uint32(1)
	step := func(v byte) {
		top := c >> 25
		c = (c&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for _, v := range values {
		step(v)
	}
	for range bech32Check {
		step(0)
	}
	c ^= 1
	var out [bech32Check]byte
	for i := range out {
		out[i] = byte(c>>(5*(5-i))) & 31
	}
	return out
}
