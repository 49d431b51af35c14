package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/seal"
)

// openFile gives the columns of one sealed file that the keys open, and its
// clear ones. Each batch is authenticated before it is written, and the whole
// table before the output appears.
func openFile(ctx context.Context, e *env, c *cli.Context, path string) error {
	if err := onlyFor(c, "a bundle, not for one file", "table", "signer"); err != nil {
		return err
	}
	to := c.String("output")
	if err := notSame(path, to); err != nil {
		return err
	}
	u, err := readUnlock(e, c)
	if err != nil {
		return err
	}
	f, r, err := openSealed(path, u)
	if err != nil {
		return err
	}
	defer f.Close()
	defer r.Erase()
	var want []string
	if list := c.String("columns"); list != "" {
		want = names(list)
	}
	st, err := r.Stream(want)
	if err != nil {
		return nameKey(err, u)
	}
	out, err := createOutput(e, c, to, "arrows", st.Schema())
	if err != nil {
		return err
	}
	rows, err := copyTable(ctx, newProgress(e, "open"), out, ahead(st))
	if err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintln(e.err, opened(r, st, rows, want == nil))
	}
	return nil
}

// onlyFor refuses flags that mean nothing for what is opened.
func onlyFor(c *cli.Context, what string, flags ...string) error {
	for _, name := range flags {
		if c.IsSet(name) {
			return usagef("--%s is for %s", name, what)
		}
	}
	return nil
}

// openSealed opens a file and its seal.
func openSealed(path string, u seal.Unlock) (*os.File, *seal.Reader, error) {
	f, size, err := sized(path, os.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	r, err := seal.OpenWith(f, size, u)
	if err != nil {
		_ = f.Close() // it was only read
		return nil, nil, nameKey(err, u)
	}
	return f, r, nil
}

func sized(path string, flag int) (*os.File, int64, error) {
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = usagef("%q is no regular file; a sealed file is read at random", path)
	}
	if err != nil {
		_ = f.Close() // it was only opened
		return nil, 0, err
	}
	return f, st.Size(), nil
}

// opened says which sealed columns were opened, and which were left out.
func opened(r *seal.Reader, st table.Stream, rows int64, all bool) string {
	granted := r.Granted()
	var got, shut []string
	for _, c := range r.Info().Columns {
		switch {
		case !c.Sealed:
		case !slices.Contains(granted, c.Name):
			shut = append(shut, c.Name)
		case st.Schema().HasField(c.Name):
			got = append(got, c.Name)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s rows", job.Thousands(rows))
	if len(got) > 0 {
		fmt.Fprintf(&b, ", opened %s", strings.Join(got, ", "))
	}
	if all && len(shut) > 0 {
		fmt.Fprintf(&b, ", left out %s: the keys do not open them", strings.Join(shut, ", "))
	}
	return b.String()
}
