package rule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// tenChecks is the suite of BENCHMARKS.md; .ci/interop/quality_bench.py asks
// other tools the same.
const tenChecks = `
suite: ten
columns:
  id: {not_null: true, unique: true}
  age: {between: [0, 120], not_null: true}
  amount: {ge: 0}
  region: {in_set: REGIONS}
  email: {matches: "^[a-z0-9._]+@[a-z0-9.]+\\.[a-z]{2,}$"}
  name: {length: [1, 40]}
checks:
  - expr: "stop >= start"
  - row_count: [1, null]
`

var tenSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "age", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
	{Name: "region", Type: arrow.BinaryTypes.String},
	{Name: "email", Type: arrow.BinaryTypes.String},
	{Name: "name", Type: arrow.BinaryTypes.String},
	{Name: "start", Type: arrow.PrimitiveTypes.Int64},
	{Name: "stop", Type: arrow.PrimitiveTypes.Int64},
}, nil)

func regions() []string {
	out := make([]string, 40)
	for i := range out {
		out[i] = fmt.Sprintf("region-%02d", i)
	}
	return out
}

// tenBatches makes rows of which about one in a thousand breaks a check. Only
// the ids are new in each batch; the other columns come back every 16.
func tenBatches(batches, rows int, shuffled bool) []table.Batch {
	rng := rand.New(rand.NewPCG(3, 4))
	list := regions()
	var cols [16][]arrow.Array
	for k := range cols {
		b := array.NewRecordBuilder(memory.DefaultAllocator, tenSchema)
		for i := range rows {
			b.Field(0).(*array.Int64Builder).Append(int64(i))
			age := b.Field(1).(*array.Int64Builder)
			if rng.IntN(1000) == 0 {
				age.AppendNull()
			} else {
				age.Append(rng.Int64N(100))
			}
			b.Field(2).(*array.Float64Builder).Append(rng.ExpFloat64() * 50)
			b.Field(3).(*array.StringBuilder).Append(list[rng.IntN(40)])
			b.Field(4).(*array.StringBuilder).Append(fmt.Sprintf("user%d@mail%d.example.com", rng.IntN(1e6), rng.IntN(10)))
			b.Field(5).(*array.StringBuilder).Append(strings.Repeat("n", 5+rng.IntN(15)))
			start := rng.Int64N(1e9)
			b.Field(6).(*array.Int64Builder).Append(start)
			b.Field(7).(*array.Int64Builder).Append(start + rng.Int64N(1e6) - 1000)
		}
		cols[k] = b.NewRecord().Columns()
	}
	var out []table.Batch
	next := int64(0)
	for i := range batches {
		ids := make([]int64, rows)
		for j := range ids {
			ids[j] = next*7919 + rng.Int64N(7919)
			next++
		}
		if shuffled {
			rng.Shuffle(rows, func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		}
		b := array.NewInt64Builder(memory.DefaultAllocator)
		b.AppendValues(ids, nil)
		c := append([]arrow.Array{b.NewArray()}, cols[i%16][1:]...)
		out = append(out, array.NewRecord(tenSchema, c, int64(rows)))
	}
	return out
}

// BenchmarkTenChecks judges 10 M rows by ten checks on one goroutine, with ids
// that rise and with ids in any order.
func BenchmarkTenChecks(b *testing.B) {
	b.Run("rising", func(b *testing.B) { benchTen(b, false) })
	b.Run("shuffled", func(b *testing.B) { benchTen(b, true) })
}

func benchTen(b *testing.B, shuffled bool) {
	batches := tenBatches(153, 1<<16, shuffled) // 10,027,008 rows
	suite := strings.Replace(tenChecks, "REGIONS", "["+strings.Join(regions(), ", ")+"]", 1)
	p := compile(b, suite, map[string]*arrow.Schema{"": tenSchema})
	rows := float64(153 << 16)
	cpu := cpuTime()
	for b.Loop() {
		s := p.New()
		for _, batch := range batches {
			if err := s.Add("", batch); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := s.Finish(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(b.N)/rows, "cpu-ns/row")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// BenchmarkCheck times single checks over the same rows.
func BenchmarkCheck(b *testing.B) {
	batches := tenBatches(16, 1<<16, true)
	for _, c := range []string{
		"columns:\n  id: {not_null: true}", "columns:\n  id: {unique: true}", "columns:\n  age: {between: [0, 120]}",
		"columns:\n  amount: {ge: 0}", "columns:\n  region: {in_set: [" + strings.Join(regions(), ", ") + "]}",
		"columns:\n  email: {matches: \"^[a-z0-9._]+@[a-z0-9.]+\\\\.[a-z]{2,}$\"}", "columns:\n  email: {format: email}",
		"columns:\n  name: {length: [1, 40]}", "checks:\n  - expr: \"stop >= start\"",
	} {
		p := compile(b, c, map[string]*arrow.Schema{"": tenSchema})
		b.Run(strings.Join(strings.Fields(p.checks[0].spec.ID), "_"), func(b *testing.B) {
			cpu := cpuTime()
			for b.Loop() {
				s := p.New()
				for _, batch := range batches {
					if err := s.Add("", batch); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := s.Finish(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(b.N)/float64(16<<16), "cpu-ns/row")
		})
	}
}
