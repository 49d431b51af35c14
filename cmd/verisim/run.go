package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/privacy/keys"
)

func runVerb() verb {
	return verb{
		name:  "run",
		usage: "make a bundle as a recipe says: make or read, clean, judge, seal, commit, sign",
		args:  "RECIPE",
		min:   1, max: 1,
		about: `The bundle is a directory with Arrow files, quality.json, report.html and a signed
manifest. It appears whole or not at all. Rows that break a rule are in its
quarantine folder, each with the rules that it broke, and in no table.

Where the recipe seals columns and names nobody for them, a fresh identity is
written beside the bundle, as OUT.key, and used again by later runs. Without
--signer the manifest is signed by a key that is then forgotten.

A check on a whole table that failed, or that could not be judged, is exit 3;
with --strict a row in quarantine is too. The bundle is there in both cases.`,
		examples: []string{
			"verisim run testdata/recipes/fraud.yaml -o out/fraud",
			"verisim run testdata/recipes/census.yaml --set input=census.csv.gz -o out/census --signer me.signer",
		},
		exits: []int{exitFindings, exitRefused, exitCorrupt},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "put the bundle at `OUT`"},
			&cli.StringSliceFlag{Name: "set", Usage: "set an input or a value of the recipe: `NAME=VALUE`, may be repeated"},
			&cli.StringFlag{Name: "signer", Usage: "sign the manifest with the signer in `FILE`, of \"keys new --sign\""},
			&cli.BoolFlag{Name: "replace", Usage: "replace a bundle that is at OUT"},
			&cli.BoolFlag{Name: "strict", Usage: "exit 3 if any row went to quarantine"},
			&cli.BoolFlag{Name: "json", Usage: "print the summary as one JSON object on stdout"},
			&cli.BoolFlag{Name: "insecure-allow-raw", Usage: "let personal columns of real origin leave in clear"},
			workersFlag(),
		},
		run: runRecipe,
	}
}

// softMemory is where the garbage collector starts to work harder, in bytes: a
// run holds about 250 MB at any number of rows, and is to stay under 500 MB.
const softMemory = 400 << 20

// tool is how the manifest names this program.
func tool() string { return "verisim " + release }

func runRecipe(ctx context.Context, e *env, c *cli.Context) error {
	n, err := workers(c)
	if err != nil {
		return err
	}
	if e.getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(softMemory))
	}
	recipe := c.Args().First()
	p := newProgress(e, "run")
	opt := job.Options{
		Out: c.String("output"), Replace: c.Bool("replace"), Workers: n, Stdin: e.in, Tool: tool(),
		Command: command(recipe, c.StringSlice("set"), c.String("output")), Progress: p.set,
		InsecureAllowRaw: c.Bool("insecure-allow-raw"),
	}
	if path := c.String("signer"); path != "" {
		if opt.Signer, err = keys.LoadSigner(path); err != nil {
			return err
		}
	}
	sum, err := job.Run(ctx, recipe, c.StringSlice("set"), opt)
	p.done()
	if err != nil {
		if x := (*bundle.ExistsError)(nil); errors.As(err, &x) && x.IsBundle {
			return hint(err, "choose another place, or --replace it")
		}
		return err
	}
	if c.Bool("json") {
		if err := printJSON(e.out, sum); err != nil {
			return err
		}
	} else if !e.quiet {
		printSummary(e.out, sum)
	}
	switch {
	case len(sum.Unmet) > 0:
		return findings("checks that failed on a whole table, or could not be judged: %s", strings.Join(sum.Unmet, ", "))
	case c.Bool("strict") && sum.Broken > 0:
		return findings("%s rows are in quarantine", job.Thousands(sum.Broken))
	}
	return nil
}

// command is what makes the same tables again.
func command(recipe string, set []string, out string) string {
	words := []string{"verisim", "run", recipe}
	for _, s := range set {
		words = append(words, "--set", s)
	}
	words = append(words, "-o", out)
	for i, w := range words {
		if strings.ContainsAny(w, " '\"$&|;<>()*?") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

func printSummary(w io.Writer, s *job.Summary) {
	fmt.Fprintf(w, "%s\n", s.Out)
	for _, t := range s.Tables {
		fmt.Fprintf(w, "  %-16s %14s rows", t.Name, job.Thousands(t.Rows))
		if t.Quarantined > 0 {
			fmt.Fprintf(w, ", %s in quarantine", job.Thousands(t.Quarantined))
		}
		if t.Repairs > 0 {
			fmt.Fprintf(w, ", %s repairs", job.Thousands(t.Repairs))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "  %s rows, %.1f MB in %.1f s, %s rows/s\n", job.Thousands(s.Rows), float64(s.Bytes)/1e6, s.Seconds, job.Thousands(int64(float64(s.Rows)/s.Seconds)))
	if l := s.Label; l != nil {
		fmt.Fprintf(w, "  %s: %s of %s\n", l.Column, job.Percent(l.Share), l.Table)
	}
	if s.Checks > 0 {
		fmt.Fprintf(w, "  checks: %d of %d passed, %d failed\n", s.Passed, s.Checks, s.Failed)
	}
	if len(s.Proved) > 0 {
		fmt.Fprintf(w, "  proved to anybody, %d bits: %d statements\n", s.SoundnessBits, len(s.Proved))
	}
	for _, x := range s.Sealed {
		fmt.Fprintf(w, "  sealed %s: %s for %s\n", x.Table, strings.Join(x.Columns, ", "), strings.Join(x.Recipients, ", "))
	}
	switch {
	case s.KeyFile != "" && s.KeyFresh:
		fmt.Fprintf(w, "  the key is %s, made now: whoever has it opens what is sealed\n", s.KeyFile)
	case s.KeyFile != "":
		fmt.Fprintf(w, "  the key is %s, of a former run\n", s.KeyFile)
	}
	if s.SignerPinned {
		fmt.Fprintf(w, "  signed by %s\n", s.Signer)
	} else {
		fmt.Fprintf(w, "  signed by %s, made for this run and forgotten\n", s.Signer)
	}
}
