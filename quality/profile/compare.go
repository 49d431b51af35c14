package profile

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/table"
)

// Drift says how a column differs from a reference. Distances have no unit and
// lie in 0..1 but for PSI, ChiSquare and Wasserstein. A p-value is the chance
// of at least this difference between two samples of one distribution. An
// alarm should ask for both: a distance that matters and a p-value that is not
// luck; see [Drift.Alarms].
type Drift struct {
	Column        string `json:"column"`
	Kind          Kind   `json:"kind"`
	ReferenceRows int64  `json:"reference_rows"` // non-null
	Rows          int64  `json:"rows"`           // non-null

	// Share of nulls, and the test that they are the same.
	ReferenceNulls float64 `json:"reference_nulls"`
	Nulls          float64 `json:"nulls"`
	NullP          float64 `json:"null_p"`

	// Ordered says whether KS and Wasserstein mean anything.
	Ordered bool `json:"ordered"`
	// KS is the largest distance of the distribution functions at the borders
	// of the buckets; between them it may be larger by at most KSError. KSP
	// is that of the borders, which cannot alarm too often.
	KS      float64 `json:"ks,omitempty"`
	KSError float64 `json:"ks_error,omitempty"`
	KSP     float64 `json:"ks_p,omitempty"`
	// Wasserstein is the area between the distribution functions in standard
	// deviations of the reference.
	Wasserstein float64 `json:"wasserstein,omitempty"`

	// PSI is the population stability index over at most ten bins of equal
	// reference weight, or the categories, with null as one bin more. Its
	// expected value without drift is PSINoise.
	PSI      float64 `json:"psi"`
	PSINoise float64 `json:"psi_noise"`
	PSIP     float64 `json:"psi_p"`
	Bins     int     `json:"bins"`

	// The two-sample chi-square test over the same bins, rare ones pooled, and
	// its effect size.
	ChiSquare float64 `json:"chi_square"`
	Freedom   int     `json:"freedom"`
	ChiP      float64 `json:"chi_p"`
	CramerV   float64 `json:"cramer_v"`

	JensenShannon  float64 `json:"jensen_shannon"` // square root, base 2
	Hellinger      float64 `json:"hellinger"`
	TotalVariation float64 `json:"total_variation"`
	LInf           float64 `json:"l_inf"`
	// KullbackLeibler is the divergence of the current bins from the
	// reference's, in nats, smoothed as the PSI is.
	KullbackLeibler float64 `json:"kullback_leibler"`

	// NewShare is the share of values that the reference does not know, for
	// text and other columns of few values.
	NewShare float64 `json:"new_share"`
}

// The distances from which a drift matters, by common practice: PSI .1 is
// watched and .25 acted on; the others follow the defaults of the tools that
// users come from.
const (
	PSIWatch           = 0.1
	PSIAct             = 0.25
	KSMatters          = 0.1
	WassersteinMatters = 0.1
	CramerMatters      = 0.1
)

// Alarms lists the tests that fire: a distance that matters and a p-value
// below alpha.
func (d Drift) Alarms(alpha float64) []string {
	var out []string
	if d.PSI-d.PSINoise >= PSIWatch && d.PSIP < alpha {
		out = append(out, "psi")
	}
	if d.Ordered && d.KS >= KSMatters && d.KSP < alpha {
		out = append(out, "ks")
	}
	if d.Ordered && d.Wasserstein >= WassersteinMatters && d.KSP < alpha {
		out = append(out, "wasserstein")
	}
	if d.CramerV >= CramerMatters && d.ChiP < alpha {
		out = append(out, "chi2")
	}
	return out
}

// Compare holds a column of cur against the column of the same name in ref.
// Both must be of one type. It needs the states only, no rows.
func Compare(ref, cur *State, name string) (Drift, error) {
	i, err := table.Column(ref.schema, name)
	if err != nil {
		return Drift{}, fmt.Errorf("compare with the reference: %w", err)
	}
	j, err := table.Column(cur.schema, name)
	if err != nil {
		return Drift{}, fmt.Errorf("compare with the reference: %w", err)
	}
	a, b := ref.cols[i], cur.cols[j]
	if a.kind != b.kind || a.domain != b.domain || a.unit().Cmp(b.unit()) != 0 {
		return Drift{}, fmt.Errorf("compare column %q with the reference: it is %v there and %v here: %w", name, a.value, b.value, ErrMismatch)
	}
	d := Drift{
		Column: name, Kind: a.kind,
		ReferenceRows: int64(ref.rows - a.nulls), Rows: int64(cur.rows - b.nulls),
		NullP: 1, KSP: 1, PSIP: 1, ChiP: 1,
	}
	d.compareNulls(int64(a.nulls), int64(ref.rows), int64(b.nulls), int64(cur.rows))
	if a.kind == KindNested || d.ReferenceRows == 0 || d.Rows == 0 {
		return d, nil
	}
	var bins []pair
	if a.numeric() {
		an, _, _ := a.accumulated()
		bn, _, _ := b.accumulated()
		d.Ordered = a.kind != KindBool
		line, shift := align(a, b, an, bn)
		if d.Ordered {
			d.compareOrder(a, an, line, shift > 0)
		}
		bins = binsOf(line, float64(an.finite))
		bins = append(bins, pair{0, float64(an.nans + an.infinite), float64(bn.nans + bn.infinite)})
	} else {
		bins = categories(&a.values, &b.values, float64(d.ReferenceRows), float64(d.Rows))
	}
	d.NewShare = newShare(&a.values, &b.values)
	bins = append(bins, pair{0, float64(a.nulls), float64(b.nulls)})
	d.compareBins(bins)
	return d, nil
}

func (d *Drift) compareNulls(an, n, bn, m int64) {
	if n == 0 || m == 0 {
		return
	}
	p, q := float64(an)/float64(n), float64(bn)/float64(m)
	d.ReferenceNulls, d.Nulls = p, q
	pool := float64(an+bn) / float64(n+m)
	if se := math.Sqrt(pool * (1 - pool) * (1/float64(n) + 1/float64(m))); se > 0 {
		d.NullP = normalTail((p - q) / se)
	}
}

// pair is the count of one bucket in the reference and here.
type pair struct {
	key  uint64
	a, b float64
}

// align puts both distributions on the wider buckets of the two.
func align(a, b *column, an, bn *numbers) (line []pair, shift uint) {
	if a.values.over {
		shift = an.spread.shift
	}
	if b.values.over {
		shift = max(shift, bn.spread.shift)
	}
	var out []pair
	put := func(c *column, n *numbers, here bool) {
		for _, x := range c.cells(n) {
			p := pair{key: x.lo >> shift}
			if here {
				p.b = float64(x.n)
			} else {
				p.a = float64(x.n)
			}
			out = append(out, p)
		}
	}
	put(a, an, false)
	put(b, bn, true)
	slices.SortStableFunc(out, func(x, y pair) int { return cmp.Compare(x.key, y.key) })
	line = out[:0]
	for _, p := range out {
		if n := len(line); n > 0 && line[n-1].key == p.key {
			line[n-1].a += p.a
			line[n-1].b += p.b
			continue
		}
		line = append(line, p)
	}
	for i := range line {
		line[i].key <<= shift
	}
	return line, shift
}

func (d *Drift) compareOrder(c *column, an *numbers, line []pair, wide bool) {
	var n, m float64
	for _, p := range line {
		n += p.a
		m += p.b
	}
	if n == 0 || m == 0 {
		return
	}
	var fa, fb, area float64
	for i, p := range line {
		fa += p.a / n
		fb += p.b / m
		d.KS = max(d.KS, math.Abs(fa-fb))
		if wide {
			d.KSError = max(d.KSError, p.a/n, p.b/m)
		}
		if i+1 < len(line) {
			area += math.Abs(fa-fb) * min(math.MaxFloat64, c.number(line[i+1].key)-c.number(p.key))
		}
	}
	d.KSP = kolmogorovTail(d.KS, int64(n), int64(m))
	if sd := math.Sqrt(an.moments.summary(int64(an.finite), c.float, c.unit()).variance); sd > 0 {
		d.Wasserstein = min(math.MaxFloat64, area/sd) // JSON has no infinity
	}
}

// psiBins is how many bins of equal reference weight an ordered column gets.
const psiBins = 10

// binsOf joins neighbouring buckets until each holds a tenth of the reference.
// What lies beyond the reference's ends falls to the first and last bin.
func binsOf(line []pair, total float64) []pair {
	var out []pair
	var cum float64
	var cur pair
	edge := 1
	for _, p := range line {
		cur.a += p.a
		cur.b += p.b
		cum += p.a
		if cum*psiBins >= total*float64(edge) && p.a > 0 {
			out = append(out, cur)
			cur = pair{}
			edge = int(cum*psiBins/total) + 1
		}
	}
	if n := len(out); n > 0 {
		out[n-1].a += cur.a
		out[n-1].b += cur.b
		return out
	}
	return append(out, cur)
}

// categories pairs the counts of values by hash. Where not all are counted,
// those below both limits are, exactly, and the rest is one category.
func categories(a, b *distinct, n, m float64) []pair {
	limit := uint64(math.MaxUint64)
	ea, eb := a.entries(), b.entries()
	if a.over {
		limit = ea[len(ea)-1].h
	}
	if b.over {
		limit = min(limit, eb[len(eb)-1].h)
	}
	var out []pair
	var sa, sb float64
	for len(ea) > 0 || len(eb) > 0 {
		var p pair
		switch {
		case len(eb) == 0 || len(ea) > 0 && ea[0].h < eb[0].h:
			p, ea = pair{ea[0].h, float64(ea[0].n), 0}, ea[1:]
		case len(ea) == 0 || eb[0].h < ea[0].h:
			p, eb = pair{eb[0].h, 0, float64(eb[0].n)}, eb[1:]
		default:
			p = pair{ea[0].h, float64(ea[0].n), float64(eb[0].n)}
			ea, eb = ea[1:], eb[1:]
		}
		if p.key > limit {
			break
		}
		sa, sb = sa+p.a, sb+p.b
		out = append(out, p)
	}
	return append(out, pair{0, n - sa, m - sb})
}

// newShare is the share of b's values that a does not know, on the hashes that
// both have counted.
func newShare(a, b *distinct) float64 {
	known := map[uint64]bool{}
	ea := a.entries()
	limit := uint64(math.MaxUint64)
	if a.over {
		limit = ea[len(ea)-1].h
	}
	for _, s := range ea {
		known[s.h] = true
	}
	var fresh, all float64
	for _, s := range b.entries() {
		if s.h > limit {
			break
		}
		all += float64(s.n)
		if !known[s.h] {
			fresh += float64(s.n)
		}
	}
	if all == 0 {
		return 0
	}
	return fresh / all
}
