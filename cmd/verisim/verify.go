package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
)

func verifyVerb() verb {
	return verb{
		name:  "verify",
		usage: "check without a key that a bundle, a proof, shown cells or a signed statement holds",
		args:  "PLACE",
		min:   1, max: 1,
		about: `Checked are the signatures, the hash of every file, schemas, row counts, and the
commitments of all columns that can be read. With -i the commitments of sealed
columns are derived again as well, as far as the key opens them. PLACE may also
be a proof of "verisim prove", of which every statement is printed in plain
words; with --data and --secret it must be about these very cells. It may be a
statement of "verisim attest" (with its files beside it) or of "verisim erase", or
cells that "verisim disclose" shows: they are held --against the manifest of a
bundle, and printed.

Without --signer any signer is accepted, which shows that nothing was damaged,
and not who made it: ask the maker for the fingerprint on another way.`,
		examples: []string{
			"verisim verify out/fraud",
			"verisim verify out/fraud --signer 'SHA256:...' -i me.key",
			"verisim verify rows.disclosure --against out/fraud --signer 'SHA256:...'",
			"verisim verify claims.proof --data claims.parquet --secret proof.secret",
		},
		exits: []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat([]cli.Flag{
			signerFlag(""),
			&cli.StringSliceFlag{Name: "identity", Aliases: []string{"i"}, Usage: "also check what the identities in `FILE` open, may be repeated"},
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
			&cli.StringFlag{Name: "statements", Aliases: []string{"s"}, Usage: "of a proof: it must prove the statements in `FILE`"},
			&cli.StringSliceFlag{Name: "data", Usage: "of a proof: it must be about the cells in `FILE`, or NAME=FILE, read as by \"verisim prove\"; may be repeated"},
			&cli.StringFlag{Name: "secret", Usage: "of a proof: the secret in `FILE` that it was made with (prove --secret)"},
			&cli.StringFlag{Name: "against", Usage: "of shown cells: they must be of the bundle at `PLACE`, of which its manifest.json is enough"},
			workersFlag(),
		}, readFlags()),
		run: verify,
	}
}

// checkedJSON is the form of --json.
type checkedJSON struct {
	Bundle  string             `json:"bundle"`
	Holds   bool               `json:"holds"`
	Signer  string             `json:"signer"`
	Pinned  bool               `json:"signer_pinned"`
	Files   int                `json:"files"`
	Bytes   int64              `json:"bytes"`
	Rows    int64              `json:"rows"`
	Tables  []job.CheckedTable `json:"tables"`
	Checks  int                `json:"checks"`
	Passed  int                `json:"checks_passed"`
	Claimed string             `json:"claimed_by"`
	Proved  []job.Proved       `json:"proved"`
}

func verify(ctx context.Context, e *env, c *cli.Context) error {
	dir := c.Args().First()
	// A flag that is passed over would look like a check that was made.
	if isProof(dir) {
		if err := onlyFor(c, "a bundle or a signed statement, not for a proof", "signer", "identity", "against"); err != nil {
			return err
		}
		return verifyProof(ctx, e, c, dir)
	}
	if isTotal(dir) {
		return hint(usagef("%s is about a committed total, of which you need your own copy", dir), "verisim total verify TOTAL --proof PROOF")
	}
	if err := onlyFor(c, "one proof file, such as those in a bundle's proofs folder", slices.Concat([]string{"statements", "data", "secret"}, firstNames(readFlags()))...); err != nil {
		return err
	}
	if isDisclosure(dir) {
		if err := onlyFor(c, "a bundle, not for shown cells", "identity"); err != nil {
			return err
		}
		return verifyDisclosure(e, c, dir)
	}
	if err := onlyFor(c, "cells that \"verisim disclose\" shows", "against"); err != nil {
		return err
	}
	if isRequest(dir) {
		return hint(usagef("%s asks for rows, and shows none", dir), "verisim audit check REQUEST ANSWER")
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	policy, err := signerPolicy(c.String("signer"))
	if err != nil {
		return err
	}
	if st, serr := os.Stat(dir); serr == nil && !st.IsDir() {
		if err = onlyFor(c, "a bundle, not for a signed statement", "identity", "json"); err != nil {
			return err
		}
		return verifyStatement(e, dir, policy)
	}
	ids, err := identities(e, c.StringSlice("identity"))
	if err != nil {
		return err
	}
	p := newProgress(e, "verify")
	got, err := job.Check(ctx, dir, job.CheckOptions{Policy: policy, Identities: ids, Workers: n, Progress: p.set})
	p.done()
	if err != nil {
		return err
	}
	suite := got.Manifest.Suite
	if c.Bool("json") {
		return printJSON(e.out, checkedJSON{
			Bundle: dir, Holds: true, Signer: got.Signer, Pinned: got.Pinned, Files: got.Files, Bytes: got.Bytes,
			Rows: got.Rows, Tables: got.Tables, Checks: suite.Checks, Passed: suite.Passed, Claimed: got.Manifest.Tool,
			Proved: got.Proved,
		})
	}
	who := signedBy(got.Signer, got.Pinned)
	fmt.Fprintf(e.out, "%s holds: %d files, %.1f MB, %s rows\n%s\n", dir, got.Files, float64(got.Bytes)/1e6, job.Thousands(got.Rows), who)
	for _, t := range got.Tables {
		fmt.Fprintf(e.out, "  %-16s %14s rows, roots of %d of %d columns derived again\n", t.Name, job.Thousands(t.Rows), t.Derived, t.Columns)
	}
	word := ""
	for _, v := range got.Proved {
		mark := ""
		if !v.Tied {
			mark = " *"
			word = "* reads columns that stay sealed here; that the proof is about those, its maker says, and a key shows (-i)\n"
		}
		fmt.Fprintf(e.out, "  proved, %d bits: %s%s\n", v.SoundnessBits, v.Statement, mark)
	}
	fmt.Fprint(e.out, word)
	if suite.Checks > 0 {
		fmt.Fprintf(e.out, "its maker says: %d of %d checks passed, %s rows in quarantine\n", suite.Passed, suite.Checks, job.Thousands(suite.Quarantined))
	}
	return nil
}

// signerPolicy reads --signer.
// signerFlag is --signer of what a command reads, such as " of the bundle".
func signerFlag(of string) cli.Flag {
	return &cli.StringFlag{Name: "signer", Usage: "accept only this `SIGNER`" + of + ": its fingerprint, its public key, or @FILE with one of them"}
}

func signerPolicy(text string) (attest.Policy, error) {
	if text == "" {
		return attest.Policy{}, nil
	}
	if path, ok := strings.CutPrefix(text, "@"); ok {
		line, err := firstLine(path)
		if err != nil {
			return attest.Policy{}, err
		}
		text = line
	}
	if strings.HasPrefix(text, "SHA256:") {
		return attest.Policy{Fingerprint: text}, nil
	}
	signer, err := keys.ParsePublicSigner(text)
	if err != nil {
		return attest.Policy{}, hint(usagef("--signer: %v", err), "give what \"keys show\" prints of a signer, or its fingerprint SHA256:...")
	}
	return attest.Policy{Signer: signer}, nil
}

// identities reads identity files.
func identities(e *env, paths []string) ([]*keys.Identity, error) {
	var out []*keys.Identity
	for _, path := range paths {
		ids, err := loadIdentities(e, path)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}
