package rule

import (
	"fmt"
	"math"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
	"github.com/verisim/verisim/quality/profile"
)

// relations lists the checks of several columns of a row, or of a table.
func relations() []Def {
	row := func(name, about, example string, d quality.Dimension, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "rows", About: about, Example: example, Dimension: d, scope: scopeTable, bind: bind}
	}
	whole := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "rows", About: about, Example: example, Dimension: quality.Consistency, scope: scopeTable, whole: true, bind: bind}
	}
	return []Def{
		row("never", "a row expression is not true; a row for which it is null is not judged", `"status == 'open' && closed_at != null"`, quality.Consistency, func(b *binder) error {
			if err := scalar(b.arg); err != nil {
				return err
			}
			return b.expression("!("+b.arg.Text+")", b.arg.Pos)
		}),
		row("pair_in_set", "two columns hold one of the listed pairs", "{columns: [country, currency], set: [[NO, NOK], [SE, SEK]]}", quality.Consistency, (*binder).pairs),
		row("sum_equals", "columns add up to another, to within a tolerance", "{columns: [net, tax], total: gross, tolerance: 0.005}", quality.Consistency, func(b *binder) error {
			var f struct {
				Columns   []string `yaml:"columns"`
				Total     string   `yaml:"total"`
				Tolerance float64  `yaml:"tolerance"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if len(f.Columns) == 0 || f.Total == "" || !(f.Tolerance >= 0) {
				return b.arg.Pos.Errorf("sum_equals takes columns, total and a tolerance from 0")
			}
			for _, n := range append(f.Columns, f.Total) {
				if _, err := b.columnAt(n, b.arg.Pos); err != nil {
					return err
				}
			}
			sum := quoteAll(f.Columns, " + ")
			if f.Tolerance == 0 {
				return b.expression(fmt.Sprintf("%s == %s", sum, quoted(f.Total)), b.arg.Pos)
			}
			return b.expression(fmt.Sprintf("abs(float(%s) - float(%s)) <= %g", sum, quoted(f.Total), f.Tolerance), b.arg.Pos)
		}),
		row("distinct_within_row", "these columns all differ from each other", "[from_account, to_account]", quality.Consistency, func(b *binder) error {
			if _, err := b.columnList(b.arg); err != nil {
				return err
			}
			names, err := b.names()
			if err != nil || len(names) < 2 {
				return b.arg.Pos.Errorf("distinct_within_row takes two or more columns")
			}
			var parts []string
			for i, x := range names {
				for _, y := range names[i+1:] {
					parts = append(parts, quoted(x)+" != "+quoted(y))
				}
			}
			return b.expression(strings.Join(parts, " && "), b.arg.Pos)
		}),
		row("event_order", "times do not run backwards from each of these columns to the next; null is passed over", "[created, shipped, delivered]", quality.Timeliness, func(b *binder) error {
			if _, err := b.columnList(b.arg); err != nil {
				return err
			}
			names, err := b.names()
			if err != nil || len(names) < 2 {
				return b.arg.Pos.Errorf("event_order takes two or more columns")
			}
			var parts []string
			for i, x := range names {
				for _, y := range names[i+1:] {
					parts = append(parts, fmt.Sprintf("(%s == null || %s == null || %s <= %s)", quoted(x), quoted(y), quoted(x), quoted(y)))
				}
			}
			return b.expression(strings.Join(parts, " && "), b.arg.Pos)
		}),
		whole("functional_dependency", "columns determine another but for at most this share of rows (g3)", "{from: [zip], to: city, g3: 0.02}", (*binder).dependency),
		whole("correlation", "Pearson's correlation lies in [LOW, HIGH], on a sample of 8,192 rows", "{columns: [age, income], between: [0.1, 0.9]}", func(b *binder) error {
			return b.pairFact("correlation", func(p profile.Pair) float64 { return p.Pearson })
		}),
		whole("rank_correlation", "Spearman's rank correlation lies in [LOW, HIGH], on a sample of 8,192 rows", "{columns: [age, income], between: [0.1, 0.9]}", func(b *binder) error {
			return b.pairFact("rank correlation", func(p profile.Pair) float64 { return p.Spearman })
		}),
		whole("mutual_information", "the mutual information, in nats, lies in [LOW, HIGH], on a sample of 8,192 rows", "{columns: [zip, city], between: [0.5, null]}", func(b *binder) error {
			return b.pairFact("mutual information", func(p profile.Pair) float64 { return p.Information })
		}),
		whole("cramers_v", "Cramér's V, corrected for bias, lies in [LOW, HIGH], on a sample of 8,192 rows", "{columns: [sex, smoker], between: [0, 0.3]}", func(b *binder) error {
			return b.pairFact("Cramér's V", func(p profile.Pair) float64 { return p.CramerV })
		}),
		whole("ratio_of_sums", "the sum of one column divided by that of another lies in [LOW, HIGH]", "{of: tax, to: net, between: [0.19, 0.21]}", (*binder).sumRatio),
	}
}

func quoted(name string) string { return "`" + name + "`" }

func quoteAll(names []string, sep string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoted(n)
	}
	return strings.Join(out, sep)
}

// pairs binds pair_in_set: keys of both columns are held against a set of keys
// that are made of the suite's values by the same code.
func (b *binder) pairs() error {
	var f struct {
		Columns *document.Node `yaml:"columns"`
		Set     *document.Node `yaml:"set"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Columns == nil || f.Set == nil {
		return b.arg.Pos.Errorf("pair_in_set takes columns and set")
	}
	cols, err := b.columnList(f.Columns)
	if err != nil {
		return err
	}
	pairs, err := items(f.Set)
	if err != nil {
		return err
	}
	var sets [][]predicate // by pair, by column
	for _, p := range pairs {
		if p.Kind != document.List || len(p.Items) != len(cols) {
			return p.Pos.Errorf("each entry of set has one value for each of the %d columns", len(cols))
		}
		var each []predicate
		for i, n := range p.Items {
			f, err := b.equals(cols[i], n)
			if err != nil {
				return err
			}
			each = append(each, f)
		}
		sets = append(sets, each)
	}
	b.check.make = func(*State, bool) (cell, error) { return &pairCell{cols: cols, sets: sets}, nil }
	return nil
}

// equals is the predicate that a column of the table has one value.
func (b *binder) equals(col int, n *document.Node) (predicate, error) {
	probe := *b
	probe.check = &check{spec: b.check.spec}
	probe.col, probe.field = col, b.table.schema.Field(col)
	probe.arg = &document.Node{Pos: n.Pos, Kind: document.List, Items: []*document.Node{n}}
	if err := probe.member(true); err != nil {
		return nil, err
	}
	c, err := probe.check.make(nil, false)
	if err != nil {
		return nil, err
	}
	return c.(*columnCell).pass, nil
}

type pairCell struct {
	stateless
	cols []int
	sets [][]predicate
}

func (c *pairCell) add(v *view, applies, fail bitmap) error {
	cols := make([]*column, len(c.cols))
	for i, at := range c.cols {
		col, err := v.column(at)
		if err != nil {
			return err
		}
		present(v, col, nil, applies)
		cols[i] = col
	}
	one, both := v.borrow(v.n), v.borrow(v.n)
	copy(fail, applies)
	for _, set := range c.sets {
		both.fill(v.n)
		for i, f := range set {
			f.apply(v, cols[i], one)
			both.and(one)
		}
		fail.andNot(both)
	}
	v.give(one)
	v.give(both)
	return nil
}

// dependency binds functional_dependency.
func (b *binder) dependency() error {
	var f struct {
		From *document.Node `yaml:"from"`
		To   string         `yaml:"to"`
		G3   float64        `yaml:"g3"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.From == nil || f.To == "" || !(f.G3 >= 0 && f.G3 < 1) {
		return b.arg.Pos.Errorf("functional_dependency takes from, to, and g3 from 0 to below 1")
	}
	from, err := b.columnList(f.From)
	if err != nil {
		return err
	}
	to, err := b.columnAt(f.To, b.arg.Pos)
	if err != nil {
		return err
	}
	b.check.note(to)
	kinds, err := b.kinds(b.table, append(from[:len(from):len(from)], to), b.arg.Pos)
	if err != nil {
		return err
	}
	seed := key.NewSeed()
	b.plan.logs++
	b.check.make = func(s *State, _ bool) (cell, error) {
		c := &dependencyCell{most: f.G3, seed: seed}
		c.from = newKeyReader(from, append(kinds[:len(from):len(from)], kindText), nil)
		c.from.word = false
		c.to = newKeyReader([]int{to}, kinds[len(from):], nil)
		c.to.word = false
		c.log = s.log(false, seed)
		return c, nil
	}
	return nil
}

// dependencyCell logs the determining values with a keyed hash of the
// determined one in the place of a row: 64 bits, so that the count is wrong
// with a chance below 10^-7 for a million different values in a group.
type dependencyCell struct {
	from, to *keyReader
	log      *key.Log
	seed     key.Seed
	most     float64
}

func (c *dependencyCell) add(v *view, applies, _ bitmap) error {
	from, err := c.from.open(v, applies)
	if err != nil {
		return err
	}
	to, err := c.to.open(v, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		err = c.log.Add(c.from.bytesAt(from, i), int64(c.seed.Hash(c.to.bytesAt(to, i))))
		return err == nil
	})
	applies.zero()
	return err
}

func (c *dependencyCell) merge(o cell) error { return c.log.Merge(o.(*dependencyCell).log) }

func (c *dependencyCell) finish(t *tally) error {
	t.whole = true
	n := c.log.Len()
	if n == 0 {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	kept, err := c.log.Majorities()
	if err != nil {
		return err
	}
	t.measured("g3", 1-float64(kept)/float64(n), 0, c.most)
	return nil
}

func (c *dependencyCell) close() { c.log.Close() }

// pairFact binds a check of how two columns go together.
func (b *binder) pairFact(what string, measure func(p profile.Pair) float64) error {
	var f struct {
		Columns *document.Node `yaml:"columns"`
		Between *document.Node `yaml:"between"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Columns == nil || f.Between == nil {
		return b.arg.Pos.Errorf("%s takes columns: [A, B] and between: [LOW, HIGH]", b.check.spec.Kind)
	}
	cols, err := b.columnList(f.Columns)
	if err != nil {
		return err
	}
	if len(cols) != 2 || cols[0] == cols[1] {
		return f.Columns.Pos.Errorf("%s takes two columns", b.check.spec.Kind)
	}
	lo, hi, err := b.bounds(f.Between)
	if err != nil {
		return err
	}
	k := b.sketch(cols...)
	b.check.make = func(s *State, _ bool) (cell, error) {
		return &factCell{state: s, sketch: k, col: cols[0], judge: func(p *profile.State, _ int, t *tally) error {
			pairs := p.Profile().Pairs
			if len(pairs) != 1 {
				t.broken = "there are too few rows, or a column has one value only"
				return nil
			}
			t.measured(what, measure(pairs[0]), lo, hi)
			return nil
		}}, nil
	}
	return nil
}

func (b *binder) sumRatio() error {
	var f struct {
		Of      string         `yaml:"of"`
		To      string         `yaml:"to"`
		Between *document.Node `yaml:"between"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Of == "" || f.To == "" || f.Between == nil {
		return b.arg.Pos.Errorf("ratio_of_sums takes of, to and between: [LOW, HIGH]")
	}
	lo, hi, err := b.bounds(f.Between)
	if err != nil {
		return err
	}
	var cols []int
	for _, n := range []string{f.Of, f.To} {
		i, err := b.columnAt(n, b.arg.Pos)
		if err != nil {
			return err
		}
		probe := *b
		probe.field = b.table.schema.Field(i)
		if err := probe.plainNumber(); err != nil {
			return err
		}
		b.check.note(i)
		cols = append(cols, i)
	}
	k := b.sketch(cols...)
	b.check.make = func(s *State, _ bool) (cell, error) {
		return &factCell{state: s, sketch: k, col: cols[0], judge: func(p *profile.State, i int, t *tally) error {
			a, b := p.Column(i), p.Column(k.at(cols[1]))
			if finite(a) == 0 || finite(b) == 0 {
				t.broken = "a column has no finite value"
				return nil
			}
			x := a.Number.Sum / b.Number.Sum
			if math.IsNaN(x) {
				t.broken = "both sums are 0"
				return nil
			}
			t.measured("the ratio of sums", x, lo, hi)
			return nil
		}}, nil
	}
	return nil
}
