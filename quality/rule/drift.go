package rule

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/profile"
)

// driftAlpha is the chance of a false alarm of one check when nothing changed,
// if its distance were never too small to matter. A check alarms only when the
// distance matters and luck is ruled out at this level.
const driftAlpha = 0.01

// distributions lists the checks of how values are distributed.
func distributions() []Def {
	of := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "distribution", About: about, Example: example, Dimension: quality.Consistency, whole: true, bind: bind}
	}
	// distance is a check against the reference: a greatest distance, and a
	// p-value that rules out luck.
	distance := func(name, about, example string, ordered bool, measure func(d profile.Drift) (x, p float64)) Def {
		return of(name, about+" from the reference is at most this, or is luck (p >= 0.01)", example, func(b *binder) error {
			most, alpha, err := b.limitAndAlpha()
			if err != nil {
				return err
			}
			if ordered {
				if err := b.plainNumber(); err != nil && !temporal(b.field.Type) {
					return b.needs("a number or a time")
				}
			}
			return b.drifts(ordered, func(d profile.Drift, t *tally) {
				x, p := measure(d)
				if name == "wasserstein" && x == 0 && d.KS > 0 {
					t.broken = "the reference has no spread to measure with"
					return
				}
				if math.IsNaN(x) {
					t.broken = name + " is not defined"
					return
				}
				t.observed = &x
				t.message = fmt.Sprintf("%s is %.4g, p = %.2g", name, x, p)
				if x > most && p < alpha {
					t.failed = 1
				}
			})
		})
	}
	return []Def{
		distance("psi", "the population stability index, less its expected noise,", "0.2", false, func(d profile.Drift) (float64, float64) { return d.PSI - d.PSINoise, d.PSIP }),
		distance("ks", "the Kolmogorov-Smirnov distance", "0.1", true, func(d profile.Drift) (float64, float64) { return d.KS, d.KSP }),
		distance("wasserstein", "the Wasserstein distance, in standard deviations of the reference,", "0.1", true, func(d profile.Drift) (float64, float64) { return d.Wasserstein, d.KSP }),
		distance("chi2", "the effect size (Cramér's V) of the two-sample chi-square test", "0.1", false, func(d profile.Drift) (float64, float64) { return d.CramerV, d.ChiP }),
		distance("js", "the Jensen-Shannon distance (base 2, square root)", "0.1", false, func(d profile.Drift) (float64, float64) { return d.JensenShannon, d.ChiP }),
		distance("hellinger", "the Hellinger distance", "0.1", false, func(d profile.Drift) (float64, float64) { return d.Hellinger, d.ChiP }),
		distance("tvd", "the total variation distance", "0.1", false, func(d profile.Drift) (float64, float64) { return d.TotalVariation, d.ChiP }),
		distance("linf", "the greatest difference of a bin's share", "0.1", false, func(d profile.Drift) (float64, float64) { return d.LInf, d.ChiP }),
		distance("kl", "the Kullback-Leibler divergence, in nats,", "0.1", false, func(d profile.Drift) (float64, float64) { return d.KullbackLeibler, d.ChiP }),
		of("null_drift", "the share of nulls differs from the reference by at most this, or is luck (p >= 0.01)", "0.05", func(b *binder) error {
			most, alpha, err := b.limitAndAlpha()
			if err != nil {
				return err
			}
			return b.drifts(false, func(d profile.Drift, t *tally) {
				x := math.Abs(d.Nulls - d.ReferenceNulls)
				t.observed = &x
				t.message = fmt.Sprintf("the share of nulls differs by %.4g, p = %.2g", x, d.NullP)
				if x > most && d.NullP < alpha {
					t.failed = 1
				}
			})
		}),
		of("new_values", "the share of values that the reference does not know is at most this", "0.01", func(b *binder) error {
			most, _, err := b.limitAndAlpha()
			if err != nil {
				return err
			}
			return b.drifts(false, func(d profile.Drift, t *tally) { t.measured("the share of new values", d.NewShare, 0, most) })
		}),
		of("drift", "none of the tests psi, ks, wasserstein and chi2 against the reference alarms", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			// Three p-values are looked at (wasserstein takes that of ks), so each
			// gets a third of the level (Bonferroni).
			return b.drifts(false, func(d profile.Drift, t *tally) {
				t.message = "no test alarms"
				if alarms := d.Alarms(driftAlpha / 3); len(alarms) > 0 {
					t.failed = 1
					t.message = "alarms: " + strings.Join(alarms, ", ")
				}
			})
		}),
		of("mean_drift", "the mean differs from the reference by at most so many of its standard deviations", "0.1", func(b *binder) error {
			most, _, err := b.limitAndAlpha()
			if err != nil {
				return err
			}
			if err = b.plainNumber(); err != nil {
				return err
			}
			ref, err := b.reference()
			if err != nil {
				return err
			}
			was, err := referenceNumber(b, ref)
			if err != nil {
				return err
			}
			return b.facts(func(p *profile.State, i int, t *tally) error {
				c := p.Column(i)
				if finite(c) == 0 {
					t.broken = noFinite
					return nil
				}
				x := math.Abs(c.Number.Mean-was.Mean) / math.Sqrt(was.Variance)
				t.measured("the distance of the means", x, 0, most)
				return nil
			})
		}),
		{Name: "within_sd", Family: "distribution", About: "lies within so many standard deviations of the reference's mean", Example: "6", Dimension: quality.Validity, bind: func(b *binder) error {
			k, err := b.arg.Float()
			if err != nil || !(k > 0) {
				return b.arg.Pos.Errorf("within_sd takes a number above 0")
			}
			if err = b.plainNumber(); err != nil {
				return err
			}
			ref, err := b.reference()
			if err != nil {
				return err
			}
			was, err := referenceNumber(b, ref)
			if err != nil {
				return err
			}
			sd := math.Sqrt(was.Variance)
			return b.between(was.Mean-k*sd, was.Mean+k*sd)
		}},
		of("outliers", "the share of values beyond 1.5 quartile distances from the quartiles is at most this", "0.05", func(b *binder) error { return b.outliers() }),
		of("benford", "the first digits follow Benford's law: their mean deviation is at most this (0.015 is the usual bound)", "0.015", (*binder).benford),
		of("uniform", "the quantiles deviate from those of a uniform distribution by at most this share of the range", "0.05", func(b *binder) error {
			return b.shapeOf("uniform", func(n *profile.Number, q profile.Quantile) float64 {
				return math.Abs((q.Value-n.Min)/(n.Max-n.Min) - q.P)
			})
		}),
		of("normal", "the distribution function deviates from the normal one of the same mean and deviation by at most this", "0.05", func(b *binder) error {
			return b.shapeOf("normal", func(n *profile.Number, q profile.Quantile) float64 {
				z := (q.Value - n.Mean) / math.Sqrt(n.Variance)
				return math.Abs(0.5*math.Erfc(-z/math.Sqrt2) - q.P)
			})
		}),
	}
}

// limitAndAlpha reads MAX, or {max: MAX, alpha: P}.
func (b *binder) limitAndAlpha() (most, alpha float64, err error) {
	alpha = driftAlpha
	if b.arg.Kind == document.Map {
		var f struct {
			Max   float64  `yaml:"max"`
			Alpha *float64 `yaml:"alpha"`
		}
		if err = b.arg.Decode(&f); err != nil {
			return 0, 0, err
		}
		most = f.Max
		if f.Alpha != nil {
			alpha = *f.Alpha
		}
	} else if most, err = b.arg.Float(); err != nil {
		return 0, 0, err
	}
	if !(most >= 0) || !(alpha > 0 && alpha <= 1) {
		return 0, 0, b.arg.Pos.Errorf("expected a distance from 0, or {max: DISTANCE, alpha: P}")
	}
	return most, alpha, nil
}

// reference is the profile state of the check's table.
func (b *binder) reference() (*profile.State, error) {
	refs := b.plan.opt.Reference
	if s := refs[b.table.name]; s != nil {
		return s, nil
	}
	if s := refs[""]; s != nil && len(refs) == 1 {
		return s, nil
	}
	err := b.check.spec.At.Errorf("%s compares with a reference, and there is none for this table", b.check.spec.Kind)
	err.Hint = "make one with verisim profile DATA -o FILE, name it with reference: or --reference"
	return nil, err
}

func referenceNumber(b *binder, ref *profile.State) (*profile.Number, error) {
	for i, f := range ref.Schema().Fields() {
		if f.Name == b.field.Name {
			if n := ref.Column(i).Number; n != nil && n.Variance > 0 {
				return n, nil
			}
			return nil, b.check.spec.At.Errorf("column %q of the reference has no spread to measure with", f.Name)
		}
	}
	return nil, b.check.spec.At.Errorf("the reference has no column %q", b.field.Name)
}

// drifts binds a comparison with the reference; an ordered one is of finite
// values.
func (b *binder) drifts(ordered bool, judge func(d profile.Drift, t *tally)) error {
	ref, err := b.reference()
	if err != nil {
		return err
	}
	name := b.field.Name
	at := ref.Schema().FieldIndices(name)
	if len(at) != 1 {
		return b.check.spec.At.Errorf("the reference has no column %q", name)
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		if ref.Rows() == 0 || ref.Rows() == ref.Nulls(at[0]) && b.check.spec.Kind != "null_drift" {
			t.broken = "the reference has no value"
			return nil
		}
		if ordered {
			_, _, was := ref.Ends(at[0])
			if _, _, is := p.Ends(i); !was || !is {
				t.broken = noFinite
				return nil
			}
		}
		d, err := profile.Compare(ref, p, name)
		if err != nil {
			t.broken = err.Error()
			return nil
		}
		judge(d, t)
		return nil
	})
}

// between binds a row check to a range of float64.
func (b *binder) between(lo, hi float64) error {
	num := func(x float64) *document.Node {
		return &document.Node{Pos: b.arg.Pos, Kind: document.Float, Text: fmt.Sprintf("%.17g", x)}
	}
	return b.within(end{node: num(lo)}, end{node: num(hi)})
}

func (b *binder) outliers() error {
	if err := b.plainNumber(); err != nil {
		return err
	}
	most, _, err := b.limitAndAlpha()
	if err != nil {
		return err
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		q1, q3 := p.Quantile(i, 0.25).Value, p.Quantile(i, 0.75).Value
		inside, all := p.Within(i, q1-1.5*(q3-q1), q3+1.5*(q3-q1)) // Tukey's fences
		if all == 0 {
			t.broken = noFinite
			return nil
		}
		t.measured("the share of outliers", float64(all-inside)/float64(all), 0, most)
		return nil
	})
}

// shapeOf binds a check of the greatest deviation over the profile's quantiles.
func (b *binder) shapeOf(what string, deviation func(n *profile.Number, q profile.Quantile) float64) error {
	if err := b.plainNumber(); err != nil {
		return err
	}
	most, _, err := b.limitAndAlpha()
	if err != nil {
		return err
	}
	return b.facts(func(p *profile.State, i int, t *tally) error {
		n := p.Column(i).Number
		if !(n.Max > n.Min) {
			t.broken = "all values are the same"
			return nil
		}
		worst := 0.0
		for _, q := range n.Quantiles {
			if q.P > 0 && q.P < 1 {
				worst = math.Max(worst, deviation(n, q))
			}
		}
		t.measured("the deviation from "+what, worst, 0, most)
		return nil
	})
}

func (b *binder) benford() error {
	if err := b.plainNumber(); err != nil {
		return err
	}
	most, _, err := b.limitAndAlpha()
	if err != nil {
		return err
	}
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &digitCell{col: col, missing: missing, most: most}, nil
	}
	if k := b.kind(); k != kindInt && k != kindFloat {
		return b.needs("a number of at most 18 digits")
	}
	return nil
}

// digitCell counts first digits.
type digitCell struct {
	col     int
	missing predicate
	most    float64
	counts  [10]int64
}

func (c *digitCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		c.counts[firstDigit(numberAt(col, i))]++
		return true
	})
	applies.zero()
	return nil
}

// numberAt is row i as a float64, to a power of ten.
func numberAt(c *column, i int) float64 {
	if c.codes != nil {
		c, i = c.dict, int(c.codes[i])
	}
	if c.kind == kindFloat {
		return c.flt[i]
	}
	return float64(c.ints[i])
}

// firstDigit is the first significant decimal digit, 0 where there is none.
func firstDigit(x float64) int {
	x = math.Abs(x)
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0
	}
	if x < 1<<53 && x == math.Trunc(x) {
		n := uint64(x)
		for n >= 10 {
			n /= 10
		}
		return int(n)
	}
	q := x / math.Pow10(int(math.Floor(math.Log10(x))))
	if d := int(q); q-float64(d) > 1e-9 && float64(d+1)-q > 1e-9 && d >= 1 && d <= 9 {
		return d
	}
	// A quotient so near a whole number may lie on the wrong side of it: 0.3
	// divided by 0.1 is below 3. As it is written, the number has no doubt.
	var buf [32]byte
	return int(strconv.AppendFloat(buf[:0], x, 'e', -1, 64)[0] - '0')
}

func (c *digitCell) merge(o cell) error {
	for d, n := range o.(*digitCell).counts {
		c.counts[d] += n
	}
	return nil
}

func (c *digitCell) finish(t *tally) error {
	t.whole = true
	var n int64
	for _, k := range c.counts[1:] {
		n += k
	}
	if n == 0 {
		t.broken = "judged no row: every one is null, zero or left out by where"
		return nil
	}
	dev := 0.0
	for d := 1; d <= 9; d++ {
		dev += math.Abs(float64(c.counts[d])/float64(n)-math.Log10(1+1/float64(d))) / 9
	}
	t.measured("the mean deviation from Benford's law", dev, 0, c.most)
	return nil
}

func (c *digitCell) close() {}
