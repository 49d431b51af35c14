package profile

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// What makes two columns a foreign key and its target.
const (
	leastContained = 0.98
	leastCompared  = 10 // different values of the child that could be missing
)

// References proposes foreign keys between tables: a child column whose
// different values are nearly all found in a column without repeats of another
// table (or of the same one). Values that both sketches must have counted are
// compared, so that the share is measured and not guessed.
func References(tables map[string]*State) []Reference {
	var out []Reference
	names := slices.Sorted(maps.Keys(tables))
	for _, to := range names {
		for _, parent := range tables[to].cols {
			if parent.nulls > 0 || !parent.mayBeKey() || !parent.looksUnique() {
				continue
			}
			for _, from := range names {
				for _, child := range tables[from].cols {
					if child == parent || child.kind != parent.kind || child.domain != parent.domain || !child.mayBeKey() {
						continue
					}
					if r, ok := contained(child, parent); ok {
						r.Table, r.ToTable = from, to
						out = append(out, r)
					}
				}
			}
		}
	}
	return bestTargets(out)
}

// mayBeKey leaves out what is never a key: measures, times and nested values.
func (c *column) mayBeKey() bool {
	return c.kind == KindText || c.kind == KindBytes || c.kind == KindInt && c.decimals == 0
}

func contained(child, parent *column) (Reference, bool) {
	ce, pe := child.values.entries(), parent.values.entries()
	limit := uint64(math.MaxUint64)
	if child.values.over {
		limit = ce[len(ce)-1].h
	}
	if parent.values.over {
		limit = min(limit, pe[len(pe)-1].h)
	}
	var found, all int64
	for _, s := range ce {
		if s.h > limit {
			break
		}
		all++
		for len(pe) > 0 && pe[0].h < s.h {
			pe = pe[1:]
		}
		if len(pe) > 0 && pe[0].h == s.h {
			found++
		}
	}
	r := Reference{Column: child.field.Name, ToColumn: parent.field.Name, Compared: all}
	if all < leastCompared || float64(found) < leastContained*float64(all) {
		return r, false
	}
	r.Contained = float64(found) / float64(all)
	if child.kind == KindInt && r.unlikely(child, parent) {
		return r, false
	}
	return r, true
}

// unlikely says that small numbers of a child, such as counts or ages, lie in
// a parent that numbers its rows, without a name in common.
func (r Reference) unlikely(child, parent *column) bool {
	pn, _, _ := parent.accumulated()
	cn, _, _ := child.accumulated()
	dense := float64(pn.max-pn.min)+1 <= 2*float64(pn.finite)
	if !dense {
		return false
	}
	if related(child.field.Name, parent.field.Name) {
		return false
	}
	// A child that fills most of the parent's range is still a reference.
	return float64(cn.max-cn.min) < 0.5*float64(pn.max-pn.min)
}

// related says whether two names have a word in common that means something:
// every key is an id.
func related(a, b string) bool {
	words := wordsOf(a)
	return slices.ContainsFunc(wordsOf(b), func(w string) bool {
		return slices.Contains(words, w) && !slices.Contains([]string{"id", "ids", "key", "no", "nr", "num", "number", "code", "ref"}, w)
	})
}

// bestTargets keeps one target a child column: one of the same name before one
// of a related name or table before others, then the one that holds most, and
// of equals the one in another table.
func bestTargets(refs []Reference) []Reference {
	slices.SortStableFunc(refs, func(a, b Reference) int {
		self := func(r Reference) int {
			if r.Table == r.ToTable {
				return 1
			}
			return 0
		}
		name := func(r Reference) int {
			switch {
			case r.Column == r.ToColumn:
				return 0
			case related(r.Column, r.ToColumn) || related(r.Column, r.ToTable):
				return 1
			}
			return 2
		}
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column),
			cmp.Compare(name(a), name(b)), cmp.Compare(b.Contained, a.Contained), cmp.Compare(self(a), self(b)), cmp.Compare(b.Compared, a.Compared))
	})
	return slices.CompactFunc(refs, func(a, b Reference) bool { return a.Table == b.Table && a.Column == b.Column })
}
