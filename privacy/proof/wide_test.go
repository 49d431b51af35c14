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

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Orders and people: statements about several columns and tables.
var (
	orderSchema = arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "person", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "qty", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "price", Type: arrow.PrimitiveTypes.Float64},
		{Name: "total", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "start", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "end", Type: arrow.FixedWidthTypes.Date32},
	}, nil)
	personSchema = arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "qty", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "price", Type: arrow.PrimitiveTypes.Float64},
		{Name: "zip", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "band", Type: arrow.PrimitiveTypes.Int8},
	}, nil)
)

// shop is the two tables, cell by cell as JSON, so that a lie changes one.
type shop struct{ orders, people []map[string]string }

func newShop(n, m int, seed uint64) *shop {
	r := rand.New(rand.NewPCG(seed, 3))
	s := &shop{}
	ids := r.Perm(10 * n)
	for i := range n {
		qty, price, start := r.IntN(9), r.IntN(10000), r.IntN(20)
		row := map[string]string{
			"id": fmt.Sprint(ids[i] - n), "person": fmt.Sprint(r.IntN(m)), "qty": fmt.Sprint(qty),
			"price": fmt.Sprintf("%d.%02d", price/100, price%100), "total": fmt.Sprintf("%d.%02d", qty*price/100, qty*price%100),
			"start": fmt.Sprintf(`"2024-03-%02d"`, 1+start), "end": fmt.Sprintf(`"2024-03-%02d"`, 1+start+r.IntN(9)),
		}
		for _, c := range []string{"person", "qty", "total", "start"} {
			if r.IntN(10) == 0 {
				row[c] = "null"
			}
		}
		s.orders = append(s.orders, row)
	}
	for i := range m {
		group := i % 7
		zip := fmt.Sprintf("%q", string(rune('a'+group%3)))
		if group == 6 {
			zip = "null"
		}
		s.people = append(s.people, map[string]string{
			"id": fmt.Sprint(i), "qty": fmt.Sprint(r.IntN(9)), "price": fmt.Sprintf("%d.%02d", 100+r.IntN(99), r.IntN(100)),
			"zip": zip, "band": fmt.Sprint(group / 3),
		})
	}
	r.Shuffle(m, func(i, j int) { s.people[i], s.people[j] = s.people[j], s.people[i] })
	return s
}

func recordOf(t testing.TB, schema *arrow.Schema, rows []map[string]string) arrow.Record {
	t.Helper()
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('{')
		for j, f := range schema.Fields() {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", f.Name, r[f.Name])
		}
		b.WriteByte('}')
	}
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+b.String()+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

const shopPreamble = `
version: 1
table: orders
columns:
  price: {decimal: 2}
  total: {decimal: 2}
tables:
  people:
    columns:
      price: {decimal: 2}
      zip: {dictionary: [a, b, c]}
statements:
- range: {column: id, min: -1000000, max: 1000000}
- range: {column: qty, min: 0, max: 100}
- range: {column: price, min: 0, max: 1000}
- range: {column: total, min: 0, max: 100000}
- range: {column: start, min: 2024-01-01, max: 2024-12-31}
- range: {column: end, min: 2024-01-01, max: 2024-12-31}
- range: {table: people, column: qty, min: 0, max: 50}
- range: {table: people, column: price, min: 10, max: 1000}
- range: {table: people, column: id, min: 0, max: 1152921504606846976}
`

// wide lists statements, and a change of the shop that breaks each.
func wide() []struct {
	statement string
	lie       func(s *shop)
} {
	return []struct {
		statement string
		lie       func(s *shop)
	}{
		{"order: {columns: [start, end]}", func(s *shop) { s.orders[4]["start"], s.orders[4]["end"] = `"2024-03-09"`, `"2024-03-08"` }},
		{"order: {columns: [price, total], strict: true}", func(s *shop) { s.orders[4]["price"], s.orders[4]["total"] = "7.00", "7.00" }},
		{"product: {columns: [qty, price], equals: total}", func(s *shop) {
			s.orders[5]["qty"], s.orders[5]["price"], s.orders[5]["total"] = "2", "2.00", "4.01"
		}},
		{"product: {columns: [qty, price], equals: total, within: 0.02}", func(s *shop) {
			s.orders[5]["qty"], s.orders[5]["price"], s.orders[5]["total"] = "2", "2.00", "4.03"
		}},
		{"adds: {columns: [qty, price], equals: total}", func(s *shop) {
			s.orders[5]["qty"], s.orders[5]["price"], s.orders[5]["total"] = "2", "2.00", "4.01"
		}},
		{"adds: {columns: [price, qty], equals: total, within: 0.5}", func(s *shop) {
			s.orders[5]["qty"], s.orders[5]["price"], s.orders[5]["total"] = "2", "2.00", "3.49"
		}},
		{"unique: {column: id}", func(s *shop) { s.orders[6]["id"] = s.orders[2]["id"] }},
		{"unique: {column: id} ", func(s *shop) { s.orders[6]["id"] = "null" }},
		{"unique: {column: person, missing: true}", func(s *shop) { s.orders[6]["person"] = s.orders[2]["person"] }},
		{"unique: {column: person, missing: true} ", func(s *shop) { s.orders[6]["person"], s.orders[7]["person"] = "0", "0" }},
		{"unique: {columns: [start, id], missing: true}", func(s *shop) {
			s.orders[6]["id"], s.orders[2]["id"], s.orders[6]["start"], s.orders[2]["start"] = "7", "7", `"2024-03-09"`, `"2024-03-09"`
		}},
		{"unique: {table: people, columns: [id, qty, price]}", func(s *shop) {
			for _, c := range []string{"id", "qty", "price"} {
				s.people[6][c] = s.people[2][c]
			}
		}},
		{"unique: {table: people, columns: [qty, id]} ", func(s *shop) { s.people[6]["id"] = "null" }},
		{"unique: {table: people, column: id}", func(s *shop) { s.people[6]["id"] = s.people[2]["id"] }},
		{"reference: {column: person, to: {table: people, column: id}}", func(s *shop) { s.orders[3]["person"] = "-1" }},
		{"reference: {column: person, to: {table: people, column: id}} ", func(s *shop) {
			s.orders[3]["person"] = "0"
			for _, p := range s.people {
				if p["id"] == "0" {
					p["id"] = "null"
				}
			}
		}},
		{"anonymity: {table: people, columns: [zip, band], k: 5}", func(s *shop) { s.people[1]["band"] = "9" }},
		{"anonymity: {table: people, columns: [zip, band], k: 5} ", func(s *shop) {
			// Three that were of another class: below k.
			for i := range 3 {
				s.people[i]["zip"], s.people[i]["band"] = "null", "0"
			}
		}},
		{"disjoint: {columns: [qty, price], from: people}", func(s *shop) {
			s.orders[7]["qty"], s.orders[7]["price"] = s.people[8]["qty"], s.people[8]["price"]
		}},
		{"range: {column: id, min: -9223372036854775808, max: 9223372036854775807}\n" +
			"- range: {table: people, column: id, min: -9223372036854775808, max: 9223372036854775807}\n" +
			"- disjoint: {columns: [id, qty, price], from: people}", func(s *shop) {
			for _, c := range []string{"id", "qty", "price"} {
				s.orders[7][c] = s.people[8][c]
			}
		}},
		{"weighted: {columns: [qty, price], weights: [2.5, -1], max: -100}", func(s *shop) {
			for _, o := range s.orders {
				o["price"] = "0.00"
			}
		}},
	}
}

func (s *shop) prove(t testing.TB, statement string, opt Options, change ...func(*Prover)) ([]byte, error) {
	t.Helper()
	p := New(decode(t, shopPreamble+"- "+statement), opt)
	orders, err := p.Table("orders", orderSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	people, err := p.Table("people", personSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = orders.Add(recordOf(t, orderSchema, s.orders)); err != nil {
		t.Fatal(err)
	}
	if err = people.Add(recordOf(t, personSchema, s.people)); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(p)
	}
	return p.Prove(context.Background())
}

// keep changes a fresh shop so that a statement about it holds.
func (s *shop) keep(statement string) {
	for _, o := range s.orders {
		if strings.Contains(statement, "strict") {
			o["total"] = "5000.00"
		}
		if strings.Contains(statement, "adds") && o["total"] != "null" {
			var qty, price float64
			if o["qty"] != "null" { // else any total will do
				fmt.Sscan(o["qty"], &qty)
			}
			fmt.Sscan(o["price"], &price)
			o["total"] = fmt.Sprintf("%.2f", qty+price)
		}
		if strings.Contains(statement, "missing") && o["person"] != "null" {
			o["person"] = o["id"]
		}
		if strings.Contains(statement, "disjoint") {
			o["price"] = fmt.Sprintf("%.2f", float64(len(o["price"]))) // below every price of people
		}
	}
}

// TestWideStatements: statements about several columns and tables are complete
// at sizes around a tableau row, and each lie is refused, by an honest prover
// with its reason and by the verifier of a lying one.
func TestWideStatements(t *testing.T) {
	for _, w := range wide() {
		t.Run(w.statement, func(t *testing.T) {
			l := toySize.Slots()
			sizes := []int{l, l + 1}
			params := map[int]*ligero.Params{l: &toySize, l + 1: &toyTwice}
			if testing.Short() {
				sizes = sizes[1:]
			}
			for _, n := range sizes {
				s := newShop(n, 70, uint64(n))
				s.keep(w.statement)
				file, err := s.prove(t, w.statement, Options{Workers: 2, InsecureParams: params[n]})
				if err != nil {
					t.Fatalf("%d rows: %v", n, err)
				}
				r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
				if err != nil {
					t.Fatalf("%d rows: verify: %v", n, err)
				}
				if n == l+1 {
					t.Log(r.Verdicts[len(r.Verdicts)-1].Words)
				}
			}
			s := newShop(60, 70, 5)
			s.keep(w.statement)
			w.lie(s)
			_, err := s.prove(t, w.statement, Options{})
			if f := (*FalseError)(nil); !errors.As(err, &f) || f.Statement != 9+strings.Count(w.statement, "\n") {
				t.Errorf("honest prover: %v, want a FalseError of the last statement", err)
			}
			file, err := s.prove(t, w.statement, Options{Workers: 2, InsecureParams: lieSize()}, func(p *Prover) { p.lies = true })
			if err != nil {
				t.Fatalf("lying prover: %v", err)
			}
			if _, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: testing.Short()}); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("lying prover: Verify = %v, want tampered", err)
			}
		})
	}
}

// lieSize is the size at which lies are told: a sound one, or where time is short one
// of 41 bits.
func lieSize() *ligero.Params {
	if testing.Short() {
		return &ligero.Params{LogK: 8, Rate: 4, Queries: 100}
	}
	return nil
}

// TestWideVectorsAreBound changes one element of every committed vector of each
// statement, in a row: a sorted copy that leaves a value out, a count too many, a
// limb, an inverse. Each is refused.
func TestWideVectorsAreBound(t *testing.T) {
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 50} // 20 bits: a false alarm once in 2^20 changes
	one := field.One()
	seen := map[string]bool{}
	tried := 0
	for _, w := range wide() {
		kind, rest, _ := strings.Cut(w.statement, ":")
		for _, k := range []string{"missing", "columns"} {
			if strings.Contains(rest, k) {
				kind += k
			}
		}
		if seen[kind] || kind == "weighted" {
			continue
		}
		seen[kind] = true
		s := newShop(40, 70, 9)
		s.keep(w.statement)
		vectors, base := map[int]int{}, map[int]int{}
		for statement, into := range map[string]map[int]int{w.statement: vectors, "rows:": base} {
			if _, err := s.prove(t, statement, Options{InsecureParams: &size}, func(p *Prover) {
				p.wrap = func(s ligero.Session) ligero.Session { return counter{s, into} }
			}); err != nil {
				t.Fatal(err)
			}
		}
		// The ranges before the statement come first among the helpers, and
		// last among the late ones; TestEveryVectorIsBound covers ranges.
		first, last := base[len(base)-2], vectors[len(vectors)-1]-base[len(base)-1]
		for o := len(vectors) - 2; o < len(vectors); o++ {
			for v := range vectors[o] {
				if helpers := o == len(vectors)-2; helpers && v < first || !helpers && v >= last {
					continue
				}
				if testing.Short() && v%4 != 0 {
					continue
				}
				file, err := s.prove(t, w.statement, Options{InsecureParams: &size}, func(p *Prover) {
					p.lies = true
					p.wrap = func(s ligero.Session) ligero.Session {
						return swap{s, o, v, func(dst []field.Elem, row int) {
							if row == 0 {
								dst[0].Add(&dst[0], &one)
							}
						}}
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				tried++
				if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); !errors.Is(err, privacy.ErrTampered) {
					t.Errorf("%s: oracle %d, vector %d changed: Verify = %v", w.statement, o, v, err)
				}
			}
		}
	}
	if tried < 50 && !testing.Short() || tried < 20 || len(seen) < 6 {
		t.Errorf("%d changes of %d statements tried, want more", tried, len(seen))
	}
}
