package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/quality/profile"
	reports "github.com/verisim/verisim/quality/report"
	"github.com/verisim/verisim/quality/rule"
)

// input is one table that is judged.
type input struct {
	name string // as the suite calls it; "" for a lone table
	path string
	*catalog.Opened
}

// opener is openInput or one of its kind.
type opener func(ctx context.Context, e *env, c *cli.Context, path string) (*catalog.Opened, error)

// openInputs opens every table of the arguments, before a row of any is read.
func openInputs(ctx context.Context, e *env, c *cli.Context, by opener) ([]*input, error) {
	return openTables(ctx, e, c, c.Args().Slice(), by)
}

// openTables opens tables, each FILE or NAME=FILE.
func openTables(ctx context.Context, e *env, c *cli.Context, args []string, by opener) (ins []*input, err error) {
	defer func() {
		if err != nil {
			for _, in := range ins {
				_ = in.Close()
			}
		}
	}()
	for _, arg := range args {
		in := &input{path: arg}
		if name, path, ok := strings.Cut(arg, "="); ok && !exists(arg) {
			in.name, in.path = name, path
		}
		if in.Opened, err = by(ctx, e, c, in.path); err != nil {
			return ins, err
		}
		if in.name == "" && len(args) > 1 {
			in.name = tableName(in.path, in.Stream)
		}
		for _, other := range ins {
			if other.name == in.name {
				_ = in.Close()
				return ins, hint(usagef("two tables are called %q", in.name), "write NAME=FILE")
			}
		}
		ins = append(ins, in)
	}
	return ins, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// references reads the profile states that distributions are compared with.
func references(args []string, s *rule.Suite, suitePath string) (map[string]*profile.State, error) {
	if len(args) == 0 && s.Reference != "" {
		p := s.Reference
		if !filepath.IsAbs(p) {
			p = filepath.Join(filepath.Dir(suitePath), p)
		}
		args = []string{p}
	}
	out := map[string]*profile.State{}
	for _, arg := range args {
		name, path := "", arg
		if n, p, ok := strings.Cut(arg, "="); ok && !exists(arg) {
			name, path = n, p
		}
		st, err := readState(path)
		if err != nil {
			return nil, err
		}
		if _, twice := out[name]; twice {
			return nil, usagef("--reference: two states for table %q", name)
		}
		out[name] = st
	}
	return out, nil
}

func histories(paths []string) ([]*rule.Result, error) {
	var out []*rule.Result
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		r, err := reports.ReadResult(data)
		if err != nil {
			return nil, hint(usagef("--history %q: %v", p, err), "keep results with --report FILE.json")
		}
		out = append(out, r)
	}
	return out, nil
}
