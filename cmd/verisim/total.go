package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof/pedersen"
)

func totalVerb() verb {
	return verb{
		name:  "total",
		usage: "add totals of several makers that nobody sees, and prove what the sum is",
		about: `Each maker commits to the total of a column: a .total file that hides it, and an
opening that the maker keeps. Anybody adds .total files. Whoever was given all
openings adds those too, and then proves that the sum is a number, one of a few, or
within bounds; the proof is checked with the .total file alone.

Each .total shows that its maker knows it. It can be of any number, also of a
nonsensical one: ask each maker for a proof of its bounds before adding its total.
Proofs rest on discrete logarithms (Ristretto255, about 126 bits; not
post-quantum) and say nothing of where a total comes from. The method is
privacy/proof/PROOFS.md, section 12. Nobody outside has reviewed it yet.`,
		examples: []string{
			"verisim total commit sales.csv --column amount --type 'amount=decimal(18,2)' -o a.total --opening a.opening",
			"verisim total add a.total b.total -o sum.total",
			"verisim total add a.opening b.opening -o sum.opening",
			"verisim total prove sum.opening --max 100000 -o sum.proof",
			"verisim total verify sum.total --proof sum.proof --max 100000",
		},
		exits: []int{exitFindings, exitRefused, exitCorrupt},
		sub:   []verb{totalCommitVerb(), totalAddVerb(), totalProveVerb(), totalVerifyVerb(), totalOpenVerb()},
	}
}

func totalCommitVerb() verb {
	return verb{
		name:  "commit",
		usage: "commit to the total of a column",
		args:  "DATA",
		min:   1, max: 1,
		about: `The column holds integers or decimals, which are added exactly; missing cells are
left out. Decimals are of the column's scale, or of --scale: only totals of one
scale can be added. The opening is secret, and without it nobody can prove
anything; neither file is ever replaced.`,
		examples: []string{
			"verisim total commit sales.parquet --column amount -o a.total --opening a.opening",
			`verisim total commit sales.csv --column amount --type "amount=decimal(18,2)" --where "year == 2024" -o a.total --opening a.opening`,
		},
		exits: []int{exitRefused, exitCorrupt, exitNoKey},
		flags: slices.Concat(readFlags(), []cli.Flag{
			&cli.StringFlag{Name: "column", Required: true, Usage: "add up column `NAME`"},
			&cli.IntFlag{Name: "scale", Usage: "count in units of 10^-`N`, not in the column's own"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the committed total to `FILE`"},
			&cli.StringFlag{Name: "opening", Required: true, Usage: "write its opening to `FILE`, mode 0600"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON object"},
		}),
		run: totalCommit,
	}
}

func totalCommit(ctx context.Context, e *env, c *cli.Context) error {
	out, opening := c.String("output"), c.String("opening")
	if out == "-" || opening == "-" || opening == "" {
		return usagef("total commit writes two files, and stdout is none")
	}
	if filepath.Clean(out) == filepath.Clean(opening) {
		return usagef("total commit writes two files: -o and --opening are both %q", out)
	}
	if err := never(out, opening); err != nil {
		return err
	}
	var columns []string
	if c.String("where") == "" { // a condition may be on others
		columns = []string{c.String("column")}
	}
	in, err := openColumns(ctx, e, c, c.Args().First(), columns)
	if err != nil {
		return err
	}
	defer in.Close()
	watch := newProgress(e, "total")
	defer watch.done()
	sum, scale, err := pedersen.Sum(ctx, watch.watch(in.Stream), c.String("column"))
	if err != nil {
		return err
	}
	if c.IsSet("scale") {
		more := c.Int("scale") - scale
		if more < 0 || c.Int("scale") > pedersen.MaxScale {
			return usagef("--scale is %d; column %q needs %d, and at most %d are possible", c.Int("scale"), c.String("column"), scale, pedersen.MaxScale)
		}
		scale += more
		sum.Mul(sum, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(more)), nil))
	}
	s, err := pedersen.New(sum, scale)
	if err != nil {
		return err
	}
	if err = writeOpening(opening, s); err != nil {
		return err
	}
	if err = writePublic(e, out, &s.Public); err != nil {
		_ = os.Remove(opening) // the first error is the one that matters
		return err
	}
	return tellTotal(e, c, out, &s.Public)
}

func totalAddVerb() verb {
	return verb{
		name:  "add",
		usage: "add committed totals, or their openings",
		args:  "FILE...",
		min:   2, max: -1,
		about: `All files are totals, or all are openings. The sum lists the totals that are in
it; one that would be in it twice is refused. Whoever adds openings sees the
totals: that is for one whom all makers trust with theirs.`,
		examples: []string{"verisim total add a.total b.total c.total -o sum.total", "verisim total add a.opening b.opening c.opening -o sum.opening"},
		exits:    []int{exitRefused, exitCorrupt},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the sum to `FILE`; of openings, mode 0600"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON object"},
		},
		run: totalAdd,
	}
}

func totalAdd(_ context.Context, e *env, c *cli.Context) error {
	out := c.String("output")
	if out == "-" || out == "" {
		return usagef("total add writes a file, and stdout is none")
	}
	if err := never(out); err != nil {
		return err
	}
	var publics []*pedersen.Public
	var secrets []*pedersen.Secret
	for _, path := range c.Args().Slice() {
		data, err := readSmall(path)
		if err != nil {
			return err
		}
		if pedersen.IsSecret(data) {
			var s *pedersen.Secret
			if s, err = loadOpening(path); err != nil {
				return err
			}
			secrets = append(secrets, s)
			continue
		}
		p, err := pedersen.ParsePublic(data) // a pipe is read once
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		publics = append(publics, p)
	}
	if len(publics) > 0 && len(secrets) > 0 {
		return hint(usagef("some files are totals and some are openings"), "add them apart: the sums belong together")
	}
	if len(secrets) == 0 {
		sum, err := pedersen.AddPublic(publics...)
		if err != nil {
			return err
		}
		if err = writePublic(e, out, sum); err != nil {
			return err
		}
		return tellTotal(e, c, out, sum)
	}
	sum, err := pedersen.AddSecrets(secrets...)
	if err != nil {
		return err
	}
	if err = writeOpening(out, sum); err != nil {
		return err
	}
	return tellTotal(e, c, out, &sum.Public)
}

func totalOpenVerb() verb {
	return verb{
		name:  "open",
		usage: "print a total, for the holder of its opening",
		args:  "TOTAL",
		min:   1, max: 1,
		about:    `The opening is checked against the total: a number that it does not commit to is never printed.`,
		examples: []string{"verisim total open sum.total --opening sum.opening"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "opening", Required: true, Usage: "the opening in `FILE`"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON object"},
		},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			p, err := loadTotal(c.Args().First())
			if err != nil {
				return err
			}
			s, err := loadOpening(c.String("opening"))
			if err != nil {
				return err
			}
			if s.Commitment != p.Commitment || s.Scale != p.Scale {
				return privacy.NoKey("open", c.Args().First(), "%s is the opening of another total", c.String("opening"))
			}
			number := pedersen.Decimal(s.Opening.Total, s.Scale)
			if c.Bool("json") {
				return printJSON(e.out, map[string]any{"total": number, "scale": s.Scale, "commitment": hex.EncodeToString(s.Commitment[:])})
			}
			_, err = fmt.Fprintln(e.out, number)
			return err
		},
	}
}

// tellTotal prints what was written: the commitment, which is public.
func tellTotal(e *env, c *cli.Context, path string, p *pedersen.Public) error {
	commitment := hex.EncodeToString(p.Commitment[:])
	if c.Bool("json") {
		return printJSON(e.out, map[string]any{"file": path, "commitment": commitment, "scale": p.Scale, "parts": len(p.Parts)})
	}
	of := ""
	if p.Parts != nil {
		of = fmt.Sprintf(", the sum of %s", counted(len(p.Parts), "total"))
	}
	_, err := fmt.Fprintf(e.out, "%s: commitment %s%s\n", path, commitment, of)
	return err
}

func writePublic(e *env, path string, p *pedersen.Public) error {
	b, err := p.Format()
	if err != nil {
		return err
	}
	return writeBytes(e, path, false, b)
}

func writeOpening(path string, s *pedersen.Secret) error {
	b, err := s.Format()
	if err != nil {
		return err
	}
	return keys.WriteSecret(path, b)
}

// readSmall reads a file of verisim total.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, pedersen.MaxFile+1))
}

// isTotal says whether a path is a file of verisim total.
func isTotal(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > pedersen.MaxFile {
		return false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	_, total := pedersen.ParsePublic(data)
	_, claim := pedersen.ParseProof(data)
	return total == nil || claim == nil || pedersen.IsSecret(data)
}

func loadTotal(path string) (*pedersen.Public, error) {
	data, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	if pedersen.IsSecret(data) {
		return nil, hint(usagef("%s is an opening, which is secret", path), "name the total that it opens")
	}
	p, err := pedersen.ParsePublic(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func loadOpening(path string) (*pedersen.Secret, error) {
	data, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	if _, err = pedersen.ParsePublic(data); err == nil {
		return nil, hint(usagef("%s is a total, not an opening", path), "only who has its opening can do this")
	}
	if data, err = keys.ReadSecret(path); err != nil {
		return nil, err
	}
	s, err := pedersen.ParseSecret(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
