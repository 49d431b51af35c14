package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/profile"
)

// seasons lists the checks of patterns and deadlines in time.
func seasons() []Def {
	whole := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "time", About: about, Example: example, Dimension: quality.Timeliness, whole: true, bind: bind}
	}
	return []Def{
		whole("seasonality", "rows spread over the hours of the day, the days of the week or the hours of the week as in the reference, the earlier runs, or given shares: the total variation distance is at most max, or is luck (p >= 0.01)", "{by: weekday, max: 0.1}", (*binder).seasonality),
		whole("sla_by", "every day from the first on, as this column tells whose data a row is, has its rows by a time of day in UTC, so many days after: by now, or by what a column of arrivals tells", `{by: "06:00", days: 1, arrived: loaded_at}`, (*binder).slaBy),
		whole("within_n_moving_sd", "the mean, the sum or the number of rows of each stretch of time, but for the first and the last, lies within n standard deviations of the mean of the stretches before it", "{over: at, every: 24h, of: mean, window: 28, n: 3}", (*binder).movingSD),
	}
}

const hoursAWeek = 168

// seasonOf are the bins of a pattern, of the hours of a week from Monday 00:00
// UTC.
func seasonOf(by string) (bins int, bin func(hour int) int) {
	switch by {
	case "hour":
		return 24, func(h int) int { return h % 24 }
	case "weekday":
		return 7, func(h int) int { return h / 24 }
	case "hour_of_week":
		return hoursAWeek, func(h int) int { return h }
	}
	return 0, nil
}

func (b *binder) seasonality() error {
	f := struct {
		By      string         `yaml:"by"`
		Against string         `yaml:"against"`
		Shares  *document.Node `yaml:"shares"`
		Max     float64        `yaml:"max"`
		Alpha   float64        `yaml:"alpha"`
	}{Against: "reference", Max: 0.1, Alpha: driftAlpha}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	bins, bin := seasonOf(f.By)
	switch {
	case bin == nil:
		return b.arg.Pos.Errorf("seasonality takes by: hour, weekday or hour_of_week")
	case !(f.Max >= 0 && f.Max <= 1) || !(f.Alpha > 0 && f.Alpha <= 1):
		return b.arg.Pos.Errorf("seasonality takes max from 0 to 1 and alpha above 0")
	case !temporal(b.field.Type) || b.whole64() != nil:
		return b.needs("a time")
	}
	perHour, err := b.stepOf(&document.Node{Pos: b.arg.Pos, Kind: document.String, Text: "1h"})
	if err != nil { // a column of days
		if f.By != "weekday" {
			return b.needs("a timestamp")
		}
		perHour = 0
	}
	expected, err := b.expectedSeason(f.Against, f.Shares, bins, bin)
	if err != nil {
		return err
	}
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &seasonCell{col: col, missing: missing, perHour: perHour, judge: func(hours *[hoursAWeek]int64, t *tally) {
			t.pattern = make([]int64, bins)
			for h, n := range hours {
				t.pattern[bin(h)] += n
			}
			if expected == nil {
				t.learning = "there is no earlier run"
				return
			}
			d := profile.TwoSample(expected, t.pattern)
			t.observed = &d.TotalVariation
			t.message = fmt.Sprintf("the pattern's distance is %.4g, p = %.2g", d.TotalVariation, d.ChiP)
			if d.TotalVariation > f.Max && d.ChiP < f.Alpha {
				t.failed = 1
			}
		}}, nil
	}
	b.check.trial.tables = seasonTrials(col, bins, bin, expected, perHour)
	return nil
}

// expectedSeason is the pattern to compare with, as counts; nil where it is to
// come from earlier runs and there is none.
func (b *binder) expectedSeason(against string, shares *document.Node, bins int, bin func(hour int) int) ([]int64, error) {
	out := make([]int64, bins)
	switch {
	case shares != nil:
		// Given shares are exact: as counts so large that they do not vary.
		const certain = 1 << 50
		nodes, err := items(shares)
		if err != nil {
			return nil, err
		}
		if len(nodes) != bins {
			return nil, shares.Pos.Errorf("shares has %d entries, and there are %d", len(nodes), bins)
		}
		sum := 0.0
		for i, n := range nodes {
			x, err := n.Float()
			if err != nil || !(x >= 0 && x <= 1) {
				return nil, n.Pos.Errorf("a share lies from 0 to 1")
			}
			sum += x
			out[i] = int64(x * certain)
		}
		if math.Abs(sum-1) > 0.01 {
			return nil, shares.Pos.Errorf("the shares add up to %.4g, want 1", sum)
		}
	case against == "reference":
		ref, err := b.reference()
		if err != nil {
			return nil, err
		}
		at := ref.Schema().FieldIndices(b.field.Name)
		if len(at) != 1 {
			return nil, b.check.spec.At.Errorf("the reference has no column %q", b.field.Name)
		}
		t := ref.Column(at[0]).Time
		if t == nil || t.Week == nil {
			return nil, b.check.spec.At.Errorf("the reference does not count the hours of column %q: compare with history, or give shares", b.field.Name)
		}
		for h, n := range t.Week {
			out[bin(h)] += n
		}
	case against == "history":
		seen := false
		for _, r := range b.plan.opt.History {
			for _, c := range r.Checks {
				if c.ID == b.check.spec.ID && len(c.Pattern) == bins {
					seen = true
					for i, n := range c.Pattern {
						out[i] += n
					}
				}
			}
		}
		if !seen {
			return nil, nil
		}
	default:
		return nil, b.arg.Pos.Errorf("seasonality compares against: reference or history, or with shares")
	}
	return out, nil
}

// seasonCell counts rows by the hour of the week.
type seasonCell struct {
	col     int
	missing predicate
	perHour int64 // 0 for a column of days
	hours   [hoursAWeek]int64
	any     bool
	judge   func(hours *[hoursAWeek]int64, t *tally)
}

// hour of the week; 1970-01-01 was a Thursday.
func (c *seasonCell) hour(v int64) int {
	h := v
	if c.perHour == 0 {
		h = v % 7 * 24
	} else {
		h = bucketOf(v, c.perHour)
	}
	return int(((h+3*24)%hoursAWeek + hoursAWeek) % hoursAWeek)
}

func (c *seasonCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		c.hours[c.hour(col.int(i))]++
		c.any = true
		return true
	})
	applies.zero()
	return nil
}

func (c *seasonCell) merge(o cell) error {
	p := o.(*seasonCell)
	for h, n := range p.hours {
		c.hours[h] += n
	}
	c.any = c.any || p.any
	return nil
}

func (c *seasonCell) finish(t *tally) error {
	t.whole = true
	if !c.any {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	c.judge(&c.hours, t)
	return nil
}

func (c *seasonCell) close() {}

// seasonTrials makes a table of the expected pattern, and one of a single hour.
func seasonTrials(col, bins int, bin func(hour int) int, expected []int64, perHour int64) func(rows []rowOf) [][]rowOf {
	if expected == nil {
		return nil
	}
	const size = 700
	at := func(b int) int64 { // a time in the bin, counted from Monday 1970-01-05
		h := 0
		for bin(h) != b {
			h++
		}
		if perHour == 0 {
			return 4 + int64(h/24)
		}
		return (4*24 + int64(h)) * perHour
	}
	return func(rows []rowOf) [][]rowOf {
		var sum, drawn int64
		for _, n := range expected {
			sum += n
		}
		good, bad := make([]rowOf, 0, size), make([]rowOf, 0, size)
		put := func(into []rowOf, b int) []rowOf {
			r := slices.Clone(rows[len(into)%len(rows)])
			r[col] = at(b)
			return append(into, r)
		}
		for b, n := range expected {
			drawn += n
			for float64(len(good)) < float64(drawn)/float64(sum)*size {
				good = put(good, b)
			}
		}
		for range size {
			bad = put(bad, 0)
		}
		return [][]rowOf{good, bad}
	}
}
