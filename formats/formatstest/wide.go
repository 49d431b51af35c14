package formatstest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// wideSchema has 20 columns as business tables do: keys, texts of all lengths,
// categories, amounts, times. It is what the project's speed goals for text
// formats are stated for.
func wideSchema() *arrow.Schema {
	category := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	str, f64, i32 := arrow.BinaryTypes.String, arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Int32
	return arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "uuid", Type: str},
		{Name: "name", Type: str},
		{Name: "email", Type: str},
		{Name: "phone", Type: str},
		{Name: "city", Type: category},
		{Name: "country", Type: category},
		{Name: "status", Type: category},
		{Name: "segment", Type: category},
		{Name: "comment", Type: str, Nullable: true},
		{Name: "birth", Type: arrow.FixedWidthTypes.Date32},
		{Name: "created", Type: timestamp(arrow.Microsecond, "UTC")},
		{Name: "amount", Type: f64},
		{Name: "income", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}},
		{Name: "score", Type: f64, Nullable: true},
		{Name: "count", Type: i32},
		{Name: "small", Type: arrow.PrimitiveTypes.Int16},
		{Name: "flag", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "maybe", Type: i32, Nullable: true},
		{Name: "parent", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
}

// Wide makes a batch of rows of a table of 20 columns, for benchmarks.
func Wide(rows int) table.Batch {
	r := rand.New(rand.NewPCG(1, 2)) // fixture data: any fixed seed serves
	s := wideSchema()
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	words := strings.Fields("amber birch cedar delta ember flint grove haven inlet jetty knoll larch meadow north ocean pine quartz river stone timber")
	word := func() string { return words[r.IntN(len(words))] }
	for i, f := range s.Fields() {
		for row := range rows {
			if f.Nullable && r.IntN(20) == 0 {
				b.Field(i).AppendNull()
				continue
			}
			switch b := b.Field(i).(type) {
			case *array.Int64Builder:
				b.Append(int64(row)*7919 + r.Int64N(1<<20))
			case *array.Int32Builder:
				b.Append(r.Int32N(100_000))
			case *array.Int16Builder:
				b.Append(int16(r.IntN(1000)))
			case *array.BooleanBuilder:
				b.Append(r.IntN(2) == 0)
			case *array.Date32Builder:
				b.Append(arrow.Date32(r.IntN(20_000)))
			case *array.TimestampBuilder:
				b.Append(arrow.Timestamp(1_600_000_000_000_000 + r.Int64N(1e14)))
			case *array.Decimal128Builder:
				b.Append(decimal128.FromI64(r.Int64N(20_000_000)))
			case *array.Float64Builder:
				if f.Name == "amount" {
					b.Append(math.Round(math.Exp(3+r.NormFloat64())*100) / 100)
				} else {
					b.Append(r.NormFloat64())
				}
			case *array.BinaryDictionaryBuilder:
				if err := b.AppendString(f.Name + " " + word()); err != nil {
					panic("formatstest: " + err.Error()) // 20 values fit any index
				}
			case *array.StringBuilder:
				switch f.Name {
				case "uuid":
					b.Append(fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<16), r.Int64N(1<<48)))
				case "name":
					b.Append(word() + " " + word())
				case "email":
					b.Append(fmt.Sprintf("%s.%s%d@example.com", word(), word(), r.IntN(1000)))
				case "phone":
					b.Append(fmt.Sprintf("+43 %d", 1_000_000_000+r.IntN(1_000_000_000)))
				default:
					b.Append(strings.Join([]string{word(), word(), word(), word(), word(), word(), word()}, " "))
				}
			}
		}
	}
	return b.NewRecord()
}

// BenchmarkWrite measures the writing of the wide table to nowhere, by one
// goroutine and by two.
func BenchmarkWrite(b *testing.B, c formats.Codec) {
	rec := Wide(65_536)
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", n), func(b *testing.B) {
			out := &counter{}
			w, err := c.Create(out, rec.Schema(), formats.WriteOptions{Parallel: n})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(rec); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rec.NumRows())*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(out.n)/1e6/b.Elapsed().Seconds(), "MB/s")
		})
	}
}

// counter is a writer that only counts.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// BenchmarkRead measures the reading of the wide table from memory, with types
// inferred and with the schema declared.
func BenchmarkRead(b *testing.B, c formats.Codec) {
	rec := Wide(65_536)
	var buf bytes.Buffer
	w, err := c.Create(&buf, rec.Schema(), formats.WriteOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for range 4 {
		if err = w.Write(rec); err != nil {
			b.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		b.Fatal(err)
	}
	for name, schema := range map[string]*arrow.Schema{"inferred": nil, "declared": rec.Schema()} {
		b.Run(name, func(b *testing.B) {
			rows := int64(0)
			b.SetBytes(int64(buf.Len()))
			for b.Loop() {
				st, err := c.Read(context.Background(), formats.Input{Name: "in", Reader: io.Reader(bytes.NewReader(buf.Bytes()))}, formats.ReadOptions{Schema: schema})
				if err != nil {
					b.Fatal(err)
				}
				for batch, err := range st.Batches(context.Background()) {
					if err != nil {
						b.Fatal(err)
					}
					rows += batch.NumRows()
				}
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
