package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

func sealVerb() verb {
	return verb{
		name:  "seal",
		usage: "encrypt columns of a table for chosen holders, in a file that stays Arrow",
		args:  "DATA",
		min:   1, max: 1,
		about: `The columns that grants and --columns name are sealed, or all if none is named;
the rest stays readable for any Arrow reader. Every change to the file is found
by whoever opens it. A column that no grant opens is refused.

Modes: chunk (the default; hides lengths and nulls), cell (one cell can be
handed out; shows lengths and nulls), subject (as cell, and "verisim erase"
makes a subject's cells unreadable in every copy; needs --subject and --keyring).`,
		examples: []string{
			"verisim seal cards.csv -o cards.arrow --for vendor=@vendor.pub,columns=card,name --for audit=@audit.pub",
			"verisim seal people.parquet -o people.arrow --for audit=@audit.pub --subject customer_id --keyring ring.key",
		},
		exits: []int{exitRefused, exitCorrupt},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write to `FILE`, or - for stdout"},
			&cli.StringFlag{Name: "columns", Usage: "seal these `COLUMNS` too, comma-separated"},
		}, grantFlags(), passphraseFlags("let a passphrase open all sealed columns"), []cli.Flag{
			&cli.StringSliceFlag{Name: "mode", Usage: "seal by `MODE` (chunk, cell, subject), or one column as COLUMN=MODE; may be repeated"},
			&cli.StringFlag{Name: "subject", Usage: "`COLUMN` that says whose a row is; --mode subject if no mode is given"},
			&cli.StringFlag{Name: "keyring", Usage: "the subjects' keys are in `FILE` (verisim keys new --keyring)"},
			&cli.BoolFlag{Name: "insecure-allow-raw", Usage: "leave direct and sensitive columns of real origin in clear"},
			&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
		}),
		run: sealFile,
	}
}

func sealFile(ctx context.Context, e *env, c *cli.Context) error {
	from, to := c.Args().First(), c.String("output")
	if err := notSame(from, to); err != nil {
		return err
	}
	if ext := filepath.Ext(to); ext == ".gz" || ext == ".zst" {
		return hint(usagef("-o %q: ciphertexts do not compress, and a sealed file is read at random", to), "name it .arrow")
	}
	opt, err := sealOptions(c)
	if err != nil {
		return err
	}
	in, err := openInput(ctx, e, c, from)
	if err != nil {
		return err
	}
	defer in.Close()
	s := in.Stream.Schema()
	if seal.IsSealed(s) {
		return hint(usagef("%s is sealed already", from), "change who may open it with verisim rewrap, or open it first")
	}
	var w io.Writer
	var commit func() error
	if to == "-" {
		if e.outTerminal {
			return hint(usagef("a sealed file is binary, and stdout is a terminal"), "send it to a file with -o, or pipe it")
		}
		buf := bufio.NewWriterSize(e.out, 256<<10)
		w, commit = buf, buf.Flush
	} else {
		var p *place
		if p, err = createPlace(to, c.Bool("replace"), 0o644); err != nil {
			return err
		}
		defer p.abort()
		w, commit = p, p.commit
	}
	out, err := seal.Create(w, s, opt)
	if err != nil {
		return err
	}
	if err = checkRaw(s, out.Info(), c.Bool("insecure-allow-raw")); err != nil {
		return err
	}
	p := newProgress(e, "seal")
	defer p.done()
	rows, err := table.Copy(ctx, out, p.watch(ahead(in.Stream)))
	if err == nil {
		err = out.Close()
	}
	if err == nil {
		err = commit()
	}
	if err != nil {
		return err
	}
	p.done()
	if !e.quiet {
		fmt.Fprintf(e.err, "%s rows -> %s\n%s", job.Thousands(rows), to, out.Info())
	}
	return nil
}

func sealOptions(c *cli.Context) (seal.Options, error) {
	opt := seal.Options{
		Subject: c.String("subject"), Modes: map[string]seal.Mode{},
		InsecureAllowClassical: c.Bool("insecure-allow-classical"),
	}
	if list := c.String("columns"); list != "" {
		opt.Columns = names(list)
	}
	for _, m := range c.StringSlice("mode") {
		column, mode, ok := strings.Cut(m, "=")
		if !ok {
			column, mode = "", column
		}
		if !slices.Contains([]seal.Mode{seal.ModeChunk, seal.ModeCell, seal.ModeSubject}, seal.Mode(mode)) {
			return opt, usagef("--mode %q: modes are chunk, cell and subject", m)
		}
		if column == "" {
			opt.Mode = seal.Mode(mode)
		} else {
			opt.Modes[column] = seal.Mode(mode)
		}
	}
	if opt.Subject != "" && len(c.StringSlice("mode")) == 0 {
		opt.Mode = seal.ModeSubject
	}
	if path := c.String("keyring"); path != "" {
		ring, err := keys.LoadKeyring(path)
		if err != nil {
			return opt, err
		}
		opt.Keyring = ring
	} else if opt.Subject != "" {
		return opt, hint(usagef("--subject needs --keyring"), "make one with: verisim keys new --keyring -o ring.key")
	}
	var err error
	if opt.Grants, err = readGrants(c); err != nil {
		return opt, err
	}
	pass, err := readPassphrase(c, true)
	if err != nil {
		return opt, err
	}
	if pass != nil {
		opt.Grants = append(opt.Grants, seal.Grant{Name: "passphrase", Passphrase: pass})
	}
	if len(opt.Grants) == 0 {
		return opt, hint(usagef("nobody could open it"), "name somebody with --for NAME=KEY")
	}
	return opt, nil
}

// checkRaw keeps direct and sensitive columns of real origin from leaving in
// clear beside the sealed ones.
func checkRaw(s *arrow.Schema, info seal.Info, insecureAllowRaw bool) error {
	for i, f := range s.Fields() {
		l := table.LabelOf(f)
		if insecureAllowRaw || info.Columns[i].Sealed || l.Origin != table.OriginReal || l.Role != table.RoleDirect && l.Role != table.RoleSensitive {
			continue
		}
		return &privacy.Error{
			Kind: privacy.ErrRefused, Verb: "seal", Object: fmt.Sprintf("column %q", f.Name),
			Cause: fmt.Sprintf("it is %s, of real origin, and would leave in clear", l.Role),
			Hint:  "seal it too with --columns, or allow it with --insecure-allow-raw",
		}
	}
	return nil
}
