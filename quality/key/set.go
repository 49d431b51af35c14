package key

import (
	"bytes"
	"fmt"
)

// Set says at once whether a key is known. Keys beyond its limit go to disk.
type Set struct {
	limit int64 // bytes
	word  bool
	// Words: open addressing; 0 marks a free slot, and zero says that the key 0
	// is in.
	words []uint64
	shift uint
	n     int
	zero  bool
	disk  tiers
	// Bytes: slots hold an entry's number plus 1.
	seed  Seed
	slots []uint32
	tags  []uint32 // by entry: the hash's upper half
	ends  []int64  // by entry: where its bytes end in arena
	arena []byte
	texts textTiers
}

// NewSet starts a set of 64-bit words, or of byte strings, whose table takes at
// most limit bytes of memory. Keys that do not fit go to files in dir (default
// the system's) and cost two bytes of memory each; beyond the limit stands one
// key that is longer than it.
func NewSet(words bool, limit int64, dir string) *Set {
	s := &Set{word: words, seed: NewSeed(), limit: limit}
	s.disk, s.texts = tiers{dir: dir, seed: s.seed}, textTiers{dir: dir}
	if words {
		s.words, s.shift = make([]uint64, 1<<10), 64-10
	} else {
		s.slots = make([]uint32, 1<<10)
	}
	return s
}

// Len is the number of different keys.
func (s *Set) Len() int {
	n := s.n + int(s.disk.len()+s.texts.len())
	if s.zero {
		n++
	}
	return n
}

// Close gives up memory and files.
func (s *Set) Close() {
	s.disk.close()
	s.texts.close()
	*s = Set{word: s.word}
}

// AddWord takes in a key and says whether it was there before.
func (s *Set) AddWord(k uint64) (bool, error) {
	if k == 0 {
		was := s.zero
		s.zero = true
		return was, nil
	}
	if 2*s.n >= len(s.words) {
		if err := s.growWords(); err != nil {
			return false, err
		}
	}
	mask := len(s.words) - 1
	i := int(s.seed.word(k) >> s.shift)
	for ; s.words[i] != 0; i = (i + 1) & mask {
		if s.words[i] == k {
			return true, nil
		}
	}
	if len(s.disk.runs) > 0 {
		if was, err := s.disk.has(k); was || err != nil {
			return was, err
		}
	}
	s.words[i] = k
	s.n++
	return false, nil
}

// growWords doubles the table, or empties it to disk where there is no room.
func (s *Set) growWords() error {
	if 2*8*int64(len(s.words)) > s.limit {
		return s.spillWords()
	}
	old := s.words
	s.words = make([]uint64, 2*len(old))
	s.shift--
	mask := len(s.words) - 1
	for _, k := range old {
		if k == 0 {
			continue
		}
		i := int(s.seed.word(k) >> s.shift)
		for s.words[i] != 0 {
			i = (i + 1) & mask
		}
		s.words[i] = k
	}
	return nil
}

func (s *Set) spillWords() error {
	words := make([]uint64, 0, s.n)
	for _, k := range s.words {
		if k != 0 {
			words = append(words, k)
		}
	}
	if err := s.disk.add(words); err != nil {
		return err
	}
	clear(s.words)
	s.n = 0
	return nil
}

// HasWord says whether a key is in.
func (s *Set) HasWord(k uint64) (bool, error) {
	if k == 0 {
		return s.zero, nil
	}
	mask := len(s.words) - 1
	for i := int(s.seed.word(k) >> s.shift); s.words[i] != 0; i = (i + 1) & mask {
		if s.words[i] == k {
			return true, nil
		}
	}
	if len(s.disk.runs) == 0 {
		return false, nil
	}
	return s.disk.has(k)
}

func (s *Set) entry(n uint32) []byte {
	from := int64(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.arena[from:s.ends[n]]
}

// find returns the slot of a key, or the free one where it belongs.
func (s *Set) find(h uint64, b []byte) (slot int, found bool) {
	mask := len(s.slots) - 1
	tag := uint32(h >> 32)
	i := int(h) & mask
	for ; s.slots[i] != 0; i = (i + 1) & mask {
		if n := s.slots[i] - 1; s.tags[n] == tag && bytes.Equal(s.entry(n), b) {
			return i, true
		}
	}
	return i, false
}

// textCost is what an entry takes beside its bytes: a tag, an end, and while it
// goes to disk a textEntry (32 bytes).
const textCost = 4 + 8 + 32

// full says whether a key of n bytes more would pass the limit. Half of it is
// left for what grows: a slice that is copied to a longer one is there twice.
func (s *Set) full(n int) bool {
	slots := int64(len(s.slots))
	if 2*(s.n+1) >= len(s.slots) {
		slots *= 2
	}
	return slots*4+int64(s.n+1)*textCost+int64(len(s.arena)+n) > s.limit/2
}

// Add takes in a key, which it copies, and says whether it was there before.
func (s *Set) Add(b []byte) (bool, error) {
	h := s.seed.bytes(b)
	slot, found := s.find(h, b)
	if found {
		return true, nil
	}
	if len(s.texts.runs) > 0 {
		if was, err := s.texts.has(h, b); was || err != nil {
			return was, err
		}
	}
	if s.n > 0 && s.full(len(b)) {
		if err := s.spillTexts(); err != nil {
			return false, err
		}
		slot, _ = s.find(h, b)
	}
	if s.n == 1<<32-2 {
		return false, fmt.Errorf("more than %d different keys in memory", s.n)
	}
	s.arena = append(s.arena, b...)
	s.ends = append(s.ends, int64(len(s.arena)))
	s.tags = append(s.tags, uint32(h>>32))
	s.n++
	s.slots[slot] = uint32(s.n)
	if 2*s.n >= len(s.slots) {
		s.growSlots()
	}
	return false, nil
}

// spillTexts moves every key in memory to disk.
func (s *Set) spillTexts() error {
	entries := make([]textEntry, s.n)
	for n := range s.n {
		b := s.entry(uint32(n))
		entries[n] = textEntry{s.seed.bytes(b), b}
	}
	if err := s.texts.add(entries); err != nil {
		return err
	}
	clear(s.slots)
	s.n, s.tags, s.ends, s.arena = 0, s.tags[:0], s.ends[:0], s.arena[:0]
	return nil
}

func (s *Set) growSlots() {
	s.slots = make([]uint32, 2*len(s.slots))
	mask := len(s.slots) - 1
	for n := range s.n {
		i := int(s.seed.bytes(s.entry(uint32(n)))) & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = uint32(n + 1)
	}
}

// Has says whether a key is in.
func (s *Set) Has(b []byte) (bool, error) {
	h := s.seed.bytes(b)
	if _, found := s.find(h, b); found || len(s.texts.runs) == 0 {
		return found, nil
	}
	return s.texts.has(h, b)
}
