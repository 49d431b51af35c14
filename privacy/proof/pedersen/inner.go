package pedersen

import "github.com/cloudflare/circl/group"

// collapse is after how many halvings, as their product, generators are folded. By
// folding each time a generator costs two multiplications by a scalar; by never
// folding each round costs as much as the first. Eight at once share their
// doublings.
const collapse = 8

// side is a vector of generators G'_i = factor_i·Σ_q weight_q·G_(i + q·length),
// i < length, that stands for their folds.
type side struct {
	points  []group.Element
	factors []group.Scalar // nil is 1
	weights []group.Scalar
	length  int
}

// terms adds Σ v_i·G'_(first + i).
func (s *side) terms(m *terms, v []group.Scalar, first int) {
	for q, weight := range s.weights {
		for i := range v {
			k := curve().NewScalar().Mul(v[i], weight)
			if s.factors != nil {
				k.Mul(k, s.factors[first+i])
			}
			m.add(k, s.points[first+i+q*s.length])
		}
	}
}

// fold makes G'_i = low·G'_i + high·G'_(i + length/2); step is factor_(length/2).
func (s *side) fold(low, high group.Scalar, step group.Scalar) {
	s.length /= 2
	weights := make([]group.Scalar, 0, 2*len(s.weights))
	// G'_i takes the points i + q·old and i + q·old + length, in that order.
	for _, weight := range s.weights {
		up := curve().NewScalar().Mul(weight, high)
		if step != nil {
			up.Mul(up, step)
		}
		weights = append(weights, curve().NewScalar().Mul(weight, low), up)
	}
	s.weights = weights
	if len(s.weights) < collapse || s.length == 1 {
		return
	}
	f := forms(s.weights)
	points := make([]group.Element, s.length)
	group := make([]group.Element, len(s.weights))
	for i := range points {
		for q := range group {
			group[q] = s.points[i+q*s.length]
		}
		points[i] = straus(f, group)
	}
	s.points, s.weights = points, powers(low, 1)
}

// fold is the inner-product argument for vectors l and r, which it overwrites:
// L and R of each round, then the last two scalars.
func (b *Basis) fold(t say, w, y group.Scalar, l, r []group.Scalar) ([]byte, error) {
	var out []byte
	n := len(l)
	one := powers(y, 1)
	back := powers(curve().NewScalar().Inv(y), n)
	g := &side{points: b.g[:n], weights: one, length: n}
	h := &side{points: b.h[:n], weights: one, length: n, factors: back}
	for n > 1 {
		n /= 2
		for _, x := range []struct {
			label string
			l, r  []group.Scalar
			g, h  int
		}{{"L", l[:n], r[n:], n, 0}, {"R", l[n:], r[:n], 0, n}} {
			var m terms
			c := inner(x.l, x.r)
			m.add(c.Mul(c, w), b.u)
			g.terms(&m, x.l, x.g)
			h.terms(&m, x.r, x.h)
			p := bytesOf(m.sum())
			t.Absorb(x.label, p)
			out = append(out, p...)
		}
		u, err := t.challenge("u")
		if err != nil {
			return nil, err
		}
		inv := curve().NewScalar().Inv(u)
		for i := range n {
			k := curve().NewScalar()
			l[i].Mul(l[i], u)
			l[i].Add(l[i], k.Mul(l[n+i], inv))
			r[i].Mul(r[i], inv)
			r[i].Add(r[i], k.Mul(r[n+i], u))
		}
		l, r = l[:n], r[:n]
		g.fold(inv, u, nil)
		h.fold(u, inv, back[n])
	}
	return append(append(out, bytesOf(l[0])...), bytesOf(r[0])...), nil
}
