package rule

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/profile"
)

// TestMeasuresWithoutAnswer judges columns for which a measure is not defined,
// or is no number that JSON can write: never a pass by a made-up 0, and always
// a result that can be written.
func TestMeasuresWithoutAnswer(t *testing.T) {
	s := schema(t, "a float64", "b float64")
	inf := math.Inf(1)
	one := func(xs ...any) []rowOf {
		var out []rowOf
		for _, x := range xs {
			out = append(out, rowOf{x, 1.})
		}
		return out
	}
	for _, c := range []struct {
		check    string
		ref, now []rowOf
		want     Status
	}{
		{"mean: [0, 1]", nil, one(math.NaN()), Broken},
		{"median: [0, 1]", nil, one(inf), Broken},
		{"stdev: [0, 1]", nil, one(0.5), Broken},
		{"stdev: [0, 1]", nil, one(0.5, 0.5), Pass},
		{"skewness: [0, 1]", nil, one(0.5, 0.5), Broken},
		{"sum: [0, null]", nil, one(math.MaxFloat64, math.MaxFloat64), Pass},
		{"sum: [0, 1]", nil, one(math.MaxFloat64, math.MaxFloat64), Fail},
		{"ks: 0.1", one(1., 2.), one(math.NaN()), Broken},
		{"ks: 0.1", one(inf), one(1.), Broken},
		{"psi: 0.1", one(nil, nil), one(1.), Broken},
		{"null_drift: 0.1", one(nil, nil), one(nil, 1.), Pass},
		{"wasserstein: 0.1", one(1., 1.), one(2., 2.), Broken},
		{"wasserstein: 0.1", one(1., 1.), one(1.), Pass},
		{"outliers: 0.1", nil, one(inf), Broken},
		{"mean_drift: 1", one(1., 2.), one(math.NaN()), Broken},
	} {
		opt := Options{Now: twinNow}
		if c.ref != nil {
			ref := profile.New(s, profile.Options{})
			if err := ref.Add(batchOf(s, c.ref)); err != nil {
				t.Fatal(err)
			}
			opt.Reference = map[string]*profile.State{"t": ref}
		}
		suite, err := Parse("s.yaml", []byte("columns:\n  a: {"+c.check+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(suite, map[string]*arrow.Schema{"t": s}, opt)
		if err != nil {
			t.Fatal(err)
		}
		st := p.New()
		if err = st.Add("t", batchOf(s, c.now)); err != nil {
			t.Fatal(err)
		}
		r, err := st.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Checks[0]; got.Status != c.want {
			t.Errorf("%s of %v after %v: %s (%s), want %s", c.check, c.now, c.ref, got.Status, got.Message, c.want)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%s of %v: %v", c.check, c.now, err)
		}
	}
}
