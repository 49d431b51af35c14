package pedersen

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/verisim/verisim/privacy"
)

// The kinds of a [Claim].
const (
	Exact   = "exact"    // one number: the total
	OneOf   = "one-of"   // two numbers or more, of which the total is one
	Between = "between"  // two numbers: the least and the largest total
	AtLeast = "at-least" // one number
	AtMost  = "at-most"  // one number
)

// Claim is what a proof file shows of a total.
type Claim struct {
	Kind    string
	Numbers []*big.Int // in units
	Bits    int        // of AtLeast and AtMost: 2^Bits - 1 is how far away the total may be
}

// Proof is a claim about a total with its proof.
type Proof struct {
	Public Public
	For    string // whom and what the proof is for; it holds for nothing else
	Claim  Claim
	Bytes  []byte
}

type claimFile struct {
	Kind    string   `json:"kind"`
	Numbers []string `json:"numbers"`
	Bits    int      `json:"bits,omitempty"`
}

type proofFile struct {
	Format string     `json:"format"`
	Public publicFile `json:"public"`
	For    string     `json:"for"`
	Claim  claimFile  `json:"claim"`
	Proof  string     `json:"proof,omitempty"`
}

// Prove shows a claim about a total. The purpose is UTF-8: JSON holds no other text.
func (s *Secret) Prove(c Claim, purpose string) (*Proof, error) {
	if !utf8.ValidString(purpose) {
		return nil, privacy.Refused("prove", "total", "whom the proof is for is not written in utf-8")
	}
	p := &Proof{Public: s.Public, For: purpose, Claim: c}
	if err := c.Check(); err != nil {
		return nil, err
	}
	context, err := p.context()
	if err != nil {
		return nil, err
	}
	if !c.Holds(s.Opening.Total) {
		return nil, privacy.Refused("prove", "total", "the claim does not hold")
	}
	n := c.Numbers
	switch c.Kind {
	case Exact:
		p.Bytes, err = ProveTotal(context, s.Commitment, s.Opening)
	case OneOf:
		p.Bytes, err = ProveOneOf(context, s.Commitment, s.Opening, n, nil)
	case Between:
		p.Bytes, err = ProveBetween(context, s.Commitment, s.Opening, n[0], n[1], nil)
	case AtLeast:
		p.Bytes, err = ProveAtLeast(context, s.Commitment, s.Opening, n[0], c.Bits, nil)
	case AtMost:
		p.Bytes, err = ProveAtMost(context, s.Commitment, s.Opening, n[0], c.Bits, nil)
	}
	return p, err
}

// Verify checks the proof.
func (p *Proof) Verify() error {
	err := p.verify()
	if errors.Is(err, privacy.ErrRefused) { // no prover makes such a claim
		return privacy.Tampered("verify", "total", "%v", err)
	}
	return err
}

func (p *Proof) verify() error {
	if err := p.Claim.Check(); err != nil {
		return err
	}
	context, err := p.context()
	if err != nil {
		return err
	}
	c, n := p.Public.Commitment, p.Claim.Numbers
	switch p.Claim.Kind {
	case Exact:
		return VerifyTotal(context, c, n[0], p.Bytes)
	case OneOf:
		return VerifyOneOf(context, c, n, p.Bytes)
	case Between:
		return VerifyBetween(context, c, n[0], n[1], p.Bytes)
	case AtLeast:
		return VerifyAtLeast(context, c, n[0], p.Claim.Bits, p.Bytes)
	}
	return VerifyAtMost(context, c, n[0], p.Claim.Bits, p.Bytes)
}

// Holds says whether the claim is true of a total, in units.
func (c Claim) Holds(total *big.Int) bool {
	if c.Check() != nil {
		return false
	}
	away := new(big.Int).Sub(total, c.Numbers[0])
	switch c.Kind {
	case Exact, OneOf:
		return slices.ContainsFunc(c.Numbers, func(v *big.Int) bool { return v.Cmp(total) == 0 })
	case Between:
		return away.Sign() >= 0 && total.Cmp(c.Numbers[1]) <= 0
	case AtMost:
		away.Neg(away)
	}
	return away.Sign() >= 0 && away.BitLen() <= c.Bits
}

// Check refuses claims of no kind, or with other numbers than its kind has.
func (c Claim) Check() error {
	count := len(c.Numbers)
	fits := count == 1
	switch c.Kind {
	case Exact, AtLeast, AtMost:
	case Between:
		fits = count == 2 && c.Numbers[0].Cmp(c.Numbers[1]) <= 0
	case OneOf:
		fits = count >= 2 && count <= MaxChoices
	default:
		return privacy.Refused("read", "claim", "there is no kind %q", c.Kind)
	}
	bounded := c.Kind == AtLeast || c.Kind == AtMost
	if !fits || bounded != slices.Contains([]int{8, 16, 32, 64, 128}, c.Bits) || !bounded && c.Bits != 0 {
		return privacy.Refused("read", "claim", "%s with %d numbers and %d bits is none", c.Kind, count, c.Bits)
	}
	return nil
}

// Words says the claim in plain English, with the scale of its total.
func (c Claim) Words(scale int) string {
	var n []string
	for _, v := range c.Numbers {
		n = append(n, Decimal(v, scale))
	}
	unit := "1"
	if scale > 0 {
		unit = Decimal(big.NewInt(1), scale)
	}
	switch c.Kind {
	case Exact:
		return "the total is exactly " + n[0]
	case OneOf:
		return "the total is one of " + strings.Join(n, ", ")
	case Between:
		return fmt.Sprintf("the total is from %s to %s", n[0], n[1])
	case AtLeast:
		return fmt.Sprintf("the total is at least %s, and by less than 2^%d times %s above", n[0], c.Bits, unit)
	}
	return fmt.Sprintf("the total is at most %s, and by less than 2^%d times %s below", n[0], c.Bits, unit)
}

func (p *Proof) file() proofFile {
	f := proofFile{Format: proofFormat, Public: p.Public.file(), For: p.For, Claim: claimFile{Kind: p.Claim.Kind, Bits: p.Claim.Bits}}
	for _, v := range p.Claim.Numbers {
		f.Claim.Numbers = append(f.Claim.Numbers, v.String())
	}
	return f
}

// context is what the proof is bound to: everything in the file but the proof.
func (p *Proof) context() ([]byte, error) { return privacy.Canonical(p.file()) }

// Format gives the file's bytes.
func (p *Proof) Format() ([]byte, error) {
	f := p.file()
	f.Proof = hex.EncodeToString(p.Bytes)
	return line(f)
}

// ParseProof reads a proof file, which says nothing until Verify does.
func ParseProof(data []byte) (*Proof, error) {
	var f proofFile
	if err := unline("proof", data, &f); err != nil {
		return nil, err
	}
	if err := known("proof", proofFormat, f.Format); err != nil {
		return nil, err
	}
	public, err := f.Public.public()
	if err != nil {
		return nil, err
	}
	p := &Proof{Public: *public, For: f.For, Claim: Claim{Kind: f.Claim.Kind, Bits: f.Claim.Bits}}
	for _, text := range f.Claim.Numbers {
		v, fault := units(text)
		if fault != nil {
			return nil, fault
		}
		p.Claim.Numbers = append(p.Claim.Numbers, v)
	}
	if p.Bytes, err = unhex(f.Proof); err != nil {
		return nil, privacy.Tampered("read", "proof", "it is not written in hex")
	}
	if err = p.Claim.Check(); err != nil {
		return nil, privacy.Tampered("read", "proof", "%v", err)
	}
	return p, nil
}
