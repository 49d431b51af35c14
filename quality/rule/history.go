package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/quality"
)

// runs lists the checks over the results of earlier runs.
func runs() []Def {
	of := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "runs", About: about, Example: example, Dimension: quality.Timeliness, scope: scopeTable, whole: true, bind: bind}
	}
	return []Def{
		of("change", "a metric differs from the last run's by at most this share, or by at most this, absolute: row_count, or the id of a check", "{metric: row_count, max: 0.5}", func(b *binder) error {
			var f struct {
				Metric   string   `yaml:"metric"`
				Max      float64  `yaml:"max"`
				Absolute *float64 `yaml:"absolute"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if !(f.Max >= 0) || f.Absolute != nil && (!(*f.Absolute >= 0) || f.Max != 0) {
				return b.arg.Pos.Errorf("change takes metric, and max (a share) or absolute from 0")
			}
			return b.overRuns(f.Metric, func(now float64, past []float64, t *tally) {
				if len(past) == 0 {
					t.learning = "there is no earlier run"
					return
				}
				last := past[len(past)-1]
				x := math.Abs(now - last)
				if f.Absolute != nil {
					t.measured("the change of "+f.Metric, x, 0, *f.Absolute)
					return
				}
				if last != 0 {
					x /= math.Abs(last)
				}
				t.measured("the change of "+f.Metric, x, 0, f.Max)
			})
		}),
		of("anomaly", "a metric lies where earlier runs let expect it: within k robust deviations of their median, from 7 runs on", "{metric: row_count, k: 5, change: 0.1}", (*binder).anomaly),
		of("holt_winters", "a metric lies where trend and season of earlier runs let expect it: within k deviations of the forecast by Holt and Winters' additive method, from two seasons and 7 runs on", "{metric: row_count, season: 7, k: 4, change: 0.05}", (*binder).holtWinters),
		of("schema_unchanged", "names and types of columns are those of the last run, but for kinds of change that are allowed: added, removed, retyped, moved", "true", (*binder).schemaUnchanged),
	}
}

// fieldWords writes a table's columns as name and type.
func fieldWords(t *tablePlan) []string {
	out := make([]string, 0, t.schema.NumFields())
	for _, f := range t.schema.Fields() {
		out = append(out, f.Name+" "+f.Type.String())
	}
	return out
}

// metricOf reads a metric out of a result: a table's rows, what a check
// observed, or the share of rows that broke it.
func metricOf(r *Result, tableName, metric string) (float64, bool) {
	if metric == "row_count" {
		for _, t := range r.Tables {
			if t.Name == tableName {
				return float64(t.Rows), true
			}
		}
		return 0, false
	}
	for _, c := range r.Checks {
		if c.ID != metric || c.Status == Broken || c.Status == Learning {
			continue
		}
		if c.Observed != nil {
			return *c.Observed, true
		}
		return 1 - c.Share, true
	}
	return 0, false
}

// overRuns binds a check of a metric over the history. It is judged last, when
// the other checks have their verdicts.
func (b *binder) overRuns(metric string, judge func(now float64, past []float64, t *tally)) error {
	if metric != "row_count" && !slices.ContainsFunc(b.plan.suite.Checks, func(s Spec) bool { return s.ID == metric && s.ID != b.check.spec.ID }) {
		return b.arg.Pos.Errorf("metric is row_count, or the id of another check of the suite; there is no check %q", metric)
	}
	var past []float64
	for _, r := range b.plan.opt.History {
		if x, ok := metricOf(r, b.table.name, metric); ok {
			past = append(past, x)
		}
	}
	name := b.table.name
	b.check.make = func(*State, bool) (cell, error) {
		return &wholeCell{judge: func(int64, *tally) error { return nil }}, nil
	}
	b.check.late = func(r *Result, t *tally) {
		now, ok := metricOf(r, name, metric)
		if !ok {
			t.broken = "the metric was not measured"
			return
		}
		judge(now, past, t)
	}
	return nil
}

// leastRuns is how many earlier runs a judgement takes: below, a median and a
// deviation say nothing.
const leastRuns = 7

// anomaly never lets the tested run into what it is tested against: with it, no
// deviation could exceed (n-1)/sqrt(n).
func (b *binder) anomaly() error {
	f := struct {
		Metric string  `yaml:"metric"`
		K      float64 `yaml:"k"`
		Change float64 `yaml:"change"`
	}{K: 5, Change: 0.05}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if !(f.K > 0) || !(f.Change >= 0) {
		return b.arg.Pos.Errorf("anomaly takes metric, k above 0 (default 5) and change from 0 (default 0.05)")
	}
	return b.overRuns(f.Metric, func(now float64, past []float64, t *tally) {
		if len(past) < leastRuns {
			t.learning = fmt.Sprintf("%d earlier runs, %d are needed", len(past), leastRuns)
			return
		}
		mid := median(past)
		var dev, abs []float64
		for _, x := range past {
			dev = append(dev, math.Abs(x-mid))
			abs = append(abs, math.Abs(x-mid))
		}
		// 1.4826 makes the median deviation, 1.2533 the mean one, the standard
		// deviation of a normal distribution (Iglewicz and Hoaglin, 1993).
		sd := 1.4826 * median(dev)
		if sd == 0 {
			sd = 1.2533 * mean(abs)
		}
		t.observed = &now
		t.message = fmt.Sprintf("%s is %.6g, the median of %d runs is %.6g", f.Metric, now, len(past), mid)
		off := math.Abs(now - mid)
		if off > f.K*sd && off > f.Change*math.Abs(mid) {
			t.failed = 1
		}
	})
}

func median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
