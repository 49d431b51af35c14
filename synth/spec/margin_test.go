package spec

import (
	"math"
	"slices"
	"testing"
)

// TestCorrelations measures Spearman's rho of what was declared, on 20,000
// rows: its standard error is below 0.0071, and 5 of them make one false alarm
// in 10^6.
func TestCorrelations(t *testing.T) {
	s := parse(t, `
tables:
  t:
    rows: 20k
    columns:
      a: {lognormal: [48000, 0.6]}
      b: {normal: [41, 13], truncate: [18, 95], correlate: {a: 0.35}}
      c: {gamma: [2, 3], correlate: {a: -0.5, b: 0.2}}
      d: {normal: [41, 13], truncate: [18, 95]}
      e: {negbin: [40, 3], correlate: {c: 0.6}}
`)
	b := whole(t, s, "t")
	for _, c := range []struct {
		x, y string
		want float64
	}{{"a", "b", 0.35}, {"a", "c", -0.5}, {"b", "c", 0.2}, {"a", "d", 0}, {"b", "d", 0}, {"c", "e", 0.6}} {
		if got := spearman(realsOf(t, b, c.x), realsOf(t, b, c.y)); math.Abs(got-c.want) > 5*0.0071 {
			t.Errorf("rank correlation of %s and %s = %.3f, want %.3f", c.x, c.y, got, c.want)
		}
	}
	// The margin is kept: b, correlated, and d, alone, have one distribution.
	// Kolmogorov-Smirnov of two samples of 20,000: 0.0266 is one in 10^6.
	x, y := realsOf(t, b, "b"), realsOf(t, b, "d")
	slices.Sort(x)
	slices.Sort(y)
	gap, j := 0.0, 0
	for i, v := range x {
		for j < len(y) && y[j] <= v {
			j++
		}
		gap = max(gap, math.Abs(float64(i+1)-float64(j))/float64(len(x)))
	}
	if gap > 0.0266 {
		t.Errorf("the correlated column's distribution is %.4f from the uncorrelated one's", gap)
	}
	if x[0] < 18 || x[len(x)-1] > 95 {
		t.Errorf("truncated values go from %g to %g, want 18 to 95", x[0], x[len(x)-1])
	}
}

func spearman(x, y []float64) float64 {
	rx, ry := ranks(x), ranks(y)
	mean := float64(len(x)-1) / 2
	var xy, xx, yy float64
	for i := range rx {
		a, b := rx[i]-mean, ry[i]-mean
		xy, xx, yy = xy+a*b, xx+a*a, yy+b*b
	}
	return xy / math.Sqrt(xx*yy)
}

func ranks(v []float64) []float64 {
	idx := make([]int, len(v))
	for i := range idx {
		idx[i] = i
	}
	slices.SortFunc(idx, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(v))
	for i := 0; i < len(idx); { // equal values share their mean rank
		j := i
		for j < len(idx) && v[idx[j]] == v[idx[i]] {
			j++
		}
		for _, k := range idx[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

// TestShares holds weights, nulls and rhythm to binomial bounds of 5 standard
// deviations: one false alarm in 10^6 each, and there are ten.
func TestShares(t *testing.T) {
	const n = 40_000
	s := parse(t, `
tables:
  t:
    rows: 40k
    columns:
      pick:  {pick: {a: 60, b: 30, c: 10}}
      null:  {int: [1, 6], null: 12%}
      bool:  {bool: 35%}
      time:  {time: {from: 2025-01-06, to: 2025-03-03, rhythm: {hour: [1,0,0,0,0,0,0,0,0,0,0,0,3,0,0,0,0,0,0,0,0,0,0,0], weekday: [1,1,1,1,1,0,0]}}}
      when:  {when: {"pick == 'a'": {const: 1}, "pick == 'b'": {const: 2}}}
      text:  {pattern: "[ab]{2,3}"}
`)
	b := whole(t, s, "t")
	near := func(what string, got int, p float64) {
		t.Helper()
		if sd := math.Sqrt(n * p * (1 - p)); math.Abs(float64(got)-n*p) > 5*sd {
			t.Errorf("%s: %d of %d, want %.0f +- %.0f", what, got, n, n*p, sd)
		}
	}
	count := func(name, value string) (k int) {
		for _, c := range cellsOf(t, b, name) {
			if c == value {
				k++
			}
		}
		return k
	}
	near("pick a", count("pick", "a"), 0.6)
	near("pick c", count("pick", "c"), 0.1)
	near("null", col(t, b, "null").NullN(), 0.12)
	near("int 3", count("null", "3"), 0.88/6)
	near("bool", count("bool", "true"), 0.35)
	near("when 1", count("when", "1"), 0.6)
	near("when none", col(t, b, "when").NullN(), 0.1)
	near("pattern aa", count("text", "aa"), 0.125)
	noon := 0
	for _, c := range cellsOf(t, b, "time") {
		switch c[11:13] {
		case "12":
			noon++
		case "00":
		default:
			t.Fatalf("a time at hour %s, where the rhythm is 0", c[11:13])
		}
	}
	near("time at noon", noon, 0.75)
}
