package rule

import (
	"bytes"
	"fmt"
	"hash/maphash"
)

// keySet holds keys in memory and says at once whether one is known. Hashes
// only find candidates; keys are compared whole.
type keySet struct {
	limit int64 // bytes
	word  bool
	// Words: open addressing; 0 marks a free slot, and zero says that the key 0
	// is in.
	words []uint64
	shift uint
	n     int
	zero  bool
	// Bytes: slots hold an entry's number plus 1.
	seed  maphash.Seed
	slots []uint32
	tags  []uint32 // by entry: the hash's upper half
	ends  []int64  // by entry: where its bytes end in arena
	arena []byte
}

func newKeySet(word bool, seed maphash.Seed, limit int64) *keySet {
	s := &keySet{word: word, seed: seed, limit: limit}
	if word {
		s.words, s.shift = make([]uint64, 1<<10), 64-10
	} else {
		s.slots = make([]uint32, 1<<10)
	}
	return s
}

// size is the memory that the set takes, in bytes.
func (s *keySet) size() int64 {
	return int64(len(s.words))*8 + int64(len(s.slots))*4 + int64(cap(s.tags))*4 + int64(cap(s.ends))*8 + int64(cap(s.arena))
}

// room is an error where doubling the table would pass the limit.
func (s *keySet) room() error {
	if grown := s.size() * 2; grown > s.limit {
		return fmt.Errorf("keep keys: %d keys need more than the %d MiB allowed", s.n, s.limit>>20)
	}
	return nil
}

// addWord takes in a key and says whether it was there before.
func (s *keySet) addWord(k uint64) (bool, error) {
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
	for i := int(k * fibonacci >> s.shift); ; i = (i + 1) & mask {
		switch s.words[i] {
		case k:
			return true, nil
		case 0:
			s.words[i] = k
			s.n++
			return false, nil
		}
	}
}

func (s *keySet) growWords() error {
	if err := s.room(); err != nil {
		return err
	}
	old := s.words
	s.words = make([]uint64, 2*len(old))
	s.shift--
	mask := len(s.words) - 1
	for _, k := range old {
		if k == 0 {
			continue
		}
		i := int(k * fibonacci >> s.shift)
		for s.words[i] != 0 {
			i = (i + 1) & mask
		}
		s.words[i] = k
	}
	return nil
}

func (s *keySet) hasWord(k uint64) bool {
	if k == 0 {
		return s.zero
	}
	mask := len(s.words) - 1
	for i := int(k * fibonacci >> s.shift); ; i = (i + 1) & mask {
		switch s.words[i] {
		case k:
			return true
		case 0:
			return false
		}
	}
}

func (s *keySet) entry(n uint32) []byte {
	from := int64(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.arena[from:s.ends[n]]
}

// find returns the slot of a key, or the free one where it belongs.
func (s *keySet) find(h uint64, b []byte) (slot int, found bool) {
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

// addBytes takes in a key and says whether it was there before.
func (s *keySet) addBytes(b []byte) (bool, error) {
	h := maphash.Bytes(s.seed, b)
	slot, found := s.find(h, b)
	if found {
		return true, nil
	}
	if s.n == 1<<32-2 {
		return false, fmt.Errorf("keep keys: more than %d different ones", s.n)
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

func (s *keySet) tooBig() error {
	return fmt.Errorf("keep keys: %d keys need more than the %d MiB allowed", s.n, s.limit>>20)
}

func (s *keySet) growSlots() error {
	if err := s.room(); err != nil {
		return err
	}
	s.slots = make([]uint32, 2*len(s.slots))
	mask := len(s.slots) - 1
	for n := range s.n {
		i := int(maphash.Bytes(s.seed, s.entry(uint32(n)))) & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = uint32(n + 1)
	}
	return nil
}

func (s *keySet) hasBytes(b []byte) bool {
	_, found := s.find(maphash.Bytes(s.seed, b), b)
	return found
}
