package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
)

// eraseLimit is what an erasure does not do, in a sentence for people.
const eraseLimit = "whoever has a copy of the keyring from before still opens these subjects' cells, and what was opened before stays open; so does every column that was not sealed by the subject"

const maxSubjects = 64 << 20 // bytes of a list

func eraseVerb() verb {
	return verb{
		name:  "erase",
		usage: "destroy subjects' keys in a keyring, and sign a record of it",
		args:  "KEYRING",
		min:   1, max: 1,
		about: `Columns that were sealed by the subject (verisim seal --subject) can no longer be
opened for the erased subjects, in any copy of any file sealed with this keyring.
The others are as they were. KEYRING is replaced; this cannot be undone.

A keyring knows no names: a mistyped subject is erased as well as any other.
Destroying copies and backups of the keyring is yours to do.`,
		examples: []string{"verisim erase ring.key --subject 4711 --sign signer.key -o erased-4711.json"},
		exits:    []int{exitRefused, exitCorrupt},
		flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "subject", Usage: "erase `SUBJECT`, as the subject column has it; may be repeated"},
			&cli.StringFlag{Name: "subjects", Usage: "erase the subjects in `FILE`, one a line; - is stdin"},
			&cli.StringFlag{Name: "sign", Required: true, Usage: "sign the record with the signer in `FILE`"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the record to `FILE`"},
		},
		run: erase,
	}
}

func erase(_ context.Context, e *env, c *cli.Context) error {
	path, to := c.Args().First(), c.String("output")
	subjects, err := readSubjects(e, c)
	if err != nil {
		return err
	}
	signer, err := keys.LoadSigner(c.String("sign"))
	if err != nil {
		return err
	}
	ring, err := keys.LoadKeyring(path)
	if err != nil {
		return err
	}
	record := attest.Erasure{Keyring: ring.ID(), Time: time.Now()}
	for i, s := range subjects {
		if !ring.Erase([]byte(s)) {
			return hint(usagef("subject %d of %d was erased before; nothing was done", i+1, len(subjects)), "leave it out")
		}
		record.Tags = append(record.Tags, ring.Tag([]byte(s)))
	}
	record.Erased = ring.Erased()
	signed, err := record.Sign(signer)
	if err != nil {
		return err
	}
	// The record is on the disk, without its name, before the keys are gone:
	// no erasure without a record, no record without an erasure.
	p, err := createPlace(to, false, 0o644)
	if err != nil {
		return err
	}
	defer p.abort()
	if _, err := p.Write(signed); err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	if err := ring.Replace(path); err != nil {
		return fmt.Errorf("replace keyring: %w", err)
	}
	if err := p.commit(); err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.err, "%s erased, %d in all; record -> %s\nnot protected: %s\n", counted(len(subjects), "subject"), ring.Erased(), to, eraseLimit)
	}
	return nil
}

// readSubjects reads --subject and --subjects; one that is there twice counts
// once.
func readSubjects(e *env, c *cli.Context) ([]string, error) {
	all := slices.Clone(c.StringSlice("subject"))
	if path := c.String("subjects"); path != "" {
		in := e.in
		if path != "-" {
			f, err := os.Open(path)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			in = f
		}
		data, err := io.ReadAll(io.LimitReader(in, maxSubjects+1))
		if err != nil {
			return nil, err
		}
		if len(data) > maxSubjects {
			return nil, usagef("--subjects: the list has more than %d bytes", maxSubjects)
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				all = append(all, line)
			}
		}
	}
	var out []string
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, usagef("nobody is to be erased: give --subject or --subjects")
	}
	return out, nil
}
