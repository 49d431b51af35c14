package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Two tables of texts without a dictionary, one of them dictionary-encoded.
var (
	visitSchema = arrow.NewSchema([]arrow.Field{
		{Name: "who", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "city", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "age", Type: arrow.PrimitiveTypes.Int32},
	}, nil)
	memberSchema = arrow.NewSchema([]arrow.Field{
		{Name: "who", Type: arrow.BinaryTypes.LargeString, Nullable: true},
		{Name: "city", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "age", Type: arrow.PrimitiveTypes.Int32},
	}, nil)
)

const textPreamble = "version: 1\ntable: visits\nstatements:\n" +
	"- range: {column: age, min: 0, max: 100}\n- range: {table: members, column: age, min: 0, max: 100}\n- "

// texts are the rows of both tables, cell by cell as JSON.
type texts struct{ visits, members []map[string]string }

func newTexts(n, m int, seed uint64) *texts {
	r := rand.New(rand.NewPCG(seed, 5))
	s := &texts{}
	for i := range m {
		s.members = append(s.members, map[string]string{"who": fmt.Sprintf("%q", fmt.Sprint("person ", i)), "city": fmt.Sprintf("%q", fmt.Sprint("Tōwn ", i%4)), "age": fmt.Sprint(50 + i%3)})
	}
	for i := range n {
		row := map[string]string{"who": fmt.Sprintf("%q", fmt.Sprint("person ", r.IntN(m))), "city": fmt.Sprintf("%q", fmt.Sprint("City ", i%3)), "age": fmt.Sprint(20 + i%2)}
		if i%7 == 0 {
			row["who"] = "null"
		}
		if i%6 >= 4 {
			row["city"] = "null"
		}
		s.visits = append(s.visits, row)
	}
	return s
}

func (s *texts) prove(t testing.TB, statement string, opt Options, change ...func(*Prover)) ([]byte, error) {
	t.Helper()
	return s.proveKeyed(t, statement, opt, nil, change...)
}

func (s *texts) proveKeyed(t testing.TB, statement string, opt Options, secret func(string) []byte, change ...func(*Prover)) ([]byte, error) {
	t.Helper()
	p := New(decode(t, textPreamble+statement), opt)
	visits, err := p.Table("visits", visitSchema, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	members, err := p.Table("members", memberSchema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = visits.Add(recordOf(t, visitSchema, s.visits)); err != nil {
		t.Fatal(err)
	}
	if err = members.Add(recordOf(t, memberSchema, s.members)); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(p)
	}
	return p.Prove(context.Background())
}

// textLies lists statements about texts, and what makes each false: cells, or
// committed numbers that are no hashes.
func textLies() []struct {
	name, statement string
	cells           func(s *texts)
	numbers         func(p *Prover)
} {
	type lie = struct {
		name, statement string
		cells           func(s *texts)
		numbers         func(p *Prover)
	}
	const (
		reference = "reference: {column: who, to: {table: members, column: who}}"
		anonymity = "anonymity: {columns: [city, age], k: 5}"
		disjoint  = "disjoint: {columns: [who, city, age], from: members}"
	)
	cell := func(p *Prover, name string, row int) (*int64, *[2]rowKey) {
		for _, c := range p.tables[0].columns {
			if c.shape.Name == name {
				if c.rest == nil {
					return &c.values[0][row], nil
				}
				return &c.values[0][row], &c.rest[0][row]
			}
		}
		panic(name)
	}
	return []lie{
		{"a text that the parent does not have", reference, func(s *texts) { s.visits[3]["who"] = `"nobody"` }, nil},
		{"the parent's text is missing", reference, func(s *texts) {
			s.visits[3]["who"] = `"person 0"`
			s.members[0]["who"] = "null"
		}, nil},
		{"the first part alone is in the parent", reference, nil, func(p *Prover) { _, rest := cell(p, "who", 3); rest[0].lo ^= 1 }},
		{"the last part is another", reference, nil, func(p *Prover) { _, rest := cell(p, "who", 3); rest[1].hi ^= 1 }},
		{"a text of a class of one", anonymity, func(s *texts) { s.visits[3]["city"] = `"Rome"` }, nil},
		{"a class that shares the first part alone", anonymity, nil, func(p *Prover) { _, rest := cell(p, "city", 2); rest[1].lo ^= 1 }},
		{"a missing text that is none", anonymity, nil, func(p *Prover) { _, rest := cell(p, "city", 4); rest[0].lo = 1 }},
		{"a row in common", disjoint, func(s *texts) {
			s.members[4]["who"] = `"person 8"`
			s.visits[5] = s.members[4]
		}, nil},
		{"a row in common with a missing text", disjoint, func(s *texts) {
			s.members[4]["city"] = "null"
			s.visits[5] = s.members[4]
		}, nil},
		{"a number beyond 62 bits", disjoint, nil, func(p *Prover) { v, _ := cell(p, "who", 3); *v |= 1 << 62 }},
	}
}

// TestTextStatements: statements about texts without a dictionary are complete, with
// one draw and two, and each lie is refused by an honest prover and by the verifier
// of a lying one. Lies that are no cells are what a cheater commits to.
func TestTextStatements(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range textLies() {
		t.Run(l.name, func(t *testing.T) {
			for _, size := range []*ligero.Params{&toySize, &toyTwice} {
				if seen[l.statement+fmt.Sprint(size.Draws)] {
					continue
				}
				seen[l.statement+fmt.Sprint(size.Draws)] = true
				for _, n := range []int{30, size.Slots() + 1} {
					file, err := newTexts(n, 40, 1).prove(t, l.statement, Options{Workers: 2, InsecureParams: size})
					if err != nil {
						t.Fatalf("%d rows: %v", n, err)
					}
					doc := decode(t, textPreamble+l.statement)
					r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true, Document: doc})
					if err != nil {
						t.Fatalf("%d rows: verify: %v", n, err)
					}
					if r.Summary.Version != 2 {
						t.Errorf("version %d, want 2: version 1 does not know such statements", r.Summary.Version)
					}
				}
			}
			s := newTexts(60, 40, 2)
			if l.cells != nil {
				l.cells(s)
				if _, err := s.prove(t, l.statement, Options{}); !errors.As(err, new(*FalseError)) {
					t.Errorf("honest prover: %v, want a FalseError", err)
				}
			}
			file, err := s.prove(t, l.statement, Options{Workers: 2, InsecureParams: lieSize()}, func(p *Prover) {
				p.lies = true
				if l.numbers != nil {
					l.numbers(p)
				}
			})
			if err != nil {
				t.Fatalf("lying prover: %v", err)
			}
			if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: testing.Short()}); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("lying prover: Verify = %v, want tampered", err)
			}
		})
	}
}

// TestTextVectorsAreBound changes a slot of every vector of texts, in a row and
// behind the rows, and each helper's first.
func TestTextVectorsAreBound(t *testing.T) {
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 50} // 20 bits
	one := field.One()
	for _, statement := range []string{textLies()[0].statement, textLies()[4].statement, textLies()[7].statement} {
		vectors := map[int]int{}
		s := newTexts(40, 40, 3)
		s.visits[3]["who"] = s.members[1]["who"] // so that somebody needs the parent's row 1
		if _, err := s.prove(t, statement, Options{InsecureParams: &size}, func(p *Prover) {
			p.wrap = func(s ligero.Session) ligero.Session { return counter{s, vectors} }
		}); err != nil {
			t.Fatal(err)
		}
		masks := len(vectors) - 3
		for o, n := range vectors {
			for v := range n {
				if testing.Short() && o > masks && v%6 > 0 {
					continue
				}
				for _, place := range []int{1, 60} {
					if o == masks || o > masks && place > 39 {
						continue // helpers have slots without a meaning
					}
					if o < masks && place == 1 && n == 1 {
						continue // an age may be another
					}
					file, err := s.prove(t, statement, Options{InsecureParams: &size}, func(p *Prover) {
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
					if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); !errors.Is(err, privacy.ErrTampered) {
						t.Errorf("%s: oracle %d, vector %d, slot %d changed: Verify = %v", statement, o, v, place, err)
					}
				}
			}
		}
	}
}

// TestHashIsWhole: the three numbers are the 256 bits of SHA-256, so that equal
// numbers are a collision of it. The first is what version 1 has.
func TestHashIsWhole(t *testing.T) {
	for _, s := range []string{"", "a", "Zürich", strings.Repeat("long", 100)} {
		h, _ := hashOf(s, nil)
		n := big.NewInt(h.v)
		for i, width := range []uint{98, 96} {
			k := h.rest[i]
			x := new(big.Int).Lsh(new(big.Int).SetUint64(k.hi), 64)
			x.Add(x, new(big.Int).SetUint64(k.lo))
			if x.BitLen() > int(width) {
				t.Errorf("number %d of %q has %d bits, want %d at most", i+2, s, x.BitLen(), width)
			}
			n.Lsh(n, width).Add(n, x)
		}
		want := sha256.Sum256([]byte("verisim/proof/v1 text" + s))
		if h.v < 0 || h.v >= 1<<62 || !bytes.Equal(n.FillBytes(make([]byte, 32)), want[:]) {
			t.Errorf("hashOf(%q) = %x, want %x", s, n, want)
		}
	}
}

// TestTextsRederive: a key holder derives the oracle of whole hashes again, and finds
// another text.
func TestTextsRederive(t *testing.T) {
	secret := func(string) []byte { return bytes.Repeat([]byte{7}, SecretSize) }
	s := newTexts(60, 40, 2)
	file, err := s.proveKeyed(t, textLies()[4].statement, Options{InsecureParams: &toySize}, secret)
	if err != nil {
		t.Fatal(err)
	}
	open := func() ([]string, error) {
		return Rederive(context.Background(), file, "visits", table.FromBatches(visitSchema, recordOf(t, visitSchema, s.visits)), secret, 1)
	}
	if got, err := open(); err != nil || !slices.Equal(got, []string{"age", "city"}) {
		t.Errorf("Rederive = %v, %v, want age and city", got, err)
	}
	s.visits[9]["city"] = `"Rome"`
	if _, err := open(); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("another text: Rederive = %v, want tampered", err)
	}
}

// TestTextsInOtherPlaces: rows of the same two strings in other columns are other
// rows, and as many strings as there is room for fit one number.
func TestTextsInOtherPlaces(t *testing.T) {
	prove := func(mine, other string) error {
		var fields []arrow.Field
		var names []string
		cells := func(row string) map[string]string {
			m := map[string]string{}
			for i, c := range row {
				m[fmt.Sprint("c", i)] = fmt.Sprintf("%q", string(c))
			}
			return m
		}
		for i := range mine {
			names = append(names, fmt.Sprint("c", i))
			fields = append(fields, arrow.Field{Name: names[i], Type: arrow.BinaryTypes.String})
		}
		schema := arrow.NewSchema(fields, nil)
		p := New(decode(t, "version: 1\ntable: a\nstatements:\n- disjoint: {columns: ["+strings.Join(names, ", ")+"], from: b}"), Options{InsecureParams: &toySize})
		for name, row := range map[string]string{"a": mine, "b": other} {
			tab, err := p.Table(name, schema, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			if err = tab.Add(recordOf(t, schema, []map[string]string{cells(row)})); err != nil {
				t.Fatal(err)
			}
		}
		file, err := p.Prove(context.Background())
		if err != nil {
			return err
		}
		_, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
		return err
	}
	for _, c := range []struct{ mine, other string }{{"xy", "yx"}, {"xyyx", "yxxy"}, {"xyyxyxxy", "yxxyxyyx"}, {strings.Repeat("x", 58), strings.Repeat("x", 57) + "y"}} {
		if err := prove(c.mine, c.other); err != nil {
			t.Errorf("%s and %s: %v", c.mine, c.other, err)
		}
		if err := prove(c.mine, c.mine); !errors.As(err, new(*FalseError)) {
			t.Errorf("%s twice: %v, want a FalseError", c.mine, err)
		}
	}
	if err := prove(strings.Repeat("x", 59), strings.Repeat("y", 59)); err == nil || errors.As(err, new(*FalseError)) {
		t.Errorf("59 strings: %v, want a fault", err)
	}
}

// TestTextsOfOneTableOnly: a dictionary on one side makes other numbers.
func TestTextsOfOneTableOnly(t *testing.T) {
	s := newTexts(10, 10, 2)
	for _, statement := range []string{"reference: {column: city, to: {table: members, column: city}}", "disjoint: {columns: [city], from: members}"} {
		_, err := s.prove(t, "member: {table: members, column: city, of: [Tōwn 0, Tōwn 1, Tōwn 2, Tōwn 3]}\n- "+statement, Options{InsecureParams: &toySize})
		if err == nil || errors.As(err, new(*FalseError)) {
			t.Errorf("%s with a dictionary on one side = %v, want a fault", statement, err)
		}
	}
}
