package spec

import (
	"context"
	"syscall"
	"testing"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// BenchmarkT20 makes the 20-column table in memory, on one goroutine and on
// two, and forgets it.
func BenchmarkT20(b *testing.B) {
	const rows = 1 << 20
	s, err := Load(specDir+"/t20.yaml", Options{Rows: 1 << 32})
	if err != nil {
		b.Fatal(err)
	}
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "one", 2: "two"}[workers], func(b *testing.B) {
			b.ReportAllocs()
			bytes, from := int64(0), processor()
			for b.Loop() {
				st := synth.Parallel(s, s.Tables()[0], 1, synth.Range{Count: rows}, workers)
				n, err := table.Copy(context.Background(), discard{&bytes}, st)
				if err != nil || n != rows {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(processor()-from)/float64(b.N)/rows, "cpu-ns/row")
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// processor is the processor time of this process so far, in nanoseconds: on a
// machine that others use too it says more than the clock on the wall.
func processor() int64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r.Utime.Nano() + r.Stime.Nano()
}

type discard struct{ rows *int64 }

func (d discard) Write(b table.Batch) error { *d.rows += b.NumRows(); return nil }
func (d discard) Close() error              { return nil }

// BenchmarkColumns makes each column of the 20-column table alone.
func BenchmarkColumns(b *testing.B) {
	s, err := Load(specDir+"/t20.yaml", Options{Rows: 1 << 32})
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.world(1)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range s.tables[0].columns {
		b.Run(c.name, func(b *testing.B) {
			from := processor()
			for b.Loop() {
				f := newFrame(w, c.table, 0, nil, partRows)
				if _, err := f.column(c); err != nil {
					b.Fatal(err)
				}
				f.release()
			}
			b.ReportMetric(float64(processor()-from)/float64(b.N)/partRows, "cpu-ns/row")
		})
	}
}

// BenchmarkRow makes single rows of a shop that nobody made: an order has a
// parent that must be found, and a sum over its lines.
func BenchmarkRow(b *testing.B) {
	s, err := Load(specDir+"/shop.yaml", Options{Rows: 1_000_000})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"customer", "order", "line"} {
		b.Run(name, func(b *testing.B) {
			row := int64(0)
			for b.Loop() {
				r, err := s.Row(name, 1, row*7919%1_000_000)
				if err != nil {
					b.Fatal(err)
				}
				r.Release()
				row++
			}
		})
	}
}
