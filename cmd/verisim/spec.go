package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/cmd/internal/preview"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/spec"
)

func specVerb() verb {
	return verb{
		name:  "spec",
		usage: "write and try declared data: init, check, preview, explain, schema",
		about: `A spec declares tables in YAML; "verisim generate SPEC" makes them. The language
is described in synth/spec/SPEC.md and by "verisim spec schema".`,
		examples: []string{
			"verisim spec init --from schema.sql > shop.yaml",
			"verisim spec check shop.yaml",
			"verisim spec preview shop.yaml --table order",
		},
		sub: []verb{specInitVerb(), specCheckVerb(), specPreviewVerb(), specExplainVerb(), specSchemaVerb()},
	}
}

func seedFlag() cli.Flag {
	return &cli.Uint64Flag{Name: "seed", Usage: "`SEED` of all draws (default: the spec's)"}
}

// loadSpec compiles a spec, and gives the seed that is asked for.
func loadSpec(c *cli.Context, path string) (*spec.Spec, synth.Seed, error) {
	s, err := spec.Load(path, spec.Options{Rows: c.Int64("rows")})
	if err != nil {
		return nil, 0, err
	}
	if c.IsSet("seed") {
		return s, synth.Seed(c.Uint64("seed")), nil
	}
	return s, s.Seed(), nil
}

func specCheckVerb() verb {
	return verb{
		name:  "check",
		usage: "find every mistake in a spec, before any row",
		args:  "SPEC",
		min:   1, max: 1,
		about: `Checks names, types, parameters, circles, correlations that no data have, unique
columns that are too small, and the rules under check:. All mistakes are told at
once. Then it says how many rows each table will have, exactly.`,
		examples: []string{"verisim spec check shop.yaml", "verisim spec check shop.yaml --json"},
		flags: []cli.Flag{
			seedFlag(),
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
		},
		run: specCheck,
	}
}

type checkedTable struct {
	Name    string `json:"name"`
	Rows    int64  `json:"rows"`
	Columns int    `json:"columns"`
}

func specCheck(_ context.Context, e *env, c *cli.Context) error {
	s, seed, err := loadSpec(c, c.Args().First())
	if err != nil {
		return err
	}
	gate, err := (&generation{model: s, seed: seed, check: s.Check()}).gate()
	if err != nil {
		return err
	}
	defer gate.close()
	var out []checkedTable
	for _, t := range s.Tables() {
		n, err := t.Rows(seed)
		if err != nil {
			return err
		}
		out = append(out, checkedTable{t.Name, n, t.Schema.NumFields()})
	}
	if c.Bool("json") {
		return printJSON(e.out, map[string]any{"name": s.Name(), "seed": seed, "tables": out})
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, t := range out {
		fmt.Fprintf(w, "%s\t%s rows\t%d columns\t\n", t.Name, job.Thousands(t.Rows), t.Columns)
	}
	return w.Flush()
}

func specPreviewVerb() verb {
	return verb{
		name:  "preview",
		usage: "show rows and the shape of each column",
		args:  "SPEC",
		min:   1, max: 1,
		about: `Shows the first rows of every table, or of --table, and below each column a
sparkline of its first 1,000 values: a histogram of numbers and times from the
least to the greatest, the commonest values of categories, the lengths of texts.`,
		examples: []string{"verisim spec preview shop.yaml", "verisim spec preview shop.yaml --table order -n 5"},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "table", Usage: "show only this `TABLE`"},
			&cli.IntFlag{Name: "show", Aliases: []string{"n"}, Value: 20, Usage: "show `N` rows"},
			&cli.IntFlag{Name: "width", Value: 28, Usage: "cut cells to `N` columns of text"},
			seedFlag(),
		},
		run: specPreview,
	}
}

// sparkRows is how many rows a sparkline is drawn from.
const sparkRows = 1000

func specPreview(ctx context.Context, e *env, c *cli.Context) error {
	show := c.Int("show")
	if show < 1 || show > sparkRows {
		return usagef("--show is %d; 1 to %d are possible", show, sparkRows)
	}
	if w := c.Int("width"); w < 4 || w > 1000 {
		return usagef("--width is %d; 4 to 1000 are possible", w)
	}
	s, seed, err := loadSpec(c, c.Args().First())
	if err != nil {
		return err
	}
	only := c.String("table")
	if only != "" {
		if _, err = synth.Find(s, only); err != nil {
			return tableError(s, only)
		}
	}
	for i, t := range s.Tables() {
		if only != "" && t.Name != only {
			continue
		}
		n, err := t.Rows(seed)
		if err != nil {
			return err
		}
		if i > 0 && only == "" {
			fmt.Fprintln(e.out)
		}
		fmt.Fprintf(e.out, "%s: %s rows\n", t.Name, job.Thousands(n))
		st, err := s.Generate(ctx, t.Name, seed, synth.Range{Count: min(n, sparkRows)})
		if err != nil {
			return err
		}
		for b, err := range st.Batches(ctx) {
			if err != nil {
				return err
			}
			if err := preview.Write(e.out, b, spec.Cell, preview.Options{Rows: show, Width: c.Int("width")}); err != nil {
				return err
			}
		}
	}
	return nil
}

func specExplainVerb() verb {
	return verb{
		name:  "explain",
		usage: "print a spec with everything that it leaves open",
		args:  "SPEC",
		min:   1, max: 1,
		about: `Prints every default, type and role, the exact numbers of rows, and how many
values unique columns and pools have room for. What it prints is a spec that
makes the same rows; the rules under check: are left out.`,
		examples: []string{"verisim spec explain shop.yaml"},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			s, _, err := loadSpec(c, c.Args().First())
			if err != nil {
				return err
			}
			return s.Explain(e.out)
		},
	}
}

func specSchemaVerb() verb {
	return verb{
		name:  "schema",
		usage: "print the language as a JSON Schema, for editors",
		about: `Editors complete and check a spec whose first line is
# yaml-language-server: $schema=spec.schema.json`,
		examples: []string{"verisim spec schema > spec.schema.json"},
		run: func(_ context.Context, e *env, _ *cli.Context) error {
			text, err := spec.JSONSchema()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(e.out, string(text))
			return err
		},
	}
}

func rowVerb() verb {
	return verb{
		name:  "row",
		usage: "show any row of declared data that nobody made",
		args:  "SPEC TABLE N",
		min:   3, max: 3,
		about: `Rows count from 0. Nothing but the row is made, so it takes as long for a table
of ten billion rows as for one of ten. Then it says which rows of other tables
are its parent and its children.`,
		examples: []string{"verisim row shop.yaml order 7312"},
		flags:    []cli.Flag{seedFlag(), &cli.BoolFlag{Name: "json", Usage: "print one JSON object"}},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			s, seed, err := loadSpec(c, c.Args().First())
			if err != nil {
				return err
			}
			name := c.Args().Get(1)
			if _, err = synth.Find(s, name); err != nil {
				return tableError(s, name)
			}
			var row int64
			if _, err := fmt.Sscanf(c.Args().Get(2)+"\n", "%d\n", &row); err != nil {
				return usagef("N is %q, and not a row's number from 0", c.Args().Get(2))
			}
			return showRow(e, c, s, seed, name, row)
		},
	}
}

func showRow(e *env, c *cli.Context, s *spec.Spec, seed synth.Seed, name string, row int64) error {
	b, err := s.Row(name, seed, row)
	if err != nil {
		return usagef("%v", err)
	}
	defer b.Release()
	children := map[string]synth.Range{}
	_, kids := s.Relatives(name)
	for _, k := range kids {
		r, err := s.Children(k, seed, row)
		if err != nil {
			return err
		}
		children[k] = r
	}
	if c.Bool("json") {
		cells := map[string]any{}
		for i, f := range b.Schema().Fields() {
			if a := b.Column(i); a.IsValid(0) {
				cells[f.Name] = string(spec.Cell(nil, a, 0))
			} else {
				cells[f.Name] = nil
			}
		}
		out := map[string]any{"table": name, "row": row, "cells": cells}
		if len(kids) > 0 {
			first := map[string][2]int64{}
			for k, r := range children {
				first[k] = [2]int64{r.First, r.Count}
			}
			out["children"] = first // first row and number of rows
		}
		return printJSON(e.out, out)
	}
	if err := preview.Record(e.out, b, 0, spec.Cell); err != nil {
		return err
	}
	for _, k := range kids {
		switch r := children[k]; r.Count {
		case 0:
			fmt.Fprintf(e.out, "-> no row of %s\n", k)
		case 1:
			fmt.Fprintf(e.out, "-> %s %d\n", k, r.First)
		default:
			fmt.Fprintf(e.out, "-> %s %d to %d\n", k, r.First, r.End()-1)
		}
	}
	return nil
}

func whoisVerb() verb {
	return verb{
		name:  "whois",
		usage: "find the row that has a value of a unique column",
		args:  "SPEC TABLE.COLUMN=VALUE",
		min:   2, max: 2,
		about: `Walks the column's permutation backwards: nothing is made but the row, and
nothing is searched. The column must be a key or unique: true.`,
		examples: []string{"verisim whois shop.yaml customer.email=eking22.46919@example.com"},
		exits:    []int{exitFindings},
		flags:    []cli.Flag{seedFlag(), &cli.BoolFlag{Name: "json", Usage: "print one JSON object"}},
		run:      whois,
	}
}

func whois(_ context.Context, e *env, c *cli.Context) error {
	place, value, ok := strings.Cut(c.Args().Get(1), "=")
	name, column, dot := strings.Cut(place, ".")
	if !ok || !dot {
		return hint(usagef("%q is not TABLE.COLUMN=VALUE", place), "such as customer.id=42")
	}
	s, seed, err := loadSpec(c, c.Args().First())
	if err != nil {
		return err
	}
	if _, err = synth.Find(s, name); err != nil {
		return tableError(s, name)
	}
	row, err := s.Whois(name, column, seed, value)
	if err != nil {
		return usagef("%v", err)
	}
	if row < 0 {
		return findings("no row of table %q has this value of %q", name, column)
	}
	if !c.Bool("json") {
		fmt.Fprintf(e.out, "%s %d\n", name, row)
	}
	return showRow(e, c, s, seed, name, row)
}
