package clean

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// Plan is a recipe bound to a schema. It cleans one stream.
type Plan struct {
	opt     Options
	in, out *arrow.Schema
	ids     []string
	steps   []step
	note    *notes
	used    bool
	rows    int64
	kept    int64
}

// step changes the rows of a batch and notes each change.
type step interface {
	apply(r *rows, note *notes) error
}

// rows is a batch on its way through the steps. Each column holds a reference
// of its own.
type rows struct {
	mem    memory.Allocator
	schema *arrow.Schema // of the input, for names
	cols   []arrow.Array
	n      int
	first  int64
	ids    []int64 // row numbers of the input; nil: first, first+1, ...
}

func (r *rows) id(i int) int64 {
	if r.ids != nil {
		return r.ids[i]
	}
	return r.first + int64(i)
}

// set replaces a column; it takes over the reference of a.
func (r *rows) set(col int, a arrow.Array) {
	r.cols[col].Release()
	r.cols[col] = a
}

// binder is what a step sees of the world when it is compiled.
type binder struct {
	opt    Options
	spec   Spec
	arg    *document.Node
	fields []arrow.Field // as the steps before leave them
}

// Compile binds a recipe to a schema. Every mistake is found here, with its
// line.
func Compile(r *Recipe, schema *arrow.Schema, opt Options) (*Plan, error) {
	if opt.MemoryBytes <= 0 {
		opt.MemoryBytes = 1 << 30
	}
	if opt.Memory == nil {
		opt.Memory = memory.DefaultAllocator
	}
	p := &Plan{opt: opt, in: schema, note: newNotes(opt)}
	fields := slices.Clone(schema.Fields())
	var errs []error
	for _, s := range r.Steps {
		d, ok := lookup(s.Kind)
		if !ok {
			return nil, s.At.Errorf("there is no step %q", s.Kind)
		}
		b := &binder{opt: opt, spec: s, arg: s.Arg, fields: fields}
		st, err := d.bind(b)
		if err != nil {
			if len(document.All(err)) == 0 {
				err = s.At.Errorf("%s: %v", s.Kind, err)
			}
			errs = append(errs, err)
			continue
		}
		p.steps = append(p.steps, st)
		p.ids = append(p.ids, s.ID)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	md := schema.Metadata()
	p.out = arrow.NewSchema(fields, &md)
	return p, nil
}

// Schema is that of the cleaned table.
func (p *Plan) Schema() *arrow.Schema { return p.out }

// Changes counts what was done, by step in the order of the recipe and then by
// column in the order of the table. It is complete when the stream has ended.
func (p *Plan) Changes() []Change { return p.note.changes(p.ids, p.in) }

// Rows is the number of rows read, and Kept of those that were not dropped.
func (p *Plan) Rows() int64 { return p.rows }

// Kept is the number of rows that were not dropped.
func (p *Plan) Kept() int64 { return p.kept }

// Stage is the plan as a stage. A plan cleans one stream.
func (p *Plan) Stage() table.Stage {
	return func(in table.Stream) (table.Stream, error) {
		if p.used {
			return nil, fmt.Errorf("clean table %q: the plan was used before", p.opt.Table)
		}
		p.used = true
		if err := p.fits(in.Schema()); err != nil {
			return nil, err
		}
		return table.Func(p.out, func(ctx context.Context) iter.Seq2[table.Batch, error] {
			return func(yield func(table.Batch, error) bool) { p.run(ctx, in, yield) }
		}), nil
	}
}

// Stages is the plan as a list of one stage, to be put among others.
func (p *Plan) Stages() []table.Stage { return []table.Stage{p.Stage()} }

func (p *Plan) fits(s *arrow.Schema) error {
	if s.NumFields() != p.in.NumFields() {
		return fmt.Errorf("clean table %q: it has %d columns, the plan was made for %d", p.opt.Table, s.NumFields(), p.in.NumFields())
	}
	for i, f := range s.Fields() {
		if g := p.in.Field(i); f.Name != g.Name || !arrow.TypeEqual(f.Type, g.Type) {
			return fmt.Errorf("clean table %q: column %d is %q %s, the plan was made for %q %s", p.opt.Table, i, f.Name, f.Type, g.Name, g.Type)
		}
	}
	return nil
}

func (p *Plan) run(ctx context.Context, in table.Stream, yield func(table.Batch, error) bool) {
	defer p.close()
	for b, err := range in.Batches(ctx) {
		if err != nil {
			yield(nil, err)
			return
		}
		out, err := p.batch(b)
		if err != nil {
			yield(nil, fmt.Errorf("clean table %q: %w", p.opt.Table, err))
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
	if err := p.note.close(); err != nil {
		yield(nil, err)
	}
}

// close gives up what the audit and the steps hold.
func (p *Plan) close() {
	p.note.release()
	for _, s := range p.steps {
		if c, ok := s.(interface{ close() }); ok {
			c.close()
		}
	}
}

// batch cleans one batch; nil means that no row is left.
func (p *Plan) batch(b table.Batch) (table.Batch, error) {
	r := &rows{mem: p.opt.Memory, schema: p.in, cols: slices.Clone(b.Columns()), n: int(b.NumRows()), first: p.rows}
	for _, c := range r.cols {
		c.Retain()
	}
	defer func() {
		for _, c := range r.cols {
			c.Release()
		}
	}()
	p.rows += b.NumRows()
	for i, s := range p.steps {
		p.note.step = i
		p.note.id = p.ids[i]
		if err := s.apply(r, p.note); err != nil {
			return nil, fmt.Errorf("%s: %w", p.ids[i], err)
		}
		if r.n == 0 {
			return nil, nil
		}
	}
	p.kept += int64(r.n)
	return array.NewRecord(p.out, r.cols, int64(r.n)), nil
}
