package proof

import (
	"cmp"
	"slices"
	"sort"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// reference proves that every cell that is there has its value in a column of
// another table.
func (b *builder) reference(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	if s.To == nil {
		return b.fault("it needs to")
	}
	p, err := b.columnOf(s.To.Table, s.To.Column)
	if err != nil {
		return err
	}
	if !comparable(c, p) {
		return b.fault("its columns are encoded in different ways")
	}
	if c.shape.hashed() && (c.rest == nil || p.rest == nil) {
		return b.fault("its columns have no whole hashes, and equal parts would not prove equal strings")
	}
	var counts []uint32
	if b.proves {
		if counts, err = b.count(c, p); err != nil {
			return err
		}
	}
	rows := p.table.rows
	m := b.helper(rows, func(i int) field.Elem { return field.Uint(uint64(counts[i])) })
	b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: m, Pub: b.sys.Tail(rows)}}})
	if p.b != ligero.None { // a missing cell is nobody's value
		b.sys.Zero(product(one(m), one(p.b)), linear(scale(one(m), -1)))
	}
	b.after = append(b.after, func(d *drawn) error {
		n := c.table.rows
		child, childAt := d.value(c)
		parent, parentAt := d.value(p)
		h := d.reciprocal(n, child, padded(n, childAt))
		u := d.share(rows, m, parent, padded(rows, parentAt), func(i int) field.Elem { return field.Uint(uint64(counts[i])) })
		b.identity = max(b.identity, float64(len(c.parts()))*float64(b.slots(n)+b.slots(rows)))
		// Missing cells and slots behind the rows are zero: 1/alpha each.
		var inverse, target field.Elem
		if b.sess != nil {
			inverse.Inv(&d.alpha)
		}
		slots := field.Uint(uint64(b.slots(n)))
		target.Mul(&inverse, &slots)
		return b.demand(n, target, []ligero.Product{linear(one(h)), linear(times(c.there(), inverse)), linear(scale(one(u), -1))})
	})
	return nil
}

// value is the form of a column's value in lookups: v, or v + c·w + c^2·w' of a whole
// hash, and its elements.
func (d *drawn) value(c *builtColumn) (f ligero.Form, at func(i int) field.Elem) {
	powers := []field.Elem{field.One()}
	for k, v := range c.parts() {
		f = plus(f, times(one(v), powers[k]))
		next := powers[k]
		next.Mul(&next, &d.gamma)
		powers = append(powers, next)
	}
	return f, func(i int) (sum field.Elem) {
		for k := range c.parts() {
			x := c.part(k, i)
			x.Mul(&x, &powers[k])
			sum.Add(&sum, &x)
		}
		return sum
	}
}

// count gives how often each row of the parent is meant.
func (b *builder) count(c, p *builtColumn) ([]uint32, error) {
	order := make([]int32, p.table.rows)
	for i := range order {
		order[i] = int32(i)
	}
	order = slices.DeleteFunc(order, func(i int32) bool { return !p.cells.there(int(i)) })
	slices.SortFunc(order, func(x, y int32) int {
		return cmp.Or(p.cells.compare(int(x), p.cells, int(y)), cmp.Compare(x, y))
	})
	counts := make([]uint32, p.table.rows)
	for i := range c.table.rows {
		if !c.cells.there(i) {
			continue
		}
		k := sort.Search(len(order), func(k int) bool { return p.cells.compare(int(order[k]), c.cells, i) >= 0 })
		if k < len(order) && p.cells.compare(int(order[k]), c.cells, i) == 0 {
			counts[order[k]]++
		} else if b.sess == nil && !b.lies {
			return nil, b.falsity(i, "its value is not in table %q", p.table.shape.Name)
		}
	}
	return counts, nil
}

// anonymity proves that every combination of values of some columns occurs in k
// rows at least. Classes stand in a private table of N/k rows; a class that is
// there twice only has smaller counts.
func (b *builder) anonymity(s *Statement) error {
	cols, err := b.several(s, 1, 64)
	if err != nil {
		return err
	}
	for _, c := range cols {
		if c.shape.hashed() && c.rest == nil {
			return b.fault("column %q has no whole hash, and equal parts would not prove equal strings", c.shape.Name)
		}
	}
	n := cols[0].table.rows
	if s.K < 2 || s.K > int64(n) {
		return b.fault("k is %d; 2 to the number of rows, %d, are possible", s.K, n)
	}
	size := n / int(s.K)
	var classes []class
	if b.proves {
		if classes, err = b.classes(cols, n, s.K); err != nil {
			return err
		}
		if len(classes) > size { // a lie
			classes = classes[:size]
		}
	}
	member := func(f func(class) field.Elem) func(i int) field.Elem {
		return func(i int) field.Elem {
			if i >= len(classes) {
				return field.Elem{}
			}
			return f(classes[i])
		}
	}
	active := b.helper(size, member(func(class) field.Elem { return field.One() }))
	count := b.helper(size, member(func(c class) field.Elem { return field.Uint(uint64(c.count)) }))
	b.boolean(active)
	b.sys.Zero(product(one(count), one(active)), linear(scale(one(count), -1)))
	b.inRange(size, plus(one(count), scale(one(active), -s.K)), func(i int) uint64 {
		if i >= len(classes) {
			return 0
		}
		return uint64(classes[i].count - s.K)
	}, uint64(int64(n)-s.K))

	// A row, and a class, is 1 + sum c^j v_j + sum c^j' b_j; nothing is 0.
	type part struct {
		row   ligero.Form
		class ligero.Vec
		at    func(i int) field.Elem
	}
	parts := []part{{ligero.Form{{Coef: field.One(), V: ligero.None, Pub: cols[0].table.act}}, active, func(int) field.Elem { return field.One() }}}
	for _, c := range cols {
		for k, v := range c.parts() {
			value := func(i int) field.Elem { return c.part(k, i) }
			parts = append(parts, part{one(v), b.helper(size, member(func(k class) field.Elem { return value(k.row) })), value})
		}
		if c.b != ligero.None {
			there := func(i int) field.Elem { return bit(c.cells.there(i)) }
			parts = append(parts, part{one(c.b), b.helper(size, member(func(k class) field.Elem { return there(k.row) })), there})
		}
	}
	b.after = append(b.after, func(d *drawn) error {
		var row, table ligero.Form
		power := field.One()
		var powers []field.Elem
		for _, p := range parts {
			row, table = plus(row, times(p.row, power)), plus(table, times(one(p.class), power))
			powers = append(powers, power)
			power.Mul(&power, &d.gamma)
		}
		print := func(i int) (f field.Elem) {
			for j, p := range parts {
				x := p.at(i)
				x.Mul(&x, &powers[j])
				f.Add(&f, &x)
			}
			return f
		}
		h := d.reciprocal(n, row, padded(n, print))
		u := d.fraction(size, d.below(func(i int) field.Elem { return member(func(c class) field.Elem { return print(c.row) })(i) }),
			member(func(c class) field.Elem { return field.Uint(uint64(c.count)) }))
		b.sys.Zero(product(one(u), d.apart(table)), linear(scale(one(count), -1)))
		var target field.Elem
		if b.sess != nil {
			target.Inv(&d.alpha)
			pads := field.Uint(uint64(b.slots(n) - n))
			target.Mul(&target, &pads)
		}
		b.sys.Sum(target, linear(one(h)), linear(scale(one(u), -1)))
		b.identity = max(b.identity, float64(len(parts))*float64(b.slots(n)+b.slots(size)))
		return nil
	})
	return nil
}

// class is a combination of values: its first row and how many have it.
type class struct {
	row   int
	count int64
}

func (b *builder) classes(cols []*builtColumn, n int, k int64) ([]class, error) {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	same := func(x, y int32) int {
		for _, c := range cols {
			i, j := int(x), int(y)
			if d := c.cells.compare(i, c.cells, j); d != 0 {
				return d
			}
			if p, q := c.cells.there(i), c.cells.there(j); p != q {
				if q {
					return -1
				}
				return 1
			}
		}
		return 0
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Or(same(x, y), cmp.Compare(x, y)) })
	var out []class
	for i, r := range order {
		if i > 0 && same(order[i-1], r) == 0 {
			out[len(out)-1].count++
		} else {
			out = append(out, class{int(r), 1})
		}
	}
	if b.sess == nil && !b.lies {
		for _, c := range out {
			if c.count == 1 {
				return nil, b.falsity(c.row, "no other row has its values")
			}
			if c.count < k {
				return nil, b.falsity(c.row, "only %d rows have its values", c.count)
			}
		}
	}
	return out, nil
}
