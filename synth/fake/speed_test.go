package fake_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/brianvoe/gofakeit/v7"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/spec"
)

// This file compares with gofakeit itself, so it stands behind its gate.

func t20(b *testing.B) (*spec.Spec, synth.Table) {
	b.Helper()
	s, err := spec.Load("../../testdata/specs/t20.yaml", spec.Options{Rows: 1 << 32})
	if err != nil {
		b.Fatal(err)
	}
	return s, s.Tables()[0]
}

// processor is the process's time on the processors, in nanoseconds.
func processor() int64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r.Utime.Nano() + r.Stime.Nano()
}

// measured reports rows by the clock and by the processor.
func measured(b *testing.B, rows int64, run func()) {
	b.Helper()
	from := processor()
	for b.Loop() {
		run()
	}
	total := float64(rows) * float64(b.N)
	b.ReportMetric(total/b.Elapsed().Seconds()/1e6, "Mrows/s")
	b.ReportMetric(float64(processor()-from)/total, "cpu-ns/row")
}

// BenchmarkArrow makes the 20 columns as Arrow batches: declared, and by
// gofakeit called for each row into Arrow's builders. One goroutine each.
func BenchmarkArrow(b *testing.B) {
	b.Run("spec", func(b *testing.B) {
		s, t := t20(b)
		const rows = 1 << 20
		measured(b, rows, func() {
			st, err := s.Generate(context.Background(), t.Name, 1, synth.Range{Count: rows})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range st.Batches(context.Background()) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("gofakeit", func(b *testing.B) {
		_, t := t20(b)
		const rows = 1 << 15
		f := gofakeit.NewFaker(rand.NewPCG(1, 2), false)
		measured(b, rows, func() {
			r := array.NewRecordBuilder(memory.DefaultAllocator, t.Schema)
			for i := range int64(rows) {
				appendFake(r, f, i)
			}
			r.NewRecord().Release()
			r.Release()
		})
	})
}

var statuses = []any{"active", "new", "paused", "closed", "banned"}

var shares = []float32{60, 20, 12, 7, 1}

func appendFake(r *array.RecordBuilder, f *gofakeit.Faker, i int64) {
	text := func(c int, s string) { r.Field(c).(*array.StringBuilder).Append(s) }
	status, _ := f.Weighted(statuses, shares)
	r.Field(0).(*array.Int64Builder).Append(i)
	text(1, f.UUID())
	text(2, f.FirstName())
	text(3, f.LastName())
	text(4, f.Email())
	text(5, f.Phone())
	r.Field(6).(*array.Date32Builder).Append(arrow.Date32(f.IntRange(-10957, 13878)))
	r.Field(7).(*array.TimestampBuilder).Append(arrow.Timestamp(f.IntRange(1_700_000_000, 1_767_225_600) * 1_000_000))
	r.Field(8).(*array.Int16Builder).Append(int16(f.IntRange(0, 9999)))
	r.Field(9).(*array.Float64Builder).Append(f.Float64Range(1000, 400_000))
	r.Field(10).(*array.Float64Builder).Append(f.Float64Range(0, 1000))
	r.Field(11).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(f.Price(0, 250_000) * 100)))
	r.Field(12).(*array.Int32Builder).Append(int32(f.IntRange(0, 100_000)))
	text(13, status.(string))
	text(14, f.Country())
	text(15, f.City())
	r.Field(16).(*array.BooleanBuilder).Append(f.Bool())
	if x := r.Field(17).(*array.Float64Builder); f.IntN(10) == 0 {
		x.AppendNull()
	} else {
		x.Append(f.Float64Range(0, 5))
	}
	text(18, f.LoremIpsumSentence(8))
	r.Field(19).(*array.Int64Builder).Append(int64(f.IntRange(1, 1_000_000)))
}

// BenchmarkFile writes the 20 columns to a file in each format, made and
// written on as many goroutines as there are processors.
func BenchmarkFile(b *testing.B) {
	for _, c := range []struct {
		ending string
		write  formats.WriteOptions
		rows   int64
	}{
		{"arrow", formats.WriteOptions{Compression: "none"}, 1 << 22},
		{"csv", formats.WriteOptions{}, 1 << 20},
		{"parquet", formats.WriteOptions{Compression: "snappy"}, 1 << 20},
		{"jsonl", formats.WriteOptions{}, 1 << 20},
	} {
		b.Run(c.ending, func(b *testing.B) {
			s, t := t20(b)
			codec, err := catalog.ByName(c.ending)
			if err != nil {
				b.Skip(err)
			}
			path := filepath.Join(b.TempDir(), "t20."+c.ending)
			c.write.Parallel = 2
			measured(b, c.rows, func() {
				f, err := catalog.Create(path, codec, t.Schema, catalog.CreateOptions{Replace: true, Write: c.write})
				if err != nil {
					b.Fatal(err)
				}
				st := synth.Parallel(s, t, 1, synth.Range{Count: c.rows}, 2)
				if _, err = table.Copy(context.Background(), f, st); err == nil {
					err = f.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			})
			if info, err := os.Stat(path); err == nil {
				b.ReportMetric(float64(info.Size())/float64(c.rows), "B/row")
			}
		})
	}
}

// BenchmarkCSVHelper is gofakeit's own way to CSV, of columns of the same kinds.
func BenchmarkCSVHelper(b *testing.B) {
	const rows = 2000
	fields := []gofakeit.Field{{Name: "id", Function: "autoincrement"}}
	for _, name := range []string{
		"uuid", "firstname", "lastname", "email", "phone", "year", "second", "int16", "float64", "float64", "price",
		"int32", "country", "city", "bool", "float64", "sentence", "digit", "uint16",
	} {
		fields = append(fields, gofakeit.Field{Name: fmt.Sprintf("c%d", len(fields)), Function: name})
	}
	f := gofakeit.NewFaker(rand.NewPCG(1, 2), false)
	measured(b, rows, func() {
		out, err := f.CSV(&gofakeit.CSVOptions{RowCount: rows, Delimiter: ",", Fields: fields})
		if err != nil || bytes.Count(out, []byte("\n")) < rows {
			b.Fatal(err)
		}
	})
}

// TestFlat makes 10 million rows of 20 columns, where asked to by VERISIM_BIG,
// and says the most memory that the process ever held.
func TestFlat(t *testing.T) {
	if os.Getenv("VERISIM_BIG") == "" {
		t.Skip("VERISIM_BIG is not set: many million rows take a minute")
	}
	s, err := spec.Load("../../testdata/specs/t20.yaml", spec.Options{Rows: 1 << 32})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int64{1e6, 1e7, 1e8} {
		from := time.Now()
		st := synth.Parallel(s, s.Tables()[0], 1, synth.Range{Count: rows}, 2)
		n := int64(0)
		for b, err := range st.Batches(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			n += b.NumRows()
		}
		if peak := peakMB(t); peak > 300 || n != rows {
			t.Errorf("%d rows: at most %d MB were held, want 300", n, peak)
		} else {
			t.Logf("%d rows in %.1f s, at most %d MB", n, time.Since(from).Seconds(), peak)
		}
	}
}

func peakMB(t *testing.T) (mb int) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		t.Skip("no /proc: ", err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var kb int
		if _, err := fmt.Sscanf(sc.Text(), "VmHWM: %d kB", &kb); err == nil {
			return kb >> 10
		}
	}
	t.Skip("no VmHWM")
	return 0
}
