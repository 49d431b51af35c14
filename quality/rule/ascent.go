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
}

type ascent struct {
	row  int64
	keys []int64
}

// take keeps a batch when every row applies and its keys rise; it says whether
// it did.
func (a *ascents) take(v *view, c *column, applies bitmap) bool {
	if c.codes != nil || c.kind != kindInt && c.kind != kindUint || applies.count() != int64(v.n) {
		return false
	}
	keys := c.ints[:v.n]
	prev := keys[0]
	for _, k := range keys[1:] {
		if k <= prev {
			return false
		}
		prev = k
	}
	if a.held+int64(len(keys))*8 > a.limit {
		return false
	}
	a.held += int64(len(keys)) * 8
	a.runs = append(a.runs, ascent{v.first, slices.Clone(keys)})
	return true
}

func (a *ascents) merge(o *ascents) {
	a.runs = append(a.runs, o.runs...)
	a.held += o.held
}

// apart says whether the batches' keys do not overlap.
func (a *ascents) apart() bool {
	slices.SortFunc(a.runs, func(x, y ascent) int { return cmp.Compare(x.keys[0], y.keys[0]) })
	for i := 1; i < len(a.runs); i++ {
		last := a.runs[i-1].keys
		if a.runs[i].keys[0] <= last[len(last)-1] {
			return false
		}
	}
	return true
}

// spill hands all keys to a log.
func (a *ascents) spill(l *key.Log) error {
	for i, r := range a.runs {
		for j, k := range r.keys {
			if err := l.AddWord(uint64(k), r.row+int64(j)); err != nil {
				return err
			}
		}
		a.runs[i].keys = nil
	}
	a.runs, a.held = nil, 0
	return nil
}
