package pedersen

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"github.com/verisim/verisim/privacy"
)

// The formats of files (PROOFS.md, section 12).
const (
	totalFormat   = "verisim-total/v1"
	openingFormat = "verisim-total-opening/v1"
	proofFormat   = "verisim-total-proof/v1"
	// MaxFile is how large a file of these may be: a sum of MaxParts totals and a
	// proof of MaxChoices choices take less.
	MaxFile = 1 << 20
)

// Public is a committed total as others get it.
type Public struct {
	Part         // the proof is zero of a sum, whose parts have theirs
	Scale int    // units are 10^-Scale
	Parts []Part // of a sum, ascending; nil if it is none
}

// Part is a commitment with the proof that its maker knows the total: what may be
// added.
type Part struct {
	Commitment Commitment
	Known      Known
}

// Known is a proof of ProveKnown for the context of the scale.
type Known [3 * size]byte

func scaleContext(scale int) []byte { return []byte(strconv.Itoa(scale)) }

// Secret is a total with its opening, for its makers alone.
type Secret struct {
	Public
	Opening *Opening
}

// New commits to a total of units of 10^-scale.
func New(total *big.Int, scale int) (*Secret, error) {
	if scale < 0 || scale > MaxScale {
		return nil, privacy.Refused("commit", "total", "%d decimals, and 0 to %d are possible", scale, MaxScale)
	}
	c, o, err := Commit(total, nil)
	if err != nil {
		return nil, err
	}
	known, err := ProveKnown(scaleContext(scale), c, o, nil)
	if err != nil {
		return nil, err
	}
	return &Secret{Public{Part: Part{c, Known(known)}, Scale: scale}, o}, nil
}

// AddPublic adds totals of one scale, of which none may be in the sum twice.
func AddPublic(all ...*Public) (*Public, error) {
	if len(all) == 0 {
		return nil, privacy.Refused("add", "totals", "there are none")
	}
	out := &Public{Scale: all[0].Scale}
	for _, p := range all {
		if p.Scale != out.Scale {
			return nil, &privacy.Error{
				Kind: privacy.ErrRefused, Verb: "add", Object: "totals",
				Cause: fmt.Sprintf("one has %d decimals, another %d", out.Scale, p.Scale),
				Hint:  "commit to all with the same --scale",
			}
		}
		if p.Parts == nil {
			out.Parts = append(out.Parts, p.Part)
		} else {
			out.Parts = append(out.Parts, p.Parts...)
		}
	}
	slices.SortFunc(out.Parts, func(a, b Part) int { return bytes.Compare(a.Commitment[:], b.Commitment[:]) })
	for i, p := range out.Parts {
		if i > 0 && p.Commitment == out.Parts[i-1].Commitment {
			return nil, privacy.Refused("add", "totals", "one of them would be in the sum twice")
		}
	}
	var err error
	out.Commitment, err = addParts(out.Parts)
	return out, err
}

func addParts(ps []Part) (Commitment, error) {
	cs := make([]Commitment, len(ps))
	for i := range ps {
		cs[i] = ps[i].Commitment
	}
	return Add(cs...)
}

// AddSecrets adds totals of those who gave their openings.
func AddSecrets(all ...*Secret) (*Secret, error) {
	var ps []*Public
	var os []*Opening
	for _, s := range all {
		ps, os = append(ps, &s.Public), append(os, s.Opening)
	}
	p, err := AddPublic(ps...)
	if err != nil {
		return nil, err
	}
	sum := AddOpenings(os...)
	if sum.Total.BitLen() > MaxBits {
		return nil, privacy.Refused("add", "totals", "the sum has more than %d bits", MaxBits)
	}
	return &Secret{*p, sum}, nil
}

type partFile struct {
	Commitment string `json:"commitment"`
	Known      string `json:"known,omitempty"`
}

type publicFile struct {
	partFile
	Format string     `json:"format"`
	Scale  int        `json:"scale"`
	Parts  []partFile `json:"parts,omitempty"`
}

type openingFile struct {
	Format string     `json:"format"`
	Public publicFile `json:"public"`
	Total  string     `json:"total"`
	Blind  string     `json:"blind"`
}

func (p *Public) file() publicFile {
	f := publicFile{Format: totalFormat, partFile: p.Part.file(), Scale: p.Scale}
	if p.Parts != nil {
		f.Known = ""
	}
	for _, c := range p.Parts {
		f.Parts = append(f.Parts, c.file())
	}
	return f
}

func (p *Part) file() partFile {
	return partFile{hex.EncodeToString(p.Commitment[:]), hex.EncodeToString(p.Known[:])}
}

// Format gives the file's bytes.
func (p *Public) Format() ([]byte, error) { return line(p.file()) }

// Format gives the file's bytes, which are secret.
func (s *Secret) Format() ([]byte, error) {
	return line(openingFile{openingFormat, s.file(), s.Opening.Total.String(), hex.EncodeToString(bytesOf(s.Opening.blind))})
}

func line(v any) ([]byte, error) {
	b, err := privacy.Canonical(v)
	return append(b, '\n'), err
}

// unline decodes a file of one line.
func unline(what string, data []byte, into any) error {
	body, ended := bytes.CutSuffix(data, []byte("\n"))
	if len(data) > MaxFile || !ended {
		return privacy.Tampered("read", what, "it does not end as such a file does, or is larger than one")
	}
	if err := privacy.DecodeCanonical(body, into); err != nil {
		return &privacy.Error{Kind: privacy.ErrTampered, Verb: "read", Object: what, Cause: err.Error(), Hint: "is it a file of verisim total?"}
	}
	return nil
}

func known(what, want, got string) error {
	if got != want {
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: what, Cause: fmt.Sprintf("its format is %q, not %q", got, want)}
	}
	return nil
}

// IsSecret says whether a file's bytes are those of an opening.
func IsSecret(data []byte) bool {
	// Members are sorted: only an opening has the blinding first.
	return bytes.HasPrefix(data, []byte(`{"blind":`))
}

// ParsePublic reads a committed total. A sum's parts are added up again.
func ParsePublic(data []byte) (*Public, error) {
	var f publicFile
	if err := unline("total", data, &f); err != nil {
		return nil, err
	}
	return f.public()
}

func (f *publicFile) public() (*Public, error) {
	if err := known("total", totalFormat, f.Format); err != nil {
		return nil, err
	}
	p := &Public{Scale: f.Scale}
	if f.Scale < 0 || f.Scale > MaxScale || len(f.Parts) == 1 || len(f.Parts) > MaxParts {
		return nil, privacy.Tampered("read", "total", "its scale or the number of its parts is out of range")
	}
	var err error
	if f.Parts == nil {
		p.Part, err = f.part(f.Scale)
		return p, err
	}
	if p.Commitment, err = point(f.Commitment); err != nil {
		return nil, err
	}
	if f.Known != "" {
		return nil, privacy.Tampered("read", "total", "it is a sum, whose parts are known and not itself")
	}
	for i := range f.Parts {
		part, fault := f.Parts[i].part(f.Scale)
		if fault != nil {
			return nil, fault
		}
		if i > 0 && bytes.Compare(p.Parts[i-1].Commitment[:], part.Commitment[:]) >= 0 {
			return nil, privacy.Tampered("read", "total", "part %d is not above the one before", i+1)
		}
		p.Parts = append(p.Parts, part)
	}
	sum, err := addParts(p.Parts)
	if err == nil && sum != p.Commitment {
		err = privacy.Tampered("read", "total", "its parts do not add up to it")
	}
	return p, err
}

// part reads a commitment, and refuses one that its maker does not know.
func (f *partFile) part(scale int) (p Part, err error) {
	if p.Commitment, err = point(f.Commitment); err != nil {
		return p, err
	}
	known, err := unhex(f.Known)
	if err != nil || len(known) != len(p.Known) {
		return p, privacy.Tampered("read", "total", "the proof that it is known is not written as %d bytes in hex", len(p.Known))
	}
	copy(p.Known[:], known)
	return p, VerifyKnown(scaleContext(scale), p.Commitment, known)
}

// point reads a commitment.
func point(text string) (c Commitment, err error) {
	b, err := unhex(text)
	if err != nil || len(b) != size {
		return c, privacy.Tampered("read", "total", "its commitment is not written as 32 bytes in hex")
	}
	_, err = element(b)
	return Commitment(b), err
}

// unhex reads hex in lower case, the only form.
func unhex(text string) ([]byte, error) {
	b, err := hex.DecodeString(text)
	if err == nil && hex.EncodeToString(b) != text {
		err = fmt.Errorf("hex is in lower case")
	}
	return b, err
}

// ParseSecret reads an opening, and refuses one that does not open its commitment.
func ParseSecret(data []byte) (s *Secret, err error) {
	defer guard("read", &err)
	var f openingFile
	if err = unline("opening", data, &f); err != nil {
		return nil, err
	}
	if err = known("opening", openingFormat, f.Format); err != nil {
		return nil, err
	}
	p, err := f.Public.public()
	if err != nil {
		return nil, err
	}
	b, err := unhex(f.Blind)
	if err != nil {
		return nil, privacy.Tampered("read", "opening", "its blinding is not written in hex")
	}
	o := &Opening{}
	if o.blind, err = readScalar(b); err != nil {
		return nil, err
	}
	if o.Total, err = units(f.Total); err != nil {
		return nil, err
	}
	if !o.Opens(p.Commitment) {
		return nil, privacy.Tampered("read", "opening", "it does not open its commitment")
	}
	return &Secret{*p, o}, nil
}

// units reads an integer in its only form.
func units(text string) (*big.Int, error) {
	v, ok := new(big.Int).SetString(text, 10)
	if len(text) > 50 || !ok || v.String() != text || v.BitLen() > MaxBits {
		return nil, privacy.Tampered("read", "number", "it is no integer in its shortest form, or has more than %d bits", MaxBits)
	}
	return v, nil
}
