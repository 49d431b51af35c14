package parquet

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// createdBy names the writer; readers know bugs of others by it.
const createdBy = "verisim parquet 1"

// defaultGroup is formats.WriteOptions' default. A row group also ends when its
// pages hold mostGroup bytes, since they wait in memory.
const (
	defaultGroup = 1 << 20
	mostGroup    = 32 << 20
)

type compressor struct {
	codec int32
	zstd  *zstd.Encoder
}

func newCompressor(name string, workers int) (*compressor, error) {
	switch name {
	case "none":
		return &compressor{codec: codecNone}, nil
	case "", "snappy":
		return &compressor{codec: codecSnappy}, nil
	case "zstd":
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(workers), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
		return &compressor{codec: codecZstd, zstd: z}, err
	}
	return nil, fmt.Errorf("write parquet: compression %q is none of none, snappy and zstd", name)
}

// compress may be called from several goroutines.
func (c *compressor) compress(dst, src []byte) []byte {
	switch c.codec {
	case codecSnappy:
		if n := s2.MaxEncodedLen(len(src)); cap(dst) < n {
			dst = make([]byte, 0, n)
		}
		return s2.EncodeSnappy(dst[:cap(dst)], src)
	case codecZstd:
		return c.zstd.EncodeAll(src, dst)
	}
	return append(dst, src...)
}

// counted knows where it is.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

type writer struct {
	out     *counted
	schema  *arrow.Schema
	plan    *plan
	pairs   []pair
	leaves  []*leafWriter
	workers int
	order   []int // of the columns among goroutines, the heaviest first
	perRow  int64 // rows of a group
	rows    int64 // in this group
	total   int64
	groups  []group
	failed  error
	closed  bool

	mod  *modules // of an encrypted file
	keys ModularKeys
}

func create(out io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return createModular(out, s, opt, nil, ModularKeys{})
}

func createModular(out io.Writer, s *arrow.Schema, opt formats.WriteOptions, mod *modules, keys ModularKeys) (table.Writer, error) {
	w := &writer{mod: mod, keys: keys, out: &counted{w: out}, schema: s, workers: max(opt.Parallel, 1), perRow: opt.RowsPerGroup}
	if w.perRow <= 0 {
		w.perRow = defaultGroup
	}
	press, err := newCompressor(opt.Compression, w.workers)
	if err != nil {
		return nil, err
	}
	if s.NumFields() == 0 {
		return nil, errors.New("write parquet: a table without columns has no parquet form")
	}
	if w.plan, err = planWrite(s); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	stored, err := storeSchema(s)
	if err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	md := s.Metadata()
	for i, k := range md.Keys() {
		if k != arrowKey {
			w.pairs = append(w.pairs, pair{k, md.Values()[i]})
		}
	}
	w.pairs = append(w.pairs, pair{arrowKey, stored})
	w.leaves = make([]*leafWriter, len(w.plan.leaves))
	for i, c := range w.plan.columns {
		w.leavesOf(c, press)
		w.order = append(w.order, i)
	}
	w.encrypt()
	if _, err := w.out.Write(w.magic()); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	return w, nil
}

func (w *writer) leavesOf(c *column, press *compressor) {
	if c.leaf != nil {
		w.leaves[c.leaf.index] = newLeafWriter(c.leaf, c.typ, press)
	}
	for _, child := range c.children {
		w.leavesOf(child, press)
	}
}

func (w *writer) Write(b table.Batch) error {
	if w.failed == nil && w.closed {
		w.failed = errors.New("write parquet: the file is closed")
	}
	if w.failed == nil {
		if err := w.write(b); err != nil {
			w.failed = fmt.Errorf("write parquet: %w", err)
		}
	}
	return w.failed
}

func (w *writer) write(b table.Batch) error {
	if n := int64(w.schema.NumFields()); b.NumCols() != n {
		return fmt.Errorf("the batch has %d columns, the schema %d", b.NumCols(), n)
	}
	for i, f := range w.schema.Fields() {
		if t := b.Column(i).DataType(); !arrow.TypeEqual(t, f.Type) {
			return errColumn(f.Name, fmt.Errorf("the batch has %s, the schema %s", t, f.Type))
		}
	}
	for from := int64(0); from < b.NumRows(); {
		if w.rows == pageRows && w.total == 0 && w.workers > 1 {
			w.sortColumns()
		}
		n := min(b.NumRows()-from, w.perRow-w.rows, pageRows-w.rows%pageRows)
		whole := (w.rows+n)%pageRows == 0
		if err := w.columns(b, int(from), int(n), whole); err != nil {
			return err
		}
		from += n
		w.rows += n
		if w.rows == w.perRow || whole && w.size() > mostGroup {
			if err := w.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) size() int {
	n := 0
	for _, l := range w.leaves {
		n += l.size()
	}
	return n
}

// sortColumns puts the heaviest column of the first page first, so that no
// goroutine begins it when the others are nearly done.
func (w *writer) sortColumns() {
	weight := func(i int) (n int64) {
		for _, l := range w.plan.columns[i].leaves {
			n += w.leaves[l.index].uncompressed
		}
		return n
	}
	slices.SortStableFunc(w.order, func(a, b int) int { return cmp.Compare(weight(b), weight(a)) })
}

// columns encodes some rows, on as many goroutines as were asked for, which
// have ended when it returns. Each column is one goroutine's own.
func (w *writer) columns(b table.Batch, from, n int, whole bool) error {
	errs := make([]error, len(w.plan.columns))
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(errs); i = int(next.Add(1)) - 1 {
			k := w.order[i]
			c := w.plan.columns[k]
			if err := w.column(c, b.Column(k), from, n, whole); err != nil {
				errs[k] = errColumn(c.name, err)
			}
		}
	}
	var wg sync.WaitGroup
	for range min(w.workers, len(errs)) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) column(c *column, a arrow.Array, from, n int, whole bool) error {
	for n > 0 {
		k, full := n, false
		if c.leaf != nil && c.leaf.phys == physBytes && c.typ.ID() != arrow.DICTIONARY {
			k, full = w.leaves[c.leaf.index].fits(a, from, n)
		}
		part := array.NewSlice(a, int64(from), int64(from+k))
		err := shred(c, part, w.leaves)
		part.Release()
		if err != nil {
			return err
		}
		from, n = from+k, n-k
		if !full && !(whole && n == 0) {
			continue
		}
		for _, l := range c.leaves {
			if err := w.leaves[l.index].flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) endGroup() error {
	if w.rows == 0 {
		return nil
	}
	g := group{rows: w.rows, offset: w.out.n}
	for _, l := range w.leaves {
		c, err := l.finish(w.out)
		if err != nil {
			return err
		}
		g.chunks = append(g.chunks, c)
		g.bytes += c.uncompressed
		g.compressed += c.compressed
	}
	w.groups = append(w.groups, g)
	w.nextPart()
	w.total += w.rows
	w.rows = 0
	return nil
}

func (w *writer) Close() error {
	if w.closed {
		return w.failed
	}
	w.closed = true
	if w.failed == nil {
		if err := w.finish(); err != nil {
			w.failed = fmt.Errorf("write parquet: %w", err)
		}
	}
	return w.failed
}

func (w *writer) finish() error {
	if err := w.endGroup(); err != nil {
		return err
	}
	b, err := w.footer()
	if err != nil {
		return err
	}
	n := len(b)
	b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	_, err = w.out.Write(append(b, w.magic()...))
	return err
}
