package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	models "github.com/verisim/verisim/synth/catalog"
)

// optionFlags are flags for the options that users reach for most; --set knows
// all of them.
func optionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "start from `PRESET`, such as card-eu"},
		&cli.Int64Flag{Name: "customers", Usage: "`N` people"},
		&cli.Int64Flag{Name: "days", Usage: "`N` days"},
		&cli.StringFlag{Name: "as-of", Usage: "end what is known about labels at `DAY`, such as 2025-03-31"},
		&cli.BoolFlag{Name: "oracle", Usage: "add the table oracle: the likelihood ratio of each row, the ceiling of any model"},
		&cli.Float64Flag{Name: "target-auc", Usage: "card worlds: make the oracle's AUC `AUC`, by frauds that look like their victims' own purchases"},
		&cli.Float64Flag{Name: "max-single-column", Usage: "card worlds: let no field of the oracle have an AUC above `AUC` by itself"},
		&cli.Float64Flag{Name: "graph-lift", Usage: "card worlds: make average precision with who shares devices, networks and shops `TIMES` that of rows alone; measured in up to 10 rounds of a probe, twice with --target-auc: about 20 CPU seconds, up to 60 with it"},
		&cli.BoolFlag{Name: "without-fraud", Usage: "the twin world: the same rows less those of fraud"},
	}
}

func optionNames() []string { return firstNames(optionFlags()) }

// setFlags puts the flags of optionFlags among the options.
func setFlags(c *cli.Context, s models.Simulator, n *document.Node) error {
	for _, f := range optionFlags() {
		name := f.Names()[0]
		if !c.IsSet(name) {
			continue
		}
		v := &document.Node{Pos: document.Pos{Name: "--" + name, Line: 1, Column: 1}}
		switch f.(type) {
		case *cli.Int64Flag:
			v.Kind, v.Text = document.Int, strconv.FormatInt(c.Int64(name), 10)
		case *cli.Float64Flag:
			v.Kind, v.Text = document.Float, strconv.FormatFloat(c.Float64(name), 'g', -1, 64)
		case *cli.BoolFlag:
			v.Kind, v.Text = document.Bool, strconv.FormatBool(c.Bool(name))
		default:
			v.Kind, v.Text = document.String, c.String(name)
		}
		n.Set(strings.ReplaceAll(name, "-", "_"), v)
	}
	return setGraph(c, s, n)
}

// paced plays a table by its time column.
func paced(st table.Stream, speed string) (table.Stream, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(speed, "x"), 64)
	if err != nil || !(v > 0) || v > float64(24*time.Hour) {
		return nil, hint(usagef("--speed %q is no factor", speed), "write how many times as fast as the clock, such as 60x")
	}
	return table.Apply(st, table.Pace(table.PaceOptions{Speed: v}))
}
