package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/profile"
)

// stampAt writes a time, in seconds since 1970.
func stampAt(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// judgeRows judges rows of one table by a suite, in two states that meet.
func judgeRows(t *testing.T, suite string, s *arrow.Schema, in []rowOf, opt Options) *Result {
	t.Helper()
	parsed, err := Parse("s.yaml", []byte(suite))
	if err != nil {
		t.Fatalf("%s: %v", suite, err)
	}
	if opt.Now.IsZero() {
		opt.Now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	}
	p, err := Compile(parsed, map[string]*arrow.Schema{"": s}, opt)
	if err != nil {
		t.Fatalf("%s: %v", suite, err)
	}
	cut := len(in) / 3
	one, two := p.New(), p.New()
	for _, part := range []struct {
		st    *State
		first int
		rows  []rowOf
	}{{two, cut, in[cut:]}, {one, 0, in[:cut]}} {
		if len(part.rows) == 0 {
			continue
		}
		b := batchOf(s, part.rows)
		err = part.st.AddAt("", int64(part.first), b)
		b.Release()
		if err != nil {
			t.Fatalf("%s: %v", suite, err)
		}
	}
	if err = one.Merge(two); err != nil {
		t.Fatal(err)
	}
	r, err := one.Finish()
	if err != nil {
		t.Fatalf("%s: %v", suite, err)
	}
	return r
}

// TestSeasonNaive counts hours and weekdays by package time, and compares the
// pattern that is kept for later runs, and the verdict over such a history.
func TestSeasonNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, typ := range []arrow.DataType{
		&arrow.TimestampType{Unit: arrow.Second}, &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}, arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Date64,
	} {
		for _, by := range []string{"hour", "weekday", "hour_of_week"} {
			if typ.ID() == arrow.DATE32 && by != "weekday" {
				continue
			}
			s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}}, nil)
			perSecond, _ := step(typ).Float64()
			var in []rowOf
			want := map[string][]int64{"hour": make([]int64, 24), "weekday": make([]int64, 7), "hour_of_week": make([]int64, 168)}
			for range 500 {
				seconds := rng.Int64N(1<<33) - 1<<32
				if typ.ID() == arrow.DATE32 {
					seconds -= ((seconds % 86400) + 86400) % 86400
				}
				in = append(in, rowOf{int64(math.Round(float64(seconds) / perSecond))})
				at := time.Unix(seconds, 0).UTC()
				day := (int(at.Weekday()) + 6) % 7
				want["hour"][at.Hour()]++
				want["weekday"][day]++
				want["hour_of_week"][24*day+at.Hour()]++
			}
			in = append(in, rowOf{nil})
			suite := fmt.Sprintf("columns:\n  a: {seasonality: {by: %s, against: history, max: 0.05}}\n", by)
			r := judgeRows(t, suite, s, in, Options{})
			if c := r.Checks[0]; c.Status != Learning || !slices.Equal(c.Pattern, want[by]) {
				t.Errorf("%s of %s: %s, %v, want learning and %v", by, typ, c.Status, c.Pattern, want[by])
			}
			if c := judgeRows(t, suite, s, in, Options{History: []*Result{r, r}}).Checks[0]; c.Status != Pass || *c.Observed != 0 {
				t.Errorf("%s of %s against itself: %s, %v", by, typ, c.Status, c.Message)
			}
		}
	}
}

// TestSeasonAlarms holds the check to its level: tables drawn from one pattern
// alarm at most as often as alpha says, and a moved pattern alarms. With 2,000
// trials at alpha 0.05 and no least distance, 150 alarms or more are 5 standard
// deviations off: a false alarm of this test below 1e-6.
func TestSeasonAlarms(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	draw := func(shift int) []int64 {
		out := make([]int64, 24)
		for range 300 {
			h := (rng.IntN(12) + rng.IntN(12) + shift) % 24
			out[h]++
		}
		return out
	}
	alarms, found := 0, 0
	for range 2000 {
		if profile.TwoSample(draw(0), draw(0)).ChiP < 0.05 {
			alarms++
		}
		if d := profile.TwoSample(draw(0), draw(4)); d.ChiP < 0.01 && d.TotalVariation > 0.1 {
			found++
		}
	}
	if alarms >= 150 || found < 1990 {
		t.Errorf("%d of 2000 equal patterns alarm and %d of 2000 moved ones, want at most 149 and at least 1990", alarms, found)
	}
}

// TestSLANaive compares with deadlines by package time.
func TestSLANaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for trial := range 200 {
		days, rowsWanted := rng.IntN(3), 1+rng.Int64N(2)
		arrivals := trial%3 > 0
		skip := trial%2 == 0
		typ := []arrow.DataType{arrow.FixedWidthTypes.Date32, &arrow.TimestampType{Unit: arrow.Microsecond}}[trial%2]
		s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}, {Name: "b", Type: &arrow.TimestampType{Unit: arrow.Millisecond}, Nullable: true}}, nil)
		perSecond, _ := step(typ).Float64()
		var in []rowOf
		counts := map[string]int64{}
		first := time.Time{}
		for range 40 {
			at := now.AddDate(0, 0, -rng.IntN(9)).Truncate(24 * time.Hour)
			if typ.ID() == arrow.TIMESTAMP {
				at = at.Add(time.Duration(rng.IntN(86400)) * time.Second)
			}
			day := at.Truncate(24 * time.Hour)
			deadline := day.AddDate(0, 0, days).Add(6*time.Hour + 30*time.Minute)
			came := deadline.Add(time.Duration(rng.IntN(3)-1) * time.Millisecond)
			if rng.IntN(3) == 0 {
				came = deadline.Add(time.Duration(rng.IntN(100)-80) * time.Hour)
			}
			if first.IsZero() || day.Before(first) {
				first = day
			}
			r := rowOf{int64(math.Round(float64(at.Unix()) / perSecond)), came.UnixMilli()}
			if rng.IntN(9) == 0 {
				r[1] = nil
			}
			if !arrivals || r[1] != nil && !came.After(deadline) {
				counts[day.Format("2006-01-02")]++
			}
			in = append(in, r)
		}
		late, due := 0, 0
		for day := first; !day.After(now); day = day.AddDate(0, 0, 1) {
			deadline := day.AddDate(0, 0, days).Add(6*time.Hour + 30*time.Minute)
			if deadline.After(now) || skip && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
				continue
			}
			due++
			if counts[day.Format("2006-01-02")] < rowsWanted {
				late++
			}
		}
		suite := fmt.Sprintf("columns:\n  a: {sla_by: {by: \"06:30\", days: %d, rows: %d", days, rowsWanted)
		if arrivals {
			suite += ", arrived: b"
		}
		if skip {
			suite += ", skip: [Sat, sun]"
		}
		c := judgeRows(t, suite+"}}\n", s, in, Options{Now: now}).Checks[0]
		if want := fmt.Sprintf("%d of %d days were late", late, due); c.Message != want || (late > 0) != (c.Status == Fail) {
			t.Errorf("trial %d: %s, %s, want %s", trial, c.Status, c.Message, want)
		}
	}
}
