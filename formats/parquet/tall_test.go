package parquet

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
)

// peakMB is the most memory that the process ever held, as Linux counts it, 0
// elsewhere. It never falls: the largest size must come last.
func peakMB() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(b, []byte("VmHWM:"))
	kb, err := strconv.ParseFloat(string(bytes.Fields(append(after, "0"...))[0]), 64)
	if err != nil {
		return 0
	}
	return kb / 1000
}

// cpuSeconds is the processor time that the process took so far, as Linux counts
// it in hundredths, 0 elsewhere: on a shared machine it tells more than a clock.
func cpuSeconds() float64 {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, err1 := strconv.ParseFloat(string(f[11]), 64) // fields 14 and 15 of proc(5)
	system, err2 := strconv.ParseFloat(string(f[12]), 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return (user + system) / 100
}

// BenchmarkTall writes a long table of seven columns to a file and reads it
// back, for the memory that it takes. The file of 100 M rows has 3 GB.
func BenchmarkTall(b *testing.B) {
	all, batches := wide(1, 65_536)
	var fields []arrow.Field
	var cols []arrow.Array
	for _, name := range []string{"id", "at", "amount", "status", "city", "score", "owner"} {
		k := all.FieldIndices(name)[0]
		fields, cols = append(fields, all.Field(k)), append(cols, batches[0].Column(k))
	}
	s := arrow.NewSchema(fields, nil)
	batch := array.NewRecord(s, cols, batches[0].NumRows())
	for _, mrows := range []int{10, 100} {
		name := filepath.Join(b.TempDir(), "tall.parquet")
		b.Run(fmt.Sprintf("write/%dM", mrows), func(b *testing.B) {
			for b.Loop() {
				f, err := os.Create(name)
				if err != nil {
					b.Fatal(err)
				}
				w, err := Codec{}.Create(f, s, formats.WriteOptions{Parallel: 2})
				if err != nil {
					b.Fatal(err)
				}
				for range mrows * 1_000_000 / 65_536 {
					if err := w.Write(batch); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				if err := f.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(peakMB(), "MB-peak")
			b.ReportMetric(float64(mrows*b.N)/b.Elapsed().Seconds(), "Mrows/s")
		})
		b.Run(fmt.Sprintf("read/%dM", mrows), func(b *testing.B) {
			f, err := os.Open(name)
			if err != nil {
				b.Skip("run it with the write")
			}
			defer f.Close()
			st, err := f.Stat()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				in, err := Codec{}.Read(context.Background(), formats.Input{Name: name, ReaderAt: f, Size: st.Size()}, formats.ReadOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range in.Batches(context.Background()) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(peakMB(), "MB-peak")
			b.ReportMetric(float64(mrows*b.N)/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
}
