package ligero

import (
	"crypto/sha256"

	"github.com/verisim/verisim/privacy"
)

// Hash is a SHA-256.
type Hash = [sha256.Size]byte

// node is an inner node; its first byte keeps it apart from leaves.
func node(l, r *Hash) Hash {
	var m [1 + 2*sha256.Size]byte
	m[0] = 1
	copy(m[1:], l[:])
	copy(m[1+sha256.Size:], r[:])
	return sha256.Sum256(m[:])
}

// up gives the next level of a tree whose size is a power of two.
func up(level []Hash) []Hash {
	next := make([]Hash, len(level)/2)
	for i := range next {
		next[i] = node(&level[2*i], &level[2*i+1])
	}
	return next
}

func merkleRoot(leaves []Hash) Hash {
	for len(leaves) > 1 {
		leaves = up(leaves)
	}
	return leaves[0]
}

// siblings appends the hashes that, with the leaves at the positions
// (ascending), give the root: level by level, smaller positions first.
func siblings(dst []byte, leaves []Hash, positions []int) []byte {
	at := append([]int(nil), positions...)
	for level := leaves; len(level) > 1; level = up(level) {
		next := at[:0]
		for i := 0; i < len(at); i++ {
			j := at[i]
			if i+1 < len(at) && at[i+1] == j^1 && j&1 == 0 {
				i++ // both children are known
			} else {
				dst = append(dst, level[j^1][:]...)
			}
			next = append(next, j/2)
		}
		at = next
	}
	return dst
}

// rootFrom derives the root from leaves and siblings, taking them from r.
func rootFrom(r *reader, leaves []Hash, positions []int, n int) (Hash, error) {
	at := append([]int(nil), positions...)
	known := append([]Hash(nil), leaves...)
	for ; n > 1; n /= 2 {
		k := 0
		for i := 0; i < len(at); i++ {
			j, self := at[i], known[i]
			var other Hash
			if i+1 < len(at) && at[i+1] == j^1 && j&1 == 0 {
				i++
				other = known[i]
			} else {
				b, err := r.take(sha256.Size)
				if err != nil {
					return Hash{}, err
				}
				other = Hash(b)
			}
			if j&1 == 1 {
				self, other = other, self
			}
			at[k], known[k] = j/2, node(&self, &other)
			k++
		}
		at, known = at[:k], known[:k]
	}
	return known[0], nil
}

// reader takes a proof's bytes in order.
type reader struct{ rest []byte }

func (r *reader) take(n int) ([]byte, error) {
	if n > len(r.rest) {
		return nil, privacy.Tampered("verify", "proof", "it ends %d bytes early", n-len(r.rest))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b, nil
}
