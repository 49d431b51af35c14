package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/document"
)

// mostStretches bounds what within_n_moving_sd keeps: 540 bytes each, 35 MB.
const mostStretches = 1 << 16

// movingSD binds within_n_moving_sd. A stretch of time is judged by those before
// it and never by itself: with itself among them, no stretch could lie further
// off than (n-1)/sqrt(n) deviations.
func (b *binder) movingSD() error {
	f := struct {
		Over   *document.Node `yaml:"over"`
		Every  *document.Node `yaml:"every"`
		Of     string         `yaml:"of"`
		Window int            `yaml:"window"`
		N      float64        `yaml:"n"`
		Least  int            `yaml:"least"`
	}{Of: "mean", Window: 28, N: 3, Least: leastRuns}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	switch {
	case f.Over == nil || f.Every == nil:
		return b.arg.Pos.Errorf("within_n_moving_sd takes over: a column of times, and every: DURATION")
	case f.Of != "mean" && f.Of != "sum" && f.Of != "rows":
		return b.arg.Pos.Errorf("within_n_moving_sd takes of: mean, sum or rows")
	case !(f.N > 0) || f.Least < 2 || f.Window < f.Least || f.Window > 1000:
		return b.arg.Pos.Errorf("within_n_moving_sd takes n above 0, least from 2, and window from least to 1000")
	}
	if f.Of != "rows" {
		if err := b.plainNumber(); err != nil {
			return err
		}
		if k := b.kind(); k != kindInt && k != kindFloat {
			return b.needs("a number of at most 18 digits")
		}
	}
	over, err := b.columnAt(f.Over.Text, f.Over.Pos)
	if err != nil {
		return err
	}
	probe := *b
	probe.field = b.table.schema.Field(over)
	if !temporal(probe.field.Type) || kindOf(probe.field.Type) != kindInt {
		return f.Over.Pos.Errorf("column %q is %s, expected a time", probe.field.Name, probe.field.Type)
	}
	width, err := probe.stepOf(f.Every)
	if err != nil {
		return err
	}
	b.check.note(over)
	c := &movingCell{col: b.col, over: over, missing: b.missing, width: width, of: f.Of, window: f.Window, n: f.N, least: f.Least}
	b.check.make = func(*State, bool) (cell, error) {
		fresh := *c
		fresh.at = map[int64]*stretch{}
		return &fresh, nil
	}
	b.check.trial.tables = c.trials
	return nil
}

// movingCell sums values by stretches of time.
type movingCell struct {
	col, over int
	missing   predicate
	width     int64
	of        string
	window    int
	n         float64
	least     int
	at        map[int64]*stretch
}

type stretch struct {
	sum  exactSum
	rows int64
	odd  int64 // NaN or infinite
}

func (c *movingCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	times, err := v.column(c.over)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	present(v, times, nil, applies)
	var s *stretch
	var last int64
	applies.each(func(i int) bool {
		if k := bucketOf(times.int(i), c.width); s == nil || k != last {
			last = k
			if s = c.at[k]; s == nil {
				s = &stretch{}
				c.at[k] = s
			}
		}
		s.rows++
		if c.of == "rows" {
			return true
		}
		if x := numberAt(col, i); math.IsNaN(x) || math.IsInf(x, 0) {
			s.odd++
		} else {
			s.sum.add(x)
		}
		return len(c.at) <= mostStretches
	})
	applies.zero()
	return c.room()
}

func (c *movingCell) room() error {
	if len(c.at) > mostStretches {
		return fmt.Errorf("there are more than %d stretches of time: choose a longer one", mostStretches)
	}
	return nil
}

func (c *movingCell) merge(o cell) error {
	for k, s := range o.(*movingCell).at {
		have := c.at[k]
		if have == nil {
			c.at[k] = s
			continue
		}
		have.sum.merge(&s.sum)
		have.rows += s.rows
		have.odd += s.odd
	}
	return c.room()
}

// value of a stretch, and whether it has one: no rows are a sum of 0 and have no
// mean.
func (c *movingCell) value(k int64) (float64, bool) {
	s := c.at[k]
	switch {
	case s == nil:
		return 0, c.of != "mean"
	case c.of == "rows":
		return float64(s.rows), true
	case s.odd > 0:
		return math.NaN(), true
	case c.of == "sum":
		return s.sum.value(), true
	}
	return s.sum.value() / float64(s.rows), true
}

func (c *movingCell) finish(t *tally) error {
	t.whole = true
	if len(c.at) == 0 {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	var first, last int64
	begun := false
	for k := range c.at {
		if !begun {
			first, last, begun = k, k, true
		}
		first, last = min(first, k), max(last, k)
	}
	if uint64(last)-uint64(first) > mostStretches {
		t.broken = fmt.Sprintf("there are more than %d stretches of time: choose a longer one", mostStretches)
		return nil
	}
	var judged, outside int
	var past []float64 // by stretch, NaN where there is nothing to compare with
	for k := first + 1; k < last; k++ {
		x, has := c.value(k)
		if mid, sd, ok := c.spread(past); ok && has {
			judged++
			// The least part keeps the rounding of equal values from alarming.
			if !(math.Abs(x-mid) <= c.n*sd+1e-9*math.Abs(mid)) {
				outside++
			}
		}
		if !has {
			x = math.NaN()
		}
		past = append(past, x)
	}
	if judged == 0 {
		t.learning = fmt.Sprintf("no stretch of time has %d before it", c.least)
		return nil
	}
	y := float64(outside)
	t.observed = &y
	t.message = fmt.Sprintf("%d of %d stretches of time lie outside", outside, judged)
	t.failed = int64(min(outside, 1))
	return nil
}

// spread is the mean and the deviation (divisor n-1) of the last values.
func (c *movingCell) spread(past []float64) (mid, sd float64, ok bool) {
	in := past[max(0, len(past)-c.window):]
	n := 0
	for _, x := range in {
		if !math.IsNaN(x) {
			mid += x
			n++
		}
	}
	if n < c.least {
		return 0, 0, false
	}
	mid /= float64(n)
	for _, x := range in {
		if !math.IsNaN(x) {
			sd += (x - mid) * (x - mid)
		}
	}
	return mid, math.Sqrt(sd / float64(n-1)), true
}

func (c *movingCell) close() { c.at = nil }

// trials makes a steady table, and one with a jump before its end.
func (c *movingCell) trials(rows []rowOf) [][]rowOf {
	table := func(jump bool) []rowOf {
		var out []rowOf
		stretches := int64(c.least + 8)
		for k := range stretches {
			rowsHere, x := 2+k%2, 10+k%3
			if jump && k == stretches-2 {
				rowsHere, x = 40, 1000
			}
			for range rowsHere {
				r := slices.Clone(rows[len(out)%len(rows)])
				r[c.over] = k * c.width
				switch r[c.col].(type) {
				case int64:
					r[c.col] = x
				case float64:
					r[c.col] = float64(x)
				}
				out = append(out, r)
			}
		}
		return out
	}
	return [][]rowOf{table(false), table(true)}
}
