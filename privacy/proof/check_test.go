package proof

import (
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestCheck: what Check takes can be proved of rows that keep it, and what cannot be
// proved of any rows it refuses, with the reason that the prover would give.
func TestCheck(t *testing.T) {
	schemas := map[string]*arrow.Schema{"orders": orderSchema, "people": personSchema}
	for _, w := range wide() {
		if err := decode(t, shopPreamble+"- "+w.statement).Check(schemas); err != nil {
			t.Errorf("%s: Check = %v, and it is proved elsewhere", w.statement, err)
		}
	}
	for statement, want := range map[string]string{
		"order: {columns: [start, id]}":                               "give two of one type",
		"product: {columns: [qty, id], equals: id}":                   "",
		"range: {column: nobody, min: 0, max: 1}":                     "nobody",
		"reference: {column: id, to: {table: elsewhere, column: id}}": `table "elsewhere" is not given`,
		"sum: {column: person, min: 0}":                               "add a range statement",
		"anonymity: {table: people, columns: [zip, band], k: 1}":      "k is 1",
		"mean: {column: price, min: 5}":                               "",
	} {
		err := decode(t, shopPreamble+"- "+statement).Check(schemas)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: Check = %v, want %q", statement, err, want)
		}
	}
	err := decode(t, shopPreamble+"- nulls: {column: qty, max: 3}").Check(schemas)
	if errors.As(err, new(*FalseError)) {
		t.Errorf("Check = %v: it knows no rows, and so no falsity", err)
	}
}
