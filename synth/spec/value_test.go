package spec

import (
	"context"
	"fmt"
	"math"
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
		s, err := Load(path, Options{Rows: 200})
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
		s, err := Load(path, Options{Rows: 400})
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

// TestCorrelations measures Spearman's rho of what was declared, on 20,000
// rows: its standard error is below 0.0071, and 5 of them make one false alarm
// in 10^6.
func TestCorrelations(t *testing.T) {
	s := parse(t, `
tables:
  t:
    rows: 20k
    columns:
      a: {lognormal: [48000, 0.6]}
      b: {normal: [41, 13], truncate: [18, 95], correlate: {a: 0.35}}
      c: {gamma: [2, 3], correlate: {a: -0.5, b: 0.2}}
      d: {normal: [41, 13], truncate: [18, 95]}
      e: {negbin: [40, 3], correlate: {c: 0.6}}
`)
	b := whole(t, s, "t")
	for _, c := range []struct {
		x, y string
		want float64
	}{{"a", "b", 0.35}, {"a", "c", -0.5}, {"b", "c", 0.2}, {"a", "d", 0}, {"b", "d", 0}, {"c", "e", 0.6}} {
		if got := spearman(realsOf(t, b, c.x), realsOf(t, b, c.y)); math.Abs(got-c.want) > 5*0.0071 {
			t.Errorf("rank correlation of %s and %s = %.3f, want %.3f", c.x, c.y, got, c.want)
		}
	}
	// The margin is kept: b, correlated, and d, alone, have one distribution.
	// Kolmogorov-Smirnov of two samples of 20,000: 0.0266 is one in 10^6.
	x, y := realsOf(t, b, "b"), realsOf(t, b, "d")
	slices.Sort(x)
	slices.Sort(y)
	gap, j := 0.0, 0
	for i, v := range x {
		for j < len(y) && y[j] <= v {
			j++
		}
		gap = max(gap, math.Abs(float64(i+1)-float64(j))/float64(len(x)))
	}
	if gap > 0.0266 {
		t.Errorf("the correlated column's distribution is %.4f from the uncorrelated one's", gap)
	}
	if x[0] < 18 || x[len(x)-1] > 95 {
		t.Errorf("truncated values go from %g to %g, want 18 to 95", x[0], x[len(x)-1])
	}
}

func spearman(x, y []float64) float64 {
	rx, ry := ranks(x), ranks(y)
	mean := float64(len(x)-1) / 2
	var xy, xx, yy float64
	for i := range rx {
		a, b := rx[i]-mean, ry[i]-mean
		xy, xx, yy = xy+a*b, xx+a*a, yy+b*b
	}
	return xy / math.Sqrt(xx*yy)
}

func ranks(v []float64) []float64 {
	idx := make([]int, len(v))
	for i := range idx {
		idx[i] = i
	}
	slices.SortFunc(idx, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(v))
	for i := 0; i < len(idx); { // equal values share their mean rank
		j := i
		for j < len(idx) && v[idx[j]] == v[idx[i]] {
			j++
		}
		for _, k := range idx[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

// TestShares holds weights, nulls and rhythm to binomial bounds of 5 standard
// deviations: one false alarm in 10^6 each, and there are ten.
func TestShares(t *testing.T) {
	const n = 40_000
	s := parse(t, `
tables:
  t:
    rows: 40k
    columns:
      pick:  {pick: {a: 60, b: 30, c: 10}}
      null:  {int: [1, 6], null: 12%}
      bool:  {bool: 35%}
      time:  {time: {from: 2025-01-06, to: 2025-03-03, rhythm: {hour: [1,0,0,0,0,0,0,0,0,0,0,0,3,0,0,0,0,0,0,0,0,0,0,0], weekday: [1,1,1,1,1,0,0]}}}
      when:  {when: {"pick == 'a'": {const: 1}, "pick == 'b'": {const: 2}}}
      text:  {pattern: "[ab]{2,3}"}
`)
	b := whole(t, s, "t")
	near := func(what string, got int, p float64) {
		t.Helper()
		if sd := math.Sqrt(n * p * (1 - p)); math.Abs(float64(got)-n*p) > 5*sd {
			t.Errorf("%s: %d of %d, want %.0f +- %.0f", what, got, n, n*p, sd)
		}
	}
	count := func(name, value string) (k int) {
		for _, c := range cellsOf(t, b, name) {
			if c == value {
				k++
			}
		}
		return k
	}
	near("pick a", count("pick", "a"), 0.6)
	near("pick c", count("pick", "c"), 0.1)
	near("null", col(t, b, "null").NullN(), 0.12)
	near("int 3", count("null", "3"), 0.88/6)
	near("bool", count("bool", "true"), 0.35)
	near("when 1", count("when", "1"), 0.6)
	near("when none", col(t, b, "when").NullN(), 0.1)
	near("pattern aa", count("text", "aa"), 0.125)
	noon := 0
	for _, c := range cellsOf(t, b, "time") {
		switch c[11:13] {
		case "12":
			noon++
		case "00":
		default:
			t.Fatalf("a time at hour %s, where the rhythm is 0", c[11:13])
		}
	}
	near("time at noon", noon, 0.75)
}

// TestExample of the doc: a column keeps its values when others come and go.
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
	rows := int64(4 * partRows)
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
