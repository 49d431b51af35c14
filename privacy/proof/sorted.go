package proof

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// shift is a pair of public vectors r and r' with r'(i+1) = r(i) for i below
// length-1, and zero elsewhere: the total of r·a - r'·c is zero for a random r
// only if a(i) = c(i+1) (PROOFS.md, section 5).
type shift struct {
	here, next ligero.Public
	ones       field.Elem // the total of r
}

func (b *builder) shift(length int) shift {
	if b.sess == nil {
		none := func(int) []ligero.Part { return nil }
		return shift{none, none, field.Elem{}}
	}
	l, rows := b.sys.Slots(), b.sys.Rows(length)
	rest := length - (rows-1)*l
	powers := make([]field.Elem, l)
	powers[0] = field.One()
	for i := 1; i < l; i++ {
		powers[i].Mul(&powers[i-1], &b.lambda)
	}
	late := append([]field.Elem{{}}, powers[:l-1]...)
	full, fullNext := b.sys.Basis(powers), b.sys.Basis(late)
	last, lastNext := b.sys.Basis(powers[:rest-1]), b.sys.Basis(late[:rest])
	first := b.sys.Basis(powers[:1])
	rho := make([]field.Elem, rows)
	rho[0] = field.One()
	for i := 1; i < rows; i++ {
		rho[i].Mul(&rho[i-1], &b.rho)
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
	s.here = func(row int) []ligero.Part {
		switch {
		case row >= rows:
			return nil
		case row == rows-1:
			return []ligero.Part{{Basis: last, Coef: rho[row]}}
		}
		return []ligero.Part{{Basis: full, Coef: rho[row]}}
	}
	s.next = func(row int) []ligero.Part {
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
	}
	b.identity = max(b.identity, float64(rows+l))
	return s
}

// at multiplies a form by a public vector.
func at(f ligero.Form, p ligero.Public) ligero.Product {
	out := make(ligero.Form, len(f))
	for i, l := range f {
		l.Pub = p
		out[i] = l
	}
	return linear(out)
}

// steps demands, of a sorted vector s, that s(i+1) - s(i) - jump(i) is in 0..w
// for all neighbours; jump is a form, plus the constant one. gap gives the
// difference's value.
func (b *builder) steps(length int, s ligero.Vec, jump ligero.Form, constant int64, gap func(i int) uint64, w uint64) {
	l := limbs(w, length)
	sum := plus(one(s), jump)
	for n := range l {
		if l[n].weight == 0 {
			continue
		}
		get := func(i int) uint64 {
			if i >= length-1 {
				return 0
			}
			var d [8]uint64
			digits(gap(i), l, d[:len(l)])
			return d[n]
		}
		a := b.helper(length, func(i int) field.Elem { return field.Uint(get(i)) })
		b.lookIn(l[n].size, lookupUser{one(a), length, get})
		sum = plus(sum, times(one(a), field.Uint(l[n].weight)))
	}
	b.after = append(b.after, func() error {
		r := b.shift(length)
		target := field.Int(-constant)
		target.Mul(&target, &r.ones)
		b.sys.Sum(target, at(sum, r.here), at(scale(one(s), -1), r.next))
		return nil
	})
}

// unique proves that no cell of a column is missing and no value occurs twice. Of
// strings it takes hashes: different hashes are of different strings, whoever chose
// them, and equal ones of different strings only keep a proof from being made, with
// a chance of N^2/2^63.
func (b *builder) unique(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	rows := c.table.rows
	if c.b != ligero.None {
		n := big.NewInt(int64(rows))
		if err = b.within(rows, []ligero.Product{linear(one(c.b))}, n, n); err != nil {
			return err
		}
	}
	var sorted []int64
	if b.proves {
		sorted = make([]int64, rows)
		for i := range sorted {
			sorted[i] = c.cells.at(i)
		}
		slices.Sort(sorted)
		if err = b.twice(c, sorted); err != nil {
			return err
		}
	}
	width := ^uint64(0)
	if c.lo != nil {
		if w := new(big.Int).Sub(c.hi, c.lo); w.IsUint64() {
			width = w.Uint64()
		}
	}
	v := b.helper(rows, func(i int) field.Elem { return field.Int(sorted[i]) })
	b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: v, Pub: b.sys.Tail(rows)}}})
	b.steps(rows, v, nil, 1, func(i int) uint64 { return uint64(sorted[i+1]) - uint64(sorted[i]) - 1 }, width)
	b.after = append(b.after, func() error {
		x := b.reciprocal(rows, one(c.v), padded(rows, func(i int) field.Elem { return field.Int(c.cells.at(i)) }))
		y := b.reciprocal(rows, one(v), padded(rows, func(i int) field.Elem { return field.Int(sorted[i]) }))
		b.sys.Sum(field.Elem{}, linear(one(x)), linear(scale(one(y), -1)))
		b.identity = max(b.identity, 2*float64(b.slots(rows)))
		return nil
	})
	return nil
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
		for row := range sorted {
			if c.cells.at(row) == sorted[i] {
				if seen {
					return b.falsity(row, "its value occurs before")
				}
				seen = true
			}
		}
	}
	return nil
}

// disjoint proves that no row of the table equals, in these columns, a row of
// another table.
func (b *builder) disjoint(s *Statement) error {
	mine, err := b.several(s, 1, 64)
	if err != nil {
		return err
	}
	var other []*builtColumn
	for _, name := range s.Columns {
		c, err2 := b.columnOf(s.From, name)
		if err2 != nil {
			return err2
		}
		other = append(other, c)
	}
	if s.From == s.Table {
		return b.fault("a table has rows in common with itself")
	}
	// One number a row: each column takes its place with 0 for a missing cell.
	stride := big.NewInt(1)
	type digit struct {
		lo     int64
		stride uint64
	}
	var code []digit
	for i := range mine {
		x, y := mine[i], other[i]
		if !comparable(x.shape, y.shape) {
			return b.fault("column %q is encoded otherwise in table %q", x.shape.Name, s.From)
		}
		if x.shape.hashed() {
			return b.fault("column %q needs the list of its values: a member statement with of", x.shape.Name)
		}
		for _, c := range []*builtColumn{x, y} {
			if c.lo == nil {
				return b.fault("add a range statement for column %q of table %q", c.shape.Name, c.table.shape.Name)
			}
		}
		lo, hi := x.lo, x.hi
		if y.lo.Cmp(lo) < 0 {
			lo = y.lo
		}
		if y.hi.Cmp(hi) > 0 {
			hi = y.hi
		}
		if !stride.IsUint64() {
			return b.fault("its columns together have more than 2^64 values; name fewer, or narrow their ranges")
		}
		code = append(code, digit{lo.Int64(), stride.Uint64()})
		width := new(big.Int).Sub(hi, lo)
		stride = new(big.Int).Mul(stride, width.Add(width, big.NewInt(2)))
	}
	if stride.BitLen() > 64 {
		return b.fault("its columns together have more than 2^64 values; name fewer, or narrow their ranges")
	}
	form := func(cols []*builtColumn) (f ligero.Form) {
		for i, c := range cols {
			w := field.Uint(code[i].stride)
			f = plus(f, times(plus(one(c.v), c.there(), times(c.there(), negative(code[i].lo))), w))
		}
		return f
	}
	value := func(cols []*builtColumn, i int) (k uint64) {
		for j, c := range cols {
			if c.cells.there(i) {
				k += code[j].stride * (uint64(c.cells.at(i)) - uint64(code[j].lo) + 1)
			}
		}
		return k
	}
	n, m := mine[0].table.rows, other[0].table.rows
	merged, err := b.merge(n, m, func(i int) uint64 { return value(mine, i) }, func(i int) uint64 { return value(other, i) }, s.From)
	if err != nil {
		return err
	}
	length := n + m
	tail := b.sys.Tail(length)
	key := b.helper(length, func(i int) field.Elem { return field.Uint(merged[i].key) })
	tag := b.helper(length, func(i int) field.Elem { return field.Uint(merged[i].tag) })
	after := func(i int) uint64 {
		if i+1 < length {
			return merged[i+1].tag
		}
		return 0
	}
	next := b.helper(length, func(i int) field.Elem { return field.Uint(after(i)) })
	both := b.helper(length, func(i int) field.Elem { return field.Uint(merged[i].tag & after(i)) })
	for _, v := range []ligero.Vec{key, tag} {
		b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: v, Pub: tail}}})
	}
	b.boolean(tag)
	b.boolean(next)
	b.sys.Zero(product(one(tag), one(next)), linear(scale(one(both), -1)))
	// Neighbours of different tables differ by one at least.
	jump := plus(one(tag), one(next), scale(one(both), -2))
	b.steps(length, key, jump, 0, func(i int) uint64 {
		return merged[i+1].key - merged[i].key - (merged[i].tag ^ merged[i+1].tag)
	}, stride.Uint64()-1)
	b.after = append(b.after, func() error {
		r := b.shift(length)
		b.sys.Sum(field.Elem{}, at(one(next), r.here), at(scale(one(tag), -1), r.next))
		act := ligero.Form{{Coef: b.gamma, V: ligero.None, Pub: other[0].table.act}}
		x := b.reciprocal(n, form(mine), padded(n, func(i int) field.Elem { return field.Uint(value(mine, i)) }))
		y := b.reciprocal(m, plus(form(other), act), padded(m, func(i int) field.Elem {
			k := field.Uint(value(other, i))
			k.Add(&k, &b.gamma)
			return k
		}))
		z := b.reciprocal(length, plus(one(key), times(one(tag), b.gamma)), padded(length, func(i int) field.Elem {
			k, g := field.Uint(merged[i].key), field.Uint(merged[i].tag)
			g.Mul(&g, &b.gamma)
			k.Add(&k, &g)
			return k
		}))
		// Slots behind the rows give 1/alpha each.
		var target field.Elem
		if b.sess != nil {
			target.Inv(&b.alpha)
			pads := field.Int(int64(b.slots(n) - n + b.slots(m) - m - b.slots(length) + length))
			target.Mul(&target, &pads)
		}
		b.sys.Sum(target, linear(one(x)), linear(one(y)), linear(scale(one(z), -1)))
		b.identity = max(b.identity, 2*float64(b.slots(n)+b.slots(m)+b.slots(length)))
		return nil
	})
	return nil
}

// comparable says whether equal integers of two columns mean equal values.
func comparable(x, y *ColumnShape) bool {
	unit := func(c *ColumnShape) string {
		switch {
		case strings.HasPrefix(c.Type, "int"), strings.HasPrefix(c.Type, "uint"):
			return "" // of any width
		case c.class() == "text", c.class() == "decimal", c.class() == "float":
			return c.class()
		}
		return c.Type // its unit and zone
	}
	return unit(x) == unit(y) && x.scale() == y.scale() && slices.Equal(x.Encoding.Dictionary, y.Encoding.Dictionary)
}

type taggedKey struct{ key, tag uint64 }

// merge sorts the keys of both tables, and finds one that both have.
func (b *builder) merge(n, m int, mine, other func(i int) uint64, from string) ([]taggedKey, error) {
	if !b.proves {
		return nil, nil
	}
	out := make([]taggedKey, 0, n+m)
	for i := range n {
		out = append(out, taggedKey{mine(i), 0})
	}
	for i := range m {
		out = append(out, taggedKey{other(i), 1})
	}
	slices.SortFunc(out, func(x, y taggedKey) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.tag, y.tag)) })
	if b.sess != nil || b.lies {
		return out, nil
	}
	for i := 1; i < len(out); i++ {
		if out[i].key == out[i-1].key && out[i].tag != out[i-1].tag {
			for row := range n {
				if mine(row) == out[i].key {
					return nil, b.falsity(row, "table %q has such a row", from)
				}
			}
		}
	}
	return out, nil
}
