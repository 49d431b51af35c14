package profile

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/verisim/verisim/formats/table"
)

// topValues is how many frequent values a profile lists.
const topValues = 10

// standardP are the quantiles that a profile lists.
var standardP = [...]float64{0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999}

// Profile computes the facts. The state can go on taking rows afterwards.
func (s *State) Profile() *Profile {
	p := &Profile{
		Version:      Version,
		Rows:         int64(s.rows),
		Columns:      make([]Column, len(s.cols)),
		DistinctRows: s.sample.count(),
	}
	if f, err := table.FactsOf(s.schema); err == nil {
		p.Table = f.Name
	}
	view := s.sample.view()
	p.SampleRows = int64(view.rows)
	for i, c := range s.cols {
		p.Columns[i] = s.describe(c, view, i)
	}
	if !s.opt.NoValues {
		p.Keys = s.findKeys(view)
		p.Dependencies = s.findDependencies(view)
		p.Pairs = s.findPairs(view)
	}
	return p
}

func (s *State) describe(c *column, view *sampleView, i int) Column {
	label := table.LabelOf(c.field)
	out := Column{
		Name:     c.field.Name,
		Type:     c.field.Type.String(),
		Kind:     c.kind,
		Role:     label.Role,
		Origin:   label.Origin,
		Rows:     int64(s.rows),
		Nulls:    int64(c.nulls),
		Distinct: c.values.count(),
		Single:   c.values.single(),
	}
	valid := out.Rows - out.Nulls
	if valid == 0 || c.kind == KindNested {
		return out
	}
	num, txt, week := c.accumulated()
	switch {
	case c.kind == KindTime:
		out.Time = c.describeTime(num, week)
		out.Histogram = c.histogram(num)
	case num != nil:
		out.Number = c.describeNumber(num)
		if c.kind != KindBool {
			out.Histogram = c.histogram(num)
		}
	case txt != nil:
		out.Text = c.describeText(txt)
		if !s.opt.NoValues {
			out.Shapes = c.shapes()
		}
	}
	if !s.opt.NoValues || c.numeric() && !c.values.over {
		out.Top = c.top(view, i, valid)
	}
	if !s.opt.NoValues {
		out.Evidence = c.evidence()
	}
	return out
}

// cells gives the column's distribution over keys of finite values, exact
// while the values are counted one by one.
func (c *column) cells(num *numbers) []cell {
	if num.finite == 0 {
		return nil
	}
	if c.values.over {
		return num.spread.cells(num.min, num.max)
	}
	out := make([]cell, 0, c.values.used)
	for _, s := range c.values.live() {
		k := unmix(s.h)
		if c.float && (k <= minusInf || k >= plusInf) {
			continue
		}
		out = append(out, cell{k, k, s.n})
	}
	slices.SortFunc(out, func(a, b cell) int { return cmp.Compare(a.lo, b.lo) })
	return out
}

// middle is the number a cell stands for and the largest error of it.
func (c *column) middle(x cell) (value, err float64) {
	lo, hi := c.number(x.lo), c.number(x.hi)
	if lo == hi {
		return lo, 0
	}
	mid := lo + (hi-lo)/2
	return mid, math.Nextafter(max(mid-lo, hi-mid), math.Inf(1))
}

func (c *column) describeNumber(num *numbers) *Number {
	out := &Number{
		Zeros:     int64(num.zeros),
		Negatives: int64(num.negatives),
		NaNs:      int64(num.nans),
		Infinite:  int64(num.infinite),
		Integral:  !num.fractional && c.decimals <= 0 && c.seconds == nil,
	}
	if num.finite == 0 {
		return out
	}
	out.Min, out.Max = c.number(num.min), c.number(num.max)
	m := num.moments.summary(int64(num.finite), c.float, c.unit())
	out.Sum, out.Mean, out.Variance, out.Skewness, out.Kurtosis = m.sum, m.mean, m.variance, m.skewness, m.kurtosis
	cells := c.cells(num)
	for _, p := range standardP {
		v, e := c.middle(quantile(cells, int64(num.finite), p))
		out.Quantiles = append(out.Quantiles, Quantile{P: p, Value: v, Error: e})
	}
	return out
}

func (c *column) describeText(txt *texts) *Text {
	out := &Text{
		Empty:    int64(txt.empty),
		Padded:   int64(txt.padded),
		NonASCII: int64(txt.nonASCII),
		Invalid:  int64(txt.invalid),
		Min:      showText(txt.min),
		Max:      showText(txt.max),
	}
	if c.kind == KindBytes {
		out.Min, out.Max = "", ""
	}
	out.MeanLength = float64(txt.total) / float64(txt.n)
	cells := txt.lengths.cells(0, math.MaxUint64)
	out.MinLength = int64(cells[0].lo)
	out.MaxLength = int64(cells[len(cells)-1].hi)
	for _, p := range standardP {
		x := quantile(cells, int64(txt.n), p)
		out.Lengths = append(out.Lengths, Quantile{P: p, Value: float64(x.lo + (x.hi-x.lo)/2), Error: float64(x.hi-x.lo) / 2})
	}
	return out
}

// show writes a key as people write it.
func (c *column) show(key uint64) string {
	switch {
	case c.kind == KindBool:
		return strconv.FormatBool(key != signBit)
	case c.kind == KindTime:
		return c.showTime(key)
	case c.float:
		return strconv.FormatFloat(keyFloat(key), 'g', -1, 64)
	case c.decimals != 0 && c.decimals < 400 && c.decimals > -400:
		r := c.unit()
		r.Mul(r, bigRat(keyInt(key)))
		return r.FloatString(int(max(0, c.decimals)))
	case c.seconds != nil:
		return strconv.FormatFloat(c.number(key), 'g', -1, 64) + "s"
	case c.unsigned:
		return strconv.FormatUint(key, 10)
	}
	return strconv.FormatInt(keyInt(key), 10)
}

// showText makes any bytes fit for a page: invalid UTF-8 and control
// characters become escapes.
func showText(b []byte) string {
	q := strconv.Quote(string(b))
	q = q[1 : len(q)-1]
	if len(q) == len(b) {
		return string(b)
	}
	out := make([]byte, 0, len(q))
	for i := 0; i < len(q); i++ { // a quote mark or backslash needs no escape here
		if q[i] == '\\' && i+1 < len(q) && (q[i+1] == '"' || q[i+1] == '\\') {
			i++
		}
		out = append(out, q[i])
	}
	return string(out)
}

// top lists the most frequent values: exact counts while all are counted, else
// what the sample of rows says of those seen often enough in it.
func (c *column) top(view *sampleView, i int, valid int64) []Value {
	if !c.values.over {
		live := c.values.live()
		slices.SortFunc(live, func(a, b slot) int {
			return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.h, b.h))
		})
		live = live[:min(len(live), topValues)]
		out := make([]Value, len(live))
		for j, s := range live {
			out[j] = Value{Text: c.showEntry(s), Count: int64(s.n), Share: float64(s.n) / float64(valid), Exact: true}
		}
		return out
	}
	return view.top(c, i, valid)
}

func (c *column) showEntry(s slot) string {
	if c.text() {
		return showText(c.arena.bytes(s.ref))
	}
	return c.show(unmix(s.h))
}
