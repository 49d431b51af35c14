package ligero

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/verisim/verisim/privacy/proof/field"
)

// schedule says what has a tableau row r. Vectors and constraints stand by their
// numbers of rows, the longest first, so that those with a row r stand in front:
// all rows together take time by the rows that there are, not by rows times
// constraints. Sum constraints have one coefficient for all rows, so their like
// terms are put together once, however many statements repeat them.
type schedule struct {
	sys   *System
	c     draws
	rows  int // of the longest
	vecs  []Vec
	zeros []*zero
	sums  []merged
}

// merged is a term of the sum test.
type merged struct {
	term Product
	coef factors
	rows int
}

func (s *System) schedule(c draws) *schedule {
	out := &schedule{sys: s, c: c, sums: s.merge(c)}
	for i := range s.vecs {
		out.vecs = append(out.vecs, Vec(i))
		out.rows = max(out.rows, s.vecs[i].rows)
	}
	for i := range s.zeros {
		out.zeros = append(out.zeros, &s.zeros[i])
	}
	slices.SortStableFunc(out.vecs, func(a, b Vec) int { return cmp.Compare(s.vecs[b].rows, s.vecs[a].rows) })
	slices.SortStableFunc(out.zeros, func(a, b *zero) int { return cmp.Compare(b.rows, a.rows) })
	slices.SortStableFunc(out.sums, func(a, b merged) int { return cmp.Compare(b.rows, a.rows) })
	return out
}

// vectors are those that have a tableau row r.
func (s *schedule) vectors(r int) []Vec {
	n := len(s.vecs)
	for n > 0 && s.sys.vecs[s.vecs[n-1]].rows <= r {
		n--
	}
	s.vecs = s.vecs[:n]
	return s.vecs
}

// plans makes the combinations of the zero and the sum test in row r.
func (s *schedule) plans(r int) (zero, total plan) {
	var z, t collector
	for _, c := range s.zeros {
		if c.rows <= r {
			break
		}
		var coef factors
		for d := range s.c {
			coef[d] = s.c[d].zeros[c.at+r]
		}
		z.add(c.terms, &coef, r)
	}
	for i := range s.sums {
		m := &s.sums[i]
		if m.rows <= r {
			break
		}
		t.add([]Product{m.term}, &m.coef, r)
	}
	return z.plan, t.plan
}

// merge puts like terms of the sum constraints together.
func (s *System) merge(c draws) []merged {
	m := merger{sys: s, places: map[string]int{}, publics: map[*Public]uint64{}}
	for i := range s.sums {
		var coef factors
		for d := range c {
			coef[d] = c[d].sums[i]
		}
		for _, t := range s.sums[i].terms {
			rows := s.rowsOf([]Product{t})
			if t.G != nil {
				f, x := monic(t.F)
				g, y := monic(t.G)
				x.Mul(&x, &y)
				m.add(Product{f, g}, rows, &coef, &x)
				continue
			}
			for j := range t.F {
				f, x := monic(t.F[j : j+1])
				m.add(Product{F: f}, rows, &coef, &x)
			}
		}
	}
	return m.terms
}

type merger struct {
	sys     *System
	places  map[string]int
	publics map[*Public]uint64 // numbered as they come
	terms   []merged
}

func (m *merger) add(t Product, rows int, coef *factors, x *Elem) {
	key := binary.BigEndian.AppendUint64(nil, uint64(rows))
	for _, f := range []Form{t.F, t.G} {
		key = binary.BigEndian.AppendUint64(key, uint64(len(f)))
		for i := range f {
			n, ok := m.publics[f[i].Pub]
			if !ok {
				n = uint64(len(m.publics))
				m.publics[f[i].Pub] = n
			}
			key = binary.BigEndian.AppendUint64(key, uint64(f[i].V))
			key = binary.BigEndian.AppendUint64(key, n)
			key = field.Append(key, f[i].Coef)
		}
	}
	at, ok := m.places[string(key)]
	if !ok {
		at = len(m.terms)
		m.places[string(key)] = at
		m.terms = append(m.terms, merged{term: t, rows: rows})
	}
	m.terms[at].coef.add(coef, x)
}

// monic writes a form as a multiple of one whose first coefficient is 1.
func monic(f Form) (Form, Elem) {
	lead := f[0].Coef
	if lead == (Elem{}) || lead == field.One() {
		return f, field.One()
	}
	var inv Elem
	inv.Inv(&lead)
	out := slices.Clone(f)
	for i := range out {
		out[i].Coef.Mul(&out[i].Coef, &inv)
	}
	return out, lead
}
