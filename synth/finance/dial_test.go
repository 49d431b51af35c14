package finance_test

import (
	"math"
	"testing"

	"github.com/verisim/verisim/quality/utility"
	"github.com/verisim/verisim/synth/finance"
)

// TestDial asks for an AUC and looks at what came. A world of 300 frauds has an
// AUC with a standard deviation of at most .5/sqrt(300) = .029, campaigns share
// their luck, and the loop stops within .015 at worst: 4 sd and .015.
func TestDial(t *testing.T) {
	most := .70
	for target, single := range map[float64]*float64{.80: nil, .85: &most} {
		w := world(t, finance.Config{
			Preset: "ecom", Customers: 2500, Days: 80, Oracle: true, TargetAUC: &target, MaxSingleColumn: single,
			Mix: map[string]float64{"account_takeover": 3, "sim_swap": 1},
		})
		llr := numbers(t, w, "oracle", "llr")[0]
		label := labels(numbers(t, w, "transactions", "is_fraud")[0])
		if got := utility.AUC(llr, label); math.Abs(got-target) > 4*.029+.015 {
			t.Errorf("AUC of the oracle is %.3f, want %.2f", got, target)
		} else {
			t.Logf("asked %.2f, got %.4f", target, got)
		}
	}
}

func BenchmarkDial(b *testing.B) {
	for b.Loop() {
		for _, target := range []float64{.95, .90, .80} {
			w := world(b, finance.Config{Customers: 9000, Oracle: true, TargetAUC: &target})
			llr := numbers(b, w, "oracle", "llr")[0]
			label := labels(numbers(b, w, "transactions", "is_fraud")[0])
			b.Logf("asked %.2f, got %.4f", target, utility.AUC(llr, label))
		}
	}
}
