package rule

import (
	"fmt"
	"math"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
	"github.com/verisim/verisim/quality/profile"
)

// across lists the checks between tables beside foreign keys.
func across() []Def {
	whole := func(name, about, example string, s scope, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "tables", About: about, Example: example, Dimension: quality.Consistency, scope: s, whole: true, bind: bind}
	}
	return []Def{
		{Name: "not_in_table", Family: "tables", About: "has no value that a column of another table has, such as of the training rows", Example: "train.id", Dimension: quality.Consistency, bind: func(b *binder) error {
			parent, names, err := b.target(b.arg)
			if err != nil {
				return err
			}
			return b.held([]int{b.col}, parent, names, b.arg.Pos, true)
		}},
		{Name: "not_in_table", Family: "tables", About: "no row has a combination of values that another table has", Example: "{columns: [name, born], to: train}", Dimension: quality.Consistency, scope: scopeTable, bind: func(b *binder) error {
			cols, to, names, err := b.sameNamed()
			if err != nil {
				return err
			}
			return b.held(cols, to, names, b.arg.Pos, true)
		}},
		{Name: "matches_table", Family: "tables", About: "every row has a row of another table with the same values in these columns", Example: "{columns: [id, amount], to: ledger}", Dimension: quality.Accuracy, scope: scopeTable, bind: func(b *binder) error {
			cols, to, names, err := b.sameNamed()
			if err != nil {
				return err
			}
			return b.held(cols, to, names, b.arg.Pos, false)
		}},
		whole("references_per_key", "each value is referred to so many times by a column of another table: [LOW, HIGH]", "{from: orders.customer_id, between: [1, 100]}", scopeColumn, (*binder).referenced),
		whole("row_count_match", "the table has as many rows as another, to within a share", "{table: copy, tolerance: 0.01}", scopeTable, func(b *binder) error {
			var f struct {
				Table     string  `yaml:"table"`
				Tolerance float64 `yaml:"tolerance"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if f.Table == "" || !(f.Tolerance >= 0) {
				return b.arg.Pos.Errorf("row_count_match takes table, and a tolerance from 0")
			}
			t, err := b.plan.table(f.Table, b.arg.Pos, b.schemas)
			if err != nil {
				return err
			}
			b.check.make = func(s *State, _ bool) (cell, error) {
				return &wholeCell{judge: func(rows int64, ta *tally) error {
					other := s.tables[t.index].rows
					ta.message = fmt.Sprintf("%d rows, the other table has %d", rows, other)
					x := float64(rows) / float64(max(other, 1))
					ta.observed = &x
					if math.Abs(x-1) > f.Tolerance || other == 0 {
						ta.failed = 1
					}
					return nil
				}}, nil
			}
			return nil
		}),
		whole("aggregate_match", "the sum, mean, min or max equals that of a column of another table, to within a share", "{of: sum, to: ledger.amount, tolerance: 0.001}", scopeColumn, (*binder).aggregateMatch),
	}
}

// sameNamed reads {columns, to}: columns that both tables have.
func (b *binder) sameNamed() (cols []int, to string, names []string, err error) {
	var f struct {
		Columns *document.Node `yaml:"columns"`
		To      string         `yaml:"to"`
	}
	if err = b.arg.Decode(&f); err != nil {
		return nil, "", nil, err
	}
	if f.Columns == nil || f.To == "" {
		return nil, "", nil, b.arg.Pos.Errorf("%s takes columns and to", b.check.spec.Kind)
	}
	if cols, err = b.columnList(f.Columns); err != nil {
		return nil, "", nil, err
	}
	for _, c := range cols {
		names = append(names, b.table.schema.Field(c).Name)
	}
	return cols, f.To, names, nil
}

// referenced binds references_per_key.
func (b *binder) referenced() error {
	var f struct {
		From    *document.Node `yaml:"from"`
		Between *document.Node `yaml:"between"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.From == nil || f.Between == nil {
		return b.arg.Pos.Errorf("references_per_key takes from: TABLE.COLUMN and between: [LOW, HIGH]")
	}
	child, names, err := b.target(f.From)
	if err != nil {
		return err
	}
	lo, hi, err := span64(f.Between)
	if err != nil {
		return err
	}
	fd, keys, err := b.feedOf([]int{b.col}, child, names, b.arg.Pos)
	if err != nil {
		return err
	}
	b.plan.logs++
	b.check.make = func(s *State, gated bool) (cell, error) {
		if gated {
			return nil, fmt.Errorf("it is settled when both tables are complete, so rows cannot leave before: validate without quarantine")
		}
		k := keys()
		return &referencedCell{keys: k, log: s.log(k.word, fd.seed), child: s.feed(fd), lo: lo, hi: hi}, nil
	}
	return nil
}

type referencedCell struct {
	keys   *keyReader
	log    *key.Log
	child  *feedState
	lo, hi int64
}

func (c *referencedCell) add(v *view, applies, _ bitmap) error {
	err := c.keys.log(v, applies, c.log)
	applies.zero()
	return err
}

func (c *referencedCell) merge(o cell) error { return c.log.Merge(o.(*referencedCell).log) }

func (c *referencedCell) finish(t *tally) error {
	t.whole = true
	if c.log.Len() == 0 {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	var outside, keys int64
	err := c.log.Matches(c.child.log, func(n int64) {
		keys++
		if n < c.lo || n > c.hi {
			outside++
		}
	})
	x := float64(outside)
	t.observed = &x
	t.message = fmt.Sprintf("%d of %d different values are referred to too seldom or too often", outside, keys)
	t.failed = min(outside, 1)
	return err
}

func (c *referencedCell) close() { c.log.Close() }

// aggregateMatch binds a comparison of two columns' sketches.
func (b *binder) aggregateMatch() error {
	var f struct {
		Of        string         `yaml:"of"`
		To        *document.Node `yaml:"to"`
		Tolerance float64        `yaml:"tolerance"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	measures := map[string]func(n *profile.Number) float64{
		"sum":  func(n *profile.Number) float64 { return n.Sum },
		"mean": func(n *profile.Number) float64 { return n.Mean },
		"min":  func(n *profile.Number) float64 { return n.Min },
		"max":  func(n *profile.Number) float64 { return n.Max },
	}
	measure := measures[f.Of]
	if measure == nil || f.To == nil || !(f.Tolerance >= 0) {
		return b.arg.Pos.Errorf("aggregate_match takes of (sum, mean, min or max), to: TABLE.COLUMN, and a tolerance from 0")
	}
	if err := b.plainNumber(); err != nil {
		return err
	}
	name, names, err := b.target(f.To)
	if err != nil {
		return err
	}
	other, err := b.plan.table(name, b.arg.Pos, b.schemas)
	if err != nil {
		return err
	}
	j, err := findColumn(other.schema, other.name, names[0], b.arg.Pos)
	if err != nil {
		return err
	}
	probe := *b
	probe.table, probe.check = other, &check{spec: b.check.spec, where: -1}
	probe.field = other.schema.Field(j)
	if err := probe.plainNumber(); err != nil {
		return err
	}
	theirs := probe.sketch(j)
	ours, col := b.sketch(b.col), b.col
	b.check.make = func(s *State, _ bool) (cell, error) {
		return &factCell{state: s, sketch: ours, col: col, judge: func(p *profile.State, i int, t *tally) error {
			o := s.sketchOf(theirs)
			n := o.state.Column(o.at(j)).Number
			mine := p.Column(i)
			if finite(mine) == 0 || finite(o.state.Column(o.at(j))) == 0 {
				t.broken = "a column has no finite value"
				return nil
			}
			x, y := measure(mine.Number), measure(n)
			t.observed = &x
			t.message = fmt.Sprintf("the %s is %.6g, the other's %.6g", f.Of, x, y)
			if math.Abs(x-y) > f.Tolerance*math.Abs(y) {
				t.failed = 1
			}
			return nil
		}}, nil
	}
	return nil
}
