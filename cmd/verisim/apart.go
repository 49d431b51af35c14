package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/catalog"
)

// apart refuses an output that is one of the files that are read, or lies in a
// bundle: --replace is for what a command wrote, and neither for the only copy of a
// key nor for a file that a manifest lists.
func apart(out string, inputs ...string) error {
	if out == "" || out == "-" {
		return nil
	}
	for _, in := range inputs {
		if err := notSame(in, out); err != nil {
			return err
		}
		if in != "" && bundle.IsBundle(in) && liesIn(out, in) {
			return hint(usagef("output %q lies in the bundle %q, which would not hold then", out, in), "write to another place")
		}
	}
	return nil
}

// placed says whether --output may be written: to a place that is free, or that
// --replace gives away, and that is none of the inputs.
func placed(c *cli.Context, inputs ...string) error {
	if err := apart(c.String("output"), inputs...); err != nil {
		return err
	}
	return free(c.Bool("replace"), c.String("output"))
}

// liesIn says whether a file that need not be there lies in a directory.
func liesIn(path, dir string) bool {
	abs := func(p string) string {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		p, _ = filepath.Abs(p) // without a working directory nothing is written either
		return p
	}
	rel, err := filepath.Rel(abs(dir), abs(filepath.Dir(path)))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// whole refuses a manifest's file where the files beside it are read too.
func whole(place string) error {
	if st, err := os.Stat(place); err == nil && !st.IsDir() {
		return hint(usagef("%q is a file, and the cells are in the bundle's others", place), "name the bundle's directory")
	}
	return nil
}

// never refuses a place that is taken, for commands that replace nothing.
func never(paths ...string) error {
	err := free(false, paths...)
	if errors.As(err, new(*catalog.ExistsError)) {
		return hint(err, "choose another place: this command replaces nothing")
	}
	return err
}
