package main

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
)

// tiedVerdict is a verdict of a proof whose tables were derived again.
type tiedVerdict struct {
	proof.Verdict
	Tied bool `json:"tied"`
}

// proofSecret reads --secret and gives each table's columns their secrets; without
// it their randomness is forgotten.
func proofSecret(c *cli.Context) (func(table string) func(column string) []byte, error) {
	path := c.String("secret")
	if path == "" {
		return func(string) func(string) []byte { return nil }, nil
	}
	s, err := keys.LoadProofSecret(path)
	if exitCode(err) == exitFailure {
		return nil, hint(err, "make a secret with verisim keys new --proof -o FILE")
	}
	if err != nil {
		return nil, err
	}
	return func(table string) func(string) []byte {
		return func(column string) []byte {
			key, kerr := s.Column(table, column)
			if kerr != nil { // 32 bytes are always there
				panic(kerr)
			}
			return key
		}
	}, nil
}

// tieData derives the oracles of a proof from the data of --data and the secret of
// --secret: the proof must be about these very cells. It gives the tables with
// their files, or nil if no data are given.
func tieData(ctx context.Context, e *env, c *cli.Context, file []byte, r *proof.Result) (map[string]string, error) {
	args := c.StringSlice("data")
	if len(args) == 0 {
		if err := onlyFor(c, "the --data of a proof", append(firstNames(readFlags()), "secret")...); err != nil {
			return nil, err
		}
		return nil, nil
	}
	if c.String("secret") == "" {
		return nil, hint(usagef("--data alone ties nothing: the proof's randomness is derived from a secret"), "name it with --secret; a proof that was made without one cannot be tied to data")
	}
	secret, err := proofSecret(c)
	if err != nil {
		return nil, err
	}
	n, err := workers(c)
	if err != nil {
		return nil, err
	}
	ins, err := openTables(ctx, e, c, args, openInput)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, in := range ins {
			_ = in.Close() // they were only read
		}
	}()
	facts := r.Summary.Tables
	if len(ins) == 1 && ins[0].name == "" && len(facts) == 1 {
		ins[0].name = facts[0].Name
	}
	known := func(name string) bool {
		return slices.ContainsFunc(facts, func(t proof.TableFact) bool { return t.Name == name })
	}
	tied := map[string]string{}
	for _, in := range ins { // every mistake before any row
		if in.name == "" {
			in.name = tableName(in.path, in.Stream)
		}
		if !known(in.name) {
			return nil, hint(usagef("--data: the proof is not about a table %q", in.name), "write NAME="+in.path+"; its tables are "+tableNames(facts))
		}
		tied[in.name] = in.path
	}
	for _, t := range facts {
		if _, ok := tied[t.Name]; !ok {
			return nil, hint(usagef("--data: no file for table %q of the proof", t.Name), "add --data "+t.Name+"=FILE")
		}
	}
	p := newProgress(e, "verify")
	defer p.done()
	for _, in := range ins {
		if _, err = proof.Rederive(ctx, file, in.name, p.watch(in.Stream), secret(in.name), n); err != nil {
			return nil, tieFault(err)
		}
	}
	return tied, nil
}

// tieFault tells what a difference may mean besides other data.
func tieFault(err error) error {
	if x, code := privacyCode(err); code && x == exitCorrupt {
		return hint(err, "the data are others, or were read otherwise (--type, --null, --where), or the secret is another proof's")
	}
	return err
}

func tableNames(facts []proof.TableFact) string {
	var out []string
	for _, t := range facts {
		out = append(out, t.Name)
	}
	return strings.Join(out, ", ")
}

// firstNames are the first names of flags.
func firstNames(flags []cli.Flag) []string {
	var out []string
	for _, f := range flags {
		out = append(out, f.Names()[0])
	}
	return out
}
