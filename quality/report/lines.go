package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// linesView is a line chart in a box of 720 by 300.
type linesView struct {
	Label, XLabel, YLabel string

	Grid   []markView
	Lines  []levelView
	Legend []markView
	Points []strengthView
}

type markView struct {
	Path, X, Y, S, Anchor string
	Level                 int
}

// The plot's corners inside the box.
const plotLeft, plotRight, plotTop, plotBottom = 64.0, 704.0, 30.0, 262.0

func linesOf(f *Figure) *linesView {
	if f == nil {
		return nil
	}
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range f.Series {
		for i := range min(len(s.X), len(s.Y)) {
			if finite(s.X[i]) && finite(s.Y[i]) {
				x0, x1 = min(x0, s.X[i]), max(x1, s.X[i])
				y0, y1 = min(y0, s.Y[i]), max(y1, s.Y[i])
			}
		}
	}
	if x1 < x0 {
		return nil
	}
	xs, ys := ticks(x0, x1), ticks(y0, y1)
	x0, x1 = min(x0, xs[0]), max(x1, xs[len(xs)-1])
	y0, y1 = min(y0, ys[0]), max(y1, ys[len(ys)-1])
	px := func(x float64) float64 { return plotLeft + (plotRight-plotLeft)*(x-x0)/(x1-x0) }
	py := func(y float64) float64 { return plotBottom - (plotBottom-plotTop)*(y-y0)/(y1-y0) }
	v := &linesView{Label: f.Title, XLabel: f.XLabel, YLabel: f.YLabel}
	for _, y := range ys {
		v.Grid = append(v.Grid, markView{
			Path: fmt.Sprintf("M%g %sH%g", plotLeft, short1(py(y)), plotRight),
			X:    short1(plotLeft - 8), Y: short1(py(y) + 3), S: tick(y), Anchor: "end",
		})
	}
	for _, x := range xs {
		v.Grid = append(v.Grid, markView{X: short1(px(x)), Y: short1(plotBottom + 16), S: tick(x), Anchor: "middle"})
	}
	v.Grid = append(v.Grid,
		markView{X: short1((plotLeft + plotRight) / 2), Y: "296", S: f.XLabel, Anchor: "middle"},
		markView{X: "4", Y: "12", S: f.YLabel, Anchor: "start"})
	for i, s := range f.Series {
		v.line(i, s, px, py)
	}
	return v
}

func (v *linesView) line(i int, s Series, px, py func(float64) float64) {
	var b strings.Builder
	pen := "M"
	for j := range min(len(s.X), len(s.Y)) {
		if !finite(s.X[j]) || !finite(s.Y[j]) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&b, "%s%s %s", pen, short1(px(s.X[j])), short1(py(s.Y[j])))
		pen = "L"
		v.Points = append(v.Points, strengthView{A: s.Name, V: figure(s.X[j]), R: figure(s.Y[j])})
	}
	v.Lines = append(v.Lines, levelView{i % 4, b.String()})
	at := 120 + 150*i
	v.Legend = append(v.Legend, markView{
		Level: i % 4, Path: fmt.Sprintf("M%d 9h22", at), X: strconv.Itoa(at + 28), Y: "12", S: s.Name,
	})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// ticks are three to seven round numbers that span [lo, hi].
func ticks(lo, hi float64) []float64 {
	if hi-lo <= math.Abs(hi)*1e-9 {
		lo, hi = lo-max(1, math.Abs(lo))/2, hi+max(1, math.Abs(hi))/2
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/2)))
	for _, m := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(step*m) <= 6 {
			step *= m
			break
		}
	}
	var out []float64
	for i := math.Floor(lo/step + 1e-9); i*step < hi+step*(1-1e-9) && len(out) < 12; i++ {
		out = append(out, i*step)
	}
	return out
}

func tick(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e9)/1e9, 'g', 6, 64)
}
