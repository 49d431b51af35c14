package seal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// opener opens batches one after the other and reuses the buffer they are read
// into.
type opener struct {
	r   *Reader
	sel *selection
	buf []byte
}

// body is a batch's bytes, taken apart.
type body struct {
	m       message
	message []byte
	clear   []byte
	chunks  map[int][]byte // by field
	ctx     chunkContext
}

// read takes batch i apart and computes what its ciphertexts are bound to.
func (o *opener) read(i int) (*body, error) {
	f := o.r.f
	k := f.blocks[i]
	n := k.meta + k.body
	if int64(cap(o.buf)) < n {
		o.buf = make([]byte, n)
	}
	o.buf = o.buf[:n]
	if got, err := f.r.ReadAt(o.buf, k.offset); int64(got) < n {
		return nil, damaged(batchName(i), "reading it failed: %v", err)
	}
	return f.split(i, o.buf)
}

func (f *file) split(i int, buf []byte) (*body, error) {
	bad := func(cause string) error { return damaged(batchName(i), "%s", cause) }
	k := f.blocks[i]
	m, used, err := parseMessage(buf)
	if err != nil || int64(used) != k.meta || m.body != k.body || m.rows != f.rows[i] {
		return nil, bad("its message is malformed")
	}
	b := &body{m: m, message: buf[:used], chunks: map[int][]byte{}}
	if !bytes.Equal(m.encode(), b.message) {
		return nil, bad("its message is not in the one layout of the format")
	}
	rest := buf[used:]
	end := int64(0)
	for p := m.bufs; len(p) > 0; p = p[structSize:] {
		at, n := int64(le.Uint64(p)), int64(le.Uint64(p[8:]))
		if at < 0 || n < 0 || at > k.body || n > k.body-at {
			return nil, bad("a buffer lies outside it")
		}
		end = max(end, at+(n+7)&^7)
	}
	columns := f.h.Immutable.Columns
	if end+int64(8*len(columns)) > k.body {
		return nil, bad("it has no room for its ciphertexts")
	}
	b.clear = rest[:end]
	directory := rest[end : end+int64(8*len(columns))]
	tail := rest[end+int64(len(directory)):]
	for j, c := range columns {
		n := le.Uint64(directory[8*j:])
		if n > uint64(len(tail)) {
			return nil, bad("a ciphertext lies outside it")
		}
		b.chunks[c.Field] = tail[:n:n]
		tail = tail[n:]
	}
	if len(tail) > 7 || !bytes.Equal(tail, make([]byte, len(tail))) {
		return nil, bad("something follows its ciphertexts")
	}
	b.ctx = chunkContext{
		hash: f.hash, batch: uint64(i), first: f.starts[i], rows: m.rows, final: i == len(f.blocks)-1,
		frame: sha256.Sum256(rest0(buf, used, end, len(directory))),
	}
	return b, nil
}

// rest0 is the message, the clear columns and the directory: they stand
// together.
func rest0(buf []byte, used int, end int64, directory int) []byte {
	return buf[:int64(used)+end+int64(directory)]
}

// batch opens the selected columns of batch i.
func (o *opener) batch(ctx context.Context, i int) (arrow.Record, error) {
	b, err := o.read(i)
	if err != nil {
		return nil, err
	}
	cols := make(map[int]arrow.Array)
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	if err := o.columns(ctx, i, b, cols); err != nil {
		return nil, err
	}
	if o.sel.clear {
		rec, err := o.outer(ctx, i, b)
		if err != nil {
			return nil, err
		}
		defer rec.Release()
		if err := o.cells(i, b, rec, cols); err != nil {
			return nil, err
		}
	}
	out := make([]arrow.Array, len(o.sel.fields))
	for j, f := range o.sel.fields {
		out[j] = cols[f]
	}
	return array.NewRecord(o.sel.schema, out, b.m.rows), nil
}

// columns opens the selected sealed columns. If none is selected, or the keys
// open none, one that they do open is authenticated all the same, so that clear
// columns are never given out unchecked to somebody who could check them.
func (o *opener) columns(ctx context.Context, i int, b *body, cols map[int]arrow.Array) error {
	checked := false
	for _, c := range o.r.f.h.Immutable.Columns {
		key := o.r.keys.columns[c.Field]
		if key == nil || !o.sel.sealed[c.Field] {
			continue
		}
		checked = true
		if c.Mode != ModeChunk {
			if err := checkChunk(b, c.Field, key); err != nil {
				return columnFault(i, c.Name)
			}
			continue
		}
		a, err := openColumn(ctx, o.r.f.plain.Field(c.Field), b, c.Field, key)
		if err != nil {
			return columnFault(i, c.Name)
		}
		cols[c.Field] = a
	}
	if checked {
		return nil
	}
	for _, c := range o.r.f.h.Immutable.Columns {
		if key := o.r.keys.columns[c.Field]; key != nil {
			if err := checkChunk(b, c.Field, key); err != nil {
				return columnFault(i, c.Name)
			}
			return nil
		}
	}
	return privacy.NoKey("open", batchName(i), "the grant covers no column, so nothing can be checked")
}

// checkChunk authenticates a ciphertext without keeping what it holds.
func checkChunk(b *body, field int, key []byte) error {
	r, err := openChunk(b.chunks[field], key, b.ctx.bytes(field))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

func columnFault(i int, name string) error {
	return damaged(batchName(i), "column %q does not authenticate: its bytes, its place, a clear column or the header were changed", name)
}

func openColumn(ctx context.Context, f arrow.Field, b *body, field int, key []byte) (arrow.Array, error) {
	r, err := openChunk(b.chunks[field], key, b.ctx.bytes(field))
	if err != nil {
		return nil, err
	}
	rec, err := decodeBatch(ctx, r)
	if err != nil {
		return nil, err
	}
	defer rec.Release()
	if rec.NumCols() != 1 || rec.NumRows() != b.m.rows || !arrow.TypeEqual(rec.Column(0).DataType(), f.Type) || rec.ColumnName(0) != f.Name {
		return nil, errContent
	}
	a := rec.Column(0)
	a.Retain()
	return a, nil
}

// outer decodes the buffers of the batch, whose bytes the ciphertexts have
// vouched for.
func (o *opener) outer(ctx context.Context, i int, b *body) (arrow.Record, error) {
	m := b.m
	m.body = int64(len(b.clear))
	rec, err := decodeBatch(ctx, io.MultiReader(
		bytes.NewReader(o.r.f.bare), bytes.NewReader(m.encode()), bytes.NewReader(b.clear), bytes.NewReader(arrowEOS)))
	if err != nil {
		return nil, damaged(batchName(i), "its clear columns are malformed")
	}
	if rec.NumRows() != b.m.rows || int(rec.NumCols()) != o.r.f.outer.NumFields() {
		rec.Release()
		return nil, damaged(batchName(i), "its clear columns are malformed")
	}
	return rec, nil
}

// cells takes the clear columns over and opens those that are sealed by the
// cell.
func (o *opener) cells(i int, b *body, rec arrow.Record, cols map[int]arrow.Array) error {
	for _, j := range o.sel.fields {
		if cols[j] != nil {
			continue
		}
		c := o.r.f.sealedColumn(j)
		if c == nil {
			cols[j] = rec.Column(j)
			cols[j].Retain()
			continue
		}
		a, err := o.openCellColumn(b, c, rec, cols)
		if err != nil {
			return columnFault(i, c.Name)
		}
		cols[j] = a
	}
	return nil
}

func (o *opener) openCellColumn(b *body, c *column, rec arrow.Record, cols map[int]arrow.Array) (arrow.Array, error) {
	k, err := newCellKeys(o.r.keys.columns[c.Field], &b.ctx, c.Field)
	if err != nil {
		return nil, err
	}
	cells, ok := rec.Column(c.Field).(*array.Binary)
	if !ok {
		return nil, errContent
	}
	var leaf leaves
	if c.Mode == ModeSubject {
		at, err := table.Column(o.r.f.plain, c.Subject)
		if err != nil {
			return nil, err
		}
		subjects := cols[at]
		if subjects == nil {
			subjects = rec.Column(at)
		}
		if d, isDict := subjects.(*array.Dictionary); isDict {
			if subjects, err = decodeDictionary(d); err != nil {
				return nil, err
			}
			defer subjects.Release()
		}
		leaf = subjectLeaves(subjects, o.r.ring.Key)
	}
	return openCells(cells, o.r.f.plain.Field(c.Field).Type, k, leaf)
}
