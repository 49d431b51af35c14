package dist

import (
	"fmt"
	"math"
	"slices"
)

// Uniform is flat from low up to high.
func Uniform(low, high float64) (*Curve, error) {
	if err := finite("uniform", low, high); err != nil {
		return nil, err
	}
	if low > high {
		return nil, fmt.Errorf("uniform: the low end lies above the high end")
	}
	w := high - low
	return newCurve(quantile{
		func(p float64) float64 { return low + p*w },
		func(p float64) float64 { return high - p*w },
	})
}

// Normal has a mean and a standard deviation above 0.
func Normal(mean, sd float64) (*Curve, error) {
	if err := finite("normal", mean, sd); err != nil {
		return nil, err
	}
	if sd <= 0 {
		return nil, fmt.Errorf("normal: the standard deviation is not above 0")
	}
	return newCurve(quantile{
		func(p float64) float64 { return mean + sd*normalLow(p) },
		func(p float64) float64 { return mean - sd*normalLow(p) },
	})
}

// LogNormal is exp of a normal: median above 0, sigma the standard deviation of
// the logarithm, above 0.
func LogNormal(median, sigma float64) (*Curve, error) {
	if err := finite("lognormal", median, sigma); err != nil {
		return nil, err
	}
	if median <= 0 || sigma <= 0 {
		return nil, fmt.Errorf("lognormal: the median and sigma are above 0")
	}
	return newCurve(quantile{
		func(p float64) float64 { return median * math.Exp(sigma*normalLow(p)) },
		func(p float64) float64 { return median * math.Exp(-sigma*normalLow(p)) },
	})
}

// Exponential has a mean above 0.
func Exponential(mean float64) (*Curve, error) {
	if err := finite("exponential", mean); err != nil {
		return nil, err
	}
	if mean <= 0 {
		return nil, fmt.Errorf("exponential: the mean is not above 0")
	}
	return newCurve(quantile{
		func(p float64) float64 { return -mean * math.Log1p(-p) },
		func(p float64) float64 { return -mean * math.Log(p) },
	})
}

// Gamma has a shape and a scale above 0; its mean is their product.
func Gamma(shape, scale float64) (*Curve, error) {
	if err := finite("gamma", shape, scale); err != nil {
		return nil, err
	}
	if shape < 0.01 || shape > 1e6 || scale <= 0 {
		return nil, fmt.Errorf("gamma: the shape is 0.01 to 1e6 and the scale above 0")
	}
	lower, upper := warm(0), warm(0)
	return newCurve(quantile{
		func(p float64) float64 { return scale * lower.solve(p, shape, gammaLower(shape)) },
		func(p float64) float64 { return scale * upper.solve(p, shape, gammaUpper(shape)) },
	})
}

// Beta lies between 0 and 1; both shapes are 0.05 to 1e6.
func Beta(a, b float64) (*Curve, error) {
	if err := finite("beta", a, b); err != nil {
		return nil, err
	}
	if a < 0.05 || b < 0.05 || a > 1e6 || b > 1e6 {
		return nil, fmt.Errorf("beta: both shapes are 0.05 to 1e6")
	}
	lower, upper := warm(0), warm(0)
	return newCurve(quantile{
		func(p float64) float64 { return logistic(lower.solveLogit(p, a, b)) },
		func(p float64) float64 { return 1 - logistic(upper.solveLogit(p, b, a)) },
	})
}

// Pareto starts at scale above 0 and falls with the power shape, above 0.1.
func Pareto(scale, shape float64) (*Curve, error) {
	if err := finite("pareto", scale, shape); err != nil {
		return nil, err
	}
	if scale <= 0 || shape < 0.1 {
		return nil, fmt.Errorf("pareto: the scale is above 0 and the shape at least 0.1")
	}
	return newCurve(quantile{
		func(p float64) float64 { return scale * math.Exp(-math.Log1p(-p)/shape) },
		func(p float64) float64 { return scale * math.Exp(-math.Log(p)/shape) },
	})
}

// Empirical runs straight through quantiles that lie at equal steps of
// probability from the minimum to the maximum: [min, median, max], or
// percentiles. It needs two or more, none falling.
func Empirical(quantiles []float64) (*Curve, error) {
	if err := finite("empirical", quantiles...); err != nil {
		return nil, err
	}
	if len(quantiles) < 2 || !slices.IsSorted(quantiles) {
		return nil, fmt.Errorf("empirical: it needs two quantiles or more, from the least up")
	}
	q, n := slices.Clone(quantiles), float64(len(quantiles)-1)
	at := func(x float64) float64 {
		i := min(int(x), len(q)-2)
		return q[i] + (x-float64(i))*(q[i+1]-q[i])
	}
	return newCurve(quantile{
		func(p float64) float64 { return at(p * n) },
		func(p float64) float64 { return at(n - p*n) },
	})
}
