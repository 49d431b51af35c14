package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/commit"
)

func discloseVerb() verb {
	return verb{
		name:  "disclose",
		usage: "show chosen cells of a bundle, and that its signed manifest is about them",
		args:  "PLACE",
		min:   1, max: 1,
		about: `Writes the cells in clear, with what leads from them to the commitment in the
manifest. Whoever has the manifest checks them with "verisim verify", without a
key and without the rest of the bundle. Cells of sealed columns that are not shown
stay hidden; of a clear column, a reader of the file can also test guesses of cells
beside the shown ones. That no other row would have fitted is not shown. The format
is privacy/commit/COMMIT.md.`,
		examples: []string{
			"verisim disclose out/fraud --table customers --rows 17,204 --columns customer_id,income -i out/fraud.key -o rows.disclosure",
			"verisim verify rows.disclosure --against out/fraud/manifest.json --signer 'SHA256:...'",
		},
		exits: []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "table", Usage: "show cells of `TABLE` (default: the only one)"},
			&cli.StringFlag{Name: "rows", Usage: "show the rows `N,M-O`, from 0"},
			&cli.StringFlag{Name: "where", Usage: "show the rows for which `EXPR` is true"},
			&cli.StringFlag{Name: "columns", Usage: "show only these `COLUMNS`, comma-separated (default: all)"},
		}, showFlags("the cells")),
		run: disclose,
	}
}

// showFlags are those of commands that show cells of a bundle.
func showFlags(what string) []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "identity", Aliases: []string{"i"}, Usage: "open sealed columns with the identities in `FILE`, may be repeated"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write " + what + " to `FILE`"},
		&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
		signerFlag(" of the bundle"),
		workersFlag(),
	}
}

func disclose(ctx context.Context, e *env, c *cli.Context) error {
	n, err := workers(c)
	if err != nil {
		return err
	}
	opt := job.DiscloseOptions{Table: c.String("table"), Where: c.String("where"), Workers: n}
	if opt.Rows, err = rowNumbers(c.String("rows")); err != nil {
		return err
	}
	if len(opt.Rows) == 0 && opt.Where == "" {
		return hint(usagef("disclose: no rows"), "choose some with --rows or --where")
	}
	if opt.Columns, err = columnNames(c); err != nil {
		return err
	}
	if err = whole(c.Args().First()); err != nil {
		return err
	}
	if err = placed(c, append(c.StringSlice("identity"), c.Args().First())...); err != nil {
		return err
	}
	if opt.Policy, err = signerPolicy(c.String("signer")); err != nil {
		return err
	}
	if opt.Identities, err = identities(e, c.StringSlice("identity")); err != nil {
		return err
	}
	d, err := job.Disclose(ctx, c.Args().First(), opt)
	if err != nil {
		return discloseFault(exprError("--where", err), c)
	}
	return writeDisclosure(e, c, d)
}

// columnNames reads --columns.
func columnNames(c *cli.Context) ([]string, error) {
	if c.String("columns") == "" {
		return nil, nil
	}
	out := names(c.String("columns"))
	for i, name := range out {
		if name == "" || slices.Contains(out[:i], name) {
			return nil, usagef("--columns: column %q is there twice, or has no name", name)
		}
	}
	return out, nil
}

// discloseFault tells what to do about a disclosure that failed.
func discloseFault(err error, c *cli.Context) error {
	if exitCode(err) == exitNoKey && hintOf(err) == "" {
		if len(c.StringSlice("identity")) == 0 {
			return hint(err, "name a key file with -i, or other --columns")
		}
		return hint(err, "this key is not for it")
	}
	if t := (*job.NoTableError)(nil); errors.As(err, &t) && t.Name == "" {
		return hint(err, "name the table with --table")
	}
	return err
}

func writeDisclosure(e *env, c *cli.Context, d *commit.Disclosure) error {
	file, err := d.Format()
	if err != nil {
		return err
	}
	if err = writeBytes(e, c.String("output"), c.Bool("replace"), file); err != nil || e.quiet {
		return err
	}
	var columns []string
	for _, s := range d.Columns {
		columns = append(columns, s.Name)
	}
	fmt.Fprintf(e.err, "%s of %s, %s: %s shows to whoever has it: %s\n", counted(len(d.Rows), "row"), d.Table, counted(len(columns), "column"), c.String("output"), strings.Join(columns, ", "))
	return nil
}

// maxRowNumbers bounds --rows; a disclosure has at most so many cells.
const maxRowNumbers = 1 << 20

// rowNumbers reads "17,204" and "3-9".
func rowNumbers(list string) ([]int64, error) {
	if list == "" {
		return nil, nil
	}
	var out []int64
	for _, part := range names(list) {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.ParseInt(from, 10, 64)
		b := a
		if err == nil && isRange {
			b, err = strconv.ParseInt(to, 10, 64)
		}
		if err != nil || a < 0 || b < a || b == math.MaxInt64 { // no table is so long, and the loop below ends
			return nil, hint(usagef("--rows: %q is neither a row nor a range of rows", part), "rows count from 0, such as --rows 17,204,300-310")
		}
		if b-a >= int64(maxRowNumbers-len(out)) {
			return nil, usagef("--rows: more than %d rows", maxRowNumbers)
		}
		for ; a <= b; a++ {
			out = append(out, a)
		}
	}
	return out, nil
}

// maxDisclosure is the largest file of shown cells or of a request that is read.
const maxDisclosure = 256 << 20

// readShown reads a small canonical file.
func readShown(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDisclosure+1))
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	if len(data) > maxDisclosure {
		return nil, privacy.Tampered("read", path, "it has more than %d bytes", maxDisclosure)
	}
	return data, nil
}

func readDisclosure(path string) (*commit.Disclosure, error) {
	data, err := readShown(path)
	if err != nil {
		return nil, err
	}
	return commit.ParseDisclosure(data)
}

// isDisclosure says whether a path is a file of shown cells. Canonical JSON puts
// the columns first, and a signed statement has none.
func isDisclosure(path string) bool { return begins(path, `{"columns":`) }

// isRequest says whether a path is an audit request, whose first member is the
// beacon.
func isRequest(path string) bool { return begins(path, `{"beacon":`) }

func begins(path, with string) bool { return string(headOf(path, len(with))) == with }

// verifyDisclosure holds shown cells against a manifest and prints them.
func verifyDisclosure(e *env, c *cli.Context, path string) error {
	against := c.String("against")
	if against == "" {
		return hint(usagef("verify %q: shown cells are of a bundle", path), "name it, or its manifest.json, with --against")
	}
	policy, err := signerPolicy(c.String("signer"))
	if err != nil {
		return err
	}
	d, err := readDisclosure(path)
	if err != nil {
		return err
	}
	got, err := job.CheckDisclosure(against, policy, d)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printShown(e, got)
	}
	var out bytes.Buffer // all of it, or nothing
	fmt.Fprintf(&out, "%s holds: %s of %s in table %s of %s\n%s\n", path, counted(len(got.Rows), "row"), job.Thousands(got.Of), got.Table, got.Bundle, signedBy(got.Signer, got.Pinned))
	if err = writeBatch(&out, "csv", readable(job.Numbered(got.Rows, got.Cells))); err != nil {
		return err
	}
	_, err = e.out.Write(out.Bytes())
	return err
}

func writeBatch(to io.Writer, format string, b table.Batch) error {
	codec, err := catalog.ByName(format)
	if err != nil {
		return err
	}
	w, err := codec.Create(to, b.Schema(), formats.WriteOptions{})
	if err != nil {
		return err
	}
	if err = w.Write(b); err != nil {
		return err
	}
	return w.Close()
}

// shownJSON is the form of --json.
type shownJSON struct {
	Holds  bool       `json:"holds"`
	Bundle string     `json:"bundle"`
	Signer string     `json:"signer"`
	Pinned bool       `json:"signer_pinned"`
	Table  string     `json:"table"`
	Root   string     `json:"root"`
	Of     int64      `json:"table_rows"`
	Sealed []string   `json:"sealed_columns"`
	Rows   []shownRow `json:"rows"`
}

type shownRow struct {
	Row   int64           `json:"row"`
	Cells json.RawMessage `json:"cells"`
}

func printShown(e *env, got *job.Disclosed) error {
	out := shownJSON{
		Holds: true, Bundle: got.Bundle, Signer: got.Signer, Pinned: got.Pinned, Table: got.Table,
		Root: got.Root, Of: got.Of, Sealed: append([]string{}, got.Salted...),
	}
	var lines bytes.Buffer
	if err := writeBatch(&lines, "jsonl", timed(got.Cells)); err != nil {
		return err
	}
	for i, line := range bytes.Split(bytes.TrimSuffix(lines.Bytes(), []byte("\n")), []byte("\n")) {
		out.Rows = append(out.Rows, shownRow{got.Rows[i], line})
	}
	return printJSON(e.out, out)
}
