package dist

import (
	"errors"
	"math"
	"sort"
	"testing"
)

// mix is splitmix64's finaliser: draws for tests.
func mix(i uint64) uint64 {
	h := (i + 1) * 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ks is the greatest distance between a sample's distribution and cdf.
func ks(sample []float64, cdf func(float64) float64) float64 {
	sort.Float64s(sample)
	worst, n := 0.0, float64(len(sample))
	for i, x := range sample {
		p := cdf(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	return worst
}

// TestCurves draws 200,000 values of each distribution and compares them with
// the distribution function, computed another way. The Kolmogorov-Smirnov
// distance exceeds 2.63/sqrt(n) once in 10^6 (Massart's bound: 2 exp(-2 d^2)).
func TestCurves(t *testing.T) {
	erf := func(x float64) float64 { return (1 + math.Erf(x/math.Sqrt2)) / 2 }
	for _, c := range []struct {
		name  string
		curve *Curve
		cdf   func(float64) float64
		mean  float64
	}{
		{"uniform", must(Uniform(-2, 6))(t), func(x float64) float64 { return (x + 2) / 8 }, 2},
		{"normal", must(Normal(41, 13))(t), func(x float64) float64 { return erf((x - 41) / 13) }, 41},
		{"lognormal", must(LogNormal(48000, 0.6))(t), func(x float64) float64 { return erf(math.Log(x/48000) / 0.6) }, 48000 * math.Exp(0.18)},
		{"exponential", must(Exponential(3))(t), func(x float64) float64 { return 1 - math.Exp(-x/3) }, 3},
		// Gamma(3) and Beta(2,3) have closed forms.
		{"gamma", must(Gamma(3, 2))(t), func(x float64) float64 { y := x / 2; return 1 - math.Exp(-y)*(1+y+y*y/2) }, 6},
		{"gamma half", must(Gamma(0.5, 2))(t), func(x float64) float64 { return math.Erf(math.Sqrt(x / 2)) }, 1},
		{"beta", must(Beta(2, 3))(t), func(x float64) float64 { return x * x * (6 - 8*x + 3*x*x) }, 0.4},
		{"beta half", must(Beta(0.5, 0.5))(t), func(x float64) float64 { return 2 / math.Pi * math.Asin(math.Sqrt(x)) }, 0.5},
		{"pareto", must(Pareto(1, 3))(t), func(x float64) float64 { return 1 - math.Pow(x, -3) }, 1.5},
		{"empirical", must(Empirical([]float64{0, 1, 10}))(t), func(x float64) float64 {
			if x < 1 {
				return x / 2
			}
			return 0.5 + (x-1)/18
		}, 3},
	} {
		const n = 200_000
		draws, out := make([]uint64, n), make([]float64, n)
		for i := range draws {
			draws[i] = mix(uint64(i))
		}
		c.curve.Fill(draws, out)
		if d := ks(out, c.cdf); d > 2.63/math.Sqrt(n) {
			t.Errorf("%s: distance to its distribution = %v, want at most %v", c.name, d, 2.63/math.Sqrt(n))
		}
		if m := c.curve.Mean(); math.Abs(m-c.mean) > 1e-5*max(1, math.Abs(c.mean)) {
			t.Errorf("%s: Mean() = %v, want %v", c.name, m, c.mean)
		}
		last := math.Inf(-1)
		for i := range uint64(1 << 16) {
			v := c.curve.At(i<<48 | mix(i)>>16)
			if v < last {
				t.Fatalf("%s: the value falls as the draw grows, at %d", c.name, i)
			}
			last = v
		}
	}
}

// TestCurveAccuracy compares with the exact quantile of the normal, which is
// checked through its distribution function to full precision.
func TestCurveAccuracy(t *testing.T) {
	c := must(Normal(0, 1))(t)
	for e := 1; e < 43; e++ {
		for _, f := range []float64{0.5, 0.6, 0.77, 0.93} {
			p := math.Ldexp(f, -e+1) / 2
			x := c.At(uint64(math.Ldexp(p, 64)))
			if got := math.Erfc(-x/math.Sqrt2) / 2; math.Abs(math.Log(got/p)) > 2e-6*max(1, math.Abs(x)) {
				t.Errorf("Normal.At(p=%g) has probability %g", p, got)
			}
		}
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		name           string
		steps          *Steps
		mean, variance float64
	}{
		{"poisson small", must(Poisson(0.3))(t), 0.3, 0.3},
		{"poisson", must(Poisson(40))(t), 40, 40},
		{"negbin", must(NegativeBinomial(3.2, 1.1))(t), 3.2, 3.2 + 3.2*3.2/1.1},
		{"geometric", must(Geometric(5))(t), 5, 30},
		{"binomial", must(Binomial(20, 0.3))(t), 6, 4.2},
		{"weighted", must(Weighted([]float64{1, 0, 3, 0}))(t), 1.5, 0.75},
	} {
		const n = 400_000
		sum, squares := 0.0, 0.0
		for i := range uint64(n) {
			v := float64(c.steps.At(mix(i)))
			sum += v
			squares += (v - c.mean) * (v - c.mean)
		}
		// Five standard errors: a false alarm once in 1.7 million.
		if got := sum / n; math.Abs(got-c.mean) > 5*math.Sqrt(c.variance/n) {
			t.Errorf("%s: mean %v, want %v", c.name, got, c.mean)
		}
		if got := squares / n; math.Abs(got-c.variance) > 0.05*c.variance {
			t.Errorf("%s: variance %v, want %v", c.name, got, c.variance)
		}
		if math.Abs(c.steps.Mean()-c.mean) > 1e-9*c.mean {
			t.Errorf("%s: Mean() = %v, want %v", c.name, c.steps.Mean(), c.mean)
		}
		if got := c.steps.At(0); got < 0 || got >= c.steps.Len() {
			t.Errorf("%s: At(0) = %d", c.name, got)
		}
		if got := c.steps.At(math.MaxUint64); got < 0 || got >= c.steps.Len() {
			t.Errorf("%s: At(max) = %d", c.name, got)
		}
	}
}

// TestStepsNeverDrawZeroWeight walks every threshold and its neighbours.
func TestStepsNeverDrawZeroWeight(t *testing.T) {
	w := []float64{0, 0, 2, 0, 1e-12, 0, 0, 5, 0}
	s := must(Weighted(w))(t)
	var draws []uint64
	for _, e := range s.ends {
		draws = append(draws, e-1, e, e+1)
	}
	for i := range uint64(10000) {
		draws = append(draws, mix(i), i)
	}
	for _, d := range draws {
		if k := s.At(d); w[k] == 0 {
			t.Errorf("At(%d) = %d, which has no weight", d, k)
		}
	}
}

// TestZipf compares the shares of ranks with exact sums: five standard errors.
func TestZipf(t *testing.T) {
	for _, c := range []struct {
		n int64
		s float64
	}{{1, 1}, {10, 0}, {1000, 1.2}, {100_000, 1}, {100_000, 0.7}, {1_000_000, 1.5}} {
		z := must(NewZipf(c.n, c.s))(t)
		const n = 300_000
		limits := []int64{1, 2, 10, 100, 4096, 5000, 20_000}
		got, want, total := make([]float64, len(limits)), make([]float64, len(limits)), 0.0
		for k := int64(1); k <= c.n; k++ {
			p := math.Pow(float64(k), -c.s)
			total += p
			for i, l := range limits {
				if k <= l {
					want[i] += p
				}
			}
		}
		for i := range uint64(n) {
			k := z.At(mix(i))
			if k < 0 || k >= c.n {
				t.Fatalf("Zipf(%d, %v).At = %d", c.n, c.s, k)
			}
			for j, l := range limits {
				if k < l {
					got[j]++
				}
			}
		}
		for i := range limits {
			p := want[i] / total
			if math.Abs(got[i]/n-p) > 5*math.Sqrt(p*(1-p)/n)+1e-4 {
				t.Errorf("Zipf(%d, %v): share of the first %d ranks %v, want %v", c.n, c.s, limits[i], got[i]/n, p)
			}
		}
	}
}

func TestCopula(t *testing.T) {
	var c Copula
	if _, err := c.Add(nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add([]int{0}, []float64{0.9}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add([]int{0, 1}, []float64{0.9, -0.9}); !errors.Is(err, ErrImpossible) {
		t.Errorf("Add(0.9, -0.9) = %v, want ErrImpossible", err)
	}
	b, err := c.Add([]int{0, 1}, []float64{0.5, 0.3})
	if err != nil {
		t.Fatal(err)
	}
	// Put scores together from independent normals and measure the ranks.
	const n = 100_000
	curve := must(Normal(0, 1))(t)
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	r := 2 * math.Sin(math.Pi/6*0.9)
	for i := range x {
		e0, e1, e2 := curve.At(mix(uint64(3*i))), curve.At(mix(uint64(3*i+1))), curve.At(mix(uint64(3*i+2)))
		x[i] = e0
		y[i] = r*e0 + math.Sqrt(1-r*r)*e1
		z[i] = b.With[0]*x[i] + b.With[1]*y[i] + b.Rest*e2
	}
	// The standard error of a rank correlation is below 1/sqrt(n-1) = 0.0032.
	for _, p := range []struct {
		name      string
		got, want float64
	}{{"x,y", spearman(x, y), 0.9}, {"x,z", spearman(x, z), 0.5}, {"y,z", spearman(y, z), 0.3}} {
		if math.Abs(p.got-p.want) > 0.016 {
			t.Errorf("rank correlation %s = %v, want %v", p.name, p.got, p.want)
		}
	}
}

func spearman(a, b []float64) float64 {
	rank := func(v []float64) []float64 {
		order := make([]int, len(v))
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(i, j int) bool { return v[order[i]] < v[order[j]] })
		out := make([]float64, len(v))
		for r, i := range order {
			out[i] = float64(r)
		}
		return out
	}
	x, y := rank(a), rank(b)
	m, num, den := float64(len(a)-1)/2, 0.0, 0.0
	for i := range x {
		num += (x[i] - m) * (y[i] - m)
		den += (x[i] - m) * (x[i] - m)
	}
	return num / den
}

func TestRefusals(t *testing.T) {
	nan := math.NaN()
	for name, err := range map[string]error{
		"uniform":     second(Uniform(2, 1)),
		"normal":      second(Normal(0, 0)),
		"nan":         second(Normal(nan, 1)),
		"lognormal":   second(LogNormal(-1, 1)),
		"exponential": second(Exponential(0)),
		"gamma":       second(Gamma(0, 1)),
		"beta":        second(Beta(0, 1)),
		"empirical":   second(Empirical([]float64{2, 1})),
		"pareto":      second(Pareto(0, 1)),
		"weights":     second(Weighted([]float64{0, 0})),
		"negative":    second(Weighted([]float64{1, -1})),
		"poisson":     second(Poisson(nan)),
		"negbin":      second(NegativeBinomial(1, 0)),
		"binomial":    second(Binomial(0, 0.5)),
		"zipf":        second(NewZipf(0, 1)),
	} {
		if err == nil {
			t.Errorf("%s: no error for bad parameters", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func BenchmarkCurve(b *testing.B) {
	c, err := LogNormal(100, 1)
	if err != nil {
		b.Fatal(err)
	}
	draws, out := make([]uint64, 1024), make([]float64, 1024)
	for i := range draws {
		draws[i] = mix(uint64(i))
	}
	for b.Loop() {
		c.Fill(draws, out)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/value")
}

func BenchmarkNewGamma(b *testing.B) {
	for b.Loop() {
		if _, err := Gamma(2.5, 3); err != nil {
			b.Fatal(err)
		}
	}
}
