package key

import (
	"bytes"
	"fmt"
)

// Set says at once whether a key is known. Words beyond its limit go to disk;
// byte strings stay in memory.
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
}

// NewSet starts a set of 64-bit words, or of byte strings, whose table takes at
// most limit bytes of memory. Words that do not fit go to files in dir (default
// the system's) and cost two bytes of memory each; byte strings that do not fit
// are an error that matches [ErrMemory].
func NewSet(words bool, limit int64, dir string) *Set {
	s := &Set{word: words, seed: NewSeed(), limit: limit}
	s.disk = tiers{dir: dir, seed: s.seed}
	if words {
		s.words, s.shift = make([]uint64, 1<<10), 64-10
	} else {
		s.slots = make([]uint32, 1<<10)
	}
	return s
}

// size is the memory that the set takes, in bytes.
func (s *Set) size() int64 {
	return int64(len(s.words))*8 + int64(len(s.slots))*4 + int64(cap(s.tags))*4 + int64(cap(s.ends))*8 + int64(cap(s.arena))
}

// Len is the number of different keys.
func (s *Set) Len() int {
	n := s.n + int(s.disk.len())
	if s.zero {
		n++
	}
	return n
}

// Close gives up memory and files.
func (s *Set) Close() {
	s.disk.close()
	*s = Set{word: s.word}
}

// room is an error where doubling the table would pass the limit.
func (s *Set) room() error {
	if grown := s.size() * 2; grown > s.limit {
		return s.tooBig()
	}
	return nil
}

func (s *Set) tooBig() error {
	return fmt.Errorf("%w: %d keys do not fit in %d MiB", ErrMemory, s.n, s.limit>>20)
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
	if s.room() != nil {
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

// Add takes in a key, which it copies, and says whether it was there before.
func (s *Set) Add(b []byte) (bool, error) {
	h := s.seed.bytes(b)
	slot, found := s.find(h, b)
	if found {
		return true, nil
	}
	if s.n == 1<<32-2 {
		return false, fmt.Errorf("more than %d different keys", s.n)
	}
	if int64(len(s.arena)+len(b)) > s.limit {
		return false, s.tooBig()
	}
	s.arena = append(s.arena, b...)
	s.ends = append(s.ends, int64(len(s.arena)))
	s.tags = append(s.tags, uint32(h>>32))
	s.n++
	s.slots[slot] = uint32(s.n)
	if 2*s.n < len(s.slots) {
		return false, nil
	}
	return false, s.growSlots()
}

func (s *Set) growSlots() error {
	if err := s.room(); err != nil {
		return err
	}
	s.slots = make([]uint32, 2*len(s.slots))
	mask := len(s.slots) - 1
	for n := range s.n {
		i := int(s.seed.bytes(s.entry(uint32(n)))) & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = uint32(n + 1)
	}
	return nil
}

// Has says whether a key is in.
func (s *Set) Has(b []byte) bool {
	_, found := s.find(s.seed.bytes(b), b)
	return found
}
