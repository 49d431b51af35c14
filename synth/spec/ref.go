package spec

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/rng"
)

// refWord is the key of another table's row. A ref to the table that per names
// is the row's parent, unless it says how to choose; to the own table it is an
// earlier row, and null in the first.
type refWord struct {
	To     string   `yaml:"to" spec:"required" doc:"table and key, such as customer.id"`
	Zipf   *float64 `yaml:"zipf" doc:"some rows far more often than others: the row of rank k with weight k^-zipf"`
	Weight string   `yaml:"weight" doc:"a number column of the other table: rows are drawn in proportion to it"`
	Any    bool     `yaml:"any" default:"false" doc:"any row of the parent table, not the row's own parent"`
}

func (w *refWord) build(b *binder) (maker, error) {
	head, tail, err := dotted(w.To, b.at)
	if err != nil {
		return nil, err
	}
	to, err := b.c.table(head, b.at)
	if err != nil {
		return nil, err
	}
	target, err := b.c.columnOf(to, tail, b.at)
	if err != nil {
		return nil, err
	}
	if target != to.key {
		return nil, b.errorf("a ref leads to a key, and %q is not the key of table %q", tail, head)
	}
	free := w.Any || w.Zipf != nil || w.Weight != ""
	m := &refMaker{to: to, target: target, parent: to == b.t.parent && !free, self: to == b.t}
	if w.Any && to != b.t.parent {
		return nil, b.errorf("any has no use here: table %q is not the parent of table %q", head, b.t.name)
	}
	b.col.role = table.RoleID
	if w.Zipf != nil || w.Weight != "" {
		switch {
		case w.Zipf != nil && w.Weight != "":
			return nil, b.errorf("zipf and weight are two ways to choose rows; leave out one")
		case m.self:
			return nil, b.errorf("a ref to the own table leads to an earlier row; zipf and weight are not possible")
		}
	}
	if w.Zipf != nil {
		if _, err = dist.NewZipf(2, *w.Zipf); err != nil {
			return nil, b.errorf("%v", err)
		}
		m.zipf = w.Zipf
	}
	if w.Weight != "" {
		if m.weight, err = b.c.columnOf(to, w.Weight, b.at); err != nil {
			return nil, err
		}
		if !slices.Contains(numberTypes, m.weight.typ.ID()) {
			return nil, b.errorf("weight: column %q is not a number", w.Weight)
		}
	}
	if b.unique() {
		if m.parent || m.self || m.zipf != nil || m.weight != nil {
			return nil, b.errorf("a unique ref takes every row of a table at most once, all equally likely; it cannot lead to the row's parent or the own table, and takes no zipf or weight")
		}
		if to.rows < 0 {
			return nil, b.errorf("a unique ref leads to a table with a number of rows")
		}
		m.unique = true
		b.col.capacity, b.col.inverse = max(to.rows, 1), m
	}
	b.col.nullable = m.self
	if !m.self {
		b.t.needs = append(b.t.needs, to)
	}
	if !target.decl.Hidden && !b.col.decl.Hidden {
		b.t.refs = append(b.t.refs, table.Ref{Column: b.col.name, Table: to.name, Key: target.name})
	}
	return m, b.typed(target.typ)
}

type refMaker struct {
	to     *tab
	target *column
	parent bool
	self   bool
	unique bool
	zipf   *float64
	weight *column
}

func (m *refMaker) make(f *frame, c *column) (arrow.Array, error) {
	l, err := f.lead(c)
	if err != nil {
		return nil, err
	}
	a, err := l.column(m.target)
	if err != nil {
		return nil, err
	}
	a.Retain()
	return f.invalid(a, l.nowhere), nil
}

// choice is what a ref needs once: how ranks or weights are drawn.
type choice struct {
	zipf *dist.Zipf
	perm rng.Bijection
	step *dist.Steps
}

func (m *refMaker) prepare(w *world, c *column) (any, error) {
	n := w.rows(m.to)
	ch := &choice{perm: w.key(c).Name("/rank").Bijection(uint64(max(n, 1)))}
	var err error
	switch {
	case m.zipf != nil:
		ch.zipf, err = dist.NewZipf(max(n, 1), *m.zipf)
	case m.weight != nil:
		if n > dist.MaxSteps {
			return nil, c.decl.at.Errorf("weight: table %q has %d rows, and weights are possible for %d; use zipf instead", m.to.name, n, dist.MaxSteps)
		}
		weights := make([]float64, 0, n)
		for at := int64(0); at < n; at += partRows {
			f := newFrame(w, m.to, at, nil, int(min(partRows, n-at)))
			a, ferr := f.column(m.weight)
			if ferr != nil {
				f.release()
				return nil, ferr
			}
			v := floats(a)
			for i := range f.n {
				if a.IsNull(i) {
					weights = append(weights, 0)
				} else {
					weights = append(weights, max(v(i), 0))
				}
			}
			f.release()
		}
		ch.step, err = dist.Weighted(weights)
	}
	if err != nil {
		return nil, c.decl.at.Errorf("%v", err)
	}
	return ch, nil
}

// lead draws the rows that the ref leads to.
func (m *refMaker) lead(f *frame, c *column) (*lead, error) {
	if m.parent {
		return &lead{frame: f.parents()}, nil
	}
	out := &lead{}
	rows := f.int64s(f.n)
	n := uint64(f.w.rows(m.to))
	key := f.w.key(c)
	v, err := f.w.prepare(c, func() (any, error) { return m.prepare(f.w, c) })
	if err != nil {
		return nil, err
	}
	ch := v.(*choice)
	for i := range rows {
		row := uint64(f.row(i))
		switch {
		case m.self:
			if row == 0 {
				if out.nowhere == nil {
					out.nowhere = make([]bool, f.n)
				}
				out.nowhere[i] = true
			}
			rows[i] = int64(key.Below(row, row))
		case m.unique:
			rows[i] = int64(ch.perm.At(row))
		case ch.zipf != nil:
			rows[i] = int64(ch.perm.At(uint64(ch.zipf.At(key.Uint64(row)))))
		case ch.step != nil:
			rows[i] = int64(ch.step.At(key.Uint64(row)))
		default:
			rows[i] = int64(key.Below(row, n))
		}
	}
	out.frame = newFrame(f.w, m.to, 0, rows, f.n)
	return out, nil
}

func (m *refMaker) invert(w *world, c *column, cell string) (int64, bool) {
	row, ok := m.target.inverse.invert(w, m.target, cell)
	if n := w.rows(m.to); !ok || row < 0 || row >= n {
		return 0, false
	}
	b := w.key(c).Name("/rank").Bijection(uint64(max(w.rows(m.to), 1)))
	return int64(b.Invert(uint64(row))), true
}

// lookupWord is a column of the row that a ref of this table leads to.
type lookupWord struct {
	From string `yaml:"from" spec:"required" doc:"a ref column of this table and a column of the table that it leads to, such as product.price"`
}

func (w *lookupWord) build(b *binder) (maker, error) {
	head, tail, err := dotted(w.From, b.at)
	if err != nil {
		return nil, err
	}
	ref, err := b.column(head, b.at)
	if err != nil {
		return nil, err
	}
	m, ok := ref.maker.(*refMaker)
	if !ok {
		return nil, b.errorf("lookup starts at a ref column, and %q is none", head)
	}
	target, err := b.c.columnOf(m.to, tail, b.at)
	if err != nil {
		return nil, err
	}
	b.col.nullable = ref.nullable || target.nullable
	b.col.role = target.role
	if b.col.role == table.RoleID {
		b.col.role = table.RolePlain
	}
	return &lookupMaker{ref, target}, b.typed(target.typ)
}

type lookupMaker struct{ ref, target *column }

func (m *lookupMaker) make(f *frame, _ *column) (arrow.Array, error) {
	l, err := f.lead(m.ref)
	if err != nil {
		return nil, err
	}
	a, err := l.column(m.target)
	if err != nil {
		return nil, err
	}
	mark := l.nowhere
	if m.ref.null > 0 { // a ref that is null leads nowhere
		r, err := f.column(m.ref)
		if err != nil {
			return nil, err
		}
		mark = make([]bool, f.n)
		for i := range mark {
			mark[i] = r.IsNull(i)
		}
	}
	a.Retain()
	return f.invalid(a, mark), nil
}

// floats reads a number column's cells.
func floats(a arrow.Array) func(i int) float64 {
	switch a := a.(type) {
	case *array.Float64:
		return func(i int) float64 { return a.Value(i) }
	case *array.Float32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int64:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int16:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int8:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint64:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint8:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) float64 { return decimal128.Num(a.Value(i)).ToFloat64(scale) }
	}
	return nil
}
