package dist

import (
	"fmt"
	"math"
)

// zipfHead is how many ranks are drawn with their exact weights; beyond, the
// sum is replaced by the integral, whose error is below s(s+1)/24/zipfHead^2.
const zipfHead = 4096

// Zipf draws ranks 0 to n-1; rank k with weight (k+1)^-s.
type Zipf struct {
	n     int64
	head  *Steps
	split uint64 // draws above it belong to the tail
	tail  *Curve // over ranks, as real numbers
	scale float64
}

// NewZipf makes a Zipf law: 1 to 2^50 ranks, exponent 0 to 10.
func NewZipf(n int64, s float64) (*Zipf, error) {
	if n < 1 || n > 1<<50 || !(s >= 0 && s <= 10) {
		return nil, fmt.Errorf("zipf: there are 1 to 2^50 ranks and the exponent is 0 to 10")
	}
	z := &Zipf{n: n, split: math.MaxUint64}
	w := make([]float64, min(n, zipfHead))
	head := 0.0
	for k := range w {
		w[k] = math.Pow(float64(k+1), -s)
		head += w[k]
	}
	var err error
	if z.head, err = Weighted(w); err != nil || n <= zipfHead {
		return z, err
	}
	// Rank k stands for the reals k-1/2 to k+1/2, counted from 1.
	a, b := float64(zipfHead)+0.5, float64(n)+0.5
	integral := func(x float64) float64 {
		if math.Abs(s-1) < 1e-9 {
			return math.Log(x)
		}
		return (math.Pow(x, 1-s) - 1) / (1 - s)
	}
	inverse := func(y float64) float64 {
		if math.Abs(s-1) < 1e-9 {
			return math.Exp(y)
		}
		return math.Pow(1+y*(1-s), 1/(1-s))
	}
	from, to := integral(a), integral(b)
	if z.tail, err = newCurve(quantile{
		func(p float64) float64 { return inverse(from + p*(to-from)) },
		func(p float64) float64 { return inverse(to - p*(to-from)) },
	}); err != nil {
		return nil, err
	}
	share := head / (head + to - from)
	z.split = threshold(share)
	z.scale = 1 / share
	return z, nil
}

// At returns the rank for a draw, from 0.
func (z *Zipf) At(draw uint64) int64 {
	if z.tail == nil {
		return int64(z.head.At(draw))
	}
	if draw <= z.split {
		// Stretch the head's part to all draws; 53 bits are kept.
		return int64(z.head.At(Draw(Unit(draw) * z.scale)))
	}
	u := float64(draw-z.split) / float64(math.MaxUint64-z.split)
	r := int64(z.tail.At(Draw(u)) - 0.5) // floor(x+1/2) - 1
	return min(max(r, zipfHead), z.n-1)
}

// Fill turns draws into ranks.
func (z *Zipf) Fill(draws []uint64, out []int64) {
	out = out[:len(draws)]
	for i, d := range draws {
		out[i] = z.At(d)
	}
}
