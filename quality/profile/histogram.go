package profile

import "math"

// histogramBars is how many bars a histogram has at most.
const histogramBars = 32

// histogram draws bars of equal width, or of equal ratio where the values span
// several orders of magnitude. Where long tails would squeeze everything into
// one bar, the first and the last bar reach to the extremes instead.
func (c *column) histogram(num *numbers) []Bar {
	cells := c.cells(num)
	if len(cells) == 0 {
		return nil
	}
	total := int64(num.finite)
	lo, hi := c.number(num.min), c.number(num.max)
	if lo == hi {
		return []Bar{{From: lo, To: hi, Count: total}}
	}
	if c.whole() && hi-lo < histogramBars {
		return c.bars(cells, lo, hi+1, int(hi-lo)+1, false)
	}
	inner := func(p float64) float64 {
		v, _ := c.middle(quantile(cells, total, p))
		return v
	}
	from, to := lo, hi
	if a, b := inner(0.005), inner(0.995); b > a && b-a < (hi-lo)/2 {
		from, to = a, b
	}
	log := false
	if mid, q := inner(0.5), inner(0.95); c.kind != KindTime && lo > 0 && mid > 0 && q/mid > 8 {
		from, to, log = lo, hi, true
	}
	n := histogramBars
	if c.whole() && !log {
		// Bars of a whole width, so that none holds more integers than others.
		w := math.Ceil((to - from + 1) / histogramBars)
		from = math.Floor(from)
		n = int(math.Ceil((to - from + 1) / w))
		to = from + w*float64(n)
	}
	bars := c.bars(cells, from, to, n, log)
	bars[0].From = min(bars[0].From, lo)
	bars[n-1].To = max(bars[n-1].To, hi)
	return bars
}

// whole says whether values are integers, so that a bar may mean one.
func (c *column) whole() bool {
	return c.kind == KindInt && c.decimals == 0
}

func (c *column) bars(cells []cell, from, to float64, n int, log bool) []Bar {
	at := func(v float64) float64 { return (v - from) / (to - from) }
	edge := func(i int) float64 { return from + (to-from)*(float64(i)/float64(n)) }
	if math.IsInf(to-from, 0) { // the width is beyond float64, half of it is not
		at = func(v float64) float64 { return (v/2 - from/2) / (to/2 - from/2) }
		edge = func(i int) float64 { t := float64(i) / float64(n); return from*(1-t) + to*t }
	}
	if log {
		ratio := math.Log(to / from)
		at = func(v float64) float64 { return math.Log(v/from) / ratio }
		edge = func(i int) float64 { return min(math.MaxFloat64, from*math.Exp(ratio*float64(i)/float64(n))) }
		if math.IsInf(to/from, 0) {
			start := math.Log(from)
			ratio = math.Log(to) - start
			at = func(v float64) float64 { return (math.Log(v) - start) / ratio }
			edge = func(i int) float64 { return min(to, math.Exp(start+ratio*float64(i)/float64(n))) }
		}
	}
	out := make([]Bar, n)
	for i := range out {
		out[i].From, out[i].To = edge(i), edge(i+1)
	}
	for _, x := range cells {
		v, _ := c.middle(x)
		i := int(math.Floor(at(v) * float64(n)))
		out[min(max(i, 0), n-1)].Count += int64(x.n)
	}
	return out
}
