package spec

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth/dist"
)

// The distributions. Parameters are checked by synth/dist, whose limits are in
// its error.

// counter is a word that can say how many children there are.
type counter interface {
	generator
	counts(b *binder) (counts, error)
}

func (b *binder) curve(c *dist.Curve, err error) (maker, error) {
	if err != nil {
		return nil, b.errorf("%v", err)
	}
	return b.number(c, false)
}

func (b *binder) steps(s *dist.Steps, offset int64, err error) (maker, error) {
	if err != nil {
		return nil, b.errorf("%v", err)
	}
	return b.number(stepsQuantiles{s, offset}, true)
}

func (b *binder) stepCounts(s *dist.Steps, offset int64, err error) (counts, error) {
	if err != nil {
		return counts{}, b.errorf("%v", err)
	}
	return counts{steps: s, offset: offset}, nil
}

type uniformWord struct {
	From float64 `yaml:"from" spec:"required" doc:"the least"`
	To   float64 `yaml:"to" spec:"required" doc:"the greatest"`
}

func (w *uniformWord) build(b *binder) (maker, error) {
	if _, err := dist.Uniform(w.From, w.To); err != nil {
		return nil, b.errorf("%v", err)
	}
	return b.number(uniformQuantiles{w.From, w.To - w.From}, false)
}

type normalWord struct {
	Mean float64 `yaml:"mean" default:"0" doc:"the mean"`
	SD   float64 `yaml:"sd" default:"1" doc:"the standard deviation"`
}

func (w *normalWord) build(b *binder) (maker, error) { return b.curve(dist.Normal(w.Mean, w.SD)) }

type lognormalWord struct {
	Median float64 `yaml:"median" spec:"required" doc:"the median"`
	Sigma  float64 `yaml:"sigma" default:"1" doc:"the standard deviation of the logarithm"`
}

func (w *lognormalWord) build(b *binder) (maker, error) {
	return b.curve(dist.LogNormal(w.Median, w.Sigma))
}

type exponentialWord struct {
	Mean float64 `yaml:"mean" spec:"required" doc:"the mean"`
}

func (w *exponentialWord) build(b *binder) (maker, error) { return b.curve(dist.Exponential(w.Mean)) }

type gammaWord struct {
	Shape float64 `yaml:"shape" spec:"required" doc:"the shape"`
	Scale float64 `yaml:"scale" default:"1" doc:"the scale; the mean is shape times scale"`
}

func (w *gammaWord) build(b *binder) (maker, error) { return b.curve(dist.Gamma(w.Shape, w.Scale)) }

type betaWord struct {
	A float64 `yaml:"a" spec:"required" doc:"the first shape"`
	B float64 `yaml:"b" spec:"required" doc:"the second shape; the mean is a/(a+b)"`
}

func (w *betaWord) build(b *binder) (maker, error) { return b.curve(dist.Beta(w.A, w.B)) }

type paretoWord struct {
	Scale float64 `yaml:"scale" spec:"required" doc:"the least"`
	Shape float64 `yaml:"shape" spec:"required" doc:"how fast it falls"`
}

func (w *paretoWord) build(b *binder) (maker, error) { return b.curve(dist.Pareto(w.Scale, w.Shape)) }

type empiricalWord struct {
	Quantiles []float64 `yaml:"quantiles" spec:"required" doc:"the values at equal steps of probability, from the least to the greatest"`
}

// UnmarshalNode takes the list itself, as the most natural form.
func (w *empiricalWord) UnmarshalNode(n *document.Node) error {
	if n.Kind == document.List {
		return n.Decode(&w.Quantiles)
	}
	type plain empiricalWord
	return n.Decode((*plain)(w))
}

func (w *empiricalWord) build(b *binder) (maker, error) { return b.curve(dist.Empirical(w.Quantiles)) }

type poissonWord struct {
	Mean float64 `yaml:"mean" spec:"required" doc:"the mean"`
}

func (w *poissonWord) build(b *binder) (maker, error) {
	s, err := dist.Poisson(w.Mean)
	return b.steps(s, 0, err)
}

func (w *poissonWord) counts(b *binder) (counts, error) {
	s, err := dist.Poisson(w.Mean)
	return b.stepCounts(s, 0, err)
}

type negbinWord struct {
	Mean float64 `yaml:"mean" spec:"required" doc:"the mean"`
	Size float64 `yaml:"size" default:"1" doc:"a small size is a long tail: the variance is mean + mean^2/size"`
}

func (w *negbinWord) build(b *binder) (maker, error) {
	s, err := dist.NegativeBinomial(w.Mean, w.Size)
	return b.steps(s, 0, err)
}

func (w *negbinWord) counts(b *binder) (counts, error) {
	s, err := dist.NegativeBinomial(w.Mean, w.Size)
	return b.stepCounts(s, 0, err)
}

type geometricWord struct {
	Mean float64 `yaml:"mean" spec:"required" doc:"the mean"`
}

func (w *geometricWord) build(b *binder) (maker, error) {
	s, err := dist.Geometric(w.Mean)
	return b.steps(s, 0, err)
}

func (w *geometricWord) counts(b *binder) (counts, error) {
	s, err := dist.Geometric(w.Mean)
	return b.stepCounts(s, 0, err)
}

type binomialWord struct {
	N int64   `yaml:"n" spec:"required" doc:"how many trials"`
	P float64 `yaml:"p" default:"0.5" doc:"the chance of success"`
}

func (w *binomialWord) build(b *binder) (maker, error) {
	s, err := dist.Binomial(w.N, w.P)
	return b.steps(s, 0, err)
}

func (w *binomialWord) counts(b *binder) (counts, error) {
	s, err := dist.Binomial(w.N, w.P)
	return b.stepCounts(s, 0, err)
}

type zipfWord struct {
	N quantity `yaml:"n" spec:"required" doc:"how many ranks"`
	S float64  `yaml:"s" default:"1" doc:"the exponent: rank k has weight k^-s"`
}

func (w *zipfWord) build(b *binder) (maker, error) {
	z, err := dist.NewZipf(int64(w.N), w.S)
	if err != nil {
		return nil, b.errorf("%v", err)
	}
	return b.number(zipfQuantiles{z}, true)
}

// intWord is a whole number; unique ones are a permutation.
type intWord struct {
	From int64 `yaml:"from" spec:"required" doc:"the least"`
	To   int64 `yaml:"to" spec:"required" doc:"the greatest"`
}

const maxExact = 1 << 53 // whole numbers that float64 holds exactly

func (w *intWord) span(b *binder) (int64, error) {
	if w.From > w.To || w.From < -maxExact || w.To > maxExact {
		return 0, b.errorf("int goes from a least to a greatest number, both within 2^53 of zero")
	}
	return w.To - w.From + 1, nil
}

func (w *intWord) build(b *binder) (maker, error) {
	n, err := w.span(b)
	if err != nil {
		return nil, err
	}
	if !b.unique() {
		return b.number(intQuantiles{w.From, n}, true)
	}
	if err := b.typed(arrow.PrimitiveTypes.Int64, numberTypes[:8]...); err != nil {
		return nil, err
	}
	if lo, hi := typeBounds(b.col.typ); float64(w.From) < lo || float64(w.To) > hi {
		return nil, b.errorf("%s cannot hold all of %d to %d", typeName(b.col.typ), w.From, w.To)
	}
	m := &permutedInt{first: w.From, n: uint64(n)}
	b.col.capacity, b.col.inverse = n, m
	return m, nil
}

// typeBounds are the least and greatest whole numbers of an integer type.
func typeBounds(t arrow.DataType) (lo, hi float64) {
	bits := t.(arrow.FixedWidthDataType).BitWidth()
	if arrow.IsUnsignedInteger(t.ID()) {
		return 0, float64(uint64(1)<<(bits-1))*2 - 1
	}
	return -float64(uint64(1) << (bits - 1)), float64(uint64(1)<<(bits-1)) - 1
}

func (w *intWord) counts(b *binder) (counts, error) {
	n, err := w.span(b)
	if err != nil {
		return counts{}, err
	}
	if w.From < 0 || n > dist.MaxSteps {
		return counts{}, b.errorf("a count is 0 or above, and the two are at most %d apart", dist.MaxSteps)
	}
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1
	}
	s, err := dist.Weighted(weights)
	return b.stepCounts(s, w.From, err)
}
