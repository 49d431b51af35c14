package pedersen

import (
	"errors"
	"math/big"
	"testing"

	"github.com/verisim/verisim/privacy"
)

// TestCarelessCallers: what makes no sense is an error, never a panic, and never a
// proof that its own file does not hold.
func TestCarelessCallers(t *testing.T) {
	if _, err := AddPublic(); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("AddPublic() = %v, want a refusal", err)
	}
	if _, err := AddSecrets(); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("AddSecrets() = %v, want a refusal", err)
	}
	s, err := New(big.NewInt(5), 0)
	if err != nil {
		t.Fatal(err)
	}
	// JSON would hold another text, and the prover's would not verify.
	if _, err = s.Prove(Claim{Kind: AtMost, Numbers: []*big.Int{big.NewInt(9)}, Bits: 8}, "a\xff"); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Prove for a text that is not utf-8 = %v, want a refusal", err)
	}
	if err = (Claim{Kind: Between, Numbers: []*big.Int{big.NewInt(3), big.NewInt(2)}}).Check(); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Check of 3..2 = %v, want a refusal", err)
	}
}
