package profile

import (
	"cmp"
	"math"
	"slices"
)

// Limits of the questions about pairs, which grow with the square of columns.
const (
	pairColumns = 48 // columns of which all pairs are looked at
	classes     = 16 // bins of a column in a contingency table
	fewestRows  = 50 // below which nothing is said about pairs
)

// binned is a sampled column as class numbers: 0 null, then bins of equal
// weight, or the most frequent values and at last all others.
type binned struct {
	col   int
	class []uint8
	n     int       // classes in use
	rank  []float64 // mid-ranks of ordered columns, NaN for null
}

// findPairs measures every pair of columns that have something to tell.
func (s *State) findPairs(v *sampleView) []Pair {
	if v.total() < fewestRows {
		return nil
	}
	var bins []binned
	for i, c := range s.cols {
		if len(bins) == pairColumns {
			break
		}
		if b, ok := v.bin(c, i); ok {
			bins = append(bins, b)
		}
	}
	var out []Pair
	for i := range bins {
		for j := i + 1; j < len(bins); j++ {
			p := v.pair(&bins[i], &bins[j])
			p.A, p.B = s.cols[bins[i].col].field.Name, s.cols[bins[j].col].field.Name
			if s.cols[bins[i].col].ordered() && s.cols[bins[j].col].ordered() {
				p.Pearson = v.pearson(s.cols[bins[i].col], bins[i].col, s.cols[bins[j].col], bins[j].col)
				p.Spearman = correlation(bins[i].rank, bins[j].rank, v.weight)
			}
			out = append(out, p)
		}
	}
	return out
}

func (c *column) ordered() bool { return c.numeric() && c.kind != KindBool }

// bin classifies a column, unless it is constant or all different.
func (v *sampleView) bin(c *column, i int) (binned, bool) {
	if c.kind == KindNested || c.kind == KindBytes {
		return binned{}, false
	}
	col := v.cols[i]
	count := map[uint64]uint64{}
	for r := range v.rows {
		if ok, k := col.at(r); ok {
			count[k] += v.weight[r]
		}
	}
	if len(count) < 2 || !c.ordered() && uint64(len(count)) > v.total()/2 {
		return binned{}, false
	}
	type kn struct{ k, n uint64 }
	keys := make([]kn, 0, len(count))
	var total uint64
	for k, n := range count {
		keys = append(keys, kn{k, n})
		total += n
	}
	class := make(map[uint64]uint8, len(keys))
	rank := map[uint64]float64{}
	b := binned{col: i, class: make([]uint8, v.rows), n: 1}
	if c.ordered() {
		slices.SortFunc(keys, func(a, b kn) int { return cmp.Compare(a.k, b.k) })
		var cum, below uint64
		last := -1
		for _, x := range keys {
			rank[x.k] = math.NaN() // which is in no order
			if f := c.number(x.k); f == f {
				rank[x.k] = float64(below) + float64(x.n+1)/2
				below += x.n
			}
			if q := int(cum * classes / total); q != last {
				last = q
				b.n++
			}
			class[x.k] = uint8(b.n - 1)
			cum += x.n
		}
	} else {
		slices.SortFunc(keys, func(a, b kn) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.k, b.k)) })
		for j, x := range keys {
			class[x.k] = uint8(min(j, classes-1) + 1)
		}
		b.n = min(len(keys), classes) + 1
	}
	if c.ordered() {
		b.rank = make([]float64, v.rows)
	}
	for r := range v.rows {
		ok, k := col.at(r)
		if ok {
			b.class[r] = class[k]
		}
		if b.rank != nil {
			b.rank[r] = math.NaN()
			if ok {
				b.rank[r] = rank[k]
			}
		}
	}
	return b, true
}

// pair computes mutual information with the Miller-Madow correction and
// Cramér's V with that of W. Bergsma (2013) over the classes of two columns,
// null being a class.
func (v *sampleView) pair(a, b *binned) Pair {
	var joint [(classes + 1) * (classes + 1)]float64
	var n float64
	for r, w := range v.weight {
		joint[int(a.class[r])*(classes+1)+int(b.class[r])] += float64(w)
		n += float64(w)
	}
	var rows, cols [classes + 1]float64
	for i := range rows {
		for j := range cols {
			x := joint[i*(classes+1)+j]
			rows[i] += x
			cols[j] += x
		}
	}
	var mi, chi float64
	filled, nr, nc := 0, 0, 0
	for i := range rows {
		if rows[i] > 0 {
			nr++
		}
		if cols[i] > 0 {
			nc++
		}
		for j := range cols {
			x, e := joint[i*(classes+1)+j], rows[i]*cols[j]/n
			if e == 0 {
				continue
			}
			chi += (x - e) * (x - e) / e
			if x > 0 {
				filled++
				mi += x / n * math.Log(x/e)
			}
		}
	}
	// Entropies are each too low by (cells-1)/2n: add those of the margins,
	// take off that of the joint.
	mi += float64(nr-1+nc-1-(filled-1)) / (2 * n)
	k, l := float64(nr), float64(nc)
	phi := max(0, chi/n-(k-1)*(l-1)/(n-1))
	kk, ll := k-(k-1)*(k-1)/(n-1), l-(l-1)*(l-1)/(n-1)
	p := Pair{Information: max(0, mi), Rows: int64(n)}
	if d := min(kk-1, ll-1); d > 0 {
		p.CramerV = min(1, math.Sqrt(phi/d))
	}
	return p
}

func (v *sampleView) pearson(a *column, i int, b *column, j int) float64 {
	x, y := make([]float64, v.rows), make([]float64, v.rows)
	number := func(c *column, col viewColumn, r int) float64 {
		if ok, k := col.at(r); ok {
			if f := c.number(k); !math.IsInf(f, 0) {
				return f
			}
		}
		return math.NaN()
	}
	for r := range v.rows {
		x[r], y[r] = number(a, v.cols[i], r), number(b, v.cols[j], r)
	}
	return correlation(x, y, v.weight)
}

// correlation is Pearson's over the rows where both are numbers, in two passes.
func correlation(x, y []float64, weight []uint64) float64 {
	var n, mx, my float64
	for r, w := range weight {
		if x[r] != x[r] || y[r] != y[r] {
			continue
		}
		f := float64(w)
		n += f
		mx += f * (x[r] - mx) / n
		my += f * (y[r] - my) / n
	}
	var xx, yy, xy float64
	for r, w := range weight {
		if x[r] != x[r] || y[r] != y[r] {
			continue
		}
		dx, dy, f := x[r]-mx, y[r]-my, float64(w)
		xx += f * dx * dx
		yy += f * dy * dy
		xy += f * dx * dy
	}
	if xx <= 0 || yy <= 0 || n < 3 {
		return 0
	}
	c := xy / math.Sqrt(xx) / math.Sqrt(yy)
	if c != c {
		return 0
	}
	return min(1, max(-1, c))
}
