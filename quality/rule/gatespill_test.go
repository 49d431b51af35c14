package rule

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestGateSpillsTexts judges text keys while rows leave, with memory for a tenth
// of them, and compares every row's verdict with maps.
func TestGateSpillsTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "b", Type: arrow.PrimitiveTypes.Int64}}, nil)
	suite, err := Parse("s.yaml", []byte(`
tables:
  parents: {columns: {a: {unique: true}}}
  children:
    columns: {a: {foreign_key: parents.a}}
    checks: [unique: [a, b]]
`))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p, err := Compile(suite, map[string]*arrow.Schema{"parents": s, "children": s}, Options{MemoryBytes: 1, TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Gate(GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	const batches, rows = 40, 2500
	seen := map[string]map[string]bool{"parents": {}, "children": {}}
	keyOf := func() any {
		if rng.IntN(50) == 0 {
			return nil
		}
		return fmt.Sprintf("customer %d", rng.IntN(90_000))
	}
	spilt := false
	for _, name := range p.Tables() {
		tp, found := p.find(name)
		if found != nil {
			t.Fatal(found)
		}
		ts := g.state.tables[tp.index]
		for batch := range batches {
			in := make([]rowOf, rows)
			want := map[string][]int{}
			for i := range in {
				in[i] = rowOf{keyOf(), rng.Int64N(3)}
				a, ok := in[i][0].(string)
				if !ok {
					continue
				}
				key, check := a, "parents.a.unique"
				if name == "children" {
					key, check = fmt.Sprint(a, "|", in[i][1]), "children.a,b.unique"
					if !seen["parents"][a] {
						want["children.a.foreign_key"] = append(want["children.a.foreign_key"], i)
					}
				}
				if seen[name][key] {
					want[check] = append(want[check], i)
				}
				seen[name][key] = true
			}
			b := batchOf(s, in)
			err = g.state.judge(ts, ts.next, b, func(c *check, fail bitmap) {
				var got []int
				fail.each(func(i int) bool { got = append(got, i); return true })
				kind := map[string]string{"unique": "parents.a.unique", "foreign_key": "children.a.foreign_key"}[c.spec.Kind]
				if c.spec.Kind == "unique" && name == "children" {
					kind = "children.a,b.unique"
				}
				if !slices.Equal(got, want[kind]) {
					t.Errorf("batch %d of %s: %s marks %d rows, want %d", batch, name, c.spec.ID, len(got), len(want[kind]))
				}
			})
			b.Release()
			if err != nil {
				t.Fatal(err)
			}
		}
		files, unread := os.ReadDir(dir)
		if unread != nil {
			t.Fatal(unread)
		}
		spilt = spilt || len(files) > 0
	}
	if !spilt {
		t.Error("no key went to disk: the test does not test")
	}
	if _, err = g.Finish(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after Finish there are %v, want nothing", left)
	}
}
