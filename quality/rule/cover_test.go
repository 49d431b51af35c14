package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestCoverNaive compares with sets.
func TestCoverNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	for trial := range 120 {
		types := []arrow.DataType{arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}}
		typ := types[trial%4]
		s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}}, nil)
		var in []rowOf
		have := map[string]bool{}
		for range 1 + rng.IntN(30) {
			k := rng.Int64N(20)
			if rng.IntN(6) == 0 {
				in = append(in, rowOf{nil})
				continue
			}
			have[fmt.Sprint(k)] = true
			in = append(in, rowOf{[]any{k, float64(k), strconv.Itoa(int(k)), strconv.Itoa(int(k))}[trial%4]})
		}
		in = append(in, rowOf{[]any{int64(50), 50., "50", "50"}[trial%4]})
		wanted := map[string]bool{}
		var list []string
		for range 1 + rng.IntN(12) {
			k := fmt.Sprint(rng.IntN(20))
			wanted[k] = true
			list = append(list, k)
		}
		least := []float64{1, 0.5, 0.8}[rng.IntN(3)]
		seen := 0
		for k := range wanted {
			if have[k] {
				seen++
			}
		}
		arg := fmt.Sprintf("{values: [%s], least: %g}", strings.Join(list, ", "), least)
		if trial%4 == 0 && trial%3 == 0 {
			arg, seen, wanted = fmt.Sprintf("{from: 2, to: 11, every: 2, least: %g}", least), 0, map[string]bool{"2": true, "4": true, "6": true, "8": true, "10": true}
			for k := range wanted {
				n, _ := strconv.Atoi(k)
				if have[k] || have[strconv.Itoa(n+1)] {
					seen++
				}
			}
		}
		c := judgeRows(t, "columns:\n  a: {coverage_of: "+arg+"}\n", s, in, Options{}).Checks[0]
		want := fmt.Sprintf("%d of %d values occur", seen, len(wanted))
		if pass := float64(seen)/float64(len(wanted)) >= least-1e-9; c.Message != want || (c.Status == Pass) != pass {
			t.Errorf("trial %d: %s on %s: %s, %s, want %s and pass %v", trial, arg, typ, c.Status, c.Message, want, pass)
		}
	}
}

// TestMoreArguments holds that a mistake in an argument is an error with its
// line, and never a panic.
func TestMoreArguments(t *testing.T) {
	s := schema(t, "n int64", "x float64", "s string", "at timestamp", "day date")
	for _, rule := range []string{
		"columns: {n: {coverage_of: []}}", "columns: {n: {coverage_of: {values: [1.5]}}}", "columns: {n: {coverage_of: {least: 1}}}",
		"columns: {n: {coverage_of: {from: 5, to: 1, every: 1}}}", "columns: {n: {coverage_of: {from: 1, to: 5}}}", "columns: {n: {coverage_of: {from: 1, to: 9000000000000000000, every: 1}}}",
		"columns: {n: {coverage_of: {values: [1], least: 0}}}", "columns: {n: {coverage_of: {of: n}}}", "columns: {n: {coverage_of: {file: none}}}",
		"columns: {s: {dictionary_in: [a]}}", "columns: {s: {max_digits: 3}}", "columns: {n: {max_digits: 0}}", "columns: {at: {max_digits: 3}}",
		"columns: {n: {near_duplicates: 1}}", "columns: {s: {near_duplicates: -1}}", "checks: [duplicate_rows: x]",
		"columns: {s: {top_share: {k: 0, between: [0, 1]}}}", "columns: {s: {top_share: {k: 2}}}",
		"checks: [metric: {of: mean, expr: 's', between: [0, 1]}]", "checks: [metric: {of: share, expr: 'n', between: [0, 1]}]", "checks: [metric: {of: mode, expr: 'n', between: [0, 1]}]",
		"checks: [metric: {of: mean, expr: 'n +', between: [0, 1]}]", "checks: [metric: {of: mean, between: [0, 1]}]", "checks: [metric: {of: mean, expr: 'at', between: [0, 1]}]",
		"checks: [order_dependency: {from: n}]", "checks: [order_dependency: {from: s, to: n}]", "checks: [order_dependency: {from: n, to: none}]",
		"checks: [no_fold_overlap: {key: [n]}]", "checks: [no_fold_overlap: {fold: n, key: [n]}]", "checks: [no_fold_overlap: {fold: none}]",
		"columns: {at: {seasonality: {by: month}}}", "columns: {n: {seasonality: {by: hour, against: history}}}", "columns: {day: {seasonality: {by: hour, against: history}}}",
		"columns: {at: {seasonality: {by: hour}}}", "columns: {at: {seasonality: {by: weekday, shares: [1]}}}", "columns: {at: {seasonality: {by: weekday, shares: [1, 1, 0, 0, 0, 0, 0]}}}",
		"columns: {at: {seasonality: {by: weekday, against: tomorrow}}}", "columns: {at: {seasonality: {by: weekday, against: history, max: 2}}}",
		"columns: {n: {sla_by: {by: '06:00'}}}", "columns: {day: {sla_by: {by: 6}}}", "columns: {day: {sla_by: {by: '06:00', days: -1}}}", "columns: {day: {sla_by: {by: '06:00', arrived: s}}}",
		"columns: {day: {sla_by: {by: '06:00', skip: [noday]}}}", "columns: {day: {sla_by: {by: '06:00', from: soon}}}", "columns: {day: {sla_by: {by: '06:00', rows: 0}}}",
		"columns: {x: {within_n_moving_sd: {every: 1h}}}", "columns: {x: {within_n_moving_sd: {over: s, every: 1h}}}", "columns: {s: {within_n_moving_sd: {over: at, every: 1h}}}",
		"columns: {x: {within_n_moving_sd: {over: at, every: 1h, of: mode}}}", "columns: {x: {within_n_moving_sd: {over: at, every: 1h, window: 3}}}", "columns: {x: {within_n_moving_sd: {over: at, every: 1h, n: 0}}}",
		"checks: [holt_winters: {metric: none}]", "checks: [holt_winters: {metric: row_count, season: 1}]", "checks: [holt_winters: {metric: row_count, alpha: 2}]",
		"checks: [change: {metric: row_count, max: 1, absolute: 1}]", "checks: [change: {metric: row_count, absolute: -1}]",
	} {
		suite, err := Parse("s.yaml", []byte(rule))
		if err == nil {
			_, err = Compile(suite, map[string]*arrow.Schema{"": s}, Options{})
		}
		if err == nil || !strings.HasPrefix(err.Error(), "s.yaml:1:") {
			t.Errorf("%s gives %v, want an error with its line", rule, err)
		}
	}
}

// TestDigitsNaive counts digits in texts.
func TestDigitsNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	naive := func(text string) int {
		text = strings.TrimLeft(text, "-")
		whole, after, _ := strings.Cut(text, ".")
		return len(strings.TrimLeft(whole, "0")) + len(strings.TrimRight(after, "0"))
	}
	for _, typ := range []arrow.DataType{arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Int64, &arrow.Decimal128Type{Precision: 12, Scale: 4}} {
		s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}}, nil)
		for limit := 1; limit < 14; limit++ {
			var in []rowOf
			want := int64(0)
			for range 200 {
				k := rng.Int64N(int64(math.Pow10(1+rng.IntN(11)))) - 500
				if rng.IntN(3) == 0 {
					k *= 1000
				}
				var v any = k
				text := strconv.FormatInt(k, 10)
				switch typ.ID() {
				case arrow.FLOAT64:
					v = float64(k) / 10000
					text = strconv.FormatFloat(float64(k)/10000, 'f', -1, 64)
				case arrow.FLOAT32:
					v = float64(float32(k) / 1000)
					text = strconv.FormatFloat(float64(float32(k)/1000), 'f', -1, 32)
				case arrow.DECIMAL128:
					text = strconv.FormatFloat(float64(k)/10000, 'f', 4, 64)
				}
				if naive(text) > limit {
					want++
				}
				in = append(in, rowOf{v})
			}
			c := judgeRows(t, fmt.Sprintf("columns:\n  a: {max_digits: %d}\n", limit), s, in, Options{}).Checks[0]
			if c.Failed != want {
				t.Errorf("max_digits %d on %s: %d fail, want %d", limit, typ, c.Failed, want)
			}
		}
	}
}

// TestMetricNaive compares aggregates of an expression with plain loops.
func TestMetricNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Float64, Nullable: true}, {Name: "b", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	for range 60 {
		var in []rowOf
		n, above, sum, lo, hi := 0., 0., 0., math.Inf(1), math.Inf(-1)
		for range 3 + rng.IntN(100) {
			r := rowOf{float64(rng.IntN(100)) / 4, rng.Int64N(9) - 3}
			if rng.IntN(9) == 0 {
				r[rng.IntN(2)] = nil
			}
			in = append(in, r)
			if r[0] == nil || r[1] == nil || r[1].(int64) == 0 {
				continue // left out by where
			}
			x := r[0].(float64) * float64(r[1].(int64)) // exact: quarters
			n++
			sum += x
			lo, hi = math.Min(lo, x), math.Max(hi, x)
			if x > 10 {
				above++
			}
		}
		for of, want := range map[string]float64{"sum": sum, "mean": sum / n, "min": lo, "max": hi, "share": above / n} {
			src := "a * float(b)"
			if of == "share" {
				src += " > 10.0"
			}
			c := judgeRows(t, fmt.Sprintf("checks:\n  - {metric: {of: %s, expr: %q, between: [0, 50]}, where: \"b != 0\"}\n", of, src), s, in, Options{}).Checks[0]
			if n == 0 {
				continue
			}
			if c.Observed == nil || *c.Observed != want || (c.Status == Pass) != (want >= 0 && want <= 50) {
				t.Errorf("%s: %s, %v, want %g", of, c.Status, c.Message, want)
			}
		}
	}
}
