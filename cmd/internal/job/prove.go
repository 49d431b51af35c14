package job

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// proofEntry is one element of the manifest's proofs.
type proofEntry struct {
	File string `json:"file"`
	proof.Summary
}

// bindProofs decides what will be proved.
func (b *bound) bindProofs(suite *rule.Suite) error {
	n := b.recipe.Prove
	if n == nil {
		return nil
	}
	var f proveFile
	if err := n.Decode(&f); err != nil {
		return err
	}
	if f.Bits != 0 && f.Bits != proof.MinBits && f.Bits != proof.MaxBits {
		return f.At.Errorf("bits is %d; %d and %d are offered", f.Bits, proof.MinBits, proof.MaxBits)
	}
	doc := &proof.Document{Version: proof.Version, Bits: f.Bits, Tables: f.Tables, Statements: f.Statements}
	if len(b.tables) == 1 {
		doc.DefaultTable(b.tables[0].name)
	}
	if !slices.Contains([]string{"", "sealed", "all", "none"}, f.Rules) {
		return f.At.Errorf("rules is %q; it is sealed, all or none", f.Rules)
	}
	if suite != nil && f.Rules != "none" {
		sc := scope{suite: suite, schemas: map[string]*arrow.Schema{}, doc: doc, held: true}
		for _, t := range b.tables {
			sc.schemas[t.name] = t.schema
		}
		more, left := sc.statementsOf(func(c *rule.Spec, columns []string) (bool, string) { return b.provable(c, columns, &f) })
		doc.Statements, b.unproved = append(doc.Statements, more...), left
	}
	if len(doc.Statements) == 0 {
		return f.At.Errorf("there is nothing to prove: no statement, and no rule on a sealed column that can be one")
	}
	for name := range doc.Needs() {
		if b.table(name) == nil {
			return noTable(f.At, name, b.source.Tables())
		}
	}
	b.proves = doc
	return nil
}

// provable says whether a rule is to become a statement, and why it cannot.
func (b *bound) provable(c *rule.Spec, columns []string, f *proveFile) (bool, string) {
	t := b.table(c.Table)
	if t == nil {
		return false, ""
	}
	if f.Rules != "all" && !slices.ContainsFunc(columns, func(n string) bool { return slices.Contains(t.sealed, n) }) {
		return false, ""
	}
	if !c.Level.Fails() {
		return true, "rows that break it are not held back"
	}
	return true, ""
}

func (b *bound) table(name string) *boundTable {
	for _, t := range b.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

// publicSecret stands for a clear column's secret: its cells are in the file, so
// anybody may derive its oracle again.
func publicSecret() []byte {
	s := sha256.Sum256([]byte("verisim/proof/v1 public column"))
	return s[:]
}

// proofSecret is a column's secret in proofs: whoever opens a sealed column
// derives it from the same key as the commitment.
func proofSecret(commitKey func(string) []byte, column string) ([]byte, error) {
	if commitKey != nil {
		if key := commitKey(column); key != nil {
			return hkdf.Expand(sha256.New, key, "verisim/proof/v1 column secret", proof.SecretSize)
		}
	}
	return publicSecret(), nil
}

// proving starts a table's part of the proof; nil where no statement is about
// it.
func (m *made) proving(name string, s *arrow.Schema, commitKey func(string) []byte) (*proof.Table, error) {
	if m.proves == nil {
		return nil, nil
	}
	if _, ok := m.proves.Needs()[name]; !ok {
		return nil, nil
	}
	if m.prover == nil {
		m.prover = proof.New(m.proves, proof.Options{Workers: m.opt.Workers})
	}
	var failed error
	t, err := m.prover.Table(name, s, func(column string) []byte {
		key, err := proofSecret(commitKey, column)
		if err != nil {
			failed = err
		}
		return key
	}, "")
	return t, errors.Join(err, failed)
}

// prove writes the proof and verifies it as a stranger would.
func (m *made) prove(ctx context.Context) error {
	if m.prover == nil {
		return nil
	}
	if m.opt.Progress != nil {
		m.opt.Progress("proof", 0)
	}
	data, err := m.prover.Prove(ctx)
	if err != nil {
		return err
	}
	result, err := proof.Verify(ctx, data, proof.VerifyOptions{})
	if err != nil {
		return fmt.Errorf("check the new proof: %w", err)
	}
	m.proof = &proofEntry{File: "proofs/" + m.recipe.Name + ".proof", Summary: result.Summary}
	m.sum.Proved = result.Summary.Statements
	m.sum.SoundnessBits = result.Summary.SoundnessBits
	file, err := m.out.Create(m.proof.File)
	if err != nil {
		return err
	}
	if _, err = file.Write(data); err != nil {
		_ = file.Close() // the first error is the one that matters
		return err
	}
	return file.Close()
}

// Proved is one statement of a bundle's proof that was verified.
type Proved struct {
	Statement     string `json:"statement"`
	Holds         bool   `json:"holds"`
	SoundnessBits int    `json:"soundness_bits"`
	// Tied says that all columns of the statement were read here and are those
	// of the proof. Of a column that stays sealed, that is the maker's word.
	Tied bool `json:"tied"`
}

// checkProofs verifies the proofs that a manifest lists, holds them against the
// tables' commitments, and derives the oracles of the columns that can be read.
func checkProofs(ctx context.Context, held *bundle.Held, m *bundle.Manifest, opt CheckOptions) ([]Proved, error) {
	var out []Proved
	for _, raw := range m.Proofs {
		var e proofEntry
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil || bundle.CheckPath(e.File) != nil {
			return nil, fault(bundle.ManifestName, "a proof's entry cannot be read")
		}
		data, err := held.ReadFile(e.File)
		if err != nil {
			return nil, err
		}
		result, err := proof.Verify(ctx, data, proof.VerifyOptions{})
		if err != nil {
			return nil, named(e.File, err)
		}
		tied := map[string][]string{}
		for _, fact := range result.Summary.Tables {
			if tied[fact.Name], err = tieProof(ctx, held, m, data, fact, opt); err != nil {
				return nil, named(e.File, err)
			}
		}
		if err = sameSummary(e.Summary, result.Summary); err != nil {
			return nil, err
		}
		for _, v := range result.Verdicts {
			out = append(out, Proved{v.Words, v.Holds, v.SoundnessBits, isTied(v.Statement, tied)})
		}
	}
	return out, nil
}

func sameSummary(said, found proof.Summary) error {
	a, err := json.Marshal(said)
	if err != nil {
		return err
	}
	b, err := json.Marshal(found)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fault(bundle.ManifestName, "what it says of a proof is not what the proof says")
	}
	return nil
}

// isTied says whether all columns that a statement reads were derived again.
func isTied(s proof.Statement, tied map[string][]string) bool {
	d := proof.Document{Statements: []proof.Statement{s}}
	for name, columns := range d.Needs() {
		for _, c := range columns {
			if !slices.Contains(tied[name], c) {
				return false
			}
		}
	}
	return true
}

// tieProof holds what a proof says of a table against the manifest, and derives
// the oracles of the columns that can be read again, which it gives: the proof is
// about these very cells. The bundle may have tables that no proof is about.
func tieProof(ctx context.Context, held *bundle.Held, m *bundle.Manifest, data []byte, fact proof.TableFact, opt CheckOptions) ([]string, error) {
	i := slices.IndexFunc(m.Tables, func(t bundle.Table) bool { return t.Name == fact.Name })
	if i < 0 {
		return nil, privacy.Tampered("check", "proof", "it is about table %q, which the bundle does not have", fact.Name)
	}
	root, err := rootOf(m.Tables[i])
	if err != nil {
		return nil, err
	}
	if fact.Commitment != root.Table || fact.Rows != root.Rows {
		return nil, privacy.Tampered("check", "proof", "it is about another table %q, with %d rows, than the bundle's", fact.Name, fact.Rows)
	}
	o, err := openTable(ctx, held, m.Tables[i], opt.Identities)
	if err != nil {
		return nil, err
	}
	defer o.close()
	readable := false
	var failed error
	secret := func(column string) []byte {
		if slices.Contains(o.shut, column) {
			return nil
		}
		key, keyErr := proofSecret(o.commitKey, column)
		if keyErr != nil {
			failed = keyErr
		}
		return key
	}
	for _, c := range fact.Columns {
		readable = readable || secret(c.Name) != nil
	}
	if failed != nil || !readable {
		return nil, failed
	}
	return proof.Rederive(ctx, data, fact.Name, o.stream, secret, max(opt.Workers, 1))
}
