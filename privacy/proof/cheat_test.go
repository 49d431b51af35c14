package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// preamble declares what single statements need.
const preamble = `
version: 1
table: t
columns:
  amount: {decimal: 2}
  country: {dictionary: [CN, DE, FR]}
  group: {dictionary: [a, b, c]}
statements:
`

func with(statements ...string) string {
	return preamble + "- " + strings.Join(statements, "\n- ") + "\n"
}

// lie is a false statement about one row's worth of change.
type lie struct {
	name       string
	statements []string
	rows       func(rows []string) // how the rows are made to break them
	forge      func(*Header)       // or the header
}

func set(row int, key, value string) func([]string) {
	return func(rows []string) {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(rows[row]), &m); err != nil {
			panic(err)
		}
		m[key] = json.RawMessage(value)
		out, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		rows[row] = string(out)
	}
}

func disclosed(statement, index int, by int64) func(*Header) {
	return func(h *Header) {
		d := h.Statements[statement].Disclosed
		var n int64
		fmt.Sscan(d[index], &n)
		d[index] = fmt.Sprint(n + by)
	}
}

func lies() []lie {
	moved := func(h *Header) {
		disclosed(0, 1, -1)(h)
		disclosed(0, 2, 1)(h)
	}
	missing, there := 0, 0
	for i, r := range testRows(60, 3) {
		if strings.Contains(r, `"age":null`) {
			missing++
		} else {
			there = i
		}
	}
	return []lie{
		{"one value above the range", []string{"range: {column: age, min: 18, max: 97}"}, set(7, "age", "98"), nil},
		{"one value below the range", []string{"range: {column: age, min: 18, max: 97}"}, set(7, "age", "17"), nil},
		{"one value far below a wide range", []string{"range: {column: id, min: 1, max: 1099511627776}"}, set(3, "id", "-9223372036854775808"), nil},
		{"one value just above a wide range", []string{"range: {column: id, min: 1, max: 1099511627776}"}, set(3, "id", "1099511627777"), nil},
		{"one value above the widest lower end", []string{"range: {column: id, min: -9223372036854775808, max: 100}"}, set(3, "id", "4611686018427387904"), nil},
		{"one value of a decimal", []string{"range: {column: fee, min: 0, max: 29.99}"}, set(3, "fee", `"30.00"`), nil},
		{"one date", []string{"range: {column: day, min: 2024-01-01, max: 2024-12-31}"}, set(3, "day", `"2025-01-01"`), nil},
		{"one null too many", []string{fmt.Sprintf("nulls: {column: age, max: %d}", missing)}, set(there, "age", "null"), nil},
		{"a sum one above", []string{"range: {column: age, min: 0, max: 200}", "sum: {column: age}"}, nil, disclosed(1, 0, 1)},
		{"a sum out of its bounds", []string{"range: {column: age, min: 0, max: 200}", "sum: {column: age, max: 10}"}, nil, nil},
		{"a product sum one below", []string{"range: {column: age, min: 0, max: 200}", "range: {column: id, min: 0, max: 2000}", "sum: {column: age, times: id}"}, nil, disclosed(2, 0, -1)},
		{"a mean out of its bounds", []string{"range: {column: age, min: 0, max: 200}", "mean: {column: age, min: 98}"}, nil, nil},
		{"a conditional mean's count", []string{"range: {column: age, min: 0, max: 200}", "member: {column: country}", "mean: {column: age, where: {column: country, is: DE}}"}, nil, disclosed(2, 1, 1)},
		{"a label rate's count", []string{`rate: {column: fraud, is: "true"}`}, nil, disclosed(0, 0, -1)},
		{"a label rate out of its bounds", []string{`rate: {column: fraud, is: "true", min: 0.9}`}, nil, nil},
		{"a rate of a listed value", []string{"member: {column: country}", "rate: {column: country, is: CN}"}, nil, disclosed(1, 0, 1)},
		{"a second moment", []string{"range: {column: age, min: 0, max: 200}", "moments: {column: age}"}, nil, disclosed(1, 2, 2)},
		{"a count moved between bins", []string{"histogram: {column: fraud}"}, nil, moved},
	}
}

// TestEveryLieIsRefused: for each lie, an honest prover says what is wrong, and
// a prover that lies makes a proof that the verifier refuses. Parameters are
// sound: a false alarm has a chance of 2^-100.
func TestEveryLieIsRefused(t *testing.T) {
	for i, l := range lies() {
		bits := []int{MinBits, MaxBits}[i%2] // both sizes take part; kinds have several lies
		decode := func(t *testing.T, text string) *Document {
			d := decode(t, text)
			d.Bits = bits
			return d
		}
		t.Run(l.name, func(t *testing.T) {
			rows := testRows(60, 3)
			good, err := proveRows(t, decode(t, with(l.statements...)), Options{Workers: 2}, rows)
			if l.forge != nil || l.rows != nil {
				if err != nil {
					t.Fatalf("before the lie: %v", err)
				}
				if _, err = Verify(context.Background(), good, VerifyOptions{}); err != nil {
					t.Fatalf("before the lie: %v", err)
				}
			}
			if l.rows != nil {
				l.rows(rows)
				_, err = proveRows(t, decode(t, with(l.statements...)), Options{}, rows)
			}
			if l.forge == nil {
				if f := (*FalseError)(nil); !errors.As(err, &f) {
					t.Errorf("honest prover: %v, want a FalseError", err)
				}
			}
			file, err := proveRows(t, decode(t, with(l.statements...)), Options{Workers: 2}, rows, func(p *Prover) { p.lies, p.forge = true, l.forge })
			if err != nil {
				t.Fatalf("lying prover: %v", err)
			}
			if _, err := Verify(context.Background(), file, VerifyOptions{}); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("Verify = %v, want tampered", err)
			}
		})
	}
}

// swap is a session that commits to other values than the builder's.
type swap struct {
	ligero.Session
	oracle int
	vector int
	change func(dst []field.Elem, row int)
}

func (s swap) Root(o ligero.Oracle, stream *ligero.Stream, sources []ligero.Source) error {
	if int(o) == s.oracle {
		sources = slices.Clone(sources)
		sources[s.vector] = changed{sources[s.vector], s.change}
	}
	return s.Session.Root(o, stream, sources)
}

type changed struct {
	ligero.Source
	change func(dst []field.Elem, row int)
}

func (c changed) Fill(dst []field.Elem, row int) error {
	err := c.Source.Fill(dst, row)
	c.change(dst, row)
	return err
}

// TestEveryVectorIsBound changes one element of each committed vector, in a
// row, behind the rows, and a pad's neighbour: each is refused. The late helpers
// and multiplicities are among them.
func TestEveryVectorIsBound(t *testing.T) {
	text := with("range: {column: id, min: 1, max: 1099511627776}", "nulls: {column: age, max: 30}", "range: {column: age, min: 0, max: 120}",
		"member: {column: country}", "rate: {column: country, is: CN}", "histogram: {column: country}", "sum: {column: age, min: 0}")
	rows := testRows(60, 3)
	// The indicator's inverse is free in rows that have its value.
	set(3, "country", `"DE"`)(rows)
	set(59, "country", `"DE"`)(rows)
	size := ligero.Params{LogK: 8, Rate: 4, Queries: 60} // 196 slots, a soundness of 25 bits
	one := field.One()
	vectors := map[int]int{}
	count := func(p *Prover) {
		p.wrap = func(s ligero.Session) ligero.Session { return counter{s, vectors} }
	}
	if _, err := proveRows(t, decode(t, text), Options{InsecureParams: &size}, rows, count); err != nil {
		t.Fatal(err)
	}
	const masks = 3
	// The columns' vectors are id, age and country, and two for nulls; only the
	// lengths of helpers matter here.
	lengths := helperLengths(t, decode(t, text), size, rows)
	places := []int{3, 60}
	if testing.Short() {
		places = places[:1]
	}
	total := 0
	for o, n := range vectors {
		if o == masks {
			continue
		}
		for v := range n {
			for _, place := range places {
				file, err := proveRows(t, decode(t, text), Options{InsecureParams: &size}, rows, func(p *Prover) {
					p.lies = true
					p.wrap = func(s ligero.Session) ligero.Session {
						return swap{s, o, v, func(dst []field.Elem, row int) {
							if row == 0 {
								dst[place].Add(&dst[place], &one)
							}
						}}
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				_, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
				if !errors.Is(err, privacy.ErrTampered) {
					// Slots without meaning: multiplicities and bits behind
					// their tables.
					if helpers := len(vectors) - 2; o == helpers && place >= lengths[v] {
						continue
					}
					t.Errorf("oracle %d, vector %d, slot %d changed: Verify = %v", o, v, place, err)
				}
				total++
			}
		}
	}
	if total < 20*len(places) {
		t.Errorf("%d changes tried, want more", total)
	}
}

func helperLengths(t *testing.T, doc *Document, size ligero.Params, rows []string) []int {
	p := New(doc, Options{InsecureParams: &size})
	tab, err := p.Table("t", testSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(testBatch(t, rows)); err != nil {
		t.Fatal(err)
	}
	head, err := p.header()
	if err != nil {
		t.Fatal(err)
	}
	lengths, err := measure(head, p.cells, false)
	if err != nil {
		t.Fatal(err)
	}
	return lengths[5:]
}

type counter struct {
	ligero.Session
	vectors map[int]int
}

func (c counter) Root(o ligero.Oracle, stream *ligero.Stream, sources []ligero.Source) error {
	c.vectors[int(o)] = len(sources)
	return c.Session.Root(o, stream, sources)
}

func TestOneAnswer(t *testing.T) {
	p := New(decode(t, with("rows:")), Options{InsecureParams: &toySize})
	tab, err := p.Table("t", testSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(testBatch(t, testRows(5, 1))); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Prove(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Prove(context.Background()); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("second Prove = %v, want refused", err)
	}
}
