// Package pedersen commits to single totals so that organisations can add theirs
// up: the sum of commitments is the commitment of the sum. It shows that a total
// is a given number, or that it has at most so many bits, and nothing else.
//
// It is the curve tier of the proofs, for a handful of numbers. It takes a
// hundred microseconds a bit, where package proof takes one microsecond a cell:
// never use it for rows. It is not post-quantum, which package proof is.
//
// # Protocol
//
// Over Ristretto255 (RFC 9496, by circl), G the generator and H its hash of
// "verisim/pedersen/v1 H" to the group (RFC 9380), so that nobody knows H's
// logarithm: C = v·G + r·H, r uniform.
//
//   - Total: Schnorr's proof of r with C - v·G = r·H (RFC 8235, circl's zk/dl), whose
//     challenge takes the context, C and v, each with its length, as the prover's name:
//     by C - v·G alone a proof would hold for C + G and v + 1 too.
//   - Range 0..2^n - 1: commitments C_i of bits with sum 2^i·C_i = C, where C_0 is
//     what the others leave; for each a proof that C_i = r·H or C_i - G = r·H
//     (Cramer, Damgård, Schoenmakers, CRYPTO 1994), all under one challenge
//     e = HashToScalar of the protocol's name, the context, n, C, every C_i and
//     every first message, each with its length.
//
// # Guarantee
//
// Hiding: perfect. Binding and soundness: discrete logarithms on Ristretto255,
// about 126 bits, in the random oracle model. A proof holds for one context and
// one commitment. That a total is the sum of a table's column is not shown here:
// who opens the table derives it. Totals are far below the group's order of 2^252,
// so sums do not wrap. No outside party has reviewed this code yet.
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
)

const (
	name = "verisim/pedersen/v1"
	// MaxBits is the largest range.
	MaxBits = 128
	size    = 32 // of an element and of a scalar
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

func scalar(v *big.Int) group.Scalar { return curve().NewScalar().SetBigInt(new(big.Int).Set(v)) }

// Commit commits to a total of at most MaxBits bits. rnd defaults to crypto/rand.
func Commit(total *big.Int, rnd io.Reader) (Commitment, *Opening, error) {
	if rnd == nil {
		rnd = rand.Reader
	}
	if total.Sign() < 0 || total.BitLen() > MaxBits {
		return Commitment{}, nil, privacy.Refused("commit", "total", "it is below 0 or has more than %d bits", MaxBits)
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

// Add gives the commitment of the sum.
func Add(cs ...Commitment) (Commitment, error) {
	sum := curve().Identity()
	for _, c := range cs {
		e, err := element(c[:])
		if err != nil {
			return Commitment{}, err
		}
		sum.Add(sum, e)
	}
	return encode(sum)
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
func ProveTotal(context []byte, c Commitment, o *Opening) ([]byte, error) {
	e, err := element(c[:])
	if err != nil {
		return nil, err
	}
	left := rest(e, o.Total)
	if left.IsIdentity() || !o.Opens(c) {
		return nil, privacy.Refused("prove", "total", "the opening is not the commitment's")
	}
	p := dl.Prove(curve(), base(), left, o.blind, named(context, c, o.Total), []byte(name+" total"), rand.Reader)
	v, err := p.V.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("write proof: %w", err)
	}
	r, err := p.R.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("write proof: %w", err)
	}
	return append(v, r...), nil
}

// VerifyTotal checks that a commitment is of a total.
func VerifyTotal(context []byte, c Commitment, total *big.Int, proof []byte) error {
	if len(proof) != 2*size || total.Sign() < 0 || total.BitLen() > MaxBits+64 {
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

// named is the prover's name in the proof of a total.
func named(context []byte, c Commitment, total *big.Int) (m []byte) {
	for _, part := range [][]byte{context, c[:], total.Bytes()} {
		m = append(binary.BigEndian.AppendUint64(m, uint64(len(part))), part...)
	}
	return m
}

// challenge hashes all that the range proof says before its answers.
func challenge(context []byte, bits int, c Commitment, parts []byte) group.Scalar {
	var m []byte
	for _, part := range [][]byte{[]byte("range"), context, binary.BigEndian.AppendUint64(nil, uint64(bits)), c[:], parts} {
		m = append(binary.BigEndian.AppendUint64(m, uint64(len(part))), part...)
	}
	return curve().HashToScalar(m, []byte(name+" range"))
}
