package rule

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// textSet is a set of byte strings with open addressing, at most an eighth
// full. A text is looked up by its first and its last 8 bytes, which overlap,
// and its length: up to 16 bytes, that is all of it.
type textSet struct {
	slots []textSlot
	shift uint
	salt  uint64
	list  [][]byte
	long  bool // some are longer than 16 bytes
}

type textSlot struct {
	head, tail uint64
	size       uint32 // length plus 1; 0 is free
	entry      int32  // in list
}

// salts is how many ways to hash are tried for the one with the fewest slots
// that two texts want.
const salts = 32

func newTexts(list [][]byte) *textSet {
	distinct := make(map[string]bool, len(list))
	s := &textSet{}
	for _, b := range list {
		if !distinct[string(b)] {
			distinct[string(b)] = true
			s.list = append(s.list, b)
			s.long = s.long || len(b) > 16
		}
	}
	size := 8
	s.shift = 61
	for size < 8*len(s.list) {
		size, s.shift = size*2, s.shift-1
	}
	tries, best := salts, len(s.list)+1
	if len(s.list) > 1<<12 {
		tries = 1
	}
	var salt uint64
	taken := make(bitmap, words(size))
	for k := range tries {
		s.salt = uint64(k+1) * fibonacci
		taken.zero()
		shared := 0
		for _, b := range s.list {
			head, tail := endsOf(b)
			if at := s.slot(head, tail, len(b)); taken.get(at) {
				shared++
			} else {
				taken.set(at)
			}
		}
		if shared < best {
			best, salt = shared, s.salt
		}
	}
	s.salt = salt
	s.slots = make([]textSlot, size)
	for n, b := range s.list {
		head, tail := endsOf(b)
		at := s.slot(head, tail, len(b))
		for s.slots[at].size != 0 {
			at = (at + 1) & (size - 1)
		}
		s.slots[at] = textSlot{head, tail, uint32(len(b)) + 1, int32(n)}
	}
	return s
}

// endsOf gives the first and the last 8 bytes of a text; one that is shorter is
// filled up with zeros and is both.
func endsOf(b []byte) (head, tail uint64) {
	if n := len(b); n >= 8 {
		return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	}
	for i, c := range b {
		head |= uint64(c) << (8 * i)
	}
	return head, head
}

// slot hashes: the two halves of a 128-bit product, as in wyhash.
func (s *textSet) slot(head, tail uint64, n int) int {
	hi, lo := bits.Mul64(head^s.salt, tail^uint64(n)^fibonacci)
	return int((hi ^ lo) >> (s.shift & 63))
}

func (s *textSet) has(b []byte) bool {
	head, tail := endsOf(b)
	size := uint32(len(b)) + 1
	for i := s.slot(head, tail, len(b)); s.slots[i].size != 0; i = (i + 1) & (len(s.slots) - 1) {
		if e := &s.slots[i]; e.head == head && e.tail == tail && e.size == size && (len(b) <= 16 || bytes.Equal(s.list[e.entry], b)) {
			return true
		}
	}
	return false
}

// shorter masks what a text of so many bytes has of a word.
var shorter = [16]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// has64 looks up 64 texts. Behind the last, data goes on for 8 bytes.
func (s *textSet) has64(o *[65]int32, data []byte) uint64 {
	var word uint64
	if !s.long { // else ends and length are not all of a text
		word = s.first64(o, data)
	}
	for doubt := ^word; doubt != 0; doubt &= doubt - 1 {
		i := bits.TrailingZeros64(doubt) & 63
		if s.has(data[o[i]:o[i+1]]) {
			word |= 1 << i
		}
	}
	return word
}

// first64 says whose first slot holds their ends and their length.
func (s *textSet) first64(o *[65]int32, data []byte) uint64 {
	slots, salt, shift := s.slots, s.salt, s.shift&63
	var miss uint64
	at := int(o[0])
	for i := range 64 {
		to := int(o[i+1])
		n := to - at
		over := n - 8
		under := over >> 63 // all ones for a text of less than 8 bytes
		mask := shorter[(8+over&under)&15]
		last := at + over&^under
		head := load(data, at) & mask
		tail := load(data, last) & mask
		hi, lo := bits.Mul64(head^salt, tail^uint64(n)^fibonacci) // as in slot
		e := &slots[int((hi^lo)>>shift)&(len(slots)-1)]
		if (e.head^head)|(e.tail^tail)|uint64(e.size^uint32(n+1)) != 0 {
			miss |= 1 << i
		}
		at = to
	}
	return ^miss
}

func load(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at : at+8 : at+8]) }

func (s *textSet) predicate(in bool) predicate {
	flip := bit(in) - 1
	return func(c *column, pass bitmap) {
		offsets64(c.offs[:c.n+1], pass, func(o *[65]int32) uint64 {
			if int(o[64])+8 <= len(c.data) {
				return s.has64(o, c.data) ^ flip
			}
			var word uint64
			for i, to := range o[1:] {
				word = word>>1 | bit(s.has(c.data[o[i]:to]))<<63
			}
			return word ^ flip
		})
	}
}
