package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
	reports "github.com/verisim/verisim/quality/report"
)

func profileVerb() verb {
	return verb{
		name:  "profile",
		usage: "say what is in a table, in one pass",
		args:  "DATA",
		min:   0, max: 1,
		about: `Types, nulls, distinct values, extremes, quantiles, frequent values, shapes,
keys, dependencies, and columns that look personal. -o keeps the state: it
merges with others, and is what validate compares distributions with. A state
holds a sample of rows, and must be kept as safe as the table, unless it was
made with --no-values. The result is the same on any number of workers.`,
		examples: []string{
			"verisim profile census.csv --html census.html",
			"verisim profile march.parquet -o march.state --quiet --json > march.json",
			"verisim profile merge january.state february.state -o winter.state",
		},
		exits: []int{exitCorrupt},
		flags: slices.Concat(readFlags(), profileOutputs(), []cli.Flag{
			&cli.BoolFlag{Name: "no-values", Usage: "keep no sample of rows and no text, so that the state can be handed on"},
			workersFlag(),
		}),
		sub: []verb{{
			name:  "merge",
			usage: "put profile states of parts together, or show one",
			args:  "STATE...",
			min:   1, max: -1,
			about:    "The merged state is that of all rows, bit for bit, as if they had been profiled\ntogether. States must come from tables of one schema and the same options.",
			examples: []string{"verisim profile merge a.state b.state -o all.state --html all.html"},
			exits:    []int{exitCorrupt},
			flags:    profileOutputs(),
			run:      mergeProfiles,
		}},
		run: profileTable,
	}
}

func profileOutputs() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the state in `FILE`"},
		&cli.StringFlag{Name: "html", Usage: "draw a self-contained page in `FILE`"},
		&cli.BoolFlag{Name: "json", Usage: "print the profile as JSON"},
		&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
	}
}

func profileTable(ctx context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	if path == "" {
		return hint(usagef("verisim profile: DATA is missing"), "see verisim profile --help")
	}
	if err := free(c.Bool("replace"), c.String("output"), c.String("html")); err != nil {
		return err
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	in, err := openJudged(ctx, e, c, path)
	if err != nil {
		return err
	}
	defer in.Close()
	p := newProgress(e, "profile")
	s, err := profile.Read(ctx, p.watch(in.Stream), profile.Options{Workers: n, NoValues: c.Bool("no-values")})
	p.done()
	if err != nil {
		return err
	}
	return showProfile(e, c, tableName(path, in.Stream), s)
}

// tableName is what a table calls itself, else its file's name without endings.
func tableName(path string, s table.Stream) string {
	if facts, err := table.FactsOf(s.Schema()); err == nil && facts.Name != "" {
		return facts.Name
	}
	if path == "-" {
		return ""
	}
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	return name
}

func mergeProfiles(_ context.Context, e *env, c *cli.Context) error {
	if err := free(c.Bool("replace"), c.String("output"), c.String("html")); err != nil {
		return err
	}
	var all *profile.State
	for _, path := range c.Args().Slice() {
		s, err := readState(path)
		if err != nil {
			return err
		}
		if all == nil {
			all = s
		} else if err := all.Merge(s); err != nil {
			return fmt.Errorf("merge %q: %w", path, err)
		}
	}
	name := ""
	if facts, err := table.FactsOf(all.Schema()); err == nil {
		name = facts.Name
	}
	return showProfile(e, c, name, all)
}

func readState(path string) (*profile.State, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := new(profile.State)
	if err := s.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("read profile state %q: %w", path, err)
	}
	return s, nil
}

func showProfile(e *env, c *cli.Context, name string, s *profile.State) error {
	p := s.Profile()
	p.Table = name
	replace := c.Bool("replace")
	if path := c.String("output"); path != "" {
		data, err := s.MarshalBinary()
		if err != nil {
			return err
		}
		if path == "-" && e.outTerminal {
			return hint(usagef("a profile state is binary, and stdout is a terminal"), "send it to a file with -o, or pipe it")
		}
		if err := writeBytes(e, path, replace, data); err != nil {
			return err
		}
		if path == "-" {
			return nil
		}
	}
	if path := c.String("html"); path != "" {
		page := reports.PageOf(name, []*profile.Profile{p}, nil)
		page.Tool = tool()
		page.Facts = []reports.Fact{{Name: "Rows", Value: job.Thousands(p.Rows)}, {Name: "Columns", Value: fmt.Sprint(len(p.Columns))}}
		if err := writeWhole(e, path, replace, func(w io.Writer) error { return reports.WriteHTML(w, page) }); err != nil {
			return err
		}
		if path == "-" {
			return nil
		}
	}
	switch {
	case c.Bool("json"):
		return reports.WriteJSON(e.out, reports.Document{Tool: tool(), Tables: []*profile.Profile{p}})
	case e.quiet:
		return nil
	}
	return reports.WriteSummary(e.out, p)
}
