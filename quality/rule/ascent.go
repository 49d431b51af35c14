package rule

import (
	"cmp"
	"slices"

	"github.com/verisim/verisim/quality/key"
)

// ascents holds batches whose keys strictly rise, as numbers given in turn do.
// When no two batches overlap at the end, nothing repeats, and no key was
// hashed; else all go to the log after all.
type ascents struct {
	runs  []ascent
	held  int64
	limit int64
	spare []uint16
}

// ascent is a batch of rising keys: the steps from key to key less 1, which
// mostly take 2 bytes, or else the keys.
type ascent struct {
	row         int64
	first, last int64
	steps       []uint16
	keys        []int64
}

// take keeps a batch when every row applies and its keys rise; it says whether
// it did.
func (a *ascents) take(v *view, c *column, applies bitmap) bool {
	if c.codes != nil || c.kind != kindInt && c.kind != kindUint || applies.count() != int64(v.n) {
		return false
	}
	keys := c.ints[:v.n]
	run := ascent{row: v.first, first: keys[0], last: keys[len(keys)-1]}
	steps := a.room(len(keys) - 1)
	size := int64(len(keys)) * 2
	if smallSteps(keys, steps) {
		run.steps = steps
	} else {
		a.spare = steps
		if size *= 4; !rises(keys) {
			return false
		}
	}
	if a.held+size > a.limit {
		a.spare = steps
		return false
	}
	if run.steps == nil {
		run.keys = slices.Clone(keys)
	}
	a.held += size
	a.runs = append(a.runs, run)
	return true
}

// room is memory for n steps.
func (a *ascents) room(n int) []uint16 {
	if s := a.spare; cap(s) >= n && s != nil {
		a.spare = nil
		return s[:n]
	}
	return make([]uint16, n)
}

// smallSteps writes the steps between keys, less 1, and says whether each is
// from 1 to 2^16. Their sum then is less than 2^63, so that a jump from the
// greatest number to the least would leave the last key below the first.
func smallSteps(keys []int64, steps []uint16) bool {
	prev := keys[0]
	rest := keys[1:]
	for len(rest) > 0 {
		part := rest[:min(len(rest), 1024)]
		out := steps[:len(part)]
		var all uint64
		for i, k := range part {
			step := uint64(k) - uint64(prev) - 1 // 0 or less wraps around
			out[i] = uint16(step)
			all |= step
			prev = k
		}
		if all>>16 != 0 {
			return false
		}
		rest, steps = rest[len(part):], steps[len(part):]
	}
	return prev >= keys[0]
}

func rises(keys []int64) bool {
	prev := keys[0]
	for _, k := range keys[1:] {
		if k <= prev {
			return false
		}
		prev = k
	}
	return true
}

func (a *ascents) merge(o *ascents) {
	a.runs = append(a.runs, o.runs...)
	a.held += o.held
}

// apart says whether the batches' keys do not overlap.
func (a *ascents) apart() bool {
	slices.SortFunc(a.runs, func(x, y ascent) int { return cmp.Compare(x.first, y.first) })
	for i := 1; i < len(a.runs); i++ {
		if a.runs[i].first <= a.runs[i-1].last {
			return false
		}
	}
	return true
}

// spill hands all keys to a log.
func (a *ascents) spill(l *key.Log) error {
	for i, r := range a.runs {
		k := r.first
		if err := l.AddWord(uint64(k), r.row); err != nil {
			return err
		}
		for j, step := range r.steps {
			k += int64(step) + 1
			if err := l.AddWord(uint64(k), r.row+int64(j)+1); err != nil {
				return err
			}
		}
		for j, k := range r.keys[min(1, len(r.keys)):] {
			if err := l.AddWord(uint64(k), r.row+int64(j)+1); err != nil {
				return err
			}
		}
		a.runs[i] = ascent{}
	}
	a.runs, a.held = nil, 0
	return nil
}
