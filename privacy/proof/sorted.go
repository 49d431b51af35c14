package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/big"
	"slices"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// shift is a pair of public vectors r and r' with r'(i+1) = r(i) for i below
// length-1, and zero elsewhere: the total of r·a - r'·c is zero for a random r
// only if a(i) = c(i+1) (PROOFS.md, section 5).
type shift struct {
	here, next *ligero.Public
	ones       field.Elem // the total of r
}

func (d *drawn) shift(length int) (shift, error) {
	if err := d.charge(2); err != nil || d.sess == nil {
		return shift{nothing, nothing, field.Elem{}}, err
	}
	l, rows := d.sys.Slots(), d.sys.Rows(length)
	rest := length - (rows-1)*l
	powers, late := d.positions()
	full, fullNext, first := d.full[0], d.full[1], d.full[2]
	last, lastNext := d.sys.Basis(powers[:rest-1]), d.sys.Basis(late[:rest])
	rho := make([]field.Elem, rows)
	rho[0] = field.One()
	for i := 1; i < rows; i++ {
		rho[i].Mul(&rho[i-1], &d.rho)
	}
	var s shift
	var all, some field.Elem
	for i := range powers {
		all.Add(&all, &powers[i])
		if i < rest-1 {
			some.Add(&some, &powers[i])
		}
	}
	for i := range rows {
		x := all
		if i == rows-1 {
			x = some
		}
		x.Mul(&x, &rho[i])
		s.ones.Add(&s.ones, &x)
	}
	s.here = ligero.NewPublic(func(row int) []ligero.Part {
		switch {
		case row >= rows:
			return nil
		case row == rows-1:
			return []ligero.Part{{Basis: last, Coef: rho[row]}}
		}
		return []ligero.Part{{Basis: full, Coef: rho[row]}}
	})
	s.next = ligero.NewPublic(func(row int) []ligero.Part {
		if row >= rows {
			return nil
		}
		out := []ligero.Part{{Basis: fullNext, Coef: rho[row]}}
		if row == rows-1 {
			out[0].Basis = lastNext
		}
		if row > 0 {
			var c field.Elem
			c.Mul(&rho[row-1], &powers[l-1])
			out = append(out, ligero.Part{Basis: first, Coef: c})
		}
		return out
	})
	d.identity = max(d.identity, float64(rows+l))
	return s, nil
}

// positions gives the powers of lambda by slot, and the same one slot later. All
// sorted lists share them.
func (d *drawn) positions() (powers, late []field.Elem) {
	if d.powers == nil {
		l := d.sys.Slots()
		d.powers = make([]field.Elem, l)
		d.powers[0] = field.One()
		for i := 1; i < l; i++ {
			d.powers[i].Mul(&d.powers[i-1], &d.lambda)
		}
		d.late = append([]field.Elem{{}}, d.powers[:l-1]...)
		d.full = [3]int{d.sys.Basis(d.powers), d.sys.Basis(d.late), d.sys.Basis(d.powers[:1])}
	}
	return d.powers, d.late
}

// at multiplies a form by a public vector.
func at(f ligero.Form, p *ligero.Public) ligero.Product {
	out := make(ligero.Form, len(f))
	for i, l := range f {
		l.Pub = p
		out[i] = l
	}
	return linear(out)
}

// gap is one digit of the differences of neighbours: its weight, its values, and
// the largest of them.
type gap struct {
	weight field.Elem
	at     func(i int) uint64
	most   uint64
}

// steps demands, of a sorted vector s, that s(i+1) - s(i) - jump(i) is a sum of gaps
// for all neighbours; jump is a form, plus the constant.
func (b *builder) steps(length int, s ligero.Vec, jump ligero.Form, constant int64, gaps ...gap) {
	sum := plus(one(s), jump)
	for _, g := range gaps {
		l := limbs(g.most, length)
		for n := range l {
			if l[n].weight == 0 {
				continue
			}
			get := func(i int) uint64 {
				if i >= length-1 {
					return 0
				}
				var d [8]uint64
				digits(g.at(i), l, d[:len(l)])
				return d[n]
			}
			a := b.helper(length, func(i int) field.Elem { return field.Uint(get(i)) })
			b.lookIn(l[n].size, lookupUser{one(a), length, get})
			w := field.Uint(l[n].weight)
			w.Mul(&w, &g.weight)
			sum = plus(sum, times(one(a), w))
		}
	}
	b.after = append(b.after, func(d *drawn) error {
		r, err := d.shift(length)
		if err != nil {
			return err
		}
		target := field.Int(-constant)
		target.Mul(&target, &r.ones)
		d.sys.Sum(target, at(sum, r.here), at(scale(one(s), -1), r.next))
		return nil
	})
}

// unique proves that no value occurs twice, and that no cell of the column is missing
// unless the statement allows it. Then the sorted list has as many numbers as there
// are rows: a vector says which of them are values, and the others are nobody's. Of
// strings it takes hashes: different hashes are of different strings, whoever chose
// them, and equal ones of different strings only keep a proof from being made, with
// a chance of N^2/2^63.
func (b *builder) unique(s *Statement) error {
	switch {
	case s.Column != "" && s.Columns != nil:
		return b.fault("give column or columns, not both")
	case s.Columns != nil:
		return b.uniqueKey(s)
	}
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	rows := c.table.rows
	some := s.Missing && c.b != ligero.None // without, every cell is there
	if c.b != ligero.None && !some {
		n := big.NewInt(int64(rows))
		if err = b.within(rows, []ligero.Product{linear(one(c.b))}, n, n); err != nil {
			return err
		}
	}
	var sorted []int64
	if b.proves {
		sorted = make([]int64, 0, rows)
		for i := range rows {
			if !some || c.cells.there(i) {
				sorted = append(sorted, c.cells.at(i))
			}
		}
		slices.Sort(sorted)
		if err = b.twice(c, sorted); err != nil {
			return err
		}
	}
	// Behind the values come the next whole numbers.
	listed := func(i int) field.Elem {
		switch n := len(sorted); {
		case i < n:
			return field.Int(sorted[i])
		case n == 0:
			return field.Int(int64(i))
		default:
			x, y := field.Int(sorted[n-1]), field.Int(int64(i-n+1))
			x.Add(&x, &y)
			return x
		}
	}
	width := ^uint64(0)
	if c.lo != nil {
		if w := new(big.Int).Sub(c.hi, c.lo); w.IsUint64() {
			width = w.Uint64()
		}
	}
	v := b.helper(rows, listed)
	tail := b.sys.Tail(rows)
	b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: v, Pub: tail}}})
	b.steps(rows, v, nil, 1, gap{field.One(), func(i int) uint64 {
		if i+1 >= len(sorted) {
			return 0
		}
		return uint64(sorted[i+1]) - uint64(sorted[i]) - 1
	}, width})
	is := ligero.None // which numbers of the list are values
	if some {
		is = b.helper(rows, func(i int) field.Elem { return bit(i < len(sorted)) })
		b.boolean(is)
		b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: is, Pub: tail}}})
	}
	cell := padded(rows, func(i int) field.Elem { return field.Int(c.cells.at(i)) })
	b.after = append(b.after, func(d *drawn) error {
		var x, y ligero.Vec
		if some {
			x = d.share(rows, c.b, one(c.v), cell, func(i int) field.Elem { return bit(c.cells.there(i)) })
			y = d.share(rows, is, one(v), padded(rows, listed), func(i int) field.Elem { return bit(i < len(sorted)) })
		} else {
			x = d.reciprocal(rows, one(c.v), cell)
			y = d.reciprocal(rows, one(v), padded(rows, listed))
		}
		b.sys.Sum(field.Elem{}, linear(one(x)), linear(scale(one(y), -1)))
		b.identity = max(b.identity, 2*float64(b.slots(rows)))
		return nil
	})
	return nil
}

// share adds h = m/(alpha - form) and its constraint at every slot; m is a vector that
// is zero behind the length.
func (d *drawn) share(length int, m ligero.Vec, form ligero.Form, at, count func(i int) field.Elem) ligero.Vec {
	h := d.fraction(length, d.below(at), count)
	d.sys.Zero(product(one(h), d.apart(form)), linear(scale(one(m), -1)))
	return h
}

// padded is zero behind the rows.
func padded(rows int, at func(i int) field.Elem) func(i int) field.Elem {
	return func(i int) field.Elem {
		if i >= rows {
			return field.Elem{}
		}
		return at(i)
	}
}

// twice finds the second row of a value that occurs more than once.
func (b *builder) twice(c *builtColumn, sorted []int64) error {
	if b.sess != nil || b.lies {
		return nil
	}
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			continue
		}
		seen := false
		for row := range c.table.rows {
			if c.cells.there(row) && c.cells.at(row) == sorted[i] {
				if seen {
					return b.falsity(row, "its value occurs before")
				}
				seen = true
			}
		}
	}
	return nil
}

// comparable says whether equal integers of two columns mean equal values.
func comparable(x, y *builtColumn) bool {
	return sameUnit(x.shape, y.shape) && x.listed() == y.listed()
}

// sameUnit is comparable but for dictionaries.
func sameUnit(x, y *ColumnShape) bool {
	unit := func(c *ColumnShape) string {
		switch class := c.class(); {
		case c.counts():
			return "" // of any width
		case class == "text", class == "decimal", class == "float":
			return class
		}
		return c.Type // its unit and zone
	}
	return unit(x) == unit(y) && x.scale() == y.scale()
}

// listed is a digest of the dictionary. Many statements may compare large ones, so
// each is gone through once.
func (c *builtColumn) listed() [sha256.Size]byte {
	if c.digest == nil {
		h := sha256.New()
		for _, v := range c.shape.Encoding.Dictionary {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(v))))
			io.WriteString(h, v)
		}
		c.digest = (*[sha256.Size]byte)(h.Sum(nil))
	}
	return *c.digest
}
