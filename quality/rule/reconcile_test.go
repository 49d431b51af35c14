package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestReconcileNaive compares with a map from keys to the first row of each.
func TestReconcileNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	for trial := range 80 {
		keyType := []arrow.DataType{arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64}[trial%2]
		s := arrow.NewSchema([]arrow.Field{
			{Name: "k", Type: keyType, Nullable: true},
			{Name: "x", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
			{Name: "n", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}, Nullable: true},
		}, nil)
		draw := func(rows int) []rowOf {
			var in []rowOf
			for range rows {
				k := rng.Int64N(25)
				r := rowOf{k, float64(k) + float64(rng.IntN(4))/8, 100*k + rng.Int64N(5)}
				if trial%2 == 0 {
					r[0] = fmt.Sprint("key ", k)
				}
				switch rng.IntN(14) {
				case 0:
					r[rng.IntN(3)] = nil
				case 1:
					r[1] = []any{math.NaN(), math.Inf(1), math.MaxFloat64}[rng.IntN(3)]
				}
				in = append(in, r)
			}
			return in
		}
		ours, theirs := draw(60), draw(40)
		tolerance, share := []float64{0, 0.02, 0.25}[rng.IntN(3)], []float64{0, 0.01}[rng.IntN(2)]
		first := map[any]rowOf{}
		for _, r := range theirs {
			if _, known := first[r[0]]; !known && r[0] != nil {
				first[r[0]] = r
			}
		}
		near := func(a, b any, unit float64) bool {
			if a == nil || b == nil {
				return a == b
			}
			var x, y float64
			if i, ok := a.(int64); ok {
				x, y = float64(i)*unit, float64(b.(int64))*unit
			} else {
				x, y = a.(float64), b.(float64)
			}
			return x == y || math.Abs(x-y) <= (tolerance+share*math.Abs(y))*(1+1e-9)
		}
		var want []int64
		for i, r := range ours {
			if r[0] == nil {
				continue
			}
			o, has := first[r[0]]
			if !has || !near(r[1], o[1], 1) || !near(r[2], o[2], 0.01) {
				want = append(want, int64(i))
			}
		}
		suite, err := Parse("s.yaml", []byte(fmt.Sprintf("tables:\n  ledger: {checks: [row_count: [0, null]]}\n  books: {checks: [{reconcile: {key: [k], columns: [x, n], to: ledger, tolerance: %g, share: %g}}]}\n", tolerance, share)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(suite, map[string]*arrow.Schema{"ledger": s, "books": s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		states := []*State{p.New(), p.New(), p.New()}
		for name, in := range map[string][]rowOf{"ledger": theirs, "books": ours} {
			for from := 0; from < len(in); from += 10 {
				b := batchOf(s, in[from:min(from+10, len(in))])
				err = states[rng.IntN(3)].AddAt(name, int64(from), b)
				b.Release()
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, o := range states[1:] {
			if err = states[0].Merge(o); err != nil {
				t.Fatal(err)
			}
		}
		x, err := states[0].Settle()
		if err != nil {
			t.Fatal(err)
		}
		if got := x.rows[1]; !slices.Equal(got, want) {
			t.Errorf("trial %d, tolerance %g, share %g: rows %v fail, want %v", trial, tolerance, share, got, want)
		}
		if trial == 0 {
			if _, err = p.Gate(GateOptions{}); err == nil {
				t.Error("a gate compares tables before both are there, want an error")
			}
			tight, _ := Compile(suite, map[string]*arrow.Schema{"ledger": s, "books": s}, Options{MemoryBytes: 1})
			st := tight.New()
			b := batchOf(s, slices.Repeat(theirs, 1000))
			if err = st.Add("ledger", b); err == nil || !strings.Contains(err.Error(), "do not fit in 1 MiB") {
				t.Errorf("40,000 rows in 1 MiB: %v, want an error that names the bound", err)
			}
			b.Release()
			st.Close()
		}
	}
}

// TestSchemaChanges names each kind of change.
func TestSchemaChanges(t *testing.T) {
	names := []string{"a", "a b", "c", "new"}
	have := []string{"a int64", "a b timestamp[us, tz=UTC]", "c utf8", "new bool"}
	past := []string{"c int8", "a int64", "a b timestamp[us, tz=UTC]", "old one utf8"}
	got := schemaChanges(past, have, names)
	want := [4][]string{{"new bool"}, {"old one utf8"}, {"c int8, now c utf8"}, {"a", "a b", "c"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
	if got = schemaChanges(have, have, names); fmt.Sprint(got) != fmt.Sprint([4][]string{}) {
		t.Errorf("no change gives %q", got)
	}
}
