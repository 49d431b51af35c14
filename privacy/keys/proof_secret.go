package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	prefixProofSecret  = "VERISIM-PROOF-SECRET-"
	proofSecretSize    = 32
	labelProofColumn   = "verisim/proof-secret/v1 column"
	labelProofSecretID = "verisim/proof-secret/v1 id"
)

// ProofSecret is what the randomness of a proof's columns is derived from, so
// that whoever has it and the data can show that the proof is about these very
// cells. It is as sensitive as the data: with it, a proof gives away what it is
// to hide. One secret serves any number of proofs, since each has a nonce of its
// own.
type ProofSecret struct{ seed []byte }

// NewProofSecret makes a secret. A nil random is crypto/rand.
func NewProofSecret(random io.Reader) (*ProofSecret, error) {
	if random == nil {
		random = rand.Reader
	}
	seed := make([]byte, proofSecretSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make proof secret: %w", err)
	}
	return &ProofSecret{seed}, nil
}

// ParseProofSecret reads one secret line.
func ParseProofSecret(line string) (*ProofSecret, error) {
	line = strings.TrimSpace(line)
	if len(line) > maxKeyString {
		return nil, fmt.Errorf("read proof secret: %d characters are too many", len(line))
	}
	prefix, data, err := decodeBech32(line)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read proof secret: %w", err)
	case prefix != prefixProofSecret:
		return nil, fmt.Errorf("read proof secret: the key is of another kind; \"verisim keys new --proof\" makes one")
	case len(data) != proofSecretSize:
		return nil, fmt.Errorf("read proof secret: %d bytes, want %d", len(data), proofSecretSize)
	}
	return &ProofSecret{data}, nil
}

// Secret is the text form that ParseProofSecret reads. String does not give it.
func (s *ProofSecret) Secret() string { return encodeBech32(prefixProofSecret, s.seed) }

// String names the secret without giving it.
func (s *ProofSecret) String() string { return "proof secret " + s.ID() }

// GoString keeps the secret out of %#v.
func (s *ProofSecret) GoString() string { return "keys.ProofSecret(" + s.ID() + ")" }

// ID names the secret in public: 16 bytes of its hash, hex.
func (s *ProofSecret) ID() string {
	h := sha256.Sum256(append([]byte(labelProofSecretID), s.seed...))
	return hex.EncodeToString(h[:16])
}

// Column is a column's secret: HKDF-Expand with the names of table and column,
// each with its length in 64 bits in front, in the info.
func (s *ProofSecret) Column(table, column string) ([]byte, error) {
	info := []byte(labelProofColumn)
	for _, name := range []string{table, column} {
		info = append(binary.BigEndian.AppendUint64(info, uint64(len(name))), name...)
	}
	return hkdf.Expand(sha256.New, s.seed, string(info), proofSecretSize)
}

// Erase overwrites the secret, as far as Go lets it.
func (s *ProofSecret) Erase() { clear(s.seed) }

// FormatProofSecret writes the file of a secret.
func FormatProofSecret(s *ProofSecret, created time.Time) []byte {
	return fmt.Appendf(nil, "# created: %s\n# proof secret: %s\n%s\n", created.UTC().Format(time.RFC3339), s.ID(), s.Secret())
}

// LoadProofSecret reads a file with one secret, which only its owner may read.
func LoadProofSecret(path string) (*ProofSecret, error) {
	data, err := ReadSecret(path)
	if err != nil {
		return nil, err
	}
	var found *ProofSecret
	err = keyLines(bytes.NewReader(data), func(line string) error {
		if found != nil {
			return fmt.Errorf("read proof secret: the file holds more than one key")
		}
		var perr error
		found, perr = ParseProofSecret(line)
		return perr
	})
	if err == nil && found == nil {
		err = fmt.Errorf("read proof secret: the file has no key line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}
