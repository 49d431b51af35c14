// Package profile learns the facts of a table in one pass: types, nulls,
// distinct values, extremes, exact moments, quantiles, frequent values, shapes,
// keys, dependencies and columns that look personal.
//
// # Guarantee
//
// Everything a [State] holds is an order-free function of the rows that went
// in. Profiling a table whole, in any split, on any number of goroutines and
// merged in any order gives the same state, bit for bit. Counts and sums are
// exact integers; what is estimated is chosen by a hash of the content, never
// by arrival (bottom-k sampling: Cohen and Kaplan, "Summarizing data using
// bottom-k sketches", PODC 2007).
//
// Hashes are 64 bits wide and not keyed: a profile is evidence, not proof, and
// someone who chooses the data can make values collide. The unique and foreign
// key checks of suites compare values.
//
// A state holds a sample of the rows and must be kept as safe as the table,
// unless it was made with [Options.NoValues].
//
// Other quality engines may import this package for its facts and comparisons.
package profile

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/verisim/verisim/formats/table"
)

// Options of [New]. The zero value is useful.
type Options struct {
	// Distinct is how many different values a column may have before its
	// counts become estimates. Default 16,384, because the standard error of
	// a distinct count is then 0.8 %; less in tables of more than 64 columns.
	Distinct int
	// SampleRows is the size of the row sample. Default 8,192, because a
	// correlation is then known to 0.011 (one standard error).
	SampleRows int
	// Workers is how many goroutines Read profiles on. Default 1. The state is
	// the same for any number.
	Workers int
	// NoValues keeps no row sample and no text, so that the state can be
	// handed on: no frequent values of text columns, no shapes, no pairs.
	NoValues bool
}

// ErrMismatch marks states that cannot be merged or compared.
var ErrMismatch = errors.New("profiles do not match")

// ErrCorrupt marks bytes that are not a state.
var ErrCorrupt = errors.New("corrupt profile state")

// Tap is a stage that profiles what flows by and changes nothing.
func Tap(s *State) table.Stage {
	return func(in table.Stream) (table.Stream, error) {
		if err := s.fits(in.Schema()); err != nil {
			return nil, err
		}
		return table.Func(in.Schema(), func(ctx context.Context) iter.Seq2[table.Batch, error] {
			return func(yield func(table.Batch, error) bool) {
				for b, err := range in.Batches(ctx) {
					if err == nil {
						err = s.Add(b)
					}
					if err != nil {
						yield(nil, err)
						return
					}
					if !yield(b, nil) {
						return
					}
				}
			}
		}), nil
	}
}

// Read profiles a stream to its end, on opt.Workers goroutines, which have all
// ended when it returns.
func Read(ctx context.Context, in table.Stream, opt Options) (*State, error) {
	workers := max(1, opt.Workers)
	if workers == 1 {
		s := New(in.Schema(), opt)
		for b, err := range in.Batches(ctx) {
			if err == nil {
				err = s.Add(b)
			}
			if err != nil {
				return nil, err
			}
		}
		return s, ctx.Err()
	}
	states := make([]*State, workers)
	errs := make([]error, workers)
	work := make(chan table.Batch)
	var wg sync.WaitGroup
	for i := range states {
		states[i] = New(in.Schema(), opt)
		wg.Go(func() {
			for b := range work {
				if errs[i] == nil {
					errs[i] = states[i].Add(b)
				}
				b.Release()
			}
		})
	}
	var fault error
	for b, err := range in.Batches(ctx) {
		if err != nil {
			fault = err
			break
		}
		b.Retain() // it is lent until the next one only
		work <- b
	}
	close(work)
	wg.Wait()
	if err := errors.Join(append(errs, fault, ctx.Err())...); err != nil {
		return nil, err
	}
	for _, s := range states[1:] {
		if err := states[0].Merge(s); err != nil {
			return nil, err
		}
	}
	return states[0], nil
}
