package boost_test

import (
	"math"
	"testing"

	"github.com/verisim/verisim/synth/finance/boost"
	"github.com/verisim/verisim/synth/rng"
)

// TestBoost learns a rule of two columns that neither shows by itself.
func TestBoost(t *testing.T) {
	seq := rng.New(5).Sequence()
	sample := func(n int) boost.Rows {
		r := boost.Rows{Features: [][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}}
		for i := range n {
			x, y := seq.Float64(), seq.Float64()
			r.Features[0][i], r.Features[1][i], r.Features[2][i] = x, y, seq.Float64()
			r.Label, r.Weight = append(r.Label, (x < .3) == (y < .3) && seq.Float64() < .9), append(r.Weight, 1)
		}
		return r
	}
	train, test := sample(4000), sample(2000)
	if ap := boost.Precision(boost.Scores(train, test, 60), test); ap < .85 {
		t.Errorf("average precision %.3f, want the .9 that the rule gives", ap)
	}
	test.Features[0], test.Features[1] = test.Features[2], test.Features[2]
	if ap := boost.Precision(boost.Scores(train, test, 60), test); ap > .7 {
		t.Errorf("average precision %.3f without the columns", ap)
	}
}

// TestPrecision counts by hand: rows of one score come together, and weights count.
func TestPrecision(t *testing.T) {
	rows := boost.Rows{Label: []bool{true, false, true, false}, Weight: []float64{1, 1, 2, 5}}
	// After the tie 1 of 2 is positive and 1 of 3 is found, then 3 of 4 and all.
	if got, want := boost.Precision([]float64{.9, .9, .4, .1}, rows), (1*1./2+2*3./4)/3; math.Abs(got-want) > 1e-12 {
		t.Errorf("Precision = %g, want %g", got, want)
	}
	rows.Label = make([]bool, 4)
	if got := boost.Precision([]float64{1, 2, 3, 4}, rows); !math.IsNaN(got) {
		t.Errorf("Precision without a positive row = %g, want NaN", got)
	}
}
