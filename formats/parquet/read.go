package parquet

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// source remembers a failed read, which is no fault of the file's bytes.
type source struct {
	r   io.ReaderAt
	err error
}

func (s *source) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.r.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// file is an opened Parquet file.
type file struct {
	name string
	src  *source
	size int64
	meta *footer
	plan *plan
}

// fault blames the bytes, or the disk where that failed.
func (f *file) fault(row int64, column string, err error) error {
	if f.src.err != nil {
		return fmt.Errorf("read %s: %w", f.name, f.src.err)
	}
	return &formats.SyntaxError{Name: f.name, Row: row, Field: column, Cause: err.Error()}
}

// maxFooter is beyond any real footer: it holds some hundred bytes for each
// column and row group.
const maxFooter = 1 << 30

func open(in formats.Input, keys *ModularKeys) (*file, error) {
	f := &file{name: in.Name, size: in.Size}
	if in.ReaderAt == nil {
		return nil, fmt.Errorf("read %s: parquet needs random access to the file", in.Name)
	}
	f.src = &source{r: in.ReaderAt}
	var head [4]byte
	var tail [8]byte
	if in.Size < int64(len(head)+len(tail)) {
		return nil, formats.Corrupt(in.Name, "a file of %d bytes is too short for parquet", in.Size)
	}
	if err := f.readAt(head[:], 0); err != nil {
		return nil, err
	}
	if err := f.readAt(tail[:], in.Size-8); err != nil {
		return nil, err
	}
	hidden := bytes.Equal(tail[4:], magicEncrypted) && bytes.Equal(head[:], magicEncrypted)
	if !hidden && (!bytes.Equal(tail[4:], magic) || !bytes.Equal(head[:], magic)) {
		return nil, formats.Corrupt(in.Name, "it does not begin and end as a parquet file; it may be cut")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > in.Size-12 || n > maxFooter {
		return nil, formats.Corrupt(in.Name, "its footer claims %d bytes of a file of %d", n, in.Size)
	}
	b := make([]byte, n)
	if err := f.readAt(b, in.Size-8-n); err != nil {
		return nil, err
	}
	var err error
	if hidden {
		f.meta, err = openFooter(b, keys)
	} else {
		used := 0
		switch f.meta, used, err = parseFooter(b); {
		case err != nil:
		case f.meta.signed:
			err = checkFooter(f.meta, b, used, keys)
		case keys != nil:
			err = errClear
		}
	}
	if err != nil {
		return nil, f.fault(-1, "", err)
	}
	if f.plan, err = planRead(f.meta.elements); err != nil {
		return nil, f.fault(-1, "", err)
	}
	if len(f.plan.leaves) == 0 && f.meta.rows > 0 {
		return nil, formats.Corrupt(in.Name, "it claims rows without columns")
	}
	return f, nil
}

func (f *file) readAt(p []byte, at int64) error {
	if n, err := f.src.ReadAt(p, at); n < len(p) {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return f.fault(-1, "", err)
	}
	return nil
}

func read(in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	return readWith(in, opt, nil)
}

func readWith(in formats.Input, opt formats.ReadOptions, keys *ModularKeys) (table.Stream, error) {
	f, err := open(in, keys)
	if err != nil {
		return nil, err
	}
	schema := f.plan.schema(storedSchema(f.meta.pairs), f.meta.pairs)
	columns := f.plan.columns
	out := schema
	if opt.Columns != nil {
		var at []int
		if out, at, err = table.Picked(schema, opt.Columns); err != nil {
			return nil, err
		}
		columns = make([]*column, len(at))
		for i, k := range at {
			columns[i] = f.plan.columns[k]
		}
	}
	rows := opt.RowsPerBatch
	if rows <= 0 {
		rows = defaultBatch
	}
	return table.Func(out, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			r := newReader(f, out, columns, rows)
			defer r.close()
			if err := r.run(ctx, yield); err != nil {
				yield(nil, err)
			}
		}
	}), nil
}

// defaultBatch is formats.ReadOptions' default.
const defaultBatch = 65_536

// reader reads the row groups one after another.
type reader struct {
	f       *file
	schema  *arrow.Schema
	columns []*column // those wanted, in their order
	leaves  []*leaf   // what must be read for them
	names   []string  // the column of each leaf
	rows    int       // of a batch
	scans   []*scan   // by leaf index
	codes   []*coder  // by leaf index
	meter   *meter
}

func newReader(f *file, s *arrow.Schema, columns []*column, rows int) *reader {
	r := &reader{
		f: f, schema: s, columns: columns, rows: rows,
		scans: make([]*scan, len(f.plan.leaves)), codes: make([]*coder, len(f.plan.leaves)),
	}
	seen := make([]bool, len(f.plan.leaves))
	for _, c := range columns {
		r.want(c.leaves, c.name, seen)
		r.coders(c)
	}
	if len(r.leaves) == 0 && len(f.plan.columns) > 0 { // rows must be proven by some column
		c := f.plan.columns[0]
		r.want(c.leaves[:1], c.name, seen)
	}
	r.meter = newMeter(f.size, len(r.leaves))
	return r
}

func (r *reader) want(leaves []*leaf, name string, seen []bool) {
	for _, l := range leaves {
		if !seen[l.index] {
			seen[l.index] = true
			r.leaves, r.names = append(r.leaves, l), append(r.names, name)
		}
	}
}

func (r *reader) coders(c *column) {
	for _, child := range c.children {
		r.coders(child)
	}
	if t, ok := c.typ.(*arrow.DictionaryType); ok && c.leaf != nil && r.codes[c.leaf.index] == nil {
		r.codes[c.leaf.index] = newCoder(t)
	}
}

func (r *reader) close() {
	for _, s := range r.scans {
		if s != nil {
			s.pages.close()
		}
	}
	for _, c := range r.codes {
		if c != nil {
			c.release()
		}
	}
}

func (r *reader) run(ctx context.Context, yield func(table.Batch, error) bool) error {
	if err := r.collect(ctx); err != nil {
		return err
	}
	row := int64(0)
	for g := range r.f.meta.groups {
		grp := &r.f.meta.groups[g]
		if grp.rows == 0 {
			continue
		}
		total := int64(0)
		for i, l := range r.leaves {
			c := &grp.chunks[l.index]
			if total += c.compressed; total > r.f.size {
				return r.f.fault(row, r.names[i], errors.New("its row group's columns claim more bytes than the file has"))
			}
			s, err := newScan(r.f.src, r.f.size, l, c, r.codes[l.index], r.meter, r.scans[l.index])
			if err != nil {
				return r.f.fault(row, r.names[i], err)
			}
			r.scans[l.index] = s
		}
		for left := grp.rows; left > 0; {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := r.take(row, int(min(int64(r.rows), left)))
			if err != nil {
				return err
			}
			b, err := r.batch(row, n)
			if err != nil {
				return err
			}
			more := yield(b, nil)
			b.Release()
			if !more {
				return nil
			}
			left -= int64(n)
			row += int64(n)
		}
		for i, l := range r.leaves {
			if err := r.scans[l.index].end(); err != nil {
				return r.f.fault(row, r.names[i], err)
			}
		}
	}
	return nil
}

// take reads up to n rows of every leaf, fewer where cells are long.
func (r *reader) take(row int64, n int) (int, error) {
	for _, l := range r.leaves {
		r.scans[l.index].reset()
	}
	n = r.meter.batch(n)
	for taken := 0; ; {
		k, data, cells := n-taken, 0, 0
		for _, l := range r.leaves {
			s := r.scans[l.index]
			k = min(k, s.step())
			d, c := s.held()
			data, cells = data+d, cells+c
		}
		if k == 0 || data > fullData || cells > fullCells {
			return taken, nil
		}
		for i, l := range r.leaves {
			if err := r.scans[l.index].take(k); err != nil {
				return 0, r.f.fault(row+int64(taken), r.names[i], err)
			}
		}
		taken += k
	}
}

func (r *reader) batch(row int64, n int) (table.Batch, error) {
	cols := make([]arrow.Array, 0, len(r.columns))
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	for i, c := range r.columns {
		if k := r.before(i); k >= 0 { // asked for twice: its bytes were handed out
			cols[k].Retain()
			cols = append(cols, cols[k])
			continue
		}
		d, err := assemble(c, r.scans, n)
		if err != nil {
			return nil, r.f.fault(row, c.name, err)
		}
		cols = append(cols, array.MakeFromData(d))
		d.Release()
	}
	return array.NewRecord(r.schema, cols, int64(n)), nil
}

func (r *reader) before(i int) int {
	for k := range i {
		if r.columns[k] == r.columns[i] {
			return k
		}
	}
	return -1
}

// collect reads the dictionary pages of all row groups for the columns that
// become Arrow dictionaries, so that every batch has the same one: Arrow files
// and many readers want that. Values that come without a dictionary page make
// it grow on the way.
func (r *reader) collect(ctx context.Context) error {
	for i, l := range r.leaves {
		if r.codes[l.index] == nil {
			continue
		}
		var s *scan
		row := int64(0)
		for _, g := range r.f.meta.groups {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := &g.chunks[l.index]
			if c.dictOffset > 0 && g.rows > 0 {
				var err error
				if s, err = newScan(r.f.src, r.f.size, l, c, r.codes[l.index], r.meter, s); err != nil {
					return r.f.fault(row, r.names[i], err)
				}
				if err = s.dictionary(); err != nil {
					return r.f.fault(row, r.names[i], err)
				}
			}
			row += g.rows
		}
		if s != nil {
			s.pages.close()
		}
	}
	return nil
}
