package expr

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

const fraudRule = `amount > 0 && amount < limit && (status == "ok" || fee >= 0.5 * amount)`

// payments is a batch of 65,536 rows; nulls is the share of null cells.
func payments(b testing.TB, dictionary bool, nulls float64) table.Batch {
	r := rand.New(rand.NewPCG(7, 8))
	status := arrow.DataType(arrow.BinaryTypes.String)
	if dictionary {
		status = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "limit", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "fee", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "status", Type: status, Nullable: true},
	}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer rb.Release()
	texts := []string{"ok", "refused", "pending", "no"}
	for range 1 << 16 {
		for c := range 3 {
			if r.Float64() < nulls {
				rb.Field(c).AppendNull()
			} else {
				rb.Field(c).(*array.Float64Builder).Append(r.Float64()*100 - 10)
			}
		}
		text := texts[r.IntN(len(texts))]
		switch sb := rb.Field(3).(type) {
		case *array.StringBuilder:
			sb.Append(text)
		case *array.BinaryDictionaryBuilder:
			if err := sb.AppendString(text); err != nil {
				b.Fatal(err)
			}
		}
	}
	return rb.NewRecord()
}

func BenchmarkSelect(b *testing.B) {
	for _, c := range []struct {
		name       string
		src        string
		dictionary bool
		nulls      float64
	}{
		{"rule/dictionary", fraudRule, true, 0},
		{"rule/string", fraudRule, false, 0},
		{"rule/dictionary/nulls", fraudRule, true, .05},
		{"compare", `amount > 0`, true, 0},
		{"arithmetic", `amount + fee * 2.0 < limit`, true, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			batch := payments(b, c.dictionary, c.nulls)
			defer batch.Release()
			p, err := Compile(c.src, batch.Schema())
			if err != nil {
				b.Fatal(err)
			}
			s := p.NewState()
			dst := make([]byte, batch.NumRows()/8)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Select(batch, dst); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch.NumRows()), "ns/row")
		})
	}
}

// BenchmarkNaive is the other side: the test's evaluator, a row at a time.
func BenchmarkNaive(b *testing.B) {
	e, err := Parse(fraudRule)
	if err != nil {
		b.Fatal(err)
	}
	row := map[string]any{"amount": 50.0, "limit": 80.0, "fee": 30.0, "status": "no"}
	for b.Loop() {
		naive(e.root, row)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/row")
}

func TestNoAllocation(t *testing.T) {
	batch := payments(t, true, .05)
	defer batch.Release()
	p, err := Compile(fraudRule+` && upper(status) != "X"`, batch.Schema())
	if err != nil {
		t.Fatal(err)
	}
	s := p.NewState()
	dst := make([]byte, batch.NumRows()/8)
	got := testing.AllocsPerRun(10, func() {
		if _, err := s.Select(batch, dst); err != nil {
			t.Error(err)
		}
	})
	if got != 0 {
		t.Errorf("Select allocates %v times a batch, want 0", got)
	}
}

func TestConcurrent(t *testing.T) {
	batch := payments(t, true, .1)
	defer batch.Release()
	p, err := Compile(fraudRule, batch.Schema())
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, batch.NumRows()/8)
	if _, err := p.Select(batch, want); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := make([]byte, len(want))
			for range 5 {
				if _, err := p.Select(batch, got); err != nil || string(got) != string(want) {
					t.Errorf("Select on another goroutine differs, %v", err)
				}
			}
		})
	}
	wg.Wait()
}
