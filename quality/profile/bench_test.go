package profile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// BenchmarkAdd profiles one column of 4 M values a kind, cut into batches of
// 65,536 rows, and reports the time a value.
func BenchmarkAdd(b *testing.B) {
	const rows, batch = 1 << 22, 1 << 16
	kinds := []struct {
		name string
		t    arrow.DataType
		fill func(array.Builder, *rand.Rand)
	}{
		{"int64/few", arrow.PrimitiveTypes.Int64, func(f array.Builder, r *rand.Rand) { f.(*array.Int64Builder).Append(r.Int64N(90)) }},
		{"int64/20k", arrow.PrimitiveTypes.Int64, func(f array.Builder, r *rand.Rand) { f.(*array.Int64Builder).Append(r.Int64N(20000)) }},
		{"int64/key", arrow.PrimitiveTypes.Int64, func(f array.Builder, r *rand.Rand) { f.(*array.Int64Builder).Append(r.Int64N(1 << 31)) }},
		{"float64/cents", arrow.PrimitiveTypes.Float64, func(f array.Builder, r *rand.Rand) {
			f.(*array.Float64Builder).Append(float64(int(r.ExpFloat64()*5000)) / 100)
		}},
		{"float64/real", arrow.PrimitiveTypes.Float64, func(f array.Builder, r *rand.Rand) { f.(*array.Float64Builder).Append(r.NormFloat64()) }},
		{"timestamp", &arrow.TimestampType{Unit: arrow.Microsecond}, func(f array.Builder, r *rand.Rand) {
			f.(*array.TimestampBuilder).Append(arrow.Timestamp(17e14 + r.Int64N(3e13)))
		}},
		{"bool", arrow.FixedWidthTypes.Boolean, func(f array.Builder, r *rand.Rand) { f.(*array.BooleanBuilder).Append(r.IntN(9) == 0) }},
		{"string/few", arrow.BinaryTypes.String, func(f array.Builder, r *rand.Rand) {
			f.(*array.StringBuilder).Append(fmt.Sprintf("category-%d", r.IntN(40)))
		}},
		{"string/key", arrow.BinaryTypes.String, func(f array.Builder, r *rand.Rand) {
			f.(*array.StringBuilder).Append(fmt.Sprintf("user%d@example.com", r.IntN(1<<31)))
		}},
		{"dictionary", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, func(f array.Builder, r *rand.Rand) {
			_ = f.(*array.BinaryDictionaryBuilder).AppendString(fmt.Sprintf("category-%d", r.IntN(40)))
		}},
	}
	var all []arrow.Array
	var fields []arrow.Field
	for _, k := range kinds {
		rng := rand.New(rand.NewPCG(3, 4))
		f := array.NewBuilder(memory.DefaultAllocator, k.t)
		for range rows {
			k.fill(f, rng)
		}
		a := f.NewArray()
		all, fields = append(all, a), append(fields, arrow.Field{Name: k.name, Type: k.t})
	}
	run := func(b *testing.B, fields []arrow.Field, arrays []arrow.Array) {
		schema := arrow.NewSchema(fields, nil)
		rec := array.NewRecord(schema, arrays, rows)
		cpu := cpuTime()
		for b.Loop() {
			s := New(schema, Options{})
			for at := int64(0); at < rows; at += batch {
				part := rec.NewSlice(at, at+batch)
				if err := s.Add(part); err != nil {
					b.Fatal(err)
				}
				part.Release()
			}
		}
		b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(b.N)/float64(rows*len(fields)), "cpu-ns/value")
	}
	for i, k := range kinds {
		b.Run(k.name, func(b *testing.B) { run(b, fields[i:i+1], all[i:i+1]) })
	}
	b.Run("all", func(b *testing.B) { run(b, fields, all) })
}
