package spec

import (
	"errors"
	"math"
	"slices"

	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/rng"
)

// copula joins the number columns of a table that are correlated.
type copula struct {
	dist.Copula
	vars  []*column
	loads [][]float64 // of each variable, on the columns' own normal scores
}

// mixture makes a column's draws from the own scores of several columns: with
// weights whose squares sum to 1 the sum is standard normal again, and its
// probability is a uniform draw.
type mixture struct {
	vars  []*column
	loads []float64
}

func (m *mixture) draws(f *frame, at int, dst []uint64) {
	var score [blockRows]float64
	for j, c := range m.vars {
		f.draws(f.w.key(c), at, dst)
		load := m.loads[j]
		for i, d := range dst {
			score[i] = math.FMA(load, normalScore(d), score[i])
		}
	}
	for i := range dst {
		dst[i] = dist.Draw(dist.NormalCDF(score[i]))
	}
}

// normalScore is the standard normal quantile of a draw: rng.Normal takes the
// sign from the top bit and the distance from the median from the others.
func normalScore(draw uint64) float64 {
	if draw>>63 == 1 {
		return rng.Normal(draw &^ (1 << 63))
	}
	return rng.Normal(^draw)
}

// correlate gives a number column its mixture, if it is declared to be
// correlated with others.
func (b *binder) correlate(m *numberMaker) error {
	pairs := b.col.decl.Correlate
	if pairs == nil {
		return nil
	}
	cop := &b.t.copula
	var on []int
	var rho []float64
	for _, p := range pairs {
		other, err := b.column(p.column, p.pos)
		if err != nil {
			return err
		}
		if _, ok := other.maker.(*numberMaker); !ok {
			return p.pos.Errorf("column %q is not drawn from a distribution of numbers, and cannot be correlated", p.column)
		}
		i := slices.Index(cop.vars, other)
		if i < 0 {
			if i, err = cop.add(other, nil, nil); err != nil {
				return p.pos.Errorf("%v", err)
			}
		}
		on, rho = append(on, i), append(rho, p.rho)
	}
	i, err := cop.add(b.col, on, rho)
	if errors.Is(err, dist.ErrImpossible) {
		return pairs[0].pos.Errorf("no data have these correlations: together with those declared before, they contradict each other; bring them nearer to 0")
	} else if err != nil {
		return pairs[0].pos.Errorf("%v", err)
	}
	m.mix = &mixture{}
	for j, load := range cop.loads[i] {
		if load != 0 {
			m.mix.vars, m.mix.loads = append(m.mix.vars, cop.vars[j]), append(m.mix.loads, load)
		}
	}
	return nil
}

// add appends a variable; its score is With of the others' and Rest of its own.
func (c *copula) add(col *column, on []int, rho []float64) (int, error) {
	blend, err := c.Add(on, rho)
	if err != nil {
		return 0, err
	}
	loads := make([]float64, len(c.vars)+1)
	loads[len(c.vars)] = blend.Rest
	for k, i := range blend.On {
		for j, l := range c.loads[i] {
			loads[j] += blend.With[k] * l
		}
	}
	c.vars, c.loads = append(c.vars, col), append(c.loads, loads)
	return len(c.vars) - 1, nil
}
