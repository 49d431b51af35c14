package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// toySize keeps tests fast. It gives no soundness worth the name, so that lies
// must be caught by what they break; the cheating suite uses sound sizes.
var (
	toySize  = ligero.Params{LogK: 8, Rate: 4, Queries: 40}
	toyTwice = ligero.Params{LogK: 8, Rate: 4, Queries: 40, Draws: 2}
)

var testSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "age", Type: arrow.PrimitiveTypes.Int16, Nullable: true},
	{Name: "amount", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "country", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	{Name: "fraud", Type: arrow.FixedWidthTypes.Boolean},
	{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	{Name: "fee", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}},
	{Name: "group", Type: arrow.BinaryTypes.String, Nullable: true},
}, nil)

// testRow makes a row that keeps what goodStatements say.
func testRow(i int, r *rand.Rand) string {
	null := func(s string) string {
		if r.IntN(20) == 0 {
			return "null"
		}
		return s
	}
	return fmt.Sprintf(`{"id":%d,"age":%s,"amount":%s,"country":%s,"fraud":%t,"day":%q,"fee":"%d.%02d","group":%s}`,
		i+1, null(fmt.Sprint(18+r.IntN(80))), null(fmt.Sprintf("%d.%02d", r.IntN(5000), r.IntN(100))),
		null([]string{`"CN"`, `"DE"`, `"FR"`}[r.IntN(3)]), r.IntN(7) == 0, fmt.Sprintf("2024-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28)),
		r.IntN(30), r.IntN(100), null(fmt.Sprintf("%q", string(rune('a'+r.IntN(3))))))
}

func testBatch(t testing.TB, rows []string) table.Batch {
	t.Helper()
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, testSchema, strings.NewReader("["+strings.Join(rows, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testRows(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	rows := make([]string, n)
	for i := range rows {
		rows[i] = testRow(i, r)
	}
	return rows
}

const goodStatements = `
version: 1
table: t
columns:
  amount: {decimal: 2}
  group: {dictionary: [a, b, c]}
statements:
- rows:
- range: {column: id, min: 1, max: 1000000}
- range: {column: age, min: 18, max: 97}
- range: {column: amount, min: 0, max: 4999.99}
- range: {column: day, min: 2024-01-01, max: 2024-12-31}
- range: {column: fee, min: -5, max: 29.99}
- member: {column: country, of: [CN, DE, FR]}
- member: {column: group}
- range: {column: id, min: -9223372036854775808, max: 9223372036854775807}
- range: {column: id, min: 1, max: 2000000}
- nulls: {column: age, max_rate: 0.5}
- nulls: {column: id}
- nulls: {column: amount, max: 200}
- sum: {column: amount}
- sum: {column: amount, min: 0, max: 5000000}
- sum: {column: amount, times: fee, min: 0}
- mean: {column: age, min: 20, max: 90.5}
- mean: {column: fee, where: {column: country, is: DE}}
- rate: {column: fraud, is: "true"}
- rate: {column: fraud, is: "true", min: 0.01, max: 0.9}
- rate: {column: fraud, is: "false", where: {column: group, is: b}, max: 1}
- rate: {column: country, is: CN}
- moments: {column: fee}
- histogram: {column: country}
- histogram: {column: fraud}
`

func decode(t testing.TB, text string) *Document {
	t.Helper()
	d, err := DecodeDocument("s.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// proveRows proves a document about rows of the test table.
func proveRows(t testing.TB, doc *Document, opt Options, rows []string, change ...func(*Prover)) ([]byte, error) {
	t.Helper()
	p := New(doc, opt)
	tab, err := p.Table("t", testSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for len(rows) > 0 {
		n := min(len(rows), 97)
		if err := tab.Add(testBatch(t, rows[:n])); err != nil {
			return nil, err
		}
		rows = rows[n:]
	}
	for _, c := range change {
		c(p)
	}
	return p.Prove(context.Background())
}

func TestComplete(t *testing.T) {
	for _, n := range []int{1, 2, 215, 216, 217, 400} {
		doc := decode(t, goodStatements)
		rows := testRows(n, uint64(n))
		if n < 3 { // rates of one row need not be within bounds
			doc.Statements = doc.Statements[:10]
		}
		size := &toySize
		if n%2 == 0 {
			size = &toyTwice
		}
		file, err := proveRows(t, doc, Options{Workers: 2, InsecureParams: size}, rows)
		if err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
		r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true, Document: decode(t, goodStatements)})
		if n < 3 {
			if !errors.Is(err, privacy.ErrRefused) {
				t.Errorf("%d rows: other statements than asked for: %v, want refused", n, err)
			}
			r, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
		}
		if err != nil {
			t.Fatalf("%d rows: verify: %v", n, err)
		}
		if len(r.Verdicts) != len(doc.Statements) {
			t.Errorf("%d verdicts for %d statements", len(r.Verdicts), len(doc.Statements))
		}
		if _, err := Verify(context.Background(), file, VerifyOptions{}); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%d rows: weak parameters: %v, want refused", n, err)
		}
		if n == 400 {
			for _, v := range r.Verdicts {
				t.Log(v.Words)
			}
		}
	}
}
