package keys

import (
	"crypto/ecdh"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/cloudflare/circl/hpke"
)

// Suite names a key encapsulation. The rest of the HPKE suite is fixed.
type Suite string

// The suites.
const (
	// XWing is ML-KEM-768 with X25519: safe as long as either holds.
	XWing Suite = "xwing"
	// X25519 is classical: recorded today, opened by a quantum computer later.
	X25519 Suite = "x25519"
)

// PostQuantum says whether the suite is meant to withstand quantum computers.
func (s Suite) PostQuantum() bool { return s == XWing }

const (
	xwingPublicSize  = 1216
	xwingSecretSize  = 32
	xwingEncSize     = 1120
	x25519Size       = 32
	hpkeTagSize      = 16
	recipientIDBytes = 16
)

// WrapOverhead is how many bytes longer the ciphertext of Wrap is than its
// plaintext; EncSize gives the size of the encapsulated key beside it.
const WrapOverhead = hpkeTagSize

// EncSize is the size of the encapsulated key in bytes, 0 for an unknown suite.
func (s Suite) EncSize() int {
	switch s {
	case XWing:
		return xwingEncSize
	case X25519:
		return x25519Size
	}
	return 0
}

func (s Suite) kem() (hpke.KEM, error) {
	switch s {
	case XWing:
		return hpke.KEM_XWING, nil
	case X25519:
		return hpke.KEM_X25519_HKDF_SHA256, nil
	}
	return 0, fmt.Errorf("unknown suite %q", string(s))
}

// wrap is HPKE base mode with one message. Mind the order: circl takes the
// plaintext before the additional data, crypto/hpke after it. This is the only
// call of either in the project.
func wrap(rand io.Reader, s Suite, public, info, aad, plain []byte) (enc, ct []byte, err error) {
	err = guard(func() (err error) {
		id, err := s.kem()
		if err != nil {
			return err
		}
		pk, err := id.Scheme().UnmarshalBinaryPublicKey(public)
		if err != nil {
			return err
		}
		sender, err := hpke.NewSuite(id, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES256GCM).NewSender(pk, info)
		if err != nil {
			return err
		}
		var sealer hpke.Sealer
		if enc, sealer, err = sender.Setup(rand); err != nil {
			return err
		}
		ct, err = sealer.Seal(plain, aad)
		return err
	})
	return enc, ct, err
}

func unwrap(s Suite, secret, info, aad, enc, ct []byte) (plain []byte, err error) {
	if len(enc) != s.EncSize() || len(ct) < hpkeTagSize {
		return nil, fmt.Errorf("%d bytes of key and %d of text do not fit suite %q", len(enc), len(ct), string(s))
	}
	err = guard(func() (err error) {
		id, err := s.kem()
		if err != nil {
			return err
		}
		sk, err := id.Scheme().UnmarshalBinaryPrivateKey(secret)
		if err != nil {
			return err
		}
		receiver, err := hpke.NewSuite(id, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES256GCM).NewReceiver(sk, info)
		if err != nil {
			return err
		}
		opener, err := receiver.Setup(enc)
		if err != nil {
			return err
		}
		plain, err = opener.Open(ct, aad)
		return err
	})
	return plain, err
}

// guard turns a panic below f into an error: circl panics on lengths and on
// identifiers, and what comes from outside must never do that.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cryptographic library gave up: %v", r)
		}
	}()
	return f()
}

// checkPublic refuses keys of the wrong length, keys that are not of the group,
// and X25519 points of low order, to which everybody knows the secret.
func checkPublic(s Suite, public []byte) error {
	var point []byte
	switch {
	case s == XWing && len(public) == xwingPublicSize:
		point = public[xwingPublicSize-x25519Size:]
		if err := guard(func() (err error) {
			_, err = hpke.KEM_XWING.Scheme().UnmarshalBinaryPublicKey(public)
			return err
		}); err != nil {
			return err
		}
	case s == X25519 && len(public) == x25519Size:
		point = public
	default:
		return fmt.Errorf("%d bytes are not a public key of suite %q", len(public), string(s))
	}
	pk, err := ecdh.X25519().NewPublicKey(point)
	if err != nil {
		return err
	}
	// Any fixed scalar finds a low-order point: the product is zero.
	probe := sha256.Sum256([]byte("verisim/keys/low-order-probe"))
	sk, err := ecdh.X25519().NewPrivateKey(probe[:])
	if err != nil {
		return err
	}
	if _, err := sk.ECDH(pk); err != nil {
		return fmt.Errorf("the X25519 point is of low order")
	}
	return nil
}

// derivePublic computes the public key of a secret.
func derivePublic(s Suite, secret []byte) (public []byte, err error) {
	err = guard(func() (err error) {
		id, err := s.kem()
		if err != nil {
			return err
		}
		sk, err := id.Scheme().UnmarshalBinaryPrivateKey(secret)
		if err != nil {
			return err
		}
		public, err = sk.Public().MarshalBinary()
		return err
	})
	return public, err
}
