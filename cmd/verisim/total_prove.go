package main

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/pedersen"
)

// boundFlags are the flags of a claim that prove and verify have alike.
func boundFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "min", Usage: "the total is at least `N`"},
		&cli.StringFlag{Name: "max", Usage: "the total is at most `N`"},
		&cli.StringFlag{Name: "one-of", Usage: "the total is one of `A,B,...`, 2 to 256 numbers"},
		&cli.IntFlag{Name: "bits", Value: 64, Usage: "with --min or --max alone: the total is less than 2^`N` units away; 8, 16, 32, 64 or 128"},
	}
}

func totalProveVerb() verb {
	return verb{
		name:  "prove",
		usage: "prove what a total is, or its bounds, to people who will not see it",
		args:  "OPENING",
		min:   1, max: 1,
		about: `Shows one claim: --min, --max or both, --one-of a list, or --exact, which tells the
total. Nothing else is shown. A claim that does not hold gives exit code 3, and no
proof. --for says whom the proof is for: it holds with that text only.`,
		examples: []string{
			"verisim total prove sum.opening --max 100000 -o sum.proof",
			`verisim total prove sum.opening --min 0 --max 100000 --for "auditor, 2024" -o sum.proof`,
			"verisim total prove sum.opening --exact -o sum.proof",
		},
		exits: []int{exitFindings, exitRefused, exitCorrupt},
		flags: append(boundFlags(),
			&cli.BoolFlag{Name: "exact", Usage: "tell the total, and prove it"},
			&cli.StringFlag{Name: "for", Usage: "bind the proof to `TEXT`"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the proof to `FILE`"},
			&cli.BoolFlag{Name: "replace", Usage: "replace what is there"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON object"}),
		run: totalProve,
	}
}

func totalProve(_ context.Context, e *env, c *cli.Context) error {
	out := c.String("output")
	if out == "-" && c.Bool("json") {
		return usagef("stdout is not free for --json")
	}
	path := c.Args().First()
	if !utf8.ValidString(c.String("for")) {
		return usagef("--for is not utf-8")
	}
	if err := placed(c, path); err != nil {
		return err
	}
	s, err := loadOpening(path)
	if err != nil {
		return err
	}
	exact := ""
	if c.Bool("exact") {
		exact = pedersen.Decimal(s.Opening.Total, s.Scale)
	}
	claim, err := readClaim(c, exact, s.Scale)
	if err != nil {
		return err
	}
	if claim == nil {
		return hint(usagef("total prove: nothing to prove"), "say it with --min, --max, --one-of or --exact")
	}
	if !claim.Holds(s.Opening.Total) {
		return findings("prove %s: it does not hold that %s", path, claim.Words(s.Scale))
	}
	p, err := s.Prove(*claim, c.String("for"))
	if err != nil {
		return err
	}
	b, err := p.Format()
	if err != nil {
		return err
	}
	// What is written is what people will verify.
	again, err := pedersen.ParseProof(b)
	if err == nil {
		err = again.Verify()
	}
	if err != nil {
		return fmt.Errorf("verify the proof that was made: %w", err)
	}
	if err = writeBytes(e, out, c.Bool("replace"), b); err != nil || out == "-" {
		return err
	}
	return tellClaim(e, c, out, p)
}

func totalVerifyVerb() verb {
	return verb{
		name:  "verify",
		usage: "check a proof about a committed total",
		args:  "TOTAL",
		min:   1, max: 1,
		about: `Needs no opening. Without a claim the proof's own is printed; with --min, --max,
--one-of, --exact or --for the proof must be of exactly that. Compare the parts of
a sum with the totals that its makers sent you: add them yourself.`,
		examples: []string{
			"verisim total verify sum.total --proof sum.proof",
			`verisim total verify sum.total --proof sum.proof --min 0 --max 100000 --for "auditor, 2024"`,
		},
		exits: []int{exitRefused, exitCorrupt},
		flags: append(boundFlags(),
			&cli.StringFlag{Name: "exact", Usage: "the total is `N`"},
			&cli.StringFlag{Name: "for", Usage: "the proof is for `TEXT`"},
			&cli.StringFlag{Name: "proof", Required: true, Usage: "the proof in `FILE`"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON object"}),
		run: totalVerify,
	}
}

func totalVerify(_ context.Context, e *env, c *cli.Context) error {
	path := c.Args().First()
	public, err := loadTotal(path)
	if err != nil {
		return err
	}
	claim, err := readClaim(c, c.String("exact"), public.Scale)
	if err != nil {
		return err
	}
	data, err := readSmall(c.String("proof"))
	if err != nil {
		return err
	}
	p, err := pedersen.ParseProof(data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.String("proof"), err)
	}
	if p.Public.Commitment != public.Commitment || p.Public.Scale != public.Scale || !slices.Equal(p.Public.Parts, public.Parts) {
		return privacy.Tampered("verify", path, "%s is about another total", c.String("proof"))
	}
	if err = p.Verify(); err != nil {
		return fmt.Errorf("%s: %w", c.String("proof"), err)
	}
	if claim != nil && claim.Words(public.Scale) != p.Claim.Words(public.Scale) {
		return privacy.Refused("verify", path, "the proof is of another claim: %s", p.Claim.Words(public.Scale))
	}
	if c.IsSet("for") && c.String("for") != p.For {
		return privacy.Refused("verify", path, "the proof is for %q", p.For)
	}
	return tellClaim(e, c, path, p)
}

// readClaim makes a claim of the flags; nil if there is none.
func readClaim(c *cli.Context, exact string, scale int) (*pedersen.Claim, error) {
	given := func(name string) bool { return c.String(name) != "" }
	claim := &pedersen.Claim{}
	var texts []string
	kinds := 0
	if exact != "" {
		kinds++
		claim.Kind, texts = pedersen.Exact, []string{exact}
	}
	if given("one-of") {
		kinds++
		claim.Kind, texts = pedersen.OneOf, strings.Split(c.String("one-of"), ",")
	}
	if given("min") || given("max") {
		kinds++
		switch {
		case !given("max"):
			claim.Kind, claim.Bits, texts = pedersen.AtLeast, c.Int("bits"), []string{c.String("min")}
		case !given("min"):
			claim.Kind, claim.Bits, texts = pedersen.AtMost, c.Int("bits"), []string{c.String("max")}
		default:
			claim.Kind, texts = pedersen.Between, []string{c.String("min"), c.String("max")}
		}
	}
	switch {
	case kinds > 1:
		return nil, usagef("--exact, --one-of and bounds exclude each other: one proof, one claim")
	case c.IsSet("bits") && claim.Bits == 0:
		return nil, usagef("--bits is for --min or --max alone")
	case kinds == 0:
		return nil, nil
	case claim.Bits != 0 && !slices.Contains([]int{8, 16, 32, 64, 128}, claim.Bits):
		return nil, usagef("--bits is %d; 8, 16, 32, 64 or 128 are possible", claim.Bits)
	case len(texts) == 1 && claim.Kind == pedersen.OneOf, len(texts) > pedersen.MaxChoices:
		return nil, usagef("--one-of has %s; 2 to %d are possible", counted(len(texts), "number"), pedersen.MaxChoices)
	}
	for _, text := range texts {
		v, err := pedersen.Units(strings.TrimSpace(text), scale)
		if err != nil {
			return nil, usagef("%v", err)
		}
		claim.Numbers = append(claim.Numbers, v)
	}
	if claim.Kind == pedersen.Between && claim.Numbers[0].Cmp(claim.Numbers[1]) > 0 {
		return nil, usagef("--min %s is above --max %s", texts[0], texts[1])
	}
	if err := claim.Check(); err != nil {
		return nil, usagef("%v", err)
	}
	return claim, nil
}

// claimVerdict is one claim for --json; it has the members of a statement's.
type claimVerdict struct {
	Statement     claimStatement `json:"statement"`
	Holds         bool           `json:"holds"`
	SoundnessBits int            `json:"soundness_bits"`
	Words         string         `json:"words"`
}

type claimStatement struct {
	Kind    string   `json:"kind"`
	Numbers []string `json:"numbers"`
	Bits    int      `json:"bits,omitempty"`
	For     string   `json:"for"`
	Parts   int      `json:"parts"`
}

// tellClaim prints a claim that was verified.
func tellClaim(e *env, c *cli.Context, path string, p *pedersen.Proof) error {
	words := p.Claim.Words(p.Public.Scale)
	if c.Bool("json") {
		v := claimVerdict{claimStatement{p.Claim.Kind, decimals(p.Claim.Numbers, p.Public.Scale), p.Claim.Bits, p.For, len(p.Public.Parts)}, true, pedersen.SoundnessBits, words}
		return printJSON(e.out, v)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s holds, with %d bits of soundness\n  %s\n", path, pedersen.SoundnessBits, words)
	if p.Public.Parts != nil {
		fmt.Fprintf(&b, "  it is the sum of %s\n", counted(len(p.Public.Parts), "total"))
	}
	if p.For != "" {
		fmt.Fprintf(&b, "  the proof is for %q\n", p.For)
	}
	fmt.Fprintf(&b, "it rests on %s; nothing here shows where the total comes from\n", pedersen.Soundness)
	_, err := io.WriteString(e.out, b.String())
	return err
}

func decimals(vs []*big.Int, scale int) (out []string) {
	for _, v := range vs {
		out = append(out, pedersen.Decimal(v, scale))
	}
	return out
}
