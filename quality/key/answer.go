package key

import (
	"bytes"
	"encoding/binary"
)

// Repeats calls f with every row whose key a lower row has, in no particular
// order, and returns the number of different keys.
func (l *Log) Repeats(f func(row int64)) (different int64, err error) {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := l.entries(i, &buf, func(k uint64, b []byte, row int64) {
			first, known := t.add(k, b, row)
			switch {
			case !known:
			case row < *first:
				f(*first)
				*first = row
			default:
				f(row)
			}
		})
		if err != nil {
			return 0, err
		}
		different += int64(t.n)
	}
	return different, nil
}

// Missing calls f with every row of l whose key o does not have, in no
// particular order. Both logs must share a seed.
func (l *Log) Missing(o *Log, f func(row int64)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := o.entries(i, &buf, func(k uint64, b []byte, row int64) { t.add(k, b, row) })
		if err != nil {
			return err
		}
		err = l.entries(i, &buf, func(k uint64, b []byte, row int64) {
			if !t.has(k, b) {
				f(row)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Counts calls f once for each different key with the number of its rows.
func (l *Log) Counts(f func(rows int64)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := l.entries(i, &buf, func(k uint64, b []byte, _ int64) {
			if n, known := t.add(k, b, 1); known {
				*n++
			}
		})
		if err != nil {
			return err
		}
		for _, e := range t.rows[:t.n] {
			f(e)
		}
	}
	return nil
}

// entries calls f with every entry of a part.
func (l *Log) entries(i int, buf *[]byte, f func(k uint64, b []byte, row int64)) error {
	return l.pages(i, buf, func(page []byte) error {
		var row int64
		for len(page) > 0 {
			var k uint64
			var b []byte
			if l.word {
				k, page = binary.LittleEndian.Uint64(page), page[8:]
			} else {
				n, w := binary.Uvarint(page)
				page = page[w:]
				b, page = page[:n], page[n:]
			}
			d, w := binary.Varint(page)
			page = page[w:]
			row += d
			f(k, b, row)
		}
		return nil
	})
}

// table holds the keys of one part, each with a number, in the order that they
// came in.
type table struct {
	word  bool
	seed  *Seed
	slots []uint32 // number of an entry plus 1; 0 is free
	mask  uint64
	n     int
	rows  []int64
	words []uint64
	tags  []uint32 // of byte strings: the hash's middle
	ends  []int64
	arena []byte
}

func newTable(word bool, seed *Seed) *table {
	t := &table{word: word, seed: seed}
	t.slots, t.mask = make([]uint32, 1<<10), 1<<10-1
	return t
}

func (t *table) reset() {
	clear(t.slots)
	t.n, t.rows, t.words, t.tags, t.ends, t.arena = 0, t.rows[:0], t.words[:0], t.tags[:0], t.ends[:0], t.arena[:0]
}

func (t *table) entry(n uint32) []byte {
	var from int64
	if n > 0 {
		from = t.ends[n-1]
	}
	return t.arena[from:t.ends[n]]
}

// find returns the slot of a key, or the free one where it belongs. The hash's
// top byte chose the part and so tells nothing here.
func (t *table) find(h, k uint64, b []byte) (slot uint64, found bool) {
	i := h & t.mask
	for ; t.slots[i] != 0; i = (i + 1) & t.mask {
		n := t.slots[i] - 1
		if t.word {
			if t.words[n] == k {
				return i, true
			}
		} else if t.tags[n] == uint32(h>>24) && bytes.Equal(t.entry(n), b) {
			return i, true
		}
	}
	return i, false
}

func (t *table) hash(k uint64, b []byte) uint64 {
	if t.word {
		return t.seed.word(k)
	}
	return t.seed.bytes(b)
}

func (t *table) has(k uint64, b []byte) bool {
	_, found := t.find(t.hash(k, b), k, b)
	return found
}

// add returns the number kept with a key; a key that is new gets row.
func (t *table) add(k uint64, b []byte, row int64) (kept *int64, known bool) {
	h := t.hash(k, b)
	slot, found := t.find(h, k, b)
	if found {
		return &t.rows[t.slots[slot]-1], true
	}
	t.rows = append(t.rows, row)
	if t.word {
		t.words = append(t.words, k)
	} else {
		t.tags = append(t.tags, uint32(h>>24))
		t.arena = append(t.arena, b...)
		t.ends = append(t.ends, int64(len(t.arena)))
	}
	t.n++
	t.slots[slot] = uint32(t.n)
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	return &t.rows[t.n-1], false
}

func (t *table) grow() {
	t.slots = make([]uint32, 2*len(t.slots))
	t.mask = uint64(len(t.slots) - 1)
	for n := range t.n {
		var h uint64
		if t.word {
			h = t.seed.word(t.words[n])
		} else {
			h = t.seed.bytes(t.entry(uint32(n)))
		}
		i := h & t.mask
		for t.slots[i] != 0 {
			i = (i + 1) & t.mask
		}
		t.slots[i] = uint32(n + 1)
	}
}
