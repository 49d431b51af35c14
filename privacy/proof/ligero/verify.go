package ligero

import (
	"context"
	"encoding/binary"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// Verifier reads a proof's body. All of its errors match privacy.ErrTampered,
// but for the context's.
type Verifier struct {
	sys   *System
	tr    *transcript.Transcript
	in    reader
	roots []Hash
	next  int
	ctx   context.Context
	rig   func(draws) // choose coefficients; tests of soundness only
}

// NewVerifier starts at the number of oracles.
func NewVerifier(sys *System, tr *transcript.Transcript, body []byte) (*Verifier, error) {
	v := &Verifier{sys: sys, tr: tr, in: reader{body}, ctx: context.Background()}
	b, err := v.in.take(4)
	if err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(b))
	if n > len(body)/len(Hash{}) {
		return nil, privacy.Tampered("verify", "proof", "it has fewer roots than it says")
	}
	for range n {
		root, err := v.in.take(len(Hash{}))
		if err != nil {
			return nil, err
		}
		v.roots = append(v.roots, Hash(root))
	}
	return v, nil
}

// Until makes Finish end early, with the context's error, when ctx is done.
func (v *Verifier) Until(ctx context.Context) { v.ctx = ctx }

// Roots are the oracles' roots, in order.
func (v *Verifier) Roots() []Hash { return v.roots }

// Challenge draws elements.
func (v *Verifier) Challenge(label string, n int) []Elem { return v.tr.Elements(label, n) }

// Root absorbs the next root.
func (v *Verifier) Root(o Oracle, _ *Stream, _ []Source) error {
	if int(o) != v.next || v.next >= len(v.roots) {
		return privacy.Tampered("verify", "proof", "it has %d oracles, its statements need more", len(v.roots))
	}
	v.tr.Absorb("root", v.roots[v.next][:])
	v.next++
	return nil
}

// opened are the query columns of one oracle.
type opened struct {
	elements []Elem // query by query
	rows     int
}

// Finish checks everything.
func (v *Verifier) Finish() error {
	sys := v.sys
	if v.next != len(v.roots) {
		return privacy.Tampered("verify", "proof", "it has %d oracles, its statements need %d", len(v.roots), v.next)
	}
	c := sys.draw(v)
	if v.rig != nil {
		v.rig(c)
	}
	text, err := v.in.take(field.Size * sys.AnswerSize())
	if err != nil {
		return err
	}
	all := make([]Elem, len(text)/field.Size)
	if field.Decode(all, text) != nil {
		return privacy.Tampered("verify", "proof", "an element of its answers is not reduced")
	}
	v.tr.Absorb("answers", text)
	positions := v.tr.Positions("queries", sys.Queries, sys.N())
	columns, err := v.columns(positions)
	if err != nil {
		return err
	}

	k, l := sys.K(), sys.Slots()
	e := newEvaluator(sys, positions)
	var at []answers // at the positions
	q := make([]Elem, 2*k)
	for d := range c {
		w := all[:k]
		all = all[k:]
		for i := range q {
			if i%2 == 1 || i/2 >= l {
				q[i], all = all[0], all[1:]
			}
		}
		s := all[:2*k]
		all = all[2*k:]
		if slotSum(s, l) != sys.target(&c[d]) {
			return privacy.Tampered("verify", "proof", "a total is not what its statements say")
		}
		at = append(at, answers{e.narrow(w), e.broad(q), e.broad(s)})
	}
	return v.equations(sys.schedule(c), e, columns, at)
}

// columns reads the opened leaves and holds them against the roots.
func (v *Verifier) columns(positions []int) ([]opened, error) {
	var out []opened
	leaves := make([][]Hash, len(v.roots))
	for o := range v.roots {
		rows := v.sys.oracles[o].rows
		c := opened{make([]Elem, 0, rows*len(positions)), rows}
		for range positions {
			b, err := v.in.take(saltSize + rows*field.Size)
			if err != nil {
				return nil, err
			}
			at := len(c.elements)
			c.elements = c.elements[:at+rows]
			if field.Decode(c.elements[at:], b[saltSize:]) != nil {
				return nil, privacy.Tampered("verify", "proof", "an opened element is not reduced")
			}
			leaves[o] = append(leaves[o], leafOf(b[:saltSize], b[saltSize:]))
		}
		out = append(out, c)
	}
	for o := range v.roots {
		root, err := rootFrom(&v.in, leaves[o], positions, v.sys.N())
		if err != nil {
			return nil, err
		}
		if root != v.roots[o] {
			return nil, privacy.Tampered("verify", "proof", "what oracle %d opens is not what it committed to", o)
		}
	}
	if len(v.in.rest) > 0 {
		return nil, privacy.Tampered("verify", "proof", "%d bytes follow its end", len(v.in.rest))
	}
	return out, nil
}

// equations checks the three tests of every draw at every query.
func (v *Verifier) equations(sched *schedule, e *evaluator, columns []opened, want []answers) error {
	sys := v.sys
	t := len(e.positions)
	// rows of vectors as vectors over the queries
	value := func(vec Vec, r int) []Elem {
		info := &sys.vecs[vec]
		col := columns[info.oracle]
		out := make([]Elem, t)
		for i := range out {
			out[i] = col.elements[i*col.rows+info.first+r]
		}
		return out
	}
	n := len(want)
	gotW, gotQ, gotS := table(n, t), table(n, t), table(n, t)
	f, g := make([]Elem, t), make([]Elem, t)
	one := field.One()
	for r := range sched.rows {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		at := map[Vec][]Elem{}
		for _, i := range sched.vectors(r) {
			info := &sys.vecs[i]
			at[i] = value(i, r)
			if info.own() {
				axpy(gotW[info.slot/maskRows], &one, at[i])
				continue
			}
			for d := range gotW {
				axpy(gotW[d], &sched.c[d].rows[info.global+r], at[i])
			}
		}
		zero, total := sched.plans(r)
		get := func(vec Vec) []Elem { return at[vec] }
		zero.evaluate(gotQ, get, e.basis, f, g)
		total.evaluate(gotS, get, e.basis, f, g)
	}
	if sys.masks < 0 {
		panic("ligero: a system without masks")
	}
	m := sys.oracles[sys.masks].vecs
	for d := range want {
		for i, x := range e.points {
			row := func(n int) *Elem {
				return &columns[sys.masks].elements[i*columns[sys.masks].rows+sys.vecs[m[maskRows*d+n]].first]
			}
			a, b := sys.maskAt(x, row(1), row(2), row(3)), sys.maskAt(x, row(4), row(5), row(6))
			gotQ[d][i].Add(&gotQ[d][i], &a)
			gotS[d][i].Add(&gotS[d][i], &b)
			switch {
			case gotW[d][i] != want[d].w[i]:
				return privacy.Tampered("verify", "proof", "its oracles are no codewords")
			case gotQ[d][i] != want[d].q[i]:
				return privacy.Tampered("verify", "proof", "a constraint does not hold")
			case gotS[d][i] != want[d].s[i]:
				return privacy.Tampered("verify", "proof", "a total does not hold")
			}
		}
	}
	return nil
}

// evaluator evaluates polynomials at the queries.
type evaluator struct {
	sys       *System
	code      *field.Code
	wide      *field.Code
	positions []int
	points    []Elem
	word      []Elem
	values    []Elem
	done      map[int][]Elem
}

func newEvaluator(sys *System, positions []int) *evaluator {
	e := &evaluator{
		sys: sys, positions: positions, done: map[int][]Elem{},
		code: field.NewCode(sys.K(), sys.Params.Rate), wide: field.NewCode(2*sys.K(), sys.Params.Rate/2),
		word: make([]Elem, 2*sys.K()), values: make([]Elem, 2*sys.K()),
	}
	for _, j := range positions {
		e.points = append(e.points, e.code.Point(j))
	}
	return e
}

// narrow evaluates the polynomial of degree below K with these values on the
// group.
func (e *evaluator) narrow(values []Elem) []Elem {
	return e.at(e.code, values, func(j int) int { return j })
}

// broad does the same for degree below 2K and the group of order 2K.
func (e *evaluator) broad(values []Elem) []Elem {
	k, rate := e.sys.K(), e.sys.Params.Rate
	return e.at(e.wide, values, func(j int) int {
		g := j/k + rate*(j%k) // the point is the generator to the power 2g+1
		return g%(rate/2)*2*k + g/(rate/2)
	})
}

func (e *evaluator) at(code *field.Code, values []Elem, place func(int) int) []Elem {
	v, word := e.values[:code.K], e.word[:code.K]
	clear(v)
	copy(v, values)
	code.Coefficients(v)
	out := make([]Elem, len(e.positions))
	for i := range code.Rate {
		code.Coset(word, v, i)
		for q, j := range e.positions {
			if at := place(j); at/code.K == i {
				out[q] = word[at%code.K]
			}
		}
	}
	return out
}

// basis evaluates a public polynomial, once.
func (e *evaluator) basis(b int) []Elem {
	if v, ok := e.done[b]; ok {
		return v
	}
	values := e.sys.bases[b]
	evaluate := e.narrow
	if 4*len(values)*len(e.points) < e.sys.K()*e.sys.Params.LogK {
		evaluate = e.few // a hostile file may have thousands
	}
	e.done[b] = evaluate(values)
	return e.done[b]
}

// few does what narrow does for a polynomial of few values, without transforms:
// the sum of v_s·L_s(x) with L_s(x) = w^s·(x^K - 1)/(K·(x - w^s)), w generating
// the group. No point is in the group.
func (e *evaluator) few(values []Elem) []Elem {
	out, d, scratch := make([]Elem, len(e.points)), make([]Elem, len(e.points)), make([]Elem, len(e.points))
	var w, scale Elem
	w.SetRootOfUnityTwoN(uint(e.sys.Params.LogK))
	scale.InvTwoN(uint(e.sys.Params.LogK))
	at, one := field.One(), field.One()
	for s := range values {
		for i := range d {
			d[i].Sub(&e.points[i], &at)
		}
		field.Invert(d, scratch)
		var c Elem
		c.Mul(&values[s], &at)
		axpy(out, &c, d)
		at.Mul(&at, &w)
	}
	for i := range out {
		z := field.Power(e.points[i], uint64(e.sys.K()))
		z.Sub(&z, &one)
		z.Mul(&z, &scale)
		out[i].Mul(&out[i], &z)
	}
	return out
}
