package ligero

import "github.com/verisim/verisim/privacy/proof/field"

// coefficients are the random multipliers of section 4, of one draw.
type coefficients struct {
	rows  []Elem // a tableau row
	zeros []Elem // a row of a zero constraint
	sums  []Elem // a sum constraint
}

// draws are the coefficients of each draw.
type draws []coefficients

// draw takes all draws at one time: a cheater cannot keep a lucky one and try for
// another.
func (s *System) draw(sess Session) draws {
	n := s.rows + s.zeroLen + len(s.sums)
	v := sess.Challenge("coefficients", n*s.Times())
	var out draws
	for ; len(v) > 0; v = v[n:] {
		out = append(out, coefficients{v[:s.rows], v[s.rows : s.rows+s.zeroLen], v[s.rows+s.zeroLen : n]})
	}
	return out
}

// factors is a coefficient of each draw; those of draws that there are not stay
// zero.
type factors [MaxDraws]Elem

// add adds by·x to each.
func (f *factors) add(by *factors, x *Elem) {
	var y Elem
	for d := range f {
		y.Mul(&by[d], x)
		f[d].Add(&f[d], &y)
	}
}

// target is what the values of the sum test's polynomial add up to.
func (s *System) target(c *coefficients) (t Elem) {
	var x Elem
	for i := range s.sums {
		x.Mul(&c.sums[i], &s.sums[i].target)
		t.Add(&t, &x)
	}
	return t
}

// plan is one test's combinations in tableau row r, with like terms put together.
type plan struct {
	constant factors
	linear   []scaled
	public   []scaledPublic
	products []scaledProduct
}

type scaled struct {
	v    Vec
	coef factors
}

type scaledPublic struct {
	at   public
	coef factors
}

// public is a vector, or None, times a basis polynomial.
type public struct {
	v     Vec
	basis int
}

type scaledProduct struct {
	coef factors
	f, g sumForm
}

// sumForm is a form in one tableau row.
type sumForm struct {
	constant Elem
	linear   []formTerm
	public   []formTerm // with None
}

// formTerm is a multiple of a vector, or of a basis polynomial.
type formTerm struct {
	v    Vec
	b    int
	coef Elem
}

func (f Form) in(row int) (out sumForm) {
	for _, l := range f {
		if l.V != None {
			out.linear = append(out.linear, formTerm{v: l.V, coef: l.Coef})
			continue
		}
		parts := []Part{{Constant, field.One()}}
		if l.Pub != nil {
			parts = l.Pub.at(row)
		}
		for _, p := range parts {
			p.Coef.Mul(&p.Coef, &l.Coef)
			if p.Basis == Constant {
				out.constant.Add(&out.constant, &p.Coef)
			} else {
				out.public = append(out.public, formTerm{b: p.Basis, coef: p.Coef})
			}
		}
	}
	return out
}

// collector puts like terms together.
type collector struct {
	plan
	linearAt map[Vec]int
	publicAt map[public]int
}

func (k *collector) add(terms []Product, coef *factors, row int) {
	for _, p := range terms {
		if p.G != nil {
			k.products = append(k.products, scaledProduct{*coef, p.F.in(row), p.G.in(row)})
			continue
		}
		for _, l := range p.F {
			if l.Pub == nil {
				k.addPart(public{l.V, Constant}, coef, &l.Coef)
				continue
			}
			for _, part := range l.Pub.at(row) {
				part.Coef.Mul(&part.Coef, &l.Coef)
				k.addPart(public{l.V, part.Basis}, coef, &part.Coef)
			}
		}
	}
}

func (k *collector) addPart(at public, c *factors, x *Elem) {
	v := at.v
	switch {
	case at.basis == Constant && v == None:
		k.constant.add(c, x)
	case at.basis == Constant:
		if k.linearAt == nil {
			k.linearAt = map[Vec]int{}
		}
		i, ok := k.linearAt[v]
		if !ok {
			i = len(k.linear)
			k.linearAt[v] = i
			k.linear = append(k.linear, scaled{v: v})
		}
		k.linear[i].coef.add(c, x)
	default:
		if k.publicAt == nil {
			k.publicAt = map[public]int{}
		}
		i, ok := k.publicAt[at]
		if !ok {
			i = len(k.public)
			k.publicAt[at] = i
			k.public = append(k.public, scaledPublic{at: at})
		}
		k.public[i].coef.add(c, x)
	}
}

// evaluate adds the plan's values to each draw's acc at each of len(acc[0])
// points. value and basis give a vector's row and a basis polynomial at the same
// points.
func (p *plan) evaluate(acc [][]Elem, value func(Vec) []Elem, basis func(int) []Elem, f, g []Elem) {
	add := func(coef *factors, v []Elem) {
		for d := range acc {
			axpy(acc[d], &coef[d], v)
		}
	}
	for d := range acc {
		for i := range acc[d] {
			acc[d][i].Add(&acc[d][i], &p.constant[d])
		}
	}
	for i := range p.linear {
		add(&p.linear[i].coef, value(p.linear[i].v))
	}
	for i := range p.public {
		l := &p.public[i]
		b := basis(l.at.basis)
		if l.at.v != None {
			multiply(f, b, value(l.at.v))
			b = f
		}
		add(&l.coef, b)
	}
	for i := range p.products {
		t := &p.products[i]
		t.f.evaluate(f, value, basis)
		t.g.evaluate(g, value, basis)
		multiply(f, f, g)
		add(&t.coef, f)
	}
}

// multiply sets dst to a·b, element by element.
func multiply(dst, a, b []Elem) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i].Mul(&a[i], &b[i])
	}
}

func (s *sumForm) evaluate(dst []Elem, value func(Vec) []Elem, basis func(int) []Elem) {
	one, minus := field.One(), field.Int(-1)
	for i := range dst {
		dst[i] = s.constant
	}
	for _, l := range s.linear {
		v := value(l.v)
		switch l.coef {
		case one:
			for i := range dst {
				dst[i].Add(&dst[i], &v[i])
			}
		case minus:
			for i := range dst {
				dst[i].Sub(&dst[i], &v[i])
			}
		default:
			axpy(dst, &l.coef, v)
		}
	}
	for _, l := range s.public {
		axpy(dst, &l.coef, basis(l.b))
	}
}

// used lists the vectors and the basis polynomials that a plan reads.
func (p *plan) used(vectors map[Vec]bool, bases map[int]bool) {
	for _, l := range p.linear {
		vectors[l.v] = true
	}
	for _, l := range p.public {
		bases[l.at.basis] = true
		if l.at.v != None {
			vectors[l.at.v] = true
		}
	}
	for _, t := range p.products {
		for _, f := range []sumForm{t.f, t.g} {
			for _, l := range f.linear {
				vectors[l.v] = true
			}
			for _, l := range f.public {
				bases[l.b] = true
			}
		}
	}
}

// axpy adds c·v to dst.
func axpy(dst []Elem, c *Elem, v []Elem) {
	v = v[:len(dst)]
	var x Elem
	for i := range dst {
		x.Mul(c, &v[i])
		dst[i].Add(&dst[i], &x)
	}
}
