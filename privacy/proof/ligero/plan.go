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
	f, g Form
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
			k.products = append(k.products, scaledProduct{coef, p.F, p.G})
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
		form(f, t.f, value)
		form(g, t.g, value)
		for i := range acc {
			x.Mul(&f[i], &g[i])
			x.Mul(&x, &t.coef)
			acc[i].Add(&acc[i], &x)
		}
	}
}

// form evaluates a sum without public vectors.
func form(dst []Elem, f Form, value func(Vec) []Elem) {
	clear(dst)
	one, minus := field.One(), field.Int(-1)
	for _, l := range f {
		if l.V == None {
			for i := range dst {
				dst[i].Add(&dst[i], &l.Coef)
			}
			continue
		}
		v := value(l.V)
		switch l.Coef {
		case one:
			for i := range dst {
				dst[i].Add(&dst[i], &v[i])
			}
		case minus:
			for i := range dst {
				dst[i].Sub(&dst[i], &v[i])
			}
		default:
			axpy(dst, &l.Coef, v)
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
