package utility

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMeasures(t *testing.T) {
	// scikit-learn's own example of average_precision_score and roc_auc_score.
	scores, labels := []float64{.1, .4, .35, .8}, []uint8{0, 0, 1, 1}
	for name, c := range map[string]struct{ got, want float64 }{
		"AUC":              {AUC(scores, labels), .75},
		"AveragePrecision": {AveragePrecision(scores, labels), 5.0 / 6},
		"F1":               {F1(scores, labels, .35), .8},
		"PrecisionAt":      {PrecisionAt(2, scores, labels), .5},
		"Recall":           {RecallAtFalseRate(0, scores, labels), .5},
		"AUC ties":         {AUC([]float64{1, 1, 1}, []uint8{0, 1, 0}), .5},
		"AP ties":          {AveragePrecision([]float64{1, 1, 1, 1}, []uint8{0, 1, 0, 0}), .25},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", name, c.got, c.want)
		}
	}
	if got, share := BestF1(scores, labels); math.Abs(got-.8) > 1e-12 || share != .75 {
		t.Errorf("BestF1 = %v, %v, want .8, .75", got, share)
	}
}

func TestAUCAgainstPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		n := 2 + r.IntN(60)
		scores, labels := make([]float64, n), make([]uint8, n)
		for i := range n {
			scores[i], labels[i] = float64(r.IntN(8)), uint8(r.IntN(2))
		}
		labels[0], labels[1] = 0, 1
		wins, pairs := 0.0, 0.0
		for i := range n {
			for j := range n {
				if labels[i] == 1 && labels[j] == 0 {
					pairs++
					if scores[i] > scores[j] {
						wins++
					} else if scores[i] == scores[j] {
						wins += .5
					}
				}
			}
		}
		if got := AUC(scores, labels); math.Abs(got-wins/pairs) > 1e-12 {
			t.Fatalf("AUC = %v, want %v by pairs", got, wins/pairs)
		}
	}
}

// example has a linear part, an interaction, a category and missing values.
func example(rows int, seed uint64) *Data {
	r := rand.New(rand.NewPCG(seed, 1))
	d := &Data{Features: make([][]float64, 6), Labels: make([]uint8, rows), Categorical: []bool{false, false, false, false, true, false}}
	for j := range d.Features {
		d.Features[j] = make([]float64, rows)
	}
	effect := []float64{1, -1, .5, 0, -2, 1.5, .2}
	for i := range rows {
		z := -2.0
		for j := range 4 {
			d.Features[j][i] = r.NormFloat64()
		}
		code := r.IntN(len(effect))
		d.Features[4][i] = float64(code)
		d.Features[5][i] = r.ExpFloat64()
		z += d.Features[0][i] + effect[code] + .8*d.Features[1][i]*d.Features[2][i]
		if r.IntN(10) == 0 {
			d.Features[5][i] = math.NaN()
			z++
		}
		if r.Float64() < sigmoid(z) {
			d.Labels[i] = 1
		}
	}
	return d
}

func TestTrees(t *testing.T) {
	train, test := example(20000, 1), example(20000, 2)
	m, err := TrainTrees(train, TreesOptions{})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := m.Score(test.Features)
	if err != nil {
		t.Fatal(err)
	}
	lm, err := TrainLogistic(train, LogisticOptions{})
	if err != nil {
		t.Fatal(err)
	}
	linear, err := lm.Score(test.Features)
	if err != nil {
		t.Fatal(err)
	}
	// The interaction and the category are out of reach of a linear model.
	if tree, line := AUC(scores, test.Labels), AUC(linear, test.Labels); tree < line+.04 || tree < .8 {
		t.Errorf("AUC of trees is %v, of logistic regression %v, want at least .8 and .04 more", tree, line)
	}
	again, err := TrainTrees(train, TreesOptions{Workers: 4})
	if err != nil {
		t.Fatal(err)
	}
	if more, bad := again.Score(test.Features); bad != nil || !slices.Equal(more, scores) {
		t.Errorf("TrainTrees on 4 workers differs from 1, %v", bad)
	}
	lm2, err := TrainLogistic(train, LogisticOptions{Workers: 3})
	if err != nil || !slices.Equal(lm2.Weight, lm.Weight) {
		t.Errorf("TrainLogistic on 3 workers differs from 1, %v", err)
	}
}

func TestLogisticRecoversWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	const rows = 50000
	d := &Data{Features: [][]float64{make([]float64, rows), make([]float64, rows)}, Labels: make([]uint8, rows)}
	for i := range rows {
		x, y := r.NormFloat64(), r.NormFloat64()
		d.Features[0][i], d.Features[1][i] = x, 10*y
		if r.Float64() < sigmoid(.5+x-2*y) {
			d.Labels[i] = 1
		}
	}
	m, err := TrainLogistic(d, LogisticOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Standard errors are below .02 here; five of them are false once in 10^6.
	for j, want := range []float64{1, -2} {
		if math.Abs(m.Weight[j]-want) > .1 {
			t.Errorf("weight %d = %v, want %v", j, m.Weight[j], want)
		}
	}
	if math.Abs(m.Intercept-.5) > .1 {
		t.Errorf("intercept = %v, want .5", m.Intercept)
	}
}

func TestRefuses(t *testing.T) {
	one := &Data{Features: [][]float64{{1, 2}}, Labels: []uint8{0, 0}}
	if _, err := TrainTrees(one, TreesOptions{}); !errors.Is(err, ErrOneClass) {
		t.Errorf("TrainTrees(one class) = %v, want ErrOneClass", err)
	}
	for _, d := range []*Data{{Labels: []uint8{0, 1}}, {Features: [][]float64{{1}}, Labels: []uint8{0, 1}}, {Features: [][]float64{{1, 2}}, Labels: []uint8{0, 2}}} {
		if _, err := TrainLogistic(d, LogisticOptions{}); err == nil {
			t.Errorf("TrainLogistic(%v) = nil error, want one", d)
		}
	}
}

func BenchmarkTrees(b *testing.B) {
	const rows, features = 1 << 20, 30
	r := rand.New(rand.NewPCG(1, 1))
	d := &Data{Labels: make([]uint8, rows)}
	for range features {
		f := make([]float64, rows)
		for i := range f {
			f[i] = r.NormFloat64()
		}
		d.Features = append(d.Features, f)
	}
	for i := range rows {
		if r.Float64() < sigmoid(d.Features[0][i]-3+d.Features[1][i]*d.Features[2][i]) {
			d.Labels[i] = 1
		}
	}
	b.Run("trees", func(b *testing.B) {
		for b.Loop() {
			if _, err := TrainTrees(d, TreesOptions{Workers: 2}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("logistic", func(b *testing.B) {
		for b.Loop() {
			if _, err := TrainLogistic(d, LogisticOptions{Workers: 2}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
