package spec

import (
	"fmt"
	"sort"

	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/rng"
)

// counts says how many children a parent has.
type counts struct {
	steps     *dist.Steps // nil: fixed
	values    []int64     // of the steps; nil: the step itself
	offset    int64
	fixed     int64
	min, max  int64
	hasBounds bool
}

func (c *counts) of(draw uint64) int64 {
	if c.steps == nil {
		return c.fixed
	}
	v := int64(c.steps.At(draw))
	if c.values != nil {
		v = c.values[v]
	}
	v += c.offset
	if c.hasBounds {
		v = min(max(v, c.min), c.max)
	}
	return v
}

// blockParents is how many parents share a stored sum: 8 bytes for each block,
// and a walk of at most so many draws to find a row.
const blockParents = 256

// maxCounted is how many parents are counted one by one: half a minute.
const maxCounted = 1 << 32

// family finds the children of parents and the parents of children, which lie
// in the order of their parents.
type family struct {
	counts
	key     rng.Key
	parents int64
	total   int64
	starts  []int64 // the first child of each block's first parent; nil: fixed
}

func newFamily(c counts, key rng.Key, parents int64) (*family, error) {
	f := &family{counts: c, key: key, parents: parents}
	if c.steps == nil {
		if c.fixed > 0 && parents > maxRows/c.fixed {
			return nil, fmt.Errorf("there would be more than 2^50")
		}
		f.total = parents * c.fixed
		return f, nil
	}
	if parents > maxCounted {
		return nil, fmt.Errorf("counts that differ are possible for up to %d parents, and there are %d; give each the same number", int64(maxCounted), parents)
	}
	f.starts = make([]int64, 0, parents/blockParents+1)
	for p := int64(0); p < parents; p++ {
		if p%blockParents == 0 {
			f.starts = append(f.starts, f.total)
		}
		if f.total += f.of(key.Uint64(uint64(p))); f.total > maxRows {
			return nil, fmt.Errorf("there would be more than 2^50")
		}
	}
	return f, nil
}

// children is the number of a parent's children.
func (f *family) children(parent int64) int64 { return f.of(f.key.Uint64(uint64(parent))) }

// start is the first child of a parent, or where it would be.
func (f *family) start(parent int64) int64 {
	if f.starts == nil {
		return parent * f.fixed
	}
	if parent >= f.parents {
		return f.total
	}
	b := parent / blockParents
	at := f.starts[b]
	for p := b * blockParents; p < parent; p++ {
		at += f.children(p)
	}
	return at
}

// locate finds the parent of a child row, and that parent's first child.
func (f *family) locate(row int64) (parent, start int64) {
	if f.starts == nil {
		p := row / f.fixed
		return p, p * f.fixed
	}
	b := int64(sort.Search(len(f.starts), func(i int) bool { return f.starts[i] > row })) - 1
	at := f.starts[b]
	for p := b * blockParents; ; p++ {
		n := f.children(p)
		if row < at+n {
			return p, at
		}
		at += n
	}
}

// kin says of child rows who their parents are (row numbers), which child each
// is (from 0), and how many there are.
type kin struct{ parent, nth, of []int64 }

// kin fills the kin of n rows: from first on, or those listed.
func (f *family) kin(k *kin, first int64, rows []int64, n int) {
	parent, start, count := int64(-1), int64(0), int64(0)
	for i := range n {
		row := first + int64(i)
		if rows != nil {
			row = rows[i]
		}
		if row < start || row >= start+count {
			if parent >= 0 && row == start+count && f.starts != nil { // the next parent with children
				for start += count; ; start += count {
					parent++
					if count = f.children(parent); count > 0 {
						break
					}
				}
			} else {
				parent, start = f.locate(row)
				count = f.children(parent)
			}
		}
		k.parent[i], k.nth[i], k.of[i] = parent, row-start, count
	}
}
