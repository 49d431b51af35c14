package profile

import (
	"cmp"
	"math"
	"slices"
)

// sampleView is the sample in columns, in order of the rows' hash, with whole
// weights. It is what every question about several columns is asked of.
type sampleView struct {
	rows   int
	weight []uint64
	cols   []viewColumn
}

type viewColumn struct {
	*sampleColumn
	order []int32 // sample rows in view order
}

func (s *sample) view() *sampleView {
	e := s.entries()
	v := &sampleView{rows: len(e), weight: make([]uint64, len(e))}
	order := make([]int32, len(e))
	for i, x := range e {
		v.weight[i] = x.n
		order[i] = x.ref
	}
	v.cols = make([]viewColumn, len(s.cols))
	for i := range s.cols {
		v.cols[i] = viewColumn{&s.cols[i], order}
	}
	return v
}

// total is the number of rows that the sample stands for: equal rows are kept
// once, with their number.
func (v *sampleView) total() uint64 {
	var n uint64
	for _, w := range v.weight {
		n += w
	}
	return n
}

func (c viewColumn) at(i int) (valid bool, key uint64) {
	r := c.order[i]
	return c.valid[r], c.keys[r]
}

// leastSeen is how often a value must be in the sample to be listed. At five
// the 95 % interval of its share excludes a third and triple of it.
const leastSeen = 5

func (v *sampleView) top(c *column, i int, valid int64) []Value {
	col := v.cols[i]
	type seen struct {
		key, n uint64
		row    int
	}
	at := map[uint64]int{}
	var all []seen
	var total uint64
	for r := range v.rows {
		ok, key := col.at(r)
		if !ok {
			continue
		}
		total += v.weight[r]
		j, known := at[key]
		if !known {
			j = len(all)
			at[key] = j
			all = append(all, seen{key: key, row: r})
		}
		all[j].n += v.weight[r]
	}
	slices.SortFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.key, b.key))
	})
	var out []Value
	for _, x := range all[:min(len(all), topValues)] {
		if x.n < leastSeen {
			break
		}
		share := float64(x.n) / float64(total)
		val := Value{Share: share, Count: int64(math.Round(share * float64(valid)))}
		if col.text() {
			val.Text = showText(col.arena.bytes(col.refs[col.order[x.row]]))
		} else {
			val.Text = c.show(x.key)
		}
		out = append(out, val)
	}
	return out
}
