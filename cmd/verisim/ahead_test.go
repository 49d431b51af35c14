package main

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

func TestAhead(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	fault := errors.New("fault")
	src := func(n int, last error) table.Stream {
		return table.Func(s, func(ctx context.Context) iter.Seq2[table.Batch, error] {
			return func(yield func(table.Batch, error) bool) {
				for i := range n {
					if ctx.Err() != nil {
						yield(nil, ctx.Err())
						return
					}
					b := array.NewRecordBuilder(memory.DefaultAllocator, s)
					b.Field(0).(*array.Int64Builder).Append(int64(i))
					r := b.NewRecord()
					if !yield(r, nil) {
						return
					}
					r.Release()
				}
				if last != nil {
					yield(nil, last)
				}
			}
		})
	}
	for _, c := range []struct {
		last error
		stop int
	}{{nil, 99}, {fault, 99}, {nil, 3}, {fault, 3}} {
		n := int64(0)
		var got error
		for b, err := range ahead(src(7, c.last)).Batches(context.Background()) {
			if err != nil {
				got = err
				break
			}
			if v := b.Column(0).(*array.Int64).Value(0); v != n {
				t.Errorf("batch %d holds %d", n, v)
			}
			if n++; n == int64(c.stop) {
				break
			}
		}
		want := c.last
		if c.stop < 7 {
			want = nil
		}
		if n != min(int64(c.stop), 7) || !errors.Is(got, want) {
			t.Errorf("stop %d, last %v: %d batches and %v", c.stop, c.last, n, got)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range ahead(src(1<<20, nil)).Batches(ctx) {
		if err != nil {
			return
		}
	}
	t.Error("a cancelled stream ended without an error")
}
