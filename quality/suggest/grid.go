package suggest

import (
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/profile"
)

// grid are the public ends that a private range may have: 0 and ±1, ±2, ±5
// times powers of ten.
func grid() []float64 {
	var pos []float64
	for e := -6; e <= 15; e++ {
		for _, m := range []float64{1, 2, 5} {
			pos = append(pos, m*math.Pow(10, float64(e)))
		}
	}
	out := []float64{0}
	for _, x := range pos {
		out = append(out, x, -x)
	}
	slices.Sort(out)
	return out
}

// gridCounts counts values exactly by their place in the public grid. The
// buckets of a profile will not do: they follow the data, so that one row can
// move many.
type gridCounts struct {
	ends    []float64
	equal   []int64 // to an end
	between []int64 // below end i and above the one before
	all     int64
	room    []float64
}

func newGridCounts() gridCounts {
	ends := grid()
	return gridCounts{ends: ends, equal: make([]int64, len(ends)), between: make([]int64, len(ends)+1)}
}

func (g *gridCounts) add(a arrow.Array) {
	g.room = profile.Numbers(a, g.room[:0])
	for _, x := range g.room {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		g.all++
		if i, found := slices.BinarySearch(g.ends, x); found {
			g.equal[i]++
		} else {
			g.between[i]++
		}
	}
}

func (g *gridCounts) below(end int) int64 {
	n := g.between[end]
	for i := range end {
		n += g.equal[i] + g.between[i]
	}
	return n
}

func (g *gridCounts) above(end int) int64 { return g.all - g.below(end) - g.equal[end] }
