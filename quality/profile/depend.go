package profile

import (
	"cmp"
	"slices"
)

// What makes a dependency worth telling.
const (
	mostG3       = 0.05 // share of rows against it
	leastGroup   = 5    // rows a group, on average, so that it could have failed
	leastMuPlus  = 0.8
	dependRows   = 200
	listedDepend = 64
)

// findDependencies looks for columns that decide others, alone or in pairs, on
// the sample. A dependency must hold but for mostG3 of the rows, and beyond
// what a column of so many groups would reach by luck: mu+ is the corrected
// pdep of Piatetsky-Shapiro and Matheus (1993), as Papenbrock et al. rate it.
func (s *State) findDependencies(v *sampleView) []Dependency {
	if v.rows < dependRows {
		return nil
	}
	var cols []int
	ids := make([][]int32, len(s.cols))
	groups := make([]int, len(s.cols))
	for i, c := range s.cols {
		if c.kind == KindNested {
			continue
		}
		ids[i], groups[i] = v.groups(i)
		if groups[i] > 1 && len(cols) < pairColumns {
			cols = append(cols, i)
		}
	}
	var out []Dependency
	decided := map[[2]int]bool{}
	for _, a := range cols {
		if groups[a]*leastGroup > v.rows {
			continue
		}
		for _, b := range cols {
			if a == b {
				continue
			}
			if d, ok := v.dependency(ids[a], groups[a], ids[b], groups[b]); ok {
				decided[[2]int{a, b}] = true
				d.From, d.To = []string{s.cols[a].field.Name}, s.cols[b].field.Name
				out = append(out, d)
			}
		}
	}
	const pairFrom = 16 // pairs of few columns only: they grow with the cube
	if len(cols) <= pairFrom {
		out = append(out, s.pairDependencies(v, cols, ids, groups, decided)...)
	}
	slices.SortStableFunc(out, func(x, y Dependency) int {
		return cmp.Or(cmp.Compare(len(x.From), len(y.From)), cmp.Compare(x.G3, y.G3))
	})
	return out[:min(len(out), listedDepend)]
}

// pairDependencies tries pairs of which neither column decides alone, and that
// do not hold the same knowledge twice.
func (s *State) pairDependencies(v *sampleView, cols []int, ids [][]int32, groups []int, decided map[[2]int]bool) []Dependency {
	var out []Dependency
	for i, a := range cols {
		for _, b := range cols[i+1:] {
			if decided[[2]int{a, b}] || decided[[2]int{b, a}] || max(groups[a], groups[b])*leastGroup > v.rows {
				continue
			}
			both, n := joinGroups(ids[a], ids[b])
			if n*leastGroup > v.rows {
				continue
			}
			for _, to := range cols {
				if to == a || to == b || decided[[2]int{a, to}] || decided[[2]int{b, to}] {
					continue
				}
				if d, ok := v.dependency(both, n, ids[to], groups[to]); ok {
					d.From, d.To = []string{s.cols[a].field.Name, s.cols[b].field.Name}, s.cols[to].field.Name
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// groups numbers a column's different values, null being one of them.
func (v *sampleView) groups(i int) ([]int32, int) {
	known := map[uint64]int32{}
	null := int32(-1)
	out := make([]int32, v.rows)
	n := int32(0)
	for r := range out {
		ok, k := v.cols[i].at(r)
		if !ok {
			if null < 0 {
				null = n
				n++
			}
			out[r] = null
			continue
		}
		id, seen := known[k]
		if !seen {
			id = n
			known[k] = id
			n++
		}
		out[r] = id
	}
	return out, int(n)
}

func joinGroups(a, b []int32) ([]int32, int) {
	known := map[[2]int32]int32{}
	out := make([]int32, len(a))
	for r := range out {
		k := [2]int32{a[r], b[r]}
		id, seen := known[k]
		if !seen {
			id = int32(len(known))
			known[k] = id
		}
		out[r] = id
	}
	return out, len(known)
}

// dependency measures how well groups of a decide b, each sampled row once.
func (v *sampleView) dependency(a []int32, na int, b []int32, nb int) (Dependency, bool) {
	n := float64(len(a))
	joint := make(map[int64]int32, 4*na)
	for r := range a {
		joint[int64(a[r])*int64(nb)+int64(b[r])]++
	}
	// A quick end: an exact dependency has as many pairs as groups, and g3
	// grows by at least one row with each pair more.
	if float64(len(joint)-na) > mostG3*n {
		return Dependency{}, false
	}
	size, top, square := make([]float64, na), make([]float64, na), make([]float64, na)
	for k, c := range joint {
		g, f := k/int64(nb), float64(c)
		size[g] += f
		square[g] += f * f
		top[g] = max(top[g], f)
	}
	var kept, pdep float64
	for g := range size {
		kept += top[g]
		pdep += square[g] / size[g]
	}
	pdep /= n
	d := Dependency{G3: 1 - kept/n, Groups: int64(na), Support: int64(n)}
	if d.G3 > mostG3 {
		return d, false
	}
	share := make([]float64, nb)
	for r := range b {
		share[b[r]]++
	}
	var base float64
	for _, x := range share {
		base += x / n * x / n
	}
	if base >= 1 || n <= float64(na) {
		return d, false
	}
	d.MuPlus = max(0, 1-(1-pdep)/(1-base)*(n-1)/(n-float64(na)))
	return d, d.MuPlus >= leastMuPlus
}

// findKeys lists the columns without nulls whose every counted value occurs
// once. Where all values are counted, or all sampled ones are single, that is
// every row; pairs of columns can only be seen on the sample.
func (s *State) findKeys(v *sampleView) []Key {
	if s.rows < 2 {
		return nil
	}
	var out []Key
	for _, c := range s.cols {
		if c.kind == KindNested || c.kind == KindFloat || c.nulls > 0 {
			continue
		}
		if c.looksUnique() {
			out = append(out, Key{Columns: []string{c.field.Name}, Proven: !c.values.over})
		}
	}
	if len(out) > 0 || v.rows < dependRows {
		return out
	}
	return s.pairKeys(v)
}

// looksUnique says that no counted value occurs twice. With k values counted,
// a column of which a share q of the values repeats passes with (1-q)^k.
func (c *column) looksUnique() bool {
	seen, _ := c.values.smallest()
	for _, e := range seen {
		if e.n > 1 {
			return false
		}
	}
	return c.values.used > 0
}

func (s *State) pairKeys(v *sampleView) []Key {
	var out []Key
	for i, a := range s.cols {
		if a.kind == KindNested || a.kind == KindFloat || a.nulls > 0 {
			continue
		}
		for j := i + 1; j < len(s.cols); j++ {
			b := s.cols[j]
			if b.kind == KindNested || b.kind == KindFloat || b.nulls > 0 {
				continue
			}
			// Two columns cannot tell all rows apart with fewer combinations
			// than rows.
			if a.values.count().Value*b.values.count().Value < float64(s.rows) {
				continue
			}
			ia, _ := v.groups(i)
			ib, _ := v.groups(j)
			if _, n := joinGroups(ia, ib); n == v.rows && !v.repeats() && !s.sample.over {
				out = append(out, Key{Columns: []string{a.field.Name, b.field.Name}, Proven: true})
			}
		}
	}
	return out
}

// repeats says whether any sampled row occurs twice as a whole.
func (v *sampleView) repeats() bool {
	return slices.ContainsFunc(v.weight, func(n uint64) bool { return n > 1 })
}
