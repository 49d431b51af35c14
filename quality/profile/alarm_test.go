package profile

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

var alarmSchema = arrow.NewSchema([]arrow.Field{
	{Name: "normal", Type: arrow.PrimitiveTypes.Float64},
	{Name: "heavy", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "count", Type: arrow.PrimitiveTypes.Int64},
	{Name: "word", Type: arrow.BinaryTypes.String, Nullable: true},
}, nil)

// alarmState profiles n rows; moved shifts their distributions.
func alarmState(t *testing.T, rng *rand.Rand, n int, moved float64) *State {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, alarmSchema)
	defer b.Release()
	words := []string{"a", "b", "c", "d", "e", "f", "g"}
	for range n {
		b.Field(0).(*array.Float64Builder).Append(rng.NormFloat64() + moved)
		if rng.Float64() < 0.1+moved/5 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.Float64Builder).Append(math.Exp(2 * rng.NormFloat64() * (1 + moved)))
		}
		b.Field(2).(*array.Int64Builder).Append(int64(rng.ExpFloat64() * 4 * (1 + moved)))
		if rng.IntN(20) == 0 {
			b.Field(3).AppendNull()
		} else {
			b.Field(3).(*array.StringBuilder).Append(words[min(rng.IntN(7), rng.IntN(7+int(6*moved)))])
		}
	}
	rec := b.NewRecord()
	defer rec.Release()
	s := New(alarmSchema, Options{Distinct: 1024, SampleRows: 16})
	if err := s.Add(rec); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFalseAlarms compares 1,000 pairs of samples of one distribution. At .05
// each test may alarm on 5 % of them; the bound adds 4 standard errors of a
// share of 1,000 (.0276), so that a test of the right size fails here with a
// chance of 3e-5 per test. What a suite's drift check calls an alarm, a distance
// that matters and one of three p-values below .01/3, must be rarer than 1 %.
func TestFalseAlarms(t *testing.T) {
	if underRace {
		t.Skip("2,000 profiles and no goroutine: nothing to race")
	}
	const pairs, n = 1000, 400
	rng := rand.New(rand.NewPCG(21, 22))
	fired := map[string]int{}
	alarms := 0
	for range pairs {
		a, b := alarmState(t, rng, n, 0), alarmState(t, rng, n+rng.IntN(n), 0)
		for _, f := range alarmSchema.Fields() {
			d, err := Compare(a, b, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			for name, p := range map[string]float64{"psi": d.PSIP, "ks": d.KSP, "chi2": d.ChiP, "nulls": d.NullP} {
				if p < 0.05 {
					fired[f.Name+"/"+name]++
				}
			}
			if len(d.Alarms(0.01/3)) > 0 {
				alarms++
			}
		}
	}
	bound := pairs*0.05 + 4*math.Sqrt(pairs*0.05*0.95)
	for name, k := range fired {
		if float64(k) > bound {
			t.Errorf("%s alarms on %.1f %% of pairs without drift, want at most 5 %% and its error", name, 100*float64(k)/pairs)
		}
	}
	if share := float64(alarms) / pairs / 4; share > 0.01 {
		t.Errorf("drift alarms on %.2f %% of columns without drift, want at most 1 %%", 100*share)
	}
	t.Logf("alarms at .05 in %d pairs: %v; of drift at .01 in %d columns: %d", pairs, fired, 4*pairs, alarms)
	missed := 0
	for range 50 {
		a, b := alarmState(t, rng, 1000, 0), alarmState(t, rng, 1000, 0.7)
		for _, f := range alarmSchema.Fields() {
			if d, err := Compare(a, b, f.Name); err != nil || len(d.Alarms(0.01/3)) == 0 {
				missed++
			}
		}
	}
	if missed > 10 {
		t.Errorf("drift is missed in %d of 200 columns that moved", missed)
	}
}
