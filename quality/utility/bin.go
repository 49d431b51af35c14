package utility

import (
	"cmp"
	"math"
	"slices"
)

// maxBins is the number of histogram bins of a feature; bin 0 is for missing
// values.
const maxBins = 255

// binner maps a feature's values to bins.
type binner struct {
	edges []float64       // bin i+1 holds values up to edges[i]; the last bin the rest
	codes map[float64]int // of a categorical feature: the place in the order
}

// sampleRows is how many rows the bin edges are taken from.
const sampleRows = 200_000

func newBinner(values []float64, labels []uint8, categorical bool) binner {
	if categorical {
		return categoryBinner(values, labels)
	}
	stride := max(1, len(values)/sampleRows)
	sample := make([]float64, 0, min(len(values), 2*sampleRows))
	for i := 0; i < len(values); i += stride {
		if !math.IsNaN(values[i]) {
			sample = append(sample, values[i])
		}
	}
	slices.Sort(sample)
	return binner{edges: quantileEdges(sample)}
}

// quantileEdges cuts sorted values into at most maxBins-1 groups of about equal
// size, never between equal values; an edge is the midpoint of its neighbours.
func quantileEdges(sorted []float64) []float64 {
	var edges []float64
	distinct := 1
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	want := float64(len(sorted)) / (maxBins - 2)
	if distinct <= maxBins-2 {
		want = 0
	}
	start := 0
	for i := 1; i < len(sorted) && len(edges) < maxBins-2; i++ {
		if sorted[i] == sorted[i-1] || float64(i-start) < want {
			continue
		}
		edge := sorted[i-1] + (sorted[i]-sorted[i-1])/2
		if !(edge < sorted[i]) || math.IsInf(edge, 0) {
			edge = sorted[i-1]
		}
		edges = append(edges, edge)
		start = i
	}
	return edges
}

// categoryBinner orders the codes by their smoothed rate of label 1, so that
// one split of the order is the best split into two sets (Fisher 1958).
func categoryBinner(values []float64, labels []uint8) binner {
	type rate struct{ code, ones, n float64 }
	at := map[float64]int{}
	var rates []rate
	base := 0.0
	for i, v := range values {
		base += float64(labels[i])
		if math.IsNaN(v) {
			continue
		}
		k, ok := at[v]
		if !ok {
			k = len(rates)
			at[v] = k
			rates = append(rates, rate{code: v})
		}
		rates[k].n++
		rates[k].ones += float64(labels[i])
	}
	base /= float64(len(values))
	const prior = 20 // rows' worth of the overall rate, so that rare codes stay near it
	smooth := func(r rate) float64 { return (r.ones + prior*base) / (r.n + prior) }
	slices.SortFunc(rates, func(a, b rate) int {
		return cmp.Or(cmp.Compare(smooth(a), smooth(b)), cmp.Compare(a.code, b.code))
	})
	codes := make(map[float64]int, len(rates))
	var places []float64
	for k, r := range rates {
		codes[r.code] = k
		for range int(math.Ceil(r.n * sampleRows / float64(len(values)))) {
			places = append(places, float64(k))
		}
	}
	return binner{codes: codes, edges: quantileEdges(places)}
}

func (b *binner) bin(v float64) uint8 {
	if b.codes != nil {
		k, ok := b.codes[v]
		if !ok {
			return 0 // never seen in training
		}
		v = float64(k)
	}
	if math.IsNaN(v) {
		return 0
	}
	lo, hi := 0, len(b.edges) // the first edge that is at least v
	for lo < hi {
		if mid := (lo + hi) / 2; b.edges[mid] < v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return uint8(lo + 1)
}

func (b *binner) bins() int { return len(b.edges) + 2 }
