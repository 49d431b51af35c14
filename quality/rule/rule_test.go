package rule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// rows makes a batch from columns of JSON rows.
func rows(t testing.TB, mem memory.Allocator, s *arrow.Schema, json string) table.Batch {
	t.Helper()
	b, _, err := array.RecordFromJSON(mem, s, strings.NewReader(json))
	if err != nil {
		t.Fatalf("make rows: %v", err)
	}
	return b
}

func schema(t testing.TB, fields ...string) *arrow.Schema {
	t.Helper()
	var out []arrow.Field
	for _, f := range fields {
		name, typ, _ := strings.Cut(f, " ")
		dt, err := table.ParseType(typ)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, arrow.Field{Name: name, Type: dt, Nullable: true})
	}
	return arrow.NewSchema(out, nil)
}

func compile(t testing.TB, suite string, schemas map[string]*arrow.Schema) *Plan {
	t.Helper()
	s, err := Parse("suite.yaml", []byte(suite))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	p, err := Compile(s, schemas, Options{Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return p
}

// verdicts lists id, rows, failed and status of every check.
func verdicts(r *Result) []string {
	var out []string
	for _, c := range r.Checks {
		out = append(out, fmt.Sprintf("%s %d/%d %s", c.ID, c.Failed, c.Rows, c.Status))
	}
	return out
}

const dozen = `
suite: dozen
columns:
  id: {unique: true, not_null: true, type: int64}
  age: {between: [0, 120], mostly: 0.5}
  kind: {in_set: [a, b], level: warning}
  name: {length: [1, 3], matches: "^[a-z]+$", missing: ["n/a"]}
  card: {checksum: luhn}
  at: {freshness: 48h}
checks:
  - row_count: [1, 10]
`

func TestDozen(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	s := schema(t, "id int64", "age float64", "kind category", "name string", "card string", "at timestamp")
	b := rows(t, mem, s, `[
		{"id": 1, "age": 10, "kind": "a", "name": "abc", "card": "4539578763621486", "at": "2026-06-29T01:00:00Z"},
		{"id": 2, "age": -1, "kind": "c", "name": "n/a", "card": "4539578763621487", "at": "2026-06-20T00:00:00Z"},
		{"id": 2, "age": null, "kind": null, "name": "ABCD", "card": null, "at": null},
		{"id": null, "age": 120, "kind": "b", "name": "", "card": "79927398713", "at": null}]`)
	defer b.Release()
	p := compile(t, dozen, map[string]*arrow.Schema{"t": s})
	st := p.New()
	if err := st.Add("t", b); err != nil {
		t.Fatal(err)
	}
	r, err := st.Finish()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"id.unique 1/3 fail", "id.not_null 1/4 fail", "id.type 0/1 pass", "age.between 1/3 pass", "kind.in_set 1/3 warn",
		"name.length 2/3 fail", "name.matches 2/3 fail", "card.checksum 1/3 fail", "at.freshness 0/1 pass", "row_count 0/1 pass",
	}
	if diff := cmp.Diff(want, verdicts(r)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if r.Status != Fail {
		t.Errorf("Status = %s, want fail", r.Status)
	}
}

// memoryWriter keeps what is written.
type memoryWriter struct {
	batches []table.Batch
	closed  bool
}

func (w *memoryWriter) Write(b table.Batch) error {
	b.Retain()
	w.batches = append(w.batches, b)
	return nil
}

func (w *memoryWriter) Close() error { w.closed = true; return nil }

func TestGateSplits(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	parents := schema(t, "id int64")
	children := schema(t, "id int64", "parent int64", "name string")
	children = arrow.NewSchema([]arrow.Field{children.Field(0), children.Field(1), table.WithLabel(children.Field(2), table.Label{Role: table.RoleDirect})}, nil)
	p := compile(t, `
tables:
  child:
    columns:
      id: {unique: true}
      parent: {foreign_key: parent.id}
      name: [{length: 1, level: warning}]
`, map[string]*arrow.Schema{"parent": parents, "child": children})
	if diff := cmp.Diff([]string{"parent", "child"}, p.Tables()); diff != "" {
		t.Fatalf("Tables (-want +got):\n%s", diff)
	}
	w := &memoryWriter{}
	g, err := p.Gate(GateOptions{Memory: mem, Quarantine: func(string, *arrow.Schema) (table.Writer, error) { return w, nil }})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	run := func(name string, s *arrow.Schema, json string) []table.Batch {
		b := rows(t, mem, s, json)
		defer b.Release()
		out, fault := table.Apply(table.FromBatches(s, b), g.Stage(name))
		if fault != nil {
			t.Fatal(fault)
		}
		got, fault := table.Collect(ctx, out)
		if fault != nil {
			t.Fatal(fault)
		}
		return got
	}
	for _, b := range run("parent", parents, `[{"id": 1}, {"id": 2}]`) {
		b.Release()
	}
	good := run("child", children, `[
		{"id": 1, "parent": 1, "name": "x"},
		{"id": 1, "parent": 9, "name": "long"},
		{"id": 2, "parent": 2, "name": "long"},
		{"id": 3, "parent": null, "name": "x"},
		{"id": 4, "parent": 8, "name": null}]`)
	r, err := g.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if len(good) != 1 || good[0].NumRows() != 3 {
		t.Fatalf("good = %v, want one batch of 3 rows", good)
	}
	if !w.closed || len(w.batches) != 1 || w.batches[0].NumRows() != 2 {
		t.Fatalf("quarantine = %v, want one batch of 2 rows, closed", w.batches)
	}
	bad := w.batches[0]
	if got, want := bad.Column(4).String(), `[["child.id.unique" "child.parent.foreign_key" "child.name.length"] ["child.parent.foreign_key"]]`; got != want {
		t.Errorf("rules = %s, want %s", got, want)
	}
	if got, want := bad.Column(3).String(), "[1 4]"; got != want {
		t.Errorf("row numbers = %s, want %s", got, want)
	}
	if got := bad.Column(2).ValueStr(0); !strings.HasPrefix(got, "hmac:") {
		t.Errorf("personal value = %q, want a hash", got)
	}
	if got := r.Tables[1]; got.Rows != 5 || got.Quarantined != 2 {
		t.Errorf("Tables[1] = %+v, want 5 rows, 2 quarantined", got)
	}
	for _, b := range append(good, w.batches...) {
		b.Release()
	}
}

func TestNothingIsNeverAPass(t *testing.T) {
	for name, suite := range map[string]string{
		"no checks":       "suite: x\n",
		"empty column":    "columns:\n  id: {}\n",
		"unknown check":   "columns:\n  id: {not_nul: true}\n",
		"unknown key":     "columns:\n  id: {not_null: true}\nchekcs: []\n",
		"switched off":    "columns:\n  id: {not_null: false}\n",
		"absent column":   "columns:\n  di: {not_null: true}\n",
		"wrong type":      "columns:\n  id: {matches: x}\n",
		"empty range":     "columns:\n  id: {between: [2, 1]}\n",
		"bad level":       "columns:\n  id: {not_null: true, level: fatal}\n",
		"mostly whole":    "checks:\n  - {row_count: 1, mostly: 0.5}\n",
		"two checks":      "checks:\n  - {row_count: 1, unique: [id]}\n",
		"same id":         "columns:\n  id: [{not_null: true, id: a}, {unique: true, id: a}]\n",
		"bad expression":  "checks:\n  - expr: \"id >\"\n",
		"absent in where": "columns:\n  id: {not_null: true, where: \"nope > 1\"}\n",
	} {
		s, err := Parse("s.yaml", []byte(suite))
		if err == nil {
			_, err = Compile(s, map[string]*arrow.Schema{"t": schema(t, "id int64")}, Options{})
		}
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if !strings.HasPrefix(err.Error(), "s.yaml:") {
			t.Errorf("%s: error %q has no line", name, err)
		}
	}
	s := schema(t, "id int64")
	p := compile(t, "columns:\n  id: {not_null: true}\n", map[string]*arrow.Schema{"t": s})
	if _, err := p.New().Finish(); !errors.Is(err, quality.ErrNothingJudged) {
		t.Errorf("Finish without rows: %v, want ErrNothingJudged", err)
	}
	b := rows(t, memory.DefaultAllocator, s, `[{"id": null}]`)
	p = compile(t, "columns:\n  id: {gt: 0}\n", map[string]*arrow.Schema{"t": s})
	st := p.New()
	if err := st.Add("t", b); err != nil {
		t.Fatal(err)
	}
	r, err := st.Finish()
	if err != nil || r.Checks[0].Status != Broken || r.OK() {
		t.Errorf("all rows null: %+v, %v, want status error", r, err)
	}
}
