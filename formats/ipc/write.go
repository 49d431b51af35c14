package ipc

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// counted knows where it is, which is all that Arrow's file writer asks of a
// seeker.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (c *counted) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, fmt.Errorf("seek in output: it only grows")
	}
	return c.n, nil
}

type recordWriter interface {
	Write(arrow.Record) error
	Close() error
}

type writer struct {
	schema *arrow.Schema
	out    recordWriter
	dicts  *dictionaries // nil for streams
	failed error
	closed bool
}

func create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions, file bool) (table.Writer, error) {
	comp, err := compression(opt.Compression)
	if err != nil {
		return nil, err
	}
	if err = checkTypes("output", s); err != nil {
		return nil, err
	}
	opts := append(comp, ipc.WithSchema(s), ipc.WithAllocator(memory.DefaultAllocator))
	out := &writer{schema: s}
	if file {
		out.out, err = ipc.NewFileWriter(&counted{w: w}, opts...)
		out.dicts = newDictionaries(s)
	} else {
		out.out = ipc.NewWriter(w, opts...)
	}
	if err != nil {
		return nil, fmt.Errorf("write arrow: %w", err)
	}
	return out, nil
}

func (w *writer) Write(b table.Batch) error {
	if w.failed != nil {
		return w.failed
	}
	if err := w.write(b); err != nil {
		w.failed = fmt.Errorf("write arrow: %w", err)
		return w.failed
	}
	return nil
}

func (w *writer) write(b table.Batch) error {
	if n := int64(w.schema.NumFields()); b.NumCols() != n {
		return fmt.Errorf("the batch has %d columns, the schema %d", b.NumCols(), n)
	}
	if b.NumRows() == 0 {
		return nil // Arrow's encoder panics over some empty arrays, and they say nothing
	}
	if w.dicts == nil {
		return w.out.Write(b)
	}
	same, err := w.dicts.recode(b)
	if err != nil {
		return err
	}
	defer same.Release()
	if err := w.out.Write(same); err != nil {
		return err
	}
	w.dicts.written = true
	return nil
}

func (w *writer) Close() error {
	if w.closed {
		return w.failed
	}
	w.closed = true
	if w.dicts != nil {
		defer w.dicts.release()
	}
	if w.failed == nil {
		if err := w.out.Close(); err != nil {
			w.failed = fmt.Errorf("write arrow: %w", err)
		}
	}
	return w.failed
}

// dictionaries keeps each column's first dictionary, because a file has one a
// column, and recodes batches that carry another with no new values.
type dictionaries struct {
	schema *arrow.Schema
	first  []arrow.Array      // nil where the column has none, or not yet
	codes  []map[string]int32 // of the first dictionary, made when needed
	// written says that Arrow's file writer has taken a reference of each first
	// dictionary. It never gives one back, so release does.
	written bool
}

func newDictionaries(s *arrow.Schema) *dictionaries {
	return &dictionaries{schema: s, first: make([]arrow.Array, s.NumFields()), codes: make([]map[string]int32, s.NumFields())}
}

func (d *dictionaries) release() {
	for _, a := range d.first {
		if a == nil {
			continue
		}
		a.Release()
		if d.written {
			a.Release()
		}
	}
}

// recode gives the batch over the first dictionaries; the caller releases it.
func (d *dictionaries) recode(b table.Batch) (table.Batch, error) {
	var cols []arrow.Array
	for i, c := range b.Columns() {
		a, ok := c.(*array.Dictionary)
		if !ok {
			continue
		}
		if d.first[i] == nil {
			d.first[i] = a.Dictionary()
			d.first[i].Retain()
			continue
		}
		if a.Dictionary() == d.first[i] || array.Equal(a.Dictionary(), d.first[i]) {
			continue
		}
		if cols == nil {
			cols = append(cols, b.Columns()...)
		}
		r, err := d.column(i, a)
		if err != nil {
			return nil, err
		}
		defer r.Release()
		cols[i] = r
	}
	if cols == nil {
		b.Retain()
		return b, nil
	}
	return array.NewRecord(b.Schema(), cols, b.NumRows()), nil
}

func (d *dictionaries) column(i int, a *array.Dictionary) (arrow.Array, error) {
	name := d.schema.Field(i).Name
	if d.codes[i] == nil {
		d.codes[i] = make(map[string]int32, d.first[i].Len())
		for k := range d.first[i].Len() {
			d.codes[i][d.first[i].ValueStr(k)] = int32(k)
		}
	}
	moved := make([]int32, a.Dictionary().Len())
	for k := range moved {
		code, ok := d.codes[i][a.Dictionary().ValueStr(k)]
		if !ok {
			code = -1
		}
		moved[k] = code
	}
	b := array.NewInt32Builder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(a.Len())
	for k := range a.Len() {
		if a.IsNull(k) {
			b.AppendNull()
			continue
		}
		code := moved[a.GetValueIndex(k)]
		if code < 0 {
			return nil, fmt.Errorf("column %q: a later batch brings new values into its dictionary, and a file has one dictionary a column; write a stream (arrows) instead, or make the column a string", name)
		}
		b.Append(code)
	}
	codes := b.NewArray()
	defer codes.Release()
	want := a.DataType().(*arrow.DictionaryType)
	if want.IndexType.ID() == arrow.INT32 {
		return array.NewDictionaryArray(want, codes, d.first[i]), nil
	}
	narrow, err := narrowed(want.IndexType, codes.(*array.Int32))
	if err != nil {
		return nil, err
	}
	defer narrow.Release()
	return array.NewDictionaryArray(want, narrow, d.first[i]), nil
}

// narrowed gives codes in another index type; they fit, since the column's
// first dictionary was written with it.
func narrowed(t arrow.DataType, codes *array.Int32) (arrow.Array, error) {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	defer b.Release()
	for k := range codes.Len() {
		if codes.IsNull(k) {
			b.AppendNull()
			continue
		}
		if err := b.AppendValueFromString(codes.ValueStr(k)); err != nil {
			return nil, err
		}
	}
	return b.NewArray(), nil
}
