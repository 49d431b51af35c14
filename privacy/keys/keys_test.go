package keys

import (
	"bytes"
	"crypto/hpke"
	"crypto/mlkem"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/circl/group"
	chpke "github.com/cloudflare/circl/hpke"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"github.com/cloudflare/circl/secretsharing"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/verisim/verisim/privacy"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestIdentityText(t *testing.T) {
	for _, make := range []func() (*Identity, error){
		func() (*Identity, error) { return New(nil) },
		func() (*Identity, error) { return NewClassical(nil) },
	} {
		id := must(make())
		back, err := ParseIdentity(id.Secret())
		if err != nil || !bytes.Equal(back.secret, id.secret) || back.Recipient() != id.Recipient() {
			t.Errorf("ParseIdentity(Secret()) = %v, %v", back, err)
		}
		r, err := ParseRecipient(id.Recipient().String())
		if err != nil || r != id.Recipient() {
			t.Errorf("ParseRecipient(String()) = %v, %v", r, err)
		}
		for _, s := range []string{fmt.Sprint(id), fmt.Sprintf("%v %+v %#v %s", id, id, id, id)} {
			if strings.Contains(s, id.Secret()) || strings.Contains(s, "SECRET") {
				t.Errorf("printing an identity shows its secret: %s", s)
			}
		}
		file := FormatIdentity(id, time.Now())
		ids, err := ParseIdentities(bytes.NewReader(file))
		if err != nil || len(ids) != 1 || ids[0].Recipient() != id.Recipient() {
			t.Errorf("ParseIdentities = %v, %v", ids, err)
		}
	}
}

// The keys that age v1.3 made (age-keygen and age-keygen -pq) have the same
// recipients here.
func TestAgeKeys(t *testing.T) {
	data := must(os.ReadFile("testdata/age_keys.txt"))
	ids, err := ParseIdentities(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, l := range strings.Split(string(data), "\n") {
		if p, ok := strings.CutPrefix(l, "# public key: "); ok {
			want = append(want, p)
		}
	}
	if len(ids) != len(want) || len(ids) < 2 {
		t.Fatalf("%d identities, %d public keys", len(ids), len(want))
	}
	for i, id := range ids {
		if got := id.Recipient().String(); got != want[i] {
			t.Errorf("recipient %d = %s, want %s", i, got, want[i])
		}
	}
}

func TestWrap(t *testing.T) {
	id, other := must(New(nil)), must(New(nil))
	enc, ct, err := id.Recipient().Wrap(nil, []byte("info"), []byte("aad"), []byte("secret"))
	if err != nil || len(enc) != XWing.EncSize() || len(ct) != 6+WrapOverhead {
		t.Fatalf("Wrap = %d, %d bytes, %v", len(enc), len(ct), err)
	}
	got, err := id.Unwrap([]byte("info"), []byte("aad"), enc, ct)
	if err != nil || string(got) != "secret" {
		t.Errorf("Unwrap = %q, %v", got, err)
	}
	if bytes.Contains(ct, []byte("secret")) {
		t.Error("the secret stands in the ciphertext")
	}
	bad := func(name string, who *Identity, info, aad string, enc, ct []byte) {
		t.Helper()
		if _, err := who.Unwrap([]byte(info), []byte(aad), enc, ct); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: Unwrap = %v, want ErrTampered", name, err)
		}
	}
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 1; return b }
	bad("other key", other, "info", "aad", enc, ct)
	bad("other info", id, "inf0", "aad", enc, ct)
	bad("other aad", id, "info", "aae", enc, ct)
	bad("flipped key", id, "info", "aad", flip(enc), ct)
	bad("flipped text", id, "info", "aad", enc, flip(ct))
	for n := range 3 {
		bad("short key", id, "info", "aad", enc[:n*500], ct)
		bad("short text", id, "info", "aad", enc, ct[:n*5])
	}
}

// circl against the standard library, both ways. It also fixes the order of
// plaintext and additional data, which the two libraries swap.
func TestHPKEDifferential(t *testing.T) {
	for _, c := range []struct {
		suite Suite
		kem   hpke.KEM
	}{{XWing, hpke.MLKEM768X25519()}, {X25519, must(hpke.NewKEM(0x20))}} {
		id := must(newIdentity(nil, c.suite))
		sk := must(c.kem.NewPrivateKey(id.secret))
		if !bytes.Equal(sk.PublicKey().Bytes(), []byte(id.recipient.public)) {
			t.Fatalf("%s: the libraries derive different public keys", c.suite)
		}
		enc, ct, err := id.Recipient().Wrap(nil, []byte("i"), []byte("a"), []byte("p"))
		if err != nil {
			t.Fatal(err)
		}
		r := must(hpke.NewRecipient(enc, sk, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("i")))
		if got, rerr := r.Open([]byte("a"), ct); rerr != nil || string(got) != "p" {
			t.Errorf("%s: crypto/hpke opens %q, %v", c.suite, got, rerr)
		}
		enc, s, err := hpke.NewSender(sk.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("i"))
		if err != nil {
			t.Fatal(err)
		}
		ct = must(s.Seal([]byte("a"), []byte("p")))
		if got, err := id.Unwrap([]byte("i"), []byte("a"), enc, ct); err != nil || string(got) != "p" {
			t.Errorf("%s: Unwrap of crypto/hpke = %q, %v", c.suite, got, err)
		}
	}
}

func TestMLKEMDifferential(t *testing.T) {
	for range 8 {
		seed := make([]byte, mlkem.SeedSize)
		must(rand.Read(seed))
		dk := must(mlkem.NewDecapsulationKey768(seed))
		pk, sk := mlkem768.NewKeyFromSeed(seed)
		raw := must(pk.MarshalBinary())
		if !bytes.Equal(raw, dk.EncapsulationKey().Bytes()) {
			t.Fatal("public keys differ")
		}
		shared, ct := dk.EncapsulationKey().Encapsulate()
		got := make([]byte, len(shared))
		sk.DecapsulateTo(got, ct)
		if !bytes.Equal(got, shared) {
			t.Error("shared keys differ")
		}
		ct[0] ^= 1 // implicit rejection: both give the same wrong key
		want := must(dk.Decapsulate(ct))
		sk.DecapsulateTo(got, ct)
		if !bytes.Equal(got, want) {
			t.Error("keys of a false ciphertext differ")
		}
	}
}

func TestParseRefuses(t *testing.T) {
	id := must(New(nil))
	low := encodeBech32(prefixX25519Public, make([]byte, 32)) // the point of order one
	lowXWing := []byte(id.recipient.public)
	clear(lowXWing[1184:])
	unreduced := []byte(id.recipient.public)
	for i := range 1152 {
		unreduced[i] = 0xff // coefficients of 4095, not below 3329
	}
	for name, s := range map[string]string{
		"empty": "", "text": "hello", "secret": id.Secret(), "doubled letter": id.Recipient().String()[:100] + id.Recipient().String()[99:],
		"mixed case": "A" + id.Recipient().String()[1:], "short": encodeBech32(prefixXWingPublic, make([]byte, 9)),
		"low order": low, "low order half": encodeBech32(prefixXWingPublic, lowXWing),
		"not reduced": encodeBech32(prefixXWingPublic, unreduced), "other kind": encodeBech32("age1tag", make([]byte, 33)),
		"long": strings.Repeat("q", 1<<20),
	} {
		if r, err := ParseRecipient(s); err == nil {
			t.Errorf("%s: ParseRecipient = %v", name, r)
		}
		if err := func() error { _, err := ParseIdentity(s); return err }(); err == nil && name != "secret" {
			t.Errorf("%s: ParseIdentity accepts it", name)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	id := must(New(nil))
	if err := WriteSecret(path, FormatIdentity(id, time.Unix(0, 0))); err != nil {
		t.Fatal(err)
	}
	if st := must(os.Stat(path)); st.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600", st.Mode())
	}
	if _, err := LoadIdentities(path); err != nil {
		t.Errorf("LoadIdentities = %v", err)
	}
	if err := WriteSecret(path, nil); err == nil {
		t.Error("WriteSecret replaced a file")
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadIdentities(path); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("LoadIdentities of a readable file = %v, want ErrRefused", err)
	}
	for _, text := range []string{"", "# only\n", "junk\n", string(FormatSigner(must(NewSigner(nil)), time.Now()))} {
		if _, err := ParseIdentities(strings.NewReader(text)); err == nil {
			t.Errorf("ParseIdentities(%.20q) succeeded", text)
		}
	}
}

func TestSigner(t *testing.T) {
	s, other := must(NewSigner(nil)), must(NewSigner(nil))
	back := must(ParseSigner(s.Secret()))
	if back.Public() != s.Public() || must(ParsePublicSigner(s.Public().String())) != s.Public() {
		t.Error("text forms do not come back")
	}
	ed, ml, err := s.Sign([]byte("m"), []byte("c"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Public().Verify([]byte("m"), []byte("c"), ed, ml); err != nil {
		t.Errorf("Verify = %v", err)
	}
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 1; return b }
	for name, err := range map[string]error{
		"message": s.Public().Verify([]byte("n"), []byte("c"), ed, ml),
		"context": s.Public().Verify([]byte("m"), []byte("d"), ed, ml),
		"ed":      s.Public().Verify([]byte("m"), []byte("c"), flip(ed), ml),
		"ml":      s.Public().Verify([]byte("m"), []byte("c"), ed, flip(ml)),
		"no ed":   s.Public().Verify([]byte("m"), []byte("c"), nil, ml),
		"no ml":   s.Public().Verify([]byte("m"), []byte("c"), ed, nil),
		"key":     other.Public().Verify([]byte("m"), []byte("c"), ed, ml),
		"zero":    PublicSigner{ed: string(make([]byte, 32)), ml: "short"}.Verify([]byte("m"), nil, ed, ml),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: Verify = %v, want ErrTampered", name, err)
		}
	}
	if _, _, err := s.Sign(nil, make([]byte, 256)); err == nil {
		t.Error("Sign took a context of 256 bytes")
	}
	if _, err := ParseSigner(must(New(nil)).Secret()); err == nil {
		t.Error("ParseSigner took an identity")
	}
}

func TestShares(t *testing.T) {
	id := must(New(nil))
	for _, c := range []struct{ t, n int }{{2, 2}, {2, 3}, {3, 5}, {5, 5}} {
		shares := must(Split(nil, id, c.t, c.n))
		for i := range shares {
			back, err := ParseShare(shares[i].Secret())
			if err != nil {
				t.Fatalf("%v: ParseShare = %v", c, err)
			}
			shares[i] = *back
		}
		got, err := Combine(shares[c.n-c.t:])
		if err != nil || got.Recipient() != id.Recipient() {
			t.Errorf("%v: Combine of the last = %v, %v", c, got, err)
		}
		if got, err = Combine(append(shares[:c.t:c.t], shares[0])); err != nil || got.Recipient() != id.Recipient() {
			t.Errorf("%v: Combine with a doubled share = %v, %v", c, got, err)
		}
		if _, err := Combine(shares[:c.t-1]); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("%v: Combine of too few = %v, want ErrNoKey", c, err)
		}
		doubled := append(shares[:c.t-1:c.t-1], shares[0])
		if _, err := Combine(doubled); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("%v: Combine of too few and a double = %v, want ErrNoKey", c, err)
		}
		false1 := append([]IdentityShare(nil), shares...)
		false1[0].Value = must(group.Ristretto255.HashToScalar([]byte("x"), nil).MarshalBinary())
		if _, err := Combine(false1); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%v: Combine with a false share = %v, want ErrTampered", c, err)
		}
		other := must(Split(nil, id, c.t, c.n))
		if _, err := Combine(append(shares[:1:1], other[1:]...)); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%v: Combine of two sharings = %v, want ErrTampered", c, err)
		}
	}
	for _, c := range []struct{ t, n int }{{1, 1}, {0, 3}, {4, 3}, {2, 256}, {-1, 2}} {
		if _, _, err := ShareKey(nil, c.t, c.n); err == nil {
			t.Errorf("ShareKey(%d, %d) succeeded", c.t, c.n)
		}
	}
}

// Traps of circl, each as it is today and what this package makes of it. A test
// that fails here says that the library changed: read the wrapper again.
func TestTraps(t *testing.T) {
	panics := func(f func()) (did bool) {
		defer func() { did = recover() != nil }()
		f()
		return false
	}
	if !panics(func() { chpke.NewSuite(0x9999, 1, 2) }) {
		t.Error("hpke.NewSuite no longer panics on unknown ids")
	}
	if _, _, err := wrap(rand.Reader, "kyber", nil, nil, nil, nil); err == nil {
		t.Error("wrap took an unknown suite")
	}
	if !panics(func() {
		_, sk := mldsa65.NewKeyFromSeed(new([32]byte))
		_ = mldsa65.SignTo(sk, nil, nil, false, make([]byte, 5))
	}) {
		t.Error("mldsa65.SignTo no longer panics on a short buffer")
	}
	g := group.Ristretto255
	if err := g.NewElement().UnmarshalBinary(make([]byte, 32)); err != nil {
		t.Error("the identity no longer decodes")
	}
	if _, err := point(make([]byte, 32)); err == nil {
		t.Error("point took the identity")
	}
	order := []byte{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 31: 0x10}
	for _, b := range [][]byte{nil, make([]byte, 32), order, make([]byte, 31), bytes.Repeat([]byte{0xff}, 32)} {
		if _, err := scalar(b); err == nil {
			t.Errorf("scalar(%x) was accepted", b)
		}
	}
	a, b := g.RandomScalar(bytes.NewReader(make([]byte, 64))), g.RandomScalar(bytes.NewReader(make([]byte, 64)))
	if a.IsEqual(b) {
		t.Error("Ristretto RandomScalar reads its reader now")
	}
	// A false share gives a false secret in silence.
	s := g.HashToScalar([]byte("s"), nil)
	shares := secretsharing.New(rand.Reader, 1, s).Share(2)
	shares[0].Value = g.HashToScalar([]byte("false"), nil)
	if got, err := secretsharing.Recover(1, shares); err != nil || got.IsEqual(s) {
		t.Error("secretsharing.Recover finds false shares now")
	}
	if !panics(func() { _, _ = secretsharing.Recover(1, []secretsharing.Share{shares[0], shares[0]}) }) {
		t.Error("secretsharing.Recover no longer panics on doubled shares")
	}
}

func FuzzParse(f *testing.F) {
	id := must(New(nil))
	f.Add(id.Secret())
	f.Add(id.Recipient().String())
	f.Add(must(NewSigner(nil)).Secret())
	shares := must(Split(nil, id, 2, 2))
	f.Add(shares[0].Secret())
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseRecipient(s); err == nil && r.String() != strings.TrimSpace(strings.ToLower(s)) {
			t.Errorf("ParseRecipient(%q).String() = %q", s, r)
		}
		if i, err := ParseIdentity(s); err == nil && i.Secret() != strings.TrimSpace(s) {
			t.Errorf("ParseIdentity does not come back")
		}
		_, _ = ParsePublicSigner(s)
		_, _ = ParseSigner(s)
		_, _ = ParseShare(s)
	})
}
