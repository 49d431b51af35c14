package profile

import (
	"math"
	"slices"
)

// chiSquareTail is the probability that a chi-square variable of df degrees of
// freedom exceeds x: the regularised upper incomplete gamma function at
// (df/2, x/2), by its series (DLMF 8.7.1) below df/2+1 and its continued
// fraction (DLMF 8.9.2, Lentz's method) above.
func chiSquareTail(x float64, df int) float64 {
	if x <= 0 || df <= 0 {
		return 1
	}
	a, z := float64(df)/2, x/2
	lg, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(z) - z - lg)
	if z < a+1 {
		sum, term := 1/a, 1/a
		for n := a + 1; term > sum*1e-16; n++ {
			term *= z / n
			sum += term
		}
		return max(0, 1-front*sum)
	}
	const tiny = 1e-300
	b := z + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1; i < 10000; i++ {
		an := -float64(i) * (float64(i) - a)
		b += 2
		d = 1 / nonZero(an*d+b, tiny)
		c = nonZero(b+an/c, tiny)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return min(1, front*h)
}

func nonZero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}

// kolmogorovTail is the probability that the two-sample Kolmogorov-Smirnov
// statistic of n and m values reaches d, by the limit law with the correction
// of M. A. Stephens (1970). Ties make the true probability smaller.
func kolmogorovTail(d float64, n, m int64) float64 {
	if n == 0 || m == 0 {
		return 1
	}
	e := math.Sqrt(float64(n) / float64(n+m) * float64(m))
	l := (e + 0.12 + 0.11/e) * d
	if l < 0.2 {
		return 1
	}
	var sum float64
	sign := 1.0
	for k := 1.0; k < 100; k++ {
		term := math.Exp(-2 * k * k * l * l)
		sum += sign * term
		sign = -sign
		if term < 1e-17 {
			break
		}
	}
	return min(1, max(0, 2*sum))
}

// normalTail is the two-sided tail of the standard normal beyond |z|.
func normalTail(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// Wilson is the score interval of a share: passed of n at z standard errors
// (E. B. Wilson, 1927).
func Wilson(passed, n int64, z float64) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	p, N := float64(passed)/float64(n), float64(n)
	mid := (p + z*z/(2*N)) / (1 + z*z/N)
	half := z / (1 + z*z/N) * math.Sqrt(p*(1-p)/N+z*z/(4*N*N))
	return max(0, mid-half), min(1, mid+half)
}

// FalseDiscovery turns p-values into q-values: those at most a bound hold the
// expected share of false alarms among all alarms below it (Benjamini and
// Hochberg, 1995).
func FalseDiscovery(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	q := make([]float64, len(p))
	least := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		least = min(least, p[order[i]]*float64(len(p))/float64(i+1))
		q[order[i]] = least
	}
	return q
}
