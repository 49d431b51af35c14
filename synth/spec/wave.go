package spec

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
)

// waveWord is a number that swings with a time column.
type waveWord struct {
	Of        string  `yaml:"of" spec:"required" doc:"a time column of the table"`
	Period    span    `yaml:"period" default:"1d" doc:"the length of a swing"`
	Mean      float64 `yaml:"mean" default:"0" doc:"the middle"`
	Amplitude float64 `yaml:"amplitude" default:"1" doc:"how far it goes up and down"`
	Peak      span    `yaml:"peak" default:"14h" doc:"when it is highest, after the period's start"`
	Noise     float64 `yaml:"noise" default:"0" doc:"the standard deviation of what is added"`
}

func (w *waveWord) build(b *binder) (maker, error) {
	c, err := b.column(w.Of, b.at)
	if err != nil {
		return nil, err
	}
	if id := c.typ.ID(); id != arrow.TIMESTAMP && id != arrow.DATE32 {
		return nil, b.errorf("column %q is no time", w.Of)
	}
	if w.Period < 1000 || !(w.Noise >= 0) {
		return nil, b.errorf("a wave has a period above 0 and no noise below 0")
	}
	b.col.nullable = c.nullable
	b.readNumber = true
	if b.col.decl.Truncate != nil {
		return nil, b.col.decl.pos.Errorf("wave cannot keep truncate; clip keeps it within bounds")
	}
	m := &waveMaker{column: c, word: *w, clip: b.col.decl.Clip}
	if r := b.col.decl.Round; r != nil {
		if *r < 0 || *r > 12 {
			return nil, b.col.decl.pos.Errorf("round keeps 0 to 12 digits")
		}
		m.scale = math.Pow(10, float64(*r))
	}
	return m, b.typed(arrow.PrimitiveTypes.Float64, numberTypes...)
}

type waveMaker struct {
	column *column
	word   waveWord
	clip   *bounds
	scale  float64
}

func (m *waveMaker) make(f *frame, c *column) (arrow.Array, error) {
	times, err := f.column(m.column)
	if err != nil {
		return nil, err
	}
	at := momentsOf(times)
	out := newNumbers(f.pool(), c.typ, f.n)
	key := f.w.key(c)
	period, peak := int64(m.word.Period)/1000, int64(m.word.Peak)/1000
	var draws [blockRows]uint64
	var vals [blockRows]float64
	for lo := 0; lo < f.n; lo += blockRows {
		n := min(blockRows, f.n-lo)
		f.draws(key, lo, draws[:n])
		for i, d := range draws[:n] {
			phase := float64(floorMod(int64(at(lo+i))-peak, period)) / float64(period)
			v := m.word.Mean + float64(m.word.Amplitude*math.Cos(2*math.Pi*phase))
			if m.word.Noise > 0 {
				v += float64(m.word.Noise * normalScore(d))
			}
			if m.clip != nil {
				v = min(max(v, m.clip[0]), m.clip[1])
			}
			if m.scale != 0 {
				v = math.Round(v*m.scale) / m.scale
			}
			vals[i] = v
		}
		out.store(lo, vals[:n])
	}
	return f.nullLike(out.array(), times), nil
}
