package ligero

import "github.com/verisim/verisim/privacy/proof/field"

// coefficients are the random multipliers of section 4.
type coefficients struct {
	rows  []Elem // a tableau row
	zeros []Elem // a row of a zero constraint
	sums  []Elem // a sum constraint
}

func (s *System) draw(sess Session) coefficients {
	v := sess.Challenge("coefficients", s.rows+s.zeroLen+len(s.sums))
	return coefficients{v[:s.rows], v[s.rows : s.rows+s.zeroLen], v[s.rows+s.zeroLen:]}
}

// target is what the values of the sum test's polynomial add up to.
func (s *System) target(c coefficients) (t Elem) {
	var x Elem
	for i := range s.sums {
		x.Mul(&c.sums[i], &s.sums[i].target)
		t.Add(&t, &x)
	}
	return t
}

// plan is one test's combination in tableau row r, with like terms put together.
type plan struct {
	constant Elem
	linear   []scaled
	public   []scaledPublic
	products []scaledProduct
}

type scaled struct {
	v    Vec
	coef Elem
}

type scaledPublic struct {
	v     Vec // or None
	basis int
	coef  Elem
}

type scaledProduct struct {
	coef Elem
	f, g sumForm
}

// sumForm is a form in one tableau row.
type sumForm struct {
	constant Elem
	linear   []scaled
	public   []scaledPublic // with None
}

func (f Form) in(row int) (out sumForm) {
	for _, l := range f {
		if l.V != None {
			out.linear = append(out.linear, scaled{l.V, l.Coef})
			continue
		}
		parts := []Part{{Constant, field.One()}}
		if l.Pub != nil {
			parts = l.Pub(row)
		}
		for _, p := range parts {
			p.Coef.Mul(&p.Coef, &l.Coef)
			if p.Basis == Constant {
				out.constant.Add(&out.constant, &p.Coef)
			} else {
				out.public = append(out.public, scaledPublic{None, p.Basis, p.Coef})
			}
		}
	}
	return out
}

// plans makes the combinations of the zero and the sum test in row r.
func (s *System) plans(c coefficients, r int) (zero, total plan) {
	var z, t collector
	for i, terms := range s.zeros {
		if r < s.rowsOf(terms) {
			z.add(terms, c.zeros[s.zeroAt[i]+r], r)
		}
	}
	for i := range s.sums {
		for j := range s.sums[i].terms {
			one := s.sums[i].terms[j : j+1]
			if r < s.rowsOf(one) {
				t.add(one, c.sums[i], r)
			}
		}
	}
	return z.plan, t.plan
}

// collector puts like terms together.
type collector struct {
	plan
	linearAt map[Vec]int
	publicAt map[scaledPublic]int
}

func (k *collector) add(terms []Product, coef Elem, row int) {
	for _, p := range terms {
		if p.G != nil {
			k.products = append(k.products, scaledProduct{coef, p.F.in(row), p.G.in(row)})
			continue
		}
		for _, l := range p.F {
			var c Elem
			c.Mul(&coef, &l.Coef)
			if l.Pub == nil {
				k.addPart(l.V, Constant, c)
				continue
			}
			for _, part := range l.Pub(row) {
				var cp Elem
				cp.Mul(&c, &part.Coef)
				k.addPart(l.V, part.Basis, cp)
			}
		}
	}
}

func (k *collector) addPart(v Vec, basis int, c Elem) {
	switch {
	case basis == Constant && v == None:
		k.constant.Add(&k.constant, &c)
	case basis == Constant:
		if k.linearAt == nil {
			k.linearAt = map[Vec]int{}
		}
		i, ok := k.linearAt[v]
		if !ok {
			i = len(k.linear)
			k.linearAt[v] = i
			k.linear = append(k.linear, scaled{v: v})
		}
		k.linear[i].coef.Add(&k.linear[i].coef, &c)
	default:
		if k.publicAt == nil {
			k.publicAt = map[scaledPublic]int{}
		}
		key := scaledPublic{v: v, basis: basis}
		i, ok := k.publicAt[key]
		if !ok {
			i = len(k.public)
			k.publicAt[key] = i
			k.public = append(k.public, key)
		}
		k.public[i].coef.Add(&k.public[i].coef, &c)
	}
}

// evaluate adds the plan's values to acc at each of len(acc) points. value and
// basis give a vector's row and a basis polynomial at the same points.
func (p *plan) evaluate(acc []Elem, value func(Vec) []Elem, basis func(int) []Elem, f, g []Elem) {
	var x Elem
	for i := range acc {
		acc[i].Add(&acc[i], &p.constant)
	}
	for _, l := range p.linear {
		axpy(acc, &l.coef, value(l.v))
	}
	for _, l := range p.public {
		b := basis(l.basis)
		if l.v == None {
			axpy(acc, &l.coef, b)
			continue
		}
		v := value(l.v)
		for i := range acc {
			x.Mul(&b[i], &v[i])
			x.Mul(&x, &l.coef)
			acc[i].Add(&acc[i], &x)
		}
	}
	for _, t := range p.products {
		t.f.evaluate(f, value, basis)
		t.g.evaluate(g, value, basis)
		for i := range acc {
			x.Mul(&f[i], &g[i])
			x.Mul(&x, &t.coef)
			acc[i].Add(&acc[i], &x)
		}
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
		axpy(dst, &l.coef, basis(l.basis))
	}
}

// used lists the vectors and the basis polynomials that a plan reads.
func (p *plan) used(vectors map[Vec]bool, bases map[int]bool) {
	form := func(linear []scaled, public []scaledPublic) {
		for _, l := range linear {
			vectors[l.v] = true
		}
		for _, l := range public {
			bases[l.basis] = true
			if l.v != None {
				vectors[l.v] = true
			}
		}
	}
	form(p.linear, p.public)
	for _, t := range p.products {
		form(t.f.linear, t.f.public)
		form(t.g.linear, t.g.public)
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
