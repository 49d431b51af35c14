package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/profile"
)

// binomialBound is the least k that a binomial count of n trials exceeds with a
// chance of at most q.
func binomialBound(n int, p, q float64) int {
	tail, k := 0., n
	for ; k > 0; k-- {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		tail += math.Exp(a - b - c + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		if tail > q {
			return k
		}
	}
	return k
}

var driftColumns = []string{"number float64", "count int64", "word string", "seen timestamp"}

// driftRows draws rows of one distribution, or of one that moved.
func driftRows(rng *rand.Rand, n int, moved float64) []rowOf {
	out := make([]rowOf, n)
	for i := range out {
		out[i] = rowOf{
			rng.NormFloat64() + moved,
			int64(rng.ExpFloat64() * 5 * (1 + moved)),
			string(rune('a' + min(rng.IntN(7), rng.IntN(7+int(5*moved))))),
			int64(1.7e9+rng.Float64()*86400*(1+moved)) * 1_000_000,
		}
		for k := range out[i] {
			if rng.Float64() < 0.05+moved/5 {
				out[i][k] = nil
			}
		}
	}
	return out
}

// judgeDrift compiles a suite with these rows for a reference and judges others
// by it.
func judgeDrift(t *testing.T, s *arrow.Schema, suite *Suite, ref, now []rowOf) *Result {
	t.Helper()
	state := profile.New(s, profile.Options{Distinct: 1024, SampleRows: 16})
	b := batchOf(s, ref)
	defer b.Release()
	if err := state.Add(b); err != nil {
		t.Fatal(err)
	}
	p, err := Compile(suite, map[string]*arrow.Schema{"": s}, Options{Now: twinNow, Reference: map[string]*profile.State{"": state}})
	if err != nil {
		t.Fatal(err)
	}
	st := p.New()
	c := batchOf(s, now)
	defer c.Release()
	if err = st.Add("", c); err != nil {
		t.Fatal(err)
	}
	r, err := st.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFalseAlarms gives every check with a level, at .05 and with no distance
// too small to matter, 1,000 pairs of samples of one distribution: it may alarm
// on 5 % of them. The bound is the binomial one for which a check of exactly
// this level fails the whole test with a chance of 1e-5, all checks and columns
// together. drift, whose three p-values share .01 and whose distances must
// matter, may alarm on 1 %.
func TestFalseAlarms(t *testing.T) {
	if underRace {
		t.Skip("2,000 profiles and no goroutine: nothing to race")
	}
	const pairs = 1000
	s := schema(t, driftColumns...)
	text := "columns:\n"
	tests := 0
	for i, f := range s.Fields() {
		text += "  " + f.Name + ":\n    - {drift: true}\n"
		for _, check := range [][]string{ // js, hellinger, tvd and linf look at the p-value of chi2
			{"psi", "chi2", "ks", "wasserstein"},
			{"psi", "chi2", "ks"},
			{"psi", "chi2", "js", "hellinger", "tvd", "linf", "null_drift"}, // words have no order
			{"psi", "chi2", "wasserstein"},
		}[i] {
			text += fmt.Sprintf("    - {%s: {max: 0, alpha: 0.05}}\n", check)
			tests++
		}
		tests++
	}
	suite, err := Parse("s.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(71, 72))
	alarms, missed := map[string]int{}, map[string]int{}
	for range pairs {
		for _, c := range judgeDrift(t, s, suite, driftRows(rng, 300, 0), driftRows(rng, 200+rng.IntN(400), 0)).Checks {
			if c.Status == Broken {
				t.Fatalf("%s: %s", c.ID, c.Message)
			}
			if !c.Pass {
				alarms[c.ID]++
			}
		}
	}
	const moves = 20
	for range moves {
		for _, c := range judgeDrift(t, s, suite, driftRows(rng, 1000, 0), driftRows(rng, 1000, 1)).Checks {
			if c.Pass {
				missed[c.ID]++
			}
		}
	}
	fair, drift := binomialBound(pairs, 0.05, 1e-5/float64(tests)), binomialBound(pairs, 0.01, 1e-5/float64(tests))
	for _, c := range suite.Checks {
		bound := fair
		if c.Kind == "drift" {
			bound = drift
		}
		if alarms[c.ID] > bound {
			t.Errorf("%s alarms on %d of %d pairs without drift, want at most %d", c.ID, alarms[c.ID], pairs, bound)
		}
		if missed[c.ID] > 0 {
			t.Errorf("%s misses %d of %d moves of a whole standard deviation", c.ID, missed[c.ID], moves)
		}
	}
	t.Logf("bounds %d and %d of %d; alarms %v", fair, drift, pairs, alarms)
}
