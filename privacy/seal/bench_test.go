package seal

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
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

// BenchmarkRawGCM is the other side of the comparison: AES-256-GCM of the
// standard library over the same number of bytes, 64 KiB a call.
func BenchmarkRawGCM(b *testing.B) {
	_, _, size := benchTable()
	block := must(aes.NewCipher(make([]byte, 32)))
	g := must(cipher.NewGCM(block))
	nonce := make([]byte, 12)
	src := make([]byte, size)
	for _, open := range []bool{false, true} {
		name := "seal"
		if open {
			name = "open"
		}
		b.Run(name, func(b *testing.B) {
			const part = 64 << 10
			dst := make([]byte, 0, part+16)
			ct := g.Seal(nil, nonce, src[:part], nil)
			b.SetBytes(size)
			for b.Loop() {
				for at := int64(0); at < size; at += part {
					if open {
						if _, err := g.Open(dst[:0], nonce, ct, nil); err != nil {
							b.Fatal(err)
						}
					} else {
						dst = g.Seal(dst[:0], nonce, src[at:min(at+part, size)], nil)
					}
				}
			}
		})
	}
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
