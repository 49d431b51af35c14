package job

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
)

// proved makes the proving bundle with another table beside the one that is
// proved.
func proved(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "proving")
	text := strings.Replace(strings.Replace(proving, "SEED", "3", 1), "[customers]", "[customers, cards]", 1)
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
	c, err := Check(context.Background(), proved(t), CheckOptions{})
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
	dir := proved(t)
	m, verdict, err := ReadManifest(dir, attest.Policy{})
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
	result, err := proof.Verify(ctx, data, proof.VerifyOptions{})
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
	if _, err = Check(ctx, dir, CheckOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Check of a proof about 7 rows = %v, want tampered", err)
	}
}
