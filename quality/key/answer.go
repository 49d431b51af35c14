package key

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Repeats calls f with every row whose key a lower row has, in no particular
// order, and returns the number of different keys.
func (l *Log) Repeats(f func(row int64)) (different int64, err error) {
	var buf []byte
	var plain []uint64
	t := newTable(l.word, &l.seed)
	for i := range parts {
		if l.word { // most logs repeat nothing, and that is told without rows
			n, repeats, err := l.wordsOf(i, &buf, &plain)
			if err != nil {
				return 0, err
			}
			if !repeats {
				different += n
				continue
			}
		}
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

// wordsOf counts the words of a part in a plain table, and stops at the first
// that is there twice.
func (l *Log) wordsOf(i int, buf *[]byte, room *[]uint64) (n int64, repeats bool, err error) {
	size := 2 << bits.Len64(uint64(l.parts[i].n)) // at most half full
	if cap(*room) < size {
		*room = make([]uint64, size)
	}
	table := (*room)[:size]
	clear(table)
	mask, zero := uint64(size-1), false // 0 marks a free slot
	err = l.pages(i, buf, func(page []byte) error {
		for len(page) >= wordSize && !repeats {
			k := binary.LittleEndian.Uint64(page)
			if binary.LittleEndian.Uint16(page[8:]) == farRow {
				page = page[wordRoom:]
			} else {
				page = page[wordSize:]
			}
			if k == 0 {
				repeats = zero
				zero = true
				continue
			}
			at := l.seed.word(k) & mask
			for table[at] != 0 && table[at] != k {
				at = (at + 1) & mask
			}
			repeats = table[at] == k
			table[at] = k
		}
		return nil
	})
	return l.parts[i].n, repeats, err
}

// Held calls f with every row of l and whether o has its key, in no particular
// order. Both logs must share a seed.
func (l *Log) Held(o *Log, f func(row int64, has bool)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := o.entries(i, &buf, func(k uint64, b []byte, row int64) { t.add(k, b, row) })
		if err != nil {
			return err
		}
		err = l.entries(i, &buf, func(k uint64, b []byte, row int64) {
			f(row, t.has(k, b))
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
				k = binary.LittleEndian.Uint64(page)
				if d := binary.LittleEndian.Uint16(page[8:]); d < farRow {
					row += int64(d)
					page = page[wordSize:]
				} else {
					row = int64(binary.LittleEndian.Uint64(page[wordSize:]))
					page = page[wordRoom:]
				}
			} else {
				n, w := binary.Uvarint(page)
				page = page[w:]
				b, page = page[:n], page[n:]
				d, w := binary.Varint(page)
				page = page[w:]
				row += d
			}
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

// Majorities sums, over all different keys, the number of entries with the
// key's commonest row value: what is left of a log of (key, value) pairs when
// each key may have one value only.
func (l *Log) Majorities() (int64, error) {
	var buf []byte
	var pairs []pairOf
	var total int64
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		pairs = pairs[:0]
		err := l.entries(i, &buf, func(k uint64, b []byte, value int64) {
			n, _ := t.add(k, b, int64(t.n))
			pairs = append(pairs, pairOf{*n, value})
		})
		if err != nil {
			return 0, err
		}
		slices.SortFunc(pairs, func(x, y pairOf) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.value, y.value)) })
		var best, run int64
		for j, p := range pairs {
			switch {
			case j == 0 || p.key != pairs[j-1].key:
				total += best
				best, run = 1, 1
			case p.value == pairs[j-1].value:
				run++
				best = max(best, run)
			default:
				run = 1
			}
		}
		total += best
	}
	return total, nil
}

// pairOf is a key's number and its value.
type pairOf struct{ key, value int64 }

// Matches calls f once for each different key of l with the number of o's
// entries that have it. Both logs must share a seed.
func (l *Log) Matches(o *Log, f func(entries int64)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		if err := l.entries(i, &buf, func(k uint64, b []byte, _ int64) { t.add(k, b, 0) }); err != nil {
			return err
		}
		err := o.entries(i, &buf, func(k uint64, b []byte, _ int64) {
			if slot, found := t.find(t.hash(k, b), k, b); found {
				t.rows[t.slots[slot]-1]++
			}
		})
		if err != nil {
			return err
		}
		for _, n := range t.rows[:t.n] {
			f(n)
		}
	}
	return nil
}
