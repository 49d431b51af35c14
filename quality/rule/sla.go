package rule

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/verisim/verisim/formats/document"
)

const secondsADay = 86400

// slaBy binds sla_by: of every day that is due, enough rows must have come by
// its deadline.
func (b *binder) slaBy() error {
	f := struct {
		By      string         `yaml:"by"`
		Days    int            `yaml:"days"`
		Rows    int64          `yaml:"rows"`
		Arrived *document.Node `yaml:"arrived"`
		From    *document.Node `yaml:"from"`
		Skip    []string       `yaml:"skip"`
	}{Days: 1, Rows: 1}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	at, err := time.Parse("15:04", f.By)
	if err != nil {
		return b.arg.Pos.Errorf("sla_by takes by: a time of day such as \"06:00\"")
	}
	if f.Days < 0 || f.Days > 3660 || f.Rows < 1 {
		return b.arg.Pos.Errorf("sla_by takes days from 0 to 3660, and rows from 1")
	}
	if !temporal(b.field.Type) || b.whole64() != nil {
		return b.needs("a time")
	}
	c := &slaCell{
		col: b.col, missing: b.missing, unit: step(b.field.Type), arrived: -1, rows: f.Rows, now: b.plan.opt.Now.Unix(),
		after: int64(f.Days)*secondsADay + int64(at.Hour()*3600+at.Minute()*60),
	}
	if f.Arrived != nil {
		if c.arrived, err = b.columnAt(f.Arrived.Text, f.Arrived.Pos); err != nil {
			return err
		}
		field := b.table.schema.Field(c.arrived)
		if !temporal(field.Type) || kindOf(field.Type) != kindInt {
			return f.Arrived.Pos.Errorf("column %q is %s, expected a time", field.Name, field.Type)
		}
		c.arrivedUnit = step(field.Type)
		b.check.note(c.arrived)
	}
	if f.From != nil {
		t, ok := parseTime(f.From.Text)
		if !ok {
			return f.From.Pos.Errorf("expected a day such as 2026-01-31")
		}
		c.from, c.since = bucketOf(t.Unix(), secondsADay), true
	}
	words := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	for _, w := range f.Skip {
		i := slices.Index(words, strings.ToLower(w))
		if i < 0 {
			return b.arg.Pos.Errorf("skip takes days of the week: %s", strings.Join(words, ", "))
		}
		c.skip[i] = true
	}
	b.check.make = func(*State, bool) (cell, error) {
		fresh := *c
		fresh.onTime = map[int64]int64{}
		return &fresh, nil
	}
	b.check.trial.tables = c.trials
	return nil
}

// slaCell counts, for each day that rows are of, those that came in time.
type slaCell struct {
	col         int
	missing     predicate
	unit        *big.Rat // of the day's column, in seconds
	arrived     int      // column, or -1: what is there has arrived
	arrivedUnit *big.Rat
	after       int64 // seconds from a day's start to its deadline
	rows        int64
	now         int64
	from        int64
	since       bool // whether from is given
	skip        [7]bool
	onTime      map[int64]int64
}

// inSeconds rounds a value down to seconds, and says whether it was whole.
func inSeconds(v int64, unit *big.Rat) (seconds int64, whole bool) {
	if unit.IsInt() {
		return v * unit.Num().Int64(), true // days are 32 bits wide
	}
	per := unit.Denom().Int64()
	return bucketOf(v, per), v%per == 0
}

func (c *slaCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	var came *column
	if c.arrived >= 0 {
		if came, err = v.column(c.arrived); err != nil {
			return err
		}
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		at, _ := inSeconds(col.int(i), c.unit)
		day := bucketOf(at, secondsADay)
		in := int64(1)
		if came != nil {
			in = 0
			if came.valid == nil || came.valid.get(i) {
				deadline := day*secondsADay + c.after
				if s, whole := inSeconds(came.int(i), c.arrivedUnit); s < deadline || s == deadline && whole {
					in = 1
				}
			}
		}
		c.onTime[day] += in
		return len(c.onTime) <= mostBuckets
	})
	applies.zero()
	return c.room()
}

func (c *slaCell) room() error {
	if len(c.onTime) > mostBuckets {
		return fmt.Errorf("there are more than %d days", mostBuckets)
	}
	return nil
}

func (c *slaCell) merge(o cell) error {
	for day, n := range o.(*slaCell).onTime {
		c.onTime[day] += n
	}
	return c.room()
}

func (c *slaCell) finish(t *tally) error {
	t.whole = true
	if len(c.onTime) == 0 && !c.since {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	first := c.from
	if !c.since {
		begun := false
		for day := range c.onTime {
			if !begun || day < first {
				first, begun = day, true
			}
		}
	}
	last := bucketOf(c.now-c.after, secondsADay) // the last day whose deadline is past
	if last-first >= mostBuckets {
		t.broken = fmt.Sprintf("from the first day to now there are more than %d", mostBuckets)
		return nil
	}
	var due, late int64
	for day := first; day <= last; day++ {
		if c.skip[((day+3)%7+7)%7] { // 1970-01-01 was a Thursday
			continue
		}
		due++
		if c.onTime[day] < c.rows {
			late++
		}
	}
	if due == 0 {
		t.broken = "no day is due yet"
		return nil
	}
	x := float64(late)
	t.observed = &x
	t.message = fmt.Sprintf("%d of %d days were late", late, due)
	t.failed = min(late, 1)
	return nil
}

func (c *slaCell) close() {}

// trials makes a table in which every day comes in time, one that lacks a day,
// and one in which the rows of a day come too late.
func (c *slaCell) trials(rows []rowOf) [][]rowOf {
	steps := func(seconds int64, unit *big.Rat) int64 {
		q := new(big.Rat).Quo(big.NewRat(seconds, 1), unit)
		return new(big.Int).Div(q.Num(), q.Denom()).Int64()
	}
	last := bucketOf(c.now-c.after, secondsADay)
	first := last - 20
	if c.since {
		first = max(c.from, last-3000)
	}
	table := func(leaveOut, late int64) []rowOf {
		var out []rowOf
		for day := first; day <= last; day++ {
			for range c.rows {
				if day == leaveOut || len(out) > 6000 {
					break
				}
				r := slices.Clone(rows[len(out)%len(rows)])
				r[c.col] = steps(day*secondsADay, c.unit)
				if c.arrived >= 0 {
					came := day*secondsADay + c.after
					if day == late {
						came += 2 * secondsADay
					}
					r[c.arrived] = steps(came, c.arrivedUnit)
				}
				out = append(out, r)
			}
		}
		return out
	}
	none := first - 1
	mid := last
	for c.skip[((mid+3)%7+7)%7] && mid > first {
		mid--
	}
	return [][]rowOf{table(none, none), table(mid, none), table(none, mid)}
}
