package profile

import (
	"cmp"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// The methods of this file look a single fact up. Columns are numbered as in
// the schema; Profile computes everything at once.

// Column is a short description of column i, without the facts that take a
// look at several columns.
func (s *State) Column(i int) Column {
	return s.describe(s.cols[i], s.sample.view(), i)
}

// Nulls is the number of nulls of column i.
func (s *State) Nulls(i int) int64 { return int64(s.cols[i].nulls) }

// Values lists the counted values of column i, the most frequent first. If
// exact is false they are a fair sample of the different values, each with the
// number of all its occurrences.
func (s *State) Values(i int) (values []Value, exact bool) {
	c := s.cols[i]
	if c.kind == KindNested || c.text() && c.arena.bare {
		return nil, false
	}
	e := c.values.entries()
	slices.SortFunc(e, func(a, b slot) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.h, b.h)) })
	valid := float64(s.rows - c.nulls)
	out := make([]Value, len(e))
	for j, x := range e {
		v := Value{Count: int64(x.n), Share: float64(x.n) / valid, Exact: true}
		if c.text() { // as it is, not as it is shown
			v.Text = string(c.arena.bytes(x.ref))
		} else {
			v.Text = c.show(unmix(x.h))
		}
		out[j] = v
	}
	return out, !c.values.over
}

// LooksUnique says whether no counted value of column i occurs twice: of all
// values if there are few, of a sample of the values otherwise.
func (s *State) LooksUnique(i int) bool {
	return s.cols[i].kind != KindNested && s.cols[i].looksUnique()
}

// Within counts the finite values of column i that lie in [lo, hi], to the
// resolution of the column's quantiles, and all finite ones.
func (s *State) Within(i int, lo, hi float64) (inside, all int64) {
	c := s.cols[i]
	num, _, _ := c.accumulated()
	if num == nil {
		return 0, 0
	}
	for _, x := range c.cells(num) {
		v, e := c.middle(x)
		if v+e >= lo && v-e <= hi {
			inside += int64(x.n)
		}
	}
	return inside, int64(num.finite)
}

// Ends are the smallest and the largest finite value of column i; ok is false
// where there is none.
func (s *State) Ends(i int) (lo, hi float64, ok bool) {
	c := s.cols[i]
	num, _, _ := c.accumulated()
	if num == nil || num.finite == 0 {
		return 0, 0, false
	}
	return c.number(num.min), c.number(num.max), true
}

// Quantile is the p-quantile of the finite values of column i, 0 without any.
func (s *State) Quantile(i int, p float64) Quantile {
	c := s.cols[i]
	num, _, _ := c.accumulated()
	if num == nil || num.finite == 0 {
		return Quantile{P: p, Value: math.NaN()}
	}
	v, e := c.middle(quantile(c.cells(num), int64(num.finite), p))
	return Quantile{P: p, Value: v, Error: e}
}

// Holds measures the share of rows that keep a dependency, on the sample: how
// many rows agree with the commonest value of their group in ref's sample, of
// those whose group is known there.
func (s *State) Holds(ref *State, from []string, to string) (kept, tested int64) {
	cols := make([]int, 0, len(from)+1)
	for _, name := range append(slices.Clone(from), to) {
		idx := s.schema.FieldIndices(name)
		if len(idx) != 1 {
			return 0, 0
		}
		cols = append(cols, idx[0])
	}
	last := len(cols) - 1
	key := func(v *sampleView, r int) (group, value uint64) {
		h := uint64(pi3)
		for _, i := range cols[:last] {
			ok, k := v.cols[i].at(r)
			if !ok {
				k = nullHash
			}
			h = mix(h ^ mix(k))
		}
		ok, k := v.cols[cols[last]].at(r)
		if !ok {
			k = nullHash
		}
		return h, k
	}
	known := map[uint64]map[uint64]int64{}
	rv := ref.sample.view()
	for r := range rv.rows {
		g, k := key(rv, r)
		if known[g] == nil {
			known[g] = map[uint64]int64{}
		}
		known[g][k]++
	}
	v := s.sample.view()
	for r := range v.rows {
		g, k := key(v, r)
		group, ok := known[g]
		if !ok {
			continue
		}
		tested++
		most := int64(0)
		for _, n := range group {
			most = max(most, n)
		}
		if group[k] == most {
			kept++
		}
	}
	return kept, tested
}

// Numbers appends the values of a numeric array that are not null to out:
// seconds for times and spans. Of other arrays it appends nothing.
func Numbers(a arrow.Array, out []float64) []float64 {
	p := planOf(a.DataType())
	if !p.numeric() {
		return out
	}
	var keys [512]uint64
	for lo := 0; lo < a.Len(); lo += len(keys) {
		hi := min(lo+len(keys), a.Len())
		switch d := a.(type) {
		case *array.Dictionary:
			for i := lo; i < hi; i++ {
				if d.IsNull(i) {
					continue
				}
				if j := d.GetValueIndex(i); d.Dictionary().IsValid(j) {
					readKeys(p, d.Dictionary(), j, j+1, keys[:1])
					out = append(out, p.number(keys[0]))
				}
			}
			continue
		case array.ExtensionArray:
			return Numbers(d.Storage(), out)
		}
		readKeys(p, a, lo, hi, keys[:hi-lo])
		for i := lo; i < hi; i++ {
			if a.IsValid(i) {
				out = append(out, p.number(keys[i-lo]))
			}
		}
	}
	return out
}
