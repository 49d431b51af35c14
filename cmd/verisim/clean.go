package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/clean"
)

func cleanVerb() verb {
	var steps string
	for _, d := range clean.Catalogue() {
		steps += fmt.Sprintf("  %-16s %s\n", d.Name, d.About)
	}
	return verb{
		name:  "clean",
		usage: "repair a table, with every change on record",
		args:  "DATA",
		min:   1, max: 1,
		about: `The recipe is a YAML list of steps, done in the order written:

` + steps + `
--audit keeps one row for each changed cell (row, column, rule) and each dropped
row; values only with --insecure-values. Without -o nothing is written and the
changes are counted: a dry run. The same input gives the same bytes.`,
		examples: []string{
			"verisim clean claims.csv -r repairs.yaml",
			"verisim clean claims.csv -r repairs.yaml -o clean.parquet --audit changes.csv",
		},
		exits: []int{exitCorrupt},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "recipe", Aliases: []string{"r"}, Usage: "repair by the steps in `FILE`"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the repaired table to `FILE`, - for stdout"},
			&cli.StringFlag{Name: "audit", Usage: "write the record of changes to `FILE`"},
			&cli.BoolFlag{Name: "insecure-values", Usage: "write old and new values to the audit"},
			&cli.BoolFlag{Name: "json", Usage: "print the counts of changes as JSON"},
			workersFlag(),
		}, writeFlags()),
		run: cleanTable,
	}
}

func cleanTable(ctx context.Context, e *env, c *cli.Context) (err error) {
	path, out, audit := c.String("recipe"), c.String("output"), c.String("audit")
	if path == "" {
		return hint(usagef("clean: no recipe"), "name one with -r")
	}
	for _, to := range []string{out, audit} {
		if err = notSame(c.Args().First(), to); to != "" && err != nil {
			return err
		}
	}
	if err = free(c.Bool("replace"), out, audit); err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	recipe, err := clean.Parse(path, data)
	if err != nil {
		return err
	}
	in, err := openInput(ctx, e, c, c.Args().First())
	if err != nil {
		return err
	}
	defer in.Close()
	opt := clean.Options{Table: tableName(c.Args().First(), in.Stream), InsecureValues: c.Bool("insecure-values")}
	var made []output
	defer func() {
		if err != nil {
			for _, o := range made {
				_ = o.Abort() // the first error is the one that matters
			}
		}
	}()
	var record output
	if audit != "" {
		if record, err = createOutput(e, c, audit, "", opt.AuditSchema()); err != nil {
			return err
		}
		made = append(made, record)
		opt.Audit = func(*arrow.Schema) (table.Writer, error) { return unclosed{record}, nil }
	}
	plan, err := clean.Compile(recipe, in.Stream.Schema(), opt)
	if err != nil {
		return err
	}
	st, err := plan.Stage()(in.Stream)
	if err != nil {
		return err
	}
	var dst output = discard{}
	if out != "" {
		if dst, err = createOutput(e, c, out, "", st.Schema()); err != nil {
			return err
		}
		made = append(made, dst)
	}
	p := newProgress(e, "clean")
	_, err = table.Copy(ctx, dst, p.watch(st))
	p.done()
	if err != nil {
		return err
	}
	for _, o := range made {
		if err = o.Close(); err != nil {
			return err
		}
	}
	return showChanges(e, c, plan)
}

// unclosed leaves the end of a file to the command, which knows whether all
// went well.
type unclosed struct{ table.Writer }

func (unclosed) Close() error { return nil }

func showChanges(e *env, c *cli.Context, plan *clean.Plan) error {
	changes := plan.Changes()
	if c.Bool("json") && c.String("output") != "-" {
		return printJSON(e.out, map[string]any{"version": 1, "rows": plan.Rows(), "kept": plan.Kept(), "changes": changes})
	}
	w := e.out
	if c.String("output") == "-" {
		w = e.err
	}
	if e.quiet {
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, ch := range changes {
		what := "changed"
		if ch.Column == "" {
			what = "dropped"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", ch.Rule, ch.Column, job.Thousands(ch.Rows), what)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s rows, %s kept\n", job.Thousands(plan.Rows()), job.Thousands(plan.Kept()))
	return err
}
