package commit

import (
	"crypto/sha3"
	"encoding/binary"
	"math"
	"slices"
	"sort"

	"github.com/verisim/verisim/privacy"
)

// A spot check: whoever does not trust a table draws rows, its maker discloses
// them, and the drawer holds them against the root and against what they know.
// It is for claims that no proof reaches: free text, likeness, sources. What is
// disclosed is spent: only to a named auditor, and once.

// MinSeedSize is the least length of an audit's seed in bytes.
const MinSeedSize = 16

// maxDrawn bounds the rows of one spot check.
const maxDrawn = 1 << 20

// Draw gives the rows of a spot check, ascending and different: count rows of the
// root's table, or all if it has fewer. The seed must be unknown to the maker
// when the root was published: it comes from the auditor, or from a public beacon
// of a later time that was named before. A maker who chooses the seed chooses the
// rows.
func (r *Root) Draw(seed []byte, count int) ([]int64, error) {
	if len(seed) < MinSeedSize {
		return nil, privacy.Refused("draw", "rows", "the seed has %d bytes; at least %d keep it from being guessed", len(seed), MinSeedSize)
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	if count < 1 || count > maxDrawn {
		return nil, privacy.Refused("draw", "rows", "a spot check has 1 to %d rows, not %d", maxDrawn, count)
	}
	x := sha3.NewSHAKE256()
	for _, part := range []string{"verisim/audit/v1", r.Table, string(seed)} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		x.Write(n[:])
		x.Write([]byte(part))
	}
	n := uint64(r.Rows)
	out := make([]int64, 0, min(int64(count), r.Rows))
	if int64(count) >= r.Rows {
		for i := range r.Rows {
			out = append(out, i)
		}
		return out, nil
	}
	seen := make(map[uint64]bool, count)
	for len(out) < count {
		var b [8]byte
		if _, err := x.Read(b[:]); err != nil {
			return nil, err
		}
		v := binary.BigEndian.Uint64(b[:])
		if limit := math.MaxUint64 - math.MaxUint64%n; v >= limit { // else small rows come more often
			continue
		}
		if i := v % n; !seen[i] {
			seen[i] = true
			out = append(out, int64(i))
		}
	}
	slices.Sort(out)
	return out, nil
}

// Miss is the chance that count rows, drawn without replacement from a table of
// rows of which bad are bad, meet none of the bad ones: C(rows-bad, count) /
// C(rows, count), the hypergeometric distribution at 0 (Feller, An Introduction to
// Probability Theory and Its Applications, volume 1, section II.6), computed as
// the product of (rows-bad-i)/(rows-i). It is at most (1-bad/rows)^count. It
// says nothing of a maker who could try seeds: who tries T of them escapes with
// up to T times that chance.
func Miss(rows, bad, count int64) float64 {
	bad, count = min(max(bad, 0), rows), min(max(count, 0), rows)
	if count > rows-bad {
		return 0
	}
	if bad < count { // the product is the same with both exchanged
		bad, count = count, bad
	}
	sum := 0.0
	for i := range count {
		sum += math.Log1p(-float64(bad) / float64(rows-i))
	}
	return math.Exp(sum)
}

// Bad is the number of rows that a share of a table is, rounded up, at least one.
func Bad(rows int64, share float64) int64 {
	// A share such as .07 is not exact in binary; rounded up it would stand for
	// a row more, which is easier to meet.
	return min(max(int64(math.Ceil(share*float64(rows)*(1-1e-12))), 1), rows)
}

// Sample is the least number of rows of which a spot check misses bad rows with
// at most the chance miss, which lies above 0 and below 1.
func Sample(rows, bad int64, miss float64) (int, error) {
	if bad < 1 || bad > rows || !(miss > 0 && miss < 1) {
		return 0, privacy.Refused("draw", "rows", "%d of %d rows, met with chance 1-%v, are not between none and all", bad, rows, miss)
	}
	most := min(rows, maxDrawn)
	n := int64(sort.Search(int(most), func(n int) bool { return Miss(rows, bad, int64(n)) <= miss }))
	if Miss(rows, bad, n) > miss {
		return 0, privacy.Refused("draw", "rows", "a spot check has at most %d rows, which are too few to meet one of %d among %d so surely", maxDrawn, bad, rows)
	}
	return int(n), nil
}

// Found is the least number of bad rows that a spot check of count rows misses
// with at most the chance miss: [Sample] the other way round.
func Found(rows, count int64, miss float64) int64 {
	lo, hi := int64(1), rows // a check of all misses nothing
	for lo < hi {
		if mid := lo + (hi-lo)/2; Miss(rows, mid, count) <= miss {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// Bounds are the least and the greatest number of bad rows that a table may have,
// of which count were drawn and broken of these were bad: with fewer, or more,
// the draw would have had so many, or so few, bad rows with a chance of at most
// miss. Each bound holds with confidence 1-miss by itself (Clopper and Pearson,
// Biometrika 26, 1934, for the hypergeometric distribution).
func Bounds(rows, count, broken int64, miss float64) (least, most int64) {
	// The chance of at most k bad rows falls as there are more in the table.
	first := func(k int64) int64 { // the first number of bad rows with chance <= miss
		lo, hi := broken, rows-count+broken+1
		for lo < hi {
			if mid := lo + (hi-lo)/2; atMost(rows, mid, count, k) <= miss {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		return lo
	}
	most = first(broken) - 1
	if broken == 0 {
		return 0, most
	}
	lo, hi := broken, most
	for lo < hi { // the first with P(X >= broken) > miss
		if mid := lo + (hi-lo)/2; 1-atMost(rows, mid, count, broken-1) > miss {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo, most
}

// atMost is the chance that count drawn rows have at most k of the bad ones.
func atMost(rows, bad, count, k int64) float64 {
	if k >= min(bad, count) {
		return 1
	}
	i := max(0, count-(rows-bad))
	ln := lnChoose(bad, i) + lnChoose(rows-bad, count-i) - lnChoose(rows, count)
	sum := 0.0
	for ; i <= k; i++ {
		sum += math.Exp(ln)
		// The ratio of neighbouring terms.
		ln += math.Log(float64(bad-i) / float64(i+1) * (float64(count-i) / float64(rows-bad-count+i+1)))
	}
	return min(sum, 1)
}

func lnChoose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
