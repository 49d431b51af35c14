//go:build unix

package finance_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/delim"
	"github.com/verisim/verisim/formats/ipc"
	"github.com/verisim/verisim/formats/parquet"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/finance"
)

// processor is the time that this process has spent on processors: on a shared
// machine it says more than a clock.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWrite makes a table of each family and writes it nowhere, on one
// goroutine. Rows are counted against time on processors; building the world
// and planning its campaigns come in.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name, table string
		cfg         finance.Config
		codec       formats.Codec
	}{
		{"cards-arrow", "transactions", finance.Config{Customers: 20_000}, ipc.Stream{}},
		{"cards-parquet", "transactions", finance.Config{Customers: 20_000}, parquet.Codec{}},
		{"cards-csv", "transactions", finance.Config{Customers: 20_000}, delim.Codec{}},
		{"aml-arrow", "transfers", finance.Config{Preset: "aml-hi", Customers: 20_000}, ipc.Stream{}},
		{"aml-postings-arrow", "postings", finance.Config{Preset: "aml-hi", Customers: 20_000}, ipc.Stream{}},
		{"mobile-arrow", "transfers", finance.Config{Preset: "mobile-money", Customers: 20_000}, ipc.Stream{}},
		{"opening-arrow", "applications", finance.Config{Preset: "account-opening", Customers: 1_000_000}, ipc.Stream{}},
		{"cards-oracle-arrow", "oracle", finance.Config{Customers: 20_000, Oracle: true}, ipc.Stream{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			rows := int64(0)
			before := processor(b)
			for b.Loop() {
				rows += write(b, c.cfg, c.table, c.codec, 1)
			}
			b.ReportMetric(float64(rows)/(processor(b)-before).Seconds(), "rows/cpu-s")
			b.ReportMetric(float64(rows)/float64(b.N), "rows")
		})
	}
}

func write(b *testing.B, cfg finance.Config, name string, codec formats.Codec, workers int) int64 {
	b.Helper()
	st, err := world(b, cfg).Stream(name, 1, workers)
	if err != nil {
		b.Fatal(err)
	}
	out, err := codec.Create(io.Discard, st.Schema(), formats.WriteOptions{})
	if err != nil {
		b.Fatal(err)
	}
	rows, err := table.Copy(context.Background(), out, st)
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// BenchmarkLarge writes many transactions as an Arrow stream to nowhere, on two
// goroutines, and reports the most memory that was seen.
func BenchmarkLarge(b *testing.B) {
	for _, millions := range []int64{20, 100} {
		b.Run(fmt.Sprint(millions, "M"), func(b *testing.B) {
			for b.Loop() {
				large(b, millions*1_000_000)
			}
		})
	}
}

func large(b *testing.B, wanted int64) {
	before, began := processor(b), time.Now()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.Sys-m.HeapReleased)
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	rows := write(b, finance.Config{Rows: wanted}, "transactions", ipc.Stream{}, 2)
	close(done)
	b.ReportMetric(float64(<-peak)/(1<<20), "MiB")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(rows)/(processor(b)-before).Seconds(), "rows/cpu-s")
	b.ReportMetric(float64(rows)/time.Since(began).Seconds(), "rows/s")
}
