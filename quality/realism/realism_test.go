package realism

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats/table"
)

type memorySource map[string]table.Batch

func (m memorySource) Tables() []string { return nil }

func (m memorySource) Open(_ context.Context, name string) (table.Stream, error) {
	b, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("there is no table %q", name)
	}
	return table.FromBatches(b.Schema(), b), nil
}

type txOptions struct {
	rows, days, customers, merchants int
	leak                             bool // a column that tells the label
}

// world makes transactions whose fraud sits at a few merchants for some days,
// with amounts and hours like honest ones.
func world(tb testing.TB, o txOptions) (memorySource, Mapping) {
	tb.Helper()
	text := arrow.BinaryTypes.String
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "time", Type: &arrow.TimestampType{Unit: arrow.Millisecond}},
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
		{Name: "customer", Type: arrow.PrimitiveTypes.Int32},
		{Name: "merchant", Type: arrow.PrimitiveTypes.Int32},
		{Name: "channel", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: text}},
		{Name: "country", Type: text},
		{Name: "home", Type: text},
		{Name: "leak", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "fraud", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "pay", Type: arrow.PrimitiveTypes.Int64},
		{Name: "balance", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 1, uint64(o.merchants-1))
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	balance := make([]int64, o.customers)
	for i := range o.rows {
		at := int64(i) * int64(o.days) * day * 1000 / int64(o.rows)
		merchant := int64(zipf.Uint64())
		customer := r.IntN(o.customers)
		hacked := (merchant*7+at/(200*day*1000)*13)%23 == 0
		fraud := hacked && r.IntN(3) == 0 || r.IntN(400) == 0
		b.Field(0).(*array.Int64Builder).Append(int64(i) + 1000)
		b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(at))
		b.Field(2).(*array.Float64Builder).Append(math.Round(math.Exp(r.NormFloat64()*1.4+3)*100) / 100)
		b.Field(3).(*array.Int32Builder).Append(int32(customer))
		b.Field(4).(*array.Int32Builder).Append(int32(merchant))
		channel, country := "pos", "DE"
		if r.IntN(3) == 0 {
			channel = "web"
		}
		if r.IntN(10) == 0 {
			country = "FR"
		}
		if err := b.Field(5).(*array.BinaryDictionaryBuilder).AppendString(channel); err != nil {
			tb.Fatal(err)
		}
		b.Field(6).(*array.StringBuilder).Append(country)
		b.Field(7).(*array.StringBuilder).Append("DE")
		switch {
		case !o.leak:
			b.Field(8).(*array.Float64Builder).Append(r.Float64())
		case fraud:
			b.Field(8).AppendNull()
		default:
			b.Field(8).(*array.Float64Builder).Append(1)
		}
		b.Field(9).(*array.BooleanBuilder).Append(fraud)
		pay := int64(r.IntN(1000) - 500)
		balance[customer] += pay
		b.Field(10).(*array.Int64Builder).Append(pay)
		b.Field(11).(*array.Int64Builder).Append(balance[customer])
	}
	rec := b.NewRecord()
	tb.Cleanup(rec.Release)
	return memorySource{"tx": rec}, Mapping{
		Transactions: "tx", ID: "id", Time: "time", Amount: "amount", Label: "fraud", Customer: "customer", Merchant: "merchant",
		Channel: "channel", NotPresent: []string{"web"}, Country: "country", Home: "home",
		Hidden: []string{"pay", "balance"}, Independent: [][2]string{{"channel", "country"}},
		Ledger: Ledger{Table: "tx", Account: "customer", Amount: "pay", Balance: "balance"},
	}
}

func result(t *testing.T, r Report, id string) Result {
	t.Helper()
	i := slices.IndexFunc(r.Results, func(x Result) bool { return x.ID == id })
	if i < 0 {
		t.Fatalf("report has no %s: %+v", id, r.Results)
	}
	return r.Results[i]
}

func TestJudge(t *testing.T) {
	src, m := world(t, txOptions{rows: 20000, days: 125, customers: 200, merchants: 300})
	m.From, m.To = "customer", "merchant"
	report, err := Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][2]float64{
		"r1.column":      {.5, .99}, // the hacked merchants never change here
		"r1.residual":    {.5, .6},
		"r2.trees.auc":   {.6, 1},
		"r5.lookahead":   {.5, 100},
		"r8.benford":     {0, .012},
		"r8.gini":        {.5, 1},
		"r8.burstiness":  {-.1, .1}, // arrivals of one customer are near Poisson here
		"r8.repeat":      {.3, 1},
		"r8.information": {0, .001},
		"r9.breaks":      {0, 0},
		"r11.ticket":     {.8, 1.25},
		"r11.cnp":        {.25, .42},
		"r4.lift":        {.1, 100},
		"r6.drift":       {-10, 10},
	} {
		if got := result(t, report, id); got.Value < want[0] || got.Value > want[1] || !got.Pass {
			t.Errorf("%s = %+v, want in %v", id, got, want)
		}
	}
	if !report.Passed() {
		t.Errorf("report without targets did not pass: %+v", report)
	}
}

func TestWorkersDoNotMatter(t *testing.T) {
	src, m := world(t, txOptions{rows: 4000, days: 25, customers: 50, merchants: 50})
	m.From, m.To = "customer", "merchant"
	var reports [2]string
	for k, workers := range []int{1, 3} {
		r, err := Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		reports[k] = fmt.Sprint(r)
	}
	if reports[0] != reports[1] {
		t.Errorf("Judge on 3 workers differs from 1:\n%s\n%s", reports[1], reports[0])
	}
}

func TestFindsTrivialRule(t *testing.T) {
	src, m := world(t, txOptions{rows: 8000, days: 30, customers: 100, merchants: 100, leak: true})
	report, err := Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10, Targets: CardTargets()})
	if err != nil {
		t.Fatal(err)
	}
	if got := result(t, report, "r1.column"); got.Value != 1 || got.Pass || !strings.HasPrefix(got.Note, "leak") {
		t.Errorf("r1.column = %+v, want 1 by column leak, failed", got)
	}
	if report.Passed() {
		t.Error("a table with a leak passed")
	}
}

func TestMissingMeasureFails(t *testing.T) {
	src, m := world(t, txOptions{rows: 3000, days: 30, customers: 50, merchants: 50})
	m.Channel, m.NotPresent = "", nil
	report, err := Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10, Targets: []Target{Around("r11.cnp", .8, .05, "test")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := result(t, report, "r11.cnp"); got.Pass || got.Note == "" {
		t.Errorf("r11.cnp = %+v, want a failed result with its reason", got)
	}
}

func TestTruthTables(t *testing.T) {
	src, m := world(t, txOptions{rows: 8000, days: 30, customers: 50, merchants: 50})
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "tx", Type: arrow.PrimitiveTypes.Int64}, {Name: "pattern", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range 400 {
		b.Field(0).(*array.Int64Builder).Append(int64(1000 + 20*i))
		if i%4 == 0 {
			b.Field(1).(*array.StringBuilder).Append("cycle")
		} else {
			b.Field(1).AppendNull()
		}
	}
	truth := b.NewRecord()
	defer truth.Release()
	src["truth"] = truth
	m.Label, m.Hidden = "", append(m.Hidden, "fraud")
	m.Truth = Truth{Table: "truth", Key: "tx", Pattern: "pattern"}
	m.HardNegatives = Truth{Table: "truth", Key: "tx"}
	report, err := Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10})
	if err != nil {
		t.Fatal(err)
	}
	if report.Positives != 400 {
		t.Errorf("Positives = %d, want 400", report.Positives)
	}
	if got := result(t, report, "r10.outside"); got.Value != .75 {
		t.Errorf("r10.outside = %v, want .75", got.Value)
	}
	if got := result(t, report, "r11.bp.number"); got.Value != 500 {
		t.Errorf("r11.bp.number = %v, want 500", got.Value)
	}
	m.Truth.Key = "pattern"
	if _, err = Judge(t.Context(), Input{Source: src, Mapping: m, Trees: 10}); err == nil {
		t.Error("Judge with a truth that names no transaction = nil error, want one")
	}
}

func TestLedgerBreak(t *testing.T) {
	money := &arrow.Decimal128Type{Precision: 12, Scale: 2}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "account", Type: arrow.BinaryTypes.String},
		{Name: "amount", Type: money},
		{Name: "balance", Type: money},
		{Name: "entry", Type: arrow.PrimitiveTypes.Int32},
		{Name: "limit", Type: money, Nullable: true},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[
		{"account": "a", "amount": "-1.00", "balance": "4.00", "entry": 1, "limit": "0.00"},
		{"account": "b", "amount": "1.00", "balance": "1.00", "entry": 1, "limit": "2.00"},
		{"account": "a", "amount": "-2.50", "balance": "1.50", "entry": 2},
		{"account": "b", "amount": "2.40", "balance": "3.50", "entry": 2}]`))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Release()
	m := Mapping{Ledger: Ledger{"l", "account", "amount", "balance", "entry", "limit"}}
	j := &judge{in: Input{Source: memorySource{"l": rec}, Mapping: m}}
	if err := j.ledger(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []Result{
		{ID: "r9.breaks", Value: 1, Note: "the first at row 3", Pass: true},
		{ID: "r9.unbalanced", Value: 1, Pass: true},
		{ID: "r9.overdrawn", Value: 1, Pass: true},
	}
	if diff := cmp.Diff(want, j.found); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	src, m := world(t, txOptions{rows: 100, days: 30, customers: 5, merchants: 5})
	for name, change := range map[string]func(*Mapping){
		"no table":     func(m *Mapping) { m.Transactions = "x" },
		"no column":    func(m *Mapping) { m.Customer = "x" },
		"no label":     func(m *Mapping) { m.Label = "" },
		"no time":      func(m *Mapping) { m.Time = "" },
		"independent":  func(m *Mapping) { m.Independent = [][2]string{{"a", "b"}} },
		"ledger":       func(m *Mapping) { m.Ledger.Balance = "x" },
		"truth, no id": func(m *Mapping) { m.Truth = Truth{Table: "tx", Key: "id"}; m.ID = "" },
	} {
		bad := m
		change(&bad)
		if _, err := Judge(t.Context(), Input{Source: src, Mapping: bad, Trees: 10}); err == nil {
			t.Errorf("Judge(%s) = nil error, want one", name)
		}
	}
}

// TestWindows compares the sliding windows with their definition.
func TestWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	d := &data{}
	var entity []int32
	now := int64(0)
	for range 400 {
		now += int64(r.IntN(day / 2))
		d.time = append(d.time, now)
		d.amount = append(d.amount, float64(r.IntN(100)))
		d.label = append(d.label, uint8(r.IntN(2)))
		entity = append(entity, int32(r.IntN(5))-1)
	}
	past, risk := d.past(entity, 4), d.risk(entity, 4, 7*day, false)
	for i, e := range entity {
		for w, days := range [...]int64{1, 7, 30} {
			n, sum, known, ones := 0.0, 0.0, 0.0, 0.0
			for k := range i + 1 {
				if entity[k] != e || e < 0 {
					continue
				}
				if age := d.time[i] - d.time[k]; age < days*day {
					n++
					sum += d.amount[k]
				}
				if age := d.time[i] - d.time[k]; age >= 7*day && age < (7+days)*day && k < i {
					known++
					ones += float64(d.label[k])
				}
			}
			if n > 0 && (past[2*w][i] != n || math.Abs(past[2*w+1][i]-sum/n) > 1e-9) {
				t.Fatalf("row %d, %d days: count %v, mean %v, want %v, %v", i, days, past[2*w][i], past[2*w+1][i], n, sum/n)
			}
			if want := ones / max(known, 1); math.Abs(risk[w][i]-want) > 1e-12 {
				t.Fatalf("row %d, %d days: risk %v, want %v", i, days, risk[w][i], want)
			}
		}
	}
}

func TestShapes(t *testing.T) {
	powers := make([]float64, 1000)
	for i := range powers {
		powers[i] = math.Pow(2, float64(i)/3)
	}
	if got := benford(powers); got > .006 {
		t.Errorf("benford(powers of 2^(1/3)) = %v, want at most .006", got)
	}
	if got := gini([]float64{3, 3, 3, 3}); math.Abs(got) > 1e-12 {
		t.Errorf("gini(equal) = %v, want 0", got)
	}
	if got := gini([]float64{0, 0, 0, 8}); math.Abs(got-.75) > 1e-12 {
		t.Errorf("gini(one has all) = %v, want .75", got)
	}
	x := make([]int, 4000)
	for i := range x {
		x[i] = i % 4
	}
	if got := information(x, x); math.Abs(got-2) > .01 {
		t.Errorf("information(x, x) = %v, want 2 bits", got)
	}
}

func BenchmarkJudge(b *testing.B) {
	const rows = 2_000_000
	src, m := world(b, txOptions{rows: rows, days: 120, customers: 20000, merchants: 5000})
	m.From, m.To = "customer", "merchant"
	for b.Loop() {
		if _, err := Judge(b.Context(), Input{Source: src, Mapping: m, Workers: 2}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
