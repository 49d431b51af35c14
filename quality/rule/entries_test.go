package rule

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// ownNaives are the checks that have a test against naive Go of their own, and
// whether they stand on a table.
func ownNaives() map[string]bool {
	return map[string]bool{
		"json_schema":        false, // TestSchemaNaive
		"seasonality":        false, // TestSeasonNaive
		"sla_by":             false, // TestSLANaive
		"within_n_moving_sd": false, // TestMovingNaive
		"coverage_of":        false, // TestCoverNaive
		"dictionary_in":      false, // TestEntriesNaive
		"max_digits":         false, // TestDigitsNaive
		"holt_winters":       true,  // TestHoltNaive
		"no_fold_overlap":    true,  // TestFoldsNaive
		"reconcile":          true,  // TestReconcileNaive
		"metric":             true,  // TestMetricNaive
		"order_dependency":   true,  // TestSortedNaive
		"custom":             true,  // TestCustom
	}
}

// TestEntriesNaive judges batches with dictionaries of their own, whose entries
// are used or not.
func TestEntriesNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(39, 40))
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}}, nil)
	p := compile(t, "columns:\n  a: {dictionary_in: [v0, v1, v2, v3, v4, v5, v6]}\n", map[string]*arrow.Schema{"": s})
	passed, failed := 0, 0
	for range 200 {
		one, two := p.New(), p.New()
		odd := false
		for i := range 1 + rng.IntN(4) {
			values := array.NewStringBuilder(memory.DefaultAllocator)
			codes := array.NewInt16Builder(memory.DefaultAllocator)
			n := 1 + rng.IntN(6)
			for range n {
				k := rng.IntN(30)
				if k > 7 {
					k %= 7
				}
				if rng.IntN(20) == 0 {
					values.AppendNull() // no value
					continue
				}
				odd = odd || k == 7
				values.Append(fmt.Sprint("v", k))
			}
			for range 1 + rng.IntN(9) {
				codes.Append(int16(rng.IntN(n)))
			}
			column := array.NewDictionaryArray(typ, codes.NewArray(), values.NewArray())
			b := array.NewRecord(s, []arrow.Array{column}, int64(column.Len()))
			st := one
			if i%2 == 1 {
				st = two
			}
			if err := st.AddAt("", int64(100*i), b); err != nil {
				t.Fatal(err)
			}
		}
		if err := one.Merge(two); err != nil {
			t.Fatal(err)
		}
		r, err := one.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Checks[0].Status == Fail; got != odd {
			t.Errorf("the check fails: %t, want %t", got, odd)
		}
		if odd {
			failed++
		} else {
			passed++
		}
	}
	if passed < 20 || failed < 20 {
		t.Errorf("%d pass and %d fail: the draw is of no use", passed, failed)
	}
}
