// Package table is the vocabulary of the house over Apache Arrow: what a table
// is, how batches of its rows move, and the words that ride with each column.
//
// A [Stream] is one table in motion: a schema known before any row, and record
// batches in row order. A [Source] opens streams by table name, a [Sink] takes
// them, a [Stage] turns one stream into another. Nothing else moves between the
// rooms of this project.
//
// # Ownership
//
// A batch that a stream yields is lent: it is valid until the next iteration,
// and the stream releases it. Whoever keeps one longer calls Retain, and
// Release when done. A Writer never keeps the batch it is given.
//
// # Words
//
// Roles, origin, key and references are stored in Arrow schema and field
// metadata under the keys listed in metadata.go, so that they survive a write
// to Arrow IPC or Parquet. Read and set them through this package only.
package table

import (
	"context"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
)

// Batch is a record batch: equal-length Arrow columns under one schema.
type Batch = arrow.Record

// Stream is one table in motion. It may be iterated once.
type Stream interface {
	// Schema is known before the first row and never changes.
	Schema() *arrow.Schema
	// Batches yields the rows in order. An error is yielded with a nil batch
	// and ends the iteration. The batch is lent until the next iteration.
	// Breaking off early releases everything the stream holds.
	Batches(ctx context.Context) iter.Seq2[Batch, error]
}

// Stage turns a stream into another. A change of schema is known when the
// stage is applied; rows are touched only when the result is iterated.
type Stage func(Stream) (Stream, error)

// Source opens tables by name.
type Source interface {
	// Tables lists the names, parents before their children.
	Tables() []string
	// Open starts a fresh stream over one table.
	Open(ctx context.Context, table string) (Stream, error)
}

// Writer takes the batches of one table. It does not keep them.
type Writer interface {
	Write(Batch) error
	// Close finishes the table. A table that was not closed is not complete.
	Close() error
}

// Sink takes whole tables and shows them all at once or not at all.
type Sink interface {
	Create(ctx context.Context, name string, s *arrow.Schema) (Writer, error)
	// Commit makes everything visible. Nothing is visible before.
	Commit(ctx context.Context) error
	// Abort leaves nothing behind. After Commit it does nothing.
	Abort() error
}

// Apply runs a stream through stages in order.
func Apply(s Stream, stages ...Stage) (Stream, error) {
	for _, stage := range stages {
		next, err := stage(s)
		if err != nil {
			return nil, err
		}
		s = next
	}
	return s, nil
}

// Copy writes every batch of src to dst and returns the number of rows. It
// does not close dst.
func Copy(ctx context.Context, dst Writer, src Stream) (rows int64, err error) {
	for b, err := range src.Batches(ctx) {
		if err != nil {
			return rows, err
		}
		if err := dst.Write(b); err != nil {
			return rows, err
		}
		rows += b.NumRows()
	}
	return rows, ctx.Err()
}
