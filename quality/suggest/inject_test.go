package suggest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

// An error-injection corpus: a suite is proposed from clean rows, errors of
// known kinds are put into other rows of the same source, and the rows that the
// suite holds back are compared with those that were spoilt.

// spoil puts one error of a kind into a row of loose values.
func spoil(kind string, r []any, rng *rand.Rand) {
	text := func(i int) string { return r[i].(string) }
	switch kind {
	case "null":
		r[[]int{0, 1, 2, 3, 5}[rng.IntN(5)]] = nil
	case "typo": // one letter of a category
		s := []byte(text(3))
		i := rng.IntN(len(s))
		s[i] = 'q'
		if s[max(i-1, 0)] == 'q' {
			s[i] = 'z'
		}
		r[3] = string(s)
	case "swap": // two columns of one type
		r[1], r[2] = r[2], r[1]
	case "format":
		r[2] = strings.Replace(text(2), "@", "", 1)
	case "range":
		r[7] = r[7].(int64) * 1000
	case "repeat": // the key of the row before
		r[0] = r[0].(int64) - 7
	case "unit": // cents for euros, a hundred times too much
		r[5] = r[5].(float64)*100 + 20000
	}
}

func loose(rec arrow.Record) [][]any {
	out := make([][]any, rec.NumRows())
	for i := range out {
		out[i] = make([]any, rec.NumCols())
		for k, c := range rec.Columns() {
			if c.IsNull(i) {
				continue
			}
			switch c := c.(type) {
			case *array.Int64:
				out[i][k] = c.Value(i)
			case *array.Float64:
				out[i][k] = c.Value(i)
			case *array.String:
				out[i][k] = c.Value(i)
			}
		}
	}
	return out
}

func tight(s *arrow.Schema, rows [][]any) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	for _, r := range rows {
		for k, v := range r {
			switch v := v.(type) {
			case nil:
				b.Field(k).AppendNull()
			case int64:
				b.Field(k).(*array.Int64Builder).Append(v)
			case float64:
				b.Field(k).(*array.Float64Builder).Append(v)
			case string:
				b.Field(k).(*array.StringBuilder).Append(v)
			}
		}
	}
	return b.NewRecord()
}

type rowNumbers struct{ rows map[int64]bool }

func (w *rowNumbers) Write(b table.Batch) error {
	for _, n := range b.Column(int(b.NumCols() - 2)).(*array.Int64).Int64Values() {
		w.rows[n] = true
	}
	return nil
}
func (w *rowNumbers) Close() error { return nil }

// TestInjectedErrors states the recall of each kind of error, and the precision
// of all that is held back: how many of the rows in quarantine were spoilt.
func TestInjectedErrors(t *testing.T) {
	clean := orderBatch(31, 0, 8000)
	defer clean.Release()
	_, suite := propose(t, Options{}, clean)
	leastRecall := map[string]float64{"null": 1, "typo": 1, "swap": 1, "format": 1, "range": 1, "repeat": 1, "unit": 0.99}
	const leastPrecision = 0.95
	rng := rand.New(rand.NewPCG(32, 33))
	rows := loose(orderBatch(34, 8000, 4000))
	kinds := []string{"null", "typo", "swap", "format", "range", "repeat", "unit"}
	spoilt := map[int64]string{}
	for i := 10; i < len(rows); i += 20 {
		kind := kinds[len(spoilt)%len(kinds)]
		spoil(kind, rows[i], rng)
		spoilt[int64(i)] = kind
	}
	rec := tight(orders, rows)
	defer rec.Release()
	s, err := rule.Parse("suite.yaml", []byte(suite))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := rule.Compile(s, map[string]*arrow.Schema{"": orders}, rule.Options{})
	if err != nil {
		t.Fatal(err)
	}
	held := &rowNumbers{map[int64]bool{}}
	gate, err := plan.Gate(rule.GateOptions{Quarantine: func(string, *arrow.Schema) (table.Writer, error) { return held, nil }})
	if err != nil {
		t.Fatal(err)
	}
	out, err := table.Apply(table.FromBatches(orders, rec), gate.Stage(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range out.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err = gate.Finish(); err != nil {
		t.Fatal(err)
	}
	found, all := map[string]int{}, map[string]int{}
	right := 0
	for row, kind := range spoilt {
		all[kind]++
		if held.rows[row] {
			found[kind]++
			right++
		}
	}
	var words []string
	for _, k := range kinds {
		recall := float64(found[k]) / float64(all[k])
		words = append(words, fmt.Sprintf("%s %d of %d", k, found[k], all[k]))
		if recall < leastRecall[k] {
			t.Errorf("recall of %s is %.3f, want %g", k, recall, leastRecall[k])
		}
	}
	slices.Sort(words)
	precision := float64(right) / float64(len(held.rows))
	t.Logf("precision %.3f; found: %s", precision, strings.Join(words, ", "))
	if precision < leastPrecision {
		t.Errorf("precision is %.3f, want %g", precision, leastPrecision)
	}
}
