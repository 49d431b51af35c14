package ligero

import (
	"encoding/binary"
	"sync"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
)

// chunk is how many points are evaluated at a time, so that they stay in cache.
const chunk = 1024

// Finish answers the tests and opens the queries: the proof's body from the
// number of oracles on (PROOFS.md, section 7). It answers once; a second answer
// over the same pads would show more positions than they cover.
func (p *Prover) Finish() ([]byte, error) {
	if p.done {
		return nil, privacy.Refused("prove", "statements", "these oracles have answered a proof already, and their pads cover one")
	}
	p.done = true
	c := p.sys.draw(p)
	w, q, s, err := p.tests(c)
	if err != nil {
		return nil, err
	}
	if p.forge != nil {
		p.forge(q)
	}
	k, l := p.sys.K(), p.sys.Slots()
	short := make([]Elem, 0, 2*k-l)
	for i := range q {
		if i%2 == 0 && i/2 < l {
			if q[i] != (Elem{}) && !p.force {
				return nil, privacy.Refused("prove", "statements", "a constraint does not hold for these rows")
			}
			continue
		}
		short = append(short, q[i])
	}
	if slotSum(s, l) != p.sys.target(c) && !p.force {
		return nil, privacy.Refused("prove", "statements", "a total does not hold for these rows")
	}
	body := binary.BigEndian.AppendUint32(nil, uint32(len(p.held)))
	for i := range p.held {
		body = append(body, p.held[i].root[:]...)
	}
	from := len(body)
	for _, v := range [][]Elem{w, short, s} {
		body = field.Append(body, v...)
	}
	p.tr.Absorb("answers", body[from:])
	return p.open(body, p.tr.Positions("queries", p.sys.Queries, p.sys.N()))
}

// Force makes Finish answer even where a constraint does not hold. A verifier
// refuses such a proof but for the soundness error: this is for tests of
// verifiers, and for nothing else.
func (p *Prover) Force() { p.force = true }

// slotSum adds up a polynomial's values at the slots, given its values on the
// group of order 2K.
func slotSum(s []Elem, l int) (t Elem) {
	for i := range l {
		t.Add(&t, &s[2*i])
	}
	return t
}

// tests gives p_w by its values on the group, q and s by theirs on the group of
// order 2K.
func (p *Prover) tests(c coefficients) (w, q, s []Elem, err error) {
	k := p.sys.K()
	w, q, s = make([]Elem, k), make([]Elem, 2*k), make([]Elem, 2*k)
	rows := 0
	for i := range p.sys.vecs {
		rows = max(rows, p.sys.vecs[i].rows)
	}
	var mu sync.Mutex
	next := 0
	err = p.parallel(p.workers, func(int) error {
		t := newTester(p, c)
		for {
			mu.Lock()
			r := next
			next++
			mu.Unlock()
			if r >= rows {
				break
			}
			if fault := p.ctx.Err(); fault != nil {
				return fault
			}
			if fault := t.row(r); fault != nil {
				return fault
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range w {
			w[i].Add(&w[i], &t.w[i])
		}
		// The two cosets are the even and the odd places of one coset of the
		// group of order 2K.
		for i := range k {
			for half := range 2 {
				q[2*i+half].Add(&q[2*i+half], &t.q[half][i])
				s[2*i+half].Add(&s[2*i+half], &t.s[half][i])
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	for i := range w {
		w[i].Add(&w[i], &p.mask0[i])
	}
	for _, f := range []struct{ values, mask []Elem }{{q, p.maskQ}, {s, p.maskS}} {
		p.wide.FromCoset(f.values)
		p.wide.Natural(f.values)
		for i := range f.values {
			f.values[i].Add(&f.values[i], &f.mask[i])
		}
		p.wide.Natural(f.values)
		p.wide.Values(f.values)
	}
	return w, q, s, nil
}

// tester is one worker's share of the tests.
type tester struct {
	p    *Prover
	c    coefficients
	w    []Elem
	q, s [2][]Elem
	// values of each vector's row on cosets 0 and rate/2
	at     map[Vec][2][]Elem
	free   [][2][]Elem
	coeffs []Elem
	f, g   []Elem
}

func newTester(p *Prover, c coefficients) *tester {
	k := p.sys.K()
	t := &tester{p: p, c: c, w: make([]Elem, k), coeffs: make([]Elem, k), at: map[Vec][2][]Elem{}, f: make([]Elem, chunk), g: make([]Elem, chunk)}
	for h := range 2 {
		t.q[h], t.s[h] = make([]Elem, k), make([]Elem, k)
	}
	return t
}

func (t *tester) pair() [2][]Elem {
	if n := len(t.free); n > 0 {
		b := t.free[n-1]
		t.free = t.free[:n-1]
		return b
	}
	k := t.p.sys.K()
	return [2][]Elem{make([]Elem, k), make([]Elem, k)}
}

// row takes tableau row r of every vector that has one.
func (t *tester) row(r int) error {
	sys := t.p.sys
	used, public := map[Vec]bool{}, map[int]bool{}
	zero, total := sys.plans(t.c, r)
	zero.used(used, public)
	total.used(used, public)
	for i := range sys.vecs {
		v := &sys.vecs[i]
		if r >= v.rows {
			continue
		}
		if err := sys.fill(t.p.held[v.oracle], *v, r, t.coeffs); err != nil {
			return err
		}
		if !v.raw || v.slot > 0 { // m_0 enters by itself
			axpy(t.w, &t.c.rows[v.global+r], t.coeffs)
		}
		if used[Vec(i)] {
			t.at[Vec(i)] = t.spread()
		}
	}
	bases := map[int][2][]Elem{}
	for b := range public {
		clear(t.coeffs)
		copy(t.coeffs, sys.bases[b])
		bases[b] = t.spread()
	}
	k := sys.K()
	for h := range 2 {
		for from := 0; from < k; from += chunk {
			to := min(from+chunk, k)
			value := func(v Vec) []Elem { return t.at[v][h][from:to] }
			basis := func(b int) []Elem { return bases[b][h][from:to] }
			zero.evaluate(t.q[h][from:to], value, basis, t.f[:to-from], t.g[:to-from])
			total.evaluate(t.s[h][from:to], value, basis, t.f[:to-from], t.g[:to-from])
		}
	}
	for v, b := range t.at {
		t.free = append(t.free, b)
		delete(t.at, v)
	}
	for _, b := range bases {
		t.free = append(t.free, b)
	}
	return nil
}

// spread evaluates the row whose values on the group are in coeffs on the two
// cosets, and spoils it.
func (t *tester) spread() [2][]Elem {
	b := t.pair()
	t.p.code.Coefficients(t.coeffs)
	t.p.code.Coset(b[0], t.coeffs, 0)
	t.p.code.Coset(b[1], t.coeffs, t.p.sys.Params.Rate/2)
	return b
}

// open appends the opened leaves and their paths.
func (p *Prover) open(body []byte, positions []int) ([]byte, error) {
	byCoset := make([][]int, p.sys.Params.Rate)
	for _, j := range positions { // ascending, and so coset by coset
		c := j / p.sys.K()
		byCoset[c] = append(byCoset[c], j%p.sys.K())
	}
	for o := range p.held {
		h := p.held[o]
		rows := p.sys.oracles[o].rows
		stride := saltSize + rows*field.Size
		from := len(body)
		body = append(body, make([]byte, stride*len(positions))...)
		out := body[from:]
		for i, j := range positions {
			h.stream.salt((*[saltSize]byte)(out[i*stride:]), j)
		}
		err := p.parallel(p.workers, func(w int) error {
			values, scratch := make([]Elem, p.sys.K()), make([]Elem, p.sys.K())
			some := make([]Elem, len(positions))
			for r := w; r < rows; r += p.workers {
				if err := p.ctx.Err(); err != nil {
					return err
				}
				v, row := p.sys.place(Oracle(o), r)
				if err := p.sys.fill(h, v, row, values); err != nil {
					return err
				}
				p.code.Coefficients(values)
				at := 0
				for coset, places := range byCoset {
					p.code.Sample(some[:len(places)], values, scratch, coset, places)
					for i := range places {
						field.Put(out[(at+i)*stride+saltSize+r*field.Size:], &some[i])
					}
					at += len(places)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for o := range p.held {
		body = siblings(body, p.held[o].leaves, positions)
	}
	return body, nil
}
