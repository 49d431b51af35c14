// Package proof proves statements about a table to somebody who holds no key and
// sees no row, and checks such proofs. PROOFS.md beside this file states the
// relation, the protocol, its soundness and what is not proved.
//
//	doc, err := proof.DecodeDocument("statements.yaml", text)
//	p, err := proof.New(doc, proof.Options{Workers: 2})
//	t, err := p.Table("t", schema, secretOf, commitmentRoot)
//	err = t.Add(batch) // in row order
//	file, err := p.Prove(ctx)
//
//	result, err := proof.Verify(ctx, file, proof.VerifyOptions{})
//
// A prover keeps 8 bytes a cell of the columns that statements name, 40 where it
// needs the whole hash of a string; everything else it makes again when needed. It answers once. Statements that do not hold
// give a [*FalseError], and no proof.
//
// Do not use it for data whose existence must stay secret, or as an online
// service: numbers of rows are public, and time depends on data. No outside party
// has reviewed this code yet.
package proof

// Version is the version of statements files.
const Version = 1

// FileVersion is the newest version of proof files. A file has the least version
// that says what it holds (PROOFS.md, section 7).
const FileVersion = 2

// MinBits is the least soundness that a verifier takes, and what proofs have if
// nobody asks for more. MaxBits is the most that is offered.
const (
	MinBits = 100
	MaxBits = 128
)
