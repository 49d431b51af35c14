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

var audience = []byte("for the auditor, 2024")

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
	proof, err := ProveTotal(audience, c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err = VerifyTotal(audience, c, big.NewInt(77), proof); err != nil {
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
		"another total":      func() error { return VerifyTotal(audience, c, big.NewInt(78), proof) },
		"another commitment": func() error { return VerifyTotal(audience, other, big.NewInt(77), proof) },
		"both shifted by 1":  func() error { return VerifyTotal(audience, shifted, big.NewInt(78), proof) },
		"another context":    func() error { return VerifyTotal([]byte("x"), c, big.NewInt(77), proof) },
		"a cut proof":        func() error { return VerifyTotal(audience, c, big.NewInt(77), proof[:63]) },
		"the identity":       func() error { return VerifyTotal(audience, Commitment{}, big.NewInt(77), proof) },
	} {
		if err := try(); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: VerifyTotal = %v, want tampered", name, err)
		}
	}
	for i := range proof {
		bad := slices.Clone(proof)
		bad[i] ^= 1
		if err := VerifyTotal(audience, c, big.NewInt(77), bad); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("byte %d changed: VerifyTotal = %v", i, err)
		}
	}
	// Without blinding circl's prover would panic.
	bare := must1(encode(curve().NewElement().MulGen(scalar(big.NewInt(77)))))(t)
	if _, err := ProveTotal(audience, bare, &Opening{big.NewInt(77), curve().NewScalar()}); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveTotal without blinding = %v, want refused", err)
	}
	if err := VerifyTotal(audience, bare, big.NewInt(77), proof); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("VerifyTotal without blinding = %v, want tampered", err)
	}
	if _, err := ProveTotal(audience, c, nil); err == nil {
		t.Error("ProveTotal without an opening gives no error")
	}
	wrong := &Opening{big.NewInt(78), o.blind}
	if _, err := ProveTotal(audience, c, wrong); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveTotal of another total = %v, want refused", err)
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
	proof, err := ProveBetween(audience, sum, o, big.NewInt(1<<40), big.NewInt(1<<41), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err = VerifyBetween(audience, sum, big.NewInt(1<<40), big.NewInt(1<<41), proof); err != nil {
		t.Errorf("VerifyBetween of a sum = %v", err)
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
