package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

var be = binary.BigEndian

// The kinds of slot.
const (
	kindHPKE       = "hpke"
	kindPassphrase = "passphrase"
	kindTrustees   = "trustees"
	kindPolicy     = "policy"
)

const labelSlot = "verisim/seal/v1/slot\x00"

// slot is one grant: who may open which columns, and the keys wrapped for them.
// All members but CT are public, and authenticated with it.
type slot struct {
	Columns   []int       `json:"columns"` // fields of the granted columns, ascending
	CT        string      `json:"ct"`      // base64
	Enc       string      `json:"enc"`     // base64: encapsulated key, salt, commitments, or sealed key
	Kind      string      `json:"kind"`
	Name      string      `json:"name"`      // what the sealer calls the holder
	Policy    string      `json:"policy"`    // of attributes, or ""
	Recipient string      `json:"recipient"` // hex of the recipient's id, or ""
	Shares    []slotShare `json:"shares"`    // one a trustee
	Suite     string      `json:"suite"`
}

// slotShare is one trustee's share, wrapped.
type slotShare struct {
	CT        string `json:"ct"`        // base64
	Enc       string `json:"enc"`       // base64
	Recipient string `json:"recipient"` // hex
	Suite     string `json:"suite"`
}

// public is what a slot's ciphertext authenticates beside the file's hash.
func (s slot) public() ([]byte, error) {
	s.CT, s.Enc, s.Shares = "", "", []slotShare{}
	return privacy.Canonical(s)
}

// keySet is what a grant carries: the header key and some column keys.
type keySet struct {
	header  []byte
	columns map[int][]byte // by field
}

func (k *keySet) erase() {
	clear(k.header)
	for _, c := range k.columns {
		clear(c)
	}
}

// pack writes the header key, then (u32 field, key) for each column.
func (k *keySet) pack(columns []int) []byte {
	b := slices.Clone(k.header)
	for _, c := range columns {
		b = be.AppendUint32(b, uint32(c))
		b = append(b, k.columns[c]...)
	}
	return b
}

// unpack reads what pack wrote for exactly these columns.
func unpack(b []byte, columns []int) (*keySet, error) {
	const entry = 4 + keySize
	if len(b) != keySize+entry*len(columns) {
		return nil, privacy.Tampered("read", "grant", "its keys do not fit its columns")
	}
	k := &keySet{header: b[:keySize:keySize], columns: map[int][]byte{}}
	for i, c := range columns {
		e := b[keySize+entry*i:][:entry:entry]
		if be.Uint32(e) != uint32(c) {
			return nil, privacy.Tampered("read", "grant", "its keys do not fit its columns")
		}
		k.columns[c] = e[4:]
	}
	return k, nil
}

// check holds a slot against the file, without a key.
func (s *slot) check(i *immutable) error {
	bad := func(format string, args ...any) error { return privacy.Tampered("read", "slot", format, args...) }
	if len(s.Name) > maxNameSize {
		return bad("its name has %d bytes", len(s.Name))
	}
	last := -1
	for _, c := range s.Columns {
		if c <= last || !slices.ContainsFunc(i.Columns, func(k column) bool { return k.Field == c }) {
			return bad("it grants column %d, which is not sealed", c)
		}
		last = c
	}
	enc, err := decode64(s.Enc, -1)
	if err != nil {
		return bad("its key is malformed")
	}
	if _, err := decode64(s.CT, -1); err != nil {
		return bad("its text is malformed")
	}
	shared, policy, addressed := s.Kind == kindTrustees, s.Kind == kindPolicy, s.Kind == kindHPKE
	if (len(s.Shares) > 0) != shared || (s.Policy != "") != policy || (s.Recipient != "") != addressed || s.Shares == nil {
		return bad("it has members that its kind does not use")
	}
	switch s.Kind {
	case kindHPKE:
		if !isRecipient(s.Recipient) {
			return bad("its recipient is malformed")
		}
		if n := keys.Suite(s.Suite).EncSize(); n == 0 || n != len(enc) {
			return bad("its suite %q is unknown or does not fit its key", s.Suite)
		}
	case kindPassphrase:
		if _, err := parseStretch(s.Suite); err != nil || len(enc) != stretchSalt {
			return bad("its key stretching is malformed")
		}
	case kindTrustees:
		return s.checkTrustees(len(enc))
	case kindPolicy:
		if s.Suite != policySuite || keys.CheckPolicy(s.Policy) != nil {
			return bad("its policy is malformed")
		}
	default:
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: "slot", Cause: fmt.Sprintf("kind %q", s.Kind)}
	}
	return nil
}

func isRecipient(s string) bool {
	id, err := hex.DecodeString(s)
	return err == nil && len(id) == 16 && hex.EncodeToString(id) == s
}

func slotInfo(h [sha256.Size]byte, kind string) []byte {
	return append([]byte(labelSlot+kind+"\x00"), h[:]...)
}

// makeSlot wraps keys for a grant.
func makeSlot(random io.Reader, h [sha256.Size]byte, g *Grant, columns []int, k *keySet) (slot, error) {
	s := slot{Columns: columns, Name: g.Name, Shares: []slotShare{}}
	plain := k.pack(columns)
	defer clear(plain)
	switch {
	case g.Passphrase != nil:
		err := s.sealPassphrase(random, h, g.Passphrase, plain)
		return s, err
	case g.Trustees != nil:
		err := s.sealTrustees(random, h, g.Trustees, plain)
		return s, err
	case g.Policy != "":
		err := s.sealPolicy(random, h, g, plain)
		return s, err
	}
	id := g.Recipient.ID()
	s.Kind, s.Suite, s.Recipient = kindHPKE, string(g.Recipient.Suite()), hex.EncodeToString(id[:])
	aad, err := s.public()
	if err != nil {
		return s, err
	}
	enc, ct, err := g.Recipient.Wrap(random, slotInfo(h, kindHPKE), aad, plain)
	s.Enc, s.CT = encode64(enc), encode64(ct)
	return s, err
}

// open tries an identity. ok is false if the slot is not addressed to it.
func (s *slot) open(h [sha256.Size]byte, id *keys.Identity) (k *keySet, ok bool, err error) {
	r := id.Recipient().ID()
	if s.Kind != kindHPKE || s.Recipient != hex.EncodeToString(r[:]) || s.Suite != string(id.Recipient().Suite()) {
		return nil, false, nil
	}
	enc, err := decode64(s.Enc, -1)
	if err != nil {
		return nil, true, privacy.Tampered("read", "slot", "its key is malformed")
	}
	ct, err := decode64(s.CT, -1)
	if err != nil {
		return nil, true, privacy.Tampered("read", "slot", "its text is malformed")
	}
	aad, err := s.public()
	if err != nil {
		return nil, true, err
	}
	plain, err := id.Unwrap(slotInfo(h, kindHPKE), aad, enc, ct)
	if err != nil {
		return nil, true, err
	}
	k, err = unpack(plain, s.Columns)
	return k, true, err
}

func randomKey(random io.Reader) ([]byte, error) {
	b := make([]byte, keySize)
	_, err := io.ReadFull(random, b)
	return b, err
}

func orRandom(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}
