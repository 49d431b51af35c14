package proof

import (
	"math/big"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Rules that a column is the product or the sum of others, row by row.

// numbersOf finds the columns of such a rule, the total last, all of them numbers
// of known bounds, and the largest product or sum of their absolute values.
func (b *builder) numbersOf(s *Statement, least, most int) ([]*builtColumn, error) {
	cols, err := b.several(s, least, most)
	if err != nil {
		return nil, err
	}
	total, err := b.column(s, s.Equals)
	if err != nil {
		return nil, err
	}
	cols = append(cols[:len(cols):len(cols)], total)
	// A total of times and numbers, or of seconds and milliseconds, is none. Durations
	// of one unit add up, and one column may equal another.
	numbers := func(c *builtColumn) bool {
		return c.shape.counts() || c.shape.class() == "decimal" || c.shape.class() == "float"
	}
	for _, c := range cols {
		alike := s.Kind == "adds" && sameUnit(c.shape, total.shape) && (c.shape.unit() != "" || len(s.Columns) == 1)
		switch class := c.shape.class(); {
		case class == "text", class == "bool":
			return nil, b.fault("its columns are numbers")
		case !(numbers(c) && numbers(total)) && !alike:
			return nil, b.fault("its columns are %s and %s; give numbers, or durations of one unit", c.shape.Type, total.shape.Type)
		}
		if _, err = b.known(c); err != nil {
			return nil, err
		}
	}
	return cols, nil
}

// slack reads within, in units of 10^-places.
func (b *builder) slack(s *Statement, places int) (int64, error) {
	if s.Within == "" {
		return 0, nil
	}
	v, ok := parseScaled(s.Within, places)
	if !ok || v.Sign() < 0 || !v.IsInt64() {
		return 0, b.fault("within is a number of at most %d decimal places", places)
	}
	return v.Int64(), nil
}

// productRule proves that the product of two columns equals a third, up to
// within.
func (b *builder) productRule(s *Statement) error {
	cols, err := b.numbersOf(s, 2, 2)
	if err != nil {
		return err
	}
	x, y, total := cols[0], cols[1], cols[2]
	limit := big.NewInt(2)
	for _, c := range cols {
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
	slack, err := b.slack(s, places)
	if err != nil {
		return err
	}
	rows := x.table.rows
	xy := b.helper(rows, func(i int) field.Elem {
		p, q := field.Int(x.cells.at(i)), field.Int(y.cells.at(i))
		p.Mul(&p, &q)
		return p
	})
	b.sys.Zero(product(one(x.v), one(y.v)), linear(scale(one(xy), -1)))
	d := plus(times(one(xy), field.Big(left)), times(one(total.v), field.Big(new(big.Int).Neg(right))))
	return b.near(cols, d, func(i int) *big.Int {
		d := new(big.Int).Mul(big.NewInt(x.cells.at(i)), big.NewInt(y.cells.at(i)))
		d.Mul(d, left)
		return d.Sub(d, new(big.Int).Mul(right, big.NewInt(total.cells.at(i))))
	}, slack, "the product is another number")
}

// adds proves that some columns add up to another, up to within.
func (b *builder) adds(s *Statement) error {
	cols, err := b.numbersOf(s, 1, 64)
	if err != nil {
		return err
	}
	places := 0
	for _, c := range cols {
		places = max(places, c.shape.scale())
	}
	slack, err := b.slack(s, places)
	if err != nil {
		return err
	}
	limit := big.NewInt(slack)
	units := make([]*big.Int, len(cols)) // of each column in 10^-places; the total's is negative
	var d ligero.Form
	for i, c := range cols {
		most, err2 := b.known(c)
		if err2 != nil {
			return err2
		}
		units[i] = pow10(places - c.shape.scale())
		limit.Add(limit, new(big.Int).Mul(most, units[i]))
		if i == len(cols)-1 {
			units[i].Neg(units[i])
		}
		d = plus(d, times(one(c.v), field.Big(units[i])))
	}
	if limit.Cmp(maxTotal) > 0 {
		return b.fault("its sum could be beyond 2^120; narrow the ranges of its columns")
	}
	return b.near(cols, d, func(i int) *big.Int {
		t := new(big.Int)
		for k, c := range cols {
			t.Add(t, new(big.Int).Mul(units[k], big.NewInt(c.cells.at(i))))
		}
		return t
	}, slack, "the sum is another number")
}

// near demands |d| <= slack in rows that have all columns. at gives d's values.
func (b *builder) near(cols []*builtColumn, d ligero.Form, at func(i int) *big.Int, slack int64, cause string) error {
	rows := cols[0].table.rows
	difference := func(i int) *big.Int {
		for _, c := range cols {
			if !c.cells.there(i) {
				return new(big.Int)
			}
		}
		return at(i)
	}
	most := big.NewInt(slack)
	if b.proves && b.sess == nil && !b.lies {
		for i := range rows {
			if new(big.Int).Abs(difference(i)).Cmp(most) > 0 {
				return b.falsity(i, "%s", cause)
			}
		}
	}
	there := b.all(cols)
	if slack == 0 {
		b.terms += (len(d) + len(there)) * b.sys.Rows(rows)
		b.sys.Zero(product(d, there))
		return nil
	}
	e := b.helper(rows, func(i int) field.Elem { return field.Big(difference(i)) })
	b.sys.Zero(product(d, there), linear(scale(one(e), -1)))
	act := ligero.Form{{Coef: field.Int(slack), V: ligero.None, Pub: cols[0].table.act}}
	b.inRange(rows, plus(one(e), act), func(i int) uint64 {
		return new(big.Int).Add(difference(i), most).Uint64()
	}, 2*uint64(slack))
	return nil
}

// all is a form that is 1 in the rows that have all columns and 0 elsewhere.
func (b *builder) all(cols []*builtColumn) ligero.Form {
	there := cols[0].there()
	for k, c := range cols[1:] {
		if c.b == ligero.None {
			continue
		}
		was := there
		both := b.helper(c.table.rows, func(i int) field.Elem {
			for _, e := range cols[:k+2] {
				if !e.cells.there(i) {
					return field.Elem{}
				}
			}
			return field.One()
		})
		b.sys.Zero(product(was, one(c.b)), linear(scale(one(both), -1)))
		there = one(both)
	}
	return there
}
