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
	p.masks, p.maskRows = nil, nil
	for d := range p.sys.Times() {
		p.drawMask(stream, d)
	}
	return nil
}

// mask is what hides the answers of one draw.
type mask struct {
	w    []Elem // m_0: values on the group
	q, s []Elem // coefficients, natural order, 2K
}

// streamsOf is how many streams of pads a draw's masks take.
const streamsOf = 5

func (p *Prover) drawMask(stream *Stream, draw int) {
	k, l, t := p.sys.K(), p.sys.Slots(), p.sys.Queries
	from := draw * streamsOf
	mask0 := make([]Elem, k)
	stream.pads(mask0, from, 0)

	// M_q: its values on the group of order 2K are zero at the slots, which
	// are its even places, and random elsewhere.
	q := make([]Elem, 2*k)
	stream.pads(q, from+1, 0)
	for s := range l {
		q[2*s] = Elem{}
	}
	p.wide.Coefficients(q)
	p.wide.Natural(q)

	// M_s: random, then its constant term makes the slots add up to zero.
	m := make([]Elem, 2*k)
	stream.pads(m, from+2, 0)
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
	p.masks = append(p.masks, mask{mask0, q, m})

	// The seven rows, as values on the group.
	p.maskRows = append(p.maskRows, mask0)
	for i, full := range [][]Elem{q, m} {
		m2 := make([]Elem, k)
		stream.pads(m2, from+3+i, 0)
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
}

func (p *Prover) maskSources() []Source {
	out := make([]Source, len(p.maskRows))
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
