package ligero

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/verisim/verisim/privacy/proof/field"
)

// saltSize is the length of a leaf's salt: 128 bits hide a leaf.
const saltSize = 16

// Stream gives an oracle's pads and salts: AES-256 in counter mode, so that
// any row's pads are made again without the others.
type Stream struct{ block cipher.Block }

// NewStream derives a stream from a secret. Two oracles must never have the
// same secret, nonce and info, unless they hold the same cells and answer the
// same proof.
func NewStream(secret, nonce []byte, info string) (*Stream, error) {
	key, err := hkdf.Key(sha256.New, secret, nonce, info, 32)
	if err != nil {
		return nil, fmt.Errorf("derive pads: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive pads: %w", err)
	}
	return &Stream{block}, nil
}

// pads fills dst with uniform elements for a row of the oracle's vector.
func (s *Stream) pads(dst []field.Elem, vector, row int) {
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint32(iv[:], uint32(vector)+1)
	binary.BigEndian.PutUint32(iv[4:], uint32(row))
	if err := field.Random(dst, keystream{cipher.NewCTR(s.block, iv[:])}); err != nil {
		panic("ligero: " + err.Error()) // a keystream gives bytes without end
	}
}

// salt is one block at counter j.
func (s *Stream) salt(dst *[saltSize]byte, j int) {
	*dst = [saltSize]byte{}
	binary.BigEndian.PutUint64(dst[8:], uint64(j))
	s.block.Encrypt(dst[:], dst[:])
}

// keystream reads a cipher stream's bytes.
type keystream struct{ s cipher.Stream }

func (k keystream) Read(b []byte) (int, error) {
	clear(b)
	k.s.XORKeyStream(b, b)
	return len(b), nil
}
