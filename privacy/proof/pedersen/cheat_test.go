package pedersen

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

// refused wants both verifiers to refuse a range proof.
func refused(t *testing.T, what string, b *Basis, s *statement, proof []byte) {
	t.Helper()
	if err := b.verify(s, proof); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("%s: verify = %v, want tampered", what, err)
	}
	if err := slow(b, s, proof); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("%s: the slow verifier = %v, want tampered", what, err)
	}
}

// TestRangeCheats runs the prover on witnesses that no honest prover has.
func TestRangeCheats(t *testing.T) {
	k := func(vs ...int64) (out []group.Scalar) {
		for _, v := range vs {
			out = append(out, scalar(big.NewInt(v)))
		}
		return out
	}
	b := basis(t, 8, 4)
	for _, x := range []struct {
		name   string
		totals []*big.Int
		aL     []group.Scalar
		aR     []group.Scalar // nil is aL - 1
	}{
		{"256 by a bit of 2", ints(256), k(0, 0, 0, 0, 0, 0, 0, 2), nil},
		{"256 by a bit of 2 whose product is 0", ints(256), k(0, 0, 0, 0, 0, 0, 0, 2), k(-1, -1, -1, -1, -1, -1, -1, 0)},
		{"256 by the bits of 0", ints(256), k(0, 0, 0, 0, 0, 0, 0, 0), nil},
		{"256 by the bits of 255", ints(256), k(1, 1, 1, 1, 1, 1, 1, 1), nil},
		{"-1 by a bit of -1", ints(-1), k(-1, 0, 0, 0, 0, 0, 0, 0), nil},
		{"-1 by the bits of 255", ints(-1), k(1, 1, 1, 1, 1, 1, 1, 1), nil},
		{"half by half a bit", nil, append([]group.Scalar{curve().NewScalar().Inv(k(2)[0])}, k(0, 0, 0, 0, 0, 0, 0)...), nil},
		{"300 and 0 by one bit of the other", ints(300, 0), k(0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), nil},
		{"two that make up for each other", ints(256, -1), k(0, 0, 0, 0, 0, 0, 0, 2, -1, 0, 0, 0, 0, 0, 0, 0), nil},
		{"swapped totals", ints(1, 2), k(0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), nil},
		{"a total in the padding", ints(1, 1, 1), k(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), nil},
		{"right bits and wrong aR", ints(1), k(1, 0, 0, 0, 0, 0, 0, 0), k(0, -1, -1, -1, -1, -1, -1, 0)},
	} {
		var cs []Commitment
		var blinds []group.Scalar
		if x.totals == nil {
			r := k(77)[0]
			c, err := encode(commit(x.aL[0], r))
			if err != nil {
				t.Fatal(err)
			}
			cs, blinds = []Commitment{c}, []group.Scalar{r}
		}
		for _, v := range x.totals {
			c, o := commitTo(t, v)
			cs, blinds = append(cs, c[0]), append(blinds, o[0].blind)
		}
		s := must1(several(audience, cs))(t)
		if x.aR == nil {
			for _, v := range x.aL {
				x.aR = append(x.aR, curve().NewScalar().Sub(v, k(1)[0]))
			}
		}
		proof, err := b.argue(s, x.aL, x.aR, blinds, nil)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, x.name, b, s, proof)
	}
	// The same way with an honest witness passes, so the refusals are the witness's.
	c, o := must(t, 1)
	s := must1(several(audience, []Commitment{c}))(t)
	proof, err := b.argue(s, k(1, 0, 0, 0, 0, 0, 0, 0), k(0, -1, -1, -1, -1, -1, -1, -1), []group.Scalar{o.blind}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err = b.verify(s, proof); err != nil {
		t.Errorf("verify of an honest witness = %v", err)
	}
	refused(t, "another total's blinding", b, s, must1(b.argue(s, k(1, 0, 0, 0, 0, 0, 0, 0), k(0, -1, -1, -1, -1, -1, -1, -1), k(5), nil))(t))
}

// wrong are encodings that are no point but the identity: RFC 9496, appendix A.2,
// and the group's order and more for scalars.
var wrong = []string{
	"0000000000000000000000000000000000000000000000000000000000000000", // the identity, and scalar 0
	"0100000000000000000000000000000000000000000000000000000000000000", // negative
	"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", // not below p
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // -1, of low order on the curve
	"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371", // no square
	"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // the order
	"eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
}

// TestRangeFields replaces every 32 bytes of a proof by every wrong encoding, by
// other points and scalars, and by its neighbour, flips a bit of every byte, and
// cuts and lengthens.
func TestRangeFields(t *testing.T) {
	b := basis(t, 8, 1)
	cs, os := commitTo(t, ints(200)...)
	proof := must1(b.ProveRange(audience, cs, os, nil))(t)
	again := must1(b.ProveRange(audience, cs, os, nil))(t)
	if slices.Equal(proof, again) {
		t.Error("two proofs are the same: the prover drew nothing")
	}
	s := must1(several(audience, cs))(t)
	change := func(what string, at int, by []byte) {
		t.Helper()
		bad := slices.Clone(proof)
		copy(bad[at:], by)
		if slices.Equal(bad, proof) {
			return
		}
		if err := b.verify(s, bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s at byte %d: verify = %v, want tampered", what, at, err)
		}
	}
	for at := 0; at < len(proof); at += size {
		for _, w := range wrong {
			change(w[:8], at, must1(hex.DecodeString(w))(t))
		}
		change("another proof's field", at, again[at:at+size])
		change("the generator", at, bytesOf(curve().Generator()))
		change("the field before", at, proof[max(0, at-size):][:size])
		if k := curve().NewScalar(); k.UnmarshalBinary(proof[at:at+size]) == nil {
			change("one more", at, bytesOf(k.Add(k, scalar(big.NewInt(1)))))
			change("its negative", at, bytesOf(k.Neg(k)))
		}
		if at+2*size <= len(proof) {
			change("two fields swapped", at, slices.Concat(proof[at+size:at+2*size], proof[at:at+size]))
		}
	}
	for at := range proof {
		change("a bit", at, []byte{proof[at] ^ 1<<(at%8)})
	}
	for _, cut := range []int{0, 1, size, len(proof) - 1, len(proof) - size, len(proof) - 2*size} {
		refused(t, fmt.Sprint("the first ", cut, " bytes"), b, s, proof[:cut])
	}
	for _, more := range []int{1, size, 2 * size, 4 * size} {
		refused(t, fmt.Sprint(more, " bytes more"), b, s, append(slices.Clone(proof), make([]byte, more)...))
	}
}

// TestRangeIsBound gives an honest proof for another statement.
func TestRangeIsBound(t *testing.T) {
	b := basis(t, 8, 4)
	cs, os := commitTo(t, ints(5, 5, 7, 0)...)
	proof := must1(b.ProveRange(audience, cs[:3], os[:3], nil))(t)
	with := func(bits int, context []byte, cs ...Commitment) error {
		return basis(t, bits, 4).VerifyRange(context, cs, proof)
	}
	for name, err := range map[string]error{
		"swapped":                with(8, audience, cs[1], cs[0], cs[2]),
		"one less":               with(8, audience, cs[:2]...),
		"a fourth of 0":          with(8, audience, cs...),
		"one twice":              with(8, audience, cs[0], cs[0], cs[2]),
		"another context":        with(8, []byte("for nobody"), cs[:3]...),
		"no context":             with(8, nil, cs[:3]...),
		"more bits, fewer":       with(16, audience, cs[:2]...),
		"more bits":              with(16, audience, cs[:3]...),
		"the identity":           with(8, audience, cs[0], cs[1], Commitment{}),
		"no point":               with(8, audience, cs[0], cs[1], Commitment{1}),
		"one of them is another": with(8, audience, cs[0], cs[1], cs[3]),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyRange = %v, want tampered", name, err)
		}
	}
	// A sum has the parts' total, and none of their proofs.
	sum := must1(Add(cs[:3]...))(t)
	if err := with(8, audience, sum); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("the parts' proof for their sum: %v, want tampered", err)
	}
}

// TestFirstChallenge: everything public changes the first challenge. What was
// absorbed too late, or not at all, is how such proofs were broken elsewhere.
func TestFirstChallenge(t *testing.T) {
	cs, _ := commitTo(t, ints(1, 2, 3)...)
	e := must1(element(cs[0][:]))(t)
	seen := map[string]string{}
	add := func(what string, b *Basis, s *statement) {
		t.Helper()
		k := must1(must1(b.transcript(s))(t).challenge("y"))(t)
		id := string(bytesOf(k))
		if other, twice := seen[id]; twice {
			t.Errorf("%s has the challenge of %s", what, other)
		}
		seen[id] = what
	}
	of := func(context []byte, cs ...Commitment) *statement { return must1(several(context, cs))(t) }
	b := basis(t, 8, 4)
	add("one", b, of(audience, cs[0]))
	add("context", b, of(nil, cs[0]))
	add("bits", basis(t, 16, 1), of(audience, cs[0]))
	add("commitment", b, of(audience, cs[1]))
	add("two", b, of(audience, cs[0], cs[1]))
	add("order", b, of(audience, cs[1], cs[0]))
	add("three", b, of(audience, cs[0], cs[1], cs[2]))
	add("kind", b, &statement{context: audience, kind: "other", given: cs[:1], points: []group.Element{e}})
	one, two := big.NewInt(1), big.NewInt(2)
	for _, x := range []bounds{{lo: one}, {lo: two}, {hi: one}, {hi: two}, {one, two}, {one, one}, {two, two}, {lo: big.NewInt(-1)}} {
		add(fmt.Sprint(x.kind(), x.lo, x.hi), b, must1(x.statement(audience, cs[0]))(t))
	}
	if len(seen) != 16 {
		t.Errorf("%d challenges, want 16", len(seen))
	}
}

// TestSoundnessOfCompression counts, over every y and z of a field of 257
// elements, how often the one equation t_0 = z^2·v + delta holds for a witness
// that breaks a constraint. PROOFS.md, section 12, bounds the share by the degrees:
// 7 for y and 2 for z, of 256 values each.
func TestSoundnessOfCompression(t *testing.T) {
	const p, n = 257, 8
	mod := func(v int) int { return ((v % p) + p) % p }
	holds := func(v int, aL, aR [n]int, y, z int) bool {
		left, right := 0, mod(z*z*v)
		yi, two := 1, 1
		for i := range n {
			left += (aL[i] - z) * mod(yi*(aR[i]+z)+z*z*two)
			left = mod(left)
			right = mod(right + (z-z*z)*yi - mod(z*z*z)*two)
			yi, two = mod(yi*y), two*2%p
		}
		return left == right
	}
	less := func(a [n]int) (r [n]int) {
		for i := range a {
			r[i] = a[i] - 1
		}
		return r
	}
	rate := func(v int, aL, aR [n]int) (hits int) {
		for y := 1; y < p; y++ {
			for z := 1; z < p; z++ {
				if holds(v, aL, aR, y, z) {
					hits++
				}
			}
		}
		return hits
	}
	honest := [n]int{1, 0, 1}
	if got := rate(5, honest, less(honest)); got != 256*256 {
		t.Errorf("an honest witness passes %d of 65536", got)
	}
	const bound = (7 + 2) * 256
	for name, x := range map[string]struct {
		v      int
		aL, aR [n]int
	}{
		"a bit of 2":    {2, [n]int{2}, less([n]int{2})},
		"another total": {6, honest, less(honest)},
		"aR":            {5, honest, [n]int{0, -1, 0, -1, -1, -1, -1, 3}},
		"both":          {9, [n]int{3, 0, 2}, [n]int{0, 1, 0, -1, -1, -1, -1, 3}},
	} {
		if got := rate(x.v, x.aL, x.aR); got > bound {
			t.Errorf("%s passes for %d of 65536 challenges, bound %d", name, got, bound)
		}
	}
}

// FuzzRange: hostile bytes are refused by both verifiers alike, never a panic.
func FuzzRange(f *testing.F) {
	b := basis(f, 8, 1)
	rnd := rand.NewChaCha8([32]byte{3}) // every process of the fuzzer has the same proof
	c0, o, err := Commit(big.NewInt(200), rnd)
	if err != nil {
		f.Fatal(err)
	}
	cs := []Commitment{c0}
	proof, err := b.ProveRange([]byte("fuzz"), cs, []*Opening{o}, rnd)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(proof, cs[0][:], 7)
	f.Fuzz(func(t *testing.T, p, com []byte, at int) {
		c := cs[0]
		copy(c[:], com)
		if len(p) == len(proof) && at >= 0 { // near misses
			i := at / size % (len(proof) / size) * size
			whole := slices.Clone(proof)
			copy(whole[i:i+size], p[i:])
			p = whole
		}
		err := b.VerifyRange([]byte("fuzz"), []Commitment{c}, p)
		if c == cs[0] && slices.Equal(p, proof) {
			if err != nil {
				t.Fatalf("VerifyRange = %v", err)
			}
			return
		}
		if !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("VerifyRange = %v, want tampered", err)
		}
		if s, fault := several([]byte("fuzz"), []Commitment{c}); fault == nil && slow(b, s, p) == nil {
			t.Fatal("the slow verifier took it")
		}
	})
}
