package spec

import (
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/dist"
)

// dateWord is a day.
type dateWord struct {
	From edge `yaml:"from" default:"clock - 365d" doc:"the earliest: a day, clock - 30d, or a time column of the table"`
	To   edge `yaml:"to" default:"clock" doc:"the latest, in the same notation"`
	// After is a slice, so that it can be left out.
	After []span `yaml:"after" doc:"instead of to: between these two lengths of time after from, such as [1d, 30d]"`
}

func (w *dateWord) build(b *binder) (maker, error) {
	var errs faults
	errs.add(w.From.resolve(b))
	errs.add(w.To.resolve(b))
	if err := errs.err(); err != nil {
		return nil, err
	}
	m := &dateMaker{from: w.From, to: w.To}
	if w.After != nil {
		const day = 24 * span(time.Hour)
		if len(w.After) != 2 || w.After[0] > w.After[1] || w.After[0]%day != 0 || w.After[1]%day != 0 {
			return nil, b.errorf("after is two lengths of time in whole days, the shorter first, such as [1d, 30d]")
		}
		m.after, m.least, m.most, m.to = true, int32(w.After[0]/day), int32(w.After[1]/day), edge{}
	} else if w.From.column == nil && w.To.column == nil && w.From.fixed > w.To.fixed {
		return nil, b.errorf("from lies behind to")
	}
	for _, e := range []edge{m.from, m.to} {
		b.col.nullable = b.col.nullable || e.column != nil && e.column.nullable
	}
	b.col.role = table.RoleTime
	return m, b.typed(arrow.FixedWidthTypes.Date32)
}

type dateMaker struct {
	from, to    edge
	after       bool
	least, most int32 // days after from
}

func (m *dateMaker) make(f *frame, c *column) (arrow.Array, error) {
	from, fromNulls, err := m.from.moments(f)
	if err != nil {
		return nil, err
	}
	to, toNulls, err := m.to.moments(f)
	if err != nil {
		return nil, err
	}
	buf, out := get[int32](f.pool(), f.n)
	key := f.w.key(c)
	var draws [blockRows]uint64
	flat := m.from.column == nil && m.to.column == nil
	first, span := m.from.fixed.day(), int64(m.to.fixed.day()-m.from.fixed.day())+1
	if m.after {
		first, span = first+m.least, int64(m.most-m.least)+1
	}
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		f.draws(key, at, draws[:n])
		for i, d := range draws[:n] {
			switch {
			case flat:
			case m.after:
				first = from(at+i).day() + m.least
			default:
				lo, hi := from(at+i).day(), to(at+i).day()
				first, span = lo, max(int64(hi)-int64(lo)+1, 1)
			}
			out[at+i] = first + int32(dist.Unit(d)*float64(span))
		}
	}
	a := fixed(c.typ, f.n, 0, nil, buf)
	return f.nullLike(a, fromNulls, toNulls), nil
}
