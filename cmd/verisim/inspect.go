package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/seal"
)

func inspectVerb() verb {
	return verb{
		name:  "inspect",
		usage: "show what a file or a bundle is: columns, roles, keys, who may open what",
		args:  "PLACE",
		min:   1, max: 1,
		about: `PLACE is a table in any format, a sealed file, or a bundle. No key is needed and
no cell is shown. What is told of a bundle or a sealed file is what its maker
says: "verisim verify" checks a bundle.`,
		examples: []string{"verisim inspect out/fraud", "verisim inspect data.parquet --json"},
		exits:    []int{exitCorrupt},
		flags: slices.Concat(readFlags()[:3], []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
		}),
		run: inspect,
	}
}

// inspected is what is told of a table.
type inspected struct {
	Path    string            `json:"path"`
	Format  string            `json:"format"`
	Bytes   int64             `json:"bytes,omitempty"`
	Rows    int64             `json:"rows"`
	Batches int64             `json:"batches"`
	Table   string            `json:"table,omitempty"`
	Key     string            `json:"key,omitempty"`
	Refs    []table.Ref       `json:"refs,omitempty"`
	Columns []inspectedColumn `json:"columns"`
	Meta    map[string]string `json:"metadata,omitempty"` // of the schema, beside verisim's own
	Sealed  *seal.Info        `json:"sealed,omitempty"`
}

type inspectedColumn struct {
	Name     string       `json:"name"`
	Type     string       `json:"type"`
	Nullable bool         `json:"nullable"`
	Role     table.Role   `json:"role"`
	Origin   table.Origin `json:"origin"`
}

func inspect(ctx context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return inspectBundle(e, path, c.Bool("json"))
	}
	got, err := inspectTable(ctx, e, c, path)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(e.out, got)
	}
	return got.print(e.out)
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func inspectTable(ctx context.Context, e *env, c *cli.Context, path string) (*inspected, error) {
	in, err := openInput(ctx, e, c, path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	s := in.Stream.Schema()
	facts, err := table.FactsOf(s)
	if err != nil {
		return nil, err
	}
	got := &inspected{
		Path: path, Format: in.Codec.Name(), Bytes: max(in.Size, 0),
		Table: facts.Name, Key: facts.Key, Refs: facts.Refs, Meta: foreignMetadata(s),
	}
	for _, f := range s.Fields() {
		l := table.LabelOf(f)
		got.Columns = append(got.Columns, inspectedColumn{f.Name, f.Type.String(), f.Nullable, l.Role, l.Origin})
	}
	if seal.IsSealed(s) && path != "-" {
		info, err := inspectSealed(path)
		if err != nil {
			return nil, err
		}
		got.Sealed, got.Rows, got.Batches, got.Meta = info, info.Rows, int64(info.Batches), nil
		return got, nil
	}
	p := newProgress(e, "inspect")
	defer p.done()
	for b, err := range p.watch(in.Stream).Batches(ctx) {
		if err != nil {
			return nil, err
		}
		got.Rows += b.NumRows()
		got.Batches++
	}
	return got, nil
}

func inspectSealed(path string) (*seal.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	info, err := seal.Inspect(f, st.Size())
	return &info, err
}

func foreignMetadata(s *arrow.Schema) map[string]string {
	m := map[string]string{}
	md := s.Metadata()
	for i, k := range md.Keys() {
		if !strings.HasPrefix(k, "verisim.") {
			m[k] = md.Values()[i]
		}
	}
	return m
}

func (t *inspected) print(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s, %s in %s, %s\n", t.Path, t.Format, job.Count(t.Rows, "row"), job.Count(t.Batches, "batch"), job.Count(int64(len(t.Columns)), "column"))
	if t.Table != "" {
		fmt.Fprintf(w, "table %s", table.Quoted(t.Table))
		if t.Key != "" {
			fmt.Fprintf(w, ", key %s", table.Quoted(t.Key))
		}
		fmt.Fprintln(w)
	}
	for _, r := range t.Refs {
		fmt.Fprintf(w, "%s refers to %s.%s\n", table.Quoted(r.Column), table.Quoted(r.Table), table.Quoted(r.Key))
	}
	if t.Sealed != nil {
		_, err := io.WriteString(w, t.Sealed.String())
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "column\ttype\tnull\trole\torigin")
	for _, c := range t.Columns {
		null := "no"
		if c.Nullable {
			null = "yes"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", table.Quoted(c.Name), table.Quoted(c.Type), null, table.Quoted(string(c.Role)), table.Quoted(string(c.Origin)))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(t.Meta)) {
		fmt.Fprintf(w, "metadata %s: %d bytes\n", table.Quoted(k), len(t.Meta[k]))
	}
	return nil
}

func inspectBundle(e *env, path string, asJSON bool) error {
	if !bundle.IsBundle(path) {
		return &coded{fmt.Errorf("inspect %q: the directory has no %s, so it is no bundle", path, bundle.ManifestName), exitUsage}
	}
	m, verdict, err := job.ReadManifest(path, attest.Policy{})
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(e.out, m)
	}
	fmt.Fprintf(e.out, "%s: bundle %s, made by %s, signed by %s\n", path, m.Name, m.Tool, verdict.Signer.ID())
	tw := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "table\trows\torigin\tkey\tfile")
	for _, t := range m.Tables {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", table.Quoted(t.Name), job.Thousands(t.Rows), table.Quoted(string(t.Origin)), table.Quoted(t.Key), table.Quoted(t.File))
	}
	if err = tw.Flush(); err != nil {
		return err
	}
	for _, s := range m.Sealed {
		fmt.Fprintf(e.out, "sealed %s: %s for %s\n", table.Quoted(s.Table), table.Quoted(strings.Join(s.Columns, ", ")), table.Quoted(strings.Join(s.Recipients, ", ")))
	}
	_, err = fmt.Fprintf(e.out, "checks: %d, %d passed, %d failed, %s rows in quarantine\nnothing was verified: run verisim verify %s\n",
		m.Suite.Checks, m.Suite.Passed, m.Suite.Failed, job.Thousands(m.Suite.Quarantined), path)
	return err
}
