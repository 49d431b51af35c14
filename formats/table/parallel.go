package table

import (
	"context"
	"iter"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
)

// Parallel makes a stream of n parts that are computed on several goroutines
// and yielded in order: part 0 first. make returns the batches of part i, whose
// references pass to the stream. At most workers+1 parts are held at a time, so
// memory is flat in n. The bytes do not depend on workers as long as make
// depends on i alone.
//
// Goroutines are started when the stream is iterated, and have all ended when
// the iteration ends, however it ends.
func Parallel(s *arrow.Schema, workers int, n int64, make func(ctx context.Context, i int64) ([]Batch, error)) Stream {
	if workers < 1 {
		workers = 1
	}
	return Func(s, func(ctx context.Context) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) { parallel(ctx, workers, n, make, yield) }
	})
}

type part struct {
	batches []Batch
	err     error
}

func parallel(ctx context.Context, workers int, n int64, make func(context.Context, int64) ([]Batch, error), yield func(Batch, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	slots := makeSlots(workers + 1)
	defer func() {
		cancel()
		wg.Wait()
		for _, slot := range slots { // parts made but never lent
			select {
			case p := <-slot:
				release(p.batches)
			default:
			}
		}
	}()
	// Part i goes to slot i mod len(slots); a slot is refilled only after it
	// was emptied, which bounds what is in flight.
	turns := newTurns(int64(len(slots)))
	for range workers {
		wg.Go(func() {
			for {
				i, ok := turns.take(ctx, n)
				if !ok {
					return
				}
				b, err := make(ctx, i)
				slots[i%int64(len(slots))] <- part{b, err}
				if err != nil {
					return
				}
			}
		})
	}
	for i := range n {
		var p part
		select {
		case p = <-slots[i%int64(len(slots))]:
		case <-ctx.Done():
			yield(nil, ctx.Err())
			return
		}
		turns.done()
		if p.err != nil {
			release(p.batches)
			yield(nil, p.err)
			return
		}
		for k, b := range p.batches {
			if !yield(b, nil) {
				release(p.batches[k:])
				return
			}
			b.Release()
		}
	}
}

func release(bs []Batch) {
	for _, b := range bs {
		b.Release()
	}
}

func makeSlots(n int) []chan part {
	s := make([]chan part, n)
	for i := range s {
		s[i] = make(chan part, 1)
	}
	return s
}

// turns hands out part numbers, never more than room ahead of what was done.
type turns struct {
	mu    sync.Mutex
	next  int64
	space chan struct{}
}

func newTurns(room int64) *turns {
	t := &turns{space: make(chan struct{}, room)}
	for range room {
		t.space <- struct{}{}
	}
	return t
}

func (t *turns) take(ctx context.Context, n int64) (int64, bool) {
	select {
	case <-t.space:
	case <-ctx.Done():
		return 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next >= n || ctx.Err() != nil {
		t.space <- struct{}{}
		return 0, false
	}
	t.next++
	return t.next - 1, true
}

func (t *turns) done() {
	t.space <- struct{}{}
}
