package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// Trustees share one grant: any Threshold of them open it together.
type Trustees struct {
	Threshold  int // at least 2
	Recipients []keys.Recipient
}

const (
	labelShare       = "share"
	labelCommitments = "verisim/seal/v1/commitments\x00"
)

// shareSize is the size of a share's text: its place, its value, and the
// commitments of the sharing. Those travel inside, because a quantum computer
// reads the secret from them; in public stands only their hash.
func shareSize(threshold int) int { return 64 + 32*threshold }

func commitmentsHash(commitments []byte) []byte {
	sum := sha256.Sum256(append([]byte(labelCommitments), commitments...))
	return sum[:]
}

func trusteesSuite(threshold, total int) string {
	return fmt.Sprintf("shamir-ristretto255,t=%d,n=%d", threshold, total)
}

func (s *slot) threshold() (int, error) {
	var t, n int
	if _, err := fmt.Sscanf(s.Suite, "shamir-ristretto255,t=%d,n=%d", &t, &n); err != nil ||
		trusteesSuite(t, n) != s.Suite || n != len(s.Shares) || t < 2 || t > n || n > keys.MaxShares {
		return 0, fmt.Errorf("suite %q is malformed", s.Suite)
	}
	return t, nil
}

func (s *slot) checkTrustees(enc int) error {
	t, err := s.threshold()
	if err != nil || enc != sha256.Size {
		return privacy.Tampered("read", "slot", "its sharing is malformed")
	}
	for _, h := range s.Shares {
		e, err := decode64(h.Enc, keys.Suite(h.Suite).EncSize())
		if err != nil || len(e) == 0 || !isRecipient(h.Recipient) {
			return privacy.Tampered("read", "slot", "a share is malformed")
		}
		if _, err := decode64(h.CT, shareSize(t)+keys.WrapOverhead); err != nil {
			return privacy.Tampered("read", "slot", "a share is malformed")
		}
	}
	return nil
}

func (s *slot) sealTrustees(random io.Reader, h [sha256.Size]byte, t *Trustees, plain []byte) error {
	key, shares, err := keys.ShareKey(random, t.Threshold, len(t.Recipients))
	if err != nil {
		return err
	}
	defer clear(key)
	s.Kind, s.Suite = kindTrustees, trusteesSuite(t.Threshold, len(t.Recipients))
	s.Enc = encode64(commitmentsHash(shares[0].Commitments))
	aad, err := s.public()
	if err != nil {
		return err
	}
	for i, r := range t.Recipients {
		secret := slices.Concat(shares[i].ID, shares[i].Value, shares[i].Commitments)
		enc, ct, err := r.Wrap(random, slotInfo(h, kindTrustees+labelShare), aad, secret)
		clear(secret)
		if err != nil {
			return err
		}
		id := r.ID()
		s.Shares = append(s.Shares, slotShare{encode64(ct), encode64(enc), hex.EncodeToString(id[:]), string(r.Suite())})
	}
	return s.sealText(random, h, key, plain)
}

// sealText encrypts a slot's grant under a symmetric key.
func (s *slot) sealText(random io.Reader, h [sha256.Size]byte, key, plain []byte) error {
	var salt [saltSize]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return err
	}
	context, err := s.context(h)
	if err != nil {
		return err
	}
	ct, err := sealChunk(nil, key, salt, context, [][]byte{plain})
	s.CT = encode64(ct)
	return err
}

// openTrustees opens the slot with the shares of all identities together. ok is
// false if none of them is a trustee; too few match privacy.ErrNoKey.
func (s *slot) openTrustees(h [sha256.Size]byte, ids []*keys.Identity) (k *keySet, ok bool, err error) {
	if s.Kind != kindTrustees {
		return nil, false, nil
	}
	threshold, err := s.threshold()
	if err != nil {
		return nil, false, privacy.Tampered("read", "slot", "%v", err)
	}
	want, err := decode64(s.Enc, sha256.Size)
	if err != nil {
		return nil, false, privacy.Tampered("read", "slot", "its commitments are malformed")
	}
	aad, err := s.public()
	if err != nil {
		return nil, false, err
	}
	var shares []keys.Share
	for _, id := range ids {
		r := id.Recipient().ID()
		for _, sh := range s.Shares {
			if sh.Recipient != hex.EncodeToString(r[:]) || sh.Suite != string(id.Recipient().Suite()) {
				continue
			}
			var secret []byte
			if secret, err = sh.open(h, aad, id, shareSize(threshold)); err != nil {
				return nil, true, err
			}
			share := keys.Share{Threshold: threshold, Total: len(s.Shares), ID: secret[:32], Value: secret[32:64], Commitments: secret[64:]}
			if !bytes.Equal(commitmentsHash(share.Commitments), want) {
				return nil, true, privacy.Tampered("read", "slot", "a share is of another sharing")
			}
			shares = append(shares, share)
		}
	}
	if len(shares) == 0 {
		return nil, false, nil
	}
	key, err := keys.RecoverKey(shares)
	if err != nil {
		return nil, true, err
	}
	defer clear(key)
	k, err = s.openGrant(h, key)
	return k, true, err
}

func (sh *slotShare) open(h [sha256.Size]byte, aad []byte, id *keys.Identity, size int) ([]byte, error) {
	enc, err := decode64(sh.Enc, -1)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "a share is malformed")
	}
	ct, err := decode64(sh.CT, -1)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "a share is malformed")
	}
	secret, err := id.Unwrap(slotInfo(h, kindTrustees+labelShare), aad, enc, ct)
	if err == nil && len(secret) != size {
		err = privacy.Tampered("read", "slot", "a share is malformed")
	}
	return secret, err
}

// openGrant opens a slot's grant under a symmetric key.
func (s *slot) openGrant(h [sha256.Size]byte, key []byte) (*keySet, error) {
	ct, err := decode64(s.CT, -1)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "its text is malformed")
	}
	plain, err := s.openText(h, key, ct)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "its text does not authenticate")
	}
	return unpack(plain, s.Columns)
}

const policySuite = "cp-abe-tkn20"

// sealPolicy puts the grant under a key that is sealed under a policy.
func (s *slot) sealPolicy(random io.Reader, h [sha256.Size]byte, g *Grant, plain []byte) error {
	key, err := randomKey(random)
	if err != nil {
		return err
	}
	defer clear(key)
	enc, err := g.Authority.Seal(random, g.Policy, key)
	if err != nil {
		return err
	}
	s.Kind, s.Suite, s.Policy, s.Enc = kindPolicy, policySuite, g.Policy, encode64(enc)
	return s.sealText(random, h, key, plain)
}

func (s *slot) openPolicy(h [sha256.Size]byte, k *keys.AttributeKey) (*keySet, error) {
	enc, err := decode64(s.Enc, -1)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "its key is malformed")
	}
	key, err := k.Open(enc)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if len(key) != keySize {
		return nil, privacy.Tampered("read", "slot", "its key is malformed")
	}
	return s.openGrant(h, key)
}
