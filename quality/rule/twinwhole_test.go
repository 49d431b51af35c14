package rule

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"
)

// fact is a check of a column as a whole; NaN from f means that it has no
// answer.
func fact(on, check string, lo, hi float64, f func(xs []float64) float64) twin {
	return twin{on, check, func(_ *world, rows []row) found {
		xs := finites(rows, on)
		if len(xs) == 0 || math.IsNaN(f(xs)) {
			return cannot
		}
		return measure(f(xs), lo, hi)
	}}
}

func varianceOf(xs []float64) float64 {
	if len(xs) < 2 {
		return math.NaN()
	}
	return central(xs, 2) * float64(len(xs)) / float64(len(xs)-1)
}

// central is the k-th central moment; 0 where all values are the same.
func central(xs []float64, k float64) float64 {
	if slices.Min(xs) == slices.Max(xs) {
		return 0
	}
	m, s := meanOf(xs), 0.
	for _, x := range xs {
		s += math.Pow(x-m, k)
	}
	return s / float64(len(xs))
}

// shares counts the values that are not null, by value.
func shares(rows []row, on string) (map[string]float64, float64) {
	out, n := map[string]float64{}, 0.
	for _, r := range rows {
		if k, ok := keyOf(r, false, on); ok {
			out[k]++
			n++
		}
	}
	return out, n
}

func ofShares(on, check string, lo, hi float64, f func(counts map[string]float64, n float64) float64) twin {
	return twin{on, check, func(_ *world, rows []row) found {
		counts, n := shares(rows, on)
		if n == 0 {
			return cannot
		}
		return measure(f(counts, n), lo, hi)
	}}
}

func entropyOf(counts map[string]float64, n float64) float64 {
	h := 0.
	for _, k := range counts {
		h -= k / n * math.Log2(k/n)
	}
	return h
}

func topOf(counts map[string]float64, n float64) float64 {
	most := 0.
	for _, k := range counts {
		most = max(most, k)
	}
	return most / n
}

func aggregateTwins() []twin {
	sd := func(xs []float64) float64 { return math.Sqrt(varianceOf(xs)) }
	moment := func(k float64, off float64) func(xs []float64) float64 {
		return func(xs []float64) float64 { return central(xs, k)/math.Pow(central(xs, 2), k/2) - off }
	}
	inf := math.Inf(1)
	return []twin{
		fact("y", "min: [-20, 100]", -20, 100, slices.Min[[]float64]),
		fact("x", "max: [null, 9]", -inf, 9, slices.Max[[]float64]),
		fact("ts", "min: [2026-06-21, null]", float64(time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC).Unix()), inf, slices.Min[[]float64]),
		fact("d", "max: [2026-05-01, 2026-06-08]", float64(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).Unix()), float64(time.Date(2026, 6, 8, 0, 0, 0, 0, time.UTC).Unix()), slices.Max[[]float64]),
		fact("x", "range: [0, 20]", 0, 20, func(xs []float64) float64 { return slices.Max(xs) - slices.Min(xs) }),
		fact("m", "sum: [0, null]", 0, inf, sumOf),
		fact("x", "sum: [0, null]", 0, inf, sumOf),
		fact("x", "mean: [-1, 0.3]", -1, 0.3, meanOf),
		fact("n", "mean: [1, 2]", 1, 2, meanOf),
		fact("x", "stdev: [0, 5]", 0, 5, sd),
		fact("n", "variance: [0, 12]", 0, 12, varianceOf),
		fact("zz", "skewness: [0, 0.9]", 0, 0.9, moment(3, 0)),
		fact("x", "kurtosis: [-2, 0.1]", -2, 0.1, moment(4, 3)),
		fact("x", "median: [-0.5, 0.2]", -0.5, 0.2, func(xs []float64) float64 { return quantileOf(xs, 0.5) }),
		fact("d", "median: [2026-05-20, null]", float64(time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC).Unix()), inf, func(xs []float64) float64 { return quantileOf(xs, 0.5) }),
		fact("zz", "quantile: {p: 0.9, between: [0, 30]}", 0, 30, func(xs []float64) float64 { return quantileOf(xs, 0.9) }),
		fact("n", "iqr: [0, 6]", 0, 6, func(xs []float64) float64 { return quantileOf(xs, 0.75) - quantileOf(xs, 0.25) }),
		ofShares("x", "zeros: 0.1", 0, 0.1, func(c map[string]float64, n float64) float64 { return c[`|float64 "0"`] / n }),
		ofShares("n", "zeros: [0.05, 0.2]", 0.05, 0.2, func(c map[string]float64, n float64) float64 { return c[`|int64 "0"`] / n }),
		ofShares("s", "entropy: [1, 2.2]", 1, 2.2, entropyOf),
		ofShares("x", "entropy: [1, 7]", 1, 7, entropyOf),
		ofShares("s", "top_share: 0.3", 0, 0.3, topOf),
		ofShares("n", "top_share: [0.1, 0.5]", 0.1, 0.5, topOf),
		{"s", "mode_in: [a, b]", func(_ *world, rows []row) found {
			counts, n := shares(rows, "s")
			if n == 0 {
				return cannot
			}
			in, out := 0., 0.
			for k, c := range counts {
				if k == `|string "a"` || k == `|string "b"` {
					in = max(in, c)
				} else {
					out = max(out, c)
				}
			}
			f := says(in > out)
			f.near = in == out
			return f
		}},
		{"y", "histogram: {edges: [-5, 0, 5], shares: [[0, 0.3], [0.1, 0.7]]}", func(_ *world, rows []row) found {
			xs := finites(rows, "y")
			if len(xs) == 0 {
				return cannot
			}
			var low, high float64
			for _, x := range xs {
				if x >= -5 && x < 0 {
					low++
				} else if x >= 0 && x <= 5 {
					high++
				}
			}
			n := float64(len(xs))
			return says(low/n >= 0 && low/n <= 0.3 && high/n >= 0.1 && high/n <= 0.7)
		}},
		{"", "row_count: [2, 200]", func(_ *world, rows []row) found { return measure(float64(len(rows)), 2, 200) }},
		{"n", "completeness: 0.8", func(_ *world, rows []row) found {
			if len(rows) == 0 {
				return cannot
			}
			_, n := shares(rows, "n")
			return measure(n/float64(len(rows)), 0.8, 1)
		}},
		{"", "ratio_of_sums: {of: x, to: z, between: [-0.1, 0.1]}", func(_ *world, rows []row) found {
			xs, zs := finites(rows, "x"), finites(rows, "z")
			if len(xs) == 0 || len(zs) == 0 {
				return cannot
			}
			return measure(sumOf(xs)/sumOf(zs), -0.1, 0.1)
		}},
		{"", "functional_dependency: {from: [s, k], to: c, g3: 0.4}", func(_ *world, rows []row) found {
			groups, n := map[string]map[string]int{}, 0.
			for _, r := range rows {
				from, ok := keyOf(r, false, "s", "k")
				to, both := keyOf(r, false, "c")
				if !ok || !both {
					continue
				}
				if groups[from] == nil {
					groups[from] = map[string]int{}
				}
				groups[from][to]++
				n++
			}
			if n == 0 {
				return cannot
			}
			kept := 0
			for _, g := range groups {
				most := 0
				for _, k := range g {
					most = max(most, k)
				}
				kept += most
			}
			return measure(1-float64(kept)/n, 0, 0.4)
		}},
	}
}

// buckets counts values by steps of a width, from the least to the greatest.
func buckets(xs []float64, width float64) []int {
	lo, hi := math.Floor(slices.Min(xs)/width), math.Floor(slices.Max(xs)/width)
	out := make([]int, int(hi-lo)+1)
	for _, x := range xs {
		out[int(math.Floor(x/width)-lo)]++
	}
	return out
}

func timeTwins() []twin {
	gaps := func(on, check string, width float64) twin {
		return fact(on, check, 0, 0, func(xs []float64) float64 {
			n := 0.
			for _, k := range buckets(xs, width) {
				if k == 0 {
					n++
				}
			}
			return n
		})
	}
	return []twin{
		gaps("ts", "no_gaps: 6h", 6*3600),
		gaps("d", "no_gaps: 48h", 48*3600),
		gaps("g", "no_gaps: 5", 5),
		gaps("n", "sequence: true", 1),
		fact("ts", "volume: {every: 24h, between: [1, 30]}", 0, 0, func(xs []float64) float64 {
			b := buckets(xs, 86400)
			if len(b) < 3 {
				return math.NaN()
			}
			n := 0.
			for _, k := range b[1 : len(b)-1] {
				if k < 1 || k > 30 {
					n++
				}
			}
			return n
		}),
		fact("ts", "freshness: 12h", -math.MaxFloat64, 12*3600, func(xs []float64) float64 { return float64(twinNow.Unix()) - slices.Max(xs) }),
	}
}

// runTwins look at earlier runs: row counts, whatever where says.
func runTwins() []twin {
	var fields []string
	return []twin{
		{"", "change: {metric: row_count, max: 0.05}", func(w *world, _ []row) found {
			if len(w.past) == 0 {
				return found{learning: true}
			}
			last := w.past[len(w.past)-1]
			return measure(math.Abs(float64(len(w.tables["t"]))-last)/last, 0, 0.05)
		}},
		{"", "anomaly: {metric: row_count, k: 2, change: 0.01}", func(w *world, _ []row) found {
			if len(w.past) < 7 {
				return found{learning: true}
			}
			middle := func(xs []float64) float64 {
				s := slices.SortedFunc(slices.Values(xs), cmp.Compare[float64])
				return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
			}
			mid := middle(w.past)
			var off []float64
			for _, x := range w.past {
				off = append(off, math.Abs(x-mid))
			}
			spread := 1.4826 * middle(off)
			if spread == 0 {
				spread = 1.2533 * meanOf(off)
			}
			now := float64(len(w.tables["t"]))
			f := says(math.Abs(now-mid) <= 2*spread || math.Abs(now-mid) <= 0.01*mid)
			f.observed, f.slack = now, 0
			return f
		}},
		{"", "schema_unchanged: true", func(w *world, _ []row) found {
			if len(w.past) == 0 {
				return found{learning: true}
			}
			fields = fields[:0]
			for _, f := range w.schemas["t"].Fields() {
				fields = append(fields, f.Name+" "+f.Type.String())
			}
			return says(slices.Equal(fields, w.fields))
		}},
	}
}

// leadingDigit is the first digit of a number as it is written, 0 for none.
func leadingDigit(x float64) int {
	for _, c := range strconv.FormatFloat(math.Abs(x), 'e', -1, 64) {
		if c >= '1' && c <= '9' {
			return int(c - '0')
		}
		if c != '0' {
			return 0
		}
	}
	return 0
}
