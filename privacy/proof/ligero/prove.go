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
	if p.rig != nil {
		p.rig(c)
	}
	all, err := p.tests(c)
	if err != nil {
		return nil, err
	}
	body := binary.BigEndian.AppendUint32(nil, uint32(len(p.held)))
	for i := range p.held {
		body = append(body, p.held[i].root[:]...)
	}
	from := len(body)
	for d := range all {
		if body, err = p.answer(body, &all[d], &c[d]); err != nil {
			return nil, err
		}
	}
	p.tr.Absorb("answers", body[from:])
	return p.open(body, p.tr.Positions("queries", p.sys.Queries, p.sys.N()))
}

// answers are p_w by its values on the group, q and s by theirs on the group of
// order 2K, of one draw.
type answers struct{ w, q, s []Elem }

// answer appends one draw's answers.
func (p *Prover) answer(body []byte, a *answers, c *coefficients) ([]byte, error) {
	if p.forge != nil {
		p.forge(a.q)
	}
	k, l := p.sys.K(), p.sys.Slots()
	short := make([]Elem, 0, 2*k-l)
	for i := range a.q {
		if i%2 == 0 && i/2 < l {
			if a.q[i] != (Elem{}) && !p.force {
				return nil, privacy.Refused("prove", "statements", "a constraint does not hold for these rows")
			}
			continue
		}
		short = append(short, a.q[i])
	}
	if slotSum(a.s, l) != p.sys.target(c) && !p.force {
		return nil, privacy.Refused("prove", "statements", "a total does not hold for these rows")
	}
	for _, v := range [][]Elem{a.w, short, a.s} {
		body = field.Append(body, v...)
	}
	return body, nil
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

// tests gives the answers of every draw.
func (p *Prover) tests(c draws) ([]answers, error) {
	k := p.sys.K()
	all := make([]answers, len(c))
	for d := range all {
		all[d] = answers{make([]Elem, k), make([]Elem, 2*k), make([]Elem, 2*k)}
	}
	sched := p.sys.schedule(c)
	var mu sync.Mutex
	next := 0
	err := p.parallel(p.workers, func(int) error {
		own := *sched // each worker's rows ascend
		t := newTester(p, &own)
		for {
			mu.Lock()
			r := next
			next++
			mu.Unlock()
			if r >= sched.rows {
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
		for d, a := range all {
			for i := range a.w {
				a.w[i].Add(&a.w[i], &t.w[d][i])
			}
			// The two cosets are the even and the odd places of one coset of
			// the group of order 2K.
			for half := range 2 {
				for i := range k {
					a.q[2*i+half].Add(&a.q[2*i+half], &t.q[half][d][i])
					a.s[2*i+half].Add(&a.s[2*i+half], &t.s[half][d][i])
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for d := range all {
		p.mask(&all[d], &p.masks[d])
	}
	return all, nil
}

// mask adds the masks to one draw's answers.
func (p *Prover) mask(a *answers, m *mask) {
	for i := range a.w {
		a.w[i].Add(&a.w[i], &m.w[i])
	}
	for _, f := range []struct{ values, mask []Elem }{{a.q, m.q}, {a.s, m.s}} {
		p.wide.FromCoset(f.values)
		p.wide.Natural(f.values)
		for i := range f.values {
			f.values[i].Add(&f.values[i], &f.mask[i])
		}
		p.wide.Natural(f.values)
		p.wide.Values(f.values)
	}
}

// tester is one worker's share of the tests.
type tester struct {
	p     *Prover
	sched *schedule
	w     [][]Elem    // by draw
	q, s  [2][][]Elem // by coset, then draw
	// values of each vector's row on cosets 0 and rate/2
	at     map[Vec][2][]Elem
	free   [][2][]Elem
	coeffs []Elem
	f, g   []Elem
}

func newTester(p *Prover, sched *schedule) *tester {
	k, n := p.sys.K(), len(sched.c)
	t := &tester{p: p, sched: sched, w: table(n, k), coeffs: make([]Elem, k), at: map[Vec][2][]Elem{}, f: make([]Elem, chunk), g: make([]Elem, chunk)}
	for h := range 2 {
		t.q[h], t.s[h] = table(n, k), table(n, k)
	}
	return t
}

// table is n slices of k elements.
func table(n, k int) [][]Elem {
	out := make([][]Elem, n)
	for i := range out {
		out[i] = make([]Elem, k)
	}
	return out
}

// part cuts the same places out of every slice.
func part(dst, of [][]Elem, from, to int) [][]Elem {
	dst = dst[:0]
	for _, v := range of {
		dst = append(dst, v[from:to])
	}
	return dst
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
	zero, total := t.sched.plans(r)
	zero.used(used, public)
	total.used(used, public)
	for _, i := range t.sched.vectors(r) {
		v := &sys.vecs[i]
		if err := sys.fill(t.p.held[v.oracle], *v, r, t.coeffs); err != nil {
			return err
		}
		if !v.own() {
			for d := range t.w {
				axpy(t.w[d], &t.sched.c[d].rows[v.global+r], t.coeffs)
			}
		}
		if used[i] {
			t.at[i] = t.spread()
		}
	}
	bases := map[int][2][]Elem{}
	for b := range public {
		clear(t.coeffs)
		copy(t.coeffs, sys.bases[b])
		bases[b] = t.spread()
	}
	k := sys.K()
	var q, s [][]Elem
	for h := range 2 {
		for from := 0; from < k; from += chunk {
			to := min(from+chunk, k)
			value := func(v Vec) []Elem { return t.at[v][h][from:to] }
			basis := func(b int) []Elem { return bases[b][h][from:to] }
			q, s = part(q, t.q[h], from, to), part(s, t.s[h], from, to)
			zero.evaluate(q, value, basis, t.f[:to-from], t.g[:to-from])
			total.evaluate(s, value, basis, t.f[:to-from], t.g[:to-from])
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
