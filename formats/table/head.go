package table

import (
	"context"
	"iter"
)

// Head is a stage that ends after the first rows.
func Head(rows int64) Stage {
	return func(in Stream) (Stream, error) { return head(in, rows), nil }
}

func head(in Stream, rows int64) Stream {
	return Func(in.Schema(), func(ctx context.Context) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			left := rows
			if left <= 0 {
				return
			}
			for b, err := range in.Batches(ctx) {
				if err != nil {
					yield(nil, err)
					return
				}
				if n := b.NumRows(); n <= left {
					left -= n
					if !yield(b, nil) || left == 0 {
						return
					}
					continue
				}
				part := b.NewSlice(0, left)
				yield(part, nil)
				part.Release()
				return
			}
		}
	})
}
