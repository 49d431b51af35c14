// Package ipc reads and writes Arrow IPC: the file format ("arrow", also known
// as Feather 2) with [File], and the stream format ("arrows") with [Stream].
//
// Schema and field metadata are kept. Buffers are written uncompressed unless
// asked, because readers in browsers cannot decompress them and disks are
// fast; LZ4 and ZSTD are written on request and always read.
//
// # Dictionaries
//
// A file has one dictionary a column. All batches should share it, as the
// engines of this project do; a batch whose dictionary holds no other values
// is recoded to the first one's, one with new values is an error that says what
// to do. Streams replace dictionaries and never send deltas.
//
// # Hostile input
//
// Every offset and length of the metadata is checked before Arrow's decoder
// sees it, the decoder runs under recover with an allocator that refuses more
// than the input justifies, and every array is checked before it is lent:
// buffer sizes, offsets, views, dictionary indices. Views of texts and bytes are
// read as large strings and large binaries. Types that the project has no use for
// (unions, run-end encoding, lists of views, extensions) are refused.
//
// A file that is cut anywhere is an error. A stream that is cut between two
// messages reads as a shorter stream when its writer did not mark its end:
// the format allows that, so nobody can tell.
//
// This package is the only importer of arrow/ipc.
package ipc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

var magic = []byte("ARROW1")

// File is the codec of Arrow IPC files.
type File struct{}

// Name is "arrow".
func (File) Name() string { return "arrow" }

// Extensions are those of Arrow files and Feather files.
func (File) Extensions() []string { return []string{".arrow", ".feather", ".ipc"} }

// Sniff looks for the magic bytes.
func (File) Sniff(head []byte) bool { return bytes.HasPrefix(head, magic) }

// Binary is true.
func (File) Binary() bool { return true }

// RandomAccess is true: the footer at the end says where batches are.
func (File) RandomAccess() bool { return true }

// Read starts a stream over the file's batches.
func (File) Read(_ context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	src, err := newFileSource(in)
	if err != nil {
		return nil, err
	}
	if opt.Reuse {
		src.pool = &pool{}
	}
	return read(in.Name, src, src.pool, opt)
}

// Create starts a file.
func (File) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return create(w, s, opt, true)
}

// Stream is the codec of Arrow IPC streams.
type Stream struct{}

// Name is "arrows".
func (Stream) Name() string { return "arrows" }

// Extensions has one.
func (Stream) Extensions() []string { return []string{".arrows"} }

// Sniff looks for the continuation marker and a plausible length.
func (Stream) Sniff(head []byte) bool {
	return len(head) >= 8 && bytes.Equal(head[:4], []byte{0xff, 0xff, 0xff, 0xff}) && head[7] == 0
}

// Binary is true.
func (Stream) Binary() bool { return true }

// RandomAccess is false.
func (Stream) RandomAccess() bool { return false }

// Read starts a stream over the batches.
func (Stream) Read(_ context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	src := &streamSource{name: in.Name, r: in.Reader}
	if opt.Reuse {
		src.pool = &pool{}
	}
	return read(in.Name, src, src.pool, opt)
}

// Create starts a stream.
func (Stream) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return create(w, s, opt, false)
}

// read decodes the messages of a source, whichever format they came in.
func read(name string, src source, back *pool, opt formats.ReadOptions) (table.Stream, error) {
	mem := &limited{Allocator: opt.Memory()}
	m := &messages{src: src, mem: mem, pool: back}
	r, err := newReader(name, m, mem)
	if err != nil {
		return nil, err
	}
	schema := r.Schema()
	if err = checkTypes(name, schema); err != nil {
		r.Release()
		return nil, err
	}
	m.flat = flat(schema)
	views := newPlainer(schema, mem.room)
	if views != nil {
		schema = views.schema
	}
	keep, out, err := project(schema, opt.Columns)
	if err != nil {
		r.Release()
		return nil, err
	}
	return table.Func(out, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			defer r.Release()
			for row := int64(0); ; {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				b, err := next(name, r, m)
				if err != nil || b == nil {
					if err != nil {
						yield(nil, err)
					}
					return
				}
				if err = checkBatch(name, row, b); err != nil {
					yield(nil, err)
					return
				}
				made := b
				if views != nil {
					var column int
					if made, column, err = views.batch(b); err != nil {
						yield(nil, fault(name, row, b, column, "%v", err))
						return
					}
				}
				row += b.NumRows()
				more := lend(made, out, keep, yield)
				if views != nil {
					made.Release()
				}
				if !more {
					return
				}
			}
		}
	}), nil
}

// lend gives out the columns to keep of a batch, all if keep is nil.
func lend(b arrow.Record, out *arrow.Schema, keep []int, yield func(table.Batch, error) bool) bool {
	if keep == nil {
		return yield(b, nil)
	}
	cols := make([]arrow.Array, len(keep))
	for i, k := range keep {
		cols[i] = b.Column(k)
	}
	p := array.NewRecord(out, cols, b.NumRows())
	defer p.Release()
	return yield(p, nil)
}

func newReader(name string, m *messages, mem *limited) (r *ipc.Reader, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = formats.Corrupt(name, "the schema is not readable (%v)", p)
		}
	}()
	r, err = ipc.NewReaderFromMessageReader(m, ipc.WithAllocator(mem))
	if m.err != nil {
		return nil, m.err
	}
	if err != nil {
		return nil, formats.Corrupt(name, "%v", err)
	}
	return r, nil
}

// next gives the next batch, which the reader owns, or nil at the end.
func next(name string, r *ipc.Reader, m *messages) (b arrow.Record, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, formats.Corrupt(name, "batch %d is not readable (%v)", m.batches-1, p)
		}
	}()
	if m.flat {
		b, err = m.direct(r.Schema())
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil || b != nil {
			return b, err
		}
	}
	if r.Next() {
		return r.Record(), nil
	}
	if m.err != nil {
		return nil, m.err
	}
	if err := r.Err(); err != nil {
		return nil, formats.Corrupt(name, "batch %d is not readable (%v)", max(m.batches-1, 0), err)
	}
	return nil, nil
}

func project(s *arrow.Schema, columns []string) (keep []int, out *arrow.Schema, err error) {
	if columns == nil {
		return nil, s, nil
	}
	out, keep, err = table.Picked(s, columns)
	return keep, out, err
}

func compression(name string) ([]ipc.Option, error) {
	switch name {
	case "", "none":
		return nil, nil
	case "lz4":
		return []ipc.Option{ipc.WithLZ4()}, nil
	case "zstd":
		return []ipc.Option{ipc.WithZstd()}, nil
	}
	return nil, fmt.Errorf("write arrow: compression %q is none of none, lz4 and zstd", name)
}
