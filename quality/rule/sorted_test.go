package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// failedRows judges a table of rows and lists those that break its only check.
func failedRows(t *testing.T, suite string, s *arrow.Schema, in []rowOf, cut int) (failed []int64, judged int64) {
	t.Helper()
	p := compile(t, suite, map[string]*arrow.Schema{"": s})
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
		err := part.st.AddAt("", int64(part.first), b)
		b.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := one.Merge(two); err != nil {
		t.Fatal(err)
	}
	x, err := one.Settle()
	if err != nil {
		t.Fatal(err)
	}
	if got := int64(len(x.rows[0])); got != x.result.Checks[0].Failed {
		t.Fatalf("%d rows are told and %d counted", got, x.result.Checks[0].Failed)
	}
	return x.rows[0], x.result.Checks[0].Rows
}

// TestSortedNaive: what is left is in order, and no smaller set of rows could
// have been left out, by the plain recurrence for longest sequences.
func TestSortedNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for trial := range 120 {
		n := 1 + rng.IntN(60)
		types := []arrow.DataType{arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Uint64}
		s := arrow.NewSchema([]arrow.Field{
			{Name: "a", Type: types[trial%3], Nullable: true}, {Name: "b", Type: types[trial/3%3], Nullable: true},
		}, nil)
		falls := trial%2 == 0
		draw := func(typ arrow.DataType, near int) any {
			x := int64(near/3 + rng.IntN(1+n/4))
			if typ.ID() == arrow.FLOAT64 {
				return []any{float64(x), float64(x) - 20, -float64(x) / 3, math.NaN(), math.Inf(1), math.Copysign(0, -1)}[min(rng.IntN(12), 5)]
			}
			return x
		}
		var in []rowOf
		for i := range n {
			r := rowOf{draw(s.Field(0).Type, i), draw(s.Field(1).Type, i)}
			if falls && rng.IntN(2) == 0 {
				r[1] = draw(s.Field(1).Type, n-i)
			}
			if rng.IntN(10) == 0 {
				r[rng.IntN(2)] = nil
			}
			in = append(in, r)
		}
		float := func(v any) float64 {
			if x, ok := v.(int64); ok {
				return float64(x)
			}
			return v.(float64)
		}
		suite := fmt.Sprintf("checks:\n  - order_dependency: {from: a, to: b, descending: %v}\n", falls)
		failed, judged := failedRows(t, suite, s, in, rng.IntN(n+1))
		if again, _ := failedRows(t, suite, s, in, rng.IntN(n+1)); !slices.Equal(failed, again) {
			t.Fatalf("trial %d: rows %v fail, and split otherwise %v", trial, failed, again)
		}
		type pt struct{ a, b float64 }
		var all, left []pt
		var present int64
		for i, r := range in {
			if r[0] == nil || r[1] == nil {
				continue
			}
			present++
			p := pt{float(r[0]), float(r[1])}
			if falls {
				p.b = -p.b
			}
			if p.a == p.a && p.b == p.b {
				all = append(all, p)
			}
			if !slices.Contains(failed, int64(i)) {
				left = append(left, p)
			}
		}
		if judged != present {
			t.Errorf("trial %d: %d rows judged, want %d", trial, judged, present)
		}
		for _, x := range left {
			for _, y := range left {
				if !(x.a == x.a && x.b == x.b) || x.a < y.a && x.b > y.b {
					t.Fatalf("trial %d: %v and %v are left, out of order", trial, x, y)
				}
			}
		}
		slices.SortFunc(all, func(x, y pt) int {
			switch {
			case x.a < y.a || x.a == y.a && x.b < y.b:
				return -1
			case x == y:
				return 0
			}
			return 1
		})
		longest, most := make([]int, len(all)), 0
		for i := range all {
			longest[i] = 1
			for j := range i {
				if all[j].b <= all[i].b {
					longest[i] = max(longest[i], longest[j]+1)
				}
			}
			most = max(most, longest[i])
		}
		if len(left) != most {
			t.Errorf("trial %d: %d rows are left, want %d", trial, len(left), most)
		}
	}
}

// TestSortedByGroups: each group on its own gives the same rows.
func TestSortedByGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	for range 40 {
		s := schema(t, "a int64", "b int64", "g string")
		alone := schema(t, "a int64", "b int64")
		var in []rowOf
		for range 60 {
			in = append(in, rowOf{rng.Int64N(20), rng.Int64N(20), []any{"x", "y", "", nil}[rng.IntN(4)]})
		}
		var want []int64
		for _, g := range []string{"x", "y", ""} {
			var part []rowOf
			var at []int64
			for i, r := range in {
				if r[2] == g {
					part = append(part, r[:2])
					at = append(at, int64(i))
				}
			}
			failed, _ := failedRows(t, "checks:\n  - order_dependency: {from: a, to: b}\n", alone, part, len(part)/2)
			for _, row := range failed {
				want = append(want, at[row])
			}
		}
		slices.Sort(want)
		got, _ := failedRows(t, "checks:\n  - order_dependency: {from: a, to: b, by: [g]}\n", s, in, rng.IntN(61))
		if !slices.Equal(got, want) {
			t.Errorf("rows %v fail, want %v", got, want)
		}
	}
}

// TestFoldsNaive compares with a map from keys to folds.
func TestFoldsNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for trial := range 100 {
		s := arrow.NewSchema([]arrow.Field{
			{Name: "k", Type: []arrow.DataType{arrow.BinaryTypes.String, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}}[trial%2], Nullable: true},
			{Name: "n", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
			{Name: "fold", Type: []arrow.DataType{arrow.PrimitiveTypes.Int8, arrow.BinaryTypes.String}[trial/2%2], Nullable: true},
		}, nil)
		var in []rowOf
		for range 80 {
			r := rowOf{fmt.Sprint("k", rng.IntN(30)), rng.Int64N(3), any(rng.Int64N(3))}
			if trial/2%2 == 1 {
				r[2] = []any{"train", "test", ""}[rng.IntN(3)]
			}
			for c := range r {
				if rng.IntN(12) == 0 {
					r[c] = nil
				}
			}
			in = append(in, r)
		}
		whole := trial%3 == 0
		suite := "checks:\n  - no_fold_overlap: {fold: fold, key: [k, n]}\n"
		if whole {
			suite = "checks:\n  - no_fold_overlap: {fold: fold}\n"
		}
		first := map[string]any{}
		var want []int64
		judged := int64(0)
		for i, r := range in {
			if r[2] == nil || !whole && (r[0] == nil || r[1] == nil) {
				continue
			}
			judged++
			key := fmt.Sprint(r[0], "|", r[1])
			if fold, seen := first[key]; !seen {
				first[key] = r[2]
			} else if fold != r[2] {
				want = append(want, int64(i))
			}
		}
		got, n := failedRows(t, suite, s, in, rng.IntN(81))
		if !slices.Equal(got, want) || n != judged {
			t.Errorf("trial %d: rows %v of %d fail, want %v of %d", trial, got, n, want, judged)
		}
	}
}

// TestFoldsReplay marks at the second look the rows that the first one found;
// no gate guesses at the first.
func TestFoldsReplay(t *testing.T) {
	s := schema(t, "k int64", "fold int64")
	p := compile(t, "checks:\n  - no_fold_overlap: {fold: fold, key: [k]}\n  - order_dependency: {from: k, to: fold}\n", map[string]*arrow.Schema{"": s})
	if _, err := p.Gate(GateOptions{}); err == nil {
		t.Error("a gate judges folds before they are known, want an error")
	}
	in := []rowOf{{int64(1), int64(0)}, {int64(2), int64(1)}, {int64(1), int64(1)}, {int64(3), int64(0)}}
	b := batchOf(s, in)
	defer b.Release()
	first := p.New()
	if err := first.Add("", b); err != nil {
		t.Fatal(err)
	}
	x, err := first.Settle()
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Replay(x, GateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	got := map[int][]int{}
	if err := g.state.judge(g.state.tables[0], 0, b, func(c *check, fail bitmap) {
		fail.each(func(i int) bool { got[c.index] = append(got[c.index], i); return true })
	}); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprint(map[int][]int{0: {2}, 1: {3}}); fmt.Sprint(got) != want {
		t.Errorf("the second look marks %v, want %s", got, want)
	}
}
