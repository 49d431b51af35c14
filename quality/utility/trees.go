package utility

import (
	"fmt"
	"math"
)

// TreesOptions are the options of TrainTrees.
type TreesOptions struct {
	// Trees is the number of trees. Default 100, as in LightGBM.
	Trees int
	// Leaves is the most leaves of a tree. Default 31, as in LightGBM.
	Leaves int
	// Rate is the learning rate. Default 0.1, as in LightGBM.
	Rate float64
	// MinRows is the fewest rows of a leaf. Default 20, as in LightGBM.
	MinRows int
	// Penalty is the weight of squared leaf values. Default 0, as in LightGBM.
	Penalty float64
	// Workers is the number of goroutines. Default 1. It does not change the
	// model.
	Workers int
}

func (o TreesOptions) withDefaults() TreesOptions {
	if o.Trees == 0 {
		o.Trees = 100
	}
	if o.Leaves == 0 {
		o.Leaves = 31
	}
	if o.Rate == 0 {
		o.Rate = .1
	}
	if o.MinRows == 0 {
		o.MinRows = 20
	}
	o.Workers = max(o.Workers, 1)
	return o
}

// Trees is a boosted ensemble of regression trees on binned features.
type Trees struct {
	binners []binner
	trees   []tree
	base    float64 // log odds of label 1
	gain    []float64
}

// tree holds splits; child c >= 0 is a split, ^c a leaf.
type tree struct {
	splits []split
	leaves []float64
}

type split struct {
	feature     int
	bin         uint8 // rows with this bin or a lower one go left
	missingLeft bool
	left, right int
}

// Gain is the total loss reduction of the splits of each feature.
func (m *Trees) Gain() []float64 { return m.gain }

// minHessian is the least sum of second derivatives of a leaf, as in LightGBM.
const minHessian = 1e-3

type trainer struct {
	opt    TreesOptions
	bins   [][]uint8
	width  []int // bins of each feature
	model  *Trees
	grad   []float32
	hess   []float32
	rows   []int32 // grouped by leaf
	buffer []int32
	g, h   []float32 // of the rows of the leaf at hand, in order
}

type cellSum struct {
	g, h float64
	n    int64
}

type leaf struct {
	from, to int // its part of trainer.rows
	sum      cellSum
	hist     [][]cellSum // of each feature
	best     candidate
	parent   int // the split that it hangs on, -1 at the root
	right    bool
}

type candidate struct {
	gain        float64
	feature     int
	bin         uint8
	missingLeft bool
}

// TrainTrees fits by second-order boosting of the log loss, growing the leaf
// with the largest gain first.
func TrainTrees(d *Data, opt TreesOptions) (*Trees, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	n, k := d.Rows(), len(d.Features)
	m := &Trees{binners: make([]binner, k), gain: make([]float64, k)}
	t := &trainer{opt: opt, bins: make([][]uint8, k), width: make([]int, k), model: m}
	parallel(opt.Workers, k, func(j int) {
		m.binners[j] = newBinner(d.Features[j], d.Labels, d.Categorical != nil && d.Categorical[j])
		t.bins[j] = m.binners[j].all(d.Features[j])
		t.width[j] = m.binners[j].bins()
	})
	ones := 0.0
	for _, y := range d.Labels {
		ones += float64(y)
	}
	m.base = math.Log(ones / (float64(n) - ones))
	t.grad, t.hess = make([]float32, n), make([]float32, n)
	t.rows, t.buffer = make([]int32, n), make([]int32, n)
	t.g, t.h = make([]float32, n), make([]float32, n)
	margin := make([]float64, n)
	for i := range margin {
		margin[i] = m.base
	}
	for range opt.Trees {
		for i, z := range margin {
			p := sigmoid(z)
			t.grad[i] = float32(p - float64(d.Labels[i]))
			t.hess[i] = float32(p * (1 - p))
		}
		tr, grown := t.grow()
		if len(tr.splits) == 0 {
			break // nothing is left to gain
		}
		m.trees = append(m.trees, tr)
		for l, lf := range grown {
			for _, r := range t.rows[lf.from:lf.to] {
				margin[r] += tr.leaves[l]
			}
		}
	}
	return m, nil
}

func (b *binner) all(values []float64) []uint8 {
	out := make([]uint8, len(values))
	for i, v := range values {
		out[i] = b.bin(v)
	}
	return out
}

func (t *trainer) grow() (tree, []leaf) {
	for i := range t.rows {
		t.rows[i] = int32(i)
	}
	root := leaf{from: 0, to: len(t.rows), parent: -1}
	t.histogram(&root)
	for _, c := range root.hist[0] {
		root.sum.g += c.g
		root.sum.h += c.h
		root.sum.n += c.n
	}
	t.search(&root)
	leaves := []leaf{root}
	var tr tree
	for len(leaves) < t.opt.Leaves {
		pick := -1
		for i := range leaves {
			if leaves[i].best.gain > 1e-12 && (pick < 0 || leaves[i].best.gain > leaves[pick].best.gain) {
				pick = i
			}
		}
		if pick < 0 {
			break
		}
		left, right := t.divide(&leaves[pick], len(tr.splits))
		b := leaves[pick].best
		t.model.gain[b.feature] += b.gain
		if p := leaves[pick].parent; p >= 0 {
			if leaves[pick].right {
				tr.splits[p].right = len(tr.splits)
			} else {
				tr.splits[p].left = len(tr.splits)
			}
		}
		tr.splits = append(tr.splits, split{feature: b.feature, bin: b.bin, missingLeft: b.missingLeft, left: ^pick, right: ^len(leaves)})
		leaves[pick] = left
		leaves = append(leaves, right)
	}
	for i := range leaves {
		s := leaves[i].sum
		tr.leaves = append(tr.leaves, -t.opt.Rate*s.g/(s.h+t.opt.Penalty))
	}
	return tr, leaves
}

// histogram sums the gradients of a leaf's rows by feature and bin. A feature
// is summed by one goroutine in row order.
func (t *trainer) histogram(l *leaf) {
	rows := t.rows[l.from:l.to]
	g, h := t.g[:len(rows)], t.h[:len(rows)]
	for i, r := range rows {
		g[i], h[i] = t.grad[r], t.hess[r]
	}
	l.hist = make([][]cellSum, len(t.bins))
	parallel(t.opt.Workers, len(t.bins), func(j int) {
		var sums [256]cellSum
		bins := t.bins[j]
		for i, r := range rows {
			c := &sums[bins[r]]
			c.g += float64(g[i])
			c.h += float64(h[i])
			c.n++
		}
		l.hist[j] = append([]cellSum(nil), sums[:t.width[j]]...)
	})
}

// search finds a leaf's best split: the gain is that of equation 7 of XGBoost.
func (t *trainer) search(l *leaf) {
	found := make([]candidate, len(t.bins))
	for j, hist := range l.hist {
		found[j] = t.searchFeature(l.sum, hist, j)
	}
	l.best = candidate{}
	for _, c := range found {
		if c.gain > l.best.gain {
			l.best = c
		}
	}
}

func (t *trainer) searchFeature(total cellSum, hist []cellSum, j int) candidate {
	best := candidate{feature: j}
	worth := func(s cellSum) float64 { return s.g * s.g / (s.h + t.opt.Penalty) }
	whole := worth(total)
	missing := hist[0]
	for _, missingLeft := range []bool{false, true} {
		if missingLeft && missing.n == 0 {
			break
		}
		var left cellSum
		if missingLeft {
			left = missing
		}
		for b := 1; b < len(hist); b++ {
			left.g += hist[b].g
			left.h += hist[b].h
			left.n += hist[b].n
			right := cellSum{total.g - left.g, total.h - left.h, total.n - left.n}
			if left.n < int64(t.opt.MinRows) || left.h < minHessian {
				continue
			}
			if right.n < int64(t.opt.MinRows) || right.h < minHessian {
				break
			}
			if gain := worth(left) + worth(right) - whole; gain > best.gain {
				best = candidate{gain: gain, feature: j, bin: uint8(b), missingLeft: missingLeft}
			}
		}
	}
	return best
}

func goesLeft(bin, at uint8, missingLeft bool) bool {
	if bin == 0 {
		return missingLeft
	}
	return bin <= at
}

// divide parts a leaf's rows, keeping their order; the larger side's histogram
// is the difference of the parent's and the smaller side's.
func (t *trainer) divide(l *leaf, at int) (left, right leaf) {
	bins := t.bins[l.best.feature]
	kept, moved := l.from, 0
	for _, r := range t.rows[l.from:l.to] {
		if goesLeft(bins[r], l.best.bin, l.best.missingLeft) {
			t.rows[kept] = r
			kept++
		} else {
			t.buffer[moved] = r
			moved++
		}
	}
	copy(t.rows[kept:l.to], t.buffer[:moved])
	left = leaf{from: l.from, to: kept, parent: at}
	right = leaf{from: kept, to: l.to, parent: at, right: true}
	small, large := &left, &right
	if kept-l.from > moved {
		small, large = large, small
	}
	t.histogram(small)
	for _, c := range small.hist[0] {
		small.sum.g += c.g
		small.sum.h += c.h
		small.sum.n += c.n
	}
	large.sum = cellSum{l.sum.g - small.sum.g, l.sum.h - small.sum.h, l.sum.n - small.sum.n}
	large.hist = l.hist
	for j := range large.hist {
		for b, s := range small.hist[j] {
			c := &large.hist[j][b]
			c.g -= s.g
			c.h -= s.h
			c.n -= s.n
		}
	}
	l.hist = nil
	t.search(small)
	t.search(large)
	return left, right
}

// Score is the probability of label 1.
func (m *Trees) Score(features [][]float64) ([]float64, error) {
	if len(features) != len(m.binners) {
		return nil, fmt.Errorf("score rows: %d features, the model has %d", len(features), len(m.binners))
	}
	out := make([]float64, len(features[0]))
	for i := range out {
		out[i] = m.base
	}
	const block = 4096
	bins := make([][]uint8, len(features))
	for lo := 0; lo < len(out); lo += block {
		hi := min(lo+block, len(out))
		for j := range features {
			bins[j] = m.binners[j].all(features[j][lo:hi])
		}
		for k := range m.trees {
			tr := &m.trees[k]
			for i := range hi - lo {
				at := 0
				for at >= 0 {
					s := &tr.splits[at]
					if goesLeft(bins[s.feature][i], s.bin, s.missingLeft) {
						at = s.left
					} else {
						at = s.right
					}
				}
				out[lo+i] += tr.leaves[^at]
			}
		}
	}
	for i, z := range out {
		out[i] = sigmoid(z)
	}
	return out, nil
}
