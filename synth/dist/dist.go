// Package dist draws from distributions by the batch: a distribution is frozen
// into a table once, and turns uniform 64-bit draws into values with a lookup
// and no branch that depends on the draw's history.
//
// [Curve] is a continuous distribution: its quantile function, tabulated finer
// towards both tails and joined by monotone cubics. [Steps] is a discrete one:
// a guide table over exact 64-bit thresholds (Chen and Asau 1974).
// [Zipf] is the Zipf law on any number of ranks.
//
// Both are quantile functions, so they never fall as the draw grows: equal
// draws give equal ranks in two distributions, and correlated draws correlated
// values with the margins kept. [Copula] makes correlated draws.
//
// Nothing here draws by itself or keeps state; the draws are the caller's,
// usually from synth/rng. Every value is computed with exactly rounded
// operations and math.FMA, so that a draw gives the same bits on any machine.
//
// Accuracy: a Curve's value lies within 1e-6 of the exact quantile relative to
// the distribution's spread, for probabilities down to 2^-44 from either end;
// further out it stays at the value of 2^-45. Steps are exact to 2^-64.
package dist

import (
	"fmt"
	"math"
)

// Unit turns a draw into a number above 0 and below 1, in steps of 2^-52.
func Unit(draw uint64) float64 { return (float64(draw>>12) + 0.5) * 0x1p-52 }

// Draw is the inverse of Unit to 2^-52: the draw whose quantile is p.
func Draw(p float64) uint64 {
	switch {
	case !(p > 0):
		return 0
	case p >= 1:
		return math.MaxUint64
	}
	return uint64(p*0x1p52)<<12 | 1<<11 // a power of two is exact, and faster than Ldexp
}

func finite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: a parameter is not a finite number", what)
		}
	}
	return nil
}
