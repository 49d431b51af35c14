package rule

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

func (tr trial) kind() string { return strings.SplitN(tr.check, ":", 2)[0] }

func (tr trial) schema(t testing.TB) *arrow.Schema {
	var fields []string
	for i, typ := range strings.Fields(tr.types) {
		fields = append(fields, string(rune('a'+i))+" "+typ)
	}
	return schema(t, fields...)
}

// batch makes rows of JSON values, or of the few that JSON cannot write.
func (tr trial) batch(t testing.TB, s *arrow.Schema, text string) table.Batch {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	switch text {
	case "inf":
		f := b.Field(0).(*array.Float64Builder)
		var zero float64
		f.AppendValues([]float64{1, 1 / zero}, nil)
		return b.NewRecord()
	case "broken":
		b.Field(0).(*array.StringBuilder).AppendValues([]string{"ok", "\xff"}, nil)
		return b.NewRecord()
	case "absent":
		other := schema(t, "z int64")
		return rows(t, memory.DefaultAllocator, other, `[{"z": 1}]`)
	}
	var values []json.RawMessage
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	var out []string
	for _, v := range values {
		cells := []json.RawMessage{v}
		if strings.HasPrefix(string(v), "[") {
			cells = nil
			if err := json.Unmarshal(v, &cells); err != nil {
				t.Fatal(err)
			}
		}
		var parts []string
		for i, c := range cells {
			parts = append(parts, fmt.Sprintf("%q: %s", s.Field(i).Name, c))
		}
		out = append(out, "{"+strings.Join(parts, ", ")+"}")
	}
	return rows(t, memory.DefaultAllocator, s, "["+strings.Join(out, ",")+"]")
}

// spoil overwrites the memory of a batch.
func spoil(b table.Batch) {
	var one func(d arrow.ArrayData)
	one = func(d arrow.ArrayData) {
		for _, buf := range d.Buffers() {
			if buf != nil {
				memory.Set(buf.Bytes(), 0xaa)
			}
		}
		for _, c := range d.Children() {
			one(c)
		}
		if v, ok := d.Dictionary().(*array.Data); ok && v != nil {
			one(v)
		}
	}
	for _, c := range b.Columns() {
		one(c.Data())
	}
}

func (tr trial) judge(t testing.TB, text string) Check {
	t.Helper()
	s := tr.schema(t)
	b := tr.batch(t, s, text)
	s = b.Schema()
	suite := "tables:\n  t:\n    columns:\n      a: {" + tr.check + ", id: it}\n"
	if tr.table {
		suite = "tables:\n  t:\n    checks:\n      - {" + tr.check + ", id: it}\n"
	}
	schemas := map[string]*arrow.Schema{"t": s, "o": s, "wide": schema(t, "a string")}
	opt := Options{Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Funcs: map[string]Func{"even": evenFunc()}}
	if tr.ref != "" {
		ref := profile.New(s, profile.Options{})
		if err := ref.Add(tr.batch(t, s, tr.ref)); err != nil {
			t.Fatal(err)
		}
		opt.Reference = map[string]*profile.State{"t": ref}
	}
	for _, n := range tr.past {
		opt.History = append(opt.History, &Result{Tables: []Table{{Name: "t", Rows: n, Fields: []string{"a int64"}}}})
	}
	parsed, err := Parse("s.yaml", []byte(suite))
	if err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	p, err := Compile(parsed, schemas, opt)
	if err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	// In two states, cut in the middle, to hold merging to its word as well.
	st, half := p.New(), p.New()
	if tr.other != "" {
		if err = half.Add("o", tr.batch(t, s, tr.other)); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Contains(p.Tables(), "wide") {
		if err = half.Add("wide", rows(t, memory.DefaultAllocator, schemas["wide"], `[{"a": "x"}]`)); err != nil {
			t.Fatal(err)
		}
	}
	n := b.NumRows()
	if n > 1 {
		if err = half.AddAt("t", n/2, b.NewSlice(n/2, n)); err != nil {
			t.Fatalf("%s: %v", tr.check, err)
		}
		b = b.NewSlice(0, n/2)
	}
	if err = st.AddAt("t", 0, b); err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	spoil(b) // its memory may be used again: nothing of it is kept
	if err = st.Merge(half); err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	r, err := st.Finish()
	if err != nil {
		t.Fatalf("%s: %v", tr.check, err)
	}
	return r.Checks[0]
}

// TestCatalogue holds every check against rows that keep it and rows that break
// it, and itself against the catalogue.
func TestCatalogue(t *testing.T) {
	type place struct {
		name  string
		table bool
	}
	passed, failed := map[place]bool{}, map[place]bool{}
	for _, tr := range append(trials(), moreTrials()...) {
		at := place{tr.kind(), tr.table}
		if tr.good != "" {
			passed[at] = true
			if c := tr.judge(t, tr.good); c.Status != Pass {
				t.Errorf("%s on good rows: %s, %s", tr.check, c.Status, c.Message)
			}
		}
		if tr.bad != "" {
			failed[at] = true
			if c := tr.judge(t, tr.bad); c.Status != Fail || c.Failed == 0 {
				t.Errorf("%s on bad rows: %s, %s", tr.check, c.Status, c.Message)
			}
		}
	}
	for _, d := range Catalogue() {
		at := place{d.Name, !d.Column()}
		if !passed[at] || !failed[at] {
			t.Errorf("%s (table: %v) has rows that pass %v and rows that fail %v, want both", d.Name, at.table, passed[at], failed[at])
		}
		if d.About == "" || d.Example == "" || d.Family == "" || d.Dimension == "" {
			t.Errorf("%s is not described", d.Name)
		}
	}
}

// TestExamplesParse keeps the catalogue's examples to the language.
func TestExamplesParse(t *testing.T) {
	for _, d := range Catalogue() {
		suite := "columns:\n  a: {" + d.Name + ": " + d.Example + "}\n"
		if !d.Column() {
			suite = "checks:\n  - {" + d.Name + ": " + d.Example + "}\n"
		}
		if _, err := Parse("example.yaml", []byte(suite)); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
}

// TestDocumented keeps SUITE.md's catalogue to the code's.
func TestDocumented(t *testing.T) {
	data, err := os.ReadFile("SUITE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Catalogue() {
		on := "table"
		if d.Column() {
			on = "column"
		}
		if d.Whole() {
			on += ", whole"
		}
		line := fmt.Sprintf("| `%s` | %s | %s | `%s` |\n", d.Name, on, d.About, d.Example)
		if !strings.Contains(string(data), line) {
			t.Errorf("SUITE.md lacks the line %s", line)
		}
	}
}
