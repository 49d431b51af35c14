package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/realism"
)

// fileSource opens tables that lie in files, as often as asked.
type fileSource struct {
	e     *env
	c     *cli.Context
	names []string
	paths map[string]string
}

func (s *fileSource) Tables() []string { return s.names }

// Open starts a table. Its file is closed when the context ends.
func (s *fileSource) Open(ctx context.Context, name string) (table.Stream, error) {
	path, ok := s.paths[name]
	if !ok {
		return nil, hint(usagef("there is no table %q among the files", name), "tables are "+strings.Join(s.names, ", "))
	}
	in, err := openInput(ctx, s.e, s.c, path)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = in.Close() })
	return in.Stream, nil
}

// files lists the tables of the arguments: files, or folders of them.
func (s *fileSource) files(args []string) error {
	put := func(name, path string) error {
		if _, twice := s.paths[name]; twice {
			return hint(usagef("two tables are called %q", name), "write NAME=FILE")
		}
		s.names = append(s.names, name)
		s.paths[name] = path
		return nil
	}
	for _, arg := range args {
		name, path := "", arg
		if n, p, ok := strings.Cut(arg, "="); ok && !exists(arg) {
			name, path = n, p
		}
		st, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !st.IsDir() {
			if name == "" {
				name, _, _ = strings.Cut(filepath.Base(path), ".")
			}
			if err = put(name, path); err != nil {
				return err
			}
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			file := filepath.Join(path, entry.Name())
			if _, _, err := catalog.ByPath(file); err != nil || entry.IsDir() {
				continue
			}
			stem, _, _ := strings.Cut(entry.Name(), ".")
			if err := put(stem, file); err != nil {
				return err
			}
		}
	}
	if len(s.names) == 0 {
		return usagef("there is no table in %s", strings.Join(args, ", "))
	}
	return nil
}

// fewPositives is where the learners' figures begin to mean something: the bands
// of AUC are .04 to .05 wide, its standard error is about sqrt(AUC(1-AUC)/n) with
// n positives in the test (after Hanley and McNeil 1982): .025 at AUC .9 and 144
// of them, and a test's week holds about a tenth of all.
const fewPositives = 1500

// judgeRealism asks whether labelled transactions look real.
func judgeRealism(ctx context.Context, e *env, c *cli.Context) error {
	for _, other := range []string{"suite", "good", "quarantine", "report", "reference", "history", "custom"} {
		if c.IsSet(other) {
			return usagef("--realism measures tables as they are and takes no --%s", other)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n, err := workers(c)
	if err != nil {
		return err
	}
	src := &fileSource{e: e, c: c, paths: map[string]string{}}
	if err = src.files(c.Args().Slice()); err != nil {
		return err
	}
	in := realism.Input{Source: src, Workers: n}
	if in.Mapping, in.Targets, err = realismMapping(c.String("realism")); err != nil {
		return err
	}
	if h := in.Mapping.HardNegatives.Table; in.Targets != nil && !slices.Contains(src.names, h) {
		// A table that few have: without it, R12 is neither measured nor asked for.
		in.Mapping.HardNegatives = realism.Truth{}
		in.Targets = slices.DeleteFunc(in.Targets, func(t realism.Target) bool { return t.ID == "r12.hard" })
	}
	r, err := realism.Judge(ctx, in)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		if err = printJSON(e.out, map[string]any{"version": 1, "rows": r.Rows, "positives": r.Positives, "results": r.Results}); err != nil {
			return err
		}
	} else if err = printRealism(e, r); err != nil {
		return err
	}
	if !r.Passed() {
		missed := 0
		for _, x := range r.Results {
			if !x.Pass {
				missed++
			}
		}
		err = findings("%d of %d measures miss their target", missed, len(r.Results))
		if r.Positives < fewPositives {
			err = hint(err, fmt.Sprintf("%d positive rows are few: below %d the learners' figures are mostly noise; make more customers and days", r.Positives, fewPositives))
		}
		return err
	}
	return nil
}

// realismMapping reads "card", "card:COUNTRY", "aml-hi", "aml-li", or a mapping
// file.
func realismMapping(word string) (realism.Mapping, []realism.Target, error) {
	if kind, country, _ := strings.Cut(word, ":"); kind == "card" && !exists(word) {
		return realism.CardMapping(country), realism.CardTargets(), nil
	}
	if (word == "aml-hi" || word == "aml-li") && !exists(word) {
		return realism.TransferMapping(), realism.LaunderingTargets(word == "aml-hi"), nil
	}
	data, err := os.ReadFile(word)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(word, "./") {
		err = usagef("there is no mapping %q and no file of that name", word)
	}
	if err != nil {
		return realism.Mapping{}, nil, hint(err, "--realism takes card, card:COUNTRY, aml-hi, aml-li, or a mapping file")
	}
	var m realism.Mapping
	err = document.Decode(word, data, &m)
	return m, nil, err
}

func printRealism(e *env, r realism.Report) error {
	fmt.Fprintf(e.out, "%d transactions, %d of them positive\n", r.Rows, r.Positives)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, x := range r.Results {
		verdict, target := "", ""
		if x.Source != "" {
			verdict, target = "met", fmt.Sprintf("%g to %g (%s)", x.Low, x.High, x.Source)
			if x.High > 1e300 {
				target = fmt.Sprintf("at least %g (%s)", x.Low, x.Source)
			}
		}
		if !x.Pass {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "%s\t%s\t%.4g\t%s\t%s\n", verdict, x.ID, x.Value, target, x.Note)
	}
	return w.Flush()
}
