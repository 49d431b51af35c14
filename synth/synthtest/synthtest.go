// Package synthtest is the conformance suite of models: whatever makes data in
// this house passes it.
package synthtest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// Model holds a model to the laws of its contract, with two seeds:
// the schema is stated before the rows and carries the table's name, origins
// that are synthetic, a key and references that exist; the rows are as many as
// stated; the same on 1, 2 and 8 workers and as ranges, in any split; columns are
// the same without the others; another seed gives other rows; keys are unique and
// not null; references hold; a range outside is refused; a stream that is left
// early, or cancelled, ends.
//
// Give it a small world: the tables are held in memory.
func Model(t *testing.T, m synth.Model) {
	t.Helper()
	ctx := context.Background()
	tables := m.Tables()
	if len(tables) == 0 {
		t.Fatal("Tables() is empty")
	}
	whole := map[string]arrow.Table{}
	for _, tab := range tables {
		checkSchema(t, tab, tables)
		one := read(t, open(t, synth.NewSource(m, 1, 1), tab.Name), tab)
		defer one.Release()
		whole[tab.Name] = one
		rows, err := tab.Rows(1)
		if err != nil {
			t.Fatal(err)
		}
		if one.NumRows() != rows {
			t.Errorf("table %q has %d rows, Rows(1) says %d", tab.Name, one.NumRows(), rows)
		}
		for _, workers := range []int{2, 8} {
			again := read(t, open(t, synth.NewSource(m, 1, workers), tab.Name), tab)
			same(t, fmt.Sprintf("%s on %d workers", tab.Name, workers), one, again)
			again.Release()
		}
		checkRanges(t, m, tab, one, rows)
		checkProjections(t, m, tab, one, rows)
		checkEarlyEnd(t, m, tab, rows)
	}
	other := synth.NewSource(m, 2, 1)
	differs := false
	for _, tab := range tables {
		two := read(t, open(t, other, tab.Name), tab)
		differs = differs || equal(whole[tab.Name], two) != ""
		two.Release()
	}
	if !differs {
		t.Error("seed 2 gives the rows of seed 1")
	}
	for _, tab := range tables {
		checkKeys(t, tab, whole)
	}
	if _, err := m.Generate(ctx, "no such table", 1, synth.Range{}); err == nil {
		t.Error("Generate(no such table) = nil, want an error")
	}
}

func checkSchema(t *testing.T, tab synth.Table, all []synth.Table) {
	t.Helper()
	f, err := table.FactsOf(tab.Schema)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != tab.Name {
		t.Errorf("table %q: its schema says it is %q", tab.Name, f.Name)
	}
	if f.Key != "" && len(tab.Schema.FieldIndices(f.Key)) != 1 {
		t.Errorf("table %q: there is no key column %q", tab.Name, f.Key)
	}
	for _, field := range tab.Schema.Fields() {
		if o := table.LabelOf(field).Origin; o != table.OriginSynthetic {
			t.Errorf("table %q, column %q: origin is %q, want %q", tab.Name, field.Name, o, table.OriginSynthetic)
		}
	}
	for _, r := range f.Refs {
		found := r.Table == tab.Name
		for _, p := range all {
			if p.Name == tab.Name {
				break // parents come before
			}
			if p.Name == r.Table && len(p.Schema.FieldIndices(r.Key)) == 1 {
				found = true
			}
		}
		if !found || len(tab.Schema.FieldIndices(r.Column)) != 1 {
			t.Errorf("table %q: reference %v does not lead to a table before it", tab.Name, r)
		}
	}
}

func open(t *testing.T, s table.Source, name string) table.Stream {
	t.Helper()
	st, err := s.Open(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func read(t *testing.T, st table.Stream, tab synth.Table) arrow.Table {
	t.Helper()
	if !st.Schema().Equal(tab.Schema) {
		t.Errorf("table %q: the stream's schema is not the one stated", tab.Name)
	}
	batches, err := table.Collect(context.Background(), st)
	if err != nil {
		t.Fatalf("table %q: %v", tab.Name, err)
	}
	for _, b := range batches {
		if !b.Schema().Equal(tab.Schema) {
			t.Errorf("table %q: a batch has another schema", tab.Name)
		}
	}
	out := array.NewTableFromRecords(tab.Schema, batches)
	for _, b := range batches {
		b.Release()
	}
	return out
}

func same(t *testing.T, what string, want, got arrow.Table) {
	t.Helper()
	if d := equal(want, got); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

// equal compares cell by cell, across batch boundaries; "" means equal.
func equal(a, b arrow.Table) string {
	if a.NumRows() != b.NumRows() {
		return fmt.Sprintf("%d rows, want %d", b.NumRows(), a.NumRows())
	}
	for c := range int(a.NumCols()) {
		x, y := cells(a, c), cells(b, c)
		for i := range x {
			if x[i] != y[i] {
				return fmt.Sprintf("column %q, row %d differs", a.Schema().Field(c).Name, i)
			}
		}
	}
	return ""
}

const null = "\x00null"

func cells(t arrow.Table, column int) []string {
	var out []string
	for _, chunk := range t.Column(column).Data().Chunks() {
		for i := range chunk.Len() {
			if chunk.IsNull(i) {
				out = append(out, null)
			} else {
				out = append(out, chunk.ValueStr(i))
			}
		}
	}
	return out
}

func checkRanges(t *testing.T, m synth.Model, tab synth.Table, whole arrow.Table, rows int64) {
	t.Helper()
	cuts := []int64{0, 1, rows / 7, rows / 7, rows / 3, rows - 1, rows}
	var batches []table.Batch
	last := int64(0)
	for _, c := range cuts {
		c = min(max(c, last), rows)
		st, err := m.Generate(context.Background(), tab.Name, 1, synth.Range{First: last, Count: c - last})
		if err != nil {
			t.Fatalf("Generate(%q, %d..%d): %v", tab.Name, last, c, err)
		}
		part, err := table.Collect(context.Background(), st)
		if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, part...)
		last = c
	}
	joined := array.NewTableFromRecords(tab.Schema, batches)
	defer joined.Release()
	for _, b := range batches {
		b.Release()
	}
	same(t, tab.Name+" in ranges", whole, joined)
	for _, r := range []synth.Range{{First: -1, Count: 1}, {First: 0, Count: rows + 1}, {First: rows, Count: 1}, {First: 0, Count: -1}, {First: 1, Count: 1<<63 - 1}} {
		if _, err := m.Generate(context.Background(), tab.Name, 1, r); err == nil {
			t.Errorf("Generate(%q, %v) of %d rows = nil, want an error", tab.Name, r, rows)
		}
	}
}

// checkProjections: leaving columns out changes none of the others, whether they
// are every other one, made whole, or the rest, made from some row on.
func checkProjections(t *testing.T, m synth.Model, tab synth.Table, whole arrow.Table, rows int64) {
	t.Helper()
	var lists [2][]string
	for i, f := range tab.Schema.Fields() {
		lists[i%2] = append([]string{f.Name}, lists[i%2]...) // last ones first
	}
	for k, names := range lists {
		if len(names) == 0 {
			continue
		}
		p, err := synth.Project(m, tab.Name, names)
		if err != nil {
			t.Fatal(err)
		}
		part, err := synth.Find(p, tab.Name)
		if err != nil {
			t.Fatal(err)
		}
		first := int64(k) * rows / 2
		columns := make([]arrow.Column, len(names))
		for c, n := range names {
			columns[c] = *array.NewColumnSlice(whole.Column(tab.Schema.FieldIndices(n)[0]), first, rows)
		}
		want := array.NewTable(part.Schema, columns, rows-first)
		st := open(t, synth.NewSource(p, 1, 2), tab.Name)
		if k == 1 {
			if st, err = p.Generate(context.Background(), tab.Name, 1, synth.Range{First: first, Count: rows - first}); err != nil {
				t.Fatal(err)
			}
		}
		got := read(t, st, part)
		same(t, fmt.Sprintf("%s from row %d with columns %q", tab.Name, first, names), want, got)
		got.Release()
		want.Release()
		checkSchema(t, part, p.Tables())
	}
	for _, bad := range [][]string{nil, {"no such column"}, {tab.Schema.Field(0).Name, tab.Schema.Field(0).Name}} {
		if _, err := synth.Project(m, tab.Name, bad); err == nil {
			t.Errorf("Project(%q, %q) = nil, want an error", tab.Name, bad)
		}
	}
}

func checkEarlyEnd(t *testing.T, m synth.Model, tab synth.Table, rows int64) {
	t.Helper()
	if rows == 0 {
		return
	}
	for range open(t, synth.NewSource(m, 1, 2), tab.Name).Batches(context.Background()) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	st, err := m.Generate(ctx, tab.Name, 1, synth.Range{Count: rows})
	if err != nil {
		return
	}
	for b, err := range st.Batches(ctx) {
		if err != nil {
			return
		}
		if b.NumRows() >= rows {
			return // it was done before it could look
		}
	}
	t.Errorf("table %q: a cancelled stream ends without an error", tab.Name)
}

func checkKeys(t *testing.T, tab synth.Table, whole map[string]arrow.Table) {
	t.Helper()
	f, err := table.FactsOf(tab.Schema)
	if err != nil {
		t.Fatal(err)
	}
	values := func(name, column string) []string {
		tb := whole[name]
		return cells(tb, tb.Schema().FieldIndices(column)[0])
	}
	if f.Key != "" {
		seen := map[string]bool{}
		for i, v := range values(tab.Name, f.Key) {
			if v == null || seen[v] {
				t.Errorf("table %q, row %d: the key is null or was there before", tab.Name, i)
				break
			}
			seen[v] = true
		}
	}
	for _, r := range f.Refs {
		if whole[r.Table] == nil {
			continue
		}
		parents := map[string]bool{}
		for _, v := range values(r.Table, r.Key) {
			parents[v] = true
		}
		for i, v := range values(tab.Name, r.Column) {
			if v != null && !parents[v] {
				t.Errorf("table %q, row %d: %s leads to no row of %q", tab.Name, i, strings.TrimSpace(r.Column), r.Table)
				break
			}
		}
	}
}
