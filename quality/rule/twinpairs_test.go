package rule

import (
	"fmt"
	"math"
	"slices"
)

// pairTwins judge two columns, null being a class of its own; with few rows or
// one value only they have no answer.
func pairTwins() []twin {
	numbers := func(check, a, b string, lo, hi float64, ranks bool) twin {
		return twin{"", fmt.Sprintf("%s: {columns: [%s, %s], between: [%g, %g]}", check, a, b, lo, hi), func(_ *world, rows []row) found {
			ra, rb := ranksOf(rows, a), ranksOf(rows, b)
			if len(rows) < 50 || len(ra.values) < 2 || len(rb.values) < 2 {
				return cannot
			}
			var xs, ys []float64
			for _, r := range rows {
				x, _ := numberIn(r.v[a])
				y, _ := numberIn(r.v[b])
				if ranks {
					x, y = ra.rank(x), rb.rank(y)
				}
				if !math.IsNaN(x+y) && !math.IsInf(x+y, 0) {
					xs, ys = append(xs, x), append(ys, y)
				}
			}
			mx, my := meanOf(xs), meanOf(ys)
			var xy, xx, yy float64
			for i := range xs {
				xy += (xs[i] - mx) * (ys[i] - my)
				xx += (xs[i] - mx) * (xs[i] - mx)
				yy += (ys[i] - my) * (ys[i] - my)
			}
			if xx == 0 || yy == 0 { // SUITE.md: 0 where rows with both have one value only
				return measure(0, lo, hi)
			}
			return measure(xy/math.Sqrt(xx*yy), lo, hi)
		}}
	}
	classes := func(check string, lo, hi float64, f func(joint map[[2]string]float64, a, b map[string]float64, n float64) float64) twin {
		return twin{"", fmt.Sprintf("%s: {columns: [s, c], between: [%g, %g]}", check, lo, hi), func(_ *world, rows []row) found {
			joint, a, b := map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
			values := [2]map[any]bool{{}, {}}
			for _, r := range rows {
				x, y := fmt.Sprint(r.v["s"]), fmt.Sprint(r.v["c"])
				joint[[2]string{x, y}]++
				a[x]++
				b[y]++
				values[0][r.v["s"]], values[1][r.v["c"]] = !r.null("s"), !r.null("c")
			}
			for _, v := range values {
				delete(v, nil)
				if len(v) < 2 {
					return cannot
				}
			}
			if len(rows) < 50 {
				return cannot
			}
			return measure(f(joint, a, b, float64(len(rows))), lo, hi)
		}}
	}
	return []twin{
		numbers("correlation", "z", "zz", 0.87, 1, false),
		numbers("correlation", "x", "y", 0.9, 1, false),
		numbers("rank_correlation", "z", "zz", 0.87, 1, true),
		numbers("rank_correlation", "x", "y", 0.9, 1, true),
		classes("mutual_information", 0, 0.004, func(joint map[[2]string]float64, a, b map[string]float64, n float64) float64 {
			h := func(p float64) float64 { return -p * math.Log(p) }
			mi := 0.
			for _, k := range a {
				mi += h(k / n)
			}
			for _, k := range b {
				mi += h(k / n)
			}
			for _, k := range joint {
				mi -= h(k / n)
			}
			// Miller and Madow: an entropy is too low by (cells-1)/2n.
			return max(0, mi+float64(len(a)+len(b)-len(joint)-1)/(2*n))
		}),
		classes("cramers_v", 0, 0.05, func(joint map[[2]string]float64, a, b map[string]float64, n float64) float64 {
			chi := 0.
			for x, na := range a {
				for y, nb := range b {
					e := na * nb / n
					chi += math.Pow(joint[[2]string{x, y}]-e, 2) / e
				}
			}
			k, l := float64(len(a)), float64(len(b))
			phi := max(0, chi/n-(k-1)*(l-1)/(n-1))
			return math.Sqrt(phi / min(k-1-math.Pow(k-1, 2)/(n-1), l-1-math.Pow(l-1, 2)/(n-1)))
		}),
	}
}

type ranking struct{ values []float64 }

// ranksOf holds a column's numbers; NaN has no rank.
func ranksOf(rows []row, col string) ranking {
	var out ranking
	for _, r := range rows {
		if x, ok := numberIn(r.v[col]); ok && !math.IsNaN(x) {
			out.values = append(out.values, x)
		}
	}
	if len(out.values) > 0 && slices.Min(out.values) == slices.Max(out.values) {
		out.values = out.values[:1]
	}
	return out
}

func (k ranking) rank(x float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	less, same := 0., 0.
	for _, y := range k.values {
		if y < x {
			less++
		} else if y == x {
			same++
		}
	}
	return less + (same+1)/2
}
