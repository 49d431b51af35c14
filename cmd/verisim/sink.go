package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/postgres"
	"github.com/verisim/verisim/formats/sql"
	"github.com/verisim/verisim/formats/sqlite"
	"github.com/verisim/verisim/formats/table"
)

// isDatabase says whether a place or --to mean a database, or SQL text.
func isDatabase(c *cli.Context, place string) bool {
	switch to := c.String("to"); to {
	case "sql", "sqlite":
		return true
	case "":
		switch strings.ToLower(filepath.Ext(place)) {
		case ".sql", ".db", ".sqlite", ".sqlite3":
			return true
		}
	}
	return postgres.IsURL(place)
}

// database writes every table into a database, all of them or none.
func (g *generation) database(ctx context.Context, e *env, c *cli.Context) error {
	place := c.String("output")
	if place == "" {
		place = "-"
	}
	if c.String("table") != "" || c.String("where") != "" || c.Bool("stream") {
		return usagef("a database takes all tables, since they refer to each other: leave out --table, --where and --stream")
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	sink, err := openDatabase(ctx, e, c, place, n)
	if err != nil {
		return err
	}
	p := newProgress(e, "generate")
	rows, err := g.fill(ctx, sink, n, p)
	p.done()
	if err != nil {
		_ = sink.Abort() // the first error is the one that matters
		return err
	}
	if !e.quiet && place != "-" {
		fmt.Fprintf(e.err, "%s in %s -> %s\n", job.Count(rows, "row"), job.Count(int64(len(g.model.Tables())), "table"), withoutPassword(place))
	}
	return nil
}

// openDatabase opens what isDatabase sees.
func openDatabase(ctx context.Context, e *env, c *cli.Context, place string, workers int) (table.Sink, error) {
	replace := c.Bool("replace")
	text := c.String("to") == "sql" || c.String("to") == "" && strings.EqualFold(filepath.Ext(place), ".sql")
	switch {
	case c.String("compression") != "":
		return nil, usagef("--compression is not for databases")
	case postgres.IsURL(place):
		if to := c.String("to"); to != "" {
			return nil, usagef("--to %s cannot stand with the address of a database", to)
		}
		if replace {
			return nil, usagef("--replace is for files; drop the tables first")
		}
		return postgres.Connect(ctx, place, postgres.Options{})
	case text && place == "-":
		return sql.NewSink(e.out, sql.Options{Workers: workers}), nil
	case text:
		s, err := sql.CreateFile(place, replace, sql.Options{Workers: workers})
		if err != nil {
			return nil, thereAlready(err)
		}
		return s, nil
	case place == "-":
		return nil, usagef("an SQLite database needs a file with -o")
	}
	s, err := sqlite.Create(ctx, place, replace)
	if err != nil {
		return nil, thereAlready(err)
	}
	return s, nil
}

func thereAlready(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return hint(err, "choose another name, or replace the file with --replace")
	}
	return err
}

// withoutPassword is a place as it may be shown.
func withoutPassword(place string) string {
	if !postgres.IsURL(place) {
		return place
	}
	_, rest, _ := strings.Cut(place, "://")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	rest, _, _ = strings.Cut(rest, "?")
	return fmt.Sprintf("postgres://%s", rest)
}
