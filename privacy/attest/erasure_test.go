package attest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

func TestErasure(t *testing.T) {
	signer, err := keys.NewSigner(nil)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &Erasure{ring.ID(), []string{ring.Tag([]byte("42")), ring.Tag([]byte("43"))}, 2, time.Unix(1e9, 0).UTC()}
	data, err := r.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(`"42"`)) {
		t.Error("the record shows a subject")
	}
	v, err := Verify(data, Policy{Signer: signer.Public()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ErasureOf(v.Statement)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, got); d != "" {
		t.Errorf("ErasureOf differs (-want +got):\n%s", d)
	}
	if _, err := ErasureOf(&Statement{PredicateType: "https://example.com/x"}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("ErasureOf another predicate = %v, want ErrTampered", err)
	}
	if _, err := new(Erasure).Sign(signer); err == nil {
		t.Error("an erasure of nobody is signed")
	}
}
