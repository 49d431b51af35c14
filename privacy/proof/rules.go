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
	if !sameUnit(x.shape, y.shape) || x.shape.class() == "text" {
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
