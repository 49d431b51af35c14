package proof

import (
	"math"
	"math/bits"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// lookupTable is a public table 0..size-1 and what is looked up in it.
type lookupTable struct {
	size   int
	m      ligero.Vec
	counts []uint32 // prover only
	users  []lookupUser
}

// lookupUser is a vector, as a form, whose every slot is in a table.
type lookupUser struct {
	form ligero.Form
	rows int
	at   func(i int) uint64 // of the rows; behind them it is 0
}

// table finds or adds the table of a size.
func (b *builder) table(size int) *lookupTable {
	for _, t := range b.lookups {
		if t.size == size {
			return t
		}
	}
	t := &lookupTable{size: size}
	if b.proves && b.sess != nil {
		t.counts = make([]uint32, size)
	}
	t.m = b.helper(size, func(i int) field.Elem { return field.Uint(uint64(t.counts[i])) })
	b.lookups = append(b.lookups, t)
	return t
}

// lookIn demands that every slot of the form is in 0..size-1.
func (b *builder) lookIn(size int, u lookupUser) {
	t := b.table(size)
	t.users = append(t.users, u)
	if t.counts == nil {
		return
	}
	for i := range u.rows {
		// A digit beyond the table is a lie that a test tells; it stays out of
		// the counts, so that the identity fails.
		if d := u.at(i); d < uint64(size) {
			t.counts[d]++
		}
	}
	t.counts[0] += uint32(b.slots(u.rows) - u.rows)
}

// slots is the number of slots of a vector's tableau rows.
func (b *builder) slots(length int) int { return b.sys.Rows(length) * b.sys.Slots() }

// lookUp adds the identity of a table: the inverses of all its users add up to
// the multiplicities over the public denominators.
func (d *drawn) lookUp(t *lookupTable) error {
	var terms []ligero.Product
	total := t.size
	for _, u := range t.users {
		h := d.reciprocal(u.rows, u.form, func(i int) field.Elem {
			if i >= u.rows {
				return field.Elem{}
			}
			return field.Uint(u.at(i))
		})
		terms = append(terms, linear(one(h)))
		total += d.slots(u.rows)
	}
	inverses, err := d.denominators(t.size)
	if err != nil {
		return err
	}
	terms = append(terms, linear(ligero.Form{{Coef: field.Int(-1), V: t.m, Pub: inverses}}))
	d.sys.Sum(field.Elem{}, terms...)
	d.identity = max(d.identity, float64(total))
	return nil
}

// reciprocal adds h = 1/(alpha - form) and its constraint h·(alpha - form) = 1
// at every slot. at gives the form's values.
func (d *drawn) reciprocal(length int, form ligero.Form, at func(i int) field.Elem) ligero.Vec {
	h := d.fraction(length, d.below(at), nil)
	d.sys.Zero(product(one(h), d.apart(form)), linear(ligero.Form{{Coef: field.Int(-1), V: ligero.None}}))
	return h
}

// below gives alpha - at(i).
func (d *drawn) below(at func(i int) field.Elem) func(i int) field.Elem {
	return func(i int) field.Elem {
		x := at(i)
		x.Sub(&d.alpha, &x)
		return x
	}
}

// apart is alpha - form.
func (d *drawn) apart(form ligero.Form) ligero.Form {
	return plus(ligero.Form{{Coef: d.alpha, V: ligero.None}}, scale(form, -1))
}

// denominators is the public vector 1/(alpha - j), j below size.
func (d *drawn) denominators(size int) (*ligero.Public, error) {
	if err := d.charge(d.sys.Rows(size)); err != nil || d.sess == nil {
		return nothing, err
	}
	l := d.sys.Slots()
	var basis []int
	scratch := make([]field.Elem, l)
	for from := 0; from < size; from += l {
		v := make([]field.Elem, min(l, size-from))
		for j := range v {
			e := field.Uint(uint64(from + j))
			v[j].Sub(&d.alpha, &e)
		}
		if !field.Invert(v, scratch) {
			return nil, errMet
		}
		basis = append(basis, d.sys.Basis(v))
	}
	return ligero.NewPublic(func(row int) []ligero.Part {
		if row >= len(basis) {
			return nil
		}
		return []ligero.Part{{Basis: basis[row], Coef: field.One()}}
	}), nil
}

// limb is one digit of a range: its weight and how many values it has.
type limb struct {
	weight uint64
	size   int
}

// limbs covers 0..w exactly, in the way that costs rows fewest elements
// (PROOFS.md, section 5).
func limbs(w uint64, rows int) []limb {
	var best []limb
	cost := math.Inf(1)
	for n := 1; n <= 8; n++ {
		// The smallest power of two whose n-th power passes w; powers of two,
		// so that columns share tables.
		d := (bits.Len64(w) + n - 1) / n
		if d > 20 {
			continue
		}
		l := cover(w, n, 1<<max(d, 1))
		c := float64(2*n-1) * float64(rows)
		seen := map[int]bool{}
		for _, x := range l {
			if !seen[x.size] {
				c += float64(x.size)
			}
			seen[x.size] = true
		}
		if c < cost {
			best, cost = l, c
		}
	}
	return best
}

// cover gives n limbs, the lowest first, whose sums are exactly 0..w. All but
// the lowest have d values.
func cover(w uint64, n, d int) []limb {
	out := make([]limb, n)
	for i := n - 1; i > 0; i-- {
		// floor((w+1)/d) without overflow
		s := w / uint64(d)
		if w%uint64(d) == uint64(d)-1 {
			s++
		}
		if s == 0 { // the lower limbs cover it all
			out[i] = limb{0, 1}
			continue
		}
		out[i] = limb{s, d}
		w -= s * uint64(d-1)
	}
	out[0] = limb{1, int(w) + 1}
	return out
}

// digits writes x, which is at most the cover's w, in the limbs.
func digits(x uint64, l []limb, out []uint64) {
	for i := len(l) - 1; i > 0; i-- {
		if l[i].weight == 0 {
			out[i] = 0
			continue
		}
		out[i] = min(x/l[i].weight, uint64(l[i].size-1))
		x -= out[i] * l[i].weight
	}
	out[0] = x
}

// inRange demands that the form, whose values at gives, is in 0..w in every
// slot. Behind the rows the form is zero.
func (b *builder) inRange(rows int, form ligero.Form, at func(i int) uint64, w uint64) {
	l := limbs(w, rows)
	digit := func(n int) func(i int) uint64 {
		return func(i int) uint64 {
			var d [8]uint64
			digits(at(i), l, d[:len(l)])
			return d[n]
		}
	}
	low := form
	for n := 1; n < len(l); n++ {
		if l[n].weight == 0 {
			continue
		}
		get := digit(n)
		a := b.helper(rows, func(i int) field.Elem { return field.Uint(get(i)) })
		low = plus(low, times(one(a), minus(l[n].weight)))
		b.lookIn(l[n].size, lookupUser{one(a), rows, get})
	}
	b.lookIn(l[0].size, lookupUser{low, rows, digit(0)})
}

func minus(x uint64) (z field.Elem) {
	u := field.Uint(x)
	z.Sub(&z, &u)
	return z
}
