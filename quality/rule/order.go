package rule

import (
	"cmp"
	"slices"
)

func (b *binder) monotone() error {
	if err := b.whole64(); err != nil && b.kind() != kindFloat {
		return b.needs("a number or a time")
	}
	var broken func(order int) bool // order of the row before and this one
	switch b.arg.Text {
	case "increasing":
		broken = func(o int) bool { return o > 0 }
	case "strictly_increasing":
		broken = func(o int) bool { return o >= 0 }
	case "decreasing":
		broken = func(o int) bool { return o < 0 }
	case "strictly_decreasing":
		broken = func(o int) bool { return o <= 0 }
	default:
		return b.arg.Pos.Errorf("monotone takes increasing, strictly_increasing, decreasing or strictly_decreasing")
	}
	col, missing := b.col, b.missing
	b.check.make = func(_ *State, gated bool) (cell, error) {
		return &orderCell{col: col, missing: missing, broken: broken, gated: gated}, nil
	}
	return nil
}

// orderCell compares each row with the one before. What lies between batches is
// settled at the end, when their order is known; a gate has them in order.
type orderCell struct {
	col     int
	missing predicate
	broken  func(order int) bool
	gated   bool
	runs    []orderRun
}

// orderRun is what is kept of a batch: its first and last judged value.
type orderRun struct {
	row         int64 // of the first
	first, last orderValue
}

type orderValue struct {
	i int64
	f float64
}

func (a orderValue) compare(b orderValue) int {
	return cmp.Or(cmp.Compare(a.i, b.i), cmp.Compare(a.f, b.f))
}

// breaks says whether b may not follow a. NaN fails every comparison.
func (c *orderCell) breaks(a, b orderValue) bool {
	return a.f != a.f || b.f != b.f || c.broken(a.compare(b))
}

func (c *orderCell) add(v *view, applies, fail bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	var run orderRun
	any := false
	if c.gated && len(c.runs) > 0 {
		run, any = c.runs[0], true
	}
	seen := any
	applies.each(func(i int) bool {
		var x orderValue
		if col.kind == kindFloat {
			x.f = numberAt(col, i)
		} else {
			x.i = col.int(i)
		}
		if any && c.breaks(run.last, x) {
			fail.set(i)
		}
		if !any {
			run.row, run.first, any = v.first+int64(i), x, true
		}
		run.last, seen = x, true
		return true
	})
	switch {
	case !seen:
	case c.gated:
		c.runs = append(c.runs[:0], run)
	default:
		c.runs = append(c.runs, run)
	}
	return nil
}

func (c *orderCell) merge(o cell) error {
	c.runs = append(c.runs, o.(*orderCell).runs...)
	return nil
}

func (c *orderCell) finish(t *tally) error {
	if c.gated {
		return nil
	}
	slices.SortFunc(c.runs, func(a, b orderRun) int { return cmp.Compare(a.row, b.row) })
	for i := 1; i < len(c.runs); i++ {
		if c.breaks(c.runs[i-1].last, c.runs[i].first) {
			t.failed++
			t.example(c.runs[i].row)
		}
	}
	return nil
}

func (c *orderCell) close() {}
