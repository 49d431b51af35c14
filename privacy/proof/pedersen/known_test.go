package pedersen

import (
	"errors"
	"slices"
	"testing"

	"github.com/verisim/verisim/privacy"
)

func TestKnown(t *testing.T) {
	c, o := must(t, -77)
	proof := must1(ProveKnown(audience, c, o, nil))(t)
	if err := VerifyKnown(audience, c, proof); err != nil || len(proof) != 96 {
		t.Errorf("VerifyKnown = %v, %d bytes", err, len(proof))
	}
	other, _ := must(t, -77)
	for name, err := range map[string]error{
		"another commitment": VerifyKnown(audience, other, proof),
		"another context":    VerifyKnown(nil, c, proof),
		"cut":                VerifyKnown(audience, c, proof[:95]),
		"longer":             VerifyKnown(audience, c, append(slices.Clone(proof), 0)),
		"the identity":       VerifyKnown(audience, Commitment{}, proof),
		"answers swapped":    VerifyKnown(audience, c, slices.Concat(proof[:32], proof[64:], proof[32:64])),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyKnown = %v, want tampered", name, err)
		}
	}
	for i := range proof {
		bad := slices.Clone(proof)
		bad[i] ^= 1 << (i % 8)
		if err := VerifyKnown(audience, c, bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("byte %d changed: VerifyKnown = %v, want tampered", i, err)
		}
	}
	if _, err := ProveKnown(audience, other, o, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveKnown of another's commitment = %v, want refused", err)
	}
}

// TestRogue: a maker who sees another's commitment publishes one that makes the
// sum its own. It could open the sum alone; but it does not know what it published.
func TestRogue(t *testing.T) {
	victim := secret(t, 1200, 0)
	mine := secret(t, 1, 0) // what the sum is to be
	v := must1(element(victim.Commitment[:]))(t)
	x := must1(element(mine.Commitment[:]))(t)
	rogue := Public{Part: Part{Commitment: must1(encode(x.Add(x, v.Neg(v))))(t)}}
	sum := must1(Add(victim.Commitment, rogue.Commitment))(t)
	if !mine.Opening.Opens(sum) {
		t.Fatal("the attack is none: the sum does not open")
	}
	if _, err := ProveKnown(scaleContext(0), rogue.Commitment, mine.Opening, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveKnown = %v, want refused", err)
	}
	for name, known := range map[string]Known{"its own": mine.Known, "the victim's": victim.Known, "none": {}} {
		rogue.Known = known
		if _, err := ParsePublic(must1(rogue.Format())(t)); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("with the proof of %s: ParsePublic = %v, want tampered", name, err)
		}
		all := must1(AddPublic(&victim.Public, &rogue))(t)
		lie := Secret{*all, mine.Opening}
		if _, err := ParseSecret(must1(lie.Format())(t)); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("with the proof of %s: ParseSecret of the sum = %v, want tampered", name, err)
		}
		claim := must1(lie.Prove(Claim{Kind: Exact, Numbers: ints(1)}, ""))(t)
		if _, err := ParseProof(must1(claim.Format())(t)); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("with the proof of %s: ParseProof of the sum = %v, want tampered", name, err)
		}
	}
}
