package suggest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

var orders = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "code", Type: arrow.BinaryTypes.String},
	{Name: "email", Type: arrow.BinaryTypes.String},
	{Name: "region", Type: arrow.BinaryTypes.String},
	{Name: "country", Type: arrow.BinaryTypes.String},
	{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
	{Name: "age", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "grade", Type: arrow.PrimitiveTypes.Int64},
	{Name: "note", Type: arrow.BinaryTypes.String},
}, nil)

func orderBatch(seed uint64, first, n int) arrow.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	b := array.NewRecordBuilder(memory.DefaultAllocator, orders)
	defer b.Release()
	regions := []string{"north", "south", "east", "true", "it's: x"}
	countries := []string{"NO", "NO", "SE", "DK", "DK"}
	for i := range n {
		k := rng.IntN(5)
		b.Field(0).(*array.Int64Builder).Append(int64(first+i) * 7)
		b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("%c%c-%0*d", 'A'+rng.IntN(26), 'A'+rng.IntN(26), 4+rng.IntN(2), rng.IntN(9999)))
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprintf("u%d@example.com", rng.IntN(1e6)))
		b.Field(3).(*array.StringBuilder).Append(regions[k])
		b.Field(4).(*array.StringBuilder).Append(countries[k])
		b.Field(5).(*array.Float64Builder).Append(float64(int(rng.ExpFloat64()*5000)) / 100)
		if rng.IntN(20) == 0 {
			b.Field(6).AppendNull()
		} else {
			b.Field(6).(*array.Int64Builder).Append(18 + rng.Int64N(70))
		}
		b.Field(7).(*array.Int64Builder).Append(1 + rng.Int64N(5))
		b.Field(8).(*array.StringBuilder).Append(strings.Repeat("lorem ipsum ", rng.IntN(9)) + "dolor")
	}
	return b.NewRecord()
}

func propose(t *testing.T, opt Options, recs ...arrow.Record) (*Maker, string) {
	t.Helper()
	m := New("orders", orders, opt)
	for _, r := range recs {
		if err := m.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := Write(&b, "orders", []*Maker{m}); err != nil {
		t.Fatal(err)
	}
	return m, b.String()
}

func judge(t *testing.T, suite string, rec arrow.Record) *rule.Result {
	t.Helper()
	s, err := rule.Parse("suite.yaml", []byte(suite))
	if err != nil {
		t.Fatalf("the proposed suite does not parse: %v\n%s", err, suite)
	}
	plan, err := rule.Compile(s, map[string]*arrow.Schema{"orders": rec.Schema()}, rule.Options{})
	if err != nil {
		t.Fatalf("the proposed suite does not fit its own table: %v\n%s", err, suite)
	}
	res, err := plan.Run(context.Background(), table.FromBatches(rec.Schema(), rec), 1)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestProposalHoldsForItsTableAndForMoreOfIt(t *testing.T) {
	rec := orderBatch(1, 0, 20000)
	defer rec.Release()
	_, suite := propose(t, Options{}, rec)
	t.Log("\n" + suite)
	for _, want := range []string{
		"unique: true", "pii: true", "in_set: [", "'true'", "'it''s: x'",
		`matches: '^[A-Z]{2}-[0-9]{4,5}$'`, "between: [0, ",
	} {
		if !strings.Contains(suite, want) {
			t.Errorf("the proposal lacks %q", want)
		}
	}
	for name, r := range map[string]arrow.Record{"itself": rec, "fresh rows": orderBatch(2, 20000, 20000)} {
		res := judge(t, suite, r)
		for _, c := range res.Failed() {
			t.Errorf("on %s: %s", name, c.Message)
		}
	}
}

func TestProposalDoesNotDependOnBatches(t *testing.T) {
	rec := orderBatch(3, 0, 6000)
	defer rec.Release()
	_, want := propose(t, Options{}, rec)
	var parts []arrow.Record
	rng := rand.New(rand.NewPCG(9, 9))
	for at := int64(0); at < rec.NumRows(); {
		end := min(rec.NumRows(), at+1+rng.Int64N(700))
		parts = append(parts, rec.NewSlice(at, end))
		at = end
	}
	if _, got := propose(t, Options{}, parts...); got != want {
		t.Error("another cut into batches gives another proposal")
	}
}

// A rule that only the learned rows keep must go.
func TestHeldOutRowsDropRules(t *testing.T) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "v", Type: arrow.PrimitiveTypes.Int64}}, nil))
	defer b.Release()
	for row := range int64(20000) {
		if _, held := blockOf(row); held {
			b.Field(0).(*array.Int64Builder).Append(1_000_000 + row)
		} else {
			b.Field(0).(*array.Int64Builder).Append(row % 1000)
		}
	}
	rec := b.NewRecord()
	defer rec.Release()
	m := New("t", rec.Schema(), Options{})
	if err := m.Add(rec); err != nil {
		t.Fatal(err)
	}
	rules, err := m.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.Check == "between" {
			t.Errorf("proposed %s %s, which every held-out row breaks", r.Check, r.Arg)
		}
	}
	if held := m.held.Rows(); held < 3400 || held > 4600 {
		t.Errorf("%d of 20000 rows are held out, want about a fifth", held)
	}
}

func TestPrivateProposalHidesExtremesAndRareValues(t *testing.T) {
	rec := orderBatch(4, 0, 40000)
	defer rec.Release()
	// One row that nobody may learn of.
	b := array.NewRecordBuilder(memory.DefaultAllocator, orders)
	defer b.Release()
	for i, f := range b.Fields() {
		switch f := f.(type) {
		case *array.Int64Builder:
			f.Append(987654321)
		case *array.Float64Builder:
			f.Append(987654321)
		case *array.StringBuilder:
			f.Append(fmt.Sprintf("secret-%d", i))
		}
	}
	odd := b.NewRecord()
	defer odd.Release()
	_, suite := propose(t, Options{Private: &Privacy{Epsilon: 4}}, rec, odd)
	t.Log("\n" + suite)
	for _, secret := range []string{"secret", "98765", "@example.com", "1000000000"} {
		if strings.Contains(suite, secret) {
			t.Errorf("the private proposal shows %q", secret)
		}
	}
	for _, want := range []string{"in_set: [east", "epsilon 4 and delta 1e-06"} {
		if !strings.Contains(suite, want) {
			t.Errorf("the private proposal lacks %q", want)
		}
	}
	for _, c := range judge(t, suite, rec).Failed() {
		t.Errorf("on its own table: %s", c.Message)
	}
}

func TestNoiseHasItsLaw(t *testing.T) {
	src := rand.NewChaCha8([32]byte{1})
	n := noise{src}
	const draws, epsilon = 200000, 0.5
	var zero, sum, square float64
	for range draws {
		k, err := n.laplace(epsilon)
		if err != nil {
			t.Fatal(err)
		}
		if k == 0 {
			zero++
		}
		sum += float64(k)
		square += float64(k * k)
	}
	// With a = exp(-epsilon): P(0) = (1-a)/(1+a), variance 2a/(1-a)². Bounds
	// are five standard errors: a false alarm in 1.7 million runs each.
	const a = 0.6065306597126334
	p, v := (1-a)/(1+a), 2*a/(1-a)/(1-a)
	if got := zero / draws; got < p-0.0050 || got > p+0.0050 {
		t.Errorf("P(0) = %v, want %v", got, p)
	}
	if got := square / draws; got < v*0.96 || got > v*1.04 {
		t.Errorf("variance = %v, want %v", got, v)
	}
	if got := sum / draws; got < -0.04 || got > 0.04 {
		t.Errorf("mean = %v, want 0", got)
	}
}
