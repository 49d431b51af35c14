package profile

import (
	"cmp"
	"math"
	"slices"
)

// spreadBuckets bounds the occupied buckets of a spread. 4,096 hold a double
// that ranges over 20 binary orders of magnitude to 0.35 %.
const spreadBuckets = 4096

// spread is a histogram over ordered 64-bit keys in buckets of 2^shift, with
// the smallest shift that leaves at most spreadBuckets of them occupied. Parts
// never need a larger shift than the whole, and widening is exact, so the
// result does not depend on order, split or merge. Over the keys of floats it
// is a histogram of bounded relative error, over those of integers and times
// one of equal widths, and exact where values are few.
type spread struct {
	shift uint
	slots []bucket // open addressing; n == 0 is free
	used  int
}

type bucket struct{ k, n uint64 }

func slotOf(k uint64, size int) uint64 {
	return (k * 0x9e3779b97f4a7c15) >> 32 & uint64(size-1)
}

// add counts keys.
func (s *spread) add(keys []uint64) {
	if len(s.slots) == 0 {
		s.slots = make([]bucket, 64)
	}
	slots, shift := s.slots, s.shift
	for _, key := range keys {
		k := key >> shift
		j := slotOf(k, len(slots))
		for slots[j].n != 0 && slots[j].k != k {
			j = (j + 1) & uint64(len(slots)-1)
		}
		if slots[j].n != 0 {
			slots[j].n++
			continue
		}
		s.claim(&slots[j], k, 1)
		slots, shift = s.slots, s.shift
	}
}

// addN counts a key n times.
func (s *spread) addN(key, n uint64) { s.put(key>>s.shift, n) }

// put counts a bucket number of the current shift.
func (s *spread) put(k, n uint64) {
	if n == 0 {
		return
	}
	if len(s.slots) == 0 {
		s.slots = make([]bucket, 64)
	}
	j := slotOf(k, len(s.slots))
	for s.slots[j].n != 0 && s.slots[j].k != k {
		j = (j + 1) & uint64(len(s.slots)-1)
	}
	if s.slots[j].n != 0 {
		s.slots[j].n += n
		return
	}
	s.claim(&s.slots[j], k, n)
}

func (s *spread) claim(b *bucket, k, n uint64) {
	*b = bucket{k, n}
	s.used++
	if s.used > spreadBuckets {
		s.widen(s.shift + 1)
		for s.used > spreadBuckets {
			s.widen(s.shift + 1)
		}
	} else if s.used*2 > len(s.slots) {
		s.refill(s.live(), 2*len(s.slots))
	}
}

func (s *spread) widen(shift uint) {
	live := s.live()
	for i := range live {
		live[i].k >>= shift - s.shift
	}
	s.shift = shift
	s.refill(live, len(s.slots))
}

func (s *spread) refill(live []bucket, size int) {
	s.slots = make([]bucket, size)
	s.used = 0
	for _, b := range live {
		j := slotOf(b.k, size)
		for s.slots[j].n != 0 && s.slots[j].k != b.k {
			j = (j + 1) & uint64(size-1)
		}
		if s.slots[j].n == 0 {
			s.used++
		}
		s.slots[j].k = b.k
		s.slots[j].n += b.n
	}
}

func (s *spread) live() []bucket {
	out := make([]bucket, 0, s.used)
	for _, b := range s.slots {
		if b.n != 0 {
			out = append(out, b)
		}
	}
	return out
}

// buckets lists the occupied ones in order.
func (s *spread) buckets() []bucket {
	out := s.live()
	slices.SortFunc(out, func(a, b bucket) int { return cmp.Compare(a.k, b.k) })
	return out
}

func (s *spread) merge(o *spread) {
	if o.used == 0 {
		return
	}
	if o.shift > s.shift {
		s.widen(o.shift)
	}
	for _, b := range o.live() {
		s.put(b.k>>(s.shift-o.shift), b.n)
		// put may widen s, which the next subtraction then follows.
	}
}

// cell is a bucket as an interval of keys.
type cell struct{ lo, hi, n uint64 }

// cells lists the occupied buckets, cut to [lo, hi].
func (s *spread) cells(lo, hi uint64) []cell {
	bs := s.buckets()
	out := make([]cell, len(bs))
	for i, b := range bs {
		from := b.k << s.shift
		to := from | (1<<s.shift - 1)
		out[i] = cell{max(from, lo), min(to, hi), b.n}
	}
	return out
}

// quantile finds the cell that holds the value of rank ceil(p·n).
func quantile(cells []cell, total int64, p float64) cell {
	rank := uint64(max(1, math.Ceil(p*float64(total))))
	var seen uint64
	for _, c := range cells {
		if seen += c.n; seen >= rank {
			return c
		}
	}
	return cells[len(cells)-1]
}
