// Package ligero proves that committed vectors satisfy quadratic constraints,
// without showing them: the tableau, its oracles and the three tests of
// PROOFS.md, sections 3, 4, 7 and 8. It knows nothing of tables.
//
// A [System] is the public shape: which vectors stand in which oracle, and the
// constraints. A [Prover] and a [Verifier] are driven by the same calls in the
// same order; both are a [Session], so that one piece of code describes a
// protocol to both.
//
// # Guarantee
//
// What PROOFS.md argues, in the random oracle model, if the parameters are
// sound. A prover answers once. It works on as many goroutines as it is told,
// and they have ended when its methods return.
package ligero

import (
	"fmt"
	"math"
)

// Params are the sizes of the tableau.
type Params struct {
	LogK    int `json:"logK"`    // K = 2^LogK is the dimension of the code
	Rate    int `json:"rate"`    // codewords have Rate·K elements; 4 or 8
	Queries int `json:"queries"` // opened positions
	// Draws is how often every random multiplier and every challenge of a lookup
	// is drawn, each time with answers of its own; once is written as 0.
	Draws int `json:"draws,omitempty"`
}

// MaxDraws is the largest number of draws: the square of each error is far below
// what SHA-256 gives.
const MaxDraws = 2

// Times is the number of draws.
func (p Params) Times() int { return max(p.Draws, 1) }

// The bounds of K. Above 2^17 a single row is larger than a verifier's patience.
const (
	MinLogK = 9
	MaxLogK = 17
)

// K is the dimension of the code.
func (p Params) K() int { return 1 << p.LogK }

// N is the length of a codeword.
func (p Params) N() int { return p.Rate << p.LogK }

// Slots is how many values a tableau row holds.
func (p Params) Slots() int { return p.K() - p.Queries }

// Rows is how many tableau rows a vector of a length takes.
func (p Params) Rows(length int) int { return (length + p.Slots() - 1) / p.Slots() }

// AnswerSize is the number of elements of all answers: p_w, q and s of each draw.
func (p Params) AnswerSize() int { return p.Times() * (5*p.K() - p.Slots()) }

// Check says whether the sizes are possible at all; Bits says what they give.
func (p Params) Check() error {
	if p.LogK < 2 || p.LogK > MaxLogK || (p.Rate != 4 && p.Rate != 8) || p.Queries < 1 || 2*p.Queries > p.K() {
		return fmt.Errorf("check proof parameters: k = 2^%d, rate 1/%d, %d queries are not possible", p.LogK, p.Rate, p.Queries)
	}
	if p.Draws != 0 && p.Draws != MaxDraws {
		return fmt.Errorf("check proof parameters: %d draws are not possible; 0 stands for one, and %d is the other number", p.Draws, MaxDraws)
	}
	return nil
}

// Bits is the soundness of one proof, in bits, if no identity of its
// statements holds by accident with a chance above identity/p (PROOFS.md,
// section 10).
func (p Params) Bits(identity float64) float64 {
	n, k := float64(p.N()), float64(p.K())
	e := (n - 2*k) / 2
	query := math.Pow((e+2*k)/n, float64(p.Queries))
	for _, x := range []float64{n, 1, 1, identity} {
		query += math.Pow(x*math.Exp2(-128), float64(p.Times()))
	}
	return -math.Log2(query)
}
