package proof

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"slices"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// VerifyOptions of [Verify].
type VerifyOptions struct {
	// Document must be what the proof's statements are, but for the numbers
	// that the maker discloses. Default any: the verdicts say what is proved.
	Document *Document
	// Commitments are table roots by table. If it is not nil, each table of the
	// proof must be among them, with its root. Default any.
	Commitments map[string]string
	// InsecureParams takes parameters below 100 bits.
	InsecureParams bool
}

// Verdict is one statement of a verified proof.
type Verdict struct {
	Statement     Statement `json:"statement"`
	Holds         bool      `json:"holds"`
	SoundnessBits int       `json:"soundness_bits"`
	Words         string    `json:"words"` // in plain English
}

// Summary describes a proof file in a manifest.
type Summary struct {
	Version       int           `json:"version"`
	SHA256        string        `json:"sha256"`
	Bytes         int           `json:"bytes"`
	Params        ligero.Params `json:"params"`
	SoundnessBits int           `json:"soundnessBits"`
	Tables        []TableFact   `json:"tables"`
	Statements    []string      `json:"statements"` // in plain English
}

// TableFact is a table of a summary.
type TableFact struct {
	Name       string       `json:"name"`
	Rows       int64        `json:"rows"`
	Commitment string       `json:"commitment"`
	Columns    []ColumnFact `json:"columns"`
}

// ColumnFact is a column's oracle.
type ColumnFact struct {
	Name string `json:"name"`
	Root string `json:"root"`
}

// Result is what a proof file that verifies says.
type Result struct {
	Header   *Header
	Verdicts []Verdict
	Summary  Summary
}

// Verify checks a proof file. Any fault, of one statement or all, is an error
// that matches privacy.ErrTampered, privacy.ErrVersion or, for parameters and
// statements that are not those asked for, privacy.ErrRefused: one proof stands
// or falls as a whole.
func Verify(ctx context.Context, file []byte, opt VerifyOptions) (*Result, error) {
	return verify(ctx, file, opt, func(s ligero.Session) ligero.Session { return s })
}

// verify reads through the session that wrap gives: tests fix challenges with it.
func verify(ctx context.Context, file []byte, opt VerifyOptions, wrap func(ligero.Session) ligero.Session) (*Result, error) {
	front, h, body, err := decodeHeader(file)
	if err != nil {
		return nil, err
	}
	if err = opt.match(h); err != nil {
		return nil, err
	}
	// First what costs nothing: public polynomials have k elements, and a file
	// must be large enough to deserve them.
	if len(body) < least(h.Params, nil, oraclesOf(h)) {
		return nil, privacy.Tampered("verify", "proof", "it is shorter than its parameters need")
	}
	// Before anything is built: weak sizes have too few slots for some statements.
	if bits := h.Params.Bits(0); bits < MinBits && !opt.InsecureParams {
		return nil, weak(bits)
	}
	lengths, err := measure(h, nil, false)
	if err != nil {
		return nil, malformed(err)
	}
	if len(body) < least(h.Params, lengths, oraclesOf(h)) {
		return nil, privacy.Tampered("verify", "proof", "it is shorter than its statements need")
	}
	if err = ctx.Err(); err != nil {
		return nil, err
	}
	sys, err := ligero.NewSystem(h.Params)
	if err != nil {
		return nil, err
	}
	session, err := ligero.NewVerifier(sys, startTranscript(front), body)
	if err != nil {
		return nil, err
	}
	session.Until(ctx)
	b, err := newBuilder(h, wrap(session), sys, nil, nil)
	if err != nil {
		return nil, malformed(err)
	}
	if err = b.build(nil); err != nil {
		return nil, malformed(err)
	}
	bits := h.Params.Bits(b.identity)
	if bits < MinBits && !opt.InsecureParams {
		return nil, weak(bits)
	}
	if err = ctx.Err(); err != nil {
		return nil, err
	}
	if opt.Document != nil && bits < float64(opt.Document.Bits) {
		return nil, privacy.Refused("verify", "proof", "its parameters give %.0f bits of soundness, %d were asked for", math.Floor(bits), opt.Document.Bits)
	}
	if err = session.Finish(); err != nil {
		return nil, err
	}
	// Collisions of SHA-256 cost 2^128, whatever the parameters.
	return b.result(file, session.Roots(), int(min(math.Floor(bits), MaxBits))), nil
}

func weak(bits float64) error {
	return privacy.Refused("verify", "proof", "its parameters give %.0f bits of soundness, at least %d are needed", math.Floor(bits), MinBits)
}

// malformed makes a fault of a header's statements one of the file.
func malformed(err error) error {
	if p := (*privacy.Error)(nil); errors.As(err, &p) {
		return err
	}
	return privacy.Tampered("verify", "proof", "%v", err)
}

// match holds the header against what was asked for.
func (o *VerifyOptions) match(h *Header) error {
	for i := range h.Tables {
		t := &h.Tables[i]
		if want, ok := o.Commitments[t.Name]; o.Commitments != nil && (!ok || want != t.Commitment) {
			return privacy.Refused("verify", "proof", "it is not about the table %q that was committed to", t.Name)
		}
	}
	if o.Document == nil {
		return nil
	}
	d := *o.Document
	if len(h.Tables) == 1 { // a document may leave the name of its one table open
		d.Statements = slices.Clone(d.Statements)
		d.DefaultTable(h.Tables[0].Name)
	}
	if len(d.Statements) != len(h.Statements) {
		return privacy.Refused("verify", "proof", "it has %d statements, %d were asked for", len(h.Statements), len(d.Statements))
	}
	for i := range d.Statements {
		a, b := d.Statements[i], h.Statements[i]
		a.Pos, a.Of, a.Disclosed, b.Disclosed = b.Pos, nil, nil, nil
		if !reflect.DeepEqual(a, b) {
			return privacy.Refused("verify", "proof", "its statement %d is not the one that was asked for", i+1)
		}
	}
	for i := range h.Tables {
		t := &h.Tables[i]
		want, err := d.encodings(t.Name)
		if err != nil {
			return err
		}
		for _, c := range t.Columns {
			var e Encoding
			if w := want[c.Name]; w != nil {
				e = *w
			}
			e.Wide = e.Wide && c.hashed()
			if !reflect.DeepEqual(e, c.Encoding) {
				return privacy.Refused("verify", "proof", "column %q is encoded otherwise than was asked for", c.Name)
			}
		}
	}
	return nil
}

func (b *builder) result(file []byte, roots []ligero.Hash, bits int) *Result {
	digest := sha256.Sum256(file)
	r := &Result{Header: b.head, Summary: Summary{
		Version: b.head.Version, SHA256: hex.EncodeToString(digest[:]), Bytes: len(file), Params: b.head.Params, SoundnessBits: bits,
	}}
	at := 0
	for _, t := range b.head.Tables {
		f := TableFact{Name: t.Name, Rows: t.Rows, Commitment: t.Commitment, Columns: []ColumnFact{}}
		for _, c := range t.Columns {
			f.Columns = append(f.Columns, ColumnFact{c.Name, hex.EncodeToString(roots[at][:])})
			at++
		}
		r.Summary.Tables = append(r.Summary.Tables, f)
	}
	for i := range b.head.Statements {
		s := &b.head.Statements[i]
		words := b.words(s)
		r.Verdicts = append(r.Verdicts, Verdict{*s, true, bits, words})
		r.Summary.Statements = append(r.Summary.Statements, words)
	}
	return r
}
