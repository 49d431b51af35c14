package pattern

import "encoding/binary"

// MatchTexts judges text i, which is data[offs[i]:offs[i+1]], in bit i%64 of
// pass[i/64], exactly as Match does. Four texts run through the automaton side
// by side, because a single one waits for memory at every step.
func (r *Regexp) MatchTexts(offs []int32, data []byte, pass []uint64) {
	n := len(offs) - 1
	for w := range pass {
		lo, hi := w*64, min(w*64+64, n)
		if lo >= hi {
			pass[w] = 0
			continue
		}
		pass[w] = r.block(offs[lo:hi+1], data)
	}
}

// ASCII says whether all bytes are below 0x80.
func ASCII(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 32 {
		x := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if x&high != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// block judges up to 64 texts.
func (r *Regexp) block(offs []int32, data []byte) uint64 {
	var word uint64
	n := len(offs) - 1
	i := 0
	if r.two != nil {
		for ; i+4 <= n && int(offs[i+4])+8 <= len(data); i += 4 {
			four, ascii := r.two.four((*[5]int32)(offs[i:]), data)
			if !ascii {
				four = r.each(offs[i:i+5], data)
			}
			word |= four << (uint(i) & 63)
		}
	}
	return word | r.each(offs[i:], data)<<(uint(i)&63)
}

// each judges texts one by one.
func (r *Regexp) each(offs []int32, data []byte) uint64 {
	var word uint64
	for i, to := range offs[1:] {
		if r.Match(data[offs[i]:to]) {
			word |= 1 << (uint(i) & 63)
		}
	}
	return word
}
