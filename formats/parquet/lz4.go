package parquet

import "encoding/binary"

// decodeLZ4 fills dst from one LZ4 block (lz4_Block_format.md): sequences of a
// token, literals, and a match that lies behind in what was decoded.
func decodeLZ4(dst, src []byte) error {
	at := 0
	length := func(n int) (int, bool) {
		if n < 15 {
			return n, true
		}
		for {
			if len(src) == 0 || n > len(dst) {
				return 0, false
			}
			b := src[0]
			src = src[1:]
			n += int(b)
			if b < 255 {
				return n, true
			}
		}
	}
	for len(src) > 0 {
		token := src[0]
		src = src[1:]
		n, ok := length(int(token >> 4))
		if !ok || n > len(src) || n > len(dst)-at {
			return errPage
		}
		at += copy(dst[at:], src[:n])
		src = src[n:]
		if len(src) == 0 { // the last sequence has literals only
			break
		}
		if len(src) < 2 {
			return errPage
		}
		back := int(binary.LittleEndian.Uint16(src))
		src = src[2:]
		n, ok = length(int(token & 15))
		const leastMatch = 4
		n += leastMatch
		if !ok || back == 0 || back > at || n > len(dst)-at {
			return errPage
		}
		for n > 0 { // a match may overlap what it makes
			k := copy(dst[at:at+min(n, back)], dst[at-back:at])
			at, n = at+k, n-k
		}
	}
	if at != len(dst) {
		return errPage
	}
	return nil
}
