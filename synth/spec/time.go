package spec

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/dist"
)

// timeWord is a point in time: somewhere between two, or a delay after one, or
// a step of a series.
type timeWord struct {
	From   edge        `yaml:"from" default:"clock - 365d" doc:"the earliest: a time, clock - 30d, or a time column of the table"`
	To     edge        `yaml:"to" default:"clock" doc:"the latest, in the same notation"`
	Rhythm *rhythmDecl `yaml:"rhythm" doc:"when more happens: hour, weekday, month, trend"`
	Order  bool        `yaml:"order" default:"false" doc:"children of one parent come in the order of time, as do rows of a table without a parent"`
	Delay  *delayDecl  `yaml:"delay" doc:"instead of to: so long after from"`
	Every  *span       `yaml:"every" doc:"instead of to: a series from from on, one step a row of the parent"`
	Jitter span        `yaml:"jitter" default:"0s" doc:"of every: up to so much later"`
	Step   span        `yaml:"step" default:"1s" doc:"times are whole multiples of it"`
}

// delayDecl is a length of time, or a distribution of one.
type delayDecl struct {
	Pos    document.Pos
	Median span    `yaml:"median" spec:"required" doc:"the median"`
	Sigma  float64 `yaml:"sigma" default:"0.5" doc:"lognormal: the standard deviation of the logarithm; 0: always the median"`
}

func (d *delayDecl) UnmarshalNode(n *document.Node) error {
	d.Pos, d.Sigma = n.Pos, 0.5
	if n.Kind == document.String {
		return n.Decode(&d.Median)
	}
	type plain delayDecl
	if err := n.Decode((*plain)(d)); err != nil {
		return err
	}
	if d.Median == 0 {
		return n.Pos.Errorf("a delay has a median above 0")
	}
	return nil
}

func (w *timeWord) build(b *binder) (maker, error) {
	var errs faults
	errs.add(w.From.resolve(b))
	m := &timeMaker{from: w.From, order: w.Order, every: -1, jitter: int64(w.Jitter) / 1000, step: max(int64(w.Step)/1000, 1)}
	given := 0
	if w.Delay != nil {
		given++
		m.delay, m.sigma = int64(w.Delay.Median)/1000, w.Delay.Sigma
		if !(m.sigma >= 0 && m.sigma <= 5) {
			errs.add(w.Delay.Pos.Errorf("sigma is 0 to 5"))
		} else if m.sigma > 0 {
			var err error
			if m.spread, err = dist.LogNormal(float64(m.delay), m.sigma); err != nil {
				errs.add(w.Delay.Pos.Errorf("%v", err))
			}
		}
	}
	if w.Every != nil {
		given++
		m.every = int64(*w.Every) / 1000
		if m.every == 0 {
			errs.add(b.errorf("every is above 0"))
		}
	}
	if given == 2 {
		errs.add(b.errorf("delay and every are two ways to go on from a time; leave out one"))
	}
	if given > 0 && (w.Rhythm != nil || w.Order) {
		errs.add(b.errorf("rhythm and order need from and to, not delay or every"))
	}
	if m.jitter > 0 && w.Every == nil {
		errs.add(b.errorf("jitter belongs to every"))
	}
	m.free = given == 0
	if m.free {
		errs.add(w.To.resolve(b))
		m.to = w.To
		if m.from.column == nil && m.to.column == nil && m.from.fixed > m.to.fixed {
			errs.add(b.errorf("from lies behind to"))
		}
	}
	if err := errs.err(); err != nil {
		return nil, err
	}
	for _, e := range []*edge{&m.from, &m.to} {
		if e.column != nil && e.column.nullable {
			b.col.nullable = true
		}
	}
	if w.Rhythm != nil {
		from, to := m.from.fixed, m.to.fixed
		if m.from.column != nil || m.to.column != nil {
			if m.from.column != nil {
				from = b.c.s.clock - 50*365*microsPerDay
			}
			if m.to.column != nil {
				to = b.c.s.clock + 5*365*microsPerDay
			}
		}
		var err error
		if m.rhythm, err = w.Rhythm.build(from, to); err != nil {
			return nil, err
		}
	}
	b.col.role = table.RoleTime
	own := &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	if err := b.typed(own, arrow.TIMESTAMP); err != nil {
		return nil, err
	}
	m.num, m.den = 1, 1
	switch b.col.typ.(*arrow.TimestampType).Unit {
	case arrow.Second:
		m.den = 1_000_000
	case arrow.Millisecond:
		m.den = 1000
	case arrow.Nanosecond:
		m.num = 1000
	}
	return m, nil
}

type timeMaker struct {
	from, to edge
	free     bool // between from and to
	rhythm   *rhythm
	order    bool
	delay    int64 // microseconds
	sigma    float64
	spread   *dist.Curve
	every    int64
	jitter   int64
	step     int64
	num, den int64 // from microseconds to the type's unit
}

func (m *timeMaker) make(f *frame, c *column) (arrow.Array, error) {
	from, fromNulls, err := m.from.moments(f)
	if err != nil {
		return nil, err
	}
	to, toNulls, err := m.to.moments(f)
	if err != nil {
		return nil, err
	}
	buf, out := get[int64](f.pool(), f.n)
	key := f.w.key(c)
	var draws [blockRows]uint64
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		f.draws(key, at, draws[:n])
		for i, d := range draws[:n] {
			lo := int64(from(at + i))
			var v int64
			switch {
			case m.free:
				v = m.between(f, at+i, d, lo, int64(to(at+i)))
			case m.every > 0:
				v = lo + m.every*f.place(at+i)
				if m.jitter > 0 {
					v += int64(dist.Unit(d) * float64(m.jitter))
				}
			case m.spread != nil:
				v = lo + int64(m.spread.At(d))
			default:
				v = lo + m.delay
			}
			if m.free && v-floorMod(v, m.step) < lo {
				// A step down would leave the stretch; lo itself is not rounded.
				out[at+i] = lo
			} else {
				out[at+i] = v - floorMod(v, m.step)
			}
		}
	}
	if m.num != 1 || m.den != 1 {
		for i, v := range out {
			out[i] = floorDiv(v, m.den) * m.num
		}
	}
	a := fixed(c.typ, f.n, 0, nil, buf)
	return f.nullLike(a, fromNulls, toNulls), nil
}

// place is which child of its parent a row is, or which row of the table.
func (f *frame) place(i int) int64 {
	if f.t.parent != nil {
		return f.family().nth[i]
	}
	return f.row(i)
}

// between is a moment from lo to hi. In order, the k-th of n falls into the
// k-th n-th part of what happens in between.
func (m *timeMaker) between(f *frame, i int, d uint64, lo, hi int64) int64 {
	if hi <= lo {
		return lo
	}
	u := dist.Unit(d)
	if m.order {
		k, n := f.row(i), f.w.rows(f.t)
		if f.t.parent != nil {
			k, n = f.family().nth[i], f.family().of[i]
		}
		u = (float64(k) + u) / float64(n)
	}
	if m.rhythm == nil {
		return lo + int64(u*float64(hi-lo))
	}
	a, b := m.rhythm.at(moment(lo)), m.rhythm.at(moment(hi))
	if b <= a { // nothing happens in between: all moments are equal
		return lo + int64(u*float64(hi-lo))
	}
	return min(max(int64(m.rhythm.when(a+u*(b-a))), lo), hi)
}

func floorMod(a, b int64) int64 {
	r := a % b
	if r < 0 {
		r += b
	}
	return r
}
