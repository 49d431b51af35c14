package proof

import (
	"cmp"
	"math/big"
	"math/bits"
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
	// One number a row: each column takes its place with 0 for a missing cell.
	// Strings without a dictionary share the lowest place, where their hashes are
	// added up with weights 1, 2, 4, ...: equal rows still have equal numbers, and
	// rows that have the same strings in other places have others.
	type digit struct {
		lo     int64
		stride rowKey
	}
	stride := big.NewInt(1)
	for _, c := range mine {
		if c.shape.hashed() {
			stride.Lsh(stride, 1)
		}
	}
	if stride.BitLen() > 1 { // (2^n - 1)·2^62 + 1 values
		stride.Sub(stride, big.NewInt(1)).Lsh(stride, hashBits).Add(stride, big.NewInt(1))
	}
	weight := rowKey{0, 1}
	var code []digit
	for i := range mine {
		x, y := mine[i], other[i]
		if !comparable(x.shape, y.shape) {
			return b.fault("column %q is encoded otherwise in table %q", x.shape.Name, s.From)
		}
		if x.shape.hashed() {
			b.shorten(x)
			b.shorten(y)
			code = append(code, digit{0, weight})
			weight = weight.plus(weight)
			continue
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
		if stride.BitLen() > maxKeyBits {
			return b.fault("its columns together have more than 2^%d values; name fewer, or narrow their ranges", maxKeyBits)
		}
		code = append(code, digit{lo.Int64(), rowKeyOf(stride)})
		width := new(big.Int).Sub(hi, lo)
		stride = new(big.Int).Mul(stride, width.Add(width, big.NewInt(2)))
	}
	if stride.BitLen() > maxKeyBits {
		return b.fault("its columns together have more than 2^%d values; name fewer, or narrow their ranges", maxKeyBits)
	}
	form := func(cols []*builtColumn) (f ligero.Form) {
		for i, c := range cols {
			w := code[i].stride.element()
			f = plus(f, times(plus(one(c.v), c.there(), times(c.there(), negative(code[i].lo))), w))
		}
		return f
	}
	value := func(cols []*builtColumn, i int) (k rowKey) {
		for j, c := range cols {
			if c.cells.there(i) {
				k = k.plus(code[j].stride.times(uint64(c.cells.at(i)) - uint64(code[j].lo) + 1))
			}
		}
		return k
	}
	n, m := mine[0].table.rows, other[0].table.rows
	merged, err := b.merge(n, m, func(i int) rowKey { return value(mine, i) }, func(i int) rowKey { return value(other, i) }, s.From)
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
	most := rowKeyOf(stride.Sub(stride, big.NewInt(1)))
	gaps := []gap{{field.One(), func(i int) uint64 { return step(i).lo }, most.lo}}
	if most.hi > 0 { // two digits of 60 bits; the lower may take all its values
		gaps = []gap{
			{field.One(), func(i int) uint64 { return step(i).low() }, 1<<60 - 1},
			{field.Uint(1 << 60), func(i int) uint64 { return step(i).high() }, most.high()},
		}
	}
	b.steps(length, key, jump, 0, gaps...)
	b.after = append(b.after, func(d *drawn) error {
		r, err := d.shift(length)
		if err != nil {
			return err
		}
		b.sys.Sum(field.Elem{}, at(one(next), r.here), at(scale(one(tag), -1), r.next))
		act := ligero.Form{{Coef: d.gamma, V: ligero.None, Pub: other[0].table.act}}
		x := d.reciprocal(n, form(mine), padded(n, func(i int) field.Elem { return value(mine, i).element() }))
		y := d.reciprocal(m, plus(form(other), act), padded(m, func(i int) field.Elem {
			k := value(other, i).element()
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

// shorten proves that the first number of a column's hash is one, below 2^62.
func (b *builder) shorten(c *builtColumn) {
	if !c.short {
		c.short = true
		b.inRange(c.table.rows, one(c.v), func(i int) uint64 { return uint64(c.cells.at(i)) }, 1<<hashBits-1)
	}
}

// maxKeyBits bounds the number that stands for a row: far enough from p that
// neither keys nor their differences wrap.
const maxKeyBits = 120

// rowKey is a whole number of 128 bits: what stands for a row.
type rowKey struct{ hi, lo uint64 }

func rowKeyOf(x *big.Int) rowKey {
	return rowKey{new(big.Int).Rsh(x, 64).Uint64(), new(big.Int).And(x, new(big.Int).SetUint64(^uint64(0))).Uint64()}
}

func (x rowKey) plus(y rowKey) rowKey {
	lo, c := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(x.hi, y.hi, c)
	return rowKey{hi, lo}
}

func (x rowKey) minus(y rowKey) rowKey {
	lo, c := bits.Sub64(x.lo, y.lo, 0)
	hi, _ := bits.Sub64(x.hi, y.hi, c)
	return rowKey{hi, lo}
}

func (x rowKey) times(k uint64) rowKey {
	hi, lo := bits.Mul64(x.lo, k)
	return rowKey{hi + x.hi*k, lo}
}

// low and high are the digits to the base 2^60.
func (x rowKey) low() uint64 { return x.lo & (1<<60 - 1) }

func (x rowKey) high() uint64 { return x.hi<<4 | x.lo>>60 }

func (x rowKey) compare(y rowKey) int {
	return cmp.Or(cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo))
}

func (x rowKey) element() field.Elem {
	hi, lo, s := field.Uint(x.hi), field.Uint(x.lo), field.Uint(1<<32)
	hi.Mul(&hi, &s)
	hi.Mul(&hi, &s)
	hi.Add(&hi, &lo)
	return hi
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
