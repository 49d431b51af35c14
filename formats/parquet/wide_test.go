package parquet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// wide makes batches of a 20-column table as generators of synthetic data make
// it: an id, texts that never repeat, dictionaries, times, decimals, measures,
// a comment, a foreign key.
func wide(batches, rows int) (*arrow.Schema, []table.Batch) {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 2000)
	for i := range words {
		words[i] = fmt.Sprintf("word%x", r.Uint32N(1<<16))
	}
	text := func(n int) string { return words[r.IntN(min(n, len(words)))] }
	type col struct {
		name string
		typ  arrow.DataType
		fill func(b array.Builder, i int)
	}
	str := func(name string, f func(i int) string) col {
		return col{name, arrow.BinaryTypes.String, func(b array.Builder, i int) { b.(*array.StringBuilder).Append(f(i)) }}
	}
	var dicts []arrow.Array
	dict := func(name string, index arrow.DataType, n int) col {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range n {
			b.Append(fmt.Sprintf("%s value %d", name, i))
		}
		dicts = append(dicts, b.NewArray())
		return col{name, &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String}, func(b array.Builder, _ int) {
			switch b := b.(type) {
			case *array.Int8Builder:
				b.Append(int8(r.IntN(n)))
			case *array.Int16Builder:
				b.Append(int16(r.IntN(n)))
			}
		}}
	}
	i8, i16 := arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16
	cols := []col{
		{"id", arrow.PrimitiveTypes.Int64, func(b array.Builder, i int) { b.(*array.Int64Builder).Append(int64(i)) }},
		str("uuid", func(int) string { return fmt.Sprintf("%016x-%019x", r.Uint64(), r.Uint64()) }),
		dict("first", i16, 1600), dict("last", i16, 500),
		str("email", func(i int) string { return text(2000) + "." + text(2000) + fmt.Sprint(i) + "@example.com" }),
		str("phone", func(int) string { return fmt.Sprintf("+1%010d", r.Uint64N(1e10)) }),
		{"birth", arrow.FixedWidthTypes.Date32, func(b array.Builder, _ int) { b.(*array.Date32Builder).Append(arrow.Date32(r.IntN(25000))) }},
		{"at", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, func(b array.Builder, i int) {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(1.7e15 + int64(i)*1e6 + r.Int64N(1e6)))
		}},
		{"age", arrow.PrimitiveTypes.Int16, func(b array.Builder, _ int) { b.(*array.Int16Builder).Append(int16(18 + r.IntN(80))) }},
		{"income", arrow.PrimitiveTypes.Float64, func(b array.Builder, _ int) { b.(*array.Float64Builder).Append(math.Exp(r.NormFloat64() + 10)) }},
		{"height", arrow.PrimitiveTypes.Float64, func(b array.Builder, _ int) { b.(*array.Float64Builder).Append(r.NormFloat64()*8 + 170) }},
		{"amount", &arrow.Decimal128Type{Precision: 12, Scale: 2}, func(b array.Builder, _ int) {
			b.(*array.Decimal128Builder).Append(decimal128.FromI64(r.Int64N(1e6)))
		}},
		{"count", arrow.PrimitiveTypes.Int32, func(b array.Builder, _ int) { b.(*array.Int32Builder).Append(int32(r.IntN(1000))) }},
		dict("status", i8, 5), dict("country", i16, 249), dict("city", i16, 1000),
		{"active", arrow.FixedWidthTypes.Boolean, func(b array.Builder, _ int) { b.(*array.BooleanBuilder).Append(r.IntN(3) > 0) }},
		{"score", arrow.PrimitiveTypes.Float64, func(b array.Builder, _ int) {
			if r.IntN(10) == 0 {
				b.AppendNull()
				return
			}
			b.(*array.Float64Builder).Append(r.Float64())
		}},
		str("comment", func(int) string {
			s := text(500)
			for range 7 {
				s += " " + text(500)
			}
			return s
		}),
		{"owner", arrow.PrimitiveTypes.Int64, func(b array.Builder, _ int) { b.(*array.Int64Builder).Append(int64(math.Pow(r.Float64(), 3) * 100000)) }},
	}
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = arrow.Field{Name: c.name, Type: c.typ, Nullable: c.name == "score" || c.name == "comment" || c.name == "city"}
	}
	s := arrow.NewSchema(fields, nil)
	out := make([]table.Batch, batches)
	for k := range out {
		arrays := make([]arrow.Array, len(cols))
		d := 0
		for i, c := range cols {
			t := c.typ
			dt, isDict := t.(*arrow.DictionaryType)
			if isDict {
				t = dt.IndexType
			}
			b := array.NewBuilder(memory.DefaultAllocator, t)
			for row := range rows {
				c.fill(b, k*rows+row)
			}
			arrays[i] = b.NewArray()
			if isDict {
				arrays[i] = array.NewDictionaryArray(dt, arrays[i], dicts[d])
				d++
			}
		}
		out[k] = array.NewRecord(s, arrays, int64(rows))
	}
	return s, out
}

// recut gives the same rows in batches of n.
func recut(b table.Batch, n int64) []table.Batch {
	var out []table.Batch
	for i := int64(0); i < b.NumRows(); i += n {
		out = append(out, b.NewSlice(i, min(i+n, b.NumRows())))
	}
	return out
}

// TestBytesDependOnRowsAlone writes several pages and row groups, cut and spread
// over goroutines in every way, and reads them back.
func TestBytesDependOnRowsAlone(t *testing.T) {
	s, batches := wide(1, 3*pageRows/2+1000)
	b := batches[0]
	group := int64(pageRows + 777)
	first := encode(t, s, formats.WriteOptions{RowsPerGroup: group}, b)
	for _, c := range []struct {
		cut     int64
		workers int
	}{{1, 1}, {999, 2}, {65536, 3}} {
		part := b
		want := first
		if c.cut == 1 { // one by one is slow: a part will do
			part = b.NewSlice(0, 2000)
			want = encode(t, s, formats.WriteOptions{RowsPerGroup: 700}, part)
			group = 700
		} else {
			group = int64(pageRows + 777)
		}
		got := encode(t, s, formats.WriteOptions{RowsPerGroup: group, Parallel: c.workers}, recut(part, c.cut)...)
		if !bytes.Equal(got, want) {
			t.Errorf("batches of %d rows on %d goroutines give other bytes", c.cut, c.workers)
		}
	}
	st, err := Codec{}.Read(context.Background(), input(first), formats.ReadOptions{RowsPerBatch: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	at := int64(0)
	for got, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if got.NumRows() > 10_000 {
			t.Errorf("a batch of %d rows, want at most 10000", got.NumRows())
		}
		want := b.NewSlice(at, at+got.NumRows())
		for i := range s.NumFields() {
			if s.Field(i).Type.ID() == arrow.DICTIONARY { // other codes, same texts
				for k := range int(got.NumRows()) {
					if got.Column(i).ValueStr(k) != want.Column(i).ValueStr(k) {
						t.Fatalf("row %d, column %q differs", at+int64(k), s.Field(i).Name)
					}
				}
			} else if !array.Equal(got.Column(i), want.Column(i)) {
				t.Errorf("rows from %d, column %q differ", at, s.Field(i).Name)
			}
		}
		at += got.NumRows()
	}
	if at != b.NumRows() {
		t.Errorf("read %d rows, want %d", at, b.NumRows())
	}
}

func BenchmarkWrite(b *testing.B) {
	s, batches := wide(2, 65_536)
	for _, comp := range []string{"snappy", "zstd", "none"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/parallel=%d", comp, workers), func(b *testing.B) {
				b.ReportAllocs()
				rows, size, cpu := int64(0), int64(0), cpuSeconds()
				for b.Loop() {
					out := &counted{w: io.Discard}
					w, err := Codec{}.Create(out, s, formats.WriteOptions{Compression: comp, Parallel: workers})
					if err != nil {
						b.Fatal(err)
					}
					for range 4 {
						for _, batch := range batches {
							if err := w.Write(batch); err != nil {
								b.Fatal(err)
							}
							rows += batch.NumRows()
						}
					}
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
					size += out.n
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
				b.ReportMetric(float64(rows)/(cpuSeconds()-cpu)/1e6, "Mrows/cpu-s")
				b.ReportMetric(float64(size)/float64(rows), "bytes/row")
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s, batches := wide(4, 65_536)
	for _, comp := range []string{"snappy", "zstd", "none"} {
		data := encode(b, s, formats.WriteOptions{Compression: comp}, batches...)
		if dir := os.Getenv("PARQUET_KEEP"); dir != "" { // for other readers to be compared with
			if err := os.WriteFile(filepath.Join(dir, "wide-"+comp+".parquet"), data, 0o644); err != nil {
				b.Fatal(err)
			}
		}
		for _, columns := range [][]string{nil, {"id", "status", "score"}} {
			name := "all"
			if columns != nil {
				name = "3 columns"
			}
			b.Run(comp+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				rows, cpu := int64(0), cpuSeconds()
				for b.Loop() {
					st, err := Codec{}.Read(context.Background(), input(data), formats.ReadOptions{Columns: columns})
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
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
				b.ReportMetric(float64(rows)/(cpuSeconds()-cpu)/1e6, "Mrows/cpu-s")
			})
		}
	}
}
