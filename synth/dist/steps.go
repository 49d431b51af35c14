package dist

import (
	"fmt"
	"math"
)

const guideBits = 11

// MaxSteps is the largest number of outcomes of a Steps.
const MaxSteps = 1 << 20

// Steps is a distribution over 0, 1, ... Len()-1, frozen: outcome i is drawn
// when the draw lies below threshold i and not below threshold i-1.
type Steps struct {
	ends  []uint64 // threshold-1 of each outcome: the greatest draw that gives it
	guide []int32  // first outcome to look at, by the top bits of the draw
	mean  float64
}

// Weighted draws i with a chance that is proportional to weights[i]: none
// negative, one above 0.
func Weighted(weights []float64) (*Steps, error) {
	if err := finite("weights", weights...); err != nil {
		return nil, err
	}
	if len(weights) == 0 || len(weights) > MaxSteps {
		return nil, fmt.Errorf("weights: there are %d, and 1 to %d are possible", len(weights), MaxSteps)
	}
	sum := 0.0
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("weights: one is below 0")
		}
		sum += w
	}
	if sum <= 0 || math.IsInf(sum, 1) {
		return nil, fmt.Errorf("weights: their sum is not a number above 0")
	}
	s := &Steps{ends: make([]uint64, len(weights)), guide: make([]int32, 1<<guideBits)}
	cum, last := 0.0, 0
	for i, w := range weights {
		cum += w
		s.mean += float64(i) * w / sum
		s.ends[i] = threshold(cum / sum)
		if w > 0 {
			last = i
		}
	}
	for i := last; i < len(weights); i++ {
		s.ends[i] = math.MaxUint64 // whatever rounding left
	}
	at := int32(0)
	for g := range s.guide {
		for s.ends[at] < uint64(g)<<(64-guideBits) {
			at++
		}
		// An outcome without weight ends where the one before it does.
		for weights[at] == 0 {
			at++
		}
		s.guide[g] = at
	}
	return s, nil
}

// threshold is p * 2^64 - 1, within what 64 bits hold.
func threshold(p float64) uint64 {
	if p >= 1 {
		return math.MaxUint64
	}
	if p <= 0 {
		return 0
	}
	frac, exp := math.Frexp(p)
	m := uint64(math.Ldexp(frac, 53))
	shift := 64 - 53 + exp
	if shift >= 0 {
		m <<= shift
	} else {
		m >>= -shift
	}
	if m > 0 {
		m--
	}
	return m
}

// At returns the outcome for a draw.
func (s *Steps) At(draw uint64) int {
	i := s.guide[draw>>(64-guideBits)]
	for s.ends[i] < draw {
		i++
	}
	return int(i)
}

// Fill turns draws into outcomes.
func (s *Steps) Fill(draws []uint64, out []int64) {
	out = out[:len(draws)]
	for i, d := range draws {
		k := s.guide[d>>(64-guideBits)]
		for s.ends[k] < d {
			k++
		}
		out[i] = int64(k)
	}
}

// Len is the number of outcomes.
func (s *Steps) Len() int { return len(s.ends) }

// Mean is the mean outcome.
func (s *Steps) Mean() float64 { return s.mean }
