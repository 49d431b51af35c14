package proof

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/privacy/proof/pedersen"
)

// BenchmarkCurve proves that values are below 2^16 and what their sum is, by this
// package and by pedersen. The crate bulletproofs does the same in
// .ci/interop/bulletproofs.
func BenchmarkCurve(b *testing.B) {
	for _, n := range []int{256, 1024, 4096} {
		vs := make([]int64, n)
		sum := int64(0)
		for i := range vs {
			vs[i] = int64(i * 40503 % 65536)
			sum += vs[i]
		}
		measure := func(name string, bytes func() int, f func() error) {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				used := cpu()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((cpu()-used).Seconds()/float64(b.N), "cpu-s")
				b.ReportMetric(float64(bytes()), "bytes")
			})
		}
		col := array.NewInt64Builder(memory.DefaultAllocator)
		col.AppendValues(vs, nil)
		schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
		rec := array.NewRecord(schema, []arrow.Array{col.NewArray()}, int64(n))
		doc, err := DecodeDocument("s", []byte("version: 1\ntable: t\nstatements:\n- range: {column: x, min: 0, max: 65535}\n- sum: {column: x}\n"))
		if err != nil {
			b.Fatal(err)
		}
		var file []byte
		size := func() int { return len(file) }
		measure("proof/prove", size, func() error {
			p := New(doc, Options{Workers: 1})
			t, fault := p.Table("t", schema, nil, "")
			if fault == nil {
				fault = t.Add(rec)
			}
			if fault == nil {
				file, fault = p.Prove(context.Background())
			}
			return fault
		})
		measure("proof/verify", size, func() error {
			_, fault := Verify(context.Background(), file, VerifyOptions{})
			return fault
		})

		basis, err := pedersen.NewBasis(16, n)
		if err != nil {
			b.Fatal(err)
		}
		var cs []pedersen.Commitment
		var os []*pedersen.Opening
		for _, v := range vs {
			c, o, fault := pedersen.Commit(big.NewInt(v), nil)
			if fault != nil {
				b.Fatal(fault)
			}
			cs, os = append(cs, c), append(os, o)
		}
		var ranges, total []byte
		size = func() int { return len(ranges) + len(total) }
		measure("pedersen/prove", size, func() (err error) {
			if ranges, err = basis.ProveRange(nil, cs, os, nil); err != nil {
				return err
			}
			all, err := pedersen.Add(cs...)
			if err == nil {
				total, err = pedersen.ProveTotal(nil, all, pedersen.AddOpenings(os...))
			}
			return err
		})
		measure("pedersen/verify", size, func() error {
			if err := basis.VerifyRange(nil, cs, ranges); err != nil {
				return err
			}
			all, err := pedersen.Add(cs...)
			if err == nil {
				err = pedersen.VerifyTotal(nil, all, big.NewInt(sum), total)
			}
			return err
		})
	}
}
