package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
)

func convertVerb() verb {
	return verb{
		name:  "convert",
		usage: "read a table in one format and write it in another",
		args:  "INPUT OUTPUT",
		min:   2, max: 2,
		about: `Formats are told by content and by ending; .gz and .zst are compressed. Columns
of text files are typed by a sample; --type declares them, --from csv reads a
file whatever it is called. Batches stream: memory does not grow with the rows.

Parquet Modular Encryption is read and written with --from-keys and --to-keys. A
sealed file (verisim seal) protects more and needs no keys to be shared.`,
		examples: []string{
			"verisim convert census.csv.gz census.parquet",
			"verisim convert --where 'amount > 100' --columns id,amount a.arrow -  --to csv",
		},
		exits: []int{exitCorrupt},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "columns", Usage: "write only these `COLUMNS`, in this order, comma-separated"},
		}, writeFlags(), modularFlags(), []cli.Flag{workersFlag()}),
		run: convert,
	}
}

func convert(ctx context.Context, e *env, c *cli.Context) error {
	from, to := c.Args().Get(0), c.Args().Get(1)
	if err := notSame(from, to); err != nil {
		return err
	}
	var columns []string
	list := c.String("columns")
	if list != "" && c.String("where") == "" { // a condition may be on others
		columns = names(list)
	}
	in, err := openColumns(ctx, e, c, from, columns)
	if err != nil {
		return err
	}
	defer in.Close()
	st := in.Stream
	if list != "" && columns == nil {
		if st, err = table.Apply(st, table.Pick(names(list)...)); err != nil {
			return err
		}
	}
	out, err := createOutput(e, c, to, "", st.Schema())
	if err != nil {
		return err
	}
	rows, err := copyTable(ctx, newProgress(e, "convert"), out, st)
	if err != nil {
		return err
	}
	if !e.quiet && to != "-" {
		fmt.Fprintf(e.err, "%s rows, %d columns -> %s\n", job.Thousands(rows), st.Schema().NumFields(), to)
	}
	return nil
}

// names splits a comma-separated list.
func names(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}
