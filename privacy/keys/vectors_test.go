package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/mlkem"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/cloudflare/circl/hpke"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
)

// unhexed is hex in JSON.
type unhexed []byte

func (u *unhexed) UnmarshalText(b []byte) (err error) {
	*u, err = hex.DecodeString(string(b))
	return err
}

// vectors is a Wycheproof file with the members that the tests here use.
type vectors struct {
	TestGroups []struct {
		PublicKey unhexed
		Tests     []struct {
			ID                            int `json:"tcId"`
			Result, Comment               string
			Flags                         []string
			Public, Private, Shared       unhexed
			IKM, Salt, Info, OKM          unhexed
			Size                          int
			Msg, Sig, Ctx, Seed, EK, C, K unhexed
		}
	}
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(must(os.ReadFile("testdata/vectors/"+name)), into); err != nil {
		t.Fatal(err)
	}
}

// Low-order points are refused as recipients; for all others the standard
// library, which checkPublic and circl's X-Wing stand on, agrees.
func TestWycheproofX25519(t *testing.T) {
	var v vectors
	readVectors(t, "x25519.json", &v)
	low, good := 0, 0
	for _, g := range v.TestGroups {
		for _, x := range g.Tests {
			_, err := newRecipient(X25519, x.Public)
			if slices.Contains(x.Flags, "ZeroSharedSecret") {
				low++
				if err == nil {
					t.Errorf("test %d (%s): a low-order point is a recipient", x.ID, x.Comment)
				}
				continue
			}
			good++
			if err != nil {
				t.Errorf("test %d (%s): newRecipient = %v", x.ID, x.Comment, err)
				continue
			}
			sk := must(ecdh.X25519().NewPrivateKey(x.Private))
			if got, err := sk.ECDH(must(ecdh.X25519().NewPublicKey(x.Public))); err != nil || !bytes.Equal(got, x.Shared) {
				t.Errorf("test %d (%s): shared = %x, %v", x.ID, x.Comment, got, err)
			}
		}
	}
	if low < 10 || good < 40 {
		t.Errorf("%d low-order and %d other vectors ran, want at least 10 and 40", low, good)
	}
}

func TestWycheproofHKDF(t *testing.T) {
	var v vectors
	readVectors(t, "hkdf_sha256.json", &v)
	for _, g := range v.TestGroups {
		for _, x := range g.Tests {
			got, err := hkdf.Key(sha256.New, x.IKM, x.Salt, string(x.Info), x.Size)
			if err != nil || !bytes.Equal(got, x.OKM) {
				t.Errorf("test %d (%s): %x, %v", x.ID, x.Comment, got, err)
			}
		}
	}
}

func TestWycheproofMLDSA(t *testing.T) {
	var v vectors
	readVectors(t, "mldsa_65_verify.json", &v)
	seen := map[string]int{}
	for _, g := range v.TestGroups {
		for _, x := range g.Tests {
			seen[x.Result]++
			if err := verifyMLDSA(string(g.PublicKey), x.Msg, x.Ctx, x.Sig); (err == nil) != (x.Result == "valid") {
				t.Errorf("test %d (%s): verify = %v, want %s", x.ID, x.Comment, err, x.Result)
			}
		}
	}
	if seen["valid"] < 8 || seen["invalid"] < 12 {
		t.Errorf("vectors that ran: %v, want at least 8 valid and 12 invalid", seen)
	}
}

func TestWycheproofMLKEM(t *testing.T) {
	var v vectors
	readVectors(t, "mlkem_768.json", &v)
	seen := map[string]int{}
	for _, g := range v.TestGroups {
		for _, x := range g.Tests {
			seen[x.Result]++
			var got, other []byte
			err := guard(func() error {
				scheme := mlkem768.Scheme()
				if len(x.Seed) != scheme.SeedSize() {
					return errSize
				}
				pk, sk := scheme.DeriveKeyPair(x.Seed)
				if raw := must(pk.MarshalBinary()); x.EK != nil && !bytes.Equal(raw, x.EK) {
					t.Errorf("test %d (%s): another public key", x.ID, x.Comment)
				}
				if len(x.C) != scheme.CiphertextSize() {
					return errSize
				}
				var err error
				got, err = scheme.Decapsulate(sk, x.C)
				return err
			})
			dk, stdErr := mlkem.NewDecapsulationKey768(x.Seed)
			if stdErr == nil {
				other, stdErr = dk.Decapsulate(x.C)
			}
			if (err == nil) != (x.Result == "valid") || (err == nil) != (stdErr == nil) {
				t.Errorf("test %d (%s): circl %v, standard library %v, want %s", x.ID, x.Comment, err, stdErr, x.Result)
			}
			if err == nil && (!bytes.Equal(got, x.K) || !bytes.Equal(other, x.K)) {
				t.Errorf("test %d (%s): another shared key", x.ID, x.Comment)
			}
		}
	}
	if seen["valid"] < 8 || seen["invalid"] < 5 {
		t.Errorf("vectors that ran: %v, want at least 8 valid and 5 invalid", seen)
	}
}

var errSize = os.ErrInvalid

// The vectors of the documents that define the wrapping.
func TestHPKEVectors(t *testing.T) {
	var v map[string]struct {
		Info, SkRm, PkRm, Enc, AAD, PT, CT unhexed
		Shared                             unhexed `json:"shared_secret"`
	}
	readVectors(t, "hpke.json", &v)
	for _, s := range []Suite{X25519, XWing} {
		x := v[string(s)]
		id := must(identityOf(s, x.SkRm))
		if id.recipient.public != string(x.PkRm) {
			t.Errorf("%s: another public key", s)
		}
		kem := must(s.kem())
		scheme := kem.Scheme()
		sk := must(scheme.UnmarshalBinaryPrivateKey(x.SkRm))
		if got, err := scheme.Decapsulate(sk, x.Enc); err != nil || !bytes.Equal(got, x.Shared) {
			t.Errorf("%s: shared = %x, %v", s, got, err)
		}
		if x.CT == nil {
			continue
		}
		if got, err := id.Unwrap(x.Info, x.AAD, x.Enc, x.CT); err != nil || !bytes.Equal(got, x.PT) {
			t.Errorf("%s: Unwrap = %q, %v", s, got, err)
		}
	}
	if hpke.KEM_XWING != 0x647a {
		t.Errorf("X-Wing is KEM %#x, want 0x647a", hpke.KEM_XWING)
	}
}
