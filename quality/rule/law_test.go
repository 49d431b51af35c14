package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

const lawSuite = `
tables:
  parent:
    columns:
      id: {unique: true}
  child:
    columns:
      id: {unique: true, not_null: true}
      parent: {foreign_key: parent.id, mostly: 0.5}
      score: [{between: [0, 50], where: "name != 'n3'"}, {gt: 90, level: warning}]
      name: {in_set: [n1, n2, n3], length: [2, 2], unique: true}
    checks:
      - unique: [parent, name]
      - expr: "score > 10 || name == 'n1'"
      - implies: {if: "score > 50", then: "parent > 5"}
      - row_count: [1, 100000]
`

var (
	lawParent = arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}}, nil)
	lawChild  = arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "parent", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "score", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
)

func lawRows(rng *rand.Rand, s *arrow.Schema, n int) table.Batch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	for range n {
		for i, f := range b.Fields() {
			if s.Field(i).Nullable && rng.IntN(9) == 0 {
				f.AppendNull()
				continue
			}
			switch f := f.(type) {
			case *array.Int64Builder:
				f.Append(rng.Int64N(400))
			case *array.Float64Builder:
				f.Append(rng.Float64() * 100)
			case *array.StringBuilder:
				f.Append(fmt.Sprint("n", rng.IntN(12)))
			}
		}
	}
	return b.NewRecord()
}

func resultJSON(t *testing.T, s *State) string {
	t.Helper()
	r, err := s.Finish()
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestWholeIsAnySplit judges the same rows whole, in random splits over up to
// eight states merged in any order, and streamed on up to eight goroutines: the
// results must be the same bytes.
func TestWholeIsAnySplit(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	tables := map[string][]table.Batch{}
	for range 7 {
		tables["parent"] = append(tables["parent"], lawRows(rng, lawParent, rng.IntN(60)))
		tables["child"] = append(tables["child"], lawRows(rng, lawChild, rng.IntN(300)))
	}
	plan := compile(t, lawSuite, map[string]*arrow.Schema{"parent": lawParent, "child": lawChild})
	whole := plan.New()
	for _, name := range []string{"child", "parent"} {
		for _, b := range tables[name] {
			if err := whole.Add(name, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := resultJSON(t, whole)
	for n := 1; n <= 8; n++ {
		states := make([]*State, n)
		for i := range states {
			states[i] = plan.New()
		}
		for name, batches := range tables {
			var first int64
			for _, b := range batches {
				for from := int64(0); from < b.NumRows(); {
					to := min(b.NumRows(), from+1+rng.Int64N(100))
					part := b.NewSlice(from, to)
					if err := states[rng.IntN(n)].AddAt(name, first+from, part); err != nil {
						t.Fatal(err)
					}
					part.Release()
					from = to
				}
				first += b.NumRows()
			}
		}
		rng.Shuffle(n, func(i, j int) { states[i], states[j] = states[j], states[i] })
		for _, o := range states[1:] {
			if err := states[0].Merge(o); err != nil {
				t.Fatal(err)
			}
		}
		if got := resultJSON(t, states[0]); got != want {
			t.Errorf("%d states: result differs\n got %s\nwant %s", n, got, want)
		}
		streamed := plan.New()
		for name, batches := range tables {
			if err := streamed.AddStream(context.Background(), name, table.FromBatches(batches[0].Schema(), batches...), n); err != nil {
				t.Fatal(err)
			}
		}
		if got := resultJSON(t, streamed); got != want {
			t.Errorf("%d goroutines: result differs\n got %s\nwant %s", n, got, want)
		}
	}
}

// TestGateAgrees judges the same rows while they leave: each check counts the
// same rows and failures.
func TestGateAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	parents, children := lawRows(rng, lawParent, 100), lawRows(rng, lawChild, 900)
	plan := compile(t, lawSuite, map[string]*arrow.Schema{"parent": lawParent, "child": lawChild})
	whole := plan.New()
	for name, b := range map[string]table.Batch{"parent": parents, "child": children} {
		if err := whole.Add(name, b); err != nil {
			t.Fatal(err)
		}
	}
	want, err := whole.Finish()
	if err != nil {
		t.Fatal(err)
	}
	w := &memoryWriter{}
	g, err := plan.Gate(GateOptions{Quarantine: func(string, *arrow.Schema) (table.Writer, error) { return w, nil }})
	if err != nil {
		t.Fatal(err)
	}
	var passed int64
	for _, name := range plan.Tables() {
		b := map[string]table.Batch{"parent": parents, "child": children}[name]
		out, fault := table.Apply(table.FromBatches(b.Schema(), b.NewSlice(0, b.NumRows()/2), b.NewSlice(b.NumRows()/2, b.NumRows())), g.Stage(name))
		if fault != nil {
			t.Fatal(fault)
		}
		for part, broken := range out.Batches(context.Background()) {
			if broken != nil {
				t.Fatal(broken)
			}
			passed += part.NumRows()
		}
	}
	got, err := g.Finish()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range got.Checks {
		w := want.Checks[i]
		if c.Rows != w.Rows || c.Failed != w.Failed || c.Status != w.Status || fmt.Sprint(c.Examples) != fmt.Sprint(w.Examples) {
			t.Errorf("check %s: gate says %+v, state says %+v", c.ID, c, w)
		}
	}
	var held int64
	for _, b := range w.batches {
		held += b.NumRows()
	}
	if passed+held != got.Rows || held == 0 || held != got.Tables[0].Quarantined+got.Tables[1].Quarantined {
		t.Errorf("%d passed + %d held != %d rows", passed, held, got.Rows)
	}
}

// TestRisingKeys judges batches of rising ids, which need no hashing until two
// of them overlap.
func TestRisingKeys(t *testing.T) {
	s := schema(t, "id int64")
	for _, c := range []struct {
		batches []string
		want    string
	}{
		{[]string{`[{"id": 1}, {"id": 5}]`, `[{"id": 6}, {"id": 9}]`, `[{"id": -3}]`}, "0/5 []"},
		{[]string{`[{"id": 1}, {"id": 5}]`, `[{"id": 3}, {"id": 9}]`}, "0/4 []"},
		{[]string{`[{"id": 1}, {"id": 5}]`, `[{"id": 5}, {"id": 9}]`, `[{"id": 1}]`}, "2/5 [2 4]"},
		{[]string{`[{"id": 1}, {"id": 5}]`, `[{"id": 9}, {"id": 5}]`}, "1/4 [3]"},
		{[]string{`[{"id": 1}, {"id": 70000}]`, `[{"id": 70000}, {"id": 70001}, {"id": 135537}, {"id": 135538}]`, `[{"id": 135538}]`}, "2/7 [2 6]"},
		{[]string{`[{"id": 1}, {"id": null}, {"id": 5}]`, `[{"id": 5}]`}, "1/3 [3]"},
	} {
		p := compile(t, "columns:\n  id: {unique: true}\n", map[string]*arrow.Schema{"": s})
		a, b := p.New(), p.New()
		first := int64(0)
		for i, text := range c.batches {
			batch := rows(t, memory.DefaultAllocator, s, text)
			if err := []*State{a, b}[i%2].AddAt("", first, batch); err != nil {
				t.Fatal(err)
			}
			first += batch.NumRows()
		}
		if err := a.Merge(b); err != nil {
			t.Fatal(err)
		}
		r, err := a.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d/%d %v", r.Checks[0].Failed, r.Checks[0].Rows, r.Checks[0].Examples); got != c.want {
			t.Errorf("unique of %q = %s, want %s", c.batches, got, c.want)
		}
	}
}

// TestReplayAgrees settles keys in a first pass and quarantines in a second: the
// same rows leave with the same rules as from a gate, and checks that a gate
// cannot judge work too.
func TestReplayAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	b := lawRows(rng, lawChild, 700)
	suite := `
columns:
  id: {unique: true, not_null: true}
  name: [{unique: true, where: "score > 90"}, {in_set: [n1, n2, n3, n4, n5, n6]}]
  score: {monotone: increasing, level: warning}
checks:
  - primary_key: [id, name]
  - distinct_rows: true
  - row_count: [1, 1000]
`
	held := func(plan *Plan, gate func(opt GateOptions) (*Gate, error)) (string, *Result) {
		w := &memoryWriter{}
		g, err := gate(GateOptions{Quarantine: func(string, *arrow.Schema) (table.Writer, error) { return w, nil }})
		if err != nil {
			t.Fatal(err)
		}
		out, err := table.Apply(table.FromBatches(b.Schema(), b.NewSlice(0, 300), b.NewSlice(300, 700)), g.Stage(""))
		if err != nil {
			t.Fatal(err)
		}
		passed := int64(0)
		for part, broken := range out.Batches(context.Background()) {
			if broken != nil {
				t.Fatal(broken)
			}
			passed += part.NumRows()
		}
		r, err := g.Finish()
		if err != nil {
			t.Fatal(err)
		}
		text, rows := "", int64(0)
		for _, part := range w.batches {
			rows += part.NumRows()
			text += part.Column(4).String() + part.Column(5).String()
		}
		if passed+rows != 700 || rows == 0 || r.Tables[0].Quarantined != rows {
			t.Errorf("%d passed and %d held of 700, the result says %d", passed, rows, r.Tables[0].Quarantined)
		}
		return text, r
	}
	settle := func(plan *Plan) *Settled {
		s := plan.New()
		if err := s.Add("", b); err != nil {
			t.Fatal(err)
		}
		x, err := s.Settle()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	plan := compile(t, suite, map[string]*arrow.Schema{"": lawChild})
	want, first := held(plan, plan.Gate)
	x := settle(plan)
	got, second := held(plan, func(opt GateOptions) (*Gate, error) { return plan.Replay(x, opt) })
	if got != want {
		t.Errorf("replay holds back\n%s\nthe gate\n%s", got, want)
	}
	for i := range first.Checks {
		if a, b := first.Checks[i], second.Checks[i]; a.Failed != b.Failed || a.Rows != b.Rows {
			t.Errorf("%s: gate %d of %d, replay %d of %d", a.ID, a.Failed, a.Rows, b.Failed, b.Rows)
		}
	}
	own := compile(t, "columns:\n  parent: {foreign_key: t.id}\n", map[string]*arrow.Schema{"t": lawChild})
	if _, err := own.Gate(GateOptions{}); err == nil {
		t.Error("a gate takes a foreign key into its own table")
	}
	x = settle(own)
	if text, _ := held(own, func(opt GateOptions) (*Gate, error) { return own.Replay(x, opt) }); text == "" {
		t.Error("replay holds back no row with a broken reference")
	}
	g, err := own.Replay(settle(own), GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Finish(); err == nil {
		t.Error("replay of fewer rows: no error")
	}
}

// TestCircles judges two tables that refer to each other; a gate refuses them.
func TestCircles(t *testing.T) {
	s := schema(t, "id int64", "other int64")
	p := compile(t, `
tables:
  a: {columns: {other: {foreign_key: b.id}}}
  b: {columns: {other: {foreign_key: a.id}}}
`, map[string]*arrow.Schema{"a": s, "b": s})
	st := p.New()
	for name, text := range map[string]string{"a": `[{"id": 1, "other": 7}]`, "b": `[{"id": 7, "other": 2}]`} {
		if err := st.Add(name, rows(t, memory.DefaultAllocator, s, text)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := st.Finish()
	if err != nil || r.Checks[0].Failed != 0 || r.Checks[1].Failed != 1 {
		t.Errorf("circle: %+v, %v, want 0 and 1 failing", r.Checks, err)
	}
	if _, err = p.Gate(GateOptions{}); err == nil {
		t.Error("a gate takes a circle of foreign keys")
	}
}
