package proof

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Header is everything public about a proof (PROOFS.md, section 7).
type Header struct {
	Version    int           `json:"version"`
	Params     ligero.Params `json:"params"`
	Nonce      string        `json:"nonce"` // 32 bytes, hex
	Tables     []TableShape  `json:"tables"`
	Statements []Statement   `json:"statements"`
}

// TableShape is what the header says about a table.
type TableShape struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	// Commitment is the table root of privacy/commit, hex, or empty.
	Commitment string        `json:"commitment"`
	Columns    []ColumnShape `json:"columns"`
}

// magicOf starts a proof file of a version.
func magicOf(version int) string { return fmt.Sprintf("verisim-proof/v%d\n", version) }

// magic is that of version 1, which has no other length than any other's.
const magic = "verisim-proof/v1\n"

// needs is the least version that says what the header holds. Version 2 brought
// draws, whole hashes of strings and statements that rest on them, keys that may
// be missing, keys of several columns, sums of a row and bounds of the number of rows; programs that know version 1 refuse it by its number.
func (h *Header) needs() int {
	if h.Params.Draws > 0 {
		return 2
	}
	hashed := map[Place]bool{}
	for i := range h.Tables {
		t := &h.Tables[i]
		for j := range t.Columns {
			if t.Columns[j].Encoding.Wide {
				return 2
			}
			hashed[Place{t.Name, t.Columns[j].Name}] = t.Columns[j].hashed()
		}
	}
	for i := range h.Statements {
		s := &h.Statements[i]
		if s.Missing || s.Kind == "adds" || s.Kind == "unique" && s.Columns != nil || s.Kind == "rows" && s.Min+s.Max != "" || s.Kind == "disjoint" && slices.ContainsFunc(s.Columns, func(c string) bool { return hashed[Place{s.Table, c}] }) {
			return 2
		}
	}
	return 1
}

const (
	maxHeader     = 64 << 20 // bytes; dictionaries are most of it
	maxRows       = 1 << 32
	maxTables     = 256
	maxColumns    = 4096
	maxStatements = 4096
)

// Sniff says whether head starts a proof file.
func Sniff(head []byte) bool { return bytes.HasPrefix(head, []byte("verisim-proof/")) }

// encode writes the file's front: magic, length and header.
func (h *Header) encode() ([]byte, error) {
	text, err := privacy.Canonical(h)
	if err != nil {
		return nil, fmt.Errorf("write proof: %w", err)
	}
	if len(text) > maxHeader {
		return nil, fmt.Errorf("write proof: its header has %d bytes, at most %d are read", len(text), maxHeader)
	}
	return append(binary.BigEndian.AppendUint32([]byte(magicOf(h.Version)), uint32(len(text))), text...), nil
}

// decodeHeader splits a file into its front, the header in it, and the body.
func decodeHeader(file []byte) (front []byte, h *Header, body []byte, err error) {
	version := 0
	for v := 1; v <= FileVersion; v++ {
		if bytes.HasPrefix(file, []byte(magicOf(v))) {
			version = v
		}
	}
	if version == 0 {
		if Sniff(file) {
			return nil, nil, nil, &privacy.Error{Kind: privacy.ErrVersion, Verb: "verify", Object: "proof", Cause: "it is of a version that this program does not know"}
		}
		return nil, nil, nil, privacy.Tampered("verify", "proof", "this is no proof file")
	}
	rest := file[len(magic):]
	if len(rest) < 4 {
		return nil, nil, nil, privacy.Tampered("verify", "proof", "its header is cut")
	}
	n := int(binary.BigEndian.Uint32(rest))
	if n > maxHeader || n > len(rest)-4 {
		return nil, nil, nil, privacy.Tampered("verify", "proof", "its header is cut")
	}
	h = &Header{}
	if err := privacy.DecodeCanonical(rest[4:4+n], h); err != nil {
		return nil, nil, nil, privacy.Tampered("verify", "proof", "its header is malformed: %v", err)
	}
	if h.Version != version {
		return nil, nil, nil, privacy.Tampered("verify", "proof", "its header is of version %d, and the file says %d", h.Version, version)
	}
	if err := h.check(); err != nil {
		return nil, nil, nil, err
	}
	at := len(magic) + 4 + n
	return file[:at], h, file[at:], nil
}

// check says whether the header is well formed.
func (h *Header) check() error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("verify", "proof", format, args...)
	}
	if want := h.needs(); h.Version != want {
		return bad("what it says is of version %d, and it is of version %d", want, h.Version)
	}
	if err := h.Params.Check(); err != nil {
		return bad("%v", err)
	}
	if b, err := hex.DecodeString(h.Nonce); err != nil || len(b) != 32 || strings.ToLower(h.Nonce) != h.Nonce {
		return bad("its nonce is malformed")
	}
	if len(h.Tables) == 0 || len(h.Tables) > maxTables || len(h.Statements) == 0 || len(h.Statements) > maxStatements {
		return bad("it has %d tables and %d statements", len(h.Tables), len(h.Statements))
	}
	names, columns := map[string]bool{}, 0
	for i := range h.Tables {
		t := &h.Tables[i]
		if names[t.Name] || t.Rows < 1 || t.Rows > maxRows {
			return bad("table %q is there twice, or has %d rows", t.Name, t.Rows)
		}
		names[t.Name] = true
		if t.Commitment != "" {
			if b, err := hex.DecodeString(t.Commitment); err != nil || len(b) != 32 {
				return bad("the commitment of table %q is malformed", t.Name)
			}
		}
		seen := map[string]bool{}
		for j := range t.Columns {
			c := &t.Columns[j]
			if seen[c.Name] {
				return bad("column %q is there twice", c.Name)
			}
			seen[c.Name] = true
			if err := c.check(); err != nil {
				return bad("%v", err)
			}
		}
		columns += len(t.Columns)
	}
	if columns > maxColumns {
		return bad("it has %d columns", columns)
	}
	return nil
}
