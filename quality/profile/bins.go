package profile

import (
	"cmp"
	"math"
	"slices"
)

// psiCategories is how many categories a PSI looks at beside "all others".
const psiCategories = 50

// compareBins computes what is defined on bins.
func (d *Drift) compareBins(bins []pair) {
	bins = slices.DeleteFunc(bins, func(p pair) bool { return p.a == 0 && p.b == 0 })
	var n, m float64
	for _, p := range bins {
		n += p.a
		m += p.b
	}
	if n == 0 || m == 0 {
		return
	}
	d.distances(bins, n, m)
	d.psi(bins, n, m)
	d.chiSquare(bins, n, m)
}

func (d *Drift) distances(bins []pair, n, m float64) {
	var js, bc, tv float64
	plog := func(p, q float64) float64 {
		if p == 0 {
			return 0
		}
		return p * math.Log2(p/q)
	}
	for _, x := range bins {
		p, q := x.a/n, x.b/m
		mid := (p + q) / 2
		js += plog(p, mid)/2 + plog(q, mid)/2
		bc += math.Sqrt(p * q)
		tv += math.Abs(p-q) / 2
		d.LInf = max(d.LInf, math.Abs(p-q))
	}
	d.JensenShannon = math.Sqrt(min(1, max(0, js)))
	d.Hellinger = math.Sqrt(max(0, 1-bc))
	d.TotalVariation = min(1, tv)
}

// psi smooths each bin by half a count (Laplace), so that an empty one is not
// infinite. Without drift PSI·nm/(n+m) is nearly chi-square with one degree
// less than there are bins (B. Yurdakul, 2018).
func (d *Drift) psi(bins []pair, n, m float64) {
	bins = pool(bins, n, m, psiCategories)
	k := float64(len(bins))
	for _, x := range bins {
		p, q := (x.a+.5)/(n+.5*k), (x.b+.5)/(m+.5*k)
		d.PSI += (q - p) * math.Log(q/p)
		d.KullbackLeibler += q * math.Log(q/p)
	}
	d.Bins = len(bins)
	d.PSINoise = (k - 1) * (1/n + 1/m)
	d.PSIP = chiSquareTail(d.PSI*n/(n+m)*m, len(bins)-1)
}

// chiSquare is the two-sample test: both counts vary, unlike in a test of fit.
func (d *Drift) chiSquare(bins []pair, n, m float64) {
	bins = pool(bins, n, m, math.MaxInt)
	if len(bins) < 2 {
		return
	}
	for _, x := range bins {
		all := x.a + x.b
		ea, eb := all*n/(n+m), all*m/(n+m)
		d.ChiSquare += (x.a-ea)*(x.a-ea)/ea + (x.b-eb)*(x.b-eb)/eb
	}
	d.Freedom = len(bins) - 1
	d.ChiP = chiSquareTail(d.ChiSquare, d.Freedom)
	d.CramerV = math.Sqrt(d.ChiSquare / (n + m))
}

// pool joins the rarest bins into one until every expected count is at least
// five (Cochran's rule, at its strict end) and at most most are left.
func pool(bins []pair, n, m float64, most int) []pair {
	sorted := slices.Clone(bins)
	slices.SortStableFunc(sorted, func(x, y pair) int { return cmp.Compare(y.a+y.b, x.a+x.b) })
	share := min(n, m) / (n + m)
	keep := 0
	for keep < len(sorted) && keep < most && (sorted[keep].a+sorted[keep].b)*share >= 5 {
		keep++
	}
	var rest pair
	for _, x := range sorted[keep:] {
		rest.a += x.a
		rest.b += x.b
	}
	out := sorted[:keep]
	if rest.a+rest.b == 0 {
		return out
	}
	if (rest.a+rest.b)*share < 5 && keep > 0 { // too rare to stand alone
		out[keep-1].a += rest.a
		out[keep-1].b += rest.b
		return out
	}
	return append(out, rest)
}
