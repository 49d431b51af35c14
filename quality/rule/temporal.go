package rule

import (
	"fmt"
	"math/big"
	"time"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
)

// temporals lists the checks of order and time.
func temporals() []Def {
	row := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "time", About: about, Example: example, Dimension: quality.Timeliness, bind: bind}
	}
	whole := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "time", About: about, Example: example, Dimension: quality.Timeliness, whole: true, bind: bind}
	}
	return []Def{
		row("monotone", "follows the row before: increasing, strictly_increasing, decreasing or strictly_decreasing; nulls are passed over", "increasing", (*binder).monotone),
		row("not_future", "is no time after now", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			if !temporal(b.field.Type) {
				return b.needs("a time")
			}
			now := b.plan.opt.Now.UTC().Format(time.RFC3339Nano)
			return b.within(end{}, end{node: &document.Node{Pos: b.arg.Pos, Kind: document.String, Text: now}})
		}),
		row("time_of_day", "has a time of day, in UTC, from one to another", `["06:00", "22:00"]`, (*binder).timeOfDay),
		whole("no_gaps", "from the least to the greatest value, no step is without a row: a duration for times, a number else", "1h", func(b *binder) error { return b.steps(b.arg) }),
		whole("sequence", "whole numbers run from the least to the greatest without a gap", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			return b.steps(&document.Node{Pos: b.arg.Pos, Kind: document.Int, Text: "1"})
		}),
		whole("volume", "every stretch of time has so many rows, but for the first and the last, which may be cut", "{every: 24h, between: [100, 10000]}", (*binder).volume),
		{Name: "no_overlap", Family: "time", About: "intervals of the same key do not overlap: of each that does, the row that starts later fails", Example: "{start: from, end: until, by: [room]}", Dimension: quality.Consistency, scope: scopeTable, bind: (*binder).noOverlap},
	}
}

// whole64 refuses all but columns that are read as 64-bit integers.
func (b *binder) whole64() error {
	if k := b.kind(); k != kindInt {
		return b.needs("a time or a whole number")
	}
	return nil
}

func (b *binder) timeOfDay() error {
	ends, err := items(b.arg)
	if err != nil || len(ends) != 2 {
		return b.arg.Pos.Errorf("time_of_day takes [FROM, TO] such as [\"06:00\", \"22:00\"]")
	}
	if !temporal(b.field.Type) || b.whole64() != nil {
		return b.needs("a timestamp")
	}
	unit := step(b.field.Type)
	day := new(big.Rat).Quo(big.NewRat(86400, 1), unit)
	if !day.IsInt() || day.Num().Int64() <= 1 {
		return b.needs("a timestamp")
	}
	var at [2]int64
	for i, n := range ends {
		d, err := time.Parse("15:04:05", n.Text)
		if err != nil {
			if d, err = time.Parse("15:04", n.Text); err != nil {
				return n.Pos.Errorf("expected a time of day such as 06:00")
			}
		}
		seconds := int64(d.Hour()*3600 + d.Minute()*60 + d.Second())
		at[i] = new(big.Int).Div(new(big.Int).Mul(big.NewInt(seconds), unit.Denom()), unit.Num()).Int64()
	}
	if at[0] > at[1] {
		return b.arg.Pos.Errorf("the range is empty: its low end is above its high end")
	}
	period := day.Num().Int64()
	b.judge(func(c *column, pass bitmap) {
		each64(c.ints[:c.n], pass, func(v int64) bool {
			r := v % period
			if r < 0 {
				r += period
			}
			return r >= at[0] && r <= at[1]
		})
	})
	return nil
}

// stepOf reads the width of a step in the column's own units.
func (b *binder) stepOf(n *document.Node) (int64, error) {
	if err := b.whole64(); err != nil {
		return 0, err
	}
	var r *big.Rat
	if temporal(b.field.Type) || span(b.field.Type) {
		var d time.Duration
		if err := n.Decode(&d); err != nil {
			return 0, err
		}
		r = big.NewRat(int64(d), 1e9)
	} else {
		var err error
		if r, err = rational(n); err != nil {
			return 0, err
		}
	}
	r.Quo(r, step(b.field.Type))
	if r.Sign() <= 0 || !r.IsInt() || !r.Num().IsInt64() {
		return 0, n.Pos.Errorf("a step is a positive whole multiple of the column's own unit (%s)", b.field.Type)
	}
	return r.Num().Int64(), nil
}

// steps binds a check that every bucket between the ends has a row.
func (b *binder) steps(n *document.Node) error {
	width, err := b.stepOf(n)
	if err != nil {
		return err
	}
	col, missing, seed := b.col, b.missing, key.NewSeed()
	b.plan.logs++
	b.check.make = func(s *State, _ bool) (cell, error) {
		return &stepsCell{col: col, missing: missing, width: width, log: s.log(true, seed)}, nil
	}
	return nil
}

type stepsCell struct {
	col     int
	missing predicate
	width   int64
	log     *key.Log
	any     bool
	lo, hi  int64
	last    int64
}

// bucketOf divides towards minus infinity.
func bucketOf(v, width int64) int64 {
	q := v / width
	if v%width < 0 {
		q--
	}
	return q
}

func (c *stepsCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		k := bucketOf(col.int(i), c.width)
		if c.any && k == c.last { // rows near each other are often near in time
			return true
		}
		if !c.any {
			c.any, c.lo, c.hi = true, k, k
		}
		c.lo, c.hi, c.last = min(c.lo, k), max(c.hi, k), k
		err = c.log.AddWord(uint64(k), 0)
		return err == nil
	})
	applies.zero()
	return err
}

func (c *stepsCell) merge(o cell) error {
	p := o.(*stepsCell)
	if p.any {
		if !c.any {
			c.any, c.lo, c.hi = true, p.lo, p.hi
		}
		c.lo, c.hi = min(c.lo, p.lo), max(c.hi, p.hi)
	}
	return c.log.Merge(p.log)
}

func (c *stepsCell) finish(t *tally) error {
	t.whole = true
	if !c.any {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	n, err := c.log.Repeats(func(int64) {})
	if err != nil {
		return err
	}
	// Two's complement wraps to the right count for any ends.
	gaps := float64(uint64(c.hi)-uint64(c.lo)) + 1 - float64(n)
	t.measured("the number of steps without a row", gaps, 0, 0)
	return nil
}

func (c *stepsCell) close() { c.log.Close() }

func (b *binder) volume() error {
	var f struct {
		Every   *document.Node `yaml:"every"`
		Between *document.Node `yaml:"between"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Every == nil || f.Between == nil {
		return b.arg.Pos.Errorf("volume takes every: DURATION and between: [LOW, HIGH]")
	}
	if !temporal(b.field.Type) {
		return b.needs("a time")
	}
	width, err := b.stepOf(f.Every)
	if err != nil {
		return err
	}
	lo, hi, err := span64(f.Between)
	if err != nil {
		return err
	}
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &volumeCell{col: col, missing: missing, width: width, lo: lo, hi: hi, counts: map[int64]int64{}}, nil
	}
	return nil
}

// mostBuckets bounds what volume keeps: 40 MB.
const mostBuckets = 1 << 20

type volumeCell struct {
	col     int
	missing predicate
	width   int64
	lo, hi  int64
	counts  map[int64]int64
}

func (c *volumeCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	var at, n int64
	applies.each(func(i int) bool {
		k := bucketOf(col.int(i), c.width)
		if n > 0 && k != at {
			c.counts[at] += n
			n = 0
		}
		at = k
		n++
		return len(c.counts) <= mostBuckets
	})
	if n > 0 {
		c.counts[at] += n
	}
	applies.zero()
	if len(c.counts) > mostBuckets {
		return fmt.Errorf("there are more than %d stretches of time: choose a longer one", mostBuckets)
	}
	return nil
}

func (c *volumeCell) merge(o cell) error {
	for k, n := range o.(*volumeCell).counts {
		c.counts[k] += n
	}
	return nil
}

func (c *volumeCell) finish(t *tally) error {
	t.whole = true
	if len(c.counts) == 0 {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	var first, last int64
	begun := false
	for k := range c.counts {
		if !begun {
			first, last, begun = k, k, true
		}
		first, last = min(first, k), max(last, k)
	}
	inner := last - first - 1
	if inner < 1 {
		t.broken = "there are fewer than three stretches of time"
		return nil
	}
	var outside, seen int64
	for k, n := range c.counts {
		if k == first || k == last {
			continue
		}
		seen++
		if n < c.lo || n > c.hi {
			outside++
		}
	}
	if c.lo > 0 {
		outside += inner - seen // those without a row
	}
	x := float64(outside)
	t.observed = &x
	t.message = fmt.Sprintf("%d of %d stretches of time have too few or too many rows", outside, inner)
	t.failed = min(outside, 1)
	return nil
}

func (c *volumeCell) close() {}
