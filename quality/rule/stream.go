package rule

import (
	"context"
	"sync"

	"github.com/verisim/verisim/formats/table"
)

// AddStream judges a table to its end on several goroutines, which have ended
// when it returns. The state is the same on any number of them.
func (s *State) AddStream(ctx context.Context, name string, in table.Stream, workers int) error {
	t, err := s.plan.find(name)
	if err != nil {
		return err
	}
	if err := t.fits(in.Schema()); err != nil {
		return err
	}
	if workers <= 1 {
		for b, err := range in.Batches(ctx) {
			if err != nil {
				return err
			}
			if err := s.Add(name, b); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	return s.share(ctx, t, in, workers)
}

type task struct {
	first int64
	batch table.Batch
}

func (s *State) share(ctx context.Context, t *tablePlan, in table.Stream, workers int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tasks := make(chan task)
	others := make([]*State, workers)
	var wg sync.WaitGroup
	for i := range others {
		others[i] = s.plan.newShare(workers + 1)
		wg.Go(func() {
			for k := range tasks {
				if ctx.Err() == nil {
					if err := others[i].AddAt(t.name, k.first, k.batch); err != nil {
						cancel(err)
					}
				}
				k.batch.Release()
			}
		})
	}
	first := s.tables[t.index].next
	for b, err := range in.Batches(ctx) {
		if err != nil {
			cancel(err)
			break
		}
		b.Retain()
		tasks <- task{first, b}
		first += b.NumRows()
	}
	close(tasks)
	wg.Wait()
	err := context.Cause(ctx)
	for _, o := range others {
		if err == nil {
			err = s.Merge(o)
		}
		o.Close()
	}
	return err
}
