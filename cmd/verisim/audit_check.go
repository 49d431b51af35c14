package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/quality/rule"
)

func auditCheckVerb() verb {
	return verb{
		name:  "check",
		usage: "hold an answer against its request, and judge the rows (the auditor)",
		args:  "REQUEST ANSWER",
		min:   2, max: 2,
		about: `Every drawn row must be there, each cell as it was committed to. Rules are those of
a suite that look at one row, or expressions. If some of the rows break a rule that
lets none, the exit code is 3. The chance that is stated is about the draw: it is no
probability that the table is good.

The request is the auditor's own file; with --against its commitment is held against
the signed manifest again, as somebody does who got both files from others.`,
		examples: []string{
			"verisim audit check request.json answer.disclosure --rule 'age >= 18'",
			"verisim audit check request.json answer.disclosure -s suite.yaml --against manifest.json --signer 'SHA256:...' -o rows.csv",
		},
		exits: []int{exitFindings, exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat([]cli.Flag{
			&cli.StringSliceFlag{Name: "rule", Usage: "judge the rows by `EXPR`, which is to be true; may be repeated"},
			&cli.StringFlag{Name: "suite", Aliases: []string{"s"}, Usage: "judge the rows by the suite in `FILE`"},
			&cli.StringFlag{Name: "against", Usage: "the request must be about the bundle at `PLACE`, of which its manifest.json is enough"},
			signerFlag(" of it"),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the shown rows to `FILE`, or - for stdout"},
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
			workersFlag(),
		}, writeFlags()),
		run: auditCheck,
	}
}

func auditCheck(ctx context.Context, e *env, c *cli.Context) error {
	if c.IsSet("signer") && !c.IsSet("against") {
		return hint(usagef("--signer is of a manifest"), "name the bundle with --against")
	}
	if c.String("output") == "-" && c.Bool("json") {
		return usagef("--json and -o - both want stdout")
	}
	if err := apart(c.String("output"), append(c.Args().Slice(), c.String("suite"), c.String("against"))...); err != nil {
		return err
	}
	q, err := readRequest(c.Args().First())
	if err != nil {
		return err
	}
	d, err := readDisclosure(c.Args().Get(1))
	if err != nil {
		return err
	}
	opt := job.AuditOptions{Against: c.String("against")}
	if opt.Policy, err = signerPolicy(c.String("signer")); err != nil {
		return err
	}
	if opt.Suite, err = auditSuite(c); err != nil {
		return err
	}
	got, err := job.CheckAudit(q, d, opt)
	if err != nil {
		return err
	}
	if err = writeDrawn(ctx, e, c, q, got); err != nil {
		return err
	}
	if err = printAudit(e, c, q, got); err != nil {
		return err
	}
	if bad := got.Contradicted(); len(bad) > 0 {
		return findings("the drawn rows contradict %s: %s", counted(len(bad), "rule"), strings.Join(bad, ", "))
	}
	return nil
}

// auditSuite reads --suite and --rule; nil if there is neither.
func auditSuite(c *cli.Context) (*rule.Suite, error) {
	var suite *rule.Suite
	if path := c.String("suite"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if suite, err = rule.Parse(path, text); err != nil {
			return nil, err
		}
	}
	for _, src := range c.StringSlice("rule") {
		if _, err := expr.Parse(src); err != nil {
			return nil, exprError("--rule", err)
		}
		text, err := json.Marshal(map[string]any{"suite": "rule", "checks": []any{map[string]string{"expr": src}}})
		if err != nil {
			return nil, err
		}
		one, err := rule.Parse("--rule", text) // JSON is YAML
		if err != nil {
			return nil, err
		}
		one.Checks[0].ID = src
		if suite == nil {
			suite = one
			continue
		}
		suite.Checks = append(suite.Checks, one.Checks...)
	}
	return suite, nil
}

// writeDrawn writes the shown rows as a table.
func writeDrawn(ctx context.Context, e *env, c *cli.Context, q *commit.Request, got *job.Audited) error {
	to := c.String("output")
	if to == "" {
		return nil
	}
	b := job.Numbered(q.Rows, got.Cells)
	out, err := createOutput(e, c, to, "csv", b.Schema())
	if err != nil {
		return err
	}
	_, err = copyTable(ctx, newProgress(e, "audit"), out, table.FromBatches(b.Schema(), b))
	return err
}

// auditJSON is the form of --json.
type auditJSON struct {
	Answers bool   `json:"answers"`
	Table   string `json:"table"`
	Root    string `json:"root"`
	Of      int64  `json:"table_rows"`
	Rows    int    `json:"rows"`
	Source  string `json:"source"`
	Beacon  string `json:"beacon,omitempty"`
	Seed    string `json:"seed"`
	// Missed is the chance with which the draw would have met none of Bad rows.
	Bad     int64            `json:"bad_rows"`
	Missed  float64          `json:"miss"`
	Rules   []job.JudgedRule `json:"rules"`
	Skipped []job.Unproved   `json:"not_judged"`
	Signer  string           `json:"signer,omitempty"`
	Pinned  bool             `json:"signer_pinned"`
}

func printAudit(e *env, c *cli.Context, q *commit.Request, got *job.Audited) error {
	if c.Bool("json") {
		return printJSON(e.out, auditJSON{
			Answers: true, Table: q.Table, Root: q.Root.Table, Of: q.Root.Rows, Rows: len(q.Rows),
			Source: string(q.Source), Beacon: q.Beacon, Seed: q.Seed, Bad: got.Bad, Missed: got.Miss,
			Rules: append([]job.JudgedRule{}, got.Judged...), Skipped: append([]job.Unproved{}, got.Skipped...),
			Signer: got.Signer, Pinned: got.Pinned,
		})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s answers %s: %s of %s in table %s, each cell as it was committed to\n",
		c.Args().Get(1), c.Args().First(), counted(len(q.Rows), "row"), job.Thousands(q.Root.Rows), q.Table)
	if got.Signer != "" {
		fmt.Fprintln(&b, signedBy(got.Signer, got.Pinned))
	}
	for _, j := range got.Judged {
		fmt.Fprintf(&b, "  %s: %s of %s broke it\n", j.Rule, job.Thousands(j.Broken), counted(len(q.Rows), "row"))
		if rest := int64(len(q.Rows)) - j.Judged; rest > 0 {
			fmt.Fprintf(&b, "    %s of them it does not apply to, such as missing values\n", job.Thousands(rest))
		}
		if j.Broken > 0 {
			fmt.Fprintf(&b, "    of the table, %s rows or more do (%s), and %s or fewer (%s), each with confidence %s\n",
				job.Thousands(j.Least), job.Percent(float64(j.Least)/float64(q.Root.Rows)),
				job.Thousands(j.Most), job.Percent(float64(j.Most)/float64(q.Root.Rows)), job.Chance(q.Miss))
		}
	}
	for _, s := range got.Skipped {
		fmt.Fprintf(&b, "  not judged: %s: %s\n", s.Rule, s.Why)
	}
	if len(got.Judged) == 0 {
		fmt.Fprintln(&b, "  no rule judged the rows: name some with --rule or --suite, or look at them with -o")
	}
	fmt.Fprintf(&b, "%s\n%s\n", job.AuditWords(q, got.Bad, got.Miss), sourceWords(q))
	w := e.out
	if c.String("output") == "-" { // stdout is data
		if e.quiet {
			return nil
		}
		w = e.err
	}
	_, err := w.Write(b.Bytes())
	return err
}
