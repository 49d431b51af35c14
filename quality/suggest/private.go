package suggest

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

func (p *Privacy) budget() (epsilon, delta float64) {
	epsilon, delta = p.Epsilon, p.Delta
	if epsilon <= 0 {
		epsilon = 1
	}
	if delta <= 0 {
		delta = 1e-6
	}
	return epsilon, delta
}

// noise draws from a secret source.
type noise struct{ r io.Reader }

// uniform is in (0, 1), a multiple of 2^-53.
func (n noise) uniform() (float64, error) {
	var b [8]byte
	for {
		if _, err := io.ReadFull(n.r, b[:]); err != nil {
			return 0, fmt.Errorf("draw noise: %w", err)
		}
		if u := binary.LittleEndian.Uint64(b[:]) >> 11; u > 0 {
			return float64(u) / (1 << 53), nil
		}
	}
}

// laplace draws from the two-sided geometric law with P(k) proportional to
// exp(-epsilon |k|): the difference of two geometric draws.
func (n noise) laplace(epsilon float64) (int64, error) {
	var k [2]int64
	for i := range k {
		u, err := n.uniform()
		if err != nil {
			return 0, err
		}
		k[i] = int64(math.Floor(math.Log(u) / -epsilon))
	}
	return k[0] - k[1], nil
}

// firstAbove finds the first of the counts that is above the threshold, with
// noise on both: the sparse vector technique, which pays for one crossing
// however many counts are asked (algorithm 1 of Lyu, Su and Li, VLDB 2017). A
// row of other content must move each count by at most one.
func (n noise) firstAbove(counts []int64, threshold int64, epsilon float64) (int, error) {
	t, err := n.laplace(epsilon / 2)
	if err != nil {
		return 0, err
	}
	for i, c := range counts {
		q, drawErr := n.laplace(epsilon / 4)
		if drawErr != nil {
			return 0, drawErr
		}
		if c+q >= threshold+t {
			return i, nil
		}
	}
	return len(counts), nil
}

// The releases of a column, each with an equal part of the budget: the number
// of nulls, then two ends of a range, or whether there are few categories and
// a histogram of them, which counts twice.
const releasesAColumn = 4

// mostHidden is the share of nulls below which they are taken for noise.
const mostHidden = 0.02

// privateRules proposes types, presence, ranges and closed sets from noisy
// answers only.
func (m *Maker) privateRules() ([]Rule, error) {
	epsilon, delta := m.opt.Private.budget()
	src := m.opt.Private.Rand
	if src == nil {
		src = rand.Reader
	}
	n := noise{src}
	cols := float64(m.schema.NumFields())
	each := epsilon / (cols * releasesAColumn)
	var out []Rule
	for i, f := range m.schema.Fields() {
		kind := profile.KindOf(f.Type)
		label := table.LabelOf(f)
		add := func(r Rule) {
			r.Column, r.Personal = f.Name, label.Role == table.RoleDirect
			r.Support = m.row // public, as is the number of columns
			if knows(r.Check) {
				out = append(out, r)
			}
		}
		if name := typeName(f.Type); name != "" {
			add(Rule{Check: "type", Arg: quote(name), Mostly: 1})
		}
		nulls, err := n.laplace(each)
		if err != nil {
			return nil, err
		}
		nulls += m.learned.Nulls(i)
		// The number of rows is public: neighbours differ in a row's content.
		rows := m.row
		if share := float64(nulls) / float64(max(1, rows)); share < mostHidden {
			add(Rule{Check: "not_null", Arg: "true", Mostly: 1 - mostHidden}.ofColumn())
		}
		switch kind {
		case profile.KindInt, profile.KindFloat:
			r, ok, rangeErr := m.privateRange(n, i, each)
			if rangeErr != nil {
				return nil, rangeErr
			}
			if ok {
				add(r)
			}
		case profile.KindText:
			r, ok, setErr := m.privateSet(n, i, 3*each, delta/cols)
			if setErr != nil {
				return nil, setErr
			}
			if ok {
				add(r)
			}
		}
	}
	return out, nil
}

// privateRange walks the public grid from either side towards the middle and
// stops before the end beyond which too many values would lie.
func (m *Maker) privateRange(n noise, i int, epsilon float64) (r Rule, ok bool, err error) {
	counts := m.grids[i]
	ends := counts.ends
	low, high := make([]int64, len(ends)), make([]int64, len(ends))
	for j := range ends {
		low[j] = counts.below(j)
		high[j] = counts.above(len(ends) - 1 - j)
	}
	// High enough that noise alone hardly ever crosses it: 1 % over the walk.
	least := 4 / epsilon * math.Log(100*float64(len(ends)))
	threshold := max(lowFence*float64(m.row), least)
	share := 1 - 4*threshold/float64(max(1, m.row))
	if share < leastMostly {
		return r, false, nil
	}
	lo, err := n.firstAbove(low, int64(threshold), epsilon)
	if err != nil {
		return r, false, err
	}
	hi, err := n.firstAbove(high, int64(threshold), epsilon)
	if err != nil {
		return r, false, err
	}
	from, to := ends[max(0, lo-1)], ends[len(ends)-1-max(0, hi-1)]
	if from > to {
		return r, false, nil
	}
	return Rule{Check: "between", Arg: "[" + number(from) + ", " + number(to) + "]", Mostly: floorShare(share)}, true, nil
}

// privateSet proposes the categories whose noisy count is above a threshold
// that a single row's category passes with probability at most delta.
func (m *Maker) privateSet(n noise, i int, epsilon, delta float64) (Rule, bool, error) {
	each := epsilon / 3 // one for the question whether to ask, two for the answer
	values, exact := m.learned.Values(i)
	// Whether all categories were counted is a fact that one row can turn, so
	// it is asked with noise: far below the bound, or not at all. What is left
	// of the chance that the noise reaches the bound belongs to delta.
	const bound = 16384
	if 0.5*math.Exp(-each*bound/2) > delta/2 {
		return Rule{}, false, fmt.Errorf("propose private rules: the budget is too small for %d columns", m.schema.NumFields())
	}
	gate, err := n.laplace(each)
	if err != nil {
		return Rule{}, false, err
	}
	different := int64(bound)
	if exact {
		different = int64(len(values))
	}
	if different+gate > bound/2 || !exact {
		return Rule{}, false, nil
	}
	// A row of other content moves two counts by one, and two categories may
	// be its own.
	least := 1 + math.Log(4/delta)/each
	var kept []string
	var covered, all float64
	slices.SortFunc(values, func(a, b profile.Value) int {
		if a.Text < b.Text { // the order of the list must not tell of counts
			return -1
		}
		return 1
	})
	for _, v := range values {
		noisy, noiseErr := n.laplace(each)
		if noiseErr != nil {
			return Rule{}, false, noiseErr
		}
		if c := float64(v.Count + noisy); c >= least {
			kept = append(kept, quote(v.Text))
			covered += c
		}
	}
	all = float64(m.row)
	if len(kept) < 2 || len(kept) > m.opt.Categories || all == 0 {
		return Rule{}, false, nil
	}
	share := floorShare(min(1, covered/all) * 0.98)
	if share < coverShare {
		return Rule{}, false, nil
	}
	return Rule{Check: "in_set", Arg: list(kept), Mostly: share}, true, nil
}
