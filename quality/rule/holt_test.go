package rule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// naiveHolt says the method of section 8.3 of Hyndman and Athanasopoulos with a
// list for each of l, b and s, counted from 1 as there.
func naiveHolt(y []float64, m int, alpha, beta, gamma float64) float64 {
	n := len(y)
	at := func(t int) float64 { return y[t-1] }
	l, b := make([]float64, n+1), make([]float64, n+1)
	s := make([]float64, n+1)
	first, slope := 0.0, 0.0
	for t := 1; t <= m; t++ {
		first += at(t)
		slope += (at(t+m) - at(t)) / float64(m)
	}
	first /= float64(m)
	slope /= float64(m)
	line := func(t int) float64 { return first + slope*(float64(t)-float64(m+1)/2) }
	for t := 1; t <= m; t++ {
		s[t] = at(t) - line(t)
	}
	l[m], b[m] = line(m), slope
	for t := m + 1; t <= n; t++ {
		l[t] = alpha*(at(t)-s[t-m]) + (1-alpha)*(l[t-1]+b[t-1])
		b[t] = beta*(l[t]-l[t-1]) + (1-beta)*b[t-1]
		s[t] = gamma*(at(t)-l[t-1]-b[t-1]) + (1-gamma)*s[t-m]
	}
	return l[n] + b[n] + s[n+1-m]
}

func TestHoltNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for range 300 {
		m := 2 + rng.IntN(9)
		y := make([]float64, 2*m+rng.IntN(50))
		for i := range y {
			y[i] = 100 + float64(i) + 10*math.Sin(float64(i)) + rng.NormFloat64()
		}
		a, b, c := rng.Float64(), rng.Float64(), rng.Float64()
		got, _, _ := holt(y, make([]float64, m), a, b, c)
		if want := naiveHolt(y, m, a, b, c); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			t.Fatalf("season %d of %d values: forecast %.9g, want %.9g", m, len(y), got, want)
		}
	}
}

// TestHoltExact: a straight line with a season is forecast exactly.
func TestHoltExact(t *testing.T) {
	season := []float64{5, -3, 0, 4, -6, 1, -1}
	y := make([]float64, 40)
	for i := range y {
		y[i] = 1000 + 2.5*float64(i) + season[i%7]
	}
	got, sd := fitSeason(y[:39], 7, [3]*float64{})
	if math.Abs(got-y[39]) > 1e-9 || sd > 1e-9 {
		t.Errorf("forecast %.12g with deviation %g, want %.12g and 0", got, sd, y[39])
	}
}

func runsOf(rows []float64) []*Result {
	var out []*Result
	for _, n := range rows {
		out = append(out, &Result{Tables: []Table{{Rows: int64(math.Round(n))}}})
	}
	return out
}

// TestHoltAlarms draws weekly series with a trend and noise: a further value of
// the same series must not alarm at k = 4 in more than 1 of 100 runs, and one
// that lies 30 % off must always.
func TestHoltAlarms(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	season := []float64{300, 200, 100, 0, -50, -250, -300}
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}}, nil)
	of := func(i int) float64 { return 1500 + 5*float64(i) + season[i%7] + 40*rng.NormFloat64() }
	status := func(history []float64, n int) Status {
		return judgeRows(t, "checks:\n  - holt_winters: {metric: row_count}\n", s, slices.Repeat([]rowOf{{int64(1)}}, n), Options{History: runsOf(history)}).Checks[0].Status
	}
	alarms, missed := 0, 0
	const trials = 100
	for range trials {
		var y []float64
		for i := range 42 {
			y = append(y, of(i))
		}
		if status(y, int(of(42))) != Pass {
			alarms++
		}
		if status(y, int(of(42)*0.7)) != Fail {
			missed++
		}
	}
	if alarms > trials/100 || missed > 0 {
		t.Errorf("%d of %d runs alarm falsely and %d of %d are missed", alarms, trials, missed, trials)
	}
	if got := status(make([]float64, 20), 1); got != Learning {
		t.Errorf("20 runs of a season of 7: %s, want learning", got)
	}
}
