package rule

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// keyTwins are the checks of keys and between tables.
func keyTwins() []twin {
	distinct := func(on, check string, nulls, primary bool, cols ...string) twin {
		return twin{on, check, func(w *world, rows []row) found {
			if cols == nil {
				for _, f := range w.schemas["t"].Fields() {
					cols = append(cols, f.Name)
				}
			}
			seen := map[string]bool{}
			return each(rows, func(r row) (bool, bool) {
				k, ok := keyOf(r, nulls, cols...)
				if !ok {
					return primary, false
				}
				again := seen[k]
				seen[k] = true
				return true, !again
			})
		}}
	}
	in := func(on, check string, want bool, cols, other []string) twin {
		return twin{on, check, func(w *world, rows []row) found {
			known := map[string]bool{}
			for _, r := range w.tables["o"] {
				if k, ok := keyOf(r, false, other...); ok {
					known[k] = true
				}
			}
			return each(rows, func(r row) (bool, bool) {
				k, ok := keyOf(r, false, cols...)
				return ok, known[k] == want
			})
		}}
	}
	counts := func(on string, rows []row) map[string]int {
		out := map[string]int{}
		for _, r := range rows {
			if k, ok := keyOf(r, false, on); ok {
				out[k]++
			}
		}
		return out
	}
	ratio := func(on, check string, lo, hi float64, f func(n map[string]int) float64) twin {
		return twin{on, check, func(_ *world, rows []row) found {
			n := counts(on, rows)
			if len(n) == 0 {
				return cannot
			}
			return measure(f(n), lo, hi)
		}}
	}
	// repeats counts what another twin fails.
	repeats := func(tw twin, check string, most float64) twin {
		return twin{tw.on, check, func(w *world, rows []row) found {
			f := tw.judge(w, rows)
			if f.judged == 0 {
				return cannot
			}
			return measure(float64(len(f.failed)), 0, most)
		}}
	}
	near := twin{"w", "", func(_ *world, rows []row) found {
		seen := map[string]bool{}
		return each(rows, func(r row) (bool, bool) {
			s, ok := r.v["w"].(string)
			k := strings.ToLower(strings.Join(strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), ""))
			again := seen[k]
			seen[k] = seen[k] || ok
			return ok, !again
		})
	}}
	return []twin{
		repeats(distinct("", "", true, false), "duplicate_rows: 3", 3),
		repeats(near, "near_duplicates: 20", 20),
		distinct("id", "unique: true", false, false, "id"),
		distinct("x", "unique: true", false, false, "x"),
		distinct("w", "unique: true", false, false, "w"),
		distinct("", "unique: [k, s]", false, false, "k", "s"),
		distinct("", "unique: [x, b]", false, false, "x", "b"),
		distinct("", "primary_key: [n, w]", false, true, "n", "w"),
		distinct("", "distinct_rows: true", true, false),
		{"w", "no_near_duplicates: true", func(_ *world, rows []row) found {
			seen := map[string]bool{}
			return each(rows, func(r row) (bool, bool) {
				s, ok := r.v["w"].(string)
				if !ok {
					return false, false
				}
				k := strings.ToLower(strings.Map(func(c rune) rune {
					if unicode.IsLetter(c) || unicode.IsDigit(c) {
						return c
					}
					return -1
				}, s))
				again := seen[k]
				seen[k] = true
				return true, !again
			})
		}},
		ratio("s", "distinct_count: [2, 6]", 2, 6, func(n map[string]int) float64 { return float64(len(n)) }),
		ratio("x", "distinct_count: [2, 6]", 2, 6, func(n map[string]int) float64 { return float64(len(n)) }),
		ratio("n", "distinct_ratio: [0.2, 1]", 0.2, 1, func(n map[string]int) float64 {
			all := 0
			for _, k := range n {
				all += k
			}
			return float64(len(n)) / float64(all)
		}),
		ratio("y", "single_ratio: [0, 0.8]", 0, 0.8, func(n map[string]int) float64 {
			single := 0
			for _, k := range n {
				if k == 1 {
					single++
				}
			}
			return float64(single) / float64(len(n))
		}),
		in("id", "foreign_key: o.id", true, []string{"id"}, []string{"id"}),
		in("w", "foreign_key: o.w", true, []string{"w"}, []string{"w"}),
		in("", "foreign_key: {columns: [k, s], to: o, key: [k, s]}", true, []string{"k", "s"}, []string{"k", "s"}),
		in("y", "not_in_table: o.y", false, []string{"y"}, []string{"y"}),
		in("", "not_in_table: {columns: [k, s], to: o}", false, []string{"k", "s"}, []string{"k", "s"}),
		in("", "matches_table: {columns: [n, b], to: o}", true, []string{"n", "b"}, []string{"n", "b"}),
		{"k", "references_per_key: {from: o.k, between: [1, 10]}", func(w *world, rows []row) found {
			keys, refs := counts("k", rows), counts("k", w.tables["o"])
			if len(keys) == 0 {
				return cannot
			}
			outside := 0
			for k := range keys {
				if refs[k] < 1 || refs[k] > 10 {
					outside++
				}
			}
			return measure(float64(outside), 0, 0)
		}},
		{"", "row_count_match: {table: o, tolerance: 0.5}", func(w *world, rows []row) found {
			n, o := float64(len(rows)), float64(len(w.tables["o"]))
			f := says(math.Abs(n-o) <= 0.5*o)
			f.observed, f.slack = n/o, 1e-12
			return f
		}},
		match("sum", func(xs []float64) float64 { return sumOf(xs) }),
		match("mean", meanOf),
		match("min", slices.Min[[]float64]),
		match("max", slices.Max[[]float64]),
	}
}

func match(of string, f func(xs []float64) float64) twin {
	return twin{"x", "aggregate_match: {of: " + of + ", to: o.z, tolerance: 0.5}", func(w *world, rows []row) found {
		ours, theirs := finites(rows, "x"), finites(w.tables["o"], "z")
		if len(ours) == 0 || len(theirs) == 0 {
			return cannot
		}
		x, y := f(ours), f(theirs)
		out := says(math.Abs(x-y) <= 0.5*math.Abs(y))
		out.observed, out.slack = x, 1e-9*max(1, math.Abs(x))
		return out
	}}
}

func sumOf(xs []float64) float64 {
	s := 0.
	for _, x := range xs {
		s += x
	}
	return s
}

func meanOf(xs []float64) float64 { return sumOf(xs) / float64(len(xs)) }

// quantileOf is the smallest value with at least p of the values at or below it.
func quantileOf(xs []float64, p float64) float64 {
	s := slices.SortedFunc(slices.Values(xs), cmp.Compare[float64])
	for i, x := range s {
		if float64(i+1) >= p*float64(len(s)) {
			return x
		}
	}
	return math.NaN()
}
