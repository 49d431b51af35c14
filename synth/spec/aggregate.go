package spec

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// sumWord is the sum of a column over the row's children.
type sumWord struct {
	Of string `yaml:"of" spec:"required" doc:"a table that has this one as its parent, and its number column, such as order_line.amount"`
}

// child finds a table that stands per this one.
func (b *binder) child(name string) (*tab, error) {
	t, err := b.c.table(name, b.at)
	if err != nil {
		return nil, err
	}
	if t.parent != b.t {
		return nil, b.errorf("table %q is no child of table %q: it would need per: %s", name, b.t.name, b.t.name)
	}
	return t, nil
}

func (w *sumWord) build(b *binder) (maker, error) {
	head, tail, err := dotted(w.Of, b.at)
	if err != nil {
		return nil, err
	}
	t, err := b.child(head)
	if err != nil {
		return nil, err
	}
	col, err := b.c.columnOf(t, tail, b.at)
	if err != nil {
		return nil, err
	}
	own := arrow.DataType(arrow.PrimitiveTypes.Float64)
	switch id := col.typ.ID(); {
	case id == arrow.DECIMAL128:
		own = &arrow.Decimal128Type{Precision: 38, Scale: col.typ.(*arrow.Decimal128Type).Scale}
	case arrow.IsInteger(id):
		own = arrow.PrimitiveTypes.Int64
	case arrow.IsFloating(id):
	default:
		return nil, b.errorf("column %q of table %q is no number", tail, head)
	}
	if err := b.typed(own, own.ID()); err != nil {
		return nil, err
	}
	if d, ok := b.col.typ.(*arrow.Decimal128Type); ok && d.Scale != own.(*arrow.Decimal128Type).Scale {
		return nil, b.errorf("the sum has %d digits behind the point, as the column that is summed", own.(*arrow.Decimal128Type).Scale)
	}
	return &sumMaker{t, col}, nil
}

type sumMaker struct {
	child *tab
	col   *column
}

// make sums in the order of the children, so that floats give the same bits
// always. Children are made in parts: their number has no bound.
func (m *sumMaker) make(f *frame, c *column) (arrow.Array, error) {
	fam := f.w.families[m.child.id]
	ints, wide, reals := make([]int64, 0), make([]decimal128.Num, 0), make([]float64, 0)
	kind := c.typ.ID()
	switch kind {
	case arrow.INT64:
		ints = make([]int64, f.n)
	case arrow.DECIMAL128:
		wide = make([]decimal128.Num, f.n)
	default:
		reals = make([]float64, f.n)
	}
	// A part is a list of child rows and whose each is.
	room := min(partRows, 16*f.n)
	rows, owner := make([]int64, 0, room), make([]int32, 0, room)
	run := true
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		kids := newFrame(f.w, m.child, rows[0], rows, len(rows))
		if run {
			kids.rows = nil // they rise by one: a range is faster
		}
		defer kids.release()
		a, err := kids.column(m.col)
		if err != nil {
			return err
		}
		switch kind {
		case arrow.INT64:
			at := wholes(a)
			for i, o := range owner {
				if a.IsValid(i) {
					ints[o] += at(i)
				}
			}
		case arrow.DECIMAL128:
			v := a.(*array.Decimal128)
			for i, o := range owner {
				if a.IsValid(i) {
					wide[o] = wide[o].Add(v.Value(i))
				}
			}
		default:
			at := floats(a)
			for i, o := range owner {
				if a.IsValid(i) {
					reals[o] += at(i)
				}
			}
		}
		rows, owner, run = rows[:0], owner[:0], true
		return nil
	}
	next, last := int64(-1), int64(-2)
	for i := range f.n {
		row := f.row(i)
		if row != last+1 {
			next = fam.start(row)
		}
		last = row
		for range fam.children(row) {
			run = run && (len(rows) == 0 || next == rows[len(rows)-1]+1)
			rows, owner = append(rows, next), append(owner, int32(i))
			next++
			if len(rows) == partRows {
				if err := flush(); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	switch kind {
	case arrow.INT64:
		buf, out := get[int64](f.pool(), f.n)
		copy(out, ints)
		return fixed(c.typ, f.n, 0, nil, buf), nil
	case arrow.DECIMAL128:
		buf, out := get[decimal128.Num](f.pool(), f.n)
		copy(out, wide)
		return fixed(c.typ, f.n, 0, nil, buf), nil
	}
	out := newNumbers(f.pool(), c.typ, f.n)
	out.store(0, reals)
	return out.array(), nil
}

func wholes(a arrow.Array) func(i int) int64 {
	if v, ok := a.(*array.Int64); ok {
		return v.Value
	}
	at := floats(a) // narrower types are exact in float64
	return func(i int) int64 { return int64(at(i)) }
}

// childrenWord is the number of the row's children.
type childrenWord struct {
	Of string `yaml:"of" spec:"required" doc:"a table that has this one as its parent, such as order_line"`
}

func (w *childrenWord) build(b *binder) (maker, error) {
	t, err := b.child(w.Of)
	if err != nil {
		return nil, err
	}
	return &childrenMaker{t}, b.typed(arrow.PrimitiveTypes.Int64, arrow.INT32)
}

type childrenMaker struct{ child *tab }

func (m *childrenMaker) make(f *frame, c *column) (arrow.Array, error) {
	fam := f.w.families[m.child.id]
	out := newNumbers(f.pool(), c.typ, f.n)
	var vals [blockRows]float64
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		for i := range n {
			vals[i] = float64(fam.children(f.row(at + i)))
		}
		out.store(at, vals[:n])
	}
	return out.array(), nil
}
