package proof

import (
	"math/big"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// maxTotal bounds every total: far from p, so that none can wrap.
var maxTotal = new(big.Int).Lsh(big.NewInt(1), 120)

// value evaluates a sum of products at row i. Public vectors are ones on rows.
func (b *builder) value(terms []ligero.Product, i int) (t field.Elem) {
	for _, p := range terms {
		x := b.formValue(p.F, i)
		if p.G != nil {
			y := b.formValue(p.G, i)
			x.Mul(&x, &y)
		}
		t.Add(&t, &x)
	}
	return t
}

func (b *builder) formValue(f ligero.Form, i int) (t field.Elem) {
	for _, l := range f {
		x := l.Coef
		if l.V != ligero.None {
			v := b.values[l.V](i)
			x.Mul(&x, &v)
		}
		t.Add(&t, &x)
	}
	return t
}

// add gives the total of the terms over the rows, as a signed integer.
func (b *builder) add(rows int, terms []ligero.Product) *big.Int {
	var t field.Elem
	for i := range rows {
		x := b.value(terms, i)
		t.Add(&t, &x)
	}
	return signed(t)
}

// signed reads an element as the integer nearest to zero.
func signed(x field.Elem) *big.Int {
	v := integer(x)
	if half := new(big.Int).Rsh(field.Order(), 1); v.Cmp(half) > 0 {
		v.Sub(v, field.Order())
	}
	return v
}

// integer is the element's number below p.
func integer(x field.Elem) *big.Int {
	b, err := x.MarshalBinary()
	if err != nil {
		panic("proof: " + err.Error()) // an element always has its bytes
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return new(big.Int).SetBytes(b)
}

// within demands that the total of the terms over all rows is in lo..hi, whose
// numbers are public. With lo = hi this discloses the total.
func (b *builder) within(rows int, terms []ligero.Product, lo, hi *big.Int) error {
	if new(big.Int).Abs(lo).Cmp(maxTotal) > 0 || new(big.Int).Abs(hi).Cmp(maxTotal) > 0 {
		return b.fault("its total could be beyond 2^120; narrow the ranges of its columns")
	}
	width := new(big.Int).Sub(hi, lo)
	if width.Sign() < 0 {
		return b.falsity(-1, "its bounds exclude each other")
	}
	if b.proves && b.sess == nil && !b.lies {
		if t := b.add(rows, terms); t.Cmp(lo) < 0 || t.Cmp(hi) > 0 {
			return b.falsity(-1, "its total is outside the bounds")
		}
	}
	if width.Sign() == 0 {
		return b.demand(rows, field.Big(lo), terms)
	}
	// Weights 1, 2, 4, ... and a rest, which cover 0..width exactly.
	var weights []*big.Int
	rest := new(big.Int).Set(width)
	for w := big.NewInt(1); rest.Sign() > 0; w = new(big.Int).Lsh(w, 1) {
		if w.Cmp(rest) > 0 {
			w = new(big.Int).Set(rest)
		}
		weights = append(weights, w)
		rest.Sub(rest, w)
	}
	if len(weights) > b.sys.Slots() {
		return b.fault("its total takes %d bits, and a tableau row has %d slots", len(weights), b.sys.Slots())
	}
	var digits []bool
	if b.proves && b.sess != nil {
		x := b.add(rows, terms)
		x.Sub(x, lo)
		digits = make([]bool, len(weights))
		for i := len(weights) - 1; i >= 0; i-- {
			// The last weight may be below the one before it: take the bits from
			// the largest down.
			j := largest(weights, digits, x)
			if j < 0 {
				break
			}
			digits[j] = true
			x.Sub(x, weights[j])
		}
	}
	bits := b.helper(len(weights), func(i int) field.Elem { return bit(digits[i]) })
	b.boolean(bits)
	values := make([]field.Elem, len(weights))
	for i, w := range weights {
		values[i] = field.Big(w)
	}
	basis := b.sys.Basis(values)
	pub := ligero.NewPublic(func(row int) []ligero.Part {
		if row > 0 {
			return nil
		}
		return []ligero.Part{{Basis: basis, Coef: field.One()}}
	})
	return b.demand(rows, field.Big(lo), append(terms[:len(terms):len(terms)], linear(ligero.Form{{Coef: field.Int(-1), V: bits, Pub: pub}})))
}

// demand adds a sum constraint. Terms without vectors are ones on the rows: their
// total is public, and goes to the other side.
func (b *builder) demand(rows int, target field.Elem, terms []ligero.Product) error {
	var rest []ligero.Product
	for _, t := range terms {
		private := t.G != nil
		for _, l := range t.F {
			private = private || l.V != ligero.None
		}
		if private {
			rest = append(rest, t)
			if t.G != nil {
				b.terms += (len(t.F) + len(t.G)) * b.sys.Rows(rows)
			}
			continue
		}
		n := field.Uint(uint64(rows))
		for _, l := range t.F {
			var x field.Elem
			x.Mul(&n, &l.Coef)
			target.Sub(&target, &x)
		}
	}
	if len(rest) > 0 {
		b.sys.Sum(target, rest...)
	} else if target != (field.Elem{}) {
		return b.falsity(-1, "its total is another")
	}
	return nil
}

// largest is the unused weight that is largest among those not above x.
func largest(weights []*big.Int, used []bool, x *big.Int) int {
	best := -1
	for j, w := range weights {
		if !used[j] && w.Cmp(x) <= 0 && (best < 0 || w.Cmp(weights[best]) > 0) {
			best = j
		}
	}
	return best
}

// disclose demands a total and puts it into the statement, where a prover has
// not done so yet. index is its place among the statement's numbers.
func (b *builder) disclose(s *Statement, index, rows int, terms []ligero.Product, limit *big.Int) (*big.Int, error) {
	if limit.Cmp(maxTotal) > 0 {
		return nil, b.fault("its total could be beyond 2^120; narrow the ranges of its columns")
	}
	if b.proves && b.sess == nil && len(s.Disclosed) == index {
		s.Disclosed = append(s.Disclosed, b.add(rows, terms).String())
	}
	if index >= len(s.Disclosed) {
		return nil, b.fault("its number %d is missing", index)
	}
	b.numbers = index + 1
	t, ok := disclosedNumber(s.Disclosed[index])
	if !ok || t.String() != s.Disclosed[index] || new(big.Int).Abs(t).Cmp(maxTotal) > 0 {
		return nil, b.fault("its number %d is malformed", index)
	}
	return t, b.demand(rows, field.Big(t), terms)
}

// disclosedNumber reads a number that is at most maxTotal. Longer text is not
// looked at: reading it takes time that grows with its square.
func disclosedNumber(text string) (*big.Int, bool) {
	if len(text) > 40 {
		return nil, false
	}
	return new(big.Int).SetString(text, 10)
}

// known gives the largest absolute value of a column in a total, or an error
// that says what to add.
func (b *builder) known(c *builtColumn) (*big.Int, error) {
	if c.shape.class() == "text" {
		return nil, b.fault("column %q is text, and has no total", c.shape.Name)
	}
	if c.lo == nil {
		return nil, b.fault("add a range statement for column %q: a total over cells without bounds could wrap", c.shape.Name)
	}
	lo, hi := new(big.Int).Abs(c.lo), new(big.Int).Abs(c.hi)
	if lo.Cmp(hi) > 0 {
		return lo, nil
	}
	return hi, nil
}
