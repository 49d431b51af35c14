package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/profile"
)

// A twin is a check of the catalogue, said a second time: plain Go over rows of
// loose values, from SUITE.md's words and not from the code. Every check has
// one, or one of naives(), which judges single values.
type twin struct {
	on    string // column, or "" for a check of the table
	check string // as in a suite
	judge func(w *world, rows []row) found
}

func (tw twin) kind() string { return trial{check: tw.check}.kind() }

// row is one row by column name; at is its number in the table.
type row struct {
	at int
	v  map[string]any
}

func (r row) null(col string) bool { return r.v[col] == nil }

// found is what a twin says.
type found struct {
	judged   int
	failed   []int // rows
	whole    bool  // of the table: bad says whether it is broken
	bad      bool
	observed float64 // NaN: the twin has no number
	slack    float64 // how far the number may be off
	near     bool    // too near the limit to say who is right
	broken   bool    // cannot be judged
	learning bool
}

// each judges rows one by one; applies is false for rows that are not judged.
func each(rows []row, keeps func(r row) (applies, ok bool)) found {
	f := found{observed: math.NaN()}
	for _, r := range rows {
		applies, ok := keeps(r)
		if !applies {
			continue
		}
		f.judged++
		if !ok {
			f.failed = append(f.failed, r.at)
		}
	}
	f.broken = f.judged == 0
	return f
}

// measure is a check of a whole table by a number that must lie in [lo, hi].
func measure(x, lo, hi float64) found {
	slack := 1e-9 * max(1, math.Abs(x))
	return found{
		whole: true, bad: !(x >= lo && x <= hi), observed: x, slack: slack,
		near: math.Abs(x-lo) <= slack && x != lo || math.Abs(x-hi) <= slack && x != hi,
	}
}

// says is a check of a whole table without a number.
func says(ok bool) found { return found{whole: true, bad: !ok, observed: math.NaN()} }

var cannot = found{whole: true, broken: true, observed: math.NaN()}

// world is what all twins judge at once.
type world struct {
	schemas map[string]*arrow.Schema
	tables  map[string][]row
	ref     []row
	past    []float64 // row counts of earlier runs
	fields  []string  // columns of the last run
}

// TestTwins judges random tables by the whole catalogue and by the twins: the
// same rows judged, the same rows failing, the same number measured, whatever
// the encoding of the columns, the cuts between batches and the number of
// states merged.
func TestTwins(t *testing.T) {
	holdTwins(t, twins(), twinSchema, twinRows)
}

// TestTwinsOfTypes judges columns of the less usual types.
func TestTwinsOfTypes(t *testing.T) {
	holdTwins(t, typeTwins(), typeSchema, typeRows)
}

func holdTwins(t *testing.T, all []twin, columns func(n int) *arrow.Schema, draw func(rng *rand.Rand, rows, n int) []row) {
	t.Helper()
	good, bad := map[string]bool{}, map[string]bool{}
	worlds := 28
	if testing.Short() { // under the race detector
		worlds = 14
	}
	for n := range worlds {
		w, plan := makeWorld(t, n, all, columns, draw)
		want := map[string]found{}
		for i, tw := range all {
			f := tw.judge(w, w.tables["t"])
			if want[fmt.Sprint("r", i)] = f; !f.broken && !f.learning {
				good[tw.kind()] = good[tw.kind()] || !f.bad && len(f.failed) < max(1, f.judged)
				bad[tw.kind()] = bad[tw.kind()] || f.bad || len(f.failed) > 0
			}
			var kept []row
			for _, r := range w.tables["t"] {
				if k, ok := r.v["k"].(int64); ok && k > 2 {
					kept = append(kept, r)
				}
			}
			want[fmt.Sprint("w", i)] = tw.judge(w, kept)
		}
		whole, rows := judgeWorld(t, w, plan, n)
		for _, c := range whole.Checks {
			if f, ok := want[c.ID]; ok {
				compareTwin(t, n, len(w.tables["t"]), c, f, rows[c.ID])
			}
		}
	}
	for _, tw := range all {
		if k := tw.kind(); !testing.Short() && !(good[k] && bad[k]) && k != "exists" { // an absent column is TestCatalogue's
			t.Errorf("%s: the twin is kept in some world %v and broken in some %v, want both", k, good[k], bad[k])
		}
	}
}

func compareTwin(t *testing.T, world, n int, c Check, f found, rows []int) {
	t.Helper()
	where := fmt.Sprintf("world %d (%d rows): %s %s on %s", world, n, c.ID, c.Rule, c.Column)
	switch {
	case f.broken || f.learning:
		if f.broken != (c.Status == Broken) || f.learning != (c.Status == Learning) {
			t.Errorf("%s: status %s (%s), the twin cannot judge (learning %v)", where, c.Status, c.Message, f.learning)
		}
		return
	case c.Status == Broken || c.Status == Learning:
		t.Errorf("%s: status %s (%s), the twin can judge", where, c.Status, c.Message)
		return
	case !f.whole:
		if c.Whole || int(c.Rows) != f.judged || int(c.Failed) != len(f.failed) || !slices.Equal(rows, f.failed) {
			t.Errorf("%s: %d judged and %d fail %v, the twin has %d and %d %v", where, c.Rows, c.Failed, rows, f.judged, len(f.failed), f.failed)
		}
		return
	}
	if !c.Whole {
		t.Errorf("%s: it judges rows, the twin the table", where)
	}
	if !f.near && (c.Status == Fail) != f.bad {
		t.Errorf("%s: status %s (%s), the twin says broken: %v (%v)", where, c.Status, c.Message, f.bad, f.observed)
	}
	if !math.IsNaN(f.observed) && (c.Observed == nil || math.Abs(*c.Observed-f.observed) > f.slack) {
		got := math.NaN()
		if c.Observed != nil {
			got = *c.Observed
		}
		t.Errorf("%s: observed %v, the twin %v", where, got, f.observed)
	}
}

// twinSuite writes every twin twice: for all rows, and for those with k > 2.
func twinSuite(all []twin) string {
	columns, checks := map[string][]string{}, []string{}
	for i, tw := range all {
		for _, text := range []string{fmt.Sprintf("{%s, id: r%d}", tw.check, i), fmt.Sprintf("{%s, id: w%d, where: \"k > 2\"}", tw.check, i)} {
			if tw.on == "" {
				checks = append(checks, text)
			} else {
				columns[tw.on] = append(columns[tw.on], text)
			}
		}
	}
	var b strings.Builder
	b.WriteString("tables:\n  t:\n    columns:\n")
	for c, group := range columns {
		fmt.Fprintf(&b, "      %s:\n        - %s\n", c, strings.Join(group, "\n        - "))
	}
	if len(checks) > 0 {
		fmt.Fprintf(&b, "    checks:\n      - %s\n", strings.Join(checks, "\n      - "))
	}
	return b.String()
}

var twinNow = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func makeWorld(t *testing.T, n int, all []twin, columns func(n int) *arrow.Schema, draw func(rng *rand.Rand, rows, n int) []row) (*world, *Plan) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 77))
	w := &world{tables: map[string][]row{}}
	size := []int{0, 1, 2, 3, 40, 130, 220}[n%7]
	w.schemas = map[string]*arrow.Schema{"t": columns(n), "o": columns(n), "wide": schema(t, "a string")}
	w.tables["t"] = draw(rng, size, n)
	w.tables["o"] = draw(rng, 60, n)
	w.tables["wide"] = []row{{0, map[string]any{"a": "x"}}}
	w.ref = draw(rng, 200, n/2)
	opt := Options{Now: twinNow, Reference: map[string]*profile.State{"t": profile.New(w.schemas["t"], profile.Options{})}}
	ref := twinBatch(w.schemas["t"], looseRows(w.schemas["t"], w.ref))
	if err := opt.Reference["t"].Add(ref); err != nil {
		t.Fatal(err)
	}
	ref.Release()
	for range []int{0, 1, 6, 7, 12}[n%5] {
		rows := int64(max(1, size+rng.IntN(9)-4+n%2*20))
		w.past = append(w.past, float64(rows))
		fields := fieldWords(&tablePlan{schema: w.schemas["t"]})
		if n%3 == 0 {
			fields = fields[1:]
		}
		w.fields = fields
		opt.History = append(opt.History, &Result{Tables: []Table{{Name: "t", Rows: rows, Fields: fields}}})
	}
	s, err := Parse("twins.yaml", []byte(twinSuite(all)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(s, w.schemas, opt)
	if err != nil {
		t.Fatal(err)
	}
	return w, p
}

func looseRows(s *arrow.Schema, rows []row) []rowOf {
	out := make([]rowOf, len(rows))
	for i, r := range rows {
		out[i] = make(rowOf, s.NumFields())
		for k, f := range s.Fields() {
			switch v := r.v[f.Name].(type) {
			case time.Time:
				out[i][k] = v.Unix() / 86400
				if f.Type.ID() == arrow.TIMESTAMP {
					out[i][k] = v.UnixNano() / int64(f.Type.(*arrow.TimestampType).Unit.Multiplier())
				}
			case cents:
				out[i][k] = int64(v)
			default:
				out[i][k] = v
			}
		}
	}
	return out
}

// twinBatch is batchOf with whole numbers past 63 bits.
func twinBatch(s *arrow.Schema, loose []rowOf) table.Batch {
	b := batchOf(s, loose)
	for i, f := range s.Fields() {
		if f.Type.ID() != arrow.UINT64 {
			continue
		}
		u := array.NewUint64Builder(memory.DefaultAllocator)
		for _, r := range loose {
			if v, ok := r[i].(uint64); ok {
				u.Append(v)
			} else {
				u.AppendNull()
			}
		}
		col := u.NewArray()
		next, err := b.SetColumn(i, col)
		if err != nil {
			panic(err)
		}
		col.Release()
		u.Release()
		b.Release()
		b = next
	}
	return b
}

// judgeWorld merges up to eight states that saw random cuts of the tables, then
// plays the rows again for those that break a check.
func judgeWorld(t *testing.T, w *world, plan *Plan, n int) (*Result, map[string][]int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 78))
	states := make([]*State, 1+n%8)
	for i := range states {
		states[i] = plan.New()
	}
	cuts := map[string][]table.Batch{}
	empty := false
	for _, name := range plan.Tables() {
		rows := w.tables[name]
		empty = empty || len(rows) == 0
		// Cut out of a longer one, so that no column starts at its buffer's.
		loose := looseRows(w.schemas[name], append(slices.Clone(w.ref[:3]), append(rows, w.ref[:2]...)...))
		if name == "wide" {
			loose = looseRows(w.schemas[name], append(slices.Clone(rows), append(slices.Clone(rows), append(rows, rows...)...)...))
		}
		whole := twinBatch(w.schemas[name], loose)
		from := 3
		if len(rows) == 0 {
			cuts[name] = append(cuts[name], whole.NewSlice(3, 3))
		}
		for left := len(rows); left > 0; {
			k := min(left, 1+rng.IntN([]int{5, 64, 130, 1000}[n%4]))
			cuts[name] = append(cuts[name], whole.NewSlice(int64(from), int64(from+k)))
			from, left = from+k, left-k
		}
		first := int64(0)
		for _, b := range cuts[name] {
			if err := states[rng.IntN(len(states))].AddAt(name, first, b); err != nil {
				t.Fatal(err)
			}
			first += b.NumRows()
		}
		whole.Release()
	}
	rng.Shuffle(len(states), func(i, j int) { states[i], states[j] = states[j], states[i] })
	for _, o := range states[1:] {
		if err := states[0].Merge(o); err != nil {
			t.Fatal(err)
		}
	}
	settled, err := states[0].Settle()
	if err != nil && !(empty && errors.Is(err, quality.ErrNothingJudged)) {
		t.Fatal(err)
	}
	if _, err = json.Marshal(settled.Result()); err != nil {
		t.Errorf("world %d: the result cannot be written: %v", n, err)
	}
	g, err := plan.Replay(settled, GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string][]int{}
	for _, name := range plan.Tables() {
		tp, err := plan.find(name)
		if err != nil {
			t.Fatal(err)
		}
		first := int64(0)
		for _, b := range cuts[name] {
			err = g.state.judge(g.state.tables[tp.index], first, b, func(c *check, fail bitmap) {
				fail.each(func(i int) bool {
					failed[c.spec.ID] = append(failed[c.spec.ID], int(first)+i)
					return true
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			first += b.NumRows()
			b.Release()
		}
	}
	g.Close()
	return settled.Result(), failed
}
