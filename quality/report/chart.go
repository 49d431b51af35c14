package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/verisim/verisim/quality/profile"
)

func root(v float64) float64 { return math.Sqrt(max(0, v)) }

// rounded keeps three significant digits of an estimate.
func rounded(v float64) float64 {
	if v <= 0 {
		return 0
	}
	scale := math.Pow(10, math.Floor(math.Log10(v))-2)
	return math.Round(math.Round(v/scale) * scale)
}

// chartView is a bar chart as one path in a box Width wide and 100 high.
type chartView struct {
	Path, Rest, Label string
	From, Mid, To     string
	Width             string
}

// barPath draws bars of 10 units, 9 of them ink, from the bottom up. A bar that
// counts something is never invisible.
func barPath(shares []float64) string {
	most := 0.0
	for _, s := range shares {
		most = max(most, s)
	}
	var b strings.Builder
	for i, s := range shares {
		if s <= 0 {
			continue
		}
		h := max(2, 100*s/most)
		fmt.Fprintf(&b, "M%d 100v-%sh9v%sz", 10*i, short1(h), short1(h))
	}
	return b.String()
}

func short1(v float64) string { return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0") }

func counts(bars []profile.Bar) []float64 {
	out := make([]float64, len(bars))
	for i, b := range bars {
		out[i] = float64(b.Count)
	}
	return out
}

// sparkOf draws a column in small: its histogram, or the shares of its most
// frequent values and of all others.
func sparkOf(c profile.Column) *chartView {
	if len(c.Histogram) > 0 {
		return &chartView{
			Path: barPath(counts(c.Histogram)), Width: strconv.Itoa(10 * len(c.Histogram)),
			Label: "Distribution of " + c.Name,
		}
	}
	if len(c.Top) == 0 || c.Top[0].Share*float64(c.Rows-c.Nulls) < 1.5 {
		return nil
	}
	// One stripe divided by share reads better at this size than bars.
	v := &chartView{Width: "1000", Label: "Shares of the most frequent values of " + c.Name}
	var b strings.Builder
	at := 0.0
	for _, t := range c.Top {
		w := 1000 * t.Share
		if w < 4 {
			break
		}
		fmt.Fprintf(&b, "M%s 24h%sv52h-%sz", short1(at), short1(w-3), short1(w-3))
		at += w
	}
	v.Path = b.String()
	if at < 996 {
		v.Rest = fmt.Sprintf("M%s 24h%sv52h-%sz", short1(at), short1(1000-at), short1(1000-at))
	}
	return v
}

func chartOf(c profile.Column) *chartView {
	n := len(c.Histogram)
	if n < 2 {
		return nil
	}
	v := &chartView{Path: barPath(counts(c.Histogram)), Width: strconv.Itoa(10 * n)}
	v.From, v.Mid, v.To = edge(c, c.Histogram[0].From), edge(c, c.Histogram[n/2].From), edge(c, c.Histogram[n-1].To)
	v.Label = fmt.Sprintf("Histogram of %s from %s to %s", c.Name, v.From, v.To)
	return v
}

// edge writes the end of a bar; those of times are in seconds since 1970.
func edge(c profile.Column, x float64) string {
	if c.Time == nil {
		return figure(x)
	}
	if math.Abs(x) > 1e12 {
		return figure(x) + " s"
	}
	return clock(time.Unix(int64(x), 0).UTC().Format(time.RFC3339))
}

func barsOf(c profile.Column) []pairView {
	out := make([]pairView, len(c.Histogram))
	for i, b := range c.Histogram {
		out[i] = pairView{edge(c, b.From) + " to " + edge(c, b.To), whole(b.Count)}
	}
	return out
}

// gridView is a grid of squares in five shades.
type gridView struct {
	Label, Box, W, H string

	Levels []levelView
	Text   []textView
}

type levelView struct {
	Level int
	Path  string
}

type textView struct {
	X, Y, S   string
	Turn, End bool
}

// shade puts a share of the largest value in one of five classes.
func shade(v, most float64) int {
	if v <= 0 || most <= 0 {
		return 0
	}
	return min(4, 1+int(4*v/most*0.9999))
}

func levels(paths *[5]strings.Builder) []levelView {
	var out []levelView
	for i := range paths {
		if paths[i].Len() > 0 {
			out = append(out, levelView{i, paths[i].String()})
		}
	}
	return out
}

func weekOf(week []int64) *gridView {
	if len(week) != 168 {
		return nil
	}
	most := 0.0
	for _, n := range week {
		most = max(most, float64(n))
	}
	v := &gridView{Label: "Rows by weekday and hour, darker is more"}
	var paths [5]strings.Builder
	for i, n := range week {
		fmt.Fprintf(&paths[shade(float64(n), most)], "M%d %dh9v9h-9z", i%24*10, i/24*10)
	}
	v.Levels = levels(&paths)
	for i, d := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		v.Text = append(v.Text, textView{X: "-25", Y: strconv.Itoa(8 + 10*i), S: d})
	}
	for h := 0; h < 24; h += 6 {
		v.Text = append(v.Text, textView{X: strconv.Itoa(10 * h), Y: "79", S: strconv.Itoa(h) + "h"})
	}
	return v
}
