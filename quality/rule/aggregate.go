package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/profile"
)

// aggregates lists the checks of a column as a whole, over its finite values.
// Sums and moments are exact and rounded once; quantiles are known to the
// resolution that the profile states. What is not defined, such as the
// deviation of one value, is an error.
func aggregates() []Def {
	number := func(name, about, example string, measure func(n *profile.Number) float64) Def {
		return Def{Name: name, Family: "aggregate", About: about + " lies in [LOW, HIGH]", Example: example, Dimension: quality.Validity, whole: true, bind: func(b *binder) error {
			if err := b.plainNumber(); err != nil {
				return err
			}
			lo, hi, err := b.bounds(b.arg)
			if err != nil {
				return err
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				c := p.Column(i)
				n := finite(c)
				if name == "range" || name == "sum" || name == "mean" {
					n++ // one value is enough
				}
				if n < 2 || (name == "skewness" || name == "kurtosis") && c.Number.Min == c.Number.Max {
					t.broken = "there are too few finite values, or all are the same"
					return nil
				}
				t.measured(name, measure(c.Number), lo, hi)
				return nil
			})
		}}
	}
	whole := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "aggregate", About: about, Example: example, Dimension: quality.Validity, whole: true, bind: bind}
	}
	end := func(name string, pick func(lo, hi float64) float64) Def {
		return whole(name, "the "+map[string]string{"min": "least", "max": "greatest"}[name]+" value lies in [LOW, HIGH]; times too", "[0, 100]", func(b *binder) error {
			lo, hi, err := b.constants(b.arg)
			if err != nil {
				return err
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				least, most, ok := p.Ends(i)
				if !ok {
					t.broken = noFinite
					return nil
				}
				t.measured(name, pick(least, most), lo, hi)
				return nil
			})
		})
	}
	return []Def{
		end("min", func(lo, _ float64) float64 { return lo }),
		end("max", func(_, hi float64) float64 { return hi }),
		number("range", "greatest minus least value", "[0, 1000]", func(n *profile.Number) float64 { return n.Max - n.Min }),
		number("sum", "the sum", "[0, 1000000]", func(n *profile.Number) float64 { return n.Sum }),
		number("mean", "the mean", "[10, 20]", func(n *profile.Number) float64 { return n.Mean }),
		number("stdev", "the standard deviation of the sample (divisor n-1)", "[0, 5]", func(n *profile.Number) float64 { return math.Sqrt(n.Variance) }),
		number("variance", "the variance of the sample (divisor n-1)", "[0, 25]", func(n *profile.Number) float64 { return n.Variance }),
		number("skewness", "the skewness (m3 / m2^1.5)", "[-1, 1]", func(n *profile.Number) float64 { return n.Skewness }),
		number("kurtosis", "the excess kurtosis (m4 / m2^2 - 3)", "[-2, 2]", func(n *profile.Number) float64 { return n.Kurtosis }),
		whole("median", "the median lies in [LOW, HIGH]", "[10, 20]", func(b *binder) error { return b.quantile("median", 0.5, b.arg) }),
		whole("quantile", "a quantile lies in [LOW, HIGH]", "{p: 0.99, between: [0, 500]}", func(b *binder) error {
			var f struct {
				P       float64        `yaml:"p"`
				Between *document.Node `yaml:"between"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if !(f.P >= 0 && f.P <= 1) || f.Between == nil {
				return b.arg.Pos.Errorf("quantile takes p from 0 to 1 and between: [LOW, HIGH]")
			}
			return b.quantile(fmt.Sprintf("quantile %g", f.P), f.P, f.Between)
		}),
		whole("iqr", "the distance of the quartiles lies in [LOW, HIGH]", "[0, 100]", func(b *binder) error {
			if err := b.plainNumber(); err != nil {
				return err
			}
			lo, hi, err := b.bounds(b.arg)
			if err != nil {
				return err
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				t.measured("iqr", p.Quantile(i, 0.75).Value-p.Quantile(i, 0.25).Value, lo, hi)
				return nil
			})
		}),
		whole("zeros", "the share of zeros lies in [LOW, HIGH]", "[0, 0.1]", func(b *binder) error {
			if err := b.plainNumber(); err != nil {
				return err
			}
			return b.share("the share of zeros", func(p *profile.State, i int) float64 {
				c := p.Column(i)
				return float64(c.Number.Zeros) / float64(c.Rows-c.Nulls)
			})
		}),
		whole("entropy", "the entropy of the values, in bits, lies in [LOW, HIGH]; of at most 16,384 different ones", "[1, 8]", func(b *binder) error {
			lo, hi, err := b.bounds(b.arg)
			if err != nil {
				return err
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				values, exact := p.Values(i)
				if !exact {
					t.broken = "there are too many different values"
					return nil
				}
				n := float64(p.Rows() - p.Nulls(i))
				h := 0.0
				for _, v := range values {
					if q := float64(v.Count) / n; q > 0 {
						h -= q * math.Log2(q)
					}
				}
				t.measured("entropy", h, lo, hi)
				return nil
			})
		}),
		whole("mode_in", "the most frequent value is one of a list", "[NO, SE]", func(b *binder) error {
			nodes, err := items(b.arg)
			if err != nil {
				return err
			}
			if b.kind() != kindText {
				return b.needs("text")
			}
			var list []string
			for _, n := range nodes {
				list = append(list, n.Text)
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				values, exact := p.Values(i)
				if !exact || len(values) == 0 {
					t.broken = "there are too many different values"
					return nil
				}
				t.message = "the most frequent value is one of the list"
				if !slices.Contains(list, values[0].Text) {
					t.failed, t.message = 1, "the most frequent value is none of the list"
				}
				return nil
			})
		}),
		whole("top_share", "the share of the most frequent value, or of the k most frequent, lies in [LOW, HIGH]", "[0, 0.5]", (*binder).topShare),
		whole("histogram", "the shares between given edges lie in given ranges", "{edges: [0, 10, 100], shares: [[0.5, 0.9], [0.1, 0.5]]}", (*binder).histogram),
	}
}

const noFinite = "there is no finite value"

// finite is the number of a column's finite values.
func finite(c profile.Column) int64 {
	if c.Number == nil {
		return 0
	}
	return c.Rows - c.Nulls - c.Number.NaNs - c.Number.Infinite
}

// bounds reads N, or [LOW, HIGH] where null leaves an end open.
func (b *binder) bounds(n *document.Node) (lo, hi float64, err error) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if n.Kind != document.List {
		if lo, err = n.Float(); err != nil {
			return 0, 0, n.Pos.Errorf("expected [LOW, HIGH]; null leaves one end open")
		}
		return lo, lo, nil
	}
	if len(n.Items) != 2 || n.Items[0].Kind == document.Null && n.Items[1].Kind == document.Null {
		return 0, 0, n.Pos.Errorf("expected [LOW, HIGH]; null leaves one end open")
	}
	if n.Items[0].Kind != document.Null {
		if lo, err = n.Items[0].Float(); err != nil {
			return 0, 0, err
		}
	}
	if n.Items[1].Kind != document.Null {
		if hi, err = n.Items[1].Float(); err != nil {
			return 0, 0, err
		}
	}
	if !(lo <= hi) {
		return 0, 0, n.Pos.Errorf("the range is empty: its low end is above its high end")
	}
	return lo, hi, nil
}

// constants is bounds in the column's own values: times are seconds since 1970.
func (b *binder) constants(n *document.Node) (lo, hi float64, err error) {
	if err = b.plainNumber(); err != nil && !temporal(b.field.Type) {
		return 0, 0, b.needs("a number or a time")
	}
	if !temporal(b.field.Type) && !span(b.field.Type) {
		return b.bounds(n)
	}
	if n.Kind != document.List || len(n.Items) != 2 {
		return 0, 0, n.Pos.Errorf("expected [LOW, HIGH]; null leaves one end open")
	}
	lo, hi = math.Inf(-1), math.Inf(1)
	if n.Items[0].Kind != document.Null {
		r, bad := b.constant(n.Items[0])
		if bad != nil {
			return 0, 0, bad
		}
		lo, _ = r.Float64()
	}
	if n.Items[1].Kind != document.Null {
		r, bad := b.constant(n.Items[1])
		if bad != nil {
			return 0, 0, bad
		}
		hi, _ = r.Float64()
	}
	return lo, hi, nil
}

func (b *binder) quantile(what string, q float64, between *document.Node) error {
	lo, hi, err := b.constants(between)
	if err != nil {
		return err
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		t.measured(what, p.Quantile(i, q).Value, lo, hi)
		return nil
	})
}

// share binds a check of a share between 0 and 1.
func (b *binder) share(what string, measure func(p *profile.State, i int) float64) error {
	lo, hi, err := b.bounds(b.arg)
	if err != nil {
		return err
	}
	if b.arg.Kind != document.List { // a lone number is the most that is allowed
		lo = 0
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		x := measure(p, i)
		if math.IsNaN(x) {
			t.broken = "there are too many different values"
			return nil
		}
		t.measured(what, x, lo, hi)
		return nil
	})
}

func (b *binder) histogram() error {
	var f struct {
		Edges  []float64      `yaml:"edges"`
		Shares *document.Node `yaml:"shares"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if err := b.plainNumber(); err != nil {
		return err
	}
	if len(f.Edges) < 2 || !slices.IsSorted(f.Edges) || f.Shares == nil || f.Shares.Kind != document.List || len(f.Shares.Items) != len(f.Edges)-1 {
		return b.arg.Pos.Errorf("histogram takes rising edges, and for each of the bins between them a range of shares")
	}
	type ends struct{ lo, hi float64 }
	var want []ends
	for _, n := range f.Shares.Items {
		lo, hi, err := b.bounds(n)
		if err != nil {
			return err
		}
		want = append(want, ends{lo, hi})
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		for k, w := range want {
			to := f.Edges[k+1]
			if k+1 < len(want) { // the last bin has its upper edge
				to = math.Nextafter(to, math.Inf(-1))
			}
			inside, all := p.Within(i, f.Edges[k], to)
			if x := float64(inside) / float64(max(all, 1)); !(x >= w.lo && x <= w.hi) {
				t.failed = 1
				t.message = fmt.Sprintf("the share of bin %d is %.4g", k+1, x)
				return nil
			}
		}
		t.message = "every bin has a share in its range"
		return nil
	})
}
