package pedersen

import (
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/verisim/verisim/privacy"
)

func TestOneOf(t *testing.T) {
	choices := ints(-3, 0, 77, 1<<60)
	for i, v := range choices {
		cs, os := commitTo(t, v)
		proof := must1(ProveOneOf(audience, cs[0], os[0], choices, nil))(t)
		if err := VerifyOneOf(audience, cs[0], choices, proof); err != nil || len(proof) != 256 {
			t.Errorf("VerifyOneOf(choice %d) = %v, %d bytes", i, err, len(proof))
		}
	}
	c, o := must(t, 77)
	proof := must1(ProveOneOf(audience, c, o, choices, nil))(t)
	other, _ := must(t, 77)
	for name, err := range map[string]error{
		"another commitment":   VerifyOneOf(audience, other, choices, proof),
		"another context":      VerifyOneOf([]byte("x"), c, choices, proof),
		"another choice":       VerifyOneOf(audience, c, ints(-3, 0, 77, 1<<61), proof),
		"another true choice":  VerifyOneOf(audience, c, ints(-3, 0, 78, 1<<60), proof),
		"another order":        VerifyOneOf(audience, c, ints(0, -3, 77, 1<<60), proof),
		"fewer choices":        VerifyOneOf(audience, c, choices[:3], proof[:192]),
		"more choices":         VerifyOneOf(audience, c, append(slices.Clone(choices), big.NewInt(5)), append(slices.Clone(proof), make([]byte, 64)...)),
		"cut":                  VerifyOneOf(audience, c, choices, proof[:255]),
		"longer":               VerifyOneOf(audience, c, choices, append(slices.Clone(proof), 0)),
		"answers swapped":      VerifyOneOf(audience, c, choices, slices.Concat(proof[64:128], proof[:64], proof[128:])),
		"the identity":         VerifyOneOf(audience, Commitment{}, choices, proof),
		"no challenge at all":  VerifyOneOf(audience, c, choices, make([]byte, 256)),
		"the proof of a total": VerifyTotal(audience, c, big.NewInt(77), proof[:64]),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyOneOf = %v, want tampered", name, err)
		}
	}
	choices = choices[1:3] // fewer bytes to change
	proof = must1(ProveOneOf(audience, c, o, choices, nil))(t)
	for i := range proof {
		bad := slices.Clone(proof)
		bad[i] ^= 1 << (i % 8)
		if err := VerifyOneOf(audience, c, choices, bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("byte %d changed: VerifyOneOf = %v, want tampered", i, err)
		}
	}
	for _, w := range wrong {
		for at := 0; at < len(proof); at += size {
			bad := slices.Clone(proof)
			copy(bad[at:], must1(hex.DecodeString(w))(t))
			if err := VerifyOneOf(audience, c, choices, bad); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("%s at byte %d: VerifyOneOf = %v, want tampered", w[:8], at, err)
			}
		}
	}
	for name, choices := range map[string][]*big.Int{
		"none":         nil,
		"one":          ints(77),
		"twice":        ints(77, 5, 77),
		"not there":    ints(1, 2),
		"too many":     slices.Repeat(ints(77), MaxChoices+1),
		"beyond 2^127": append(ints(77), new(big.Int).Lsh(big.NewInt(1), 127)),
	} {
		if _, err := ProveOneOf(audience, c, o, choices, nil); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%s: ProveOneOf = %v, want refused", name, err)
		}
	}
	if _, err := ProveOneOf(audience, other, o, choices, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveOneOf of another's commitment = %v, want refused", err)
	}
}

// TestOneOfCheats: a prover whose total is none of the list simulates every
// branch, and then must meet a challenge that it does not choose; or it claims a
// branch with the blinding that it has.
func TestOneOfCheats(t *testing.T) {
	c, o := must(t, 5)
	choices := ints(4, 6)
	for _, claimed := range choices {
		lie := &Opening{claimed, o.blind}
		as := must1(encode(commit(scalar(claimed), o.blind)))(t)
		proof := must1(ProveOneOf(audience, as, lie, choices, nil))(t)
		if err := VerifyOneOf(audience, c, choices, proof); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("claimed %v: VerifyOneOf = %v, want tampered", claimed, err)
		}
	}
	for seed := range int64(50) {
		var proof []byte
		for i := range int64(4) {
			proof = append(proof, bytesOf(scalar(big.NewInt(seed*7+i)))...)
		}
		if err := VerifyOneOf(audience, c, choices, proof); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("simulated: VerifyOneOf = %v, want tampered", err)
		}
	}
}

func FuzzOneOf(f *testing.F) {
	c, o := must(f, 1)
	choices := ints(1, 2)
	proof, err := ProveOneOf(audience, c, o, choices, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(proof, c[:])
	f.Fuzz(func(t *testing.T, p, com []byte) {
		var x Commitment
		copy(x[:], com)
		if err := VerifyOneOf([]byte("another"), x, choices, p); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("VerifyOneOf = %v, want tampered", err)
		}
		if err := VerifyTotal([]byte("another"), x, choices[0], p); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("VerifyTotal = %v, want tampered", err)
		}
	})
}
