package dist

import "math"

// normalLow is the quantile of the standard normal for p up to 1/2: a start by
// Abramowitz and Stegun 26.2.23 (error below 4.5e-4), then Newton's method on
// the logarithm of erfc, which keeps its digits in the tail.
func normalLow(p float64) float64 {
	if p == 0.5 {
		return 0
	}
	t := math.Sqrt(-2 * math.Log(p))
	x := -(t - (2.515517+t*(0.802853+t*0.010328))/(1+t*(1.432788+t*(0.189269+t*0.001308))))
	for range 4 {
		cdf := math.Erfc(-x/math.Sqrt2) / 2
		density := math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
		x -= cdf / density * math.Log(cdf/p)
	}
	return x
}

// NormalCDF is the probability below x of the standard normal.
func NormalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// warm is the root that was found last: knots are visited in order, so the
// next root is near. Roots are sought on a scale where they run straight.
type warm float64

// tail gives the logarithm of a tail probability at exp(y), and its derivative
// by y.
type tail func(y float64) (logP, slope float64)

// solve finds exp(y) with log tail(y) = log p by Newton's method inside a
// bracket, from the last root. start is the first guess.
func (w *warm) solve(p, start float64, f tail) float64 {
	y := float64(*w)
	if y == 0 {
		y = math.Log(start)
	}
	y = newton(math.Log(p), y, f)
	*w = warm(y)
	return math.Exp(y)
}

// newton solves f(y) = want for a monotone f.
func newton(want, y float64, f tail) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	for range 200 {
		v, slope := f(y)
		d := v - want
		if math.Abs(d) < 1e-13*math.Max(1, math.Abs(want)) {
			break
		}
		if (d < 0) == (slope > 0) {
			lo = y
		} else {
			hi = y
		}
		next := y - d/slope
		switch {
		case slope == 0 || math.IsNaN(next) || next <= lo || next >= hi || math.Abs(next-y) > 4:
			switch {
			case math.IsInf(hi, 1):
				next = y + 1
			case math.IsInf(lo, -1):
				next = y - 1
			default:
				next = (lo + hi) / 2
			}
		}
		if next == y {
			break
		}
		y = next
	}
	return y
}

// gammaLower is the logarithm of the regularised lower incomplete gamma
// function, gammaUpper of the upper one.
func gammaLower(a float64) tail {
	return func(y float64) (float64, float64) {
		logP, _, logDensity := incompleteGamma(a, y)
		return logP, math.Exp(logDensity - logP)
	}
}

func gammaUpper(a float64) tail {
	return func(y float64) (float64, float64) {
		_, logQ, logDensity := incompleteGamma(a, y)
		return logQ, -math.Exp(logDensity - logQ)
	}
}

// incompleteGamma computes log P(a, x) and log Q(a, x) at x = exp(y), and the
// logarithm of the density by y: a series below a+1, else a continued fraction
// (Press et al., Numerical Recipes 6.2; Lentz's method).
func incompleteGamma(a, y float64) (logP, logQ, logDensity float64) {
	x := math.Exp(y)
	lg, _ := math.Lgamma(a)
	logDensity = a*y - x - lg
	if x < a+1 {
		sum, term := 1/a, 1/a
		for n := 1.0; n < 1e5; n++ {
			term *= x / (a + n)
			sum += term
			if term < sum*1e-17 {
				break
			}
		}
		logP = math.Min(0, logDensity+math.Log(sum))
		return logP, log1mexp(logP), logDensity
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for n := 1.0; n < 1e5; n++ {
		an := -n * (n - a)
		b += 2
		d = an*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + an/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	logQ = math.Min(0, logDensity+math.Log(h))
	return log1mexp(logQ), logQ, logDensity
}

// log1mexp is log(1 - exp(v)) for v up to 0 (Maechler 2012).
func log1mexp(v float64) float64 {
	if v > -math.Ln2 {
		return math.Log(-math.Expm1(v))
	}
	return math.Log1p(-math.Exp(v))
}

func logistic(y float64) float64 {
	if y < 0 {
		e := math.Exp(y)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-y))
}

// solveLogit finds y with log I_x(a, b) = log p at x = logistic(y).
func (w *warm) solveLogit(p, a, b float64) float64 {
	y := float64(*w)
	if y == 0 {
		y = math.Log(a / b)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	y = newton(math.Log(p), y, func(y float64) (float64, float64) {
		x, rest := logistic(y), logistic(-y)
		// The density by y of x = logistic(y) has one more x and 1-x.
		logDensity := lab - la - lb + a*math.Log(x) + b*math.Log(rest)
		var logP float64
		if x < (a+1)/(a+b+2) {
			logP = math.Min(0, logDensity-math.Log(a)+math.Log(betaFraction(x, a, b)))
		} else {
			logP = log1mexp(math.Min(0, logDensity-math.Log(b)+math.Log(betaFraction(rest, b, a))))
		}
		return logP, math.Exp(logDensity - logP)
	})
	*w = warm(y)
	return y
}

// betaFraction is the continued fraction of the incomplete beta function
// (Press et al., Numerical Recipes 6.4; Lentz's method).
func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	step := func(n float64) float64 {
		d = 1 + n*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + n/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		return d * c
	}
	for m := 1.0; m < 1e5; m++ {
		step(m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)))
		if math.Abs(step(-(a+m)*(a+b+m)*x/((a+2*m)*(a+2*m+1)))-1) < 1e-16 {
			break
		}
	}
	return h
}
