package rule

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

// listedP are the quantiles that a profile lists and that uniform and normal
// look at.
var listedP = [...]float64{0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999}

// drift is a distance from the reference, of which luck is no excuse: alpha is
// 1 in its suite. On few rows even that may not alarm.
func drifts(on, check string, most float64, f func(ref, now []row) float64) twin {
	return twin{on, check, func(w *world, rows []row) found {
		_, n := shares(rows, on)
		if n == 0 || math.IsNaN(f(w.ref, rows)) {
			return cannot
		}
		if math.IsInf(f(w.ref, rows), 1) { // the order of equal categories decides
			return found{whole: true, near: true, observed: math.NaN()}
		}
		out := measure(f(w.ref, rows), 0, most)
		out.near = out.near || n < 30
		out.bad = out.observed > most
		return out
	}}
}

// bin is one category's count in the reference and now; null is one too.
type bin struct{ a, b float64 }

func binsOf(ref, now []row, on string) (bins []bin, n, m float64) {
	count := map[any]*bin{}
	for i, rows := range [][]row{ref, now} {
		for _, r := range rows {
			if count[r.v[on]] == nil {
				count[r.v[on]] = &bin{}
			}
			if i == 0 {
				count[r.v[on]].a++
			} else {
				count[r.v[on]].b++
			}
		}
	}
	for _, b := range count {
		bins = append(bins, *b)
	}
	slices.SortFunc(bins, func(x, y bin) int { return cmp.Compare(y.a+y.b, x.a+x.b) }) // the most frequent first
	return bins, float64(len(ref)), float64(len(now))
}

// pooled joins the categories of which fewer than five rows are expected on
// either side into one, and that with the rarest other while it is too rare.
// It is tied where two categories are the rarest other.
func pooled(bins []bin, n, m float64) (out []bin, tied bool) {
	few := func(b bin) bool { return (b.a+b.b)*min(n, m)/(n+m) < 5 }
	var rest bin
	for _, b := range bins { // the most frequent first
		if few(b) {
			rest.a, rest.b = rest.a+b.a, rest.b+b.b
		} else {
			out = append(out, b)
		}
	}
	switch {
	case rest == bin{}:
	case few(rest) && len(out) > 0:
		k := len(out)
		tied = k > 1 && out[k-1].a+out[k-1].b == out[k-2].a+out[k-2].b
		out[len(out)-1].a += rest.a
		out[len(out)-1].b += rest.b
	default:
		out = append(out, rest)
	}
	return out, tied
}

func chi2Of(bins []bin, n, m float64) float64 {
	x := 0.
	for _, b := range bins {
		ea, eb := (b.a+b.b)*n/(n+m), (b.a+b.b)*m/(n+m)
		x += math.Pow(b.a-ea, 2)/ea + math.Pow(b.b-eb, 2)/eb
	}
	return x
}

func psiOf(bins []bin, n, m float64) (psi, noise float64) {
	k := float64(len(bins))
	for _, b := range bins {
		p, q := (b.a+0.5)/(n+k/2), (b.b+0.5)/(m+k/2)
		psi += (p - q) * math.Log(p/q)
	}
	return psi, (k - 1) * (1/n + 1/m)
}

// ecdf is the share of values at or below x.
func ecdf(xs []float64, x float64) float64 {
	n := 0.
	for _, y := range xs {
		if y <= x {
			n++
		}
	}
	return n / float64(len(xs))
}

func distributionTwins() []twin {
	onBins := func(f func(b bin, n, m float64) float64, last func(sum float64) float64) func(ref, now []row) float64 {
		return func(ref, now []row) float64 {
			bins, n, m := binsOf(ref, now, "s")
			sum := 0.
			for _, b := range bins {
				sum += f(b, n, m)
			}
			return last(sum)
		}
	}
	same := func(x float64) float64 { return x }
	log := func(p, q float64) float64 {
		if p == 0 {
			return 0
		}
		return p * math.Log2(2*p/(p+q)) / 2
	}
	ordered := func(on string, f func(a, b []float64) float64) func(ref, now []row) float64 {
		return func(ref, now []row) float64 {
			a, b := finites(ref, on), finites(now, on)
			if len(a) == 0 || len(b) == 0 {
				return math.NaN()
			}
			return f(a, b)
		}
	}
	ks := func(a, b []float64) float64 {
		d := 0.
		for _, x := range append(slices.Clone(a), b...) {
			d = max(d, math.Abs(ecdf(a, x)-ecdf(b, x)))
		}
		return d
	}
	area := func(a, b []float64) float64 {
		all := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
		sum := 0.
		for i := 1; i < len(all); i++ {
			sum += math.Abs(ecdf(a, all[i-1])-ecdf(b, all[i-1])) * (all[i] - all[i-1])
		}
		if sum == 0 {
			return 0
		}
		if sd := math.Sqrt(varianceOf(a)); sd > 0 {
			return sum / sd
		}
		return math.NaN() // the reference has no spread to measure with
	}
	nulls := func(rows []row, on string) float64 {
		_, n := shares(rows, on)
		return 1 - n/float64(len(rows))
	}
	fresh := func(on string) func(ref, now []row) float64 {
		return func(ref, now []row) float64 {
			known, _ := shares(ref, on)
			counts, n := shares(now, on)
			out := 0.
			for k, c := range counts {
				if known[k] == 0 {
					out += c
				}
			}
			return out / n
		}
	}
	var out []twin
	for _, on := range []string{"y", "x", "n", "ts"} {
		out = append(out, drifts(on, "ks: {max: 0.1, alpha: 1}", 0.1, ordered(on, ks)), drifts(on, "wasserstein: {max: 0.2, alpha: 1}", 0.2, ordered(on, area)))
	}
	return append(out,
		drifts("s", "psi: {max: 0.05, alpha: 1}", 0.05, func(ref, now []row) float64 {
			bins, n, m := binsOf(ref, now, "s")
			bins, tied := pooled(bins, n, m)
			psi, noise := psiOf(bins, n, m)
			if tied {
				return math.Inf(1)
			}
			return psi - noise
		}),
		drifts("s", "kl: {max: 0.03, alpha: 1}", 0.03, func(ref, now []row) float64 {
			bins, n, m := binsOf(ref, now, "s")
			bins, tied := pooled(bins, n, m)
			if tied {
				return math.Inf(1)
			}
			sum, k := 0., float64(len(bins))
			for _, b := range bins {
				was, is := (b.a+0.5)/(n+k/2), (b.b+0.5)/(m+k/2)
				sum += is * math.Log(is/was)
			}
			return sum
		}),
		drifts("s", "chi2: {max: 0.15, alpha: 1}", 0.15, func(ref, now []row) float64 {
			bins, n, m := binsOf(ref, now, "s")
			bins, tied := pooled(bins, n, m)
			if tied {
				return math.Inf(1)
			}
			return math.Sqrt(chi2Of(bins, n, m) / (n + m))
		}),
		drifts("s", "js: {max: 0.1, alpha: 1}", 0.1, onBins(func(b bin, n, m float64) float64 {
			return log(b.a/n, b.b/m) + log(b.b/m, b.a/n)
		}, func(x float64) float64 { return math.Sqrt(max(0, x)) })),
		drifts("s", "hellinger: {max: 0.1, alpha: 1}", 0.1, onBins(func(b bin, n, m float64) float64 {
			return math.Pow(math.Sqrt(b.a/n)-math.Sqrt(b.b/m), 2) / 2
		}, math.Sqrt)),
		drifts("s", "tvd: {max: 0.1, alpha: 1}", 0.1, onBins(func(b bin, n, m float64) float64 { return math.Abs(b.a/n-b.b/m) / 2 }, same)),
		drifts("s", "linf: {max: 0.08, alpha: 1}", 0.08, func(ref, now []row) float64 {
			bins, n, m := binsOf(ref, now, "s")
			most := 0.
			for _, b := range bins {
				most = max(most, math.Abs(b.a/n-b.b/m))
			}
			return most
		}),
		drifts("y", "null_drift: {max: 0.1, alpha: 1}", 0.1, func(ref, now []row) float64 { return math.Abs(nulls(ref, "y") - nulls(now, "y")) }),
		drifts("s", "new_values: 0.1", 0.1, fresh("s")),
		drifts("w", "new_values: 0.01", 0.01, fresh("w")),
		drifts("z", "mean_drift: 0.1", 0.1, ordered("z", func(a, b []float64) float64 { return math.Abs(meanOf(a)-meanOf(b)) / math.Sqrt(varianceOf(a)) })),
		twin{"s", "drift: true", func(w *world, rows []row) found {
			if _, n := shares(rows, "s"); n == 0 {
				return cannot
			}
			bins, n, m := binsOf(w.ref, rows, "s")
			bins, tied := pooled(bins, n, m)
			psi, noise := psiOf(bins, n, m)
			chi := chi2Of(bins, n, m)
			alarm := func(distance, x float64) bool {
				p := 1.
				if len(bins) > 1 {
					p = chiTail(x, len(bins)-1)
				}
				return distance >= 0.1 && p < 0.01/3
			}
			f := says(!alarm(psi-noise, psi*n*m/(n+m)) && !alarm(math.Sqrt(chi/(n+m)), chi))
			f.near = tied
			return f
		}},
		twin{"y", "within_sd: 1.5", func(w *world, rows []row) found {
			ref := finites(w.ref, "y")
			return each(rows, func(r row) (bool, bool) {
				y, ok := numberIn(r.v["y"])
				return ok, math.Abs(y-meanOf(ref)) <= 1.5*math.Sqrt(varianceOf(ref))
			})
		}},
		fact("zz", "outliers: 0.02", 0, 0.02, func(xs []float64) float64 {
			a, b := quantileOf(xs, 0.25), quantileOf(xs, 0.75)
			n := 0.
			for _, x := range xs {
				if x < a-1.5*(b-a) || x > b+1.5*(b-a) {
					n++
				}
			}
			return n / float64(len(xs))
		}),
		fact("x", "outliers: 0.02", 0, 0.02, func(xs []float64) float64 {
			a, b := quantileOf(xs, 0.25), quantileOf(xs, 0.75)
			n := 0.
			for _, x := range xs {
				if x < a-1.5*(b-a) || x > b+1.5*(b-a) {
					n++
				}
			}
			return n / float64(len(xs))
		}),
		benford("dig"), benford("m"),
		fact("z", "uniform: 0.1", 0, 0.1, func(xs []float64) float64 {
			lo, hi, worst := slices.Min(xs), slices.Max(xs), 0.
			for _, p := range listedP {
				worst = max(worst, math.Abs((quantileOf(xs, p)-lo)/(hi-lo)-p))
			}
			if lo == hi {
				return math.NaN()
			}
			return worst
		}),
		fact("zz", "normal: 0.15", 0, 0.15, func(xs []float64) float64 {
			if slices.Min(xs) == slices.Max(xs) {
				return math.NaN()
			}
			worst := 0.
			for _, p := range listedP {
				z := (quantileOf(xs, p) - meanOf(xs)) / math.Sqrt(varianceOf(xs))
				worst = max(worst, math.Abs(0.5*(1+math.Erf(z/math.Sqrt2))-p))
			}
			return worst
		}),
	)
}

func benford(on string) twin {
	return fact(on, "benford: 0.05", 0, 0.05, func(xs []float64) float64 {
		var counts [10]float64
		n := 0.
		for _, x := range xs {
			if d := leadingDigit(x); d > 0 {
				counts[d]++
				n++
			}
		}
		if n == 0 {
			return math.NaN()
		}
		dev := 0.
		for d := 1; d <= 9; d++ {
			dev += math.Abs(counts[d]/n - math.Log10(1+1/float64(d)))
		}
		return dev / 9
	})
}

// chiTail integrates the density of chi-square from x on, by Simpson's rule.
func chiTail(x float64, freedom int) float64 {
	k := float64(freedom)
	g, _ := math.Lgamma(k / 2)
	density := func(t float64) float64 {
		if t <= 0 {
			return 0
		}
		return math.Exp((k/2-1)*math.Log(t) - t/2 - k/2*math.Ln2 - g)
	}
	const steps = 20000
	width := 400. / steps
	sum := density(x) + density(x+400)
	for i := 1; i < steps; i++ {
		sum += density(x+float64(i)*width) * float64(2+2*(i%2))
	}
	return sum * width / 3
}

// TestEveryCheckHasTwin fails where the catalogue has a check that no naive
// twin judges.
func TestEveryCheckHasTwin(t *testing.T) {
	type place struct {
		name  string
		table bool
	}
	has := map[place]bool{{"format", false}: true, {"checksum", false}: true} // TestFormsAgainstTwins
	for name, table := range ownNaives() {
		has[place{name, table}] = true
	}
	for _, n := range naives() {
		has[place{trial{check: n.check}.kind(), false}] = true
	}
	for _, tw := range twins() {
		has[place{tw.kind(), tw.on == ""}] = true
	}
	for _, d := range Catalogue() {
		if !has[place{d.Name, !d.Column()}] {
			t.Errorf("%s (table: %v) has no naive twin", d.Name, !d.Column())
		}
	}
}

func twins() []twin {
	return slices.Concat(rowTwins(), schemaTwins(), keyTwins(), aggregateTwins(), timeTwins(), runTwins(), pairTwins(), distributionTwins())
}
