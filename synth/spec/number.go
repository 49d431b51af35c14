package spec

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/rng"
)

// quantiles is a distribution: it turns draws into values and never falls as
// the draw grows, so equal draws have equal ranks.
type quantiles interface {
	Fill(draws []uint64, out []float64)
}

// numberMaker fills a column from a distribution: draw, correlate, truncate,
// look up, clip, round, store; all in blocks.
type numberMaker struct {
	from      quantiles
	lo, span  uint64 // of the draws that are used, if truncated
	truncated bool
	clip      *bounds
	scale     float64 // of rounding; 0: none
	mix       *mixture
}

func (m *numberMaker) make(f *frame, c *column) (arrow.Array, error) {
	out := newNumbers(f.pool(), c.typ, f.n)
	var draws [blockRows]uint64
	var vals [blockRows]float64
	key := f.w.key(c)
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		if m.mix == nil {
			f.draws(key, at, draws[:n])
		} else {
			m.mix.draws(f, at, draws[:n])
		}
		if m.truncated {
			for i, d := range draws[:n] {
				draws[i] = m.lo + rng.Below(d, m.span)
			}
		}
		m.from.Fill(draws[:n], vals[:n])
		if m.clip != nil {
			for i, v := range vals[:n] {
				vals[i] = min(max(v, m.clip[0]), m.clip[1])
			}
		}
		if m.scale != 0 {
			for i, v := range vals[:n] {
				vals[i] = math.Round(v*m.scale) / m.scale
			}
		}
		out.store(at, vals[:n])
	}
	return out.array(), nil
}

// number compiles a distribution with the modifiers that go with one.
func (b *binder) number(q quantiles, whole bool) (maker, error) {
	b.readNumber, b.readCorrelate = true, true
	own := arrow.DataType(arrow.PrimitiveTypes.Float64)
	if whole {
		own = arrow.PrimitiveTypes.Int64
	}
	if err := b.typed(own, numberTypes...); err != nil {
		return nil, err
	}
	d := b.col.decl
	m := &numberMaker{from: q, clip: d.Clip}
	if d.Truncate != nil {
		lo, hi := cut(q, d.Truncate[0], false), cut(q, d.Truncate[1], true)
		if lo > hi || hi-lo == 0 {
			return nil, d.pos.Errorf("truncate leaves nothing: the distribution has (almost) no values between the two")
		}
		m.truncated, m.lo, m.span = true, lo, hi-lo
		if m.span != math.MaxUint64 {
			m.span++
		}
	}
	if d.Round != nil {
		if *d.Round < 0 || *d.Round > 12 {
			return nil, d.pos.Errorf("round keeps 0 to 12 digits")
		}
		m.scale = math.Pow(10, float64(*d.Round))
	}
	return m, b.correlate(m)
}

var numberTypes = []arrow.Type{
	arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
	arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL128,
}

// cut finds the first draw whose value is at least v, or the last whose value
// is at most v.
func cut(q quantiles, v float64, last bool) uint64 {
	out, draw := [1]float64{}, [1]uint64{}
	at := func(d uint64) float64 {
		draw[0] = d
		q.Fill(draw[:], out[:])
		return out[0]
	}
	lo, hi := uint64(0), uint64(math.MaxUint64)
	if last {
		if at(hi) <= v {
			return hi
		}
		for lo < hi {
			mid := lo + (hi-lo)/2
			if at(mid) > v {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		if lo == 0 {
			return 0
		}
		return lo - 1
	}
	for lo < hi {
		mid := lo + (hi-lo)/2
		if at(mid) >= v {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// stepsQuantiles are the values of a Steps, moved by an offset.
type stepsQuantiles struct {
	*dist.Steps
	offset int64
}

func (s stepsQuantiles) Fill(draws []uint64, out []float64) {
	for i, d := range draws {
		out[i] = float64(int64(s.At(d)) + s.offset)
	}
}

type zipfQuantiles struct{ *dist.Zipf }

func (z zipfQuantiles) Fill(draws []uint64, out []float64) {
	for i, d := range draws {
		out[i] = float64(z.At(d) + 1)
	}
}

// uniformQuantiles are all numbers of a stretch; they need no table.
type uniformQuantiles struct{ from, size float64 }

func (q uniformQuantiles) Fill(draws []uint64, out []float64) {
	for i, d := range draws {
		out[i] = q.from + float64(dist.Unit(d)*q.size)
	}
}

// intQuantiles are whole numbers from first on, all equally likely.
type intQuantiles struct{ first, count int64 }

func (q intQuantiles) Fill(draws []uint64, out []float64) {
	for i, d := range draws {
		out[i] = float64(q.first + int64(rng.Below(d, uint64(q.count))))
	}
}

// numbers is a number column of any type that is being filled with float64.
// What a type cannot hold becomes its nearest bound; decimals are rounded half
// away from zero.
type numbers struct {
	t   arrow.DataType
	n   int
	buf *memory.Buffer
	// of decimals
	scale, limit float64
}

func newNumbers(pool *recycler, t arrow.DataType, n int) numbers {
	width := t.(arrow.FixedWidthDataType).BitWidth() / 8
	buf := memory.NewBufferWithAllocator(pool.Allocate(n*width), pool)
	out := numbers{t: t, n: n, buf: buf}
	if d, ok := t.(*arrow.Decimal128Type); ok {
		out.scale = math.Pow(10, float64(d.Scale))
		out.limit = min(math.Pow(10, float64(d.Precision))-1, 1<<63-1024)
	}
	return out
}

func (s *numbers) array() arrow.Array { return fixed(s.t, s.n, 0, nil, s.buf) }

func (s *numbers) store(at int, vals []float64) {
	switch s.t.ID() {
	case arrow.FLOAT64:
		copy(view[float64](s.buf, s.n)[at:], vals)
	case arrow.FLOAT32:
		out := view[float32](s.buf, s.n)[at:]
		for i, v := range vals {
			out[i] = float32(v)
		}
	case arrow.INT64:
		store(view[int64](s.buf, s.n)[at:], vals, -1<<63, 1<<63-1024)
	case arrow.INT32:
		store(view[int32](s.buf, s.n)[at:], vals, math.MinInt32, math.MaxInt32)
	case arrow.INT16:
		store(view[int16](s.buf, s.n)[at:], vals, math.MinInt16, math.MaxInt16)
	case arrow.INT8:
		store(view[int8](s.buf, s.n)[at:], vals, math.MinInt8, math.MaxInt8)
	case arrow.UINT64:
		store(view[uint64](s.buf, s.n)[at:], vals, 0, 1<<63-1024)
	case arrow.UINT32:
		store(view[uint32](s.buf, s.n)[at:], vals, 0, math.MaxUint32)
	case arrow.UINT16:
		store(view[uint16](s.buf, s.n)[at:], vals, 0, math.MaxUint16)
	case arrow.UINT8:
		store(view[uint8](s.buf, s.n)[at:], vals, 0, math.MaxUint8)
	case arrow.DECIMAL128:
		// Two words a value, the low one first, sign-extended.
		out := view[[2]int64](s.buf, s.n)[at:]
		for i, v := range vals {
			w := roundHalfAway(min(max(v*s.scale, -s.limit), s.limit))
			out[i] = [2]int64{w, w >> 63}
		}
	}
}

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

func store[T integer](out []T, vals []float64, lo, hi float64) {
	out = out[:len(vals)]
	for i, v := range vals {
		out[i] = T(roundHalfAway(min(max(v, lo), hi)))
	}
}

// roundHalfAway is the nearest whole number to a v that 64 bits hold.
func roundHalfAway(v float64) int64 {
	t := int64(v)
	if d := v - float64(t); d >= 0.5 {
		t++
	} else if d <= -0.5 {
		t--
	}
	return t
}
