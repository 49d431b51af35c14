package proof

import (
	"cmp"
	"slices"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

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
	for i, x := range mine {
		if !comparable(x, other[i]) {
			return b.fault("column %q is encoded otherwise in table %q", x.shape.Name, s.From)
		}
	}
	code, err := b.pack(mine, other)
	if err != nil {
		return err
	}
	n, m := mine[0].table.rows, other[0].table.rows
	merged, err := b.merge(n, m, func(i int) rowKey { return code.value(mine, i) }, func(i int) rowKey { return code.value(other, i) }, s.From)
	if err != nil {
		return err
	}
	length := n + m
	tail := b.sys.Tail(length)
	key := b.helper(length, func(i int) field.Elem { return merged[i].key.element() })
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
	step := func(i int) rowKey {
		return merged[i+1].key.minus(merged[i].key).minus(rowKey{0, merged[i].tag ^ merged[i+1].tag})
	}
	b.steps(length, key, jump, 0, code.gaps(step)...)
	b.after = append(b.after, func(d *drawn) error {
		r, err := d.shift(length)
		if err != nil {
			return err
		}
		b.sys.Sum(field.Elem{}, at(one(next), r.here), at(scale(one(tag), -1), r.next))
		act := ligero.Form{{Coef: d.gamma, V: ligero.None, Pub: other[0].table.act}}
		x := d.reciprocal(n, code.form(mine), padded(n, func(i int) field.Elem { return code.value(mine, i).element() }))
		y := d.reciprocal(m, plus(code.form(other), act), padded(m, func(i int) field.Elem {
			k := code.value(other, i).element()
			k.Add(&k, &d.gamma)
			return k
		}))
		z := d.reciprocal(length, plus(one(key), times(one(tag), d.gamma)), padded(length, func(i int) field.Elem {
			k, g := merged[i].key.element(), field.Uint(merged[i].tag)
			g.Mul(&g, &d.gamma)
			k.Add(&k, &g)
			return k
		}))
		// Slots behind the rows give 1/alpha each.
		var target field.Elem
		if b.sess != nil {
			target.Inv(&d.alpha)
			pads := field.Int(int64(b.slots(n) - n + b.slots(m) - m - b.slots(length) + length))
			target.Mul(&target, &pads)
		}
		b.sys.Sum(target, linear(one(x)), linear(one(y)), linear(scale(one(z), -1)))
		b.identity = max(b.identity, 2*float64(b.slots(n)+b.slots(m)+b.slots(length)))
		return nil
	})
	return nil
}

type taggedKey struct {
	key rowKey
	tag uint64
}

// merge sorts the keys of both tables, and finds one that both have.
func (b *builder) merge(n, m int, mine, other func(i int) rowKey, from string) ([]taggedKey, error) {
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
	slices.SortFunc(out, func(x, y taggedKey) int { return cmp.Or(x.key.compare(y.key), cmp.Compare(x.tag, y.tag)) })
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
