package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
)

func openVerb() verb {
	return verb{
		name:  "open",
		usage: "give the clear tables of a bundle, or of a sealed file, to the holder of a key",
		args:  "PLACE",
		min:   1, max: 1,
		about: `Sealed columns that the key does not open are left out, and named. Signature and
hashes are checked before a row is read, every batch before it is written, and
every table against its commitment before the output appears. PLACE may also be
one file that "verisim seal" wrote; then -o names a file.`,
		examples: []string{
			"verisim open out/fraud -i out/fraud.key -o clear",
			"verisim open out/fraud -i out/fraud.key --table customers --to csv -o - | head",
			"verisim open cards.arrow -i me.key --columns card,name -o clear.parquet",
		},
		exits: []int{exitCorrupt, exitNoKey},
		flags: slices.Concat(unlockFlags(), []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write to `PLACE`: a new directory, or - with --table; of a sealed file a file, or -"},
			&cli.StringSliceFlag{Name: "table", Usage: "open only this `TABLE` of a bundle, may be repeated"},
			&cli.StringFlag{Name: "columns", Usage: "of a sealed file, give only these `COLUMNS`, comma-separated"},
			signerFlag(""),
			workersFlag(),
		}, writeFlags()),
		run: open,
	}
}

func open(ctx context.Context, e *env, c *cli.Context) error {
	if st, err := os.Stat(c.Args().First()); err == nil && !st.IsDir() {
		return openFile(ctx, e, c, c.Args().First())
	}
	if err := onlyFor(c, "a sealed file, not for a bundle", "columns", "attributes", "keyring", "passphrase", "passphrase-file", "replace"); err != nil {
		return err
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	opt := job.OpenOptions{Tables: c.StringSlice("table"), Workers: n}
	if opt.Policy, err = signerPolicy(c.String("signer")); err != nil {
		return err
	}
	if opt.Identities, err = identities(e, c.StringSlice("identity")); err != nil {
		return err
	}
	sink, err := openSink(e, c)
	if err != nil {
		return err
	}
	p := newProgress(e, "open")
	opt.Progress = p.set
	got, err := job.Open(ctx, c.Args().First(), sink, opt)
	p.done()
	if err != nil {
		_ = sink.Abort() // the first error is the one that matters
		if exitCode(err) == exitNoKey && len(opt.Identities) == 0 {
			return hint(err, "name a key file with -i")
		}
		return err
	}
	if e.quiet {
		return nil
	}
	for _, t := range got {
		fmt.Fprintf(e.err, "%s: %s rows", t.Name, job.Thousands(t.Rows))
		if len(t.Opened) > 0 {
			fmt.Fprintf(e.err, ", opened %s", strings.Join(t.Opened, ", "))
		}
		if len(t.Shut) > 0 {
			fmt.Fprintf(e.err, ", left out %s: the key does not open them", strings.Join(t.Shut, ", "))
		}
		fmt.Fprintln(e.err)
	}
	return nil
}

func openSink(e *env, c *cli.Context) (table.Sink, error) {
	out := c.String("output")
	if out == "-" {
		if len(c.StringSlice("table")) != 1 {
			return nil, hint(usagef("stdout takes one table"), "name one with --table")
		}
		return &stdoutSink{e: e, c: c}, nil
	}
	codec, err := outputCodec(c, "", "arrow")
	if err != nil {
		return nil, err
	}
	sink, err := catalog.CreateFolder(out, codec, writeOptions(c, 1))
	if err != nil {
		return nil, hint(err, "choose a place where nothing is")
	}
	return sink, nil
}

// stdoutSink writes one table to stdout.
type stdoutSink struct {
	e *env
	c *cli.Context
}

func (s *stdoutSink) Create(_ context.Context, _ string, schema *arrow.Schema) (table.Writer, error) {
	return createOutput(s.e, s.c, "-", "arrows", schema)
}

func (s *stdoutSink) Commit(context.Context) error { return nil }
func (s *stdoutSink) Abort() error                 { return nil }

// firstLine is the first line of a small file that is no comment.
func firstLine(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if line := job.FirstLine(string(data)); line != "" {
		return line, nil
	}
	return "", usagef("%q is empty", path)
}
