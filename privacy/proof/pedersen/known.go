package pedersen

import (
	"crypto/rand"
	"io"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// ProveKnown shows that the prover knows a commitment's opening, and nothing of
// it. Ask for it before you add a commitment: a maker who does not know its own
// could have made it out of the others', so as to open the sum alone. rnd defaults
// to crypto/rand. The proof has 96 bytes.
func ProveKnown(context []byte, c Commitment, o *Opening, rnd io.Reader) (proof []byte, err error) {
	defer guard("prove", &err)
	if rnd == nil {
		rnd = rand.Reader
	}
	if !o.Opens(c) {
		return nil, foreign("total")
	}
	a, err := random(rnd)
	if err != nil {
		return nil, err
	}
	b, err := random(rnd)
	if err != nil {
		return nil, err
	}
	proof = bytesOf(commit(a, b))
	e, err := knownChallenge(context, c, proof)
	if err != nil {
		return nil, err
	}
	a.Add(a, curve().NewScalar().Mul(e, scalar(o.Total)))
	b.Add(b, e.Mul(e, o.blind))
	return append(append(proof, bytesOf(a)...), bytesOf(b)...), nil
}

// VerifyKnown checks that a commitment's maker knows its opening.
func VerifyKnown(context []byte, c Commitment, proof []byte) (err error) {
	defer guard("verify", &err)
	if len(proof) != 3*size {
		return privacy.Tampered("verify", "total", "the proof has %d bytes, not %d", len(proof), 3*size)
	}
	point, err := element(c[:])
	if err != nil {
		return err
	}
	first, err := element(proof[:size])
	if err != nil {
		return err
	}
	a, err := readScalar(proof[size : 2*size])
	if err != nil {
		return err
	}
	b, err := readScalar(proof[2*size:])
	if err != nil {
		return err
	}
	e, err := knownChallenge(context, c, proof[:size])
	if err != nil {
		return err
	}
	if !commit(a, b).IsEqual(first.Add(first, point.Mul(point, e))) {
		return privacy.Tampered("verify", "total", "its maker does not show to know it")
	}
	return nil
}

func knownChallenge(context []byte, c Commitment, first []byte) (group.Scalar, error) {
	t := say{transcript.New(name + " known")}
	t.Absorb("context", context)
	t.Absorb("statement", []byte("known"))
	t.Absorb("commitment", c[:])
	t.Absorb("first", first)
	return t.challenge("e")
}
