package proof

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
)

// textHash is the hash of a string without a dictionary, in three numbers of 62, 98
// and 96 bits (PROOFS.md, section 2). Whoever looks for two strings that differ in
// none of them looks for a collision of SHA-256. The first alone is enough where
// different hashes are what is shown.
type textHash struct {
	v    int64
	rest [2]rowKey
}

// hashBits is the length of the first number.
const hashBits = 62

// textDomain keeps these hashes apart from others.
const textDomain = "verisim/proof/v1 text"

// hashOf hashes a string; buf is scratch space, which it gives back.
func hashOf(s string, buf []byte) (textHash, []byte) {
	buf = append(append(buf[:0], textDomain...), s...)
	h := sha256.Sum256(buf)
	word := func(i int) uint64 { return uint64(binary.BigEndian.Uint32(h[4*i:])) }
	first := binary.BigEndian.Uint64(h[:])
	return textHash{
		v: int64(first >> 2),
		rest: [2]rowKey{
			{hi: first&3<<32 | word(2), lo: word(3)<<32 | word(4)},
			{hi: word(5), lo: word(6)<<32 | word(7)},
		},
	}, buf
}

// compare orders the cells of two columns of one encoding; it is 0 for those whose
// numbers are all the same, and for two that are missing.
func (c *column) compare(i int, other *column, j int) int {
	d := cmp.Compare(c.at(i), other.at(j))
	if d != 0 || c.rest == nil || other.rest == nil {
		return d
	}
	x, y := c.restAt(i), other.restAt(j)
	return cmp.Or(x[0].compare(y[0]), x[1].compare(y[1]))
}

// restAt is the rest of the hash of row i, 0 where it is null.
func (c *column) restAt(i int) *[2]rowKey { return &c.rest[i/blockRows][i%blockRows] }
