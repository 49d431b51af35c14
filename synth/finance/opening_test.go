package finance_test

import (
	"context"
	"math"
	"testing"

	"github.com/verisim/verisim/quality/utility"
	"github.com/verisim/verisim/synth/finance"
)

// traitsOf reads the columns between time and label, and the label.
func traitsOf(t testing.TB, w *finance.World) (features [][]float64, label []uint8, when []float64) {
	t.Helper()
	var names []string
	for _, tab := range w.Tables() {
		if tab.Name == "applications" {
			for _, f := range tab.Schema.Fields() {
				names = append(names, f.Name)
			}
		}
	}
	cols := numbers(t, w, "applications", names...)
	return cols[2 : len(cols)-1], labels(cols[len(cols)-1]), cols[1]
}

// TestOpening: the rate is the preset's, rises with drift, and times run on.
// The slack of the rate is 5 standard deviations of a binomial law.
func TestOpening(t *testing.T) {
	w := world(t, finance.Config{Preset: "account-opening", Customers: 40_000})
	_, label, when := traitsOf(t, w)
	late, all := 0.0, 0.0
	for i, y := range label {
		if i > 0 && when[i] < when[i-1] {
			t.Fatalf("row %d is earlier than the row before", i)
		}
		all += float64(y)
		if i > len(label)/2 {
			late += float64(y)
		}
	}
	n := float64(len(label))
	if want := .011 * n; math.Abs(all-want) > 5*math.Sqrt(want) {
		t.Errorf("%g frauds of %g, want %g within 5 sd", all, n, want)
	}
	if late/all < .5 {
		t.Errorf("%.3f of the frauds are in the later half, want more than .5", late/all)
	}
	far := 0.0
	flat := world(t, finance.Config{Preset: "account-opening", Customers: 40_000, FraudDistance: &far})
	features, label, _ := traitsOf(t, flat)
	for j, f := range features {
		for i, v := range f {
			if math.IsNaN(v) {
				f[i] = -1
			}
		}
		// 440 frauds: the sd of the AUC of chance is 1/sqrt(12 * 440) = .0138.
		if a := utility.AUC(f, label); math.Abs(a-.5) > 5*.0138 {
			t.Errorf("at distance 0 column %d has AUC %.3f", j, a)
		}
	}
}

// BenchmarkOpeningRealism measures R2c: train on six months, test on two.
func BenchmarkOpeningRealism(b *testing.B) {
	for b.Loop() {
		w := world(b, finance.Config{Preset: "account-opening", Customers: 400_000})
		features, label, when := traitsOf(b, w)
		cut := 0
		for when[cut]-when[0] < 182*86_400 {
			cut++
		}
		part := func(from, to int) [][]float64 {
			var out [][]float64
			for _, f := range features {
				out = append(out, f[from:to])
			}
			return out
		}
		train := &utility.Data{Features: part(0, cut), Labels: label[:cut]}
		trees, err := utility.TrainTrees(train, utility.TreesOptions{Leaves: 8, MinRows: 50, Penalty: 5, Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		linear, err := utility.TrainLogistic(train, utility.LogisticOptions{Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		best := 0.0
		for _, f := range features {
			scores := make([]float64, len(label))
			for i, v := range f {
				scores[i] = v
				if math.IsNaN(v) {
					scores[i] = -1
				}
			}
			a := utility.AUC(scores, label)
			best = max(best, a, 1-a)
		}
		b.ReportMetric(best, "r1.column")
		if best > .75 {
			b.Errorf("one column has AUC %.3f, want at most .75", best)
		}
		for _, m := range []struct {
			name      string
			model     utility.Model
			low, high float64
		}{{"trees", trees, .50, .75}, {"logistic", linear, .50, .75}} {
			scores, err := m.model.Score(part(cut, len(label)))
			if err != nil {
				b.Fatal(err)
			}
			tpr := utility.RecallAtFalseRate(.05, scores, label[cut:])
			b.ReportMetric(tpr, "r2c."+m.name)
			b.ReportMetric(utility.AUC(scores, label[cut:]), "auc."+m.name)
			if tpr < m.low || tpr > m.high {
				b.Errorf("recall of %s at 5 %% false alarms is %.3f, want %.2f to %.2f", m.name, tpr, m.low, m.high)
			}
		}
	}
}

func BenchmarkApplications(b *testing.B) {
	w := world(b, finance.Config{Preset: "account-opening", Customers: 1_000_000})
	rows := int64(0)
	for b.Loop() {
		st, err := w.Stream("applications", 1, 1)
		if err != nil {
			b.Fatal(err)
		}
		for batch, err := range st.Batches(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			rows += batch.NumRows()
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
