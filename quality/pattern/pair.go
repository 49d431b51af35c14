package pattern

import "encoding/binary"

// pairs is an automaton that reads two bytes of ASCII a step: the pair's class
// chooses the column of the state's row. What lies behind a text's end is
// padded with a byte that no ASCII text has and that leaves every state as it
// is, so that texts are read 8 bytes at a time.
type pairs struct {
	class [1 << 16]uint16 // by two bytes, the first one lowest
	next  [1 << 17]uint16 // by state and class; a state is the number of its row's first entry
	width uint16          // entries in a row, the last says whether it accepts; the sinks are rows 0 and 1
	start uint16
}

const (
	padByte  = 0x80
	padWord  = padByte * 0x0101010101010101
	highBits = padWord
)

// keep masks the first bytes of a word.
var keep = [9]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// pair returns nil where the table would have more than 2^16 entries.
func (a *automaton) pair() *pairs {
	states := len(a.atEnd)
	column := make([]byte, 2*states)
	put := func(s int, next uint16) { column[2*s], column[2*s+1] = byte(next), byte(next>>8) }
	// Bytes that every state treats alike are one.
	single := map[string]int{}
	var of [129]int
	var first []int // a byte of each class
	for c := range 128 {
		for s := range states {
			put(s, a.next[s<<7|c])
		}
		k, ok := single[string(column)]
		if !ok {
			k = len(first)
			single[string(column)] = k
			first = append(first, c)
		}
		of[c] = k
	}
	of[padByte] = len(first)
	first = append(first, padByte)
	if len(first)*len(first)*states > 1<<22 { // too long to build
		return nil
	}
	step := func(s uint16, c int) uint16 {
		if c == padByte {
			return s
		}
		return a.next[int(s)<<7|c]
	}
	double := map[string]uint16{}
	var columns [][]byte
	class := make([]uint16, len(first)*len(first))
	for i, x := range first {
		for j, y := range first {
			for s := range states {
				put(s, step(step(uint16(s), x), y))
			}
			k, ok := double[string(column)]
			if !ok {
				if (len(columns)+2)*states > 1<<16 {
					return nil
				}
				k = uint16(len(columns))
				double[string(column)] = k
				columns = append(columns, append([]byte(nil), column...))
			}
			class[i*len(first)+j] = k
		}
	}
	p := &pairs{width: uint16(len(columns) + 1)}
	for x := range of {
		for y := range of {
			p.class[y<<8|x] = class[of[x]*len(first)+of[y]]
		}
	}
	for s := range states {
		row := p.next[s*int(p.width):]
		for k, column := range columns {
			row[k] = (uint16(column[2*s]) | uint16(column[2*s+1])<<8) * p.width
		}
		if a.atEnd[s] {
			row[len(columns)] = 1
		}
	}
	p.start = a.start * p.width
	return p
}

// step reads 8 bytes.
func (p *pairs) step(s uint16, w uint64) uint16 {
	s = p.next[int(s)+int(p.class[uint16(w)])]
	s = p.next[int(s)+int(p.class[uint16(w>>16)])]
	s = p.next[int(s)+int(p.class[uint16(w>>32)])]
	return p.next[int(s)+int(p.class[w>>48])]
}

// four judges the texts between five offsets in bits 0 to 3, side by side,
// because a single one waits for memory at every step. It gives up where a byte
// is not ASCII. Behind the last text, data goes on for 8 bytes.
func (p *pairs) four(offs *[5]int32, data []byte) (word uint64, ascii bool) {
	a0, a1, a2, a3 := int(offs[0]), int(offs[1]), int(offs[2]), int(offs[3])
	n0, n1, n2, n3 := a1-a0, a2-a1, a3-a2, int(offs[4])-a3
	s0, s1, s2, s3 := p.start, p.start, p.start, p.start
	whole := min(n0, n1, n2, n3) >> 3
	var seen uint64
	for i := range whole {
		w := load(data, a0)
		seen |= w
		s0 = p.step(s0, w)
		w = load(data, a1)
		seen |= w
		s1 = p.step(s1, w)
		w = load(data, a2)
		seen |= w
		s2 = p.step(s2, w)
		w = load(data, a3)
		seen |= w
		s3 = p.step(s3, w)
		a0, a1, a2, a3 = a0+8, a1+8, a2+8, a3+8
		if i&3 == 3 {
			if seen&highBits != 0 {
				return 0, false
			}
			if max(s0, s1, s2, s3) <= p.width { // all in a sink
				return uint64(p.end(s0) | p.end(s1)<<1 | p.end(s2)<<2 | p.end(s3)<<3), true
			}
		}
	}
	n0, n1, n2, n3 = n0-8*whole, n1-8*whole, n2-8*whole, n3-8*whole
	for range 4 { // padded, until all are through
		mask := keep[min(uint(n0), 8)]
		w := load(data, a0) & mask
		seen |= w
		s0 = p.step(s0, w|padWord&^mask)
		mask = keep[min(uint(n1), 8)]
		w = load(data, a1) & mask
		seen |= w
		s1 = p.step(s1, w|padWord&^mask)
		mask = keep[min(uint(n2), 8)]
		w = load(data, a2) & mask
		seen |= w
		s2 = p.step(s2, w|padWord&^mask)
		mask = keep[min(uint(n3), 8)]
		w = load(data, a3) & mask
		seen |= w
		s3 = p.step(s3, w|padWord&^mask)
		n0, n1, n2, n3 = max(n0-8, 0), max(n1-8, 0), max(n2-8, 0), max(n3-8, 0)
		if n0|n1|n2|n3 == 0 {
			return uint64(p.end(s0) | p.end(s1)<<1 | p.end(s2)<<2 | p.end(s3)<<3), seen&highBits == 0
		}
		a0, a1, a2, a3 = min(a0+8, int(offs[1])), min(a1+8, int(offs[2])), min(a2+8, int(offs[3])), min(a3+8, int(offs[4]))
	}
	// One is much longer than another: what is left is read one by one.
	s0, seen = p.rest(s0, seen, data[a0:], n0)
	s1, seen = p.rest(s1, seen, data[a1:], n1)
	s2, seen = p.rest(s2, seen, data[a2:], n2)
	s3, seen = p.rest(s3, seen, data[a3:], n3)
	return uint64(p.end(s0) | p.end(s1)<<1 | p.end(s2)<<2 | p.end(s3)<<3), seen&highBits == 0
}

// end is 1 where a state accepts at the end of a text.
func (p *pairs) end(s uint16) uint16 { return p.next[int(s)+int(p.width)-1] }

// rest reads n bytes.
func (p *pairs) rest(s uint16, seen uint64, b []byte, n int) (uint16, uint64) {
	i := 0
	for ; i+8 <= n && s > p.width; i += 8 {
		w := load(b, i)
		seen |= w
		s = p.step(s, w)
	}
	if s <= p.width { // a sink
		return s, seen
	}
	mask := keep[n-i]
	w := load(b, i) & mask
	return p.step(s, w|padWord&^mask), seen | w
}

// load reads 8 bytes.
func load(b []byte, at int) uint64 {
	return binary.LittleEndian.Uint64(b[at : at+8 : at+8])
}
