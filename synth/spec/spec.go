package spec

import (
	"context"
	"fmt"
	"iter"
	"os"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/fake"
)

// Options change a spec from outside.
type Options struct {
	// Rows is how many rows the largest table with a number of rows has; the
	// other such tables keep their proportion to it, and have at least one row
	// where they had any. Default as declared.
	Rows int64
}

// Spec is a compiled spec. It implements [synth.Model].
type Spec struct {
	decl   fileDecl
	clock  moment
	tables []*tab // parents first
	pool   *recycler

	mu     sync.Mutex
	worlds map[synth.Seed]*world
	order  []synth.Seed // of worlds, oldest first
}

// tab is a compiled table.
type tab struct {
	name     string
	pos      document.Pos
	decl     *tableDecl
	id       int   // in the order of the document
	rows     int64 // declared; -1 for children
	parent   *tab
	count    counts
	children []*tab
	locales  []*fake.Locale
	mix      *dist.Steps // of locales, nil for one
	entities []*entity
	columns  []*column // as declared, then those that conditions made
	visible  []*column
	key      *column
	schema   *arrow.Schema
	copula   copula
	refs     []table.Ref
	needs    []*tab // tables whose keys this one's columns hold
}

// Load reads and compiles a spec from a file.
func Load(path string, opt Options) (*Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read spec: %w", err)
	}
	return Parse(path, data, opt)
}

// Parse compiles a spec. The name stands in errors. All faults are joined, each
// a *document.Error.
func Parse(name string, data []byte, opt Options) (*Spec, error) {
	n, err := document.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return compile(n, opt)
}

// Name is what the data set is called, as declared.
func (s *Spec) Name() string { return s.decl.Name }

// Seed is the one declared, for when no other is given.
func (s *Spec) Seed() synth.Seed { return synth.Seed(s.decl.Seed) }

// Check is the suite that the data must keep, or nil. Rules are in the
// language of suites, which this package does not read.
func (s *Spec) Check() *document.Node { return s.decl.Check }

// partRows is the size of a batch.
const partRows = 1 << 15

// Tables lists the tables, parents before their children.
func (s *Spec) Tables() []synth.Table {
	var out []synth.Table
	for _, t := range s.tables {
		out = append(out, synth.Table{Name: t.name, Schema: t.schema, Part: partRows, Rows: func(seed synth.Seed) (int64, error) {
			w, err := s.world(seed)
			if err != nil {
				return 0, err
			}
			return w.rows(t), nil
		}})
	}
	return out
}

func (s *Spec) find(name string) (*tab, error) {
	for _, t := range s.tables {
		if t.name == name {
			return t, nil
		}
	}
	_, err := synth.Find(s, name)
	return nil, err
}

// Generate makes a range of a table's rows.
func (s *Spec) Generate(_ context.Context, name string, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	t, err := s.find(name)
	if err != nil {
		return nil, err
	}
	return s.generate(t, t.visible, t.schema, seed, rows)
}

// generate makes some of a table's columns; those that they are derived from are
// made with them.
func (s *Spec) generate(t *tab, columns []*column, schema *arrow.Schema, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	w, err := s.world(seed)
	if err != nil {
		return nil, err
	}
	if err := rows.Check(w.rows(t)); err != nil {
		return nil, err
	}
	return table.Func(schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			for from := rows.First; from < rows.End(); {
				to := min((from/partRows+1)*partRows, rows.End())
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				b, err := w.some(t, columns, schema, from, int(to-from))
				if err != nil {
					yield(nil, fmt.Errorf("make rows %d..%d of table %q: %w", from, to-1, t.name, err))
					return
				}
				more := yield(b, nil)
				b.Release()
				if !more {
					return
				}
				from = to
			}
		}
	}), nil
}

// batch makes n rows from first on.
func (w *world) batch(t *tab, first int64, n int) (table.Batch, error) {
	return w.some(t, t.visible, t.schema, first, n)
}

// some makes some columns of n rows from first on.
func (w *world) some(t *tab, columns []*column, schema *arrow.Schema, first int64, n int) (table.Batch, error) {
	f := newFrame(w, t, first, nil, n)
	defer f.release()
	cols := make([]arrow.Array, len(columns))
	for i, c := range columns {
		var err error
		if cols[i], err = f.column(c); err != nil {
			return nil, err
		}
	}
	return array.NewRecord(schema, cols, int64(n)), nil
}

// Project gives the same data set with some columns of a table only; what none of
// them is derived from is not made.
func (s *Spec) Project(name string, columns []string) (synth.Model, error) {
	t, err := s.find(name)
	if err != nil {
		return nil, err
	}
	schema, at, err := table.Picked(t.schema, columns)
	if err != nil {
		return nil, err
	}
	p := &projection{Spec: s, t: t, schema: schema}
	for _, i := range at {
		p.columns = append(p.columns, t.visible[i])
	}
	return p, nil
}

// projection is a spec with some columns of one table.
type projection struct {
	*Spec
	t       *tab
	columns []*column
	schema  *arrow.Schema
}

func (p *projection) Tables() []synth.Table {
	out := p.Spec.Tables()
	for i := range out {
		if out[i].Name == p.t.name {
			out[i].Schema = p.schema
		}
	}
	return out
}

func (p *projection) Generate(ctx context.Context, name string, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	if name != p.t.name {
		return p.Spec.Generate(ctx, name, seed, rows)
	}
	return p.generate(p.t, p.columns, p.schema, seed, rows)
}

// Project takes columns away again.
func (p *projection) Project(name string, columns []string) (synth.Model, error) {
	return synth.Dropping(p, name, columns)
}

var (
	_ synth.Model     = (*Spec)(nil)
	_ synth.Projector = (*Spec)(nil)
)
