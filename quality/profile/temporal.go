package profile

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

func bigRat(x int64) *big.Rat { return new(big.Rat).SetInt64(x) }

// showTime writes a time as RFC 3339 in UTC, or as a date.
func (c *column) showTime(key uint64) string {
	v := keyInt(key)
	if c.value.ID() == arrow.DATE32 {
		const day = 86400
		return time.Unix(v*day, 0).UTC().Format(time.DateOnly)
	}
	per := c.perSecond()
	sec, frac := v/per, v%per
	if frac < 0 {
		sec--
		frac += per
	}
	return time.Unix(sec, frac*(1e9/per)).UTC().Format(time.RFC3339Nano)
}

func (c *column) describeTime(num *numbers, week *[168]uint64) *Time {
	out := &Time{Min: c.showTime(num.min), Max: c.showTime(num.max)}
	cells := c.cells(num)
	for _, p := range standardP {
		x := quantile(cells, int64(num.finite), p)
		_, e := c.middle(x)
		out.Quantiles = append(out.Quantiles, TimeQuantile{P: p, Value: c.showTime(x.lo + (x.hi-x.lo)/2), ErrorSeconds: e})
	}
	out.Gaps = c.gaps(cells)
	if week != nil {
		out.Week = make([]int64, len(week))
		for i, n := range week {
			out.Week[i] = int64(n)
		}
	}
	return out
}

// The gaps that a profile tells of.
const (
	longestGaps  = 5
	gapFactor    = 8  // times the usual distance
	fewestForGap = 30 // occupied buckets, below which nothing is usual
)

// gaps finds the stretches between occupied buckets that are far longer than
// the usual one, which is the 95th percentile of all distances.
func (c *column) gaps(cells []cell) []Gap {
	if len(cells) < fewestForGap {
		return nil
	}
	distances := make([]uint64, len(cells)-1)
	for i := range distances {
		distances[i] = cells[i+1].lo - cells[i].lo
	}
	sorted := slices.Clone(distances)
	slices.Sort(sorted)
	usual := max(1, sorted[len(sorted)*95/100])
	var out []Gap
	for i, d := range distances {
		if factor := float64(d) / float64(usual); factor >= gapFactor {
			from, to := cells[i].hi, cells[i+1].lo
			seconds, _ := new(big.Rat).Mul(new(big.Rat).SetInt(new(big.Int).SetUint64(to-from)), c.seconds).Float64()
			out = append(out, Gap{From: c.showTime(from), To: c.showTime(to), Seconds: seconds, Factor: factor})
		}
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return out[:min(len(out), longestGaps)]
}
