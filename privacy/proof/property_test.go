package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/privacy/proof/ligero"
)

// TestProverAgreesWithTruth draws small tables and statements whose bounds are
// as likely to hold as not, and computes each truth by a loop. What holds is
// proved and verifies, what does not is a FalseError.
func TestProverAgreesWithTruth(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "y", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 20}
	held, broken := 0, 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 11))
		n := 1 + r.IntN(150)
		span := int64(1) << r.IntN(40)
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		var x, y []int64
		var there []bool
		for range n {
			x, y, there = append(x, r.Int64N(2*span)-span), append(y, r.Int64N(2*span)-span), append(there, r.IntN(9) > 0)
		}
		b.Field(0).(*array.Int64Builder).AppendValues(x, there)
		b.Field(1).(*array.Int64Builder).AppendValues(y, nil)

		// The truth, by loops.
		var some []int64
		total, inOrder, nulls := int64(0), true, 0
		for i := range n {
			if !there[i] {
				nulls++
				continue
			}
			some = append(some, x[i])
			total += x[i]
			inOrder = inOrder && x[i] <= y[i]
		}
		slices.Sort(some)
		if len(some) == 0 {
			continue
		}
		distinct := len(slices.Compact(slices.Clone(some))) == n
		bound := func(v int64) int64 { return v + r.Int64N(3) - 1 }
		lo, hi, most, least := bound(some[0]), bound(some[len(some)-1]), nulls+r.IntN(3)-1, bound(total)
		text := fmt.Sprintf("version: 1\ntable: t\nstatements:\n- range: {column: x, min: %d, max: %d}\n- range: {column: y, min: %d, max: %d}\n", -span, span, -span, span)
		truth := true
		switch r.IntN(8) {
		case 0:
			truth = lo <= some[0] && some[len(some)-1] <= hi
			if lo > hi {
				continue // a mistake in the statement, not a false one
			}
			text += fmt.Sprintf("- range: {column: x, min: %d, max: %d}", lo, hi)
		case 1:
			if most < 0 {
				continue
			}
			truth = nulls <= most
			text += fmt.Sprintf("- nulls: {column: x, max: %d}", most)
		case 2:
			truth = total >= least
			text += fmt.Sprintf("- sum: {column: x, min: %d}", least)
		case 3:
			truth = total <= least
			text += fmt.Sprintf("- sum: {column: x, max: %d}", least)
		case 4:
			truth = inOrder
			text += "- order: {columns: [x, y]}"
		case 5:
			truth = distinct
			text += "- unique: {column: x}"
		case 6:
			truth = len(slices.Compact(slices.Clone(some))) == len(some)
			text += "- unique: {column: x, missing: true}"
		case 7:
			seen := map[[2]int64]bool{}
			for i := range n {
				k := [2]int64{x[i], y[i] % 3}
				truth = truth && !(there[i] && seen[k])
				seen[k] = there[i] || seen[k]
				y[i] = k[1]
			}
			b.Field(1).(*array.Int64Builder).Resize(0)
			b.Field(1).(*array.Int64Builder).AppendValues(y, nil)
			text += "- unique: {columns: [y, x], missing: true}"
		}
		size.Draws = int(seed%2) * ligero.MaxDraws
		p := New(decode(t, text), Options{InsecureParams: &size})
		tab, err := p.Table("t", schema, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if err = tab.Add(b.NewRecord()); err != nil {
			t.Fatal(err)
		}
		file, err := p.Prove(context.Background())
		if f := (*FalseError)(nil); truth == errors.As(err, &f) {
			t.Errorf("seed %d: Prove = %v, and the truth of\n%s\nis %t", seed, err, text, truth)
			continue
		}
		if !truth {
			broken++
			continue
		}
		held++
		if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); err != nil {
			t.Errorf("seed %d: Verify = %v of\n%s", seed, err, text)
		}
	}
	if held < 10 || broken < 10 {
		t.Errorf("%d statements held and %d did not; the test needs both", held, broken)
	}
}

// TestVersion1 reads the proof file of version 1 that is kept for ever.
// testdata/ORIGIN says how it was made.
func TestVersion1(t *testing.T) {
	file, err := os.ReadFile("testdata/v1.proof")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Verdicts) != 4 || r.Verdicts[3].Words != "the counts of the 2 possible values of fraud are exactly those listed, and none is missing" {
		t.Errorf("verdicts = %v", r.Summary.Statements)
	}
}

// TestVersion2 does the same for version 2: two draws, a wide string column, and a
// key that may be missing.
func TestVersion2(t *testing.T) {
	file, err := os.ReadFile("testdata/v2.proof")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"every combination of values of country is shared by at least 2 rows", "no value of age that is there occurs twice"}
	if !slices.Equal(r.Summary.Statements, want) || r.Header.Params.Draws != 2 {
		t.Errorf("verdicts = %q of %d draws, want %q of 2", r.Summary.Statements, r.Header.Params.Draws, want)
	}
}

// TestLimbsCoverExactly: every number up to w has digits, and no digits make a
// number beyond it.
func TestLimbsCoverExactly(t *testing.T) {
	for w := range uint64(300) {
		for n := 1; n <= 4; n++ {
			for _, d := range []int{2, 4, 16, 64} {
				l := cover(w, n, d)
				if l[0].size > 1<<12 {
					continue
				}
				reached := map[uint64]bool{0: true}
				for _, x := range l {
					next := map[uint64]bool{}
					for v := range reached {
						for k := range uint64(x.size) {
							next[v+k*x.weight] = true
						}
					}
					reached = next
				}
				if uint64(len(reached)) != w+1 || !reached[w] {
					t.Fatalf("cover(%d, %d, %d) = %v reaches %d numbers, want 0..%d", w, n, d, l, len(reached), w)
				}
				out := make([]uint64, n)
				for x := range w + 1 {
					digits(x, l, out)
					sum := uint64(0)
					for i := range l {
						sum += out[i] * l[i].weight
						if out[i] >= uint64(l[i].size) {
							t.Fatalf("digits(%d) of %v = %v", x, l, out)
						}
					}
					if sum != x {
						t.Fatalf("digits(%d) of %v = %v", x, l, out)
					}
				}
			}
		}
	}
	for _, w := range []uint64{1 << 32, 1<<40 + 12345, 1<<63 - 1, ^uint64(0)} {
		for _, rows := range []int{100, 1e6} {
			l := limbs(w, rows)
			var top uint64
			for _, x := range l {
				top += x.weight * uint64(x.size-1)
			}
			if top != w {
				t.Errorf("limbs(%d, %d) = %v reach %d", w, rows, l, top)
			}
		}
	}
}

// TestSmallestInteger: -2^63 has no opposite among 64 bits, and its field element
// must not turn into one.
func TestSmallestInteger(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	b.Field(0).(*array.Int64Builder).AppendValues([]int64{-1 << 63, -1<<63 + 1, -1 << 63}, nil)
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 20}
	p := New(decode(t, `
version: 1
table: t
statements:
- range: {column: x, min: -9223372036854775808, max: -9223372036854775807}
- histogram: {column: x}
- rate: {column: x, is: -9223372036854775808}
- anonymity: {columns: [x], k: 2}
`), Options{InsecureParams: &size})
	tab, err := p.Table("t", schema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(b.NewRecord()); err != nil {
		t.Fatal(err)
	}
	if _, err = p.Prove(context.Background()); err == nil {
		t.Error("a class of one row passed for two")
	}
	p = New(decode(t, "version: 1\ntable: t\nstatements:\n- range: {column: x, min: -9223372036854775808, max: -9223372036854775807}\n- histogram: {column: x}\n- rate: {column: x, is: -9223372036854775808}"), Options{InsecureParams: &size})
	if tab, err = p.Table("t", schema, nil, ""); err != nil {
		t.Fatal(err)
	}
	b.Field(0).(*array.Int64Builder).AppendValues([]int64{-1 << 63, -1<<63 + 1, -1 << 63}, nil)
	if err = tab.Add(b.NewRecord()); err != nil {
		t.Fatal(err)
	}
	file, err := p.Prove(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Verdicts[2].Statement.Disclosed; !slices.Equal(got, []string{"2", "3"}) {
		t.Errorf("rate = %v, want 2 of 3", got)
	}
}
