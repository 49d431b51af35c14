package job

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
)

// proved makes the proving bundle with another table beside the one that is
// proved.
func proved(t *testing.T, seed string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "proving")
	text := strings.Replace(strings.Replace(proving, "SEED", seed, 1), "[customers]", "[customers, cards]", 1)
	text = strings.Replace(text, "  columns:\n    income: {between: [0, 10000000], not_null: true}\n    payday: {between: [1, 31]}\n    email: {format: email}\n",
		"  tables:\n    customers:\n      columns:\n        income: {between: [0, 10000000], not_null: true}\n", 1)
	text = strings.Replace(text, "[sum: {column: income}]", "[{range: {table: customers, column: payday, min: 1, max: 31}}, {sum: {table: customers, column: income}}]", 1)
	if _, err := Run(context.Background(), write(t, text), nil, Options{Out: out, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestProofOfOneTable: a bundle has tables that no statement is about.
func TestProofOfOneTable(t *testing.T) {
	c, err := Check(context.Background(), proved(t, "3"), CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// A stranger derives the oracle of the clear payday again, and has the
	// maker's word that the sealed income is the column of the proof.
	tied := map[string]bool{}
	for _, p := range c.Proved {
		tied[p.Statement] = p.Tied
	}
	for words, want := range tied {
		if want == strings.Contains(words, "income") {
			t.Errorf("%q: tied is %t", words, want)
		}
	}
	if len(tied) != 5 {
		t.Errorf("proved %v, want 5 statements", tied)
	}
}

// TestForgedRows: nobody's signature makes a number of rows that the table does
// not have proved, not even where no column can be derived again.
func TestForgedRows(t *testing.T) {
	ctx := context.Background()
	dir := proved(t, "3")
	m, _, err := ReadManifest(dir, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(m.Tables, func(t bundle.Table) bool { return t.Name == "customers" })
	root, err := rootOf(m.Tables[i])
	if err != nil {
		t.Fatal(err)
	}
	doc, err := proof.DecodeDocument("forged", []byte("{version: 1, table: customers, statements: [rows: {}]}"))
	if err != nil {
		t.Fatal(err)
	}
	p := proof.New(doc, proof.Options{})
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
	tab, err := p.Table("customers", schema, nil, root.Table)
	if err != nil {
		t.Fatal(err)
	}
	cells, _, err := array.FromJSON(memory.DefaultAllocator, schema.Field(0).Type, strings.NewReader("[1,2,3,4,5,6,7]"))
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(array.NewRecord(schema, []arrow.Array{cells}, 7)); err != nil {
		t.Fatal(err)
	}
	data, err := p.Prove(ctx)
	if err != nil {
		t.Fatal(err)
	}
	forge(t, dir, data)
	if _, err = Check(ctx, dir, CheckOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Check of a proof about 7 rows = %v, want tampered", err)
	}
}

// forge puts another proof into a bundle and signs it anew.
func forge(t *testing.T, dir string, data []byte) {
	t.Helper()
	m, verdict, err := ReadManifest(dir, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := proof.Verify(context.Background(), data, proof.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := json.Marshal(proofEntry{File: "proofs/proving.proof", Summary: result.Summary})
	if err != nil {
		t.Fatal(err)
	}
	m.Proofs = []json.RawMessage{entry}
	st := *verdict.Statement
	if st.Predicate, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	for i := range st.Subjects {
		if st.Subjects[i].Name == "proofs/proving.proof" {
			st.Subjects[i].Digest = map[string]string{"sha256": result.Summary.SHA256}
		}
	}
	signer, err := keys.NewSigner(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := attest.Sign(st, signer)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "proofs", "proving.proof"), data)
	put(t, filepath.Join(dir, "manifest.json"), forged)
}

// TestTableChangedBetweenReadings: a maker proves something of other rows, names
// the table's root in the proof, and shows the other rows when the proof is held
// against the table, after the table was held against its root.
func TestTableChangedBetweenReadings(t *testing.T) {
	ctx := context.Background()
	dir, other := proved(t, "3"), proved(t, "4")
	m, _, err := ReadManifest(dir, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(m.Tables, func(t bundle.Table) bool { return t.Name == "customers" })
	root, err := rootOf(m.Tables[i])
	if err != nil {
		t.Fatal(err)
	}
	doc, err := proof.DecodeDocument("forged", []byte("{version: 1, table: customers, statements: [range: {column: payday, min: 1, max: 31}, sum: {column: payday}]}"))
	if err != nil {
		t.Fatal(err)
	}
	om, _, _, held, err := checkFiles(ctx, other, attest.Policy{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	o, err := openTable(ctx, held, om.Tables[i], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	p := proof.New(doc, proof.Options{})
	tab, err := p.Table("customers", o.stream.Schema(), func(string) []byte { return publicSecret() }, root.Table)
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range o.stream.Batches(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	data, err := p.Prove(ctx)
	if err != nil {
		t.Fatal(err)
	}
	forge(t, dir, data)
	name := filepath.Join(dir, filepath.FromSlash(m.Tables[i].File))
	theirs, err := os.ReadFile(filepath.Join(other, filepath.FromSlash(m.Tables[i].File)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Check(ctx, dir, CheckOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Check of a proof about other rows = %v, want tampered", err)
	}
	changed := false
	_, err = Check(ctx, dir, CheckOptions{Progress: func(table string, _ int64) {
		if table == "customers" { // its rows are read, and compared next
			put(t, name, theirs)
			changed = true
		}
	}})
	if !changed || !errors.Is(err, formats.ErrCorrupt) || !strings.Contains(err.Error(), "changed between") {
		t.Errorf("Check with other rows for the second reading = %v, want corrupt", err)
	}
}
