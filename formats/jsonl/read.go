package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

type reader struct {
	lines  *lines
	lex    lexer
	opt    formats.ReadOptions
	mem    memory.Allocator
	nulls  map[string]bool
	root   *shape
	schema *arrow.Schema // what is read, all columns
	out    *arrow.Schema // what is kept
	sample []held
	row    int64
	rows   int // of the sample
}

// held is a line of the sample, which outlives the buffer.
type held struct {
	text []byte
	line int64
}

func newReader(ctx context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	r := &reader{lines: newLines(in.Name, in.Reader), opt: opt.Filled(), mem: opt.Memory(), nulls: opt.NullSet()}
	if err := r.declared(); err != nil {
		return nil, err
	}
	if err := r.infer(ctx); err != nil {
		return nil, err
	}
	if err := r.project(); err != nil {
		return nil, err
	}
	return table.Func(r.out, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) { r.batches(ctx, yield) }
	}), nil
}

// declared starts the shape of the row with the declared columns.
func (r *reader) declared() error {
	r.root = &shape{}
	if r.opt.Schema == nil {
		return nil
	}
	for _, f := range r.opt.Schema.Fields() {
		if err := check(f.Type, 0); err != nil {
			return fmt.Errorf("read %s: column %q: %w", r.lines.name, f.Name, err)
		}
		if _, twice := r.root.index[f.Name]; twice {
			return fmt.Errorf("read %s: column %q is declared twice", r.lines.name, f.Name)
		}
		r.root.add(f.Name, &shape{skip: true})
	}
	return nil
}

// check says whether JSON Lines holds a type.
func check(t arrow.DataType, depth int) error {
	if depth > maxDepth-2 { // the row and a scalar
		return fmt.Errorf("the type is nested deeper than %d levels", maxDepth)
	}
	switch t := t.(type) {
	case *arrow.StructType:
		seen := map[string]bool{}
		for _, f := range t.Fields() {
			if seen[f.Name] {
				return fmt.Errorf("the member %q is there twice", f.Name)
			}
			seen[f.Name] = true
			if !utf8.ValidString(f.Name) {
				return errors.New("a member's name is not UTF-8")
			}
			if err := check(f.Type, depth+1); err != nil {
				return err
			}
		}
		return nil
	case *arrow.ListType:
		return check(t.Elem(), depth+1)
	case *arrow.LargeListType:
		return check(t.Elem(), depth+1)
	case *arrow.FixedSizeListType:
		return check(t.Elem(), depth+1)
	}
	return cell.Check(t)
}

// place turns a fault of a line into the error that names the place.
func (r *reader) place(err error, line, row int64) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	return &formats.SyntaxError{Name: r.lines.name, Line: line, Column: int64(f.at) + 1, Row: row, Field: f.field, Cause: f.cause, Hint: f.hint}
}

// infer reads the sample and decides each column's type.
func (r *reader) infer(ctx context.Context) error {
	p := &sampler{lex: &r.lex, nulls: r.nulls, root: r.root, shapes: len(r.root.names)}
	if r.opt.Columns != nil {
		p.want = map[string]bool{}
		for _, c := range r.opt.Columns {
			p.want[c] = true
		}
	}
	size := 0
	for len(r.sample) < r.opt.SampleRows && size < maxLine {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := r.lines.next()
		if err != nil {
			return err
		}
		if line == nil {
			break
		}
		h := held{bytes.Clone(line), r.lines.line}
		if err := p.row(r.root, h.text); err != nil {
			return r.place(err, h.line, int64(len(r.sample)))
		}
		r.sample = append(r.sample, h)
		size += len(line) + 48
	}
	r.rows = len(r.sample)
	r.schema = r.columns(p.order)
	return nil
}

// columns decides types and order.
func (r *reader) columns(order []int) *arrow.Schema {
	var declared []arrow.Field
	var md *arrow.Metadata
	if d := r.opt.Schema; d != nil {
		m := d.Metadata()
		md, declared = &m, d.Fields()
	}
	if len(declared) == len(r.root.names) {
		return arrow.NewSchema(declared, md)
	}
	var fields []arrow.Field
	for _, i := range order {
		f := arrow.Field{Name: r.root.names[i], Type: r.root.members[i].kind(r.opt.AllText), Nullable: true}
		if i < len(declared) {
			f = declared[i]
		}
		fields = append(fields, f)
	}
	for i, f := range declared {
		if !slices.Contains(order, i) {
			fields = append(fields, f)
		}
	}
	return arrow.NewSchema(fields, md)
}

// row adds a line of the sample.
func (p *sampler) row(s *shape, line []byte) error {
	p.lex.start(line)
	if p.lex.peek() != '{' {
		return p.lex.unexpected("a row, which is an object in braces,")
	}
	if err := p.object(s); err != nil {
		return err
	}
	return rest(p.lex)
}

func (r *reader) project() error {
	r.out = r.schema
	if r.opt.Columns == nil {
		return nil
	}
	fields := make([]arrow.Field, len(r.opt.Columns))
	seen := map[string]bool{}
	for k, name := range r.opt.Columns {
		i, err := table.Column(r.schema, name)
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("read %s: column %q is asked for twice", r.lines.name, name)
		}
		seen[name] = true
		fields[k] = r.schema.Field(i)
	}
	md := r.schema.Metadata()
	r.out = arrow.NewSchema(fields, &md)
	return nil
}

func (r *reader) batches(ctx context.Context, yield func(table.Batch, error) bool) {
	b := array.NewRecordBuilder(r.mem, r.out)
	defer b.Release()
	root := &sink{}
	defer root.release()
	for _, name := range r.schema.Fields() {
		var m *sink
		if k := r.out.FieldIndices(name.Name); len(k) > 0 {
			var err error
			if m, err = newSink(name.Name, r.out.Field(k[0]), b.Field(k[0])); err != nil {
				yield(nil, fmt.Errorf("read %s: column %q: %w", r.lines.name, name.Name, err))
				return
			}
		}
		root.add(name.Name, m)
	}
	f := &filler{lex: &r.lex, nulls: r.nulls, sampled: r.rows}
	for {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		n, err := r.fill(f, root)
		if err != nil {
			yield(nil, err)
			return
		}
		if n == 0 {
			return
		}
		if !r.lend(b, n, yield) {
			return
		}
	}
}

func (r *reader) lend(b *array.RecordBuilder, n int64, yield func(table.Batch, error) bool) bool {
	cols := make([]arrow.Array, r.out.NumFields())
	for i := range cols {
		cols[i] = b.Field(i).NewArray()
		defer cols[i].Release()
	}
	rec := array.NewRecord(r.out, cols, n)
	defer rec.Release()
	return yield(rec, nil)
}

// fill reads up to a batch of rows, the sample first. A batch of long rows ends
// early, so that memory stays flat.
func (r *reader) fill(f *filler, root *sink) (n int64, err error) {
	f.cells = 0
	size := 0
	for ; n < int64(r.opt.RowsPerBatch) && size < maxLine && f.cells < maxCells/2; n++ {
		var h held
		if len(r.sample) > 0 {
			h, r.sample = r.sample[0], r.sample[1:]
		} else {
			if h.text, err = r.lines.next(); err != nil {
				return 0, err
			}
			if h.text == nil {
				break
			}
			h.line = r.lines.line
		}
		size += len(h.text)
		if err = f.row(root, h.text); err != nil {
			return 0, r.place(err, h.line, r.row)
		}
		r.row++
	}
	return n, nil
}
