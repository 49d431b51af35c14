package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"

	"github.com/verisim/verisim/privacy"
)

// Shamir's sharing of a random scalar over Ristretto255, with Feldman's
// commitments, so that a false share is found before it spoils a recovery. The
// scalar is never the secret itself: what is protected is encrypted under a key
// derived from it.

const (
	pointSize  = 32
	scalarSize = 32
	// MaxShares bounds a sharing; it keeps share files and slots small.
	MaxShares  = 255
	labelShare = "verisim/keys/shared-key/v1"
	labelDraw  = "verisim/keys/shared-scalar/v1"
)

// Share is one part of a shared key. Any Threshold of the Total open it; fewer
// learn nothing.
type Share struct {
	Threshold, Total int
	Commitments      []byte // Threshold points of 32 bytes, public
	ID, Value        []byte // scalars of 32 bytes; Value is secret
}

// ShareKey draws a key and splits it into total shares, of which threshold
// recover it. A nil random is crypto/rand.
func ShareKey(random io.Reader, threshold, total int) (key []byte, shares []Share, err error) {
	if threshold < 2 || threshold > total || total > MaxShares {
		return nil, nil, fmt.Errorf("share key: %d of %d: want 2 <= threshold <= total <= %d", threshold, total, MaxShares)
	}
	if random == nil {
		random = rand.Reader
	}
	seed := make([]byte, 64)
	if _, err = io.ReadFull(random, seed); err != nil {
		return nil, nil, fmt.Errorf("share key: %w", err)
	}
	defer clear(seed)
	err = guard(func() (err error) {
		g := group.Ristretto255
		// circl's Ristretto RandomScalar does not read the reader it is given.
		secret := g.HashToScalar(seed, []byte(labelDraw))
		// circl counts the parties that may be corrupt, one fewer than needed.
		ss := secretsharing.New(random, uint(threshold-1), secret)
		var commitments []byte
		for _, e := range ss.CommitSecret() {
			var b []byte
			if b, err = e.MarshalBinaryCompress(); err != nil {
				return err
			}
			commitments = append(commitments, b...)
		}
		for _, s := range ss.Share(uint(total)) {
			var id, value []byte
			if id, err = s.ID.MarshalBinary(); err != nil {
				return err
			}
			if value, err = s.Value.MarshalBinary(); err != nil {
				return err
			}
			shares = append(shares, Share{threshold, total, commitments, id, value})
		}
		key, err = sharedKey(secret, commitments)
		return err
	})
	return key, shares, err
}

func sharedKey(secret group.Scalar, commitments []byte) ([]byte, error) {
	raw, err := secret.MarshalBinary()
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	return hkdf.Key(sha256.New, raw, commitments, labelShare, sha256.Size)
}

// point reads a group element and refuses the identity, which circl decodes
// without complaint.
func point(b []byte) (group.Element, error) {
	e := group.Ristretto255.NewElement()
	if err := e.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	if e.IsIdentity() {
		return nil, fmt.Errorf("the point is the identity")
	}
	return e, nil
}

// scalar reads a scalar and refuses zero and values that are not reduced.
func scalar(b []byte) (group.Scalar, error) {
	if len(b) != scalarSize {
		return nil, fmt.Errorf("%d bytes are no scalar", len(b))
	}
	s := group.Ristretto255.NewScalar()
	if err := s.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	again, err := s.MarshalBinary()
	if err != nil || !bytes.Equal(again, b) || s.IsZero() {
		return nil, fmt.Errorf("the scalar is zero or not reduced")
	}
	return s, nil
}

func (s *Share) read() (secretsharing.Share, secretsharing.SecretCommitment, error) {
	var out secretsharing.Share
	var c secretsharing.SecretCommitment
	if s.Threshold < 2 || s.Threshold > s.Total || s.Total > MaxShares || len(s.Commitments) != s.Threshold*pointSize {
		return out, nil, fmt.Errorf("its numbers do not fit")
	}
	for b := s.Commitments; len(b) > 0; b = b[pointSize:] {
		e, err := point(b[:pointSize])
		if err != nil {
			return out, nil, err
		}
		c = append(c, e)
	}
	var err error
	if out.ID, err = scalar(s.ID); err != nil {
		return out, nil, err
	}
	out.Value, err = scalar(s.Value)
	return out, c, err
}

// Verify holds a share against the commitments that it carries. Who has
// received the commitments by another way compares those himself.
func (s *Share) Verify() error {
	valid := false
	err := guard(func() (err error) {
		share, c, err := s.read()
		if err != nil {
			return err
		}
		valid = secretsharing.Verify(uint(s.Threshold-1), share, c)
		return nil
	})
	if err != nil {
		return privacy.Tampered("verify", "share", "%v", err)
	}
	if !valid {
		return privacy.Tampered("verify", "share", "it does not match the commitments")
	}
	return nil
}

// RecoverKey gives the key back. Every share is verified first, because one
// false share would give a false key without a word; doubled shares count once.
func RecoverKey(shares []Share) ([]byte, error) {
	if len(shares) == 0 {
		return nil, privacy.NoKey("recover", "key", "no share is given")
	}
	first := shares[0]
	seen := map[string]bool{}
	var good []secretsharing.Share
	for i := range shares {
		s := &shares[i]
		if s.Threshold != first.Threshold || !bytes.Equal(s.Commitments, first.Commitments) {
			return nil, privacy.Tampered("recover", "key", "share %d belongs to another sharing", i+1)
		}
		if err := s.Verify(); err != nil {
			return nil, fmt.Errorf("share %d: %w", i+1, err)
		}
		if seen[string(s.ID)] {
			continue
		}
		seen[string(s.ID)] = true
		share, _, err := s.read()
		if err != nil {
			return nil, privacy.Tampered("recover", "key", "share %d: %v", i+1, err)
		}
		good = append(good, share)
	}
	if len(good) < first.Threshold {
		return nil, privacy.NoKey("recover", "key", "%d different shares are given, %d are needed", len(good), first.Threshold)
	}
	var key []byte
	err := guard(func() (err error) {
		secret, err := secretsharing.Recover(uint(first.Threshold-1), good[:first.Threshold])
		if err != nil {
			return err
		}
		key, err = sharedKey(secret, first.Commitments)
		return err
	})
	return key, err
}

// IdentityShare is a share of an identity: a share of a key, and the identity
// encrypted under that key.
type IdentityShare struct {
	Share
	suite  Suite
	owner  [recipientIDBytes]byte // id of the identity's recipient
	sealed []byte
}

const (
	prefixShare   = "VERISIM-SHARE-"
	shareVersion  = 1
	sealedIDSize  = xwingSecretSize + 16
	shareFixed    = 4 + 2*scalarSize + recipientIDBytes + sealedIDSize
	labelIdentity = "verisim/keys/shared-identity/v1"
)

func identityBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Split shares an identity among total people, of whom threshold are needed. A
// share carries the commitments, from which a quantum computer could compute the
// key: against those, keep shares as secret as the identity.
func Split(random io.Reader, i *Identity, threshold, total int) ([]IdentityShare, error) {
	key, shares, err := ShareKey(random, threshold, total)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	box, err := identityBox(key)
	if err != nil {
		return nil, err
	}
	// The key is drawn for this one message, so the nonce may be constant.
	sealed := box.Seal(nil, make([]byte, box.NonceSize()), i.secret, []byte(labelIdentity))
	var out []IdentityShare
	for _, s := range shares {
		out = append(out, IdentityShare{s, i.suite, i.recipient.ID(), sealed})
	}
	return out, nil
}

// Combine gives an identity back from threshold of its shares.
func Combine(shares []IdentityShare) (*Identity, error) {
	var plain []Share
	for i := range shares {
		if shares[i].owner != shares[0].owner || !bytes.Equal(shares[i].sealed, shares[0].sealed) {
			return nil, privacy.Tampered("combine", "shares", "share %d belongs to another key", i+1)
		}
		plain = append(plain, shares[i].Share)
	}
	key, err := RecoverKey(plain)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	box, err := identityBox(key)
	if err != nil {
		return nil, err
	}
	secret, err := box.Open(nil, make([]byte, box.NonceSize()), shares[0].sealed, []byte(labelIdentity))
	if err != nil {
		return nil, privacy.Tampered("combine", "shares", "the identity does not open under them")
	}
	id, err := identityOf(shares[0].suite, secret)
	if err != nil || id.recipient.ID() != shares[0].owner {
		return nil, privacy.Tampered("combine", "shares", "they hold another identity than they say")
	}
	return id, nil
}

// Secret is the text form of the share.
func (s *IdentityShare) Secret() string {
	suite := byte(1)
	if s.suite == X25519 {
		suite = 2
	}
	b := []byte{shareVersion, suite, byte(s.Threshold), byte(s.Total)}
	b = append(b, s.ID...)
	b = append(b, s.Value...)
	b = append(b, s.owner[:]...)
	b = append(b, s.sealed...)
	return encodeBech32(prefixShare, append(b, s.Commitments...))
}

// FormatShare writes the file of share number n, from 1.
func FormatShare(s *IdentityShare, n int, r Recipient) []byte {
	return fmt.Appendf(nil, "# share %d of %d, %d of them give the key back\n# public key: %s\n%s\n", n, s.Total, s.Threshold, r, s.Secret())
}

// ParseShare reads the text form of a share and verifies it.
func ParseShare(line string) (*IdentityShare, error) {
	line = strings.TrimSpace(line)
	if len(line) > 2*MaxShares*pointSize {
		return nil, fmt.Errorf("read share: %d characters are too many", len(line))
	}
	prefix, b, err := decodeBech32(line)
	if err != nil {
		return nil, fmt.Errorf("read share: %w", err)
	}
	if prefix != prefixShare || len(b) < shareFixed || b[0] != shareVersion || b[1] < 1 || b[1] > 2 {
		return nil, fmt.Errorf("read share: this is no share, or of another version")
	}
	s := &IdentityShare{suite: []Suite{XWing, X25519}[b[1]-1]}
	s.Threshold, s.Total = int(b[2]), int(b[3])
	take := func(n int) []byte {
		head := b[:n:n]
		b = b[n:]
		return head
	}
	take(4)
	s.ID, s.Value = take(scalarSize), take(scalarSize)
	s.owner = [recipientIDBytes]byte(take(recipientIDBytes))
	s.sealed = take(sealedIDSize)
	s.Commitments = b
	return s, s.Verify()
}

// ParseShares reads a share file.
func ParseShares(r io.Reader) ([]IdentityShare, error) {
	var out []IdentityShare
	err := keyLines(r, func(line string) error {
		s, err := ParseShare(line)
		if err == nil {
			out = append(out, *s)
		}
		return err
	})
	return out, err
}
