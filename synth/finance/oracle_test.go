package finance_test

import (
	"context"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/quality/utility"
	"github.com/verisim/verisim/synth/finance"
)

// numbers reads columns of a table as floats; nulls are NaN.
func numbers(t testing.TB, w *finance.World, name string, columns ...string) [][]float64 {
	t.Helper()
	st, err := w.Stream(name, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(columns))
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		for k, c := range columns {
			arr := b.Column(b.Schema().FieldIndices(c)[0])
			for i := range arr.Len() {
				out[k] = append(out[k], number(arr, i))
			}
		}
	}
	return out
}

func number(arr arrow.Array, i int) float64 {
	if arr.IsNull(i) {
		return math.NaN()
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		return float64(a.GetValueIndex(i))
	case *array.Boolean:
		if a.Value(i) {
			return 1
		}
		return 0
	case *array.Int32:
		return float64(a.Value(i))
	case *array.Int64:
		return float64(a.Value(i))
	case *array.Float32:
		return float64(a.Value(i))
	case *array.Float64:
		return a.Value(i)
	case *array.Timestamp:
		return float64(a.Value(i)) / 1e6
	}
	return math.NaN()
}

func labels(values []float64) []uint8 {
	out := make([]uint8, len(values))
	for i, v := range values {
		out[i] = uint8(v)
	}
	return out
}

// TestOracle holds the oracle to what a likelihood must do: its parts sum to
// it, it ranks, and among rows of like posterior so many are fraud. The rows of
// a campaign share its luck, so that the error of a bin is that of a binomial
// law times the square root of a campaign's size, 8 rows on average and 40 at
// most: 5 sd of rows in clusters of 25. Another 15 % is for what the oracle's
// chain of fields leaves out.
func TestOracle(t *testing.T) {
	w := world(t, finance.Config{Preset: "ecom", Customers: 3000, Days: 100, Oracle: true})
	names := []string{"llr_activity", "llr_when", "llr_purpose", "llr_place", "llr_merchant", "llr_amount", "llr_entry", "llr_device", "llr_network", "llr_outcome", "llr_card"}
	cols := numbers(t, w, "oracle", append([]string{"transaction_id", "llr", "posterior"}, names...)...)
	tx := numbers(t, w, "transactions", "transaction_id", "is_fraud")
	label := labels(tx[1])
	type bin struct{ n, sum, hits float64 }
	var bins [24]bin
	for i := range tx[0] {
		if tx[0][i] != cols[0][i] {
			t.Fatalf("row %d of oracle is another transaction", i)
		}
		sum := 0.0
		for _, c := range cols[3:] {
			sum += c[i]
		}
		if math.Abs(sum-cols[1][i]) > 1e-4*(1+math.Abs(sum)) {
			t.Fatalf("row %d: the parts sum to %g, the ratio is %g", i, sum, cols[1][i])
		}
		k := min(max(int(2*math.Log2(cols[2][i]))+20, 0), 23)
		bins[k].n++
		bins[k].sum += cols[2][i]
		bins[k].hits += tx[1][i]
	}
	for k, b := range bins {
		if b.sum < 20 {
			continue
		}
		p := b.sum / b.n
		if slack := 5*math.Sqrt(25*b.sum*(1-p)) + .15*b.sum; math.Abs(b.hits-b.sum) > slack {
			t.Errorf("bin %d: posterior %.4f says %.0f frauds of %.0f, there are %.0f, allowed are %.0f off", k, p, b.sum, b.n, b.hits, slack)
		}
		t.Logf("posterior %.4f: %.0f expected, %.0f found of %.0f", p, b.sum, b.hits, b.n)
	}
	if auc := utility.AUC(cols[1], label); auc < .85 {
		t.Errorf("AUC of the oracle is %.3f, want at least .85", auc)
	} else {
		t.Logf("AUC %.4f, AP %.4f", auc, utility.AveragePrecision(cols[1], label))
	}
}

// BenchmarkOracle compares the oracle with boosted trees that learn from the
// raw columns of the first two thirds of a million rows, on the last third.
func BenchmarkOracle(b *testing.B) {
	for b.Loop() {
		w := world(b, finance.Config{Preset: "card-eu", Customers: 9000, Oracle: true})
		raw := []string{"amount", "local_amount", "mcc", "type", "channel", "entry_mode", "currency", "country", "card_country", "latitude", "longitude", "three_ds", "cvv", "recurring", "result", "decline_reason"}
		cols := numbers(b, w, "transactions", append([]string{"is_fraud", "timestamp"}, raw...)...)
		llr := numbers(b, w, "oracle", "llr")[0]
		label, features := labels(cols[0]), cols[2:]
		hour := make([]float64, len(label))
		for i, t := range cols[1] {
			hour[i] = math.Mod(t, 86_400) / 3600
		}
		features = append(features, hour)
		part := func(from, to int) [][]float64 {
			var out [][]float64
			for _, f := range features {
				out = append(out, f[from:to])
			}
			return out
		}
		cut := len(label) * 2 / 3
		m, err := utility.TrainTrees(&utility.Data{Features: part(0, cut), Labels: label[:cut]}, utility.TreesOptions{Leaves: 8, MinRows: 50, Penalty: 5, Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		scores, err := m.Score(part(cut, len(label)))
		if err != nil {
			b.Fatal(err)
		}
		trees, best := utility.AUC(scores, label[cut:]), utility.AUC(llr[cut:], label[cut:])
		if best < trees {
			b.Errorf("AUC of the oracle is %.4f, that of the trees %.4f", best, trees)
		}
		b.ReportMetric(float64(len(label)), "rows")
		b.ReportMetric(best, "oracle-AUC")
		b.ReportMetric(utility.AveragePrecision(llr[cut:], label[cut:]), "oracle-AP")
		b.ReportMetric(trees, "trees-AUC")
		b.ReportMetric(utility.AveragePrecision(scores, label[cut:]), "trees-AP")
	}
}
