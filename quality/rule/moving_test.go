package rule

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestExactSum compares with sums of fractions, in any order and any split.
func TestExactSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	odd := []float64{0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -5e-310, math.MaxFloat64 / 1000, -math.MaxFloat64 / 1000, 1, 0x1p-1022, 1e16, -1e16, 0.1}
	for range 300 {
		var a, b exactSum
		want := new(big.Rat)
		for range rng.IntN(200) {
			x := rng.NormFloat64() * math.Pow(10, float64(rng.IntN(500)-250))
			if rng.IntN(4) == 0 {
				x = odd[rng.IntN(len(odd))]
			}
			want.Add(want, new(big.Rat).SetFloat64(x))
			if rng.IntN(2) == 0 {
				a.add(x)
			} else {
				b.add(x)
			}
		}
		b.merge(&a)
		f, _ := want.Float64()
		if got := b.value(); got != f {
			t.Fatalf("sum = %g, want %g", got, f)
		}
	}
}

// TestMovingNaive compares with the same said plainly.
func TestMovingNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	seen := map[string]int{}
	for trial := range 150 {
		of := []string{"mean", "sum", "rows"}[trial%3]
		float := trial%2 == 0
		n := []float64{2.5, 60}[trial/2%2]
		typ := arrow.DataType(arrow.PrimitiveTypes.Int32)
		if float {
			typ = arrow.PrimitiveTypes.Float64
		}
		s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}, {Name: "b", Type: &arrow.TimestampType{Unit: arrow.Second}, Nullable: true}}, nil)
		var in []rowOf
		sums, counts := map[int64]float64{}, map[int64]float64{}
		lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
		for range 400 {
			k := rng.Int64N(40) - 20
			if k == 3 && trial%5 == 0 {
				continue // a stretch without rows
			}
			x := 50 + rng.Int64N(9)
			if k == 15 {
				x += rng.Int64N(40)
			}
			r := rowOf{x, k*3600 + rng.Int64N(3600)}
			if float {
				r[0] = float64(x) + 0.25
			}
			switch rng.IntN(15) {
			case 0:
				r[0] = nil
			case 1:
				r[1] = nil
			default:
				lo, hi = min(lo, k), max(hi, k)
				counts[k]++
				sums[k] += float64(x)
				if float {
					sums[k] += 0.25
				}
			}
			in = append(in, r)
		}
		value := func(k int64) (float64, bool) {
			switch {
			case of == "rows":
				return counts[k], true
			case of == "sum":
				return sums[k], true
			}
			return sums[k] / counts[k], counts[k] > 0
		}
		judged, outside := 0, 0
		for k := lo + 1; k < hi; k++ {
			x, has := value(k)
			var past []float64
			for j := max(k-10, lo+1); j < k; j++ {
				if y, ok := value(j); ok {
					past = append(past, y)
				}
			}
			if !has || len(past) < 5 {
				continue
			}
			m, sd := mean(past), 0.0
			for _, y := range past {
				sd += (y - m) * (y - m)
			}
			sd = math.Sqrt(sd / float64(len(past)-1))
			judged++
			if math.Abs(x-m) > n*sd {
				outside++
			}
		}
		c := judgeRows(t, fmt.Sprintf("columns:\n  a: {within_n_moving_sd: {over: b, every: 1h, of: %s, window: 10, n: %g, least: 5}}\n", of, n), s, in, Options{}).Checks[0]
		if want := fmt.Sprintf("%d of %d stretches of time lie outside", outside, judged); c.Message != want || (outside > 0) != (c.Status == Fail) {
			t.Errorf("trial %d, %s: %s, %s, want %s", trial, of, c.Status, c.Message, want)
		}
		seen[of+string(c.Status)]++
	}
	if len(seen) != 6 {
		t.Errorf("the trials came to %v, want passes and failures of all three", seen)
	}
}

// TestMovingOdd: a value that is no number fails, equal values pass.
func TestMovingOdd(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Float64, Nullable: true}, {Name: "b", Type: &arrow.TimestampType{Unit: arrow.Second}, Nullable: true}}, nil)
	table := func(x float64) []rowOf {
		var in []rowOf
		for k := range int64(14) {
			v := 0.1
			if k == 12 {
				v = x
			}
			in = append(in, rowOf{v, k * 3600}, rowOf{v, k * 3600}, rowOf{v, k * 3600})
		}
		return in
	}
	for x, want := range map[float64]Status{0.1: Pass, 0.2: Fail, math.Inf(1): Fail, -math.MaxFloat64: Fail} {
		if c := judgeRows(t, "columns:\n  a: {within_n_moving_sd: {over: b, every: 1h}}\n", s, table(x), Options{}).Checks[0]; c.Status != want {
			t.Errorf("one stretch of %g: %s, %s, want %s", x, c.Status, c.Message, want)
		}
	}
	if c := judgeRows(t, "columns:\n  a: {within_n_moving_sd: {over: b, every: 1h}}\n", s, table(0.1)[:18], Options{}).Checks[0]; c.Status != Learning {
		t.Errorf("six stretches: %s, want learning", c.Status)
	}
}
