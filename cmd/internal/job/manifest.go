package job

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/quality/rule"
)

// saltSize is the size of the seed commitment's salt in bytes.
const saltSize = 32

// manifest gives the signed manifest of what was written.
func (m *made) manifest() ([]byte, error) {
	p := bundle.Manifest{
		Version: bundle.Version, Name: m.recipe.Name, Tool: m.opt.Tool,
		Recipe:  hex.EncodeToString(m.recipe.Digest[:]),
		Sources: []bundle.Source{}, Sealed: []bundle.Sealed{}, Proofs: []json.RawMessage{},
	}
	p.Sources = append(p.Sources, m.source.files...)
	if m.source.seeded {
		salt := make([]byte, saltSize)
		if _, err := rand.Read(salt); err != nil {
			return nil, fmt.Errorf("draw the salt of the seed: %w", err)
		}
		p.SeedCommitment = SeedCommitment(salt, uint64(m.source.seed))
		m.sum.SeedSalt = hex.EncodeToString(salt)
	}
	for _, t := range m.done {
		entry, err := t.entry()
		if err != nil {
			return nil, err
		}
		p.Tables = append(p.Tables, entry)
	}
	if m.result != nil {
		p.Suite = bundle.Suite{Checks: len(m.result.Checks), Passed: m.sum.Passed, Failed: m.sum.Failed, Quarantined: m.sum.Broken}
	}
	for _, s := range m.sum.Sealed {
		p.Sealed = append(p.Sealed, bundle.Sealed(s))
	}
	if m.proof != nil {
		entry, err := json.Marshal(m.proof)
		if err != nil {
			return nil, fmt.Errorf("write manifest: %w", err)
		}
		p.Proofs = append(p.Proofs, entry)
	}
	predicate, err := json.Marshal(&p)
	if err != nil {
		return nil, fmt.Errorf("write manifest: %w", err)
	}
	st := attest.Statement{PredicateType: bundle.PredicateType, Predicate: predicate}
	for _, f := range m.out.Files() {
		st.Subjects = append(st.Subjects, attest.Subject{Name: f.Path, Digest: map[string]string{"sha256": f.Hex()}})
		m.sum.Bytes += f.Size
	}
	m.sum.Signer = m.signer.Public().ID()
	m.sum.SignerPinned = m.opt.Signer != nil
	return attest.Sign(st, m.signer)
}

// SeedCommitment binds a maker to a seed: SHA-256 of "verisim/seed/v1", a salt
// of 32 bytes, and the seed in big-endian order; hex.
func SeedCommitment(salt []byte, seed uint64) string {
	h := sha256.New()
	h.Write([]byte("verisim/seed/v1"))
	h.Write(salt)
	h.Write(binary.BigEndian.AppendUint64(nil, seed))
	return hex.EncodeToString(h.Sum(nil))
}

func (t *madeTable) entry() (bundle.Table, error) {
	facts, err := table.FactsOf(t.schema)
	if err != nil {
		return bundle.Table{}, err
	}
	root, err := json.Marshal(t.root)
	if err != nil {
		return bundle.Table{}, fmt.Errorf("write manifest: %w", err)
	}
	e := bundle.Table{
		Name: t.name, File: t.file, Rows: t.rows, Schema: commit.Hex(commit.SchemaDigest(t.schema)),
		Origin: originOf(t.schema), Key: facts.Key, Refs: facts.Refs, Commitment: root,
	}
	if e.Refs == nil {
		e.Refs = []table.Ref{}
	}
	return e, nil
}

// count fills the summary from what was made.
func (s *Summary) count(m *made) {
	s.Out = m.opt.Out
	for _, t := range m.done {
		ts := TableSummary{Name: t.name, Rows: t.rows}
		if t.clean != nil {
			for _, c := range t.clean.Changes() {
				ts.Repairs += c.Rows
			}
		}
		if m.result != nil {
			for _, r := range m.result.Tables {
				if r.Name == t.name {
					ts.Quarantined = r.Quarantined
				}
			}
		}
		s.Tables = append(s.Tables, ts)
		s.Rows += ts.Rows
		s.Broken += ts.Quarantined
		s.Changes += ts.Repairs
		if len(t.sealed) > 0 {
			seal := SealSummary{Table: t.name, Columns: t.sealed}
			for _, g := range t.grants {
				seal.Recipients = append(seal.Recipients, g.Name)
			}
			s.Sealed = append(s.Sealed, seal)
		}
		if s.Label == nil {
			s.Label = t.label()
		}
	}
	if m.result != nil {
		s.Checks = len(m.result.Checks)
		s.Passed = m.result.Count(rule.Pass)
		s.Failed = m.result.Count(rule.Fail) + m.result.Count(rule.Broken)
		for _, c := range m.result.Failed() {
			if c.Level.Fails() && (c.Status == rule.Broken || whole(c.Kind)) {
				s.Unmet = append(s.Unmet, c.ID)
			}
		}
	}
}

// whole says whether a kind of check judges a table as a whole.
func whole(kind string) bool {
	for _, d := range rule.Catalogue() {
		if d.Name == kind {
			return d.Whole()
		}
	}
	return true
}

// label is how often the table's true-or-false label is true.
func (t *madeTable) label() *LabelShare {
	for i, f := range t.schema.Fields() {
		// The report shows it in clear.
		if table.LabelOf(f).Role != table.RoleLabel || f.Type.Name() != "bool" || t.rows == 0 || slices.Contains(t.sealed, f.Name) {
			continue
		}
		l := &LabelShare{Table: t.name, Column: f.Name}
		values, _ := t.state.Values(i)
		for _, v := range values {
			if v.Text == "true" {
				l.Share = float64(v.Count) / float64(t.rows)
			}
		}
		return l
	}
	return nil
}
