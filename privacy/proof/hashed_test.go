package proof

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// TestStringsWithoutADictionary: they are unique or there, and nothing that needs
// their values is proved of them.
func TestStringsWithoutADictionary(t *testing.T) {
	dict := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 20}
	prove := func(kind arrow.DataType, statement, rows string, change ...func(*Prover)) ([]byte, error) {
		schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: kind, Nullable: true}}, nil)
		b, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
		if err != nil {
			t.Fatal(err)
		}
		p := New(decode(t, "version: 1\ntable: t\nstatements:\n- "+statement), Options{InsecureParams: &size})
		tab, err := p.Table("t", schema, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if err = tab.Add(b); err != nil {
			t.Fatal(err)
		}
		for _, c := range change {
			c(p)
		}
		return p.Prove(context.Background())
	}
	const good, twice, gone = `[{"x":"a"},{"x":"b"},{"x":""}]`, `[{"x":"a"},{"x":"b"},{"x":"a"}]`, `[{"x":"a"},{"x":null},{"x":"c"}]`
	for _, kind := range []arrow.DataType{arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, dict} {
		file, err := prove(kind, "unique: {column: x}", good)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); err != nil {
			t.Errorf("%s: Verify = %v", kind, err)
		}
		for _, rows := range []string{twice, gone} {
			if _, err = prove(kind, "unique: {column: x}", rows); !errors.As(err, new(*FalseError)) {
				t.Errorf("%s, %s: %v, want a FalseError", kind, rows, err)
			}
			file, err = prove(kind, "unique: {column: x}", rows, func(p *Prover) { p.lies = true })
			if err != nil {
				t.Fatal(err)
			}
			if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("%s, %s: Verify of a lie = %v, want tampered", kind, rows, err)
			}
		}
	}
	for _, statement := range []string{
		"member: {column: x}", "histogram: {column: x}", "rate: {column: x, is: a}", "sum: {column: x}", "moments: {column: x}",
		"range: {column: x, min: 0, max: 1}", "order: {columns: [x, x]}",
	} {
		if _, err := prove(dict, statement, good); len(document.All(err)) == 0 {
			t.Errorf("%s: %v, want a fault of the statement", statement, err)
		}
	}
}
