package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

func proveVerb() verb {
	return verb{
		name:  "prove",
		usage: "prove statements about a table to people who will not see it",
		args:  "DATA...",
		min:   1, max: -1,
		about: `The statements file lists what is to be shown: ranges, dictionaries, shares of
missing values, totals, means, rates, histograms, rules between columns, unique
keys, references, k-anonymity, no row in common with another table. The proof
holds for the file's rows and shows nothing else about them; names, types and
numbers of rows are public, and an exact total that a statement asks for is
disclosed.
Whoever has the proof checks it with "verisim verify", without a key and without
the data. Statements that do not hold give exit code 3, and no proof. The file of
statements is described in privacy/proof/STATEMENTS.md.

The randomness of a proof is forgotten, and then nobody can show that it is about
one table or another. With --secret, whoever gets the data and the secret can:
verisim verify X.proof --data FILE --secret FILE. The secret is as sensitive as the
data; where the data are public, publish it beside them.

Several files are the tables that statements name; each is called as its file,
or NAME=FILE. The method needs no trusted setup; its specification is
privacy/proof/PROOFS.md. Nobody outside has reviewed it yet.`,
		examples: []string{
			"verisim prove claims.parquet --statements claims.statements.yaml -o claims.proof",
			"verisim prove claims.parquet --from-suite suite.yaml -o claims.proof",
			"verisim prove claims.parquet -s claims.statements.yaml --bits 128 -o claims.proof",
			"verisim verify claims.proof",
			"verisim prove claims.parquet -s claims.statements.yaml --secret proof.secret -o claims.proof",
		},
		exits: []int{exitFindings, exitRefused, exitCorrupt},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "statements", Aliases: []string{"s"}, Usage: "prove the statements in `FILE`"},
			&cli.StringFlag{Name: "from-suite", Usage: "also prove the rules of the suite in `FILE`, as far as statements can say them; the others are told"},
			&cli.IntFlag{Name: "bits", Usage: "bits of soundness: 100 or 128", DefaultText: "what the statements file says, else 100"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the proof to `FILE`"},
			&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
			&cli.StringFlag{Name: "secret", Usage: "derive the proof's randomness from the secret in `FILE` (verisim keys new --proof), so that a holder of it and the data can tie both"},
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object a statement"},
			workersFlag(),
		}),
		run: prove,
	}
}

func prove(ctx context.Context, e *env, c *cli.Context) error {
	out := c.String("output")
	n, err := workers(c)
	if err != nil {
		return err
	}
	switch {
	case c.String("statements") == "" && c.String("from-suite") == "":
		return hint(usagef("prove: no statements"), "name a file with --statements, or a suite with --from-suite")
	case out == "":
		return hint(usagef("prove: no output"), "name a file with -o")
	case out == "-" && (e.outTerminal || c.Bool("json")):
		return hint(usagef("a proof is binary, and stdout is not free for it"), "send it to a file with -o")
	}
	if err = free(c.Bool("replace"), out); err != nil {
		return err
	}
	if err = apart(out, c.String("statements"), c.String("from-suite"), c.String("secret"), c.String("from-keys")); err != nil {
		return err
	}
	doc := &proof.Document{Version: proof.Version}
	if path := c.String("statements"); path != "" {
		if doc, err = readStatements(path); err != nil {
			return err
		}
	}
	switch bits := c.Int("bits"); {
	case bits == proof.MinBits || bits == proof.MaxBits:
		doc.Bits = bits
	case c.IsSet("bits"):
		return usagef("bits is %d; %d and %d are offered", bits, proof.MinBits, proof.MaxBits)
	}
	file, err := proveInputs(ctx, e, c, doc, n)
	if err != nil {
		return proofFault(err)
	}
	// What is written is what people will verify.
	r, err := proof.Verify(ctx, file, proof.VerifyOptions{})
	if err != nil {
		return fmt.Errorf("verify the proof that was made: %w", err)
	}
	if err = writeBytes(e, out, c.Bool("replace"), file); err != nil || out == "-" {
		return err
	}
	return printVerdicts(e, c, out, r, nil)
}

func readStatements(path string) (*proof.Document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return proof.DecodeDocument(path, text)
}

func proveInputs(ctx context.Context, e *env, c *cli.Context, doc *proof.Document, workers int) ([]byte, error) {
	ins, err := openInputs(ctx, e, c, openInput)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, in := range ins {
			_ = in.Close()
		}
	}()
	for _, in := range ins {
		if err = apart(c.String("output"), in.path); err != nil {
			return nil, err
		}
	}
	if len(ins) == 1 && ins[0].name == "" {
		if ins[0].name = doc.Table; doc.Table == "" {
			ins[0].name = tableName(ins[0].path, ins[0].Stream)
		}
		doc.DefaultTable(ins[0].name)
	}
	if err = addSuite(e, c, doc, ins); err != nil {
		return nil, err
	}
	secret, err := proofSecret(c)
	if err != nil {
		return nil, err
	}
	p := proof.New(doc, proof.Options{Workers: workers})
	watch := newProgress(e, "prove")
	defer watch.done()
	var tables []*proof.Table
	for _, in := range ins { // every mistake before any row
		t, fault := p.Table(in.name, in.Stream.Schema(), secret(in.name), "")
		if fault != nil {
			return nil, &coded{fault, exitUsage}
		}
		tables = append(tables, t)
	}
	for i, in := range ins {
		for b, fault := range watch.watch(in.Stream).Batches(ctx) {
			if fault != nil {
				return nil, fault
			}
			if fault = tables[i].Add(b); fault != nil {
				return nil, fault
			}
		}
	}
	return p.Prove(ctx)
}

// addSuite adds the statements that the rules of --from-suite are, and tells which
// rules are none.
func addSuite(e *env, c *cli.Context, doc *proof.Document, ins []*input) error {
	path := c.String("from-suite")
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	suite, err := rule.Parse(path, text)
	if err != nil {
		return err
	}
	schemas := map[string]*arrow.Schema{}
	for _, in := range ins {
		schemas[in.name] = in.Stream.Schema()
	}
	more, left := job.StatementsOf(suite, schemas, doc)
	doc.Statements = append(doc.Statements, more...)
	if !e.quiet {
		for _, u := range left {
			fmt.Fprintf(e.err, "verisim: not proved: %s: %s\n", u.Rule, u.Why)
		}
	}
	if len(doc.Statements) == 0 {
		return usagef("%s: none of its %d rules can be proved", path, len(suite.Checks))
	}
	return nil
}

// proofFault gives the errors of a prover their exit codes: data that do not
// keep a statement are findings.
func proofFault(err error) error {
	if errors.As(err, new(*proof.FalseError)) || errors.As(err, new(*proof.CellError)) {
		return &coded{err, exitFindings}
	}
	return err
}

// maxProof is the largest proof file that is read: ten times what 100 columns
// of a billion rows take.
const maxProof = 1 << 30

// isProof says whether a path is a proof file.
func isProof(path string) bool {
	return proof.Sniff(headOf(path, 64))
}

// headOf is the beginning of a file, less where it is shorter, and nothing where it
// cannot be read.
func headOf(path string, size int) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, size)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return head[:n]
}

// verifyProof checks a proof file and prints what it shows.
func verifyProof(ctx context.Context, e *env, c *cli.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxProof {
		return privacy.Tampered("verify", path, "it has %d bytes, a proof has at most %d", info.Size(), maxProof)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var opt proof.VerifyOptions
	if s := c.String("statements"); s != "" {
		if opt.Document, err = readStatements(s); err != nil {
			return err
		}
	}
	r, err := proof.Verify(ctx, file, opt)
	if err != nil {
		return err
	}
	tied, err := tieData(ctx, e, c, file, r)
	if err != nil {
		return err
	}
	return printVerdicts(e, c, path, r, tied)
}

// printVerdicts prints what a proof shows; tied names the tables that were found
// to be those of the proof, with their files.
func printVerdicts(e *env, c *cli.Context, path string, r *proof.Result, tied map[string]string) error {
	if c.Bool("json") {
		for _, v := range r.Verdicts {
			var out any = v
			if tied != nil {
				out = tiedVerdict{v, true}
			}
			line, err := privacy.Canonical(out)
			if err != nil {
				return err
			}
			if _, err = e.out.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s holds: %d statements, %d bits of soundness, %.1f MB\n", path, len(r.Verdicts), r.Summary.SoundnessBits, float64(r.Summary.Bytes)/1e6)
	for _, v := range r.Verdicts {
		fmt.Fprintf(&b, "  %s\n", v.Words)
	}
	for _, t := range r.Summary.Tables {
		if from, ok := tied[t.Name]; ok {
			fmt.Fprintf(&b, "table %q is that of %s: the proof is about these very cells of %s\n", t.Name, from, counted(len(t.Columns), "column"))
		} else if t.Commitment == "" {
			fmt.Fprintf(&b, "table %q is bound by the roots in the proof; nothing here shows where its rows come from\n", t.Name)
		} else {
			fmt.Fprintf(&b, "table %q is said to be the one of commitment %s; only who opens it can derive both again\n", t.Name, t.Commitment)
		}
	}
	_, err := e.out.Write(b.Bytes())
	return err
}
