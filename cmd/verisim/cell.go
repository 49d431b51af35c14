package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

func cellVerb() verb {
	return verb{
		name:  "cell",
		usage: "hand out one cell of a sealed file, and look at one",
		about: `A column that was sealed by the cell (verisim seal --mode cell) has a key for each
cell. A grant holds one such key: it opens that cell and nothing else.`,
		sub: []verb{cellGrantVerb(), cellShowVerb()},
	}
}

func cellGrantVerb() verb {
	return verb{
		name:  "grant",
		usage: "write the key of one cell",
		args:  "FILE",
		min:   1, max: 1,
		about: `The grant is secret: whoever has it, and the file, reads the cell. It cannot be
called back.`,
		examples: []string{"verisim cell grant claims.arrow -i me.key --column diagnosis --row 41 -o cell.key"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat(unlockFlags(), []cli.Flag{
			&cli.StringFlag{Name: "column", Required: true, Usage: "the cell's `COLUMN`"},
			&cli.Int64Flag{Name: "row", Required: true, Usage: "the cell's row `N`, from 0"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the grant to `FILE`, mode 0600"},
		}),
		run: cellGrant,
	}
}

func cellGrant(ctx context.Context, e *env, c *cli.Context) error {
	u, err := readUnlock(e, c)
	if err != nil {
		return err
	}
	f, r, err := openSealed(c.Args().First(), u)
	if err != nil {
		return err
	}
	defer f.Close()
	defer r.Erase()
	if n := c.Int64("row"); n < 0 || n >= r.Rows() {
		return usagef("--row is %d; the table has rows 0 to %d", n, r.Rows()-1)
	}
	g, err := r.Disclose(ctx, c.String("column"), c.Int64("row"))
	if err != nil {
		return err
	}
	content, err := g.Format()
	if err != nil {
		return err
	}
	return keys.WriteSecret(c.String("output"), content)
}

func cellShowVerb() verb {
	return verb{
		name:  "show",
		usage: "print the cell that a grant opens",
		args:  "FILE GRANT",
		min:   2, max: 2,
		about: `That the cell is of this file, row and column is checked, as far as the sealer is
to be trusted; the rest of the file is not.`,
		examples: []string{"verisim cell show claims.arrow cell.key"},
		exits:    []int{exitCorrupt, exitNoKey},
		run:      cellShow,
	}
}

func cellShow(_ context.Context, e *env, c *cli.Context) error {
	f, err := os.Open(c.Args().Get(1))
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	_ = f.Close() // it was only read
	if err != nil {
		return err
	}
	g, err := seal.ParseCellGrant(data)
	if err != nil {
		return err
	}
	sealed, size, err := sized(c.Args().First(), os.O_RDONLY)
	if err != nil {
		return err
	}
	defer sealed.Close()
	cell, err := seal.OpenCell(sealed, size, g)
	if err != nil {
		return err
	}
	defer cell.Release()
	_, err = fmt.Fprintln(e.out, cell.ValueStr(0))
	return err
}
