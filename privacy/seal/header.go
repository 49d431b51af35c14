package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/verisim/verisim/privacy"
)

// Names and limits of the format.
const (
	// Version is the version of FORMAT.md that this package writes and reads.
	Version = 1

	keyVersion = "seal.v"      // schema metadata
	keyHeader  = "seal.header" // schema metadata
	keyMode    = "seal.mode"   // field metadata of a sealed column

	suiteName   = "cobblestone-256+hkdf-sha256+hmac-sha256"
	labelFile   = "verisim/seal/v1/file\x00"
	labelChunk  = "verisim/seal/v1/chunk\x00"
	labelHeader = "verisim/seal/v1/header-mac"
	labelCommit = "verisim/seal/v1/commit"

	headerUnit  = 1 << 10 // the header's size is a multiple of this
	maxHeader   = 4 << 20
	maxSlots    = 1 << 10
	maxNameSize = 256
	slotSpare   = 4 << 10 // room for about two recipients more, for rewrap
)

// Mode is how a column is sealed.
type Mode string

// The modes.
const (
	// ModeChunk seals a column's cells of one batch together: fastest, hides
	// lengths and nulls of single cells.
	ModeChunk Mode = "chunk"
	// ModeCell seals each cell by a key of its own, so that one cell can be
	// opened to a third party. It shows which cells are null and how long each
	// one is.
	ModeCell Mode = "cell"
	// ModeSubject is ModeCell with a key that also needs the subject's leaf of
	// a keyring: destroying the leaf leaves the subject's cells unreadable in
	// every copy.
	ModeSubject Mode = "subject"
)

// header is the JSON object in the schema metadata.
type header struct {
	Immutable immutable `json:"immutable"`
	MAC       string    `json:"mac"` // base64 of 32 bytes
	Slots     []slot    `json:"slots"`
}

// immutable is bound into every ciphertext of the file.
type immutable struct {
	Columns      []column `json:"columns"`      // the sealed ones, in schema order
	Empty        bool     `json:"empty"`        // the table has no rows, so there is no last chunk
	FileID       string   `json:"fileId"`       // 16 random bytes, hex
	FooterDigest string   `json:"footerDigest"` // SHA-256, hex, see FORMAT.md
	HeaderSize   int      `json:"headerSize"`   // bytes of the padded header
	Keyring      string   `json:"keyring"`      // id of the keyring of subject columns, or ""
	Schema       string   `json:"schema"`       // base64 of an Arrow IPC stream without batches
	SchemaDigest string   `json:"schemaDigest"` // SHA-256, hex, see FORMAT.md
	Suite        string   `json:"suite"`
	Version      int      `json:"version"`
}

type column struct {
	Field   int    `json:"field"` // position in the schema, from 0; identifies the column
	Mode    Mode   `json:"mode"`
	Name    string `json:"name"`
	Subject string `json:"subject"` // the clear column that names the subject, or ""
}

// hash is h: the name of the file in every key derivation.
func (i *immutable) hash() ([sha256.Size]byte, error) {
	b, err := privacy.Canonical(i)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(append([]byte(labelFile), b...)), nil
}

// mac authenticates the whole header under the header key.
func (h *header) mac(headerKey []byte) ([]byte, error) {
	i, err := privacy.Canonical(&h.Immutable)
	if err != nil {
		return nil, err
	}
	s, err := privacy.Canonical(h.Slots)
	if err != nil {
		return nil, err
	}
	key, err := derive(headerKey, labelHeader)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	var n [8]byte
	be.PutUint64(n[:], uint64(len(i)))
	m.Write(n[:])
	m.Write(i)
	m.Write(s)
	return m.Sum(nil), nil
}

// derive is HKDF-Expand with SHA-256 to 32 bytes.
func derive(key []byte, label string) ([]byte, error) {
	return hkdf.Expand(sha256.New, key, label, keySize)
}

// encode gives the header's canonical bytes, padded by spaces to its size.
func (h *header) encode() ([]byte, error) {
	if !stretchWork(h.Slots) {
		return nil, privacy.Refused("write", "header", "more than 64 passphrase grants take too long to try")
	}
	b, err := privacy.Canonical(h)
	if err != nil {
		return nil, err
	}
	if len(b) > h.Immutable.HeaderSize {
		return nil, &privacy.Error{
			Kind: privacy.ErrRefused, Verb: "write", Object: "header",
			Cause: fmt.Sprintf("%d bytes do not fit the %d that the file has for it", len(b), h.Immutable.HeaderSize),
			Hint:  "take grants away, or seal the data anew with more room (rotate)",
		}
	}
	return append(b, strings.Repeat(" ", h.Immutable.HeaderSize-len(b))...), nil
}

// parseHeader reads and checks everything that can be checked without a key.
func parseHeader(padded string) (*header, error) {
	bad := func(format string, args ...any) error { return privacy.Tampered("read", "header", format, args...) }
	if len(padded) > maxHeader {
		return nil, bad("%d bytes are more than %d", len(padded), maxHeader)
	}
	h := new(header)
	if err := privacy.DecodeCanonical([]byte(strings.TrimRight(padded, " ")), h); err != nil {
		return nil, bad("%v", err)
	}
	i := &h.Immutable
	if i.Version != Version || i.Suite != suiteName {
		return nil, &privacy.Error{
			Kind: privacy.ErrVersion, Verb: "read", Object: "header",
			Cause: fmt.Sprintf("version %d with suite %q, this program knows %d with %q", i.Version, i.Suite, Version, suiteName),
		}
	}
	if i.HeaderSize != len(padded) {
		return nil, bad("it has %d bytes and says %d", len(padded), i.HeaderSize)
	}
	for _, x := range []struct {
		s string
		n int
	}{{i.FileID, 16}, {i.FooterDigest, sha256.Size}, {i.SchemaDigest, sha256.Size}} {
		if b, err := hex.DecodeString(x.s); err != nil || len(b) != x.n || hex.EncodeToString(b) != x.s {
			return nil, bad("an id or digest is malformed")
		}
	}
	if _, err := decode64(h.MAC, sha256.Size); err != nil {
		return nil, bad("the authentication code is malformed")
	}
	if len(h.Slots) == 0 || len(h.Slots) > maxSlots {
		return nil, bad("%d slots", len(h.Slots))
	}
	last := -1
	for _, c := range i.Columns {
		if c.Field <= last || len(c.Name) > 1<<16 {
			return nil, bad("its columns are out of order")
		}
		last = c.Field
		switch c.Mode {
		case ModeChunk, ModeCell:
			if c.Subject != "" {
				return nil, bad("column %q has a subject that its mode does not use", c.Name)
			}
		case ModeSubject:
			if c.Subject == "" || i.Keyring == "" {
				return nil, bad("column %q lacks its subject or its keyring", c.Name)
			}
		default:
			return nil, bad("column %q is sealed in unknown mode %q", c.Name, c.Mode)
		}
	}
	for n := range h.Slots {
		if err := h.Slots[n].check(i); err != nil {
			return nil, err
		}
	}
	if !stretchWork(h.Slots) {
		return nil, bad("its passphrase slots take more work together than a reader does")
	}
	return h, nil
}

// decode64 reads standard base64 in its one strict form.
func decode64(s string, size int) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, err
	}
	if size >= 0 && len(b) != size {
		return nil, fmt.Errorf("%d bytes, want %d", len(b), size)
	}
	return b, nil
}

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
