package proof

import (
	"math/big"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Rules between columns of a row (PROOFS.md, section 6). A row in which one of
// the cells is missing keeps them.

// several finds a statement's columns.
func (b *builder) several(s *Statement, least, most int) ([]*builtColumn, error) {
	if len(s.Columns) < least || len(s.Columns) > most {
		return nil, b.fault("it names %d columns, want %d to %d", len(s.Columns), least, most)
	}
	var out []*builtColumn
	for _, name := range s.Columns {
		c, err := b.column(s, name)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// order proves first <= second, or first < second if strict.
func (b *builder) order(s *Statement) error {
	cols, err := b.several(s, 2, 2)
	if err != nil {
		return err
	}
	x, y := cols[0], cols[1]
	if !comparable(x.shape, y.shape) || x.shape.class() == "text" {
		return b.fault("its columns are %s and %s; give two of one type, and no strings", x.shape.Type, y.shape.Type)
	}
	for _, c := range cols {
		if _, err = b.known(c); err != nil {
			return err
		}
	}
	step := int64(0)
	if s.Strict {
		step = 1
	}
	width := new(big.Int).Sub(y.hi, x.lo)
	width.Sub(width, big.NewInt(step))
	if width.Sign() < 0 || !width.IsUint64() {
		return b.fault("the ranges of its columns exclude it")
	}
	both := func(i int) bool { return x.cells.there(i) && y.cells.there(i) }
	if b.proves && b.sess == nil && !b.lies {
		for i := range x.table.rows {
			if u, v := x.cells.at(i), y.cells.at(i); both(i) && (v < u || s.Strict && v == u) {
				return b.falsity(i, "the cells are in the wrong order")
			}
		}
	}
	at := func(i int) uint64 {
		if !both(i) {
			return 0
		}
		return uint64(y.cells.at(i)) - uint64(x.cells.at(i)) - uint64(step)
	}
	// y·b_x - x·b_y - step·b_x·b_y, which is 0 where a cell is missing.
	terms := []ligero.Product{product(one(y.v), x.there()), product(scale(one(x.v), -1), y.there())}
	if step > 0 {
		terms = append(terms, product(scale(x.there(), -step), y.there()))
	}
	d := b.helper(x.table.rows, func(i int) field.Elem {
		if !both(i) {
			return field.Elem{}
		}
		a, c := field.Int(y.cells.at(i)), field.Int(x.cells.at(i))
		a.Sub(&a, &c)
		c = field.Uint(uint64(step))
		a.Sub(&a, &c)
		return a
	})
	b.sys.Zero(append(terms, linear(scale(one(d), -1)))...)
	b.inRange(x.table.rows, one(d), at, width.Uint64())
	return nil
}

// productRule proves that the product of two columns equals a third, up to
// within.
func (b *builder) productRule(s *Statement) error {
	cols, err := b.several(s, 2, 2)
	if err != nil {
		return err
	}
	total, err := b.column(s, s.Equals)
	if err != nil {
		return err
	}
	x, y := cols[0], cols[1]
	limit := big.NewInt(2)
	for _, c := range []*builtColumn{x, y, total} {
		if c.shape.class() == "text" || c.shape.class() == "bool" {
			return b.fault("its columns are numbers")
		}
		most, err2 := b.known(c)
		if err2 != nil {
			return err2
		}
		limit.Mul(limit, new(big.Int).Add(most, big.NewInt(1)))
	}
	// both sides in units of 10^-places
	product0, places := x.shape.scale()+y.shape.scale(), max(x.shape.scale()+y.shape.scale(), total.shape.scale())
	left, right := pow10(places-product0), pow10(places-total.shape.scale())
	limit.Mul(limit, left).Mul(limit, right)
	if limit.Cmp(maxTotal) > 0 {
		return b.fault("its product could be beyond 2^120; narrow the ranges of its columns")
	}
	slack := new(big.Int)
	if s.Within != "" {
		v, ok := parseScaled(s.Within, places)
		if !ok || v.Sign() < 0 || !v.IsInt64() {
			return b.fault("within is a number of at most %d decimal places", places)
		}
		slack = v
	}
	rows := x.table.rows
	all := func(i int) bool { return x.cells.there(i) && y.cells.there(i) && total.cells.there(i) }
	// left·x·y - right·total in rows that have all three.
	difference := func(i int) *big.Int {
		if !all(i) {
			return new(big.Int)
		}
		d := new(big.Int).Mul(big.NewInt(x.cells.at(i)), big.NewInt(y.cells.at(i)))
		d.Mul(d, left)
		return d.Sub(d, new(big.Int).Mul(right, big.NewInt(total.cells.at(i))))
	}
	if b.proves && b.sess == nil && !b.lies {
		for i := range rows {
			if new(big.Int).Abs(difference(i)).Cmp(slack) > 0 {
				return b.falsity(i, "the product is another number")
			}
		}
	}
	xy := b.helper(rows, func(i int) field.Elem {
		p, q := field.Int(x.cells.at(i)), field.Int(y.cells.at(i))
		p.Mul(&p, &q)
		return p
	})
	b.sys.Zero(product(one(x.v), one(y.v)), linear(scale(one(xy), -1)))
	there := x.there()
	for _, c := range []*builtColumn{y, total} {
		if c.b == ligero.None {
			continue
		}
		was, with := there, c
		earlier := []*builtColumn{x, y}
		if c == y {
			earlier = earlier[:1]
		}
		both := b.helper(rows, func(i int) field.Elem {
			for _, e := range earlier {
				if !e.cells.there(i) {
					return field.Elem{}
				}
			}
			return bit(with.cells.there(i))
		})
		b.sys.Zero(product(was, one(c.b)), linear(scale(one(both), -1)))
		there = one(both)
	}
	d := plus(times(one(xy), field.Big(left)), times(one(total.v), field.Big(new(big.Int).Neg(right))))
	if slack.Sign() == 0 {
		b.sys.Zero(product(d, there))
		return nil
	}
	e := b.helper(rows, func(i int) field.Elem { return field.Big(difference(i)) })
	b.sys.Zero(product(d, there), linear(scale(one(e), -1)))
	tolerance := slack.Int64()
	act := ligero.Form{{Coef: field.Int(tolerance), V: ligero.None, Pub: x.table.act}}
	b.inRange(rows, plus(one(e), act), func(i int) uint64 {
		return new(big.Int).Add(difference(i), slack).Uint64()
	}, 2*uint64(tolerance))
	return nil
}

// weighted proves bounds of the total of a weighted sum of columns.
func (b *builder) weighted(s *Statement) error {
	cols, err := b.several(s, 1, 64)
	if err != nil {
		return err
	}
	if len(s.Weights) != len(cols) {
		return b.fault("it has %d weights for %d columns", len(s.Weights), len(cols))
	}
	places := 0
	for i, c := range cols {
		if len(s.Weights[i]) > maxNumber { // before powers of ten are made of it
			return b.fault("weight %d is no number", i+1)
		}
		places = max(places, c.shape.scale()+decimals(s.Weights[i]))
	}
	var form ligero.Form
	limit := new(big.Int)
	for i, c := range cols {
		most, err2 := b.known(c)
		if err2 != nil {
			return err2
		}
		w, ok := parseScaled(s.Weights[i], places-c.shape.scale())
		if !ok {
			return b.fault("weight %q is no number", s.Weights[i])
		}
		form = plus(form, times(one(c.v), field.Big(w)))
		limit.Add(limit, new(big.Int).Mul(most, new(big.Int).Abs(w)))
	}
	return b.bounded(s, cols[0].table.rows, []ligero.Product{linear(form)}, limit.Mul(limit, big.NewInt(int64(cols[0].table.rows))), places)
}
