package pedersen

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

var context = []byte("for the auditor, 2024")

func must(t testing.TB, v int64) (Commitment, *Opening) {
	t.Helper()
	c, o, err := Commit(big.NewInt(v), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, o
}

// Example adds two organisations' totals.
func Example() {
	a, open1, err := Commit(big.NewInt(1200), nil)
	if err != nil {
		panic(err)
	}
	b, open2, err := Commit(big.NewInt(34), nil)
	if err != nil {
		panic(err)
	}
	sum, err := Add(a, b)
	if err != nil {
		panic(err)
	}
	proof, err := ProveTotal([]byte("2024"), sum, AddOpenings(open1, open2))
	if err != nil {
		panic(err)
	}
	fmt.Println(VerifyTotal([]byte("2024"), sum, big.NewInt(1234), proof))
	// Output: <nil>
}

func TestTotal(t *testing.T) {
	c, o := must(t, 77)
	proof, err := ProveTotal(context, c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err = VerifyTotal(context, c, big.NewInt(77), proof); err != nil {
		t.Errorf("VerifyTotal = %v", err)
	}
	other, _ := must(t, 77)
	one, err := encode(curve().NewElement().MulGen(scalar(big.NewInt(1))))
	if err != nil {
		t.Fatal(err)
	}
	shifted, err := Add(c, one)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"another total":      func() error { return VerifyTotal(context, c, big.NewInt(78), proof) },
		"another commitment": func() error { return VerifyTotal(context, other, big.NewInt(77), proof) },
		"both shifted by 1":  func() error { return VerifyTotal(context, shifted, big.NewInt(78), proof) },
		"another context":    func() error { return VerifyTotal([]byte("x"), c, big.NewInt(77), proof) },
		"a cut proof":        func() error { return VerifyTotal(context, c, big.NewInt(77), proof[:63]) },
		"the identity":       func() error { return VerifyTotal(context, Commitment{}, big.NewInt(77), proof) },
	} {
		if err := try(); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyTotal = %v, want tampered", name, err)
		}
	}
	for i := range proof {
		bad := slices.Clone(proof)
		bad[i] ^= 1
		if err := VerifyTotal(context, c, big.NewInt(77), bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("byte %d changed: VerifyTotal = %v", i, err)
		}
	}
	wrong := &Opening{big.NewInt(78), o.blind}
	if _, err := ProveTotal(context, c, wrong); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveTotal of another total = %v, want refused", err)
	}
}

func TestRange(t *testing.T) {
	for _, x := range []struct {
		total string
		bits  int
	}{{"0", 1}, {"1", 1}, {"5", 3}, {"7", 3}, {"18446744073709551615", 64}, {"0", 64}} {
		v, _ := new(big.Int).SetString(x.total, 10)
		c, o, err := Commit(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := ProveRange(context, c, o, x.bits, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err = VerifyRange(context, c, x.bits, proof); err != nil {
			t.Errorf("%s in %d bits: VerifyRange = %v", x.total, x.bits, err)
		}
	}
	c, o := must(t, 8)
	if _, err := ProveRange(context, c, o, 3, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveRange of 8 below 8 = %v, want refused", err)
	}
}

// TestRangeIsBound changes every byte, and every word of the statement.
func TestRangeIsBound(t *testing.T) {
	c, o := must(t, 5)
	proof, err := ProveRange(context, c, o, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < len(proof); i += step {
		bad := slices.Clone(proof)
		bad[i] ^= 1
		if err = VerifyRange(context, c, 3, bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("byte %d changed: VerifyRange = %v", i, err)
		}
	}
	other, _ := must(t, 5)
	for name, try := range map[string]func() error{
		"another commitment": func() error { return VerifyRange(context, other, 3, proof) },
		"another context":    func() error { return VerifyRange([]byte("x"), c, 3, proof) },
		"another range":      func() error { return VerifyRange(context, c, 2, proof) },
		"fewer bits":         func() error { return VerifyRange(context, c, 2, proof[:256]) },
		"the identity":       func() error { return VerifyRange(context, Commitment{}, 3, proof) },
		"nothing":            func() error { return VerifyRange(context, c, 0, nil) },
	} {
		if err := try(); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyRange = %v, want tampered", name, err)
		}
	}
}

// TestRangeCheats: a prover with a total beyond the range has bits that are none:
// a bit of 2, or a total that is negative modulo the order. Its proof is made by
// the honest steps for the nearest bits, and refused.
func TestRangeCheats(t *testing.T) {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	for name, v := range map[string]*big.Int{
		"8 in 3 bits":       big.NewInt(8),
		"minus 1 in 3 bits": new(big.Int).Sub(order, big.NewInt(1)),
	} {
		r, err := random(rand.NewChaCha8([32]byte{1}))
		if err != nil {
			t.Fatal(err)
		}
		c, err := encode(commit(scalar(v), r))
		if err != nil {
			t.Fatal(err)
		}
		for claimed := range int64(8) {
			// The opening of another total with the same blind: the sum of bits
			// does not give C, since C_0 is what the others leave.
			var honest Commitment
			if honest, err = encode(commit(scalar(big.NewInt(claimed)), r)); err != nil {
				t.Fatal(err)
			}
			var proof []byte
			proof, err = ProveRange(context, honest, &Opening{big.NewInt(claimed), r}, 3, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err = VerifyRange(context, c, 3, proof); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("%s, claimed %d: VerifyRange = %v, want tampered", name, claimed, err)
			}
		}
	}
}

func TestAdd(t *testing.T) {
	a, oa := must(t, 1<<40)
	b, ob := must(t, 12345)
	sum, err := Add(a, b)
	if err != nil {
		t.Fatal(err)
	}
	o := AddOpenings(oa, ob)
	if !o.Opens(sum) || o.Total.Int64() != 1<<40+12345 {
		t.Errorf("the sum of openings does not open the sum of commitments")
	}
	if _, err = Add(a, Commitment{1}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Add of no point = %v, want tampered", err)
	}
	proof, err := ProveRange(context, sum, o, 41, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err = VerifyRange(context, sum, 41, proof); err != nil {
		t.Errorf("VerifyRange of a sum = %v", err)
	}
}

// TestSeededScalars: the reader decides, and short readers are errors; circl's own
// method ignores it.
func TestSeededScalars(t *testing.T) {
	a, _, err := Commit(big.NewInt(3), rand.NewChaCha8([32]byte{5}))
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := Commit(big.NewInt(3), rand.NewChaCha8([32]byte{5}))
	if err != nil {
		t.Fatal(err)
	}
	if a != b {
		t.Error("one seed gives two commitments")
	}
	c, _ := must(t, 3)
	if a == c {
		t.Error("two seeds give one commitment")
	}
}

// TestScalarsAreCanonical: circl before 1.6.5 took s + order for s.
func TestScalarsAreCanonical(t *testing.T) {
	order := group.Ristretto255.NewScalar()
	b := []byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	}
	if err := order.UnmarshalBinary(b); err == nil {
		t.Error("the group's order was taken for a scalar")
	}
}

// FuzzVerifyRange: hostile bytes are refused, never a panic.
func FuzzVerifyRange(f *testing.F) {
	c, o := must(f, 1)
	proof, err := ProveRange(context, c, o, 1, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(proof, c[:])
	f.Fuzz(func(t *testing.T, p, com []byte) {
		var x Commitment
		copy(x[:], com)
		if err := VerifyRange([]byte("another"), x, 1, p); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("VerifyRange = %v, want tampered", err)
		}
	})
}

func BenchmarkRange(b *testing.B) {
	c, o := must(b, 1<<60)
	proof, err := ProveRange(context, c, o, 64, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("prove=64bit", func(b *testing.B) {
		for b.Loop() {
			if _, err := ProveRange(context, c, o, 64, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify=64bit", func(b *testing.B) {
		for b.Loop() {
			if err := VerifyRange(context, c, 64, proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}
