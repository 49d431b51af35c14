package main

import (
	"bufio"
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
)

// readFlags are the flags of commands that read a table.
func readFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "from", Usage: "read the input as `FORMAT` (default: by its first bytes, then its ending)"},
		&cli.StringSliceFlag{Name: "type", Usage: "read a text column as a type: `COLUMN=TYPE`, may be repeated"},
		&cli.StringSliceFlag{Name: "null", Usage: "read `TOKEN` as null in text, may be repeated"},
		&cli.BoolFlag{Name: "no-header", Usage: "the first line of delimited text is data"},
		&cli.StringFlag{Name: "where", Usage: "keep only rows for which `EXPR` is true"},
	}
}

// writeFlags are the flags of commands that write a table.
func writeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "to", Aliases: []string{"format"}, Usage: "write as `FORMAT`: " + strings.Join(catalog.Names(), ", ") + " (default: by the output's ending)"},
		&cli.StringFlag{Name: "compression", Usage: "none, lz4, zstd or snappy, where the format knows it"},
		&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
	}
}

func workersFlag() cli.Flag {
	return &cli.IntFlag{Name: "workers", Usage: "use `N` goroutines; the result does not depend on it (default: the number of processors)"}
}

func workers(c *cli.Context) (int, error) {
	if !c.IsSet("workers") {
		return runtime.GOMAXPROCS(0), nil
	}
	n := c.Int("workers")
	if n < 1 || n > 1024 {
		return 0, usagef("--workers is %d; 1 to 1024 are possible", n)
	}
	return n, nil
}

// openInput starts to read a table: path is a file, or "-" for stdin. It reads
// the flags of readFlags, as far as the command has them.
func openInput(ctx context.Context, e *env, c *cli.Context, path string) (*catalog.Opened, error) {
	return openColumns(ctx, e, c, path, nil)
}

// openColumns is openInput of some columns; nil means all. What is not read
// costs nothing, and needs no key.
func openColumns(ctx context.Context, e *env, c *cli.Context, path string, columns []string) (*catalog.Opened, error) {
	return openWith(ctx, e, c, path, formats.ReadOptions{Columns: columns})
}

// openJudged is openInput for those who keep nothing of a batch.
func openJudged(ctx context.Context, e *env, c *cli.Context, path string) (*catalog.Opened, error) {
	return openWith(ctx, e, c, path, formats.ReadOptions{Reuse: true})
}

func openWith(ctx context.Context, e *env, c *cli.Context, path string, read formats.ReadOptions) (*catalog.Opened, error) {
	opt := catalog.OpenOptions{Path: path, Stdin: e.in, Format: c.String("from"), Read: read}
	opt.Read.Nulls = c.StringSlice("null")
	opt.Read.NoHeader = c.Bool("no-header")
	var err error
	if opt.Read.Schema, err = declared(c.StringSlice("type")); err != nil {
		return nil, err
	}
	if opt.Codec, err = modular(c.String("from-keys")); err != nil {
		return nil, err
	}
	o, err := catalog.Open(ctx, opt)
	if err != nil {
		return nil, err
	}
	if o.Stream, err = where(o.Stream, c.String("where")); err != nil {
		_ = o.Close() // the first error is the one that matters
		return nil, err
	}
	return o, nil
}

// where keeps the rows that --where asks for; "" keeps all.
func where(s table.Stream, src string) (table.Stream, error) {
	if src == "" {
		return s, nil
	}
	out, err := expr.Where(src)(s)
	if err != nil {
		return nil, exprError("--where", err)
	}
	return out, nil
}

// exprError shows where an expression is wrong.
func exprError(where string, err error) error {
	var x *expr.Error
	if !errors.As(err, &x) {
		return err
	}
	return hint(usagef("%s: %v", where, err), "here:\n"+x.Caret())
}

// declared reads COLUMN=TYPE pairs.
func declared(pairs []string) (*arrow.Schema, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	var fields []arrow.Field
	for _, p := range pairs {
		name, typ, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, usagef("--type %q is not COLUMN=TYPE", p)
		}
		t, err := table.ParseType(typ)
		if err != nil {
			return nil, usagef("--type %q: %v", p, err)
		}
		if slices.ContainsFunc(fields, func(f arrow.Field) bool { return f.Name == name }) {
			return nil, usagef("--type names column %q twice", name)
		}
		fields = append(fields, arrow.Field{Name: name, Type: t, Nullable: true})
	}
	return arrow.NewSchema(fields, nil), nil
}

// output is a table that is being written to a file, or to stdout for "-".
// Nothing is at the file's path before Close, and nothing stays after Abort.
type output interface {
	table.Writer
	Abort() error
}

// createOutput starts to write a table. The format is that of --to, else of the
// path's ending, else otherwise ("" means that it must be told).
func createOutput(e *env, c *cli.Context, path, otherwise string, s *arrow.Schema) (output, error) {
	codec, err := outputCodec(c, path, otherwise)
	if err != nil {
		return nil, err
	}
	if encrypted, kerr := modular(c.String("to-keys")); kerr != nil {
		return nil, kerr
	} else if encrypted != nil {
		if codec.Name() != encrypted.Name() {
			return nil, usagef("--to-keys is for parquet; %s has no such encryption", codec.Name())
		}
		codec = encrypted
	}
	n, err := workers(c)
	if err != nil {
		return nil, err
	}
	opt := writeOptions(c, n)
	if path != "-" {
		var f *catalog.File
		f, err = catalog.Create(path, codec, s, catalog.CreateOptions{Replace: c.Bool("replace"), Write: opt})
		if err != nil {
			return nil, taken(err)
		}
		return f, nil
	}
	if codec.Binary() && e.outTerminal {
		return nil, hint(usagef("%s is binary, and stdout is a terminal", codec.Name()), "send it to a file with -o, or pipe it")
	}
	buf := bufio.NewWriterSize(e.out, 256<<10)
	w, err := codec.Create(buf, s, opt)
	if err != nil {
		return nil, err
	}
	return &piped{w, buf, c.Bool("stream")}, nil
}

func writeOptions(c *cli.Context, workers int) formats.WriteOptions {
	return formats.WriteOptions{Compression: c.String("compression"), Parallel: workers}
}

// taken says what to do about a place that is not free.
func taken(err error) error {
	if errors.As(err, new(*catalog.ExistsError)) {
		return hint(err, "choose another place, or --replace it")
	}
	return err
}

func outputCodec(c *cli.Context, path, otherwise string) (formats.Codec, error) {
	if name := c.String("to"); name != "" {
		return catalog.ByName(name)
	}
	if path != "-" && path != "" {
		codec, _, err := catalog.ByPath(path)
		if err == nil || otherwise == "" {
			return codec, err
		}
	}
	if otherwise == "" {
		return nil, hint(usagef("stdout has no ending that tells the format"), "name it with --to")
	}
	return catalog.ByName(otherwise)
}

// piped writes to stdout.
type piped struct {
	table.Writer
	buf   *bufio.Writer
	eager bool // somebody waits for each batch
}

func (p *piped) Write(b table.Batch) error {
	if err := p.Writer.Write(b); err != nil || !p.eager {
		return err
	}
	return p.buf.Flush()
}

func (p *piped) Close() error {
	if err := p.Writer.Close(); err != nil {
		return err
	}
	return p.buf.Flush()
}

func (p *piped) Abort() error { return nil }

// copyTable writes a stream to an output and finishes it, or leaves nothing.
func copyTable(ctx context.Context, p *progress, dst output, src table.Stream) (int64, error) {
	rows, err := table.Copy(ctx, dst, p.watch(src))
	if err == nil {
		err = dst.Close()
	}
	p.done()
	if err != nil {
		_ = dst.Abort() // the first error is the one that matters
		return 0, err
	}
	return rows, nil
}

// notSame refuses to write over what is read.
func notSame(in, out string) error {
	if in != "-" && out != "-" && catalog.SameFile(in, out) {
		return hint(usagef("input and output are the same file %q", in), "write to another place")
	}
	return nil
}
