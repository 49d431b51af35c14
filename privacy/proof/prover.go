package proof

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// SecretSize is the length of a column secret.
const SecretSize = 32

// Options of [New].
type Options struct {
	// Workers is how many goroutines Prove works on; they have ended when it
	// returns. Default 1.
	Workers int
	// Rand gives secret randomness. Default crypto/rand.
	Rand io.Reader
	// InsecureParams replaces the parameters by weaker ones, for tests of
	// soundness. Verifiers refuse the result unless they are told not to.
	// Default none.
	InsecureParams *ligero.Params
}

// Prover collects the tables that a document speaks of, and proves once.
type Prover struct {
	doc    *Document
	opt    Options
	tables []*Table
	done   bool
	// Tests only: lie in spite of rows that break statements, change the header
	// before it is bound, change what is committed.
	lies  bool
	forge func(*Header)
	wrap  func(ligero.Session) ligero.Session
	keys  *keyList
}

// Table is one table of a prover.
type Table struct {
	name       string
	commitment string
	columns    []*column
	indices    []int
	secrets    [][]byte
	rows       int64
}

// New starts a prover for a document.
func New(doc *Document, opt Options) *Prover {
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	return &Prover{doc: doc, opt: opt}
}

// Table adds a table. secret gives a column's secret, 32 bytes, from which its
// pads are derived so that a key holder derives the oracle's root again; nil, or
// a nil function, means fresh randomness that nobody keeps. commitment is the
// table root of privacy/commit, hex, or empty.
func (p *Prover) Table(name string, schema *arrow.Schema, secret func(column string) []byte, commitment string) (*Table, error) {
	for _, t := range p.tables {
		if t.name == name {
			return nil, fmt.Errorf("prove statements: table %q is given twice", name)
		}
	}
	encodings, err := p.doc.encodings(name)
	if err != nil {
		return nil, err
	}
	names, ok := p.doc.Needs()[name]
	if !ok {
		return nil, fmt.Errorf("prove statements: no statement speaks of table %q", name)
	}
	for c := range encodings {
		if _, err := table.Column(schema, c); err != nil {
			return nil, err
		}
	}
	t := &Table{name: name, commitment: commitment}
	slices.Sort(names)
	for _, c := range names {
		i, err := table.Column(schema, c)
		if err != nil {
			return nil, err
		}
		shape, err := shapeOf(schema.Field(i), encodings[c])
		if err != nil {
			return nil, err
		}
		s := make([]byte, SecretSize)
		if _, err := io.ReadFull(p.opt.Rand, s); err != nil {
			return nil, fmt.Errorf("draw a secret: %w", err)
		}
		if secret != nil {
			if given := secret(c); given != nil {
				if len(given) != SecretSize {
					return nil, fmt.Errorf("prove statements: the secret of column %q has %d bytes, want %d", c, len(given), SecretSize)
				}
				s = slices.Clone(given)
			}
		}
		t.columns, t.indices, t.secrets = append(t.columns, newColumn(shape)), append(t.indices, i), append(t.secrets, s)
	}
	p.tables = append(p.tables, t)
	return t, nil
}

// Add takes the next rows.
func (t *Table) Add(b table.Batch) error {
	for i, c := range t.columns {
		if err := c.add(b.Column(t.indices[i])); err != nil {
			return err
		}
	}
	t.rows += b.NumRows()
	return nil
}

// Prove gives the proof file. Statements that do not hold give a [*FalseError].
// It answers once.
func (p *Prover) Prove(ctx context.Context) ([]byte, error) {
	if p.done {
		return nil, privacy.Refused("prove", "statements", "this prover has answered already, and its pads cover one proof")
	}
	p.done = true
	head, err := p.header()
	if err != nil {
		return nil, err
	}
	if p.forge != nil {
		p.forge(head)
	}
	front, err := head.encode()
	if err != nil {
		return nil, err
	}
	sys, err := ligero.NewSystem(head.Params)
	if err != nil {
		return nil, err
	}
	tr := startTranscript(front)
	prover := ligero.NewProver(ctx, sys, tr, p.opt.Workers)
	var session ligero.Session = prover
	if p.lies {
		prover.Force()
	}
	if p.wrap != nil {
		session = p.wrap(session)
	}
	b, err := newBuilder(head, session, sys, p.cells, func(t, c int) (*ligero.Stream, error) {
		return columnStream(front, p.tables[t].name, p.tables[t].columns[c].shape.Name, p.tables[t].secrets[c])
	})
	if err != nil {
		return nil, err
	}
	b.lies, b.keys = p.lies, p.keys
	fresh := make([]byte, SecretSize)
	if _, err = io.ReadFull(p.opt.Rand, fresh); err != nil {
		return nil, fmt.Errorf("draw a secret: %w", err)
	}
	for _, t := range p.tables {
		for _, s := range t.secrets {
			fresh = append(fresh, s...) // hedge against a broken source of randomness
		}
	}
	err = b.build(func(name string) (*ligero.Stream, error) {
		salt := sha256.Sum256(front)
		return ligero.NewStream(fresh, salt[:], "verisim/proof/v1 "+name)
	})
	if err != nil {
		return nil, err
	}
	body, err := prover.Finish()
	if err != nil {
		return nil, err
	}
	return append(front, body...), nil
}

func startTranscript(front []byte) *transcript.Transcript {
	tr := transcript.New("verisim/proof/v1")
	tr.Absorb("header", front)
	return tr
}

// columnStream gives the pads and salts of a column's oracle.
func columnStream(front []byte, table, column string, secret []byte) (*ligero.Stream, error) {
	salt := sha256.Sum256(front)
	return ligero.NewStream(secret, salt[:], "verisim/proof/v1 column "+table+"\x00"+column)
}

func (p *Prover) cells(t, c int) *column { return p.tables[t].columns[c] }

// header makes the header: shapes, disclosed numbers, and the k that makes the
// proof smallest. It finds statements that do not hold.
func (p *Prover) header() (*Header, error) {
	nonce := make([]byte, 32)
	if _, err := io.ReadFull(p.opt.Rand, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	h := &Header{Nonce: hex.EncodeToString(nonce)}
	for _, t := range p.tables {
		if t.rows == 0 {
			return nil, fmt.Errorf("prove statements: table %q has no rows", t.name)
		}
		shape := TableShape{Name: t.name, Rows: t.rows, Commitment: t.commitment, Columns: []ColumnShape{}}
		for _, c := range t.columns {
			shape.Columns = append(shape.Columns, c.shape)
		}
		h.Tables = append(h.Tables, shape)
	}
	for name := range p.doc.Needs() {
		if !slices.ContainsFunc(p.tables, func(t *Table) bool { return t.name == name }) {
			return nil, fmt.Errorf("prove statements: they speak of table %q, which is not given", name)
		}
	}
	for _, s := range p.doc.Statements {
		s.Of = nil
		h.Statements = append(h.Statements, s)
	}
	base, err := paramsFor(p.doc.Bits)
	if err != nil {
		return nil, err
	}
	if p.opt.InsecureParams != nil {
		base = *p.opt.InsecureParams
	}
	h.Params = base
	lengths, err := measure(h, p.cells, p.lies)
	if err != nil {
		return nil, err
	}
	if p.opt.InsecureParams == nil {
		h.Params = choose(base, lengths, oraclesOf(h))
	}
	h.Version = h.needs()
	return h, nil
}

// measuredLogK is the k for which a statement's vectors are counted before k is
// chosen: their lengths do not depend on it.
const measuredLogK = 12

// paramsFor gives the parameters for so many bits, but for k (PROOFS.md, section
// 10).
func paramsFor(bits int) (ligero.Params, error) {
	switch bits {
	case 0, MinBits:
		return ligero.Params{LogK: measuredLogK, Rate: 4, Queries: 250}, nil
	case MaxBits:
		return ligero.Params{LogK: measuredLogK, Rate: 4, Queries: 309, Draws: 2}, nil
	}
	return ligero.Params{}, fmt.Errorf("prove statements: %d bits are not offered; %d and %d are", bits, MinBits, MaxBits)
}

// choose gives the smallest k whose proof is at most a seventh larger than the
// smallest possible: k is what time and memory of the prover go by.
func choose(p ligero.Params, lengths []int, oracles int) ligero.Params {
	sizes := map[int]int{}
	least := 0
	p.LogK = ligero.MinLogK
	for p.Check() != nil { // more queries need more places
		p.LogK++
	}
	first := p.LogK
	for ; p.LogK <= ligero.MaxLogK; p.LogK++ {
		n := proofSize(p, lengths, oracles)
		sizes[p.LogK] = n
		if least == 0 || n < least {
			least = n
		}
	}
	for p.LogK = first; 7*sizes[p.LogK] > 8*least; {
		p.LogK++
	}
	return p
}

// oraclesOf is the number of oracles: one a column, masks, helpers, late ones.
func oraclesOf(h *Header) int {
	n := 3
	for _, t := range h.Tables {
		n += len(t.Columns)
	}
	return n
}

// measure builds the system without a session and gives the lengths of its
// vectors. With cells it also fills in disclosed numbers and finds statements
// that do not hold.
func measure(h *Header, cells func(t, c int) *column, lies bool) ([]int, error) {
	sys, err := ligero.NewSystem(h.Params)
	if err != nil {
		return nil, err
	}
	b, err := newBuilder(h, nil, sys, cells, nil)
	if err != nil {
		return nil, err
	}
	b.lies = lies
	if err := b.build(nil); err != nil {
		return nil, err
	}
	return b.lengths, nil
}

// proofSize is the size of a proof's body but for some of its paths.
func proofSize(p ligero.Params, lengths []int, oracles int) int {
	return least(p, lengths, oracles) + oracles*p.Queries*32*max(p.LogK+2-8, 1)
}

// least is the size that no proof's body is below.
func least(p ligero.Params, lengths []int, oracles int) int {
	rows := p.MaskRows()
	for _, n := range lengths {
		rows += p.Rows(n)
	}
	return 4 + 16*(p.Queries*rows+p.AnswerSize()) + oracles*(32+16*p.Queries)
}
