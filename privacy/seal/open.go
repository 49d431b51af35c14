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
	buf []byte // message, clear columns, directory of the batch at hand

	part    []byte         // ciphertext on its way
	schemas map[int][]byte // messages, by field
}

// body is a batch taken apart. The ciphertexts stay in the file until one is
// wanted, so that opening a few columns reads those and no others.
type body struct {
	m       message
	message []byte
	clear   []byte
	chunks  map[int]span // by field
	ctx     chunkContext
}

// span is a place in the file.
type span struct{ at, n int64 }

// read takes batch i apart and computes what its ciphertexts are bound to.
func (o *opener) read(i int) (*body, error) {
	f := o.r.f
	k := f.blocks[i]
	bad := func(cause string) (*body, error) { return nil, damaged(batchName(i), "%s", cause) }
	if err := o.fill(i, k.offset, k.meta); err != nil {
		return nil, err
	}
	m, used, err := parseMessage(o.buf)
	if err != nil || int64(used) != k.meta || m.body != k.body || m.rows != f.rows[i] {
		return bad("its message is malformed")
	}
	if !bytes.Equal(m.encode(), o.buf) {
		return bad("its message is not in the one layout of the format")
	}
	end := int64(0)
	for p := m.bufs; len(p) > 0; p = p[structSize:] {
		at, n := int64(le.Uint64(p)), int64(le.Uint64(p[8:]))
		if at < 0 || n < 0 || at > k.body || n > k.body-at {
			return bad("a buffer lies outside it")
		}
		end = max(end, at+(n+7)&^7)
	}
	columns := f.h.Immutable.Columns
	directory := end + int64(8*len(columns))
	if directory > k.body {
		return bad("it has no room for its ciphertexts")
	}
	if err = o.fill(i, k.offset, k.meta+directory); err != nil {
		return nil, err
	}
	if m, used, err = parseMessage(o.buf); err != nil { // its slices are of the buffer, which may have moved
		return bad("its message is malformed")
	}
	b := &body{m: m, message: o.buf[:used], clear: o.buf[k.meta : k.meta+end], chunks: map[int]span{}}
	at, rest := k.offset+k.meta+directory, k.body-directory
	for j, c := range columns {
		n := le.Uint64(o.buf[k.meta+end+int64(8*j):])
		if n > uint64(rest) {
			return bad("a ciphertext lies outside it")
		}
		b.chunks[c.Field] = span{at, int64(n)}
		at, rest = at+int64(n), rest-int64(n)
	}
	var pad [8]byte
	if rest > 7 {
		return bad("something follows its ciphertexts")
	}
	if err := o.readAt(i, pad[:rest], at); err != nil {
		return nil, err
	}
	if pad != [8]byte{} {
		return bad("something follows its ciphertexts")
	}
	b.ctx = chunkContext{
		hash: f.hash, batch: uint64(i), first: f.starts[i], rows: m.rows, final: i == len(f.blocks)-1,
		frame: sha256.Sum256(o.buf), // message, clear columns, directory: they stand together
	}
	return b, nil
}

// fill makes buf n bytes of the file.
func (o *opener) fill(i int, at, n int64) error {
	if int64(cap(o.buf)) < n {
		o.buf = make([]byte, n)
	}
	o.buf = o.buf[:n]
	return o.readAt(i, o.buf, at)
}

func (o *opener) readAt(i int, p []byte, at int64) error {
	if got, err := o.r.f.r.ReadAt(p, at); got < len(p) {
		return damaged(batchName(i), "reading it failed: %v", err)
	}
	return nil
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
			if _, err := o.open(b, c.Field, key); err != nil {
				return columnFault(i, c.Name)
			}
			continue
		}
		a, err := o.openColumn(ctx, b, c.Field, key)
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
			if _, err := o.open(b, c.Field, key); err != nil {
				return columnFault(i, c.Name)
			}
			return nil
		}
	}
	return privacy.NoKey("open", batchName(i), "the grant covers no column, so nothing can be checked")
}

// open decrypts a ciphertext of a batch.
func (o *opener) open(b *body, field int, key []byte) ([]byte, error) {
	if o.part == nil {
		o.part = make([]byte, readParts*(partSize+tagSize))
	}
	k := b.chunks[field]
	return openWhole(o.r.f.r, k, key, b.ctx.bytes(field), o.part)
}

func columnFault(i int, name string) error {
	return damaged(batchName(i), "column %q does not authenticate: its bytes, its place, a clear column or the header were changed", name)
}

func (o *opener) openColumn(ctx context.Context, b *body, field int, key []byte) (arrow.Array, error) {
	f := o.r.f.plain.Field(field)
	plain, err := o.open(b, field, key)
	if err != nil {
		return nil, err
	}
	schema, err := o.oneSchema(field, f)
	if err != nil {
		return nil, err
	}
	if a, ok := flatColumn(schema, plain, f.Type, b.m.rows); ok {
		return a, nil
	}
	rec, err := decodeBatch(ctx, bytes.NewReader(plain))
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

// oneSchema is the schema message that this package writes before a column.
func (o *opener) oneSchema(field int, f arrow.Field) ([]byte, error) {
	if b := o.schemas[field]; b != nil {
		return b, nil
	}
	b, err := schemaMessage(oneField(f))
	if err != nil {
		return nil, err
	}
	if o.schemas == nil {
		o.schemas = map[int][]byte{}
	}
	o.schemas[field] = b
	return b, nil
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
