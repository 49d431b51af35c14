package rule

import (
	"fmt"
	"math"
)

// holtWinters binds holt_winters: the metric of a run against what earlier runs
// forecast, season and trend included.
func (b *binder) holtWinters() error {
	f := struct {
		Metric string   `yaml:"metric"`
		Season int      `yaml:"season"`
		K      float64  `yaml:"k"`
		Change float64  `yaml:"change"`
		Alpha  *float64 `yaml:"alpha"`
		Beta   *float64 `yaml:"beta"`
		Gamma  *float64 `yaml:"gamma"`
	}{Season: 7, K: 4, Change: 0.05}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Season < 2 || f.Season > 1000 || !(f.K > 0) || !(f.Change >= 0) {
		return b.arg.Pos.Errorf("holt_winters takes metric, season from 2 (default 7), k above 0 (default 4) and change from 0 (default 0.05)")
	}
	given := [3]*float64{f.Alpha, f.Beta, f.Gamma}
	for _, x := range given {
		if x != nil && !(*x >= 0 && *x <= 1) {
			return b.arg.Pos.Errorf("alpha, beta and gamma lie from 0 to 1")
		}
	}
	return b.overRuns(f.Metric, func(now float64, past []float64, t *tally) {
		if need := 2*f.Season + leastRuns; len(past) < need {
			t.learning = fmt.Sprintf("%d earlier runs, %d are needed", len(past), need)
			return
		}
		forecast, sd := fitSeason(past, f.Season, given)
		t.observed = &now
		t.message = fmt.Sprintf("%s is %.6g, %d runs forecast %.6g", f.Metric, now, len(past), forecast)
		off := math.Abs(now - forecast)
		// The least part keeps rounding from alarming where forecasts are exact.
		if !(off <= f.K*sd+1e-9*math.Abs(forecast)) && off > f.Change*math.Abs(forecast) {
			t.failed = 1
		}
	})
}

// fitSeason forecasts the value after a series, with the weights that forecast
// the series itself best, in steps of a tenth, and returns the root of the mean
// squared error of its forecasts after the first two seasons, which the start is
// made of.
func fitSeason(y []float64, season int, given [3]*float64) (forecast, sd float64) {
	steps := func(x *float64, from int) []float64 {
		if x != nil {
			return []float64{*x}
		}
		var out []float64
		for i := from; i < 10; i++ {
			out = append(out, float64(i)/10)
		}
		return out
	}
	best := math.Inf(1)
	seasonal := make([]float64, season)
	for _, alpha := range steps(given[0], 1) {
		for _, beta := range steps(given[1], 0) {
			for _, gamma := range steps(given[2], 0) {
				next, fit, scale := holt(y, seasonal, alpha, beta, gamma)
				if fit < best {
					best, forecast, sd = fit, next, math.Sqrt(scale)
				}
			}
		}
	}
	return forecast, sd
}

// holt runs the additive method of Holt and Winters over a series (R. J. Hyndman
// and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section
// 8.3). It starts from the line through the mean of the first season whose slope
// is the mean difference of the first two seasons; the seasonal parts are what
// the first season leaves over that line, so that a straight line with a season
// is forecast exactly. It returns the next value, the squared error of all
// forecasts, and the mean squared error of those after two seasons.
func holt(y, seasonal []float64, alpha, beta, gamma float64) (next, fit, scale float64) {
	m := len(seasonal)
	var middle, slope float64
	for i := range m {
		middle += y[i] / float64(m)
		slope += (y[m+i] - y[i]) / float64(m*m)
	}
	for i := range m {
		seasonal[i] = y[i] - middle - slope*(float64(i)-float64(m-1)/2)
	}
	level := middle + slope*float64(m-1)/2
	late := 0
	for t := m; t < len(y); t++ {
		s := seasonal[t%m]
		before := level + slope
		e := y[t] - before - s
		fit += e * e
		if t >= 2*m {
			scale += e * e
			late++
		}
		was := level
		level = alpha*(y[t]-s) + (1-alpha)*before
		slope = beta*(level-was) + (1-beta)*slope
		seasonal[t%m] = gamma*(y[t]-before) + (1-gamma)*s
	}
	return level + slope + seasonal[len(y)%m], fit, scale / float64(late)
}
