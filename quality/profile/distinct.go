package profile

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// distinct counts the occurrences of different hashes: all of them while there
// are at most k, and of the k smallest from then on. A hash that belongs to
// the k smallest of all rows belongs to the k smallest of any part that has
// it, so its count is never missed, and the result does not depend on order,
// split or merge (bottom-k sketch; the estimators are those of Cohen and
// Kaplan, 2007, and Bar-Yossef et al., RANDOM 2002).
type distinct struct {
	k     int
	over  bool   // more than k were seen
	limit uint64 // hashes above it are of no interest
	slots []slot // open addressing; n == 0 is free
	used  int
	// refs, where there are values to keep, holds a value's number a slot.
	values valueStore
}

type slot struct {
	h, n uint64
	ref  int32
}

// valueStore keeps what belongs to a hash beside its count. Numbers given out
// by put are valid until keep.
type valueStore interface {
	// keep drops all values but those numbered, and numbers them 0, 1, ...
	keep(refs []int32)
}

func newDistinct(k int) distinct { return distinct{k: k, limit: math.MaxUint64} }

// probe returns the slot of h, free if it is not there. There is always room.
func (d *distinct) probe(h uint64) *slot {
	if len(d.slots) == 0 {
		d.slots = make([]slot, 16)
	}
	mask := uint64(len(d.slots) - 1)
	for j := h & mask; ; j = (j + 1) & mask {
		if s := &d.slots[j]; s.n == 0 || s.h == h {
			return s
		}
	}
}

// claim fills the free slot that probe gave and reports whether this was the
// value that made the column exceed k. The slot is invalid afterwards.
func (d *distinct) claim(s *slot, h, n uint64, ref int32) (overflow bool) {
	*s = slot{h, n, ref}
	d.used++
	if d.used > d.k && !d.over {
		d.over = true
		overflow = true
	}
	switch {
	case d.used >= 2*d.k:
		d.prune()
	case d.used*2 > len(d.slots):
		d.rebuild(d.live(), 2*len(d.slots))
	}
	return overflow
}

// addHashes counts hashes that carry no value. It stops after the one that
// made the column exceed k and returns how many were taken.
func (d *distinct) addHashes(hs []uint64) int {
	if len(d.slots) == 0 {
		d.slots = make([]slot, 16)
	}
	slots, limit := d.slots, d.limit
	mask := uint64(len(slots) - 1)
	for i, h := range hs {
		if h > limit {
			continue
		}
		j := h & mask
		for slots[j].n != 0 && slots[j].h != h {
			j = (j + 1) & mask
		}
		if slots[j].n != 0 {
			slots[j].n++
			continue
		}
		if d.claim(&slots[j], h, 1, 0) {
			return i + 1
		}
		slots, limit = d.slots, d.limit
		mask = uint64(len(slots) - 1)
	}
	return len(hs)
}

// live lists the filled slots in no particular order.
func (d *distinct) live() []slot {
	out := make([]slot, 0, d.used)
	for _, s := range d.slots {
		if s.n != 0 {
			out = append(out, s)
		}
	}
	return out
}

// smallest lists the k smallest hashes with their counts, in no particular
// order, and the greatest of them. The state is not changed.
func (d *distinct) smallest() (out []slot, most uint64) {
	out = d.live()
	if len(out) <= d.k {
		for _, s := range out {
			most = max(most, s.h)
		}
		return out, most
	}
	most = kthHash(out, d.k, d.limit)
	return slices.DeleteFunc(out, func(s slot) bool { return s.h > most }), most
}

// entries is smallest in order of hash. Hashes are spread evenly, so that their
// top bits put them near their place and an insertion sort does the rest; those
// that somebody chose to lie together are sorted as anything else.
func (d *distinct) entries() []slot {
	in, most := d.smallest()
	shift := max(0, bits.Len64(most)-bits.Len(uint(len(in)))) & 63
	ends := make([]int32, most>>shift+2)
	for _, s := range in {
		ends[s.h>>shift+1]++
	}
	crowd := int32(0)
	for i := 1; i < len(ends); i++ {
		crowd = max(crowd, ends[i])
		ends[i] += ends[i-1]
	}
	out := make([]slot, len(in))
	for _, s := range in {
		at := &ends[s.h>>shift]
		out[*at] = s
		*at++
	}
	if crowd > 64 {
		slices.SortFunc(out, func(a, b slot) int { return cmp.Compare(a.h, b.h) })
		return out
	}
	for i := 1; i < len(out); i++ {
		s, j := out[i], i
		for ; j > 0 && out[j-1].h > s.h; j-- {
			out[j] = out[j-1]
		}
		out[j] = s
	}
	return out
}

// prune keeps the k smallest. It works in the memory that it has: this happens
// often while a column is young.
func (d *distinct) prune() {
	if d.used > d.k {
		d.limit = kthHash(d.slots, d.k, d.limit)
	}
	live := make([]slot, 0, d.k)
	for i := range d.slots {
		if s := &d.slots[i]; s.n != 0 && s.h <= d.limit {
			live = append(live, *s)
		}
	}
	if d.values != nil {
		refs := make([]int32, len(live))
		for i := range live {
			refs[i] = live[i].ref
			live[i].ref = int32(i)
		}
		d.values.keep(refs)
	}
	clear(d.slots)
	d.fill(live)
}

// kthHash finds the k-th smallest of more than k different hashes, passing over
// free slots. They are spread evenly, so that counting their top bits leaves few
// to sort. Most lie up to most; a merge may leave some above it.
func kthHash(slots []slot, k int, most uint64) uint64 {
	const topBits = 12
	shift := max(0, bits.Len64(most)-topBits) & 63
	bin := func(h uint64) uint64 { return min(h>>shift, 1<<topBits-1) }
	var count [1 << topBits]int32
	for i := range slots {
		if slots[i].n != 0 {
			count[bin(slots[i].h)]++
		}
	}
	before, b := 0, 0
	for before+int(count[b]) < k {
		before += int(count[b])
		b++
	}
	var rest []uint64
	for i := range slots {
		if s := &slots[i]; s.n != 0 && bin(s.h) == uint64(b) {
			rest = append(rest, s.h)
		}
	}
	slices.Sort(rest)
	return rest[k-before-1]
}

func (d *distinct) rebuild(live []slot, size int) {
	d.slots = make([]slot, size)
	d.fill(live)
}

// fill puts different hashes into free slots.
func (d *distinct) fill(live []slot) {
	d.used = len(live)
	mask := uint64(len(d.slots) - 1)
	for _, s := range live {
		j := s.h & mask
		for d.slots[j].n != 0 {
			j = (j + 1) & mask
		}
		d.slots[j] = s
	}
}

// count estimates the number of different values seen.
func (d *distinct) count() Count {
	if !d.over {
		return Count{Value: float64(d.used), Exact: true}
	}
	_, most := d.smallest()
	u := (float64(most) + 1) / math.Exp2(64)
	est := float64(d.k-1) / u
	return Count{Value: est, StdErr: est / math.Sqrt(float64(d.k-2))}
}

// single estimates the number of values seen exactly once.
func (d *distinct) single() Count {
	e, _ := d.smallest()
	var ones float64
	for _, s := range e {
		if s.n == 1 {
			ones++
		}
	}
	if !d.over {
		return Count{Value: ones, Exact: true}
	}
	all, k := d.count(), float64(len(e))
	p := ones / k
	// Two errors that do not depend on each other: how many values there are,
	// and which share of them is single.
	return Count{Value: p * all.Value, StdErr: math.Hypot(p*all.StdErr, all.Value*math.Sqrt(p*(1-p)/k))}
}
