package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/cloudflare/circl/sign/mldsa/mldsa65"

	"github.com/verisim/verisim/privacy"
)

const (
	prefixSignerPublic = "verisimsig"
	prefixSignerSecret = "VERISIM-SIGNER-SECRET-"
	signerIDContext    = "verisim/signer/v1\x00"
	signerSeedSize     = ed25519.SeedSize + mldsa65.SeedSize
	signerPublicSize   = ed25519.PublicKeySize + mldsa65.PublicKeySize
	maxContext         = 255 // FIPS 204 section 5.2
)

// Signature sizes in bytes.
const (
	Ed25519Size = ed25519.SignatureSize
	MLDSA65Size = mldsa65.SignatureSize
)

// Signer vouches for data with two signatures, Ed25519 and ML-DSA-65, so that
// it holds as long as either scheme does.
type Signer struct {
	seed   []byte
	ed     ed25519.PrivateKey
	ml     *mldsa65.PrivateKey
	public PublicSigner
}

// NewSigner makes a signer. A nil random is crypto/rand.
func NewSigner(random io.Reader) (*Signer, error) {
	if random == nil {
		random = rand.Reader
	}
	seed := make([]byte, signerSeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make signer: %w", err)
	}
	return signerOf(seed), nil
}

func signerOf(seed []byte) *Signer {
	ed := ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize])
	pk, sk := mldsa65.NewKeyFromSeed((*[mldsa65.SeedSize]byte)(seed[ed25519.SeedSize:]))
	return &Signer{seed, ed, sk, PublicSigner{string(ed.Public().(ed25519.PublicKey)), string(pk.Bytes())}}
}

// ParseSigner reads one secret signer line.
func ParseSigner(line string) (*Signer, error) {
	line = strings.TrimSpace(line)
	if len(line) > maxKeyString {
		return nil, fmt.Errorf("read signer: %d characters are too many", len(line))
	}
	prefix, data, err := decodeBech32(line)
	if err != nil {
		return nil, fmt.Errorf("read signer: %w", err)
	}
	if prefix != prefixSignerSecret {
		return nil, fmt.Errorf("read signer: kind %q is not %q; opening keys do not sign", prefix, prefixSignerSecret)
	}
	if len(data) != signerSeedSize {
		return nil, fmt.Errorf("read signer: %d bytes, want %d", len(data), signerSeedSize)
	}
	return signerOf(data), nil
}

// Secret is the text form that ParseSigner reads.
func (s *Signer) Secret() string { return encodeBech32(prefixSignerSecret, s.seed) }

// Public is the half that verifies.
func (s *Signer) Public() PublicSigner { return s.public }

// String names the signer by its fingerprint.
func (s *Signer) String() string { return s.public.ID() }

// GoString keeps the secret out of %#v.
func (s *Signer) GoString() string { return "keys.Signer(" + s.public.ID() + ")" }

// Sign signs a message twice. The context separates uses of the ML-DSA key and
// has at most 255 bytes; the Ed25519 signature is plain, so the message must
// say by itself what it is, as DSSE's encoding does.
func (s *Signer) Sign(message, context []byte) (ed, ml []byte, err error) {
	if len(context) > maxContext {
		return nil, nil, fmt.Errorf("sign: context of %d bytes, at most %d", len(context), maxContext)
	}
	ml = make([]byte, mldsa65.SignatureSize) // SignTo panics on a shorter one
	err = guard(func() error { return mldsa65.SignTo(s.ml, message, context, true, ml) })
	if err != nil {
		return nil, nil, fmt.Errorf("sign: %w", err)
	}
	return ed25519.Sign(s.ed, message), ml, nil
}

// PublicSigner verifies. It compares with ==; the zero value is no signer.
type PublicSigner struct {
	ed, ml string // raw bytes
}

// ParsePublicSigner reads the text form of a public signer.
func ParsePublicSigner(s string) (PublicSigner, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxKeyString {
		return PublicSigner{}, fmt.Errorf("parse signer: %d characters are too many", len(s))
	}
	prefix, data, err := decodeBech32(s)
	if err != nil {
		return PublicSigner{}, fmt.Errorf("parse signer %q: %w", short(s), err)
	}
	if prefix != prefixSignerPublic {
		return PublicSigner{}, fmt.Errorf("parse signer %q: kind %q is not %q", short(s), prefix, prefixSignerPublic)
	}
	return PublicSignerOf(data)
}

// PublicSignerOf reads the raw form: the Ed25519 key, then the ML-DSA-65 key.
func PublicSignerOf(raw []byte) (PublicSigner, error) {
	if len(raw) != signerPublicSize {
		return PublicSigner{}, fmt.Errorf("parse signer: %d bytes, want %d", len(raw), signerPublicSize)
	}
	p := PublicSigner{string(raw[:ed25519.PublicKeySize]), string(raw[ed25519.PublicKeySize:])}
	_, err := p.mldsa()
	return p, err
}

func (p PublicSigner) mldsa() (*mldsa65.PublicKey, error) {
	pk := new(mldsa65.PublicKey)
	if err := guard(func() error { return pk.UnmarshalBinary([]byte(p.ml)) }); err != nil {
		return nil, fmt.Errorf("parse signer: %w", err)
	}
	return pk, nil
}

// IsZero says whether this is no signer at all.
func (p PublicSigner) IsZero() bool { return p.ed == "" }

// Raw is the form that PublicSignerOf reads.
func (p PublicSigner) Raw() []byte { return []byte(p.ed + p.ml) }

// String is the text form that ParsePublicSigner reads.
func (p PublicSigner) String() string { return encodeBech32(prefixSignerPublic, p.Raw()) }

// ID is the signer's fingerprint: SHA-256 over both public keys.
func (p PublicSigner) ID() string {
	sum := sha256.Sum256([]byte(signerIDContext + p.ed + p.ml))
	return "SHA256:" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// Verify checks both signatures. An error matches privacy.ErrTampered and says
// which of the two failed.
func (p PublicSigner) Verify(message, context, ed, ml []byte) error {
	if len(ed) != ed25519.SignatureSize || !ed25519.Verify(ed25519.PublicKey(p.ed), message, ed) {
		return privacy.Tampered("verify", "signature", "the Ed25519 signature does not match")
	}
	if verifyMLDSA(p.ml, message, context, ml) != nil {
		return privacy.Tampered("verify", "signature", "the ML-DSA-65 signature does not match")
	}
	return nil
}

// verifyMLDSA is FIPS 204's verification, algorithm 3, where circl would panic
// on some lengths or give no reason.
func verifyMLDSA(public string, message, context, sig []byte) error {
	if len(context) > maxContext || len(sig) != mldsa65.SignatureSize {
		return fmt.Errorf("context of %d bytes, signature of %d", len(context), len(sig))
	}
	pk, err := PublicSigner{ml: public}.mldsa()
	if err != nil {
		return err
	}
	return guard(func() error {
		if !mldsa65.Verify(pk, message, context, sig) {
			return fmt.Errorf("signature does not match")
		}
		return nil
	})
}
