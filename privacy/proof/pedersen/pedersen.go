// Package pedersen commits to single totals so that organisations can add theirs
// up: the sum of commitments is the commitment of the sum. It shows that a total
// is a given number, one of a few, or in a range, and nothing else.
//
// It is the curve tier of the proofs, for a handful of numbers: never use it for
// rows, which package proof takes at a thousandth of the time. It is not
// post-quantum, which package proof is.
//
// The protocols are specified in PROOFS.md, section 12: Pedersen commitments over
// Ristretto255, the proofs of Okamoto (that a maker knows its total) and Schnorr
// (circl's zk/dl), OR proofs, and Bulletproofs.
//
// # Guarantee
//
// Hiding: perfect. Binding and soundness: discrete logarithms on Ristretto255,
// about 126 bits, in the random oracle model. A proof holds for one context and
// one commitment. That a total is the sum of a table's column is not shown here:
// who opens the table derives it. No outside party has reviewed this code yet.
package pedersen

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dl"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

const (
	name = "verisim/pedersen/v1"
	// MaxBits is how many bits a total has at most, without its sign.
	MaxBits = 127
	// MaxParts is how many totals may be added.
	MaxParts = 1 << 10
	// SoundnessBits is the work, as a power of two, that a false proof takes.
	SoundnessBits = 126
	// Soundness is what SoundnessBits rests on.
	Soundness = "discrete logarithms on Ristretto255, and SHA-512 and SHAKE256 as random oracles (not post-quantum)"

	size = 32 // of an element and of a scalar
)

// Commitment is a committed total.
type Commitment [size]byte

// Opening is what its maker keeps: who has it knows the total.
type Opening struct {
	Total *big.Int
	blind group.Scalar
}

func curve() group.Group { return group.Ristretto255 }

func base() group.Element { return curve().HashToElement([]byte("H"), []byte(name+" H")) }

// random gives a uniform scalar from the reader. circl's own method ignores its
// reader.
func random(r io.Reader) (group.Scalar, error) {
	var b [64]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, fmt.Errorf("draw a scalar: %w", err)
	}
	return curve().HashToScalar(b[:], []byte(name+" random")), nil
}

// scalar is v modulo the group's order.
func scalar(v *big.Int) group.Scalar { return curve().NewScalar().SetBigInt(new(big.Int).Set(v)) }

// Commit commits to a total of at most MaxBits bits. rnd defaults to crypto/rand.
func Commit(total *big.Int, rnd io.Reader) (Commitment, *Opening, error) {
	if rnd == nil {
		rnd = rand.Reader
	}
	if total.BitLen() > MaxBits {
		return Commitment{}, nil, privacy.Refused("commit", "total", "it has more than %d bits", MaxBits)
	}
	r, err := random(rnd)
	if err != nil {
		return Commitment{}, nil, err
	}
	c, err := encode(commit(scalar(total), r))
	return c, &Opening{new(big.Int).Set(total), r}, err
}

func commit(v, r group.Scalar) group.Element {
	c := curve().NewElement().MulGen(v)
	return c.Add(c, curve().NewElement().Mul(base(), r))
}

func encode(e group.Element) (c Commitment, err error) {
	b, err := e.MarshalBinary()
	if err != nil || len(b) != size {
		return c, fmt.Errorf("write commitment: %d bytes: %w", len(b), err)
	}
	return Commitment(b), nil
}

// bytesOf gives an element's or a scalar's bytes. circl gives no error for our
// group; if it ever does, no bytes are right.
func bytesOf(x interface{ MarshalBinary() ([]byte, error) }) []byte {
	b, err := x.MarshalBinary()
	if err != nil || len(b) != size {
		panic("pedersen: circl writes no canonical bytes")
	}
	return b
}

// element decodes, and refuses the identity, which opens to anybody's zero.
func element(b []byte) (group.Element, error) {
	e := curve().NewElement()
	if len(b) != size || e.UnmarshalBinary(b) != nil || e.IsIdentity() {
		return nil, privacy.Tampered("read", "commitment", "its bytes are no point, or the identity")
	}
	return e, nil
}

func readScalar(b []byte) (group.Scalar, error) {
	s := curve().NewScalar()
	if len(b) != size || s.UnmarshalBinary(b) != nil {
		return nil, privacy.Tampered("read", "proof", "its bytes are no scalar")
	}
	return s, nil
}

// guard turns a panic below into an error: what comes from outside must never do
// that, whatever circl thinks of it.
func guard(verb string, err *error) {
	if r := recover(); r != nil {
		*err = privacy.Tampered(verb, "total", "the curve library gave up: %v", r)
	}
}

// Add gives the commitment of the sum.
func Add(cs ...Commitment) (sum Commitment, err error) {
	defer guard("add", &err)
	if len(cs) > MaxParts {
		return sum, privacy.Refused("add", "totals", "there are %d, and at most %d may be added", len(cs), MaxParts)
	}
	all := curve().Identity()
	for _, c := range cs {
		e, fault := element(c[:])
		if fault != nil {
			return sum, fault
		}
		all.Add(all, e)
	}
	return encode(all)
}

// AddOpenings gives the opening of the sum, for those who share theirs.
func AddOpenings(os ...*Opening) *Opening {
	out := &Opening{new(big.Int), curve().NewScalar()}
	for _, o := range os {
		out.Total.Add(out.Total, o.Total)
		out.blind.Add(out.blind, o.blind)
	}
	return out
}

// Opens says whether the opening is the commitment's.
func (o *Opening) Opens(c Commitment) bool {
	got, err := encode(commit(scalar(o.Total), o.blind))
	return err == nil && got == c
}

// rest is C - v·G.
func rest(c group.Element, v *big.Int) group.Element {
	m := curve().NewElement().MulGen(scalar(v))
	return m.Add(c, m.Neg(m))
}

// ProveTotal shows that a commitment is of its opening's total, which is public
// then. The context says for whom and what for.
func ProveTotal(context []byte, c Commitment, o *Opening) (proof []byte, err error) {
	defer guard("prove", &err)
	e, err := element(c[:])
	if err != nil {
		return nil, err
	}
	left := rest(e, o.Total)
	if left.IsIdentity() || !o.Opens(c) {
		return nil, foreign("total")
	}
	p := dl.Prove(curve(), base(), left, o.blind, named(context, c, o.Total), []byte(name+" total"), rand.Reader)
	return append(bytesOf(p.V), bytesOf(p.R)...), nil
}

// VerifyTotal checks that a commitment is of a total.
func VerifyTotal(context []byte, c Commitment, total *big.Int, proof []byte) (err error) {
	defer guard("verify", &err)
	if len(proof) != 2*size || total.BitLen() > MaxBits {
		return privacy.Tampered("verify", "total", "the proof or the total has a wrong size")
	}
	e, err := element(c[:])
	if err != nil {
		return err
	}
	v, err := element(proof[:size])
	if err != nil {
		return err
	}
	r, err := readScalar(proof[size:])
	if err != nil {
		return err
	}
	if !dl.Verify(curve(), base(), rest(e, total), dl.Proof{V: v, R: r}, named(context, c, total), []byte(name+" total")) {
		return privacy.Tampered("verify", "total", "the commitment is of another total")
	}
	return nil
}

// named is the prover's name in the proof of a total: by C - v·G alone a proof
// would hold for C + G and v + 1 too.
func named(context []byte, c Commitment, total *big.Int) (m []byte) {
	for _, part := range [][]byte{context, c[:], []byte(total.String())} {
		m = append(binary.BigEndian.AppendUint64(m, uint64(len(part))), part...)
	}
	return m
}

func foreign(object string) error {
	return privacy.Refused("prove", object, "the opening is not the commitment's")
}

// say is a transcript of this section's protocols.
type say struct{ *transcript.Transcript }

func (t say) number(label string, n uint64) {
	t.Absorb(label, binary.BigEndian.AppendUint64(nil, n))
}

// challenge draws a scalar that is not 0.
func (t say) challenge(label string) (group.Scalar, error) {
	s := curve().HashToScalar(t.Bytes(label, 64), []byte(name+" challenge"))
	if s.IsZero() { // probability 2^-252
		return nil, privacy.Tampered("verify", "proof", "a challenge is 0")
	}
	return s, nil
}
