package proof

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// shaped is a file that has this header and nothing else.
func shaped(t *testing.T, h *Header) []byte {
	t.Helper()
	h.Version, h.Nonce = h.needs(), strings.Repeat("00", 32)
	front, err := h.encode()
	if err != nil {
		t.Fatal(err)
	}
	return front
}

var fullSize = ligero.Params{LogK: 9, Rate: 4, Queries: 250}

// TestHostileHeadersEndSoon: a header alone must not cost much, nor end in a
// panic, whatever numbers stand in it.
func TestHostileHeadersEndSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("its times are those of a build without the race detector")
	}
	x := ColumnShape{Name: "x", Type: "int64"}
	ranged := Statement{Kind: "range", Table: "t", Column: "x", Min: "0", Max: "1099511627776"}
	table := func(c ...ColumnShape) []TableShape { return []TableShape{{Name: "t", Rows: 1 << 20, Columns: c}} }
	for _, c := range []struct {
		name string
		head Header
	}{
		{"fewer slots than a total has bits", Header{
			Params: ligero.Params{LogK: 5, Rate: 4, Queries: 16}, Tables: table(x),
			Statements: []Statement{ranged, {Kind: "sum", Table: "t", Column: "x", Min: "0"}},
		}},
		{"a total of a million digits", Header{
			Params: fullSize, Tables: table(x),
			Statements: []Statement{ranged, {Kind: "sum", Table: "t", Column: "x", Disclosed: []string{strings.Repeat("7", 2e6)}}},
		}},
		{"a count of a million digits", Header{
			Params: fullSize, Tables: table(ColumnShape{Name: "x", Type: "bool"}),
			Statements: []Statement{{Kind: "histogram", Table: "t", Column: "x", Disclosed: []string{"0", strings.Repeat("7", 2e6), "0"}}},
		}},
		{"a weight of a million places", Header{
			Params: fullSize, Tables: table(x),
			Statements: []Statement{ranged, {Kind: "weighted", Table: "t", Columns: []string{"x", "x"}, Weights: []string{"1", "0." + strings.Repeat("0", 4e6)}}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := shaped(t, &c.head)
			for _, insecure := range []bool{false, true} {
				start := cpu() // the processor's time, since the machine may be busy
				_, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: insecure})
				if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrRefused) {
					t.Errorf("Verify = %v, want tampered or refused", err)
				}
				if d := cpu() - start; d > 3*time.Second {
					t.Errorf("Verify took %v", d)
				}
			}
		})
	}
}

// TestManyTablesShareMemory: the public vectors of tables take no memory each.
func TestManyTablesShareMemory(t *testing.T) {
	sys, err := ligero.NewSystem(ligero.Params{LogK: ligero.MaxLogK, Rate: 4, Queries: 250})
	if err != nil {
		t.Fatal(err)
	}
	n := testing.AllocsPerRun(1, func() { sys.Prefix(100000) })
	bytes := testing.Benchmark(func(b *testing.B) {
		for i := range b.N {
			sys.Prefix(1 + i%sys.Slots())
		}
	}).AllocedBytesPerOp()
	if bytes > 10000 {
		t.Errorf("a table's prefix takes %d bytes (%.0f allocations)", bytes, n)
	}
}

// TestOneValueOneNumber: were a value listed twice, a cheater could give it two
// numbers, and so prove that equal tables are disjoint.
func TestOneValueOneNumber(t *testing.T) {
	doc := decode(t, with("member: {column: country}", "rate: {column: country, is: DE, max: 0.01}"))
	rows := testRows(60, 3)
	for i := range rows {
		set(i, "country", `"FR"`)(rows) // number 3, which the header calls DE
	}
	file, err := proveRows(t, doc, Options{}, rows, func(p *Prover) {
		p.lies = true
		p.forge = func(h *Header) {
			for i, c := range h.Tables[0].Columns {
				if c.Name == "country" {
					h.Tables[0].Columns[i].Encoding.Dictionary = []string{"CN", "DE", "DE"}
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Verify(context.Background(), file, VerifyOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Verify = %v, want tampered", err)
	}
}

// TestNothingUnprovedInVerdicts: a verdict shows the whole statement, so keys and
// numbers that nothing proves are refused.
func TestNothingUnprovedInVerdicts(t *testing.T) {
	for name, forge := range map[string]func(h *Header){
		"number":       func(h *Header) { h.Statements[0].Disclosed = []string{"60"} },
		"more numbers": func(h *Header) { h.Statements[1].Disclosed = append(h.Statements[1].Disclosed, "60") },
		"where":        func(h *Header) { h.Statements[1].Where = &Where{"fraud", "true"} },
		"max_rate":     func(h *Header) { h.Statements[0].MaxRate = "0" },
		"strict":       func(h *Header) { h.Statements[0].Strict = true },
	} {
		t.Run(name, func(t *testing.T) {
			doc := decode(t, with("range: {column: age, min: 18, max: 97}", "sum: {column: age}"))
			file, err := proveRows(t, doc, Options{}, testRows(60, 3), func(p *Prover) { p.lies, p.forge = true, forge })
			if err == nil {
				_, err = Verify(context.Background(), file, VerifyOptions{})
			}
			if err == nil {
				t.Error("Verify = nil, want an error")
			}
		})
	}
}

// TestNamesAreNoSentences: a column's name must not read as a part of a verdict.
func TestNamesAreNoSentences(t *testing.T) {
	for name, want := range map[string]string{
		"card_number": "card_number", "été.2-b": "été.2-b", "a b": `"a b"`,
		"x is 5\nproved: y": `"x is 5\nproved: y"`, "a\u202eb": `"a\u202eb"`,
	} {
		if got := plain(name); got != want {
			t.Errorf("plain(%q) = %s, want %s", name, got, want)
		}
	}
	s := Statement{
		Table: "a b", Column: "a b", Columns: []string{"a b"}, Times: "a b", Equals: "a b", From: "a b",
		Where: &Where{Column: "a b"}, To: &Place{"a b", "a b"},
	}
	n := s.named()
	for _, got := range []string{n.Table, n.Column, n.Columns[0], n.Times, n.Equals, n.From, n.Where.Column, n.To.Table, n.To.Column} {
		if got != `"a b"` {
			t.Errorf("a name stands as %s in a sentence", got)
		}
	}
}

// TestRatesOfNothing: no bound of a mean or rate holds where no cell is.
func TestRatesOfNothing(t *testing.T) {
	rows := testRows(60, 3)
	for i := range rows {
		set(i, "country", `"DE"`)(rows)
	}
	text := with("member: {column: country}", `rate: {column: fraud, is: "true", where: {column: country, is: FR}, min: 0.9}`)
	if _, err := proveRows(t, decode(t, text), Options{}, rows); !errors.As(err, new(*FalseError)) {
		t.Errorf("honest prover: %v, want a FalseError", err)
	}
	file, err := proveRows(t, decode(t, text), Options{}, rows, func(p *Prover) { p.lies = true })
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Verify(context.Background(), file, VerifyOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Verify = %v, want tampered", err)
	}
}

// TestUnitsAreCompared: equal integers of other units are other values, and a
// negative scale makes other numbers.
func TestUnitsAreCompared(t *testing.T) {
	for _, c := range []struct {
		x, y string
		want bool
	}{
		{"int64", "uint8", true},
		{"duration[s]", "duration[s]", true},
		{"duration[s]", "duration[ms]", false},
		{"time32[s]", "time64[ns]", false},
		{"duration[s]", "int64", false},
		{"date64", "int64", false},
		{"timestamp[s]", "timestamp[ms]", false},
		{"utf8", "large_utf8", true},
		{"decimal(9, 2)", "decimal(12, 2)", true},
	} {
		if got := comparable(&builtColumn{shape: &ColumnShape{Type: c.x}}, &builtColumn{shape: &ColumnShape{Type: c.y}}); got != c.want {
			t.Errorf("comparable(%s, %s) = %t, want %t", c.x, c.y, got, c.want)
		}
	}
	f := arrow.Field{Name: "x", Type: &arrow.Decimal128Type{Precision: 9, Scale: -2}}
	if _, err := shapeOf(f, nil); err == nil {
		t.Error("a decimal of negative scale has a shape, want an error")
	}
}
