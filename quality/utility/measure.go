package utility

import (
	"cmp"
	"math"
	"slices"
)

// ranked orders rows by falling score; equal scores stay in row order, and NaN
// comes last.
func ranked(scores []float64) []int32 {
	order := make([]int32, len(scores))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if c := cmp.Compare(scores[b], scores[a]); c != 0 {
			return c
		}
		return cmp.Compare(a, b) // a full order needs no stable sort, which is slower
	})
	return order
}

// steps calls visit after each group of equal scores with the hits and misses
// above or in it, from the highest score down.
func steps(scores []float64, labels []uint8, visit func(hits, misses int)) (positives, negatives int) {
	order := ranked(scores)
	for i := 0; i < len(order); {
		s := scores[order[i]]
		for ; i < len(order) && (scores[order[i]] == s || math.IsNaN(s) && math.IsNaN(scores[order[i]])); i++ {
			if labels[order[i]] == 1 {
				positives++
			} else {
				negatives++
			}
		}
		visit(positives, negatives)
	}
	return positives, negatives
}

// AUC is the area under the ROC curve: the chance that a random row with label
// 1 scores above one with label 0, ties counting half. It is in [0, 1], and NaN
// where one class is absent.
func AUC(scores []float64, labels []uint8) float64 {
	var area float64
	h0, m0 := 0, 0
	p, n := steps(scores, labels, func(h, m int) {
		area += float64(m-m0) * (float64(h) + float64(h0)) / 2
		h0, m0 = h, m
	})
	return area / (float64(p) * float64(n))
}

// AveragePrecision is the sum over distinct scores of precision times the gain
// in recall, without interpolation. It is in (0, 1], and NaN without label 1.
func AveragePrecision(scores []float64, labels []uint8) float64 {
	var sum float64
	h0 := 0
	p, _ := steps(scores, labels, func(h, m int) {
		sum += float64(h-h0) * float64(h) / float64(h+m)
		h0 = h
	})
	return sum / float64(p)
}

// BestF1 is the largest harmonic mean of precision and recall over all
// thresholds, and the share of rows at or above the best one.
func BestF1(scores []float64, labels []uint8) (f1, share float64) {
	p := 0
	for _, y := range labels {
		p += int(y)
	}
	steps(scores, labels, func(h, m int) {
		if f := 2 * float64(h) / float64(h+m+p); f > f1 {
			f1, share = f, float64(h+m)/float64(len(labels))
		}
	})
	return f1, share
}

// F1 is the harmonic mean of precision and recall at a threshold; 0 without a
// hit.
func F1(scores []float64, labels []uint8, threshold float64) float64 {
	hits, called, actual := 0, 0, 0
	for i, s := range scores {
		actual += int(labels[i])
		if s >= threshold {
			called++
			hits += int(labels[i])
		}
	}
	if hits == 0 {
		return 0
	}
	return 2 * float64(hits) / float64(called+actual)
}

// PrecisionAt is the share of label 1 among the k highest scores; k is cut to
// the number of rows.
func PrecisionAt(k int, scores []float64, labels []uint8) float64 {
	order := ranked(scores)
	k = min(k, len(order))
	hits := 0
	for _, i := range order[:k] {
		hits += int(labels[i])
	}
	return float64(hits) / float64(k)
}

// RecallAtFalseRate is the largest share of label 1 found while at most rate of
// label 0 is called.
func RecallAtFalseRate(rate float64, scores []float64, labels []uint8) float64 {
	p, n := 0, 0
	for _, y := range labels {
		p += int(y)
		n += 1 - int(y)
	}
	best := 0
	steps(scores, labels, func(h, m int) {
		if float64(m) <= rate*float64(n) {
			best = h
		}
	})
	return float64(best) / float64(p)
}
