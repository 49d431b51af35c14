package keys

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"github.com/verisim/verisim/privacy"
)

// The prefixes of age's text forms.
const (
	prefixXWingPublic   = "age1pq"
	prefixXWingSecret   = "AGE-SECRET-KEY-PQ-"
	prefixX25519Public  = "age"
	prefixX25519Secret  = "AGE-SECRET-KEY-"
	recipientIDContext  = "verisim/recipient/v1\x00"
	maxKeyString        = 16 << 10
	shownRecipientChars = 16
)

// Recipient is the public half of an identity: whoever has it can seal for its
// holder. The zero value is no recipient.
type Recipient struct {
	suite  Suite
	public string // raw bytes; a string so that recipients compare with ==
}

// ParseRecipient reads "age1pq1..." or, for classical keys, "age1...".
func ParseRecipient(s string) (Recipient, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxKeyString {
		return Recipient{}, fmt.Errorf("parse recipient: %d characters are too many", len(s))
	}
	prefix, data, err := decodeBech32(s)
	if err != nil {
		return Recipient{}, fmt.Errorf("parse recipient %q: %w", short(s), err)
	}
	var suite Suite
	switch prefix {
	case prefixXWingPublic:
		suite = XWing
	case prefixX25519Public:
		suite = X25519
	case prefixXWingSecret, prefixX25519Secret, strings.ToLower(prefixXWingSecret), strings.ToLower(prefixX25519Secret):
		return Recipient{}, fmt.Errorf("parse recipient: this is a secret key; give the recipient that \"verisim keys show\" prints for it")
	default:
		return Recipient{}, fmt.Errorf("parse recipient %q: kind %q is neither %q nor %q", short(s), prefix, prefixXWingPublic, prefixX25519Public)
	}
	return newRecipient(suite, data)
}

func newRecipient(suite Suite, public []byte) (Recipient, error) {
	if err := checkPublic(suite, public); err != nil {
		return Recipient{}, fmt.Errorf("parse recipient: %w", err)
	}
	return Recipient{suite, string(public)}, nil
}

// short keeps messages readable: a post-quantum recipient has 1959 characters.
func short(s string) string {
	if len(s) <= shownRecipientChars {
		return s
	}
	return s[:shownRecipientChars] + "..."
}

// String is the text form that ParseRecipient reads.
func (r Recipient) String() string {
	switch r.suite {
	case XWing:
		return encodeBech32(prefixXWingPublic, []byte(r.public))
	case X25519:
		return encodeBech32(prefixX25519Public, []byte(r.public))
	}
	return ""
}

// IsZero says whether this is no recipient at all.
func (r Recipient) IsZero() bool { return r.suite == "" }

// Suite is the recipient's key encapsulation.
func (r Recipient) Suite() Suite { return r.suite }

// ID is a short public name: 16 bytes of a hash of the key.
func (r Recipient) ID() [recipientIDBytes]byte {
	h := sha256.New()
	h.Write([]byte(recipientIDContext + string(r.suite) + "\x00" + r.public))
	return [recipientIDBytes]byte(h.Sum(nil)[:recipientIDBytes])
}

// Wrap encrypts a small secret to the recipient. info separates uses, aad is
// authenticated beside it; both must be given again to Unwrap. A nil rand is
// crypto/rand.
func (r Recipient) Wrap(random io.Reader, info, aad, secret []byte) (enc, ct []byte, err error) {
	if random == nil {
		random = rand.Reader
	}
	enc, ct, err = wrap(random, r.suite, []byte(r.public), info, aad, secret)
	if err != nil {
		return nil, nil, fmt.Errorf("wrap key for %s: %w", short(r.String()), err)
	}
	return enc, ct, nil
}

// Identity is a secret key that opens what was sealed for its recipient.
type Identity struct {
	suite     Suite
	secret    []byte
	recipient Recipient
}

// New makes an X-Wing identity. A nil random is crypto/rand.
func New(random io.Reader) (*Identity, error) { return newIdentity(random, XWing) }

// NewClassical makes an X25519 identity, for readers that cannot do better.
func NewClassical(random io.Reader) (*Identity, error) { return newIdentity(random, X25519) }

func newIdentity(random io.Reader, s Suite) (*Identity, error) {
	if random == nil {
		random = rand.Reader
	}
	secret := make([]byte, xwingSecretSize) // both suites use 32 bytes
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("make identity: %w", err)
	}
	return identityOf(s, secret)
}

func identityOf(s Suite, secret []byte) (*Identity, error) {
	if len(secret) != xwingSecretSize {
		return nil, fmt.Errorf("read identity: %d bytes, want %d", len(secret), xwingSecretSize)
	}
	public, err := derivePublic(s, secret)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	r, err := newRecipient(s, public)
	if err != nil {
		return nil, err
	}
	return &Identity{s, bytes.Clone(secret), r}, nil
}

// ParseIdentity reads one secret key line.
func ParseIdentity(line string) (*Identity, error) {
	line = strings.TrimSpace(line)
	if len(line) > maxKeyString {
		return nil, fmt.Errorf("read identity: %d characters are too many", len(line))
	}
	prefix, data, err := decodeBech32(line)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	switch prefix {
	case prefixXWingSecret:
		return identityOf(XWing, data)
	case prefixX25519Secret:
		return identityOf(X25519, data)
	case prefixSignerSecret:
		return nil, fmt.Errorf("read identity: this key signs; opening needs another")
	case prefixXWingPublic, prefixX25519Public:
		return nil, fmt.Errorf("read identity: this is a recipient, the public half; the secret key starts with AGE-SECRET-KEY-")
	}
	return nil, fmt.Errorf("read identity: kind %q is neither %q nor %q", prefix, prefixXWingSecret, prefixX25519Secret)
}

// Recipient is the public half.
func (i *Identity) Recipient() Recipient { return i.recipient }

// Secret is the text form that ParseIdentity reads. String does not give it, so
// that a stray print does not show the key.
func (i *Identity) Secret() string {
	if i.suite == XWing {
		return encodeBech32(prefixXWingSecret, i.secret)
	}
	return encodeBech32(prefixX25519Secret, i.secret)
}

// GoString keeps the secret out of %#v.
func (i *Identity) GoString() string { return "keys.Identity(" + short(i.recipient.String()) + ")" }

// String names the identity by its recipient.
func (i *Identity) String() string { return i.GoString() }

// Unwrap decrypts what Wrap made. An error matches privacy.ErrTampered: the
// caller has already seen that the text is addressed to this identity.
func (i *Identity) Unwrap(info, aad, enc, ct []byte) ([]byte, error) {
	plain, err := unwrap(i.suite, i.secret, info, aad, enc, ct)
	if err != nil {
		return nil, privacy.Tampered("unwrap", "key", "the text is not what was made for this identity and this place")
	}
	return plain, nil
}

// Erase overwrites the secret, as far as Go lets it.
func (i *Identity) Erase() { clear(i.secret) }
