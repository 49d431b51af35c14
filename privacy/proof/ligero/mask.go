package ligero

import "github.com/verisim/verisim/privacy/proof/field"

// rowSource is one raw row.
type rowSource []Elem

// Fill copies the row.
func (r rowSource) Fill(dst []Elem, _ int) error {
	copy(dst, r)
	return nil
}

// drawMasks makes the masks of section 4 from the stream. The counters of pads
// are used, since masks have none.
func (p *Prover) drawMasks(stream *Stream) error {
	k, l, t := p.sys.K(), p.sys.Slots(), p.sys.Queries
	p.mask0 = make([]Elem, k)
	stream.pads(p.mask0, 0, 0)

	// M_q: its values on the group of order 2K are zero at the slots, which
	// are its even places, and random elsewhere.
	q := make([]Elem, 2*k)
	stream.pads(q, 1, 0)
	for s := range l {
		q[2*s] = Elem{}
	}
	p.wide.Coefficients(q)
	p.wide.Natural(q)
	p.maskQ = q

	// M_s: random, then its constant term makes the slots add up to zero.
	m := make([]Elem, 2*k)
	stream.pads(m, 2, 0)
	folded := make([]Elem, k)
	for i := range folded {
		folded[i].Add(&m[i], &m[i+k])
	}
	p.code.Natural(folded)
	p.code.Values(folded)
	var total Elem
	for s := range l {
		total.Add(&total, &folded[s])
	}
	var inv Elem
	inv.InvUint64(uint64(l))
	total.Mul(&total, &inv)
	m[0].Sub(&m[0], &total)
	p.maskS = m

	// The seven rows, as values on the group.
	p.maskRows = append(p.maskRows[:0], p.mask0)
	for i, full := range [][]Elem{p.maskQ, p.maskS} {
		m2 := make([]Elem, k)
		stream.pads(m2, 3+i, 0)
		m1, m3 := append([]Elem(nil), full[:k]...), append([]Elem(nil), full[k:]...)
		for j := range k { // x^(k-t)·m2
			if at := k - t + j; at < k {
				m1[at].Sub(&m1[at], &m2[j])
			} else {
				m3[at-k].Sub(&m3[at-k], &m2[j])
			}
		}
		for _, row := range [][]Elem{m1, m2, m3} {
			p.code.Natural(row)
			p.code.Values(row)
			p.maskRows = append(p.maskRows, row)
		}
	}
	return nil
}

func (p *Prover) maskSources() []Source {
	out := make([]Source, maskRows)
	for i := range out {
		out[i] = rowSource(p.maskRows[i])
	}
	return out
}

// maskAt is M at a point x, from its three rows there.
func (s *System) maskAt(x Elem, m1, m2, m3 *Elem) (v Elem) {
	a, b := field.Power(x, uint64(s.K()-s.Queries)), field.Power(x, uint64(s.K()))
	a.Mul(&a, m2)
	b.Mul(&b, m3)
	v.Add(m1, &a)
	v.Add(&v, &b)
	return v
}
