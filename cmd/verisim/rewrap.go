package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy/seal"
)

func rewrapVerb() verb {
	return verb{
		name:  "rewrap",
		usage: "change who may open a sealed file, without touching its data",
		args:  "FILE",
		min:   1, max: 1,
		about: `Only the list of grants in FILE is written, in place; the columns stay as they
are, however large the file is. You need a key that opens what you grant.

Rewrap does not protect against a removed holder who kept a copy of the file or
its keys. For that, "verisim rotate" seals the columns anew.`,
		examples: []string{"verisim rewrap cards.arrow -i audit.key --remove vendor --for bureau=@bureau.pub,columns=card"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat(unlockFlags(), grantFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "remove", Usage: "take away the grants of holder `NAME` (or key id), may be repeated"},
		}),
		run: rewrap,
	}
}

func rewrap(_ context.Context, e *env, c *cli.Context) error {
	change := seal.Change{Remove: c.StringSlice("remove"), InsecureAllowClassical: c.Bool("insecure-allow-classical")}
	var err error
	if change.Add, err = readGrants(c); err != nil {
		return err
	}
	if len(change.Add)+len(change.Remove) == 0 {
		return usagef("nothing is to be changed: give --for, --trustees, --policy or --remove")
	}
	u, err := readUnlock(e, c)
	if err != nil {
		return err
	}
	f, size, err := sized(c.Args().First(), os.O_RDWR)
	if err != nil {
		return err
	}
	defer f.Close()
	if err = knownHolders(f, size, change.Remove); err != nil {
		return err
	}
	info, err := seal.Rewrap(f, size, u, change)
	if err != nil {
		return nameKey(err, u)
	}
	if e.quiet {
		return nil
	}
	fmt.Fprint(e.err, info)
	if len(change.Remove) > 0 {
		fmt.Fprintf(e.err, "not protected: %s\n", seal.RewrapLimit)
	}
	return nil
}

// knownHolders finds a mistyped name before a key is needed. A file that cannot
// be read is left to Rewrap, which may repair it.
func knownHolders(f *os.File, size int64, remove []string) error {
	info, err := seal.Inspect(f, size)
	if err != nil {
		return nil
	}
	var known []string
	for _, h := range info.Holders {
		known = append(known, h.Name)
	}
	for _, name := range remove {
		if slices.ContainsFunc(info.Holders, func(h seal.Holder) bool { return h.Name == name || h.Recipient == name }) {
			continue
		}
		err := usagef("--remove %q: the file has no such holder", name)
		if near := document.Nearest(name, known); near != "" {
			return hint(err, "did you mean "+near+"?")
		}
		return hint(err, "verisim inspect lists them")
	}
	return nil
}

func rotateVerb() verb {
	return verb{
		name:  "rotate",
		usage: "seal chosen columns of a sealed file anew, under new keys, for new holders",
		args:  "FILE",
		min:   1, max: 1,
		about: `Writes a new file with the same columns sealed; those of --columns get new keys
(all of them by default). All former grants end: say with --for who may open the
new file. You need keys that open every sealed column.

Rotate does not reach copies of the old file, nor what was read from it.`,
		examples: []string{"verisim rotate cards.arrow -o new.arrow -i audit.key --columns card --for audit=@audit.pub"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write to `FILE`"},
			&cli.StringFlag{Name: "columns", Usage: "give only these `COLUMNS` new keys, comma-separated"},
		}, unlockFlags(), grantFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
		}),
		run: rotate,
	}
}

func rotate(ctx context.Context, e *env, c *cli.Context) error {
	from, to := c.Args().First(), c.String("output")
	if err := notSame(from, to); err != nil {
		return err
	}
	rot := seal.Rotation{InsecureAllowClassical: c.Bool("insecure-allow-classical")}
	if list := c.String("columns"); list != "" {
		rot.Columns = names(list)
	}
	var err error
	if rot.Grants, err = readGrants(c); err != nil {
		return err
	}
	if len(rot.Grants) == 0 {
		return hint(usagef("nobody could open it"), "name somebody with --for NAME=KEY; former grants end")
	}
	u, err := readUnlock(e, c)
	if err != nil {
		return err
	}
	f, r, err := openSealed(from, u)
	if err != nil {
		return err
	}
	defer f.Close()
	defer r.Erase()
	p, err := createPlace(to, c.Bool("replace"), 0o644)
	if err != nil {
		return err
	}
	defer p.abort()
	info, err := seal.Rotate(ctx, p, r, rot)
	if err != nil {
		return err
	}
	if err := p.commit(); err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.err, "%snot protected: %s\n", info, seal.RotateLimit)
	}
	return nil
}
