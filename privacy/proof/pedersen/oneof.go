package pedersen

import (
	"crypto/rand"
	"io"
	"math/big"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// MaxChoices is how long the list of ProveOneOf may be.
const MaxChoices = 256

// ProveOneOf shows that a commitment's total is one of a public list, and not
// which. rnd defaults to crypto/rand. The proof has 64 bytes a choice.
func ProveOneOf(context []byte, c Commitment, o *Opening, choices []*big.Int, rnd io.Reader) (proof []byte, err error) {
	defer guard("prove", &err)
	if rnd == nil {
		rnd = rand.Reader
	}
	if err = checkChoices(choices); err != nil {
		return nil, err
	}
	e, err := element(c[:])
	if err != nil {
		return nil, err
	}
	if !o.Opens(c) {
		return nil, foreign("total")
	}
	mine := -1
	for j, v := range choices {
		if v.Cmp(o.Total) == 0 {
			mine = j
		}
	}
	if mine < 0 {
		return nil, privacy.Refused("prove", "total", "it is none of the %d choices", len(choices))
	}
	h := base()
	t := chosen(context, c, choices)
	es, zs := make([]group.Scalar, len(choices)), make([]group.Scalar, len(choices))
	others := curve().NewScalar()
	for j, v := range choices {
		if zs[j], err = random(rnd); err != nil { // the true choice's nonce for now
			return nil, err
		}
		if j == mine {
			t.Absorb("first", bytesOf(curve().NewElement().Mul(h, zs[j])))
			continue
		}
		if es[j], err = random(rnd); err != nil {
			return nil, err
		}
		others.Add(others, es[j])
		t.Absorb("first", bytesOf(opener(h, rest(e, v), es[j], zs[j])))
	}
	all, err := t.challenge("e")
	if err != nil {
		return nil, err
	}
	es[mine] = all.Sub(all, others)
	zs[mine].Add(zs[mine], curve().NewScalar().Mul(es[mine], o.blind))
	for j := range choices {
		proof = append(append(proof, bytesOf(es[j])...), bytesOf(zs[j])...)
	}
	return proof, nil
}

// VerifyOneOf checks that a commitment's total is one of a list.
func VerifyOneOf(context []byte, c Commitment, choices []*big.Int, proof []byte) (err error) {
	defer guard("verify", &err)
	if err = checkChoices(choices); err != nil {
		return err
	}
	if len(proof) != 2*size*len(choices) {
		return privacy.Tampered("verify", "total", "the proof has %d bytes, and %d choices take %d", len(proof), len(choices), 2*size*len(choices))
	}
	e, err := element(c[:])
	if err != nil {
		return err
	}
	h := base()
	t := chosen(context, c, choices)
	sum := curve().NewScalar()
	for j, v := range choices {
		ej, fault := readScalar(proof[2*size*j:][:size])
		if fault != nil {
			return fault
		}
		zj, fault := readScalar(proof[2*size*j+size:][:size])
		if fault != nil {
			return fault
		}
		sum.Add(sum, ej)
		t.Absorb("first", bytesOf(opener(h, rest(e, v), ej, zj)))
	}
	all, err := t.challenge("e")
	if err != nil {
		return err
	}
	if !sum.IsEqual(all) {
		return privacy.Tampered("verify", "total", "it is not shown to be one of the %d choices", len(choices))
	}
	return nil
}

// chosen starts the transcript of an OR proof.
func chosen(context []byte, c Commitment, choices []*big.Int) say {
	t := say{transcript.New(name + " one of")}
	t.Absorb("context", context)
	t.Absorb("statement", []byte("one of"))
	t.number("count", uint64(len(choices)))
	for _, v := range choices {
		t.Absorb("number", []byte(v.String()))
	}
	t.Absorb("commitment", c[:])
	return t
}

func checkChoices(choices []*big.Int) error {
	if len(choices) < 2 || len(choices) > MaxChoices {
		return privacy.Refused("read", "choices", "there are %d, and 2 to %d are possible", len(choices), MaxChoices)
	}
	seen := map[string]bool{}
	for j, v := range choices {
		if v.BitLen() > MaxBits || seen[v.String()] {
			return privacy.Refused("read", "choices", "number %d is there before, or has more than %d bits", j+1, MaxBits)
		}
		seen[v.String()] = true
	}
	return nil
}

// opener is a first message z·H - e·X.
func opener(h, x group.Element, e, z group.Scalar) group.Element {
	a := curve().NewElement().Mul(h, z)
	m := curve().NewElement().Mul(x, e)
	return a.Add(a, m.Neg(m))
}
