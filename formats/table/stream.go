package table

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Func makes a stream of a schema and an iterator function. The function keeps
// the promises of Stream.Batches; the stream adds the single-use check.
func Func(s *arrow.Schema, batches func(ctx context.Context) iter.Seq2[Batch, error]) Stream {
	return &funcStream{schema: s, batches: batches}
}

// ErrConsumed is yielded by a stream that is iterated a second time.
var ErrConsumed = errors.New("read stream: it was already read once")

type funcStream struct {
	schema  *arrow.Schema
	batches func(ctx context.Context) iter.Seq2[Batch, error]
	used    bool
}

func (f *funcStream) Schema() *arrow.Schema { return f.schema }

func (f *funcStream) Batches(ctx context.Context) iter.Seq2[Batch, error] {
	if f.used {
		return func(yield func(Batch, error) bool) { yield(nil, ErrConsumed) }
	}
	f.used = true
	return f.batches(ctx)
}

// FromBatches makes a stream over batches held in memory. The stream takes its
// own reference of each, and gives it up when it has been read or abandoned.
func FromBatches(s *arrow.Schema, batches ...Batch) Stream {
	for _, b := range batches {
		b.Retain()
	}
	return Func(s, func(ctx context.Context) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			rest := batches
			defer func() {
				for _, b := range rest {
					b.Release()
				}
			}()
			for len(rest) > 0 {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				if !yield(rest[0], nil) {
					return
				}
				rest[0].Release()
				rest = rest[1:]
			}
		}
	})
}

// Collect reads a stream to its end and returns its batches, which the caller
// releases.
func Collect(ctx context.Context, s Stream) ([]Batch, error) {
	var out []Batch
	for b, err := range s.Batches(ctx) {
		if err != nil {
			for _, b := range out {
				b.Release()
			}
			return nil, err
		}
		b.Retain()
		out = append(out, b)
	}
	return out, nil
}

// Map makes a stage of a function from batch to batch. The function returns a
// batch that the stream releases after it was lent; returning nil drops the
// batch. The input stays the caller's: return it only after Retain.
func Map(schema func(*arrow.Schema) (*arrow.Schema, error), f func(Batch) (Batch, error)) Stage {
	return func(in Stream) (Stream, error) {
		s, err := schema(in.Schema())
		if err != nil {
			return nil, err
		}
		return Func(s, func(ctx context.Context) iter.Seq2[Batch, error] {
			return func(yield func(Batch, error) bool) {
				for b, err := range in.Batches(ctx) {
					if err != nil {
						yield(nil, err)
						return
					}
					out, err := f(b)
					if err != nil {
						yield(nil, err)
						return
					}
					if out == nil {
						continue
					}
					more := yield(out, nil)
					out.Release()
					if !more {
						return
					}
				}
			}
		}), nil
	}
}

// Column finds a column by its exact name; two of the same name are an error.
func Column(s *arrow.Schema, name string) (int, error) {
	switch idx := s.FieldIndices(name); len(idx) {
	case 1:
		return idx[0], nil
	case 0:
		return -1, &NoColumnError{Name: name, Schema: s}
	default:
		return -1, fmt.Errorf("find column %q: it occurs %d times", name, len(idx))
	}
}

// NoColumnError names a column that a schema does not have.
type NoColumnError struct {
	Name   string
	Schema *arrow.Schema
}

func (e *NoColumnError) Error() string {
	names := make([]string, e.Schema.NumFields())
	for i, f := range e.Schema.Fields() {
		names[i] = f.Name
	}
	return fmt.Sprintf("find column %q: the table has %s", e.Name, ListNames(names))
}

// Relabel gives a stream a schema that differs in metadata and nullability
// only: the same columns of the same types under the same names.
func Relabel(in Stream, s *arrow.Schema) (Stream, error) {
	was := in.Schema()
	if was.NumFields() != s.NumFields() {
		return nil, fmt.Errorf("relabel table: it has %d columns, the new schema %d", was.NumFields(), s.NumFields())
	}
	for i, f := range was.Fields() {
		if g := s.Field(i); f.Name != g.Name || !arrow.TypeEqual(f.Type, g.Type) {
			return nil, fmt.Errorf("relabel table: column %d is %q %s, the new schema says %q %s", i, f.Name, f.Type, g.Name, g.Type)
		}
	}
	return Map(
		func(*arrow.Schema) (*arrow.Schema, error) { return s, nil },
		func(b Batch) (Batch, error) { return array.NewRecord(s, b.Columns(), b.NumRows()), nil },
	)(in)
}
