package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

func suiteVerb() verb {
	return verb{
		name:  "suite",
		usage: "what suites can say, and whether one can fail",
		sub: []verb{{
			name:     "checks",
			usage:    "list every check of the catalogue, one line each",
			about:    "A check of a column stands under columns:, one of a table under checks:.",
			examples: []string{"verisim suite checks | grep distribution"},
			flags:    []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
			run:      suiteChecks,
		}, {
			name:  "test",
			usage: "try whether every check of a suite can fail",
			args:  "SUITE",
			min:   1, max: 1,
			about: `Rows are made that break one check each, as far as that can be done: a mutation
test for suites. Without --like, types are guessed from the suite and values
drawn from what it speaks of; with it, trials start from the first 3,000 rows of
real tables. Of each check it says:

  alone      it failed in some trial in which no other check did
  together   it failed, but only when others did: maybe it says nothing of its own
  NO POWER   it never failed, or never passed; exit code 3
  idle       it needs a history of runs, and there is none`,
			examples: []string{"verisim suite test suite.yaml", "verisim suite test suite.yaml --like claims.csv"},
			exits:    []int{exitFindings},
			flags: []cli.Flag{
				&cli.StringSliceFlag{Name: "like", Usage: "start from the rows of a table: `[NAME=]DATA`, may be repeated"},
				&cli.StringSliceFlag{Name: "reference", Usage: "a profile state, as in validate: `[TABLE=]FILE`"},
				&cli.StringSliceFlag{Name: "history", Usage: "an earlier result, as in validate: `FILE.json`"},
				customFlag(),
				&cli.Uint64Flag{Name: "seed", Usage: "`SEED` of what is drawn; the same seed makes the same trials"},
				&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			},
			run: suiteTest,
		}, importVerb(), exportVerb()},
	}
}

type listedCheck struct {
	Name      string `json:"name"`
	Scope     string `json:"scope"`
	Family    string `json:"family"`
	Dimension string `json:"dimension"`
	Whole     bool   `json:"whole"`
	About     string `json:"about"`
	Example   string `json:"example"`
}

func suiteChecks(_ context.Context, e *env, c *cli.Context) error {
	var all []listedCheck
	for _, d := range rule.Catalogue() {
		scope := "table"
		if d.Column() {
			scope = "column"
		}
		all = append(all, listedCheck{d.Name, scope, d.Family, string(d.Dimension), d.Whole(), d.About, d.Example})
	}
	if c.Bool("json") {
		return printJSON(e.out, all)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, d := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s: %s\n", d.Family, d.Scope, d.Name, d.About, d.Name, d.Example)
	}
	return w.Flush()
}

func suiteTest(ctx context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	suite, err := rule.Parse(path, data)
	if err != nil {
		return err
	}
	opt := rule.PowerOptions{Seed: c.Uint64("seed"), Like: map[string][]table.Batch{}}
	if opt.Reference, err = references(c.StringSlice("reference"), suite, path); err != nil {
		return err
	}
	if opt.History, err = histories(c.StringSlice("history")); err != nil {
		return err
	}
	custom, funcs, err := openPlugins(ctx, e, c)
	if err != nil {
		return err
	}
	defer func() { _ = custom.close() }() // its verdicts are in
	opt.Funcs = funcs
	schemas := rule.Guess(suite)
	if likes := c.StringSlice("like"); len(likes) > 0 {
		if schemas, err = likeTables(ctx, e, c, likes, opt.Like); err != nil {
			return err
		}
	}
	powers, err := rule.TestSuite(suite, schemas, opt)
	if err != nil {
		if len(c.StringSlice("like")) == 0 {
			return hint(err, "give the columns' types with type:, or rows to start from with --like DATA")
		}
		return err
	}
	weak := 0
	for _, p := range powers {
		if !p.Strong() && p.Idle == "" {
			weak++
		}
	}
	if c.Bool("json") {
		if err := printJSON(e.out, map[string]any{"version": 1, "suite": suite.Name, "checks": powers, "without_power": weak}); err != nil {
			return err
		}
	} else if err := printPowers(e, powers); err != nil {
		return err
	}
	if weak > 0 {
		return hint(findings("%d of %d checks have no power", weak, len(powers)), "a check that never fails proves nothing; one that never passes may contradict another")
	}
	return nil
}

// likeTables reads the first rows of tables that trials start from.
func likeTables(ctx context.Context, e *env, c *cli.Context, paths []string, into map[string][]table.Batch) (map[string]*arrow.Schema, error) {
	const most = 3000
	schemas := map[string]*arrow.Schema{}
	for _, arg := range paths {
		name, path := "", arg
		if n, p, ok := strings.Cut(arg, "="); ok && !exists(arg) {
			name, path = n, p
		}
		in, err := openInput(ctx, e, c, path)
		if err != nil {
			return nil, err
		}
		if name == "" && len(paths) > 1 {
			name = tableName(path, in.Stream)
		}
		head, err := table.Apply(in.Stream, table.Head(most))
		if err == nil {
			into[name], err = table.Collect(ctx, head)
		}
		schemas[name] = in.Stream.Schema()
		_ = in.Close() // it was read
		if err != nil {
			return nil, err
		}
	}
	return schemas, nil
}

func printPowers(e *env, powers []rule.Power) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, p := range powers {
		word, why := "", ""
		switch {
		case p.Idle != "":
			word, why = "idle", p.Idle
		case p.Failed == 0:
			word, why = "NO POWER", fmt.Sprintf("never failed in %d trials", p.Passed)
		case p.Passed == 0:
			word, why = "NO POWER", fmt.Sprintf("never passed in %d trials", p.Failed)
		case p.Alone > 0:
			word, why = "alone", fmt.Sprintf("failed %d times, %d of them alone", p.Failed, p.Alone)
		default:
			word, why = "together", fmt.Sprintf("failed %d times, never alone", p.Failed)
			if len(p.With) > 0 {
				why += "; always with " + strings.Join(p.With, ", ")
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", word, p.ID, why)
	}
	return w.Flush()
}
