package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/privacy/commit"
)

func auditVerb() verb {
	return verb{
		name:  "audit",
		usage: "look at rows that their maker could not choose, for what no proof reaches",
		about: `The auditor draws rows of a table whose commitment is fixed, the maker shows them,
the auditor holds them against the commitment and judges them. What a sample of
so many rows would have met, and how surely, is stated.

The maker must not know the randomness when the bundle is published: the auditor
draws it after having the manifest, or it is the value of a public beacon, of a
round named beforehand that comes after the publication. An auditor who draws until
a row comes has chosen it: a maker who minds that asks for a beacon's round, and
looks its value up. Rows that were shown are spent: show them to a named auditor,
once. The format and the calculation are privacy/commit/COMMIT.md.`,
		exits: []int{exitFindings, exitRefused, exitCorrupt, exitNoKey},
		sub:   []verb{auditDrawVerb(), auditAnswerVerb(), auditCheckVerb()},
	}
}

func auditDrawVerb() verb {
	return verb{
		name:  "draw",
		usage: "draw rows and ask for them (the auditor)",
		args:  "PLACE",
		min:   1, max: 1,
		about: `PLACE is a bundle or its manifest.json. The rows follow from the table's commitment
and the randomness, so anybody can draw them again. Without --beacon the randomness
is made here, and shows something to you, and to who trusts you.`,
		examples: []string{
			"verisim audit draw manifest.json --table customers --rate-at-least 1% --error 1% -o request.json",
			"verisim audit draw out/fraud --table customers --samples 1000 --beacon 8f2a... --round 'drand quicknet 1234567' -o request.json",
		},
		exits: []int{exitRefused, exitCorrupt, exitNoKey},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "table", Usage: "draw rows of `TABLE` (default: the only one)"},
			&cli.StringFlag{Name: "columns", Usage: "ask for only these `COLUMNS`, comma-separated (default: all)"},
			&cli.StringFlag{Name: "rate-at-least", Usage: "draw enough rows to meet a bad one if a `SHARE` of the rows is bad, such as 1% or 0.01"},
			&cli.StringFlag{Name: "error", Value: "1%", Usage: "but for this `CHANCE`, such as 1%, 0.01 or 2^-40"},
			&cli.IntFlag{Name: "samples", Usage: "draw `N` rows"},
			&cli.StringFlag{Name: "beacon", Usage: "draw by the value `HEX` of a public beacon; with --round"},
			&cli.StringFlag{Name: "round", Usage: "the beacon's `NAME` and round, so that others can look its value up"},
			&cli.StringFlag{Name: "insecure-seed", Usage: "draw by a chosen `HEX`, which shows nothing to others"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the request to `FILE`"},
			&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
			signerFlag(" of the bundle"),
		},
		run: auditDraw,
	}
}

func auditDraw(_ context.Context, e *env, c *cli.Context) error {
	opt := job.AskOptions{Ask: commit.Ask{Table: c.String("table"), Beacon: c.String("round")}}
	var err error
	if opt.Samples = c.Int("samples"); c.IsSet("samples") && opt.Samples < 1 {
		return usagef("--samples is %d; at least one row can be drawn", opt.Samples)
	}
	if text := c.String("rate-at-least"); text != "" {
		if opt.Share, err = chanceOf("--rate-at-least", text); err != nil {
			return err
		}
	}
	if opt.Samples == 0 && opt.Share == 0 {
		return hint(usagef("audit draw: how many rows?"), "name the share that is to be found with --rate-at-least, or --samples")
	}
	if opt.Miss, err = chanceOf("--error", c.String("error")); err != nil {
		return err
	}
	if err = auditSeed(c, &opt.Ask); err != nil {
		return err
	}
	if opt.Columns, err = columnNames(c); err != nil {
		return err
	}
	if err = placed(c, c.Args().First()); err != nil {
		return err
	}
	if opt.Policy, err = signerPolicy(c.String("signer")); err != nil {
		return err
	}
	q, err := job.DrawAudit(c.Args().First(), opt)
	if err != nil {
		return discloseFault(err, c)
	}
	file, err := q.Format()
	if err != nil {
		return err
	}
	if err = writeBytes(e, c.String("output"), c.Bool("replace"), file); err != nil || e.quiet {
		return err
	}
	bad := commit.Bad(q.Root.Rows, q.Share)
	fmt.Fprintf(e.err, "%s of %s in table %s are asked for\n%s\n%s\n", counted(len(q.Rows), "row"), job.Thousands(q.Root.Rows), q.Table,
		job.AuditWords(q, bad, commit.Miss(q.Root.Rows, bad, int64(len(q.Rows)))), sourceWords(q))
	return nil
}

// auditSeed reads where the randomness comes from.
func auditSeed(c *cli.Context, a *commit.Ask) error {
	beacon, chosen := c.String("beacon"), c.String("insecure-seed")
	switch {
	case beacon != "" && chosen != "":
		return usagef("--beacon and --insecure-seed exclude each other")
	case (beacon != "") != (a.Beacon != ""):
		return hint(usagef("--beacon and --round go together"), "others must be able to look the value up, such as --round 'drand quicknet 1234567'")
	case len(a.Beacon) > 200 || !utf8.ValidString(a.Beacon) || strings.ContainsFunc(a.Beacon, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return usagef("--round has more than 200 bytes, or control characters, or is not utf-8")
	case beacon != "":
		a.Source = commit.Beacon
	case chosen != "":
		a.Source, beacon = commit.Insecure, chosen
	default:
		return nil
	}
	var err error
	if a.Seed, err = hex.DecodeString(beacon); err != nil || len(a.Seed) < commit.MinSeedSize || len(a.Seed) > commit.MaxSeedSize {
		return usagef("--%s: the value is not %d to %d bytes in hex", flagOf(a.Source), commit.MinSeedSize, commit.MaxSeedSize)
	}
	return nil
}

func flagOf(s commit.Source) string {
	if s == commit.Beacon {
		return "beacon"
	}
	return "insecure-seed"
}

// sourceWords says to whom the draw shows something.
func sourceWords(q *commit.Request) string {
	switch q.Source {
	case commit.Beacon:
		return fmt.Sprintf("drawn by the beacon %q: compare the value %s, and that the bundle was published before that round", q.Beacon, q.Seed)
	case commit.Nonce:
		return "drawn by randomness of the auditor's: it counts for the auditor, and for who trusts the auditor to have made it after the bundle was published"
	}
	return "INSECURE: drawn by a value that somebody chose; it counts for nobody else"
}

// chanceOf reads 0.01, 1% or 2^-40.
func chanceOf(flag, text string) (float64, error) {
	v := math.NaN()
	if exp, ok := strings.CutPrefix(text, "2^-"); ok {
		if k, err := strconv.ParseUint(exp, 10, 10); err == nil {
			v = math.Ldexp(1, -int(k))
		}
	} else if n, ok := strings.CutSuffix(text, "%"); ok {
		if p, err := strconv.ParseFloat(strings.TrimSpace(n), 64); err == nil {
			v = p / 100
		}
	} else if p, err := strconv.ParseFloat(text, 64); err == nil {
		v = p
	}
	if !(v > 0 && v < 1) {
		return 0, hint(usagef("%s: %q lies not between 0 and 1", flag, text), "write 1%, 0.01 or 2^-40")
	}
	return v, nil
}

func auditAnswerVerb() verb {
	return verb{
		name:  "answer",
		usage: "show the rows that a request asks for (the maker)",
		args:  "REQUEST PLACE",
		min:   2, max: 2,
		about: `Signature and hashes of the bundle are checked first, and that the request was drawn
for this very table. The answer is a file of shown cells like that of "verisim
disclose": whoever has it reads them. Answer one auditor, once.`,
		examples: []string{"verisim audit answer request.json out/fraud -i out/fraud.key -o answer.disclosure"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags:    showFlags("the answer"),
		run:      auditAnswer,
	}
}

func auditAnswer(ctx context.Context, e *env, c *cli.Context) error {
	q, err := readRequest(c.Args().First())
	if err != nil {
		return err
	}
	var opt job.AnswerOptions
	if opt.Workers, err = workers(c); err != nil {
		return err
	}
	if err = whole(c.Args().Get(1)); err != nil {
		return err
	}
	if err = placed(c, append(c.StringSlice("identity"), c.Args().Slice()...)...); err != nil {
		return err
	}
	if opt.Policy, err = signerPolicy(c.String("signer")); err != nil {
		return err
	}
	if opt.Identities, err = identities(e, c.StringSlice("identity")); err != nil {
		return err
	}
	d, err := job.AnswerAudit(ctx, c.Args().Get(1), q, opt)
	if err != nil {
		return discloseFault(err, c)
	}
	if err = writeDisclosure(e, c, d); err != nil || e.quiet {
		return err
	}
	fmt.Fprintln(e.err, answerWords(q))
	return nil
}

// answerWords says to the maker who may have chosen the rows.
func answerWords(q *commit.Request) string {
	if q.Source == commit.Beacon {
		return fmt.Sprintf("drawn by the beacon %q: if it has the value %s, the auditor could not choose the rows", q.Beacon, q.Seed)
	}
	return "drawn by a value of the auditor's, who may have tried many until some rows came: a beacon's round leaves no choice"
}

func readRequest(path string) (*commit.Request, error) {
	data, err := readShown(path)
	if err != nil {
		return nil, err
	}
	return commit.ParseRequest(data)
}
