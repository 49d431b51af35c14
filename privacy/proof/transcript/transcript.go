// Package transcript makes a proof's challenges out of everything that was said
// before them (PROOFS.md, section 7): a SHA-512 chain over labelled, length-
// prefixed messages, read through SHAKE256.
package transcript

import (
	"crypto/sha3"
	"crypto/sha512"
	"encoding/binary"
	"slices"

	"github.com/verisim/verisim/privacy/proof/field"
)

// Transcript is the state of one proof. It is used once, by one goroutine.
type Transcript struct{ state [sha512.Size]byte }

// New starts a transcript under a protocol's name and version.
func New(protocol string) *Transcript {
	t := &Transcript{}
	t.Absorb(protocol, nil)
	return t
}

// Absorb takes a message. Label and message are both bound with their lengths.
func (t *Transcript) Absorb(label string, message []byte) {
	h := sha512.New()
	h.Write(t.state[:])
	for _, part := range [][]byte{[]byte(label), message} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	h.Sum(t.state[:0])
}

// read absorbs the label and gives a stream of challenge bytes.
func (t *Transcript) read(label string) *sha3.SHAKE {
	t.Absorb(label, nil)
	x := sha3.NewSHAKE256()
	x.Write(t.state[:])
	return x
}

// Elements draws n independent uniform field elements.
func (t *Transcript) Elements(label string, n int) []field.Elem {
	v := make([]field.Elem, n)
	if err := field.Random(v, t.read(label)); err != nil {
		panic("transcript: " + err.Error()) // SHAKE gives bytes without end
	}
	return v
}

// Bytes draws n uniform bytes.
func (t *Transcript) Bytes(label string, n int) []byte {
	b := make([]byte, n)
	if _, err := t.read(label).Read(b); err != nil {
		panic("transcript: " + err.Error()) // SHAKE gives bytes without end
	}
	return b
}

// Positions draws count different positions below n, a power of two, in
// ascending order.
func (t *Transcript) Positions(label string, count, n int) []int {
	x := t.read(label)
	seen := make(map[int]bool, count)
	out := make([]int, 0, count)
	for len(out) < min(count, n) {
		var b [4]byte
		if _, err := x.Read(b[:]); err != nil {
			panic("transcript: " + err.Error())
		}
		// n divides 2^32, so that the remainder is uniform.
		if j := int(binary.BigEndian.Uint32(b[:]) % uint32(n)); !seen[j] {
			seen[j] = true
			out = append(out, j)
		}
	}
	slices.Sort(out)
	return out
}
