package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

// coverageOf binds coverage_of: what should occur does. The values are a list,
// the lines of a file, a column of another table, or all steps of a range.
func (b *binder) coverageOf() error {
	if b.arg.Kind == document.List {
		return b.coverList(b.arg.Items, 1)
	}
	f := struct {
		Values *document.Node `yaml:"values"`
		File   *document.Node `yaml:"file"`
		Of     *document.Node `yaml:"of"`
		From   *document.Node `yaml:"from"`
		To     *document.Node `yaml:"to"`
		Every  *document.Node `yaml:"every"`
		Least  float64        `yaml:"least"`
	}{Least: 1}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	ways := 0
	for _, n := range []*document.Node{f.Values, f.File, f.Of, f.From} {
		if n != nil {
			ways++
		}
	}
	if ways != 1 || (f.From != nil) != (f.To != nil) || (f.From != nil) != (f.Every != nil) {
		return b.arg.Pos.Errorf("coverage_of takes a list, {values: LIST}, {file: PATH}, {of: TABLE.COLUMN} or {from, to, every}, and maybe least: SHARE")
	}
	if !(f.Least > 0 && f.Least <= 1) {
		return b.arg.Pos.Errorf("least is a share above 0 and at most 1")
	}
	switch {
	case f.Of != nil:
		return b.coverColumn(f.Of, f.Least)
	case f.From != nil:
		return b.coverRange(f.From, f.To, f.Every, f.Least)
	case f.File != nil:
		probe := *b
		probe.arg = &document.Node{Pos: f.File.Pos, Kind: document.Map, Pairs: []document.Pair{{Key: "file", Value: f.File}}}
		nodes, err := probe.listed()
		if err != nil {
			return err
		}
		return b.coverList(nodes, f.Least)
	}
	nodes, err := items(f.Values)
	if err != nil {
		return err
	}
	return b.coverList(nodes, f.Least)
}

// coverList binds coverage of listed values.
func (b *binder) coverList(nodes []*document.Node, least float64) error {
	if len(nodes) == 0 {
		return b.arg.Pos.Errorf("coverage_of takes values")
	}
	var find func(c *column, i int) (int, bool)
	var wanted []any // without repeats, for trials
	switch b.kind() {
	case kindText:
		at := map[string]int{}
		for _, x := range nodes {
			if err := scalar(x); err != nil {
				return err
			}
			if _, known := at[x.Text]; !known {
				at[x.Text] = len(at)
				wanted = append(wanted, x.Text)
			}
		}
		find = func(c *column, i int) (int, bool) { k, ok := at[string(c.value(i))]; return k, ok }
	case kindInt, kindUint:
		at := map[int64]int{}
		unit, unsigned := step(b.field.Type), b.kind() == kindUint
		for _, x := range nodes {
			r, err := b.constant(number(x))
			if err != nil {
				return err
			}
			below, above := outside(r, unit, unsigned)
			k := limit(r, unit, unsigned, true, false)
			if below || above || k != limit(r, unit, unsigned, false, false) {
				return x.Pos.Errorf("no value of column %q, which is %s, can equal this", b.field.Name, b.field.Type)
			}
			if _, known := at[k]; !known {
				at[k] = len(at)
				wanted = append(wanted, valueOfKey(k, unsigned))
			}
		}
		find = func(c *column, i int) (int, bool) { k, ok := at[c.ints[i]]; return k, ok }
	case kindFloat:
		at := map[float64]int{}
		for _, x := range nodes {
			f, err := number(x).Float()
			if err != nil {
				return err
			}
			if _, known := at[f]; !known {
				at[f] = len(at)
				wanted = append(wanted, f)
			}
		}
		find = func(c *column, i int) (int, bool) { k, ok := at[c.flt[i]]; return k, ok }
	default:
		return b.needs("text, a number or a time")
	}
	b.cover(len(wanted), least, find)
	b.check.trial.tables = b.coverTrials(wanted)
	return nil
}

// valueOfKey is a value of a column of whole numbers, as trials write it.
func valueOfKey(k int64, unsigned bool) int64 {
	if unsigned {
		return k ^ math.MinInt64
	}
	return k
}

// coverTrials makes a table in which all wanted values occur, and one that has
// a single one of them, or none.
func (b *binder) coverTrials(wanted []any) func(rows []rowOf) [][]rowOf {
	col := b.col
	return func(rows []rowOf) [][]rowOf {
		var good, bad []rowOf
		for i := range max(len(wanted), len(rows)) {
			r := slices.Clone(rows[i%len(rows)])
			r[col] = wanted[i%len(wanted)]
			good = append(good, r)
			r = slices.Clone(r)
			if r[col] = wanted[0]; len(wanted) == 1 {
				r[col] = nil
			}
			bad = append(bad, r)
		}
		return [][]rowOf{good, bad}
	}
}

// coverRange binds coverage of the steps of a range.
func (b *binder) coverRange(from, to, every *document.Node, least float64) error {
	width, err := b.stepOf(every)
	if err != nil {
		return err
	}
	var ends [2]int64
	for i, n := range []*document.Node{from, to} {
		r, err := b.constant(n)
		if err != nil {
			return err
		}
		unit := step(b.field.Type)
		if below, above := outside(r, unit, false); below || above {
			return n.Pos.Errorf("this lies outside what the column holds")
		}
		ends[i] = limit(r, unit, false, true, false)
	}
	if ends[1] < ends[0] {
		return from.Pos.Errorf("the range is empty: its low end is above its high end")
	}
	steps := (uint64(ends[1]) - uint64(ends[0])) / uint64(width)
	if steps >= mostBuckets {
		return every.Pos.Errorf("the range has more than %d steps", mostBuckets)
	}
	var wanted []any
	for k := uint64(0); k <= steps && k < trialRows; k++ {
		wanted = append(wanted, valueOfKey(ends[0]+int64(k)*width, b.kind() == kindUint))
	}
	b.check.trial.tables = b.coverTrials(wanted)
	b.cover(int(steps)+1, least, func(c *column, i int) (int, bool) {
		v := c.ints[i]
		if v < ends[0] {
			return 0, false
		}
		k := (uint64(v) - uint64(ends[0])) / uint64(width)
		return int(k), k <= steps
	})
	return nil
}

func (b *binder) cover(n int, least float64, find func(c *column, i int) (int, bool)) {
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &coverCell{col: col, missing: missing, n: n, least: least, find: find, seen: make(bitmap, words(n))}, nil
	}
}

// coverCell marks which of the wanted values occur.
type coverCell struct {
	col     int
	missing predicate
	n       int
	least   float64
	find    func(c *column, i int) (int, bool) // of a flat column
	seen    bitmap
	used    bitmap // entries of the dictionary, this batch
}

func (c *coverCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	rows, flat := applies, col
	if col.codes != nil {
		c.used = c.used.sized(col.dict.n)
		c.used.zero()
		applies.each(func(i int) bool {
			c.used.set(int(col.codes[i]))
			return true
		})
		rows, flat = c.used, col.dict
	}
	rows.each(func(i int) bool {
		if k, ok := c.find(flat, i); ok {
			c.seen.set(k)
		}
		return true
	})
	applies.zero()
	return nil
}

func (c *coverCell) merge(o cell) error {
	c.seen.or(o.(*coverCell).seen)
	return nil
}

func (c *coverCell) finish(t *tally) error {
	t.covered(c.seen.count(), int64(c.n), c.least)
	return nil
}

func (t *tally) covered(seen, wanted int64, least float64) {
	t.whole = true
	x := float64(seen) / float64(wanted)
	t.observed = &x
	t.message = fmt.Sprintf("%d of %d values occur", seen, wanted)
	// In whole values, as mostly counts whole rows.
	if float64(wanted-seen) > math.Floor(float64(wanted)*(1-least)+1e-9*float64(wanted)) {
		t.failed = 1
	}
}

func (c *coverCell) close() {}

// coverColumn binds coverage of the values of another table's column.
func (b *binder) coverColumn(of *document.Node, least float64) error {
	parent, names, err := b.target(of)
	if err != nil {
		return err
	}
	fd, keys, err := b.feedOf([]int{b.col}, parent, names, of.Pos)
	if err != nil {
		return err
	}
	b.plan.logs++
	b.check.make = func(s *State, gated bool) (cell, error) {
		if gated {
			return nil, fmt.Errorf("it is settled when both tables are complete, so rows cannot leave before: validate without quarantine")
		}
		k := keys()
		return &coverKeys{keys: k, log: s.log(k.word, fd.seed), wanted: s.feed(fd), least: least}, nil
	}
	return nil
}

type coverKeys struct {
	keys   *keyReader
	log    *key.Log
	wanted *feedState
	least  float64
}

func (c *coverKeys) add(v *view, applies, _ bitmap) error {
	err := c.keys.log(v, applies, c.log)
	applies.zero()
	return err
}

func (c *coverKeys) merge(o cell) error { return c.log.Merge(o.(*coverKeys).log) }

func (c *coverKeys) finish(t *tally) error {
	t.whole = true
	if c.wanted.log.Len() == 0 {
		t.broken = "the other column has no value"
		return nil
	}
	var seen, wanted int64
	err := c.wanted.log.Matches(c.log, func(n int64) {
		wanted++
		if n > 0 {
			seen++
		}
	})
	t.covered(seen, wanted, c.least)
	return err
}

func (c *coverKeys) close() { c.log.Close() }
