package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

var mixedSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "age", Type: arrow.PrimitiveTypes.Int8, Nullable: true},
	{Name: "amount", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "odd", Type: arrow.PrimitiveTypes.Float32, Nullable: true},
	{Name: "wide", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "price", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}},
	{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
	{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	{Name: "ok", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "city", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	{Name: "raw", Type: arrow.BinaryTypes.Binary, Nullable: true},
	{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
}, nil)

// mixedBatch makes rows with every kind of trouble that a column can have.
func mixedBatch(t testing.TB, mem memory.Allocator, rng *rand.Rand, n int) arrow.Record {
	t.Helper()
	b := array.NewRecordBuilder(mem, mixedSchema)
	defer b.Release()
	cities := []string{"Oslo", "Zürich", "北京", "", " Lima", "\xff\xfe"}
	for range n {
		for i, f := range b.Fields() {
			if mixedSchema.Field(i).Nullable && rng.IntN(11) == 0 {
				f.AppendNull()
				continue
			}
			appendMixed(f, rng, cities)
		}
	}
	return b.NewRecord()
}

func appendMixed(f array.Builder, rng *rand.Rand, cities []string) {
	switch f := f.(type) {
	case *array.Int64Builder:
		f.Append(rng.Int64N(1 << 40))
	case *array.Int8Builder:
		f.Append(int8(rng.IntN(90) - 20))
	case *array.Float64Builder:
		f.Append(math.Exp(3*rng.NormFloat64()) * float64(rng.IntN(3)-1))
	case *array.Float32Builder:
		odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 0, 1e-45, math.MaxFloat32, rng.Float32()}
		f.Append(odd[rng.IntN(len(odd))])
	case *array.Uint64Builder:
		f.Append(rng.Uint64())
	case *array.Decimal128Builder:
		f.Append(decimal128.FromI64(rng.Int64N(200000) - 50000))
	case *array.TimestampBuilder:
		f.Append(arrow.Timestamp(1.7e15 + rng.Float64()*3e13))
	case *array.Date32Builder:
		f.Append(arrow.Date32(rng.IntN(3000) - 100))
	case *array.BooleanBuilder:
		f.Append(rng.IntN(3) == 0)
	case *array.StringBuilder:
		f.Append(fmt.Sprintf("user-%d-%s", rng.IntN(1<<30), cities[rng.IntN(5)]))
	case *array.BinaryDictionaryBuilder:
		if err := f.AppendString(cities[rng.IntN(len(cities))]); err != nil {
			panic(err)
		}
	case *array.BinaryBuilder:
		raw := make([]byte, rng.IntN(6))
		for i := range raw {
			raw[i] = byte(rng.IntN(256))
		}
		f.Append(raw)
	case *array.ListBuilder:
		f.Append(true)
		for range rng.IntN(3) {
			f.ValueBuilder().(*array.Int32Builder).Append(int32(rng.IntN(5)))
		}
	}
}

func stateOf(t testing.TB, opt Options, bs ...arrow.Record) *State {
	t.Helper()
	s := New(bs[0].Schema(), opt)
	for _, b := range bs {
		if err := s.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func bytesOf(t testing.TB, s *State) []byte {
	t.Helper()
	b, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
