// Package boost is the small learner by which card worlds turn the dial of their
// graph: boosted trees of eight leaves on weighted rows, and the average precision
// of scores. It is the maker's own yardstick; the judge in quality has another,
// and neither knows the other.
//
// Trees are grown best leaf first on histograms of up to 64 quantiles, with
// Newton steps of the logistic loss (Friedman 2001, Chen and Guestrin 2016).
// Nothing is random: the same rows give the same scores.
//
// Not for more rows than fit in memory several times over.
package boost

import (
	"cmp"
	"math"
	"slices"
)

const (
	bins    = 64
	leaves  = 8
	rate    = .1
	least   = 50 // weight of rows in a leaf
	penalty = 5  // on the squares of the leaves' values
)

// Rows are features by column, with a label and a weight for each row.
type Rows struct {
	Features [][]float64
	Label    []bool
	Weight   []float64
}

// node of a tree: a leaf where feature is -1.
type node struct {
	feature     int
	bin         uint8 // rows of at most this bin go left
	left, right int
	value       float64
}

// Scores trains trees on some rows and scores others of the same columns.
func Scores(train, test Rows, trees int) []float64 {
	n := len(train.Label)
	codes, cuts := make([][]uint8, len(train.Features)), make([][]float64, len(train.Features))
	other := make([][]uint8, len(train.Features))
	for f, column := range train.Features {
		cuts[f] = quantiles(column)
		codes[f], other[f] = coded(column, cuts[f]), coded(test.Features[f], cuts[f])
	}
	good, bad := 0.0, 0.0
	for i, w := range train.Weight {
		if train.Label[i] {
			bad += w
		} else {
			good += w
		}
	}
	base := math.Log((bad + 1) / (good + 1))
	have, scores := slices.Repeat([]float64{base}, n), slices.Repeat([]float64{base}, len(test.Label))
	g := &grower{codes: codes, slope: make([]float64, n), curve: make([]float64, n), weight: train.Weight}
	for range trees {
		for i, w := range train.Weight {
			p := 1 / (1 + math.Exp(-have[i]))
			g.slope[i], g.curve[i] = w*p, w*p*(1-p)
			if train.Label[i] {
				g.slope[i] -= w
			}
		}
		tree := g.grow()
		add(tree, codes, have)
		add(tree, other, scores)
	}
	return scores
}

// quantiles are the upper bounds of all bins but the last.
func quantiles(column []float64) []float64 {
	sorted := slices.Clone(column)
	slices.Sort(sorted)
	var cuts []float64
	for b := 1; b < bins; b++ {
		if v := sorted[len(sorted)*b/bins]; len(cuts) == 0 || v > cuts[len(cuts)-1] {
			cuts = append(cuts, v)
		}
	}
	return cuts
}

func coded(column, cuts []float64) []uint8 {
	out := make([]uint8, len(column))
	for i, v := range column {
		at, _ := slices.BinarySearch(cuts, v)
		out[i] = uint8(at)
	}
	return out
}

func add(tree []node, codes [][]uint8, scores []float64) {
	for i := range scores {
		at := 0
		for tree[at].feature >= 0 {
			if t := &tree[at]; codes[t.feature][i] <= t.bin {
				at = t.left
			} else {
				at = t.right
			}
		}
		scores[i] += tree[at].value
	}
}

type grower struct {
	codes                [][]uint8
	slope, curve, weight []float64
}

// leaf is a node with its rows and the best way to split them.
type leaf struct {
	at      int
	rows    []int32
	gain    float64
	feature int
	bin     uint8
}

func (g *grower) grow() []node {
	all := make([]int32, len(g.slope))
	for i := range all {
		all[i] = int32(i)
	}
	tree := []node{g.node(all)}
	open := []leaf{g.best(0, all)}
	for len(open) < leaves {
		k := 0
		for i := range open {
			if open[i].gain > open[k].gain {
				k = i
			}
		}
		if open[k].gain <= 0 {
			break
		}
		l, codes := open[k], g.codes[open[k].feature]
		var left, right []int32
		for _, r := range l.rows {
			if codes[r] <= l.bin {
				left = append(left, r)
			} else {
				right = append(right, r)
			}
		}
		n := len(tree)
		tree[l.at] = node{feature: l.feature, bin: l.bin, left: n, right: n + 1}
		tree = append(tree, g.node(left), g.node(right))
		open[k] = g.best(n, left)
		open = append(open, g.best(n+1, right))
	}
	return tree
}

func (g *grower) node(rows []int32) node {
	slope, curve := 0.0, 0.0
	for _, r := range rows {
		slope, curve = slope+g.slope[r], curve+g.curve[r]
	}
	return node{feature: -1, value: -rate * slope / (curve + penalty)}
}

// best finds the split of a leaf's rows that lowers the loss most.
func (g *grower) best(at int, rows []int32) leaf {
	out := leaf{at: at, rows: rows}
	for f, codes := range g.codes {
		var sum [bins][3]float64
		var whole [3]float64
		for _, r := range rows {
			s := &sum[codes[r]]
			s[0] += g.slope[r]
			s[1] += g.curve[r]
			s[2] += g.weight[r]
		}
		for b := range sum {
			for k := range whole {
				whole[k] += sum[b][k]
			}
		}
		var left [3]float64
		for b := range bins - 1 {
			for k := range left {
				left[k] += sum[b][k]
			}
			if left[2] < least || whole[2]-left[2] < least {
				continue
			}
			right := whole[0] - left[0]
			gain := left[0]*left[0]/(left[1]+penalty) + right*right/(whole[1]-left[1]+penalty) - whole[0]*whole[0]/(whole[1]+penalty)
			if gain > out.gain+1e-9 {
				out.gain, out.feature, out.bin = gain, f, uint8(b)
			}
		}
	}
	return out
}

// Precision is the average precision of scores on weighted rows; rows of one
// score are taken together. It is NaN where no row is positive.
func Precision(scores []float64, rows Rows) float64 {
	order := make([]int, len(scores))
	all := 0.0
	for i := range order {
		order[i] = i
		if rows.Label[i] {
			all += rows.Weight[i]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	area, hits, seen := 0.0, 0.0, 0.0
	for i := 0; i < len(order); {
		at, more := scores[order[i]], 0.0
		for ; i < len(order) && scores[order[i]] == at; i++ {
			seen += rows.Weight[order[i]]
			if rows.Label[order[i]] {
				more += rows.Weight[order[i]]
			}
		}
		if hits += more; more > 0 {
			area += more * hits / seen
		}
	}
	return area / all
}
