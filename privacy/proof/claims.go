package proof

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// statement adds the constraints of one statement.
func (b *builder) statement(s *Statement) error {
	switch s.Kind {
	case "rows":
		return b.rowCount(s)
	case "range", "member":
		return b.rangeOf(s)
	case "nulls":
		return b.nulls(s)
	case "sum":
		return b.sum(s)
	case "mean", "rate":
		return b.ratio(s)
	case "moments":
		return b.moments(s)
	case "histogram":
		return b.histogram(s)
	case "weighted":
		return b.weighted(s)
	case "order":
		return b.order(s)
	case "product":
		return b.productRule(s)
	case "adds":
		return b.adds(s)
	case "unique":
		return b.unique(s)
	case "reference":
		return b.reference(s)
	case "anonymity":
		return b.anonymity(s)
	case "disjoint":
		return b.disjoint(s)
	}
	return b.fault("this kind of statement is not known here")
}

// rowCount holds the number of rows, which is public, against bounds.
func (b *builder) rowCount(s *Statement) error {
	for _, t := range b.tables {
		if t.shape.Name != s.Table {
			continue
		}
		for _, bound := range []struct {
			text string
			sign int
		}{{s.Min, -1}, {s.Max, 1}} {
			n, ok := disclosedNumber(bound.text)
			switch {
			case bound.text == "":
			case !ok || n.Sign() < 0:
				return b.fault("%q is no number of rows", bound.text)
			case big.NewInt(int64(t.rows)).Cmp(n) == bound.sign:
				return b.falsity(-1, "the table has %d rows", t.rows)
			}
		}
		return nil
	}
	return b.fault("there is no table %q", s.Table)
}

// rangeOf proves lo <= v <= hi for the cells that are there.
func (b *builder) rangeOf(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	lo, hi := c.lo, c.hi
	if s.Kind == "range" {
		if c.shape.class() == "text" {
			return b.fault("a string column has no range; its dictionary is a member statement")
		}
		if lo, err = c.shape.parse(s.Min); err != nil {
			return b.fault("%v", err)
		}
		if hi, err = c.shape.parse(s.Max); err != nil {
			return b.fault("%v", err)
		}
	} else if c.shape.class() != "text" {
		return b.fault("membership is for string columns; give this one a range")
	} else if c.shape.hashed() {
		return b.fault("it needs the list of values: of, or a dictionary under columns")
	}
	if !lo.IsInt64() || !hi.IsInt64() || lo.Cmp(hi) > 0 {
		return b.fault("its bounds are the wrong way round, or beyond 64 bits")
	}
	from, to := lo.Int64(), hi.Int64()
	if b.proves && b.sess == nil && !b.lies {
		for i := range c.table.rows {
			if v := c.cells.at(i); c.cells.there(i) && (v < from || v > to) {
				return b.falsity(i, "the cell is outside the bounds")
			}
		}
	}
	form := plus(one(c.v), times(c.there(), negative(from)))
	b.inRange(c.table.rows, form, func(i int) uint64 {
		if !c.cells.there(i) {
			return 0
		}
		return uint64(c.cells.at(i)) - uint64(from)
	}, uint64(to)-uint64(from))
	return nil
}

// nulls proves that at most so many cells are null.
func (b *builder) nulls(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	n := int64(c.table.rows)
	most := int64(0)
	switch {
	case s.Max != "" && s.MaxRate != "":
		return b.fault("give max or max_rate, not both")
	case s.Max != "":
		if most, err = strconv.ParseInt(s.Max, 10, 64); err != nil || most < 0 {
			return b.fault("max is a number of rows")
		}
	case s.MaxRate != "":
		rate, ok := parseScaled(s.MaxRate, 9)
		if !ok || rate.Sign() < 0 || rate.Cmp(pow10(9)) > 0 {
			return b.fault("max_rate is a number from 0 to 1 with at most 9 decimal places")
		}
		// floor(rate·n)
		most = new(big.Int).Div(new(big.Int).Mul(rate, big.NewInt(n)), pow10(9)).Int64()
	}
	if c.b == ligero.None {
		return nil // no cell can be null: the shape says so
	}
	return b.within(c.table.rows, []ligero.Product{linear(one(c.b))}, big.NewInt(max(n-most, 0)), big.NewInt(n))
}

// sum proves bounds of a total, or discloses it. With times it is the total of
// the products of two columns.
func (b *builder) sum(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	limit, err := b.known(c)
	if err != nil {
		return err
	}
	limit = new(big.Int).Mul(limit, big.NewInt(int64(c.table.rows)))
	terms := []ligero.Product{linear(one(c.v))}
	places := c.shape.scale()
	if s.Times != "" {
		d, err2 := b.column(s, s.Times)
		if err2 != nil {
			return err2
		}
		most, err2 := b.known(d)
		if err2 != nil {
			return err2
		}
		limit.Mul(limit, most)
		terms = []ligero.Product{product(one(c.v), one(d.v))}
		places += d.shape.scale()
	}
	return b.bounded(s, c.table.rows, terms, limit, places)
}

// bounded demands a statement's bounds of a total, whose absolute value is limit
// at most, or discloses it.
func (b *builder) bounded(s *Statement, rows int, terms []ligero.Product, limit *big.Int, places int) error {
	if s.Min == "" && s.Max == "" {
		_, err := b.disclose(s, 0, rows, terms, limit)
		return err
	}
	if limit.Cmp(maxTotal) > 0 {
		return b.fault("its total could be beyond 2^120; narrow the ranges of its columns")
	}
	lo, hi := new(big.Int).Neg(limit), limit
	for _, bound := range []struct {
		text string
		into **big.Int
	}{{s.Min, &lo}, {s.Max, &hi}} {
		if bound.text == "" {
			continue
		}
		v, ok := parseScaled(bound.text, places)
		if !ok {
			return b.fault("%q is no number with at most %d decimal places", bound.text, places)
		}
		*bound.into = v
	}
	return b.within(rows, terms, lo, hi)
}

// decimals is the number of decimal places of a number's text.
func decimals(text string) int {
	_, frac, _ := strings.Cut(text, ".")
	return len(frac)
}

// ratio proves bounds of the mean of a column, or of the rate of a value, over
// the cells that are there, in the rows that where picks; or discloses the two
// totals that make it.
func (b *builder) ratio(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	top, limit, places := one(c.v), big.NewInt(1), 0
	if s.Kind == "mean" {
		if c.shape.class() == "text" || c.shape.class() == "bool" {
			return b.fault("a mean is of numbers; use rate")
		}
		if limit, err = b.known(c); err != nil {
			return err
		}
		places = c.shape.scale()
	} else if top, err = b.indicator(c, s.Is); err != nil {
		return err
	}
	num, den := []ligero.Product{linear(top)}, []ligero.Product{linear(c.there())}
	if s.Where != nil {
		w, err2 := b.column(s, s.Where.Column)
		if err2 != nil {
			return err2
		}
		pick, err2 := b.indicator(w, s.Where.Is)
		if err2 != nil {
			return err2
		}
		num, den = []ligero.Product{product(top, pick)}, []ligero.Product{product(c.there(), pick)}
	}
	n := big.NewInt(int64(c.table.rows))
	limit = new(big.Int).Mul(limit, n)
	if s.Min == "" && s.Max == "" {
		if _, err = b.disclose(s, 0, c.table.rows, num, limit); err != nil {
			return err
		}
		_, err = b.disclose(s, 1, c.table.rows, den, n)
		return err
	}
	// Without a cell every bound would hold: there is one at least.
	if s.Where != nil || c.b != ligero.None {
		if err = b.within(c.table.rows, den, big.NewInt(1), n); err != nil {
			return err
		}
	}
	// m/10^e <= num/(den·10^places) if and only if the total of
	// 10^e·num - 10^places·m·den is not negative.
	for _, bound := range []struct {
		text string
		sign int64
	}{{s.Min, 1}, {s.Max, -1}} {
		if bound.text == "" {
			continue
		}
		_, frac, _ := strings.Cut(bound.text, ".")
		e := max(len(frac), places)
		m, ok := parseScaled(bound.text, e)
		if !ok || e > places+9 {
			return b.fault("%q is no number with at most %d decimal places", bound.text, places+9)
		}
		factor := pow10(e - places)
		terms := slicesOf(scaleTerms(num, factor, bound.sign), scaleTerms(den, m, -bound.sign))
		largest := new(big.Int).Add(new(big.Int).Mul(limit, factor), new(big.Int).Mul(n, new(big.Int).Abs(m)))
		if err = b.within(c.table.rows, terms, new(big.Int), largest); err != nil {
			return err
		}
	}
	return nil
}

func slicesOf(a, b []ligero.Product) []ligero.Product {
	return append(append([]ligero.Product(nil), a...), b...)
}

func scaleTerms(terms []ligero.Product, by *big.Int, sign int64) []ligero.Product {
	k := field.Big(new(big.Int).Mul(by, big.NewInt(sign)))
	out := make([]ligero.Product, len(terms))
	for i, t := range terms {
		out[i] = ligero.Product{F: times(t.F, k), G: t.G}
	}
	return out
}

// moments discloses the number of cells, their sum and the sum of their squares.
func (b *builder) moments(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	most, err := b.known(c)
	if err != nil {
		return err
	}
	n := big.NewInt(int64(c.table.rows))
	limit := new(big.Int).Mul(most, n)
	for i, t := range []struct {
		term  ligero.Product
		limit *big.Int
	}{{linear(c.there()), n}, {linear(one(c.v)), limit}, {product(one(c.v), one(c.v)), new(big.Int).Mul(limit, most)}} {
		if _, err = b.disclose(s, i, c.table.rows, []ligero.Product{t.term}, t.limit); err != nil {
			return err
		}
	}
	return nil
}

// maxLooked bounds the entries of dictionaries that are gone through to find values.
const maxLooked = 1 << 28

// indicator is a form that is 1 in the rows where the column has a value and 0
// elsewhere.
func (b *builder) indicator(c *builtColumn, text string) (ligero.Form, error) {
	if b.looked += len(c.shape.Encoding.Dictionary); b.looked > maxLooked {
		return nil, b.fault("there are too many values of large dictionaries; prove them in several files")
	}
	want, err := c.shape.parse(text)
	if err != nil {
		return nil, b.fault("%v", err)
	}
	if c.shape.class() == "bool" {
		if want.Sign() > 0 {
			return one(c.v), nil
		}
		return plus(c.there(), scale(one(c.v), -1)), nil
	}
	k := want.Int64()
	if !want.IsInt64() {
		return nil, b.fault("the value is beyond 64 bits")
	}
	rows := c.table.rows
	e := b.helper(rows, func(i int) field.Elem { return bit(c.cells.there(i) && c.cells.at(i) == k) })
	g := b.helper(rows, func(i int) field.Elem {
		// 1/(v - k) where the cell is there and has another value.
		var x field.Elem
		if v := c.cells.at(i); c.cells.there(i) && v != k {
			a, m := field.Int(v), field.Int(k)
			x.Sub(&a, &m)
			x.Inv(&x)
		}
		return x
	})
	d := plus(one(c.v), ligero.Form{{Coef: negative(k), V: ligero.None}})
	b.sys.Zero(product(one(e), d))
	b.sys.Zero(linear(c.there()), linear(scale(one(e), -1)), product(scale(one(g), -1), d))
	return one(e), nil
}
