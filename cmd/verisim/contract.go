package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/contract"
	"github.com/verisim/verisim/quality/rule"
)

func importVerb() verb {
	return verb{
		name:  "import",
		usage: "turn an Open Data Contract Standard contract into a suite",
		args:  "CONTRACT",
		min:   1, max: 1,
		about: `Prints the suite. Rules that no check can stand for, such as those in SQL, are
listed on stderr; --strict makes them exit code 3.`,
		examples: []string{"verisim suite import contract.yaml > suite.yaml"},
		exits:    []int{exitFindings},
		flags:    []cli.Flag{&cli.BoolFlag{Name: "strict", Usage: "a rule that cannot be judged is a finding"}},
		run:      importContract,
	}
}

func exportVerb() verb {
	return verb{
		name:  "export",
		usage: "turn a suite into an Open Data Contract Standard 3.1 contract",
		args:  "SUITE",
		min:   1, max: 1,
		about: `Prints the contract. Checks that the standard has words for are written in them,
all others as rules of engine verisim; import gives back the same checks.`,
		examples: []string{"verisim suite export suite.yaml --like claims.csv > contract.yaml"},
		flags:    []cli.Flag{&cli.StringSliceFlag{Name: "like", Usage: "take columns and types from a table: `[NAME=]DATA`, may be repeated"}},
		run:      exportContract,
	}
}

func importContract(_ context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, skipped, err := contract.Read(path, data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(e.out, text); err != nil {
		return err
	}
	for _, s := range skipped {
		fmt.Fprintf(e.err, "verisim: not taken over: %s\n", s)
	}
	if len(skipped) > 0 && c.Bool("strict") {
		return findings("%d parts of the contract were not taken over", len(skipped))
	}
	return nil
}

func exportContract(ctx context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	suite, err := rule.Parse(path, data)
	if err != nil {
		return err
	}
	var schemas map[string]*arrow.Schema
	if likes := c.StringSlice("like"); len(likes) > 0 {
		rows := map[string][]table.Batch{}
		if schemas, err = likeTables(ctx, e, c, likes, rows); err != nil {
			return err
		}
		for _, batches := range rows {
			for _, b := range batches {
				b.Release()
			}
		}
	}
	var b bytes.Buffer
	if err = contract.Write(&b, suite, schemas); err != nil {
		return err
	}
	_, err = e.out.Write(b.Bytes())
	return err
}
