package proof

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// FuzzVerify: a file that is not the maker's is refused with a typed error, and
// never panics or takes memory that its size does not justify.
func FuzzVerify(f *testing.F) {
	size := ligero.Params{LogK: 6, Rate: 4, Queries: 20}
	file, err := proveRows(f, decode(f, with("rows:", "range: {column: age, min: 18, max: 97}", "member: {column: country}", "histogram: {column: fraud}")),
		Options{InsecureParams: &size, Rand: rand.NewChaCha8([32]byte{})}, testRows(9, 1)) // the same bytes in every process
	if err != nil {
		f.Fatal(err)
	}
	size.Draws = 2
	second, err := proveRows(f, decode(f, "version: 1\ntable: t\nstatements:\n- anonymity: {columns: [country], k: 2}\n- unique: {column: age, missing: true}"),
		Options{InsecureParams: &size, Rand: rand.NewChaCha8([32]byte{1})}, testRows(9, 19))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(second)
	f.Add(file[:len(file)/2])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Verify(context.Background(), data, VerifyOptions{InsecureParams: true})
		if err == nil {
			if string(data) != string(file) && string(data) != string(second) {
				t.Fatalf("a file that nobody made holds: %v", r.Summary)
			}
			return
		}
		if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) && !errors.Is(err, privacy.ErrRefused) {
			t.Fatalf("Verify = %v, want an error of the privacy rooms", err)
		}
	})
}

// FuzzDecodeDocument: statements files give statements or errors, never a panic,
// and what decodes lists only known kinds.
func FuzzDecodeDocument(f *testing.F) {
	f.Add([]byte(goodStatements))
	f.Add([]byte(shopPreamble + "- reference: {column: person, to: {table: people, column: id}}"))
	f.Add([]byte("version: 1\nbits: 128\nstatements:\n- unique: {column: a, missing: true}"))
	f.Add([]byte("version: 1\nstatements:\n- reference: {column: a, to: 3}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := DecodeDocument("s", data)
		if err != nil {
			return
		}
		for _, s := range d.Statements {
			if _, ok := kinds[s.Kind]; !ok {
				t.Fatalf("statement of kind %q", s.Kind)
			}
		}
		d.DefaultTable("t")
		_ = d.Needs()
	})
}
