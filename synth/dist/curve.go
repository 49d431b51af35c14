package dist

import (
	"fmt"
	"math"
	"math/bits"
)

const (
	octaves   = 44 // halvings of the tail that are tabulated
	knotBits  = 5
	knots     = 1 << knotBits // segments an octave
	perSide   = octaves*knots + 1
	knotShift = 64 - knotBits
)

// Curve is a continuous distribution, frozen. Its table covers each half of
// the probabilities in octaves: (1/4, 1/2], (1/8, 1/4], ... from either end.
type Curve struct {
	lower, upper [octaves * knots]segment
	min, max     float64
	mean         float64
}

// segment is a cubic in t from 0 to 1; t grows away from the tail.
type segment struct{ a, b, c, d float64 }

func (s *segment) at(t float64) float64 {
	return math.FMA(math.FMA(math.FMA(s.d, t, s.c), t, s.b), t, s.a)
}

// At returns the value for a draw.
func (c *Curve) At(draw uint64) float64 {
	side := &c.lower
	if draw>>63 != 0 {
		side, draw = &c.upper, ^draw
	}
	lz := bits.LeadingZeros64(draw) // at least 1
	if lz > octaves {
		lz, draw = octaves, 1<<(63-octaves)
	}
	rest := draw << (lz + 1) // the leading one is gone
	k := (lz-1)<<knotBits | int(rest>>knotShift)
	t := float64(rest<<knotBits>>11) * 0x1p-53
	return side[k].at(t)
}

// Fill turns draws into values.
func (c *Curve) Fill(draws []uint64, out []float64) {
	out = out[:len(draws)]
	for i, d := range draws {
		out[i] = c.At(d)
	}
}

// Mean is the distribution's, as far as the table goes.
func (c *Curve) Mean() float64 { return c.mean }

// Bounds are the least and greatest values that At gives.
func (c *Curve) Bounds() (least, greatest float64) { return c.min, c.max }

// quantile says what a Curve is made of. low(p) is the value at probability p,
// high(p) at 1-p, both for p up to 1/2, so that neither tail loses digits.
type quantile struct{ low, high func(p float64) float64 }

func newCurve(q quantile) (*Curve, error) {
	c := &Curve{}
	if err := tabulate(&c.lower, q.low); err != nil {
		return nil, err
	}
	if err := tabulate(&c.upper, q.high); err != nil {
		return nil, err
	}
	c.min, c.max = c.At(0), c.At(math.MaxUint64)
	for i := range octaves {
		width := math.Ldexp(1, -i-2) / knots
		for k := range knots {
			for _, s := range []segment{c.lower[i*knots+k], c.upper[i*knots+k]} {
				c.mean += width * (s.a + s.b/2 + s.c/3 + s.d/4)
			}
		}
	}
	return c, nil
}

// tabulate joins the values at the knots by cubics whose slopes are those of
// Fritsch and Butland (1984), which keep the curve monotone.
func tabulate(side *[octaves * knots]segment, f func(float64) float64) error {
	// Knots from the middle outwards: position j has p = knot(j).
	p, v := make([]float64, perSide), make([]float64, perSide)
	for i := range octaves {
		top := math.Ldexp(1, -i-1)
		for k := range knots {
			p[i*knots+k] = top * (1 - float64(k)/(2*knots))
		}
	}
	p[perSide-1] = math.Ldexp(1, -octaves-1)
	for j := range p {
		v[j] = f(p[j])
		if math.IsNaN(v[j]) || math.IsInf(v[j], 0) {
			return fmt.Errorf("tabulate distribution: its quantile at %g is not a finite number", p[j])
		}
	}
	slope := make([]float64, perSide)
	for j := range slope {
		switch j {
		case 0:
			slope[j] = (v[1] - v[0]) / (p[1] - p[0])
		case perSide - 1:
			slope[j] = (v[j] - v[j-1]) / (p[j] - p[j-1])
		default:
			slope[j] = middle(p[j-1:j+2], v[j-1:j+2])
		}
	}
	for i := range octaves {
		for k := range knots {
			j := i*knots + (knots - 1 - k) // segment k of the octave ends at knot j
			from, to := j+1, j
			h := p[to] - p[from]
			a, b := v[from], slope[from]*h
			e, d := v[to], slope[to]*h
			side[i*knots+k] = segment{a, b, 3*(e-a) - 2*b - d, 2*(a-e) + b + d}
		}
	}
	return nil
}

// middle is the slope of the parabola through three points, held within what
// keeps both cubics monotone: no more than three times either secant.
func middle(p, v []float64) float64 {
	h0, h1 := p[1]-p[0], p[2]-p[1]
	s0, s1 := (v[1]-v[0])/h0, (v[2]-v[1])/h1
	if s0*s1 <= 0 {
		return 0
	}
	m := (s0*h1 + s1*h0) / (h0 + h1)
	if limit := 3 * min(math.Abs(s0), math.Abs(s1)); math.Abs(m) > limit {
		m = math.Copysign(limit, m)
	}
	return m
}
