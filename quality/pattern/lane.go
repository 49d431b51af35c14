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
		block := offs[lo : hi+1]
		if r.dfa != nil && ASCII(data[block[0]:block[len(block)-1]]) {
			pass[w] = r.dfa.block(block, data)
			continue
		}
		var word uint64
		for i, to := range block[1:] {
			if r.Match(data[block[i]:to]) {
				word |= 1 << (uint(i) & 63)
			}
		}
		pass[w] = word
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

// block judges up to 64 texts of ASCII.
func (a *automaton) block(offs []int32, data []byte) uint64 {
	var word uint64
	n := len(offs) - 1
	i := 0
	for ; i+4 <= n; i += 4 {
		b0, b1 := data[offs[i]:offs[i+1]], data[offs[i+1]:offs[i+2]]
		b2, b3 := data[offs[i+2]:offs[i+3]], data[offs[i+3]:offs[i+4]]
		m := min(len(b0), len(b1), len(b2), len(b3))
		s0, s1, s2, s3 := a.four(b0[:m], b1[:m], b2[:m], b3[:m])
		word |= a.rest(s0, b0[m:]) << (uint(i) & 63)
		word |= a.rest(s1, b1[m:]) << (uint(i+1) & 63)
		word |= a.rest(s2, b2[m:]) << (uint(i+2) & 63)
		word |= a.rest(s3, b3[m:]) << (uint(i+3) & 63)
	}
	for ; i < n; i++ {
		word |= a.rest(a.start, data[offs[i]:offs[i+1]]) << (uint(i) & 63)
	}
	return word
}

// four runs texts of one length. Both sinks lead back to themselves, so no step
// has to ask.
func (a *automaton) four(b0, b1, b2, b3 []byte) (s0, s1, s2, s3 uint16) {
	next := a.next
	s0, s1, s2, s3 = a.start, a.start, a.start, a.start
	b1, b2, b3 = b1[:len(b0)], b2[:len(b0)], b3[:len(b0)]
	for i, c := range b0 {
		s0 = next[int(s0)<<7|int(c)]
		s1 = next[int(s1)<<7|int(b1[i])]
		s2 = next[int(s2)<<7|int(b2[i])]
		s3 = next[int(s3)<<7|int(b3[i])]
		if i&15 == 15 && s0|s1|s2|s3 <= accepted {
			return s0, s1, s2, s3
		}
	}
	return s0, s1, s2, s3
}

// rest runs the remainder of a text of ASCII and gives 1 for a match.
func (a *automaton) rest(s uint16, b []byte) uint64 {
	next := a.next
	for _, c := range b {
		if s <= accepted {
			break
		}
		s = next[int(s)<<7|int(c)]
	}
	if a.atEnd[s] { // true for accepted, false for dead
		return 1
	}
	return 0
}
