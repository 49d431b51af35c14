package proof

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// foretold is a session whose first draw of lookups a cheater knew beforehand.
type foretold struct {
	ligero.Session
	first []field.Elem
}

func (f foretold) Challenge(label string, n int) []field.Elem {
	c := f.Session.Challenge(label, n)
	if label == "lookups" {
		copy(c, f.first)
	}
	return c
}

// TestSecondLookup: whoever knows a draw of the lookups' challenges proves any
// range, with a multiplicity that makes the identity true at this one point. It is
// believed with one draw and found out with two.
func TestSecondLookup(t *testing.T) {
	first := []field.Elem{field.Int(987654321), field.Int(3), field.Int(5), field.Int(7)}
	text := with("range: {column: age, min: 18, max: 97}")
	rows := testRows(60, 3)
	const lie = 4000 // the digit of a cell of 4018
	set(7, "age", "4018")(rows)
	for _, size := range []*ligero.Params{&toySize, &toyTwice} {
		// 1/(alpha - 4000) = m/(alpha - 0)
		var m, d field.Elem
		m, d = field.Int(lie), field.One()
		d.Sub(&first[0], &m)
		d.Inv(&d)
		m.Mul(&first[0], &d)
		count := map[int]int{}
		if _, err := proveRows(t, decode(t, text), Options{InsecureParams: size}, testRows(60, 3), func(p *Prover) {
			p.wrap = func(s ligero.Session) ligero.Session { return counter{s, count} }
		}); err != nil {
			t.Fatal(err)
		}
		helpers := len(count) - 2
		file, err := proveRows(t, decode(t, text), Options{InsecureParams: size}, rows, func(p *Prover) {
			p.lies = true
			p.wrap = func(s ligero.Session) ligero.Session {
				// The multiplicities are the last vector of a range's helpers.
				return swap{foretold{s, first}, helpers, count[helpers] - 1, func(dst []field.Elem, row int) {
					if row == 0 {
						dst[0].Add(&dst[0], &m)
					}
				}}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = verify(context.Background(), file, VerifyOptions{InsecureParams: true}, func(s ligero.Session) ligero.Session { return foretold{s, first} })
		if size.Draws == 0 && err != nil {
			t.Errorf("the cheat of a known draw does not work: %v", err)
		}
		if size.Draws == 2 && !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("two draws: Verify = %v, want tampered", err)
		}
	}
}

// TestBits: what is asked for is what the verifier computes, from nothing but the
// file.
func TestBits(t *testing.T) {
	for bits, version := range map[int]int{0: 1, MinBits: 1, MaxBits: 2} {
		doc := decode(t, with("range: {column: age, min: 18, max: 97}"))
		doc.Bits = bits
		file, err := proveRows(t, doc, Options{}, testRows(20, 1))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Verify(context.Background(), file, VerifyOptions{Document: doc})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Summary; got.SoundnessBits < max(bits, MinBits) || got.Version != version || r.Verdicts[0].SoundnessBits != got.SoundnessBits {
			t.Errorf("%d bits: version %d of %d bits, want version %d", bits, got.Version, got.SoundnessBits, version)
		}
		if want := map[bool]int{false: 103, true: 128}[bits == MaxBits]; r.Summary.SoundnessBits != want {
			t.Errorf("%d bits: %d, want %d", bits, r.Summary.SoundnessBits, want)
		}
		doc.Bits = MaxBits
		if _, err = Verify(context.Background(), file, VerifyOptions{Document: doc}); (err == nil) != (bits == MaxBits) {
			t.Errorf("%d bits where %d were asked for: Verify = %v", bits, MaxBits, err)
		}
	}
	if _, err := DecodeDocument("s", []byte("version: 1\nbits: 120\nstatements:\n- rows:")); err == nil || !strings.Contains(err.Error(), "100 and 128") {
		t.Errorf("bits: 120 = %v, want an error that names what there is", err)
	}
	// The largest file that is read: 2^40 values in one lookup.
	p, err := paramsFor(MaxBits)
	if err != nil {
		t.Fatal(err)
	}
	p.LogK = ligero.MaxLogK
	if got := p.Bits(math.Exp2(40)); got < MaxBits {
		t.Errorf("Bits = %.2f, want %d at least", got, MaxBits)
	}
}

// TestOldReadersAreTold: version 1 must not hold what version 2 brought, nor must
// version 2 hold what version 1 says, and a program finds a version that it does
// not know in the first line.
func TestOldReadersAreTold(t *testing.T) {
	file, err := proveRows(t, decode(t, with("rows:", "range: {column: age, min: 18, max: 97}")), Options{InsecureParams: &toyTwice}, testRows(20, 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from, to string
		want     error
	}{
		"the first line only": {"verisim-proof/v2", "verisim-proof/v1", privacy.ErrTampered},
		"the header only":     {`"version":2`, `"version":1`, privacy.ErrTampered},
		"a newer one":         {"verisim-proof/v2", "verisim-proof/v3", privacy.ErrVersion},
	} {
		bad := strings.Replace(string(file), c.from, c.to, 1)
		if _, err := Verify(context.Background(), []byte(bad), VerifyOptions{InsecureParams: true}); !errors.Is(err, c.want) {
			t.Errorf("%s: Verify = %v, want %v", name, err, c.want)
		}
	}
	one := toySize
	one.Draws = 1 // the other way to write one draw
	if one.Check() == nil {
		t.Error("one draw can be written in two ways")
	}
}

// TestRowBounds: the number of rows is public, and a statement about it is held
// against it by prover and verifier.
func TestRowBounds(t *testing.T) {
	rows := testRows(20, 1)
	for bounds, want := range map[string]bool{"min: 20": true, "max: 20": true, "min: 21": false, "max: 19, min: 3": false, "min: 1, max: 100": true} {
		_, err := proveRows(t, decode(t, with("rows: {"+bounds+"}")), Options{InsecureParams: &toySize}, rows)
		if errors.As(err, new(*FalseError)) == want {
			t.Errorf("rows: {%s} of 20 = %v, and its truth is %t", bounds, err, want)
		}
	}
	for _, wrong := range []string{"-1", "x", "1.5"} {
		_, err := proveRows(t, decode(t, with("rows: {min: "+wrong+"}")), Options{InsecureParams: &toySize}, rows)
		if err == nil || errors.As(err, new(*FalseError)) {
			t.Errorf("rows: {min: %s} = %v, want a fault", wrong, err)
		}
	}
	file, err := proveRows(t, decode(t, with("rows: {min: 20}")), Options{InsecureParams: &toySize}, rows)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
	if err != nil || r.Verdicts[0].Words != "table t has 20 rows, which is at least 20" {
		t.Errorf("Verify = %v, %v", r, err)
	}
	bad := strings.Replace(string(file), `"min":"20"`, `"min":"21"`, 1)
	if _, err = Verify(context.Background(), []byte(bad), VerifyOptions{InsecureParams: true}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("another bound: Verify = %v, want tampered", err)
	}
}

// TestPublicElementsAreCounted: a header that asks for more public polynomials than
// are read costs nothing but its reading.
func TestPublicElementsAreCounted(t *testing.T) {
	h := Header{
		Params:     ligero.Params{LogK: ligero.MaxLogK, Rate: 4, Queries: 250},
		Tables:     []TableShape{{Name: "t", Rows: 10, Columns: []ColumnShape{{Name: "x", Type: "int64"}}}},
		Statements: []Statement{{Kind: "range", Table: "t", Column: "x", Min: "0", Max: "9"}},
	}
	for range 300 {
		h.Statements = append(h.Statements, Statement{Kind: "unique", Table: "t", Column: "x"})
	}
	file := append(shaped(t, &h), make([]byte, 12<<20)...) // as long as the parameters alone need
	start := cpu()
	_, err := Verify(context.Background(), file, VerifyOptions{})
	if !errors.Is(err, privacy.ErrTampered) || !strings.Contains(err.Error(), "public elements") {
		t.Errorf("Verify = %v, want tampered for its public elements", err)
	}
	if d := cpu() - start; d > 10e9 {
		t.Errorf("Verify took %v", d)
	}
}
