package seal

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	crand "crypto/rand"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"golang.org/x/sys/unix"
)

// The table of the benchmarks: a string and an int64 column, batches of 64 Ki
// rows, all sealed.
const (
	benchBatches = 16
	benchRows    = 64 << 10
)

func benchTable() (*arrow.Schema, []arrow.Record, int64) {
	s := arrow.NewSchema([]arrow.Field{{Name: "name", Type: arrow.BinaryTypes.String}, {Name: "amount", Type: arrow.PrimitiveTypes.Int64}}, nil)
	r := rand.New(rand.NewPCG(1, 2))
	var out []arrow.Record
	size := int64(0)
	for range benchBatches {
		b := array.NewRecordBuilder(memory.DefaultAllocator, s)
		for range benchRows {
			b.Field(0).(*array.StringBuilder).Append(fmt.Sprintf("customer %x", r.Uint32()))
			b.Field(1).(*array.Int64Builder).Append(r.Int64())
		}
		rec := b.NewRecord()
		for _, c := range rec.Columns() {
			size += int64(plainBytes(c))
		}
		out = append(out, rec)
		b.Release()
	}
	return s, out, size
}

func plainBytes(a arrow.Array) int {
	switch a := a.(type) {
	case *array.String:
		return len(a.ValueBytes()) + 4*(a.Len()+1)
	}
	return 8 * a.Len()
}

// cpu is the processor time of the process so far: other load on the machine
// does not count.
func cpu(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRatio compares with raw AES-256-GCM of the standard library over the
// same bytes, in messages of 64 KiB: raw and sealed alternate, and the medians
// of their processor times are compared. Run it with -cpu 1.
func BenchmarkRatio(b *testing.B) {
	s, batches, size := benchTable()
	id := identity(b)
	opt := Options{Grants: []Grant{{Recipient: id.Recipient()}}}
	data := sealed(b, s, batches, opt)
	g := must(cipher.NewGCM(must(aes.NewCipher(make([]byte, 32)))))
	const part = 64 << 10
	nonce, src, dst := make([]byte, 12), make([]byte, size), make([]byte, 0, part+16)
	must(crand.Read(src)) // untouched memory would be one page, and cached
	ct := make([]byte, 0, size+size/part*16+16)
	for at := int64(0); at < size; at += part {
		ct = g.Seal(ct, nonce, src[at:min(at+part, size)], nil)
	}
	jobs := map[string]func(){
		"raw seal": func() {
			for at := int64(0); at < size; at += part {
				dst = g.Seal(dst[:0], nonce, src[at:min(at+part, size)], nil)
			}
		},
		"raw open": func() {
			for c := ct; len(c) > 0; c = c[min(part+16, len(c)):] {
				if _, err := g.Open(dst[:0], nonce, c[:min(part+16, len(c))], nil); err != nil {
					b.Fatal(err)
				}
			}
		},
		"seal": func() {
			w := must(Create(io.Discard, s, opt))
			for _, r := range batches {
				if err := w.Write(r); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		},
		"open": func() { openAll(b, data, with1(id)) },
	}
	times := map[string][]time.Duration{}
	for b.Loop() {
		for name, job := range jobs {
			from := cpu(b)
			for range 8 {
				job()
			}
			times[name] = append(times[name], (cpu(b)-from)/8)
		}
	}
	median := func(name string) float64 {
		t := times[name]
		slices.Sort(t)
		return t[len(t)/2].Seconds()
	}
	for name := range jobs {
		b.ReportMetric(float64(size)/1e9/median(name), strings.ReplaceAll(name, " ", "-")+"-GB/s")
	}
	b.ReportMetric(100*median("raw seal")/median("seal"), "seal-%of-raw")
	b.ReportMetric(100*median("raw open")/median("open"), "open-%of-raw")
}

func BenchmarkSeal(b *testing.B) {
	s, batches, size := benchTable()
	id := identity(b)
	b.SetBytes(size)
	for b.Loop() {
		w := must(Create(io.Discard, s, Options{Grants: []Grant{{Recipient: id.Recipient()}}}))
		for _, r := range batches {
			if err := w.Write(r); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchBatches*benchRows/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkOpen(b *testing.B) {
	s, batches, size := benchTable()
	id := identity(b)
	data := sealed(b, s, batches, Options{Grants: []Grant{{Recipient: id.Recipient()}}})
	b.SetBytes(size)
	for b.Loop() {
		openAll(b, data, with1(id))
	}
	b.ReportMetric(100*float64(int64(len(data))-size)/float64(size), "%overhead")
	b.ReportMetric(float64(b.N)*benchBatches*benchRows/b.Elapsed().Seconds(), "rows/s")
}

func openAll(b *testing.B, data []byte, u Unlock) {
	r := must(OpenWith(bytes.NewReader(data), int64(len(data)), u))
	st := must(r.Stream(nil))
	for _, err := range st.Batches(context.Background()) {
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCells(b *testing.B) {
	s, batches, _ := benchTable()
	id := identity(b)
	for b.Loop() {
		w := must(Create(io.Discard, s, Options{Grants: []Grant{{Recipient: id.Recipient()}}, Modes: map[string]Mode{"name": ModeCell, "amount": ModeChunk}}))
		if err := w.Write(batches[0]); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "cells/s")
}
