package spec

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

func parse(t testing.TB, text string) *Spec {
	t.Helper()
	s, err := Parse("test.yaml", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// whole makes a table in one batch.
func whole(t testing.TB, s *Spec, name string) table.Batch {
	t.Helper()
	tab, err := synth.Find(s, name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tab.Rows(s.Seed())
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.world(s.Seed())
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.find(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.batch(x, 0, int(rows))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Release)
	return b
}

func col(t testing.TB, b table.Batch, name string) arrow.Array {
	t.Helper()
	i, err := table.Column(b.Schema(), name)
	if err != nil {
		t.Fatal(err)
	}
	return b.Column(i)
}

func cellsOf(t testing.TB, b table.Batch, name string) []string {
	t.Helper()
	a := col(t, b, name)
	out := make([]string, a.Len())
	for i := range out {
		out[i] = string(Cell(nil, a, i))
	}
	return out
}

func realsOf(t testing.TB, b table.Batch, name string) []float64 {
	t.Helper()
	a := col(t, b, name)
	at, out := floats(a), make([]float64, a.Len())
	for i := range out {
		out[i] = at(i)
	}
	return out
}

// TestSumsEqualTheirChildren adds the lines of each order by hand.
func TestSumsEqualTheirChildren(t *testing.T) {
	s, err := Load(specDir+"/shop.yaml", Options{Rows: 500})
	if err != nil {
		t.Fatal(err)
	}
	orders, lines := whole(t, s, "order"), whole(t, s, "line")
	sum, count := map[string]decimal128.Num{}, map[string]int64{}
	amounts := col(t, lines, "amount").(*array.Decimal128)
	for i, o := range cellsOf(t, lines, "order") {
		sum[o] = sum[o].Add(amounts.Value(i))
		count[o]++
	}
	totals, counts := col(t, orders, "total").(*array.Decimal128), col(t, orders, "lines").(*array.Int64)
	last := map[string]string{}
	placed, customer := cellsOf(t, orders, "placed"), cellsOf(t, orders, "customer")
	for i, id := range cellsOf(t, orders, "id") {
		if totals.Value(i) != sum[id] || counts.Value(i) != count[id] {
			t.Fatalf("order in row %d: total or count differ from its lines", i)
		}
		if placed[i] < last[customer[i]] {
			t.Fatalf("order in row %d: placed before the customer's order that stands before it", i)
		}
		last[customer[i]] = placed[i]
	}
	if int64(len(placed)) == 0 || s.tables[0].rows != 500 {
		t.Errorf("%d orders of %d customers", len(placed), s.tables[0].rows)
	}
}

// TestRowsAreThoseOfTheTable compares rows made alone with rows of the table.
func TestRowsAreThoseOfTheTable(t *testing.T) {
	for _, path := range specFiles(t) {
		s, err := Load(path, few(path, 200))
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range s.Tables() {
			all := whole(t, s, tab.Name)
			for row := int64(0); row < all.NumRows(); row += max(all.NumRows()/7, 1) {
				alone, err := s.Row(tab.Name, s.Seed(), row)
				if err != nil {
					t.Fatal(err)
				}
				for c, f := range tab.Schema.Fields() {
					if got, want := alone.Column(c).ValueStr(0), all.Column(c).ValueStr(int(row)); got != want {
						t.Errorf("%s: Row(%q, %d): column %q differs", filepath.Base(path), tab.Name, row, f.Name)
					}
				}
				alone.Release()
			}
			if _, err := s.Row(tab.Name, s.Seed(), all.NumRows()); err == nil {
				t.Errorf("Row(%q, behind the last) = nil, want an error", tab.Name)
			}
		}
	}
}

// TestWhois walks every unique column of every spec back, and wants unique
// columns to be unique.
func TestWhois(t *testing.T) {
	columns := 0
	for _, path := range specFiles(t) {
		s, err := Load(path, few(path, 150))
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range s.tables {
			b := whole(t, s, tab.name)
			for _, c := range tab.visible {
				if c.inverse == nil {
					if _, err := s.Whois(tab.name, c.name, s.Seed(), "x"); err == nil || !strings.Contains(err.Error(), "not unique") {
						t.Errorf("Whois(%s.%s) = %v, want an error: it is not unique", tab.name, c.name, err)
					}
					continue
				}
				columns++
				seen := map[string]bool{}
				for i, cell := range cellsOf(t, b, c.name) {
					if col(t, b, c.name).IsNull(i) {
						continue
					}
					if seen[cell] {
						t.Fatalf("%s.%s: row %d has a value that was there before", tab.name, c.name, i)
					}
					seen[cell] = true
					if row, err := s.Whois(tab.name, c.name, s.Seed(), cell); err != nil || row != int64(i) {
						t.Fatalf("Whois(%s.%s of row %d) = %d, %v", tab.name, c.name, i, row, err)
					}
				}
				for _, no := range []string{"", "x", "-1", "0", "99999999999999999999", strings.Repeat("z", 36)} {
					if row, err := s.Whois(tab.name, c.name, s.Seed(), no); !seen[no] && (err != nil || row != -1) {
						t.Errorf("Whois(%s.%s, a value that nobody has) = %d, %v", tab.name, c.name, row, err)
					}
				}
			}
		}
	}
	if columns < 20 {
		t.Errorf("%d unique columns in all specs, want 20 or more", columns)
	}
}

// TestUnique makes small rooms that are exactly full: all values come once.
func TestUnique(t *testing.T) {
	s := parse(t, `
tables:
  u: {rows: 1000, columns: {k: {key: int}}}
  t:
    rows: 1000
    entity: {p: person}
    columns:
      a: {pattern: "[A-E](x|y)\\d{2}", unique: true}
      b: {int: [-500, 499], unique: true, type: int16}
      c: {template: "{p.given}-{#3}", unique: true}
      d: {of: p.username, unique: true}
      e: {ref: u.k, unique: true}
      f: {key: "\\d{3}"}
`)
	b := whole(t, s, "t")
	for _, f := range b.Schema().Fields() {
		cells := cellsOf(t, b, f.Name)
		slices.Sort(cells)
		if n := len(slices.Compact(cells)); n != 1000 {
			t.Errorf("column %q has %d values in 1000 rows", f.Name, n)
		}
	}
}

// TestFamilies compares every way to find parents and children.
func TestFamilies(t *testing.T) {
	for _, count := range []string{"3", "0", "{poisson: 0.4}", "{negbin: [6, 0.3]}", "{pick: {0: 99, 700: 1}}", "{int: [0, 1]}"} {
		s := parse(t, "tables:\n  a: {rows: 1500, columns: {k: {key: int}, n: {count: b}}}\n  b: {per: {parent: a, count: "+count+"}, columns: {r: {ref: a.k}, i: {index: 0}}}")
		w, err := s.world(3)
		if err != nil {
			t.Fatal(err)
		}
		f := w.families[1]
		row := int64(0)
		for p := range f.parents {
			if f.start(p) != row {
				t.Fatalf("count %s: start(%d) = %d, want %d", count, p, f.start(p), row)
			}
			for i := range f.children(p) {
				if at, start := f.locate(row); at != p || start != row-i {
					t.Fatalf("count %s: locate(%d) = %d, %d, want %d, %d", count, row, at, start, p, row-i)
				}
				row++
			}
		}
		if row != f.total {
			t.Errorf("count %s: %d rows, want %d", count, row, f.total)
		}
		if f.total == 0 {
			continue
		}
		n := int(f.total)
		k := kin{make([]int64, n), make([]int64, n), make([]int64, n)}
		f.kin(&k, 0, nil, n)
		for i := range n {
			if p, start := f.locate(int64(i)); k.parent[i] != p || k.nth[i] != int64(i)-start || k.of[i] != f.children(p) {
				t.Fatalf("count %s: kin of row %d differ", count, i)
			}
		}
	}
}

// TestColumnsAreIndependent wants a column to keep its values when others come and go.
func TestColumnsAreIndependent(t *testing.T) {
	x := whole(t, parse(t, one("      a: {normal: [0, 1]}\n      b: {words: 3}")), "t")
	y := whole(t, parse(t, one("      c: p.email\n      b: {words: 3}")), "t")
	if a, b := cellsOf(t, x, "b"), cellsOf(t, y, "b"); !slices.Equal(a, b) {
		t.Error("column b changes when other columns do")
	}
}

// TestMemoryComesBack makes many batches and wants the heap to stay.
func TestMemoryComesBack(t *testing.T) {
	s, err := Load(specDir+"/t20.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(2 * partRows)
	run := func() {
		st, err := s.Generate(context.Background(), "t20", 1, synth.Range{Count: rows})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range st.Batches(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	if allocs := testing.AllocsPerRun(2, run); allocs > float64(rows)/100 {
		t.Errorf("%.0f allocations for %d rows, want none a row", allocs, rows)
	}
}

// TestDocNamesAllWords holds SPEC.md to the code.
func TestDocNamesAllWords(t *testing.T) {
	doc, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range Words() {
		if !strings.Contains(string(doc), fmt.Sprintf("| `%s` |", w.Name)) {
			t.Errorf("SPEC.md does not have the word %q", w.Name)
		}
	}
	for _, m := range document.Keys(modifiers{}) {
		if !strings.Contains(string(doc), fmt.Sprintf("| `%s` |", m)) {
			t.Errorf("SPEC.md does not have the modifier %q", m)
		}
	}
}
