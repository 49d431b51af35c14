package rng

import (
	"math"
	"math/bits"
)

// Normal makes a draw a standard normal deviate by inversion: the quantile
// function of Wichura, "Algorithm AS 241: The percentage points of the normal
// distribution", Applied Statistics 37(3), 1988 (PPND16, relative error about
// 1e-16), at the midpoint of one of 2^52 equal steps of each half. So it is
// symmetric, never infinite, and monotone in the draw; the extremes are +-8.2.
//
// Every product is rounded before it is added, so that processors that fuse
// the two give the same bits; the tails (2 % of the draws) use math.Log and are
// as equal between processors as that is.
func Normal(u uint64) float64 {
	sign := 1.0
	if u>>63 == 1 {
		sign = -1
	}
	// q in (0, 0.5): the distance from the median.
	q := (float64(u<<1>>12) + 0.5) * 0x1p-53
	if q <= 0.425 {
		r := 0.180625 - float64(q*q)
		return sign * q * ratio(&centerNum, &centerDen, r)
	}
	r := math.Sqrt(-math.Log(0.5 - q))
	if r <= 5 {
		return sign * ratio(&middleNum, &middleDen, r-1.6)
	}
	return sign * ratio(&tailNum, &tailDen, r-5)
}

// ratio evaluates two polynomials of degree 7 by Horner's rule.
func ratio(num, den *[8]float64, x float64) float64 {
	n, d := num[7], den[7]
	for i := 6; i >= 0; i-- {
		n = float64(n*x) + num[i]
		d = float64(d*x) + den[i]
	}
	return n / d
}

// The coefficients of PPND16.
var (
	centerNum = [8]float64{
		3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
		4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
	}
	centerDen = [8]float64{
		1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
		2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
	}
	middleNum = [8]float64{
		1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
	}
	middleDen = [8]float64{
		1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
	}
	tailNum = [8]float64{
		6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
	}
	tailDen = [8]float64{
		1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
	}
)

// Permute gives the image of i under a permutation of 0..n-1 that the key
// chooses: a Feistel network of six rounds over the smallest even number of
// bits that holds n, walked until the image is below n (Black and Rogaway,
// "Ciphers with arbitrary finite domains", CT-RSA 2002). It takes less than
// four walks on average. i must be below n.
func (k Key) Permute(i, n uint64) uint64 {
	if n < 2 {
		return 0
	}
	half := (bits.Len64(n-1) + 1) / 2
	mask := uint64(1)<<half - 1
	for {
		l, r := i>>half, i&mask
		for round := range uint64(rounds) {
			l, r = r, l^(k.Uint64(r|round<<32)&mask)
		}
		if i = l<<half | r; i < n {
			return i
		}
	}
}

// Invert undoes Permute.
func (k Key) Invert(i, n uint64) uint64 {
	if n < 2 {
		return 0
	}
	half := (bits.Len64(n-1) + 1) / 2
	mask := uint64(1)<<half - 1
	for {
		l, r := i>>half, i&mask
		for round := range uint64(rounds) {
			l, r = r^(k.Uint64(l|(rounds-1-round)<<32)&mask), l
		}
		if i = l<<half | r; i < n {
			return i
		}
	}
}

const rounds = 6
