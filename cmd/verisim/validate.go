package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
	"github.com/verisim/verisim/quality/profile"
	reports "github.com/verisim/verisim/quality/report"
	"github.com/verisim/verisim/quality/rule"
)

func validateVerb() verb {
	return verb{
		name:  "validate",
		usage: "judge tables by a suite of rules",
		args:  "DATA...",
		min:   1, max: -1,
		about: `The suite is strict: an unknown key, an absent column, a table without rows and
a check without rows to judge are errors, never a pass. Several files are the
tables of one suite; each is called as its file, or NAME=FILE. Exit code 3 says
that a check of level critical or error was broken.

--good and --quarantine split tables: a row that breaks such a check goes to
quarantine with its number and every rule that it broke, all others pass on, in
order. Of several tables each has a file in a folder, or the one of NAME=FILE.
Columns of role direct, or marked pii, are hashed in quarantine. Where keys are
checked, a file is read twice; stdin cannot be, and a check that is settled only
by a later row is refused there.

--report may be repeated; its ending tells the form: .json, .html, .xml (JUnit),
.sarif, .prom (OpenMetrics), .odcs, .txt.

--suggest proposes a suite instead: rules drawn from four fifths of the rows and
tested on the last fifth. With --private the proposal is differentially private,
one row the unit.`,
		examples: []string{
			"verisim validate --suggest claims.csv > suite.yaml",
			"verisim validate claims.csv -s suite.yaml --report claims.html --report claims.sarif",
			"verisim validate claims.csv -s suite.yaml --good good.parquet --quarantine bad.arrow",
			"verisim validate orders.csv customers.csv -s shop.yaml --good passed/ --quarantine held/",
			"verisim generate finance --set days=60 -o bank && verisim validate bank --realism card:US",
			"verisim generate finance --table transactions -n 100000 --format arrows | verisim validate - -s suite.yaml",
		},
		exits: []int{exitFindings, exitCorrupt},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "suite", Aliases: []string{"s"}, Usage: "judge by the rules in `FILE`"},
			&cli.StringSliceFlag{Name: "good", Usage: "write the rows that pass to `PLACE`: a file; of several tables a folder, or NAME=FILE, may be repeated"},
			&cli.StringSliceFlag{Name: "quarantine", Usage: "write the rows that fail to `PLACE`, as --good"},
			&cli.BoolFlag{Name: "insecure-clear", Usage: "write personal columns to quarantine as they are"},
			&cli.StringSliceFlag{Name: "reference", Usage: "compare distributions with a profile state: `[TABLE=]FILE`, may be repeated"},
			&cli.StringSliceFlag{Name: "history", Usage: "an earlier --report of the suite, `FILE.json`, oldest first, may be repeated"},
			&cli.StringSliceFlag{Name: "report", Usage: "write the verdict to `FILE`, may be repeated"},
			&cli.BoolFlag{Name: "json", Usage: "print the verdict as JSON"},
			&cli.BoolFlag{Name: "suggest", Usage: "propose a suite for the tables"},
			&cli.BoolFlag{Name: "private", Usage: "with --suggest: propose under differential privacy"},
			&cli.Float64Flag{Name: "epsilon", Value: 1, Usage: "with --private: the budget of each table, `EPSILON`"},
			&cli.StringFlag{Name: "realism", Usage: "instead of a suite: do labelled transactions look real? `MAPPING` is card, card:COUNTRY, aml-hi, aml-li, or a file"},
			&cli.IntFlag{Name: "memory", Value: 256, Usage: "keep at most so many `MIB` of keys in memory before they go to disk"},
			customFlag(),
			workersFlag(),
		}, writeFlags()),
		run: validate,
	}
}

func validate(ctx context.Context, e *env, c *cli.Context) error {
	if c.Bool("suggest") {
		return suggestSuite(ctx, e, c)
	}
	if c.String("realism") != "" {
		return judgeRealism(ctx, e, c)
	}
	if c.String("suite") == "" {
		return hint(usagef("validate: no suite"), "name one with -s, or propose one with --suggest")
	}
	v := &validation{e: e, c: c}
	defer v.close()
	if err := v.prepare(ctx); err != nil {
		return err
	}
	r, err := v.judge(ctx)
	if errors.Is(err, key.ErrMemory) {
		return hint(err, "allow more with --memory")
	}
	if r == nil {
		return err
	}
	if ending := v.custom.close(); ending != nil {
		return ending
	}
	if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
		return err
	}
	if writing := v.write(r); writing != nil {
		return writing
	}
	if err != nil {
		return &coded{err, exitFindings}
	}
	if !r.OK() {
		failed, broken := r.Count(rule.Fail), r.Count(rule.Broken)
		switch {
		case r.Scores.Short != "":
			return findings("the suite requires more: %s", r.Scores.Short)
		case broken > 0:
			return findings("%d of %d checks failed and %d could not be judged", failed, len(r.Checks), broken)
		}
		return findings("%d of %d checks failed", failed, len(r.Checks))
	}
	return nil
}

// validation is one run of validate.
type validation struct {
	e      *env
	c      *cli.Context
	inputs []*input
	plan   *rule.Plan
	states []*profile.State // for the HTML page, by input
	tables int              // inputs that are tables; the rest are second openings
	good   []string         // where the rows go, by table; nil: nowhere
	bad    []string
	folder []string // folders among these places
	custom plugins
}

func (v *validation) close() {
	_ = v.custom.close() // what matters was told before
	for _, in := range v.inputs {
		_ = in.Close()
	}
}

func (v *validation) prepare(ctx context.Context) error {
	c := v.c
	for _, p := range c.StringSlice("report") {
		if _, err := reports.OutputOf(p); err != nil {
			return usagef("--%v", err)
		}
	}
	if err := free(c.Bool("replace"), c.StringSlice("report")...); err != nil {
		return err
	}
	path := c.String("suite")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	suite, err := rule.Parse(path, data)
	if err != nil {
		return err
	}
	if v.inputs, err = openInputs(ctx, v.e, c, openJudged); err != nil {
		return err
	}
	v.tables = len(v.inputs)
	if v.good, err = v.splitPlaces("good"); err != nil {
		return err
	}
	if v.bad, err = v.splitPlaces("quarantine"); err != nil {
		return err
	}
	if err = v.freeSplits(); err != nil {
		return err
	}
	opt := rule.Options{MemoryBytes: int64(c.Int("memory")) << 20}
	if v.custom, opt.Funcs, err = openPlugins(ctx, v.e, c); err != nil {
		return err
	}
	if opt.Reference, err = references(c.StringSlice("reference"), suite, path); err != nil {
		return err
	}
	if opt.History, err = histories(c.StringSlice("history")); err != nil {
		return err
	}
	schemas := map[string]*arrow.Schema{}
	for _, in := range v.inputs {
		schemas[in.name] = in.Stream.Schema()
	}
	if v.plan, err = rule.Compile(suite, schemas, opt); err != nil {
		return err
	}
	return v.known()
}

// known refuses tables that the suite does not judge.
func (v *validation) known() error {
	if len(v.inputs) == 1 {
		v.inputs[0].name = ""
		if names := v.plan.Tables(); len(names) > 1 {
			return usagef("the suite judges the tables %s, and one was given", strings.Join(names, ", "))
		}
		return nil
	}
	for _, in := range v.inputs {
		if !slices.Contains(v.plan.Tables(), in.name) {
			err := usagef("the suite has no rule for table %q", in.name)
			return hint(err, "its tables are "+strings.Join(v.plan.Tables(), ", ")+"; write NAME="+in.path)
		}
	}
	return nil
}

// wantsProfiles says whether some output draws the tables' profiles.
func (v *validation) wantsProfiles() bool {
	return slices.ContainsFunc(v.c.StringSlice("report"), func(p string) bool {
		o, err := reports.OutputOf(p)
		return err == nil && o.Name == "html"
	})
}

func (v *validation) judge(ctx context.Context) (*rule.Result, error) {
	n, err := workers(v.c)
	if err != nil {
		return nil, err
	}
	p := newProgress(v.e, "validate")
	defer p.done()
	streams := make([]table.Stream, len(v.inputs))
	for i, in := range v.inputs {
		st := p.watch(in.Stream)
		if v.wantsProfiles() {
			state := profile.New(st.Schema(), profile.Options{})
			v.states = append(v.states, state)
			if st, err = profile.Tap(state)(st); err != nil {
				return nil, err
			}
		}
		streams[i] = st
	}
	if v.good != nil || v.bad != nil {
		return v.split(ctx, streams)
	}
	s := v.plan.New()
	defer s.Close()
	for i, in := range v.inputs {
		if err := s.AddStream(ctx, in.name, streams[i], n); err != nil {
			return nil, err
		}
	}
	return s.Finish()
}

// write draws every output from the one result.
func (v *validation) write(r *rule.Result) error {
	opt := reports.OutputOptions{Title: r.Suite, Tool: tool()}
	for i, s := range v.states {
		p := s.Profile()
		p.Table = v.inputs[i].name
		if p.Table == "" {
			p.Table = tableName(v.inputs[i].path, v.inputs[i].Stream)
		}
		opt.Profiles = append(opt.Profiles, p)
	}
	for _, path := range v.c.StringSlice("report") {
		o, err := reports.OutputOf(path)
		if err != nil {
			return err
		}
		if err = writeWhole(v.e, path, v.c.Bool("replace"), func(w io.Writer) error { return o.Write(w, r, opt) }); err != nil {
			return err
		}
	}
	switch {
	case slices.Contains(v.good, "-") || slices.Contains(v.bad, "-"):
		if v.e.quiet {
			return nil
		}
		return reports.WriteText(v.e.err, r) // stdout is data
	case v.c.Bool("json"):
		return reports.WriteJSON(v.e.out, reports.Document{Tool: tool(), Tables: opt.Profiles, Result: r})
	}
	return reports.WriteText(v.e.out, r)
}
