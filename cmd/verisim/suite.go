package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/quality/rule"
)

func suiteVerb() verb {
	return verb{
		name:  "suite",
		usage: "what suites can say, and whether one can fail",
		sub: []verb{{
			name:     "checks",
			usage:    "list every check of the catalogue, one line each",
			about:    "A check of a column stands under columns:, one of a table under checks:.",
			examples: []string{"verisim suite checks | grep distribution"},
			flags:    []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
			run:      suiteChecks,
		}},
	}
}

type listedCheck struct {
	Name      string `json:"name"`
	Scope     string `json:"scope"`
	Family    string `json:"family"`
	Dimension string `json:"dimension"`
	Whole     bool   `json:"whole"`
	About     string `json:"about"`
	Example   string `json:"example"`
}

func suiteChecks(_ context.Context, e *env, c *cli.Context) error {
	var all []listedCheck
	for _, d := range rule.Catalogue() {
		scope := "table"
		if d.Column() {
			scope = "column"
		}
		all = append(all, listedCheck{d.Name, scope, d.Family, string(d.Dimension), d.Whole(), d.About, d.Example})
	}
	if c.Bool("json") {
		return printJSON(e.out, all)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, d := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s: %s\n", d.Family, d.Scope, d.Name, d.About, d.Name, d.Example)
	}
	return w.Flush()
}
