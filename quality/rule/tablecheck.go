package rule

import (
	"fmt"
	"math/big"
	"time"

	"github.com/verisim/verisim/quality"
)

// tableChecks lists the checks of a table as a whole.
func tableChecks() []Def {
	return []Def{
		{Name: "type", Family: "type", About: "the column has a type, or one of a list; a dictionary counts as its values", Example: "int64", Dimension: quality.Validity, whole: true, bind: (*binder).typed},
		{Name: "row_count", Family: "aggregate", About: "the table has so many rows: N, or [LOW, HIGH]", Example: "[1, 1000000]", Dimension: quality.Completeness, scope: scopeTable, whole: true, bind: func(b *binder) error {
			lo, hi, err := span64(b.arg)
			if err != nil {
				return err
			}
			b.check.make = func(*State, bool) (cell, error) {
				return &wholeCell{judge: func(rows int64, t *tally) error {
					n := float64(rows)
					t.observed = &n
					t.message = fmt.Sprintf("%d rows", rows)
					if rows < lo || rows > hi {
						t.failed = 1
					}
					return nil
				}}, nil
			}
			return nil
		}},
		{Name: "freshness", Family: "time", About: "the newest time is at most so old", Example: "24h", Dimension: quality.Timeliness, whole: true, bind: (*binder).freshness},
	}
}

// freshness compares the newest value of a time column with now.
func (b *binder) freshness() error {
	if !temporal(b.field.Type) {
		return b.needs("a time")
	}
	var most time.Duration
	if err := b.arg.Decode(&most); err != nil {
		return err
	}
	if most <= 0 {
		return b.arg.Pos.Errorf("an age is above 0")
	}
	unit, now, col, missing := step(b.field.Type), b.plan.opt.Now, b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &newestCell{col: col, missing: missing, judge: func(newest int64, t *tally) {
			at := new(big.Rat).Mul(new(big.Rat).SetInt64(newest), unit) // seconds since 1970
			age := at.Sub(big.NewRat(now.UnixMilli(), 1000), at)
			seconds, _ := age.Float64()
			t.observed = &seconds
			t.message = fmt.Sprintf("the newest row is %s old", time.Duration(seconds*1e9).Round(time.Second))
			if seconds > most.Seconds() {
				t.failed = 1
			}
		}}, nil
	}
	return nil
}

// newestCell keeps the greatest value of a column.
type newestCell struct {
	col     int
	missing predicate
	any     bool
	newest  int64
	judge   func(newest int64, t *tally)
}

func (c *newestCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		k := col.int(i)
		if !c.any || k > c.newest {
			c.any, c.newest = true, k
		}
		return true
	})
	applies.zero()
	return nil
}

func (c *newestCell) merge(o cell) error {
	if p := o.(*newestCell); p.any && (!c.any || p.newest > c.newest) {
		c.any, c.newest = true, p.newest
	}
	return nil
}

func (c *newestCell) finish(t *tally) error {
	t.whole = true
	if !c.any {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	c.judge(c.newest, t)
	return nil
}

func (c *newestCell) close() {}
