package main

import (
	"context"
	"iter"

	"github.com/verisim/verisim/formats/table"
)

// ahead reads a stream's next batch on a goroutine of its own while the last
// one is worked on. The goroutine ends with the iteration. Memory grows by two
// batches.
func ahead(s table.Stream) table.Stream {
	return table.Func(s.Schema(), func(parent context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			type item struct {
				b   table.Batch
				err error
			}
			ctx, stop := context.WithCancel(parent)
			items := make(chan item, 1)
			go func() {
				defer close(items)
				for b, err := range s.Batches(ctx) {
					if b != nil {
						b.Retain()
					}
					select {
					case items <- item{b, err}:
					case <-ctx.Done():
						if b != nil {
							b.Release()
						}
						return
					}
				}
			}()
			defer func() { // the goroutine has ended when this returns
				stop()
				for it := range items {
					if it.b != nil {
						it.b.Release()
					}
				}
			}()
			for it := range items {
				more := yield(it.b, it.err)
				if it.b != nil {
					it.b.Release()
				}
				if !more || it.err != nil {
					return
				}
			}
			if err := parent.Err(); err != nil {
				yield(nil, err)
			}
		}
	})
}
