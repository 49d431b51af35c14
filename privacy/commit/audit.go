package commit

import (
	"crypto/sha3"
	"encoding/binary"
	"math"
	"slices"

	"github.com/verisim/verisim/privacy"
)

// A spot check: whoever does not trust a table draws rows, its maker discloses
// them, and the drawer holds them against the root and against what they know.
// It is for claims that no proof reaches: free text, likeness, sources. What is
// disclosed is spent: only to a named auditor, and once.

// MinSeedSize is the least length of an audit's seed in bytes.
const MinSeedSize = 16

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
	if count < 1 {
		return nil, privacy.Refused("draw", "rows", "a spot check of %d rows shows nothing", count)
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

// CheckAudit says whether disclosures answer a spot check: every drawn row, every
// one of the columns, each cell with its path to the root. What the cells must be
// is the auditor's business.
func (r *Root) CheckAudit(seed []byte, count int, columns []string, ds []Disclosure) error {
	rows, err := r.Draw(seed, count)
	if err != nil {
		return err
	}
	type cell struct {
		row    int64
		column string
	}
	want := map[cell]bool{}
	for _, row := range rows {
		for _, c := range columns {
			want[cell{row, c}] = true
		}
	}
	for _, d := range ds {
		k := cell{d.Row, d.Column}
		if !want[k] {
			return privacy.Tampered("check", "audit", "row %d of column %q was not drawn, or is there twice", d.Row, d.Column)
		}
		if err := r.Verify(d); err != nil {
			return err
		}
		delete(want, k)
	}
	for _, row := range rows {
		for _, c := range columns {
			if want[cell{row, c}] {
				return privacy.Tampered("check", "audit", "row %d of column %q was drawn and is not shown", row, c)
			}
		}
	}
	return nil
}

// Escape bounds the chance that a spot check of count rows misses a table of which
// a share is bad: (1-share)^count. Rows are drawn without replacement, which only
// makes it smaller. It says nothing about a maker who could try seeds: who tries
// T of them escapes with up to T times that chance.
func Escape(share float64, count int) float64 {
	return math.Pow(1-min(max(share, 0), 1), float64(count))
}

// Sample is the least number of rows of which a spot check misses a bad share with
// at most the chance miss: ln(miss)/ln(1-share). Shares and chances are above 0
// and below 1.
func Sample(share, miss float64) (int, error) {
	if !(share > 0 && share < 1 && miss > 0 && miss < 1) {
		return 0, privacy.Refused("draw", "rows", "share and chance lie between 0 and 1, not %v and %v", share, miss)
	}
	return int(math.Ceil(math.Log(miss) / math.Log1p(-share))), nil
}
