package dist

import (
	"fmt"
	"math"
)

// countTail is the chance that is cut off a count's upper tail.
const countTail = 0x1p-60

// Poisson counts with a mean above 0 and up to 100,000.
func Poisson(mean float64) (*Steps, error) {
	if !(mean > 0 && mean <= 1e5) {
		return nil, fmt.Errorf("poisson: the mean is above 0 and at most 100000")
	}
	return counts(func(k float64) float64 {
		lg, _ := math.Lgamma(k + 1)
		return k*math.Log(mean) - mean - lg
	}, mean)
}

// NegativeBinomial counts with a mean and a size: the variance is mean +
// mean^2/size, so a small size means a long tail. The size is 0.05 to 1e6.
func NegativeBinomial(mean, size float64) (*Steps, error) {
	if !(mean > 0 && mean <= 1e4) || !(size >= 0.05 && size <= 1e6) {
		return nil, fmt.Errorf("negative binomial: the mean is above 0 and at most 10000, the size 0.05 to 1000000")
	}
	p := size / (size + mean)
	ls, _ := math.Lgamma(size)
	return counts(func(k float64) float64 {
		a, _ := math.Lgamma(k + size)
		b, _ := math.Lgamma(k + 1)
		return a - b - ls + size*math.Log(p) + k*math.Log1p(-p)
	}, mean)
}

// Geometric counts failures before the first success: the mean is above 0.
func Geometric(mean float64) (*Steps, error) { return NegativeBinomial(mean, 1) }

// Binomial counts successes in n trials, n up to 100,000.
func Binomial(n int64, p float64) (*Steps, error) {
	if n < 1 || n > 1e5 || !(p > 0 && p < 1) {
		return nil, fmt.Errorf("binomial: there are 1 to 100000 trials and the chance lies between 0 and 1")
	}
	w := make([]float64, n+1)
	ln, _ := math.Lgamma(float64(n) + 1)
	for k := range w {
		a, _ := math.Lgamma(float64(k) + 1)
		b, _ := math.Lgamma(float64(n) - float64(k) + 1)
		w[k] = math.Exp(ln - a - b + float64(k)*math.Log(p) + (float64(n)-float64(k))*math.Log1p(-p))
	}
	return Weighted(w)
}

// counts tabulates a probability function until what is left is negligible.
func counts(logP func(float64) float64, mean float64) (*Steps, error) {
	var w []float64
	for k := 0.0; len(w) < MaxSteps; k++ {
		p := math.Exp(logP(k))
		w = append(w, p)
		if k > mean && p < countTail {
			break
		}
	}
	return Weighted(w)
}
