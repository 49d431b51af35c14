package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	models "github.com/verisim/verisim/synth/catalog"
	"github.com/verisim/verisim/synth/finance"
	"github.com/verisim/verisim/synth/spec"
)

func generateVerb() verb {
	return verb{
		name:  "generate",
		usage: "make synthetic tables",
		args:  "NAME|SPEC [PLACE]",
		min:   1, max: 2,
		about: about(),
		exits: []int{exitRefused},
		examples: []string{
			"verisim generate finance -o out/bank",
			"verisim generate shop.yaml -o out/shop --format parquet",
			"verisim generate shop.yaml -o shop.db",
			"verisim generate shop.yaml -o postgres://me@localhost/test",
			"verisim generate finance --table transactions -n 100000 --format arrows -o - | verisim profile -",
			"verisim generate finance --preset card-us --days 30 --table transactions -o tx.parquet",
			"verisim generate finance --table transactions --columns timestamp,card_id,amount,is_fraud -o tx.csv",
			"verisim generate finance --table transactions --stream --speed 3600x --to jsonl",
			"verisim generate finance --preset aml-hi --graph neo4j -o graph",
			"verisim generate finance --target-auc .90 --max-single-column .70 --graph-lift 2 -o hard",
			"verisim generate finance --print-config > bank.yaml",
		},
		flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `PLACE`: a new directory for all tables, a file or - with --table (default -)"},
			&cli.StringFlag{Name: "table", Usage: "make only this `TABLE`"},
			&cli.Int64Flag{Name: "rows", Aliases: []string{"n"}, Usage: "make `N` rows: of --table exactly, else about as many of the main table"},
			&cli.Uint64Flag{Name: "seed", Usage: "`SEED` of all draws; the same seed gives the same bytes (default: the spec's, else 1)"},
			&cli.StringFlag{Name: "config", Usage: "read the model's options from a YAML `FILE`"},
			&cli.StringSliceFlag{Name: "set", Usage: "set one option: `OPTION=VALUE`, may be repeated"},
			&cli.BoolFlag{Name: "print-config", Usage: "print every option of the simulator as it would be used, with unit and source, and make nothing"},
			&cli.StringFlag{Name: "columns", Usage: "make only these `COLUMNS` of --table, in this order, comma-separated; the others cost nothing"},
			&cli.StringFlag{Name: "where", Usage: "keep only rows for which `EXPR` is true, with --table"},
			graphFlag(),
			&cli.BoolFlag{Name: "stream", Usage: "pace the rows of --table as a live source would, by their time"},
			&cli.StringFlag{Name: "speed", Value: "1x", Usage: "with --stream: `N`x as fast as the clock"},
			workersFlag(),
		}, optionFlags(), shardFlags(), writeFlags()),
		run: generate,
	}
}

func about() string {
	var b strings.Builder
	b.WriteString("SPEC is a YAML file that declares tables; NAME is a simulator:\n")
	for _, s := range models.Simulators() {
		fmt.Fprintf(&b, "  %-12s %s\n", s.Name, s.About)
	}
	b.WriteString(`
With -o DIRECTORY all tables are written, one file each, all of them or none.
With --table one table goes to -o FILE or to stdout. All tables with their keys
go into one SQLite database with -o FILE.db, into PostgreSQL with
-o postgres://USER@HOST/NAME, and as SQL text to -o FILE.sql or, with --to sql,
to stdout. The same seed and options give the same rows on any number of workers.`)
	return b.String()
}

// generation is a model with what is asked of it.
type generation struct {
	model synth.Model
	seed  synth.Seed
	check *document.Node // the rules that a spec declares, or nil
}

func generate(ctx context.Context, e *env, c *cli.Context) error {
	if c.NArg() == 2 && c.IsSet("output") {
		return usagef("the place is given twice: %q, and -o %q", c.Args().Get(1), c.String("output"))
	}
	if c.IsSet("rows") && c.Int64("rows") < 1 {
		return usagef("--rows is %d; at least 1 is possible", c.Int64("rows"))
	}
	g, err := bindGeneration(c)
	if err != nil {
		return err
	}
	if w, ok := g.model.(*finance.World); ok && !e.quiet {
		w.Watch(func(line string, last bool) {
			if last || e.errTerminal { // rounds are progress
				fmt.Fprintln(e.err, line)
			}
		})
	}
	if c.Bool("print-config") {
		p, ok := g.model.(interface{ YAML() []byte })
		if !ok {
			return usagef("--print-config: %s has no options", c.Args().First())
		}
		_, err := e.out.Write(p.YAML())
		return err
	}
	if c.IsSet("shard") {
		if c.IsSet("columns") {
			return usagef("--columns cannot stand with --shard: parts hold whole rows")
		}
		return g.shards(ctx, e, c)
	}
	if err := checkGraph(c); err != nil {
		return err
	}
	name := c.String("table")
	if tables := g.model.Tables(); name == "" && len(tables) == 1 {
		name = tables[0].Name
	}
	if c.IsSet("columns") && (name == "" || isDatabase(c, target(c))) {
		return hint(usagef("--columns is for one table into a file or stdout"), "name one with --table")
	}
	if isDatabase(c, target(c)) {
		return g.database(ctx, e, c)
	}
	if name == "" {
		return g.all(ctx, e, c)
	}
	return g.one(ctx, e, c, name)
}

// bindGeneration makes the model that the arguments and flags ask for.
func bindGeneration(c *cli.Context) (*generation, error) {
	arg := c.Args().First()
	g := &generation{seed: 1}
	if models.IsSpec(arg) {
		for _, f := range append(optionNames(), "graph", "set", "config") {
			if c.IsSet(f) {
				return nil, hint(usagef("--%s is for simulators", f), "write it into the spec")
			}
		}
		s, err := spec.Load(arg, spec.Options{Rows: c.Int64("rows")})
		if err != nil {
			return nil, err
		}
		g.model, g.seed, g.check = s, s.Seed(), s.Check()
	} else {
		s, err := models.ByName(arg)
		if err != nil {
			return nil, err
		}
		n, err := options(c, s)
		if err != nil {
			return nil, err
		}
		if g.model, err = s.New(n); err != nil {
			return nil, err
		}
	}
	if c.IsSet("seed") {
		g.seed = synth.Seed(c.Uint64("seed"))
	}
	return g, nil
}

// options is the mapping of --config with --rows and --set on top.
func options(c *cli.Context, s models.Simulator) (*document.Node, error) {
	n := &document.Node{Kind: document.Map, Pos: document.Pos{Name: "--set", Line: 1, Column: 1}}
	if path := c.String("config"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if n, err = document.Parse(path, data); err != nil {
			return nil, err
		}
	}
	if rows := c.Int64("rows"); c.IsSet("rows") && rows > 0 && (c.String("table") == "" || c.String("table") == s.Main) {
		n.Set("rows", &document.Node{
			Pos: document.Pos{Name: "--rows", Line: 1, Column: 1}, Kind: document.Int,
			Text: strconv.FormatInt(roomFor(rows, c.String("table") != ""), 10),
		})
	}
	if err := setFlags(c, s, n); err != nil {
		return nil, err
	}
	for _, text := range c.StringSlice("set") {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usagef("--set %q is not OPTION=VALUE", text)
		}
		if !slices.Contains(s.Options, key) {
			err := usagef("--set: %s has no option %q", s.Name, key)
			if near := document.Nearest(key, s.Options); near != "" {
				return nil, hint(err, "did you mean "+near+"?")
			}
			return nil, hint(err, "options are "+strings.Join(s.Options, ", "))
		}
		v, err := document.Parse("--set "+key, []byte(value))
		if err != nil {
			return nil, err
		}
		n.Set(key, v)
	}
	return n, nil
}

// roomFor is how many rows to ask a model for, which keeps such a wish only
// about, so that it surely has the rows that are then taken exactly.
func roomFor(rows int64, exact bool) int64 {
	if exact {
		return rows + rows/20 + 1000
	}
	return rows
}

// all writes every table into a directory.
func (g *generation) all(ctx context.Context, e *env, c *cli.Context) error {
	out := target(c)
	switch {
	case out == "" || out == "-":
		var all []string
		for _, t := range g.model.Tables() {
			all = append(all, t.Name)
		}
		return hint(usagef("stdout takes one table"), "name one of "+strings.Join(all, ", ")+" with --table, or a directory with -o")
	case c.String("where") != "", c.Bool("stream"):
		return usagef("--where and --stream need --table")
	}
	codec, err := outputCodec(c, "", "arrow")
	if err != nil {
		return err
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	sink, err := catalog.CreateFolder(out, codec, writeOptions(c, n))
	if err != nil {
		return hint(err, "choose a place where nothing is")
	}
	p := newProgress(e, "generate")
	whole, err := g.asGraph(c, sink)
	if err != nil {
		_ = sink.Abort()
		return err
	}
	rows, err := g.fill(ctx, whole, n, p)
	p.done()
	if err != nil {
		_ = whole.Abort() // the first error is the one that matters
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.err, "%s in %s -> %s\n", job.Count(rows, "row"), job.Count(int64(len(g.model.Tables())), "table"), out)
	}
	return nil
}

// fill writes every table into a sink, judges them by the spec's own rules, and
// commits them if they pass.
func (g *generation) fill(ctx context.Context, sink table.Sink, workers int, p *progress) (int64, error) {
	gate, err := g.gate()
	if err != nil {
		return 0, err
	}
	defer gate.close()
	src := synth.NewSource(g.model, g.seed, workers)
	total := int64(0)
	for _, name := range src.Tables() {
		st, err := src.Open(ctx, name)
		if err == nil {
			st, err = gate.watch(name, st)
		}
		if err != nil {
			return 0, err
		}
		w, err := sink.Create(ctx, name, st.Schema())
		if err != nil {
			return 0, err
		}
		n, err := table.Copy(ctx, w, p.watch(st))
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			return 0, err
		}
		total += n
	}
	if err := gate.verdict(); err != nil {
		return 0, err
	}
	return total, sink.Commit(ctx)
}

// one writes one table to a file or to stdout.
func (g *generation) one(ctx context.Context, e *env, c *cli.Context, name string) error {
	out := target(c)
	if out == "" {
		out = "-"
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	if _, err = synth.Find(g.model, name); err != nil {
		return tableError(g.model, name)
	}
	model := g.model
	columns, err := columnNames(c)
	if err != nil {
		return err
	}
	later := c.String("where") != "" || c.Bool("stream") // which may need other columns
	if c.IsSet("columns") && !later {
		if model, err = synth.Project(model, name, columns); err != nil {
			return err
		}
	}
	st, err := synth.NewSource(model, g.seed, n).Open(ctx, name)
	if err != nil {
		return err
	}
	if c.IsSet("rows") {
		if st, err = table.Apply(st, table.Head(c.Int64("rows"))); err != nil {
			return err
		}
	}
	if st, err = where(st, c.String("where")); err != nil {
		return err
	}
	if c.Bool("stream") {
		if st, err = paced(st, c.String("speed")); err != nil {
			return err
		}
	}
	if c.IsSet("columns") && later {
		if st, err = table.Apply(st, table.Pick(columns...)); err != nil {
			return err
		}
	}
	w, err := createOutput(e, c, out, "arrows", st.Schema())
	if err != nil {
		return err
	}
	rows, err := copyTable(ctx, newProgress(e, name), w, st)
	if err != nil {
		return err
	}
	if want := c.Int64("rows"); c.IsSet("rows") && rows < want && c.String("where") == "" && !e.quiet {
		fmt.Fprintf(e.err, "verisim: hint: table %s has %s rows; --set options of the model to make more\n", name, job.Thousands(rows))
	}
	if !e.quiet && out != "-" {
		fmt.Fprintf(e.err, "%s rows -> %s\n", job.Thousands(rows), out)
	}
	return nil
}

func tableError(m synth.Model, name string) error {
	var all []string
	for _, t := range m.Tables() {
		all = append(all, t.Name)
	}
	err := usagef("there is no table %q", name)
	if near := document.Nearest(name, all); near != "" {
		return hint(err, "did you mean "+near+"?")
	}
	return hint(err, "tables are "+strings.Join(all, ", "))
}

// target is where the rows go: -o, or the second argument.
func target(c *cli.Context) string {
	if c.NArg() == 2 {
		return c.Args().Get(1)
	}
	return c.String("output")
}
