package profile

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestExtremesCanBeWritten profiles numbers at the ends of their types, and
// compares such profiles: everything that comes out can be written as JSON,
// which has no NaN and no infinity.
func TestExtremesCanBeWritten(t *testing.T) {
	floats := []float64{math.MaxFloat64, -math.MaxFloat64, 1e308, -1e308, 5e-324, -5e-324, math.NaN(), math.Inf(1), math.Inf(-1), 0, 1, 0.1, 1e17}
	ints := []int64{math.MaxInt64, math.MinInt64, 0, 1, -1, 1 << 53}
	s := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "b", Type: arrow.PrimitiveTypes.Float64},
		{Name: "c", Type: arrow.PrimitiveTypes.Int64},
		{Name: "d", Type: arrow.PrimitiveTypes.Float32},
		{Name: "e", Type: arrow.FixedWidthTypes.Timestamp_s},
		{Name: "f", Type: arrow.PrimitiveTypes.Uint64},
	}, nil)
	rng := rand.New(rand.NewPCG(91, 92))
	var last *State
	for trial := range 150 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, s)
		few := 1 + rng.IntN(len(floats))
		shift := rng.IntN(len(floats))
		for range 1 + rng.IntN(120) {
			x := floats[(shift+rng.IntN(few))%len(floats)]
			if rng.IntN(9) == 0 {
				b.Field(0).AppendNull()
			} else {
				b.Field(0).(*array.Float64Builder).Append(x)
			}
			b.Field(1).(*array.Float64Builder).Append(floats[(shift+rng.IntN(few))%len(floats)])
			k := ints[(shift+rng.IntN(few))%len(ints)]
			b.Field(2).(*array.Int64Builder).Append(k)
			b.Field(3).(*array.Float32Builder).Append(float32(x))
			b.Field(4).(*array.TimestampBuilder).Append(arrow.Timestamp(k))
			b.Field(5).(*array.Uint64Builder).Append(uint64(k))
		}
		rec := b.NewRecord()
		st := New(s, Options{Distinct: []int{4, 1024}[trial%2]})
		if err := st.Add(rec); err != nil {
			t.Fatal(err)
		}
		rec.Release()
		b.Release()
		if _, err := json.Marshal(st.Profile()); err != nil {
			t.Errorf("trial %d: profile: %v", trial, err)
		}
		for _, f := range s.Fields() {
			if last == nil {
				break
			}
			d, err := Compare(last, st, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = json.Marshal(d); err != nil {
				t.Errorf("trial %d: comparison of %s: %v: %+v", trial, f.Name, err, d)
			}
		}
		last = st
	}
}
