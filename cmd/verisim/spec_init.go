package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/spec/draft"
)

func specInitVerb() verb {
	return verb{
		name:  "init",
		usage: "draft a spec from a schema or a file",
		about: `--from is a schema (.sql: CREATE TABLE in the dialects of PostgreSQL, MySQL, SQLite
and SQL Server) or a table in any format that verisim reads. What is not understood
becomes a text with a TODO beside it. Of a file, the first 100,000 rows are read:
names, types, shares of null, rounded quantiles, first and last days, and the values
of columns that have few of them, each in at least 10 rows. Look at the draft before
you pass it on.`,
		examples: []string{"verisim spec init --from schema.sql > shop.yaml", "verisim spec init --from orders.parquet -o orders.yaml"},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "from", Required: true, Usage: "draft from this `FILE`"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to a new `FILE` (default: stdout)"},
		},
		run: specInit,
	}
}

const (
	draftRows      = 100_000
	maxSchemaBytes = 64 << 20
)

func specInit(ctx context.Context, e *env, c *cli.Context) error {
	from := c.String("from")
	var tables []draft.Table
	if strings.EqualFold(filepath.Ext(from), ".sql") {
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, maxSchemaBytes))
		if err != nil {
			return fmt.Errorf("read schema: %w", err)
		}
		if tables, err = draft.SQL(string(text)); err != nil {
			return hint(usagef("%s: %v", from, err), "a schema has CREATE TABLE statements, as pg_dump --schema-only writes")
		}
	} else {
		t, err := draftFile(ctx, e, from)
		if err != nil {
			return err
		}
		tables = []draft.Table{t}
	}
	out := c.String("output")
	if out == "" || out == "-" {
		return draft.Write(e.out, filepath.Base(from), tables)
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return hint(err, "choose a name that is not there yet")
	}
	err = draft.Write(f, filepath.Base(from), tables)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(out) // the first error is the one that matters
		return err
	}
	return nil
}

func draftFile(ctx context.Context, e *env, from string) (t draft.Table, err error) {
	o, err := catalog.Open(ctx, catalog.OpenOptions{Path: from, Stdin: e.in})
	if err != nil {
		return t, err
	}
	defer o.Close()
	head, err := table.Apply(o.Stream, table.Head(draftRows))
	if err != nil {
		return t, err
	}
	batches, err := table.Collect(ctx, head)
	if err != nil {
		return t, err
	}
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	name := filepath.Base(from)
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return draft.Sample(name, o.Stream.Schema(), batches, 0), nil
}
