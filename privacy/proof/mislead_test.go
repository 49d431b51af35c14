package proof

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// TestBitsEndAtHashes: more queries do not make SHA-256 stronger.
func TestBitsEndAtHashes(t *testing.T) {
	p := ligero.Params{LogK: 11, Rate: 4, Queries: 600, Draws: 2}
	if p.Bits(0) < 200 {
		t.Fatalf("Bits = %.0f, want parameters that seem stronger than hashes", p.Bits(0))
	}
	file, err := proveRows(t, decode(t, with("range: {column: age, min: 18, max: 97}")), Options{InsecureParams: &p}, testRows(20, 1))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Summary.SoundnessBits != MaxBits || r.Verdicts[0].SoundnessBits != MaxBits {
		t.Errorf("%d bits, want %d: collisions of SHA-256 cost no more", r.Summary.SoundnessBits, MaxBits)
	}
}

// timesSchema has columns whose integers have units.
var timesSchema = arrow.NewSchema([]arrow.Field{
	{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	{Name: "end", Type: arrow.FixedWidthTypes.Date32},
	{Name: "late", Type: arrow.FixedWidthTypes.Date64},
	{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Second}},
	{Name: "milli", Type: &arrow.TimestampType{Unit: arrow.Millisecond}},
	{Name: "wait", Type: arrow.FixedWidthTypes.Duration_s},
	{Name: "work", Type: arrow.FixedWidthTypes.Duration_s},
	{Name: "all", Type: arrow.FixedWidthTypes.Duration_s},
	{Name: "fast", Type: arrow.FixedWidthTypes.Duration_ms},
	{Name: "n", Type: arrow.PrimitiveTypes.Int32},
}, nil)

// TestUnitsAreSaid: a verdict's numbers mean what they seem to mean. One day after
// 1970 is not one second after 1970, though both are the integer 1.
func TestUnitsAreSaid(t *testing.T) {
	const ranges = `
- range: {column: day, min: 1970-01-01, max: 2030-12-31}
- range: {column: end, min: 1970-01-01, max: 2030-12-31}
- range: {column: at, min: 1970-01-01, max: 2030-12-31}
- range: {column: milli, min: 1970-01-01, max: 2030-12-31}
- range: {column: wait, min: 0, max: 1000}
- range: {column: work, min: 0, max: 1000}
- range: {column: all, min: 0, max: 2000}
- range: {column: fast, min: 0, max: 1000}
- range: {column: n, min: 0, max: 1000}
`
	for statement, want := range map[string]bool{
		"adds: {columns: [day], equals: end}":        true,
		"adds: {columns: [day], equals: at}":         false,
		"adds: {columns: [at], equals: milli}":       false,
		"adds: {columns: [day, n], equals: end}":     false,
		"adds: {columns: [day, end], equals: end}":   false,
		"adds: {columns: [wait, work], equals: all}": true,
		"adds: {columns: [wait, fast], equals: all}": false,
		"adds: {columns: [wait, n], equals: all}":    false,
		"product: {columns: [wait, n], equals: all}": false,
		"product: {columns: [n, n], equals: n}":      true,
		"range: {column: day, min: 2020, max: 2030}": false,
		"range: {column: at, min: 2020, max: 2030}":  false,
		"range: {column: late, min: 0, max: 2030}":   false,
		"range: {column: n, min: 0b11, max: 30}":     false,
		"range: {column: n, min: 3, max: 0o17}":      false,
		"range: {column: n, min: 3, max: 1e2}":       false,

		"range: {column: late, min: 2020-01-01, max: 2030-12-31}": true,
	} {
		d, err := DecodeDocument("s.yaml", []byte("version: 1\ntable: t\nstatements:"+ranges+"- "+statement))
		if err != nil {
			t.Fatal(err)
		}
		if err = d.Check(map[string]*arrow.Schema{"t": timesSchema}); (err == nil) != want {
			t.Errorf("%s: %v, want allowed %t", statement, err, want)
		}
	}
	shape := &ColumnShape{Name: "late", Type: "date64"}
	if v, err := shape.parse("1970-01-03"); err != nil || v.Int64() != 2*86400000 {
		t.Errorf("1970-01-03 of date64 = %v, %v", v, err)
	}
	for kind, want := range map[string]string{
		"duration[ms]": " (in ms)", "timestamp[us, tz=UTC]": " (in us since 1970)", "date32": " (in days since 1970)", "int64": "", "decimal(9, 2)": "",
	} {
		if got := inUnits(&ColumnShape{Type: kind}); got != want {
			t.Errorf("the unit of %s = %q, want %q", kind, got, want)
		}
	}
	for _, kind := range []string{"interval", "int", "int640", "time32[h]", "duration[ms", "timestamp[m]", "timestamp[s and more]"} {
		if class := (&ColumnShape{Type: kind}).class(); class != "" {
			t.Errorf("%s is of class %s, and there is no such type", kind, class)
		}
	}
}

// TestRoundedNumbers: a small mean is not 0.
func TestRoundedNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		scale int
		want  string
	}{{"1", "4", 0, "0.25"}, {"0", "4", 2, "0"}, {"20", "2", 0, "10"}, {"1", "3", 0, "about 0.333333"}, {"1", "1", 9, "about 0"}, {"-2", "3", 0, "about -0.666667"}} {
		if got := quotient(c.a, c.b, c.scale); got != c.want {
			t.Errorf("%s/%s in 10^-%d = %q, want %q", c.a, c.b, c.scale, got, c.want)
		}
	}
	if got := between(&Statement{Min: "5", Max: "5"}); got != "exactly 5" {
		t.Errorf("from 5 to 5 is said as %q", got)
	}
}

// TestWordsOfNothing: a bound of nought is said as people say it.
func TestWordsOfNothing(t *testing.T) {
	doc := decode(t, with("nulls: {column: id, max: 0}", "nulls: {column: age, max: 60}", "nulls: {column: id, max: 1}", "nulls: {column: id, max_rate: 0.0}", "range: {column: age, min: 18, max: 97}", "rate: {column: age, is: 17, max: 0}", "unique: {column: age, missing: true}"))
	doc.Statements[6].Column = "id"
	file, err := proveRows(t, doc, Options{InsecureParams: &toySize}, testRows(60, 3))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Verify(context.Background(), file, VerifyOptions{InsecureParams: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"no value of id is missing", "at most 60 values of age are missing", "at most 1 value of id is missing", "no value of id is missing", "every value of age that is there is from 18 to 97", `no value of age is "17"`, "no value of id that is there occurs twice"}
	if fmt.Sprintf("%q", r.Summary.Statements) != fmt.Sprintf("%q", want) {
		t.Errorf("said %q\nwant %q", r.Summary.Statements, want)
	}
}

// TestRepetitionIsBounded: statements that bring no vectors, and so no bytes, must
// not take a verifier's time by their number.
func TestRepetitionIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("its times are those of a build without the race detector")
	}
	many := strings.Split(strings.Repeat("x,", 63)+"x", ",")
	ranged := Statement{Kind: "range", Table: "t", Column: "x", Min: "0", Max: "1000"}
	sums := &Header{
		Params: fullSize, Statements: []Statement{ranged},
		Tables: []TableShape{{Name: "t", Rows: 1 << 20, Columns: []ColumnShape{{Name: "x", Type: "int64"}}}},
	}
	var words []string
	for i := range 1 << 18 {
		words = append(words, fmt.Sprintf("%06x", i))
	}
	texts := &Header{Params: fullSize, Tables: []TableShape{
		{Name: "t", Rows: 1 << 20, Columns: []ColumnShape{{Name: "x", Type: "utf8", Encoding: Encoding{Dictionary: words}}}},
		{Name: "u", Rows: 1 << 20, Columns: []ColumnShape{{Name: "x", Type: "utf8", Encoding: Encoding{Dictionary: append([]string(nil), words...)}}}},
	}, Statements: []Statement{{Kind: "member", Table: "t", Column: "x"}, {Kind: "member", Table: "u", Column: "x"}}}
	rates := &Header{Params: fullSize, Tables: []TableShape{{Name: "t", Rows: 1 << 20, Columns: []ColumnShape{{Name: "x", Type: "utf8", Encoding: Encoding{Dictionary: words}}}}}}
	for range 1100 {
		rates.Statements = append(rates.Statements, Statement{Kind: "rate", Table: "t", Column: "x", Is: words[len(words)-1], Max: "1"})
	}
	for range 200 {
		sums.Statements = append(sums.Statements, Statement{Kind: "adds", Table: "t", Columns: many, Equals: "x"})
		texts.Statements = append(texts.Statements, Statement{Kind: "disjoint", Table: "t", Columns: many[:6], From: "u"})
	}
	for name, h := range map[string]*Header{"sums": sums, "texts": texts, "rates": rates} {
		file := shaped(t, h)
		file = append(file, make([]byte, least(h.Params, nil, oraclesOf(h)))...)
		start := cpu()
		if _, err := measure(h, nil, false); name != "texts" && (err == nil || !strings.Contains(err.Error(), "several files")) {
			t.Errorf("%s: %v, want a bound", name, err)
		}
		if _, err := Verify(context.Background(), file, VerifyOptions{}); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: Verify = %v, want tampered", name, err)
		}
		if d := cpu() - start; d > 2*time.Second {
			t.Errorf("%s: %v", name, d)
		}
	}
}
