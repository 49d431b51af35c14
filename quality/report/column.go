package report

import (
	"fmt"
	"strconv"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

// columnView is one line of a table's profile and what opens below it.
type columnView struct {
	Name, Type               string
	Tags                     []tagView
	Range, RangeNote         string
	Nulls, NullWidth         string
	Distinct, DistinctNote   string
	Spark                    *chartView
	Full                     bool
	Chart                    *chartView
	Numbers, Quantiles, Bars []pairView
	Top, Shapes              []valueView
	TopNote                  string
	Week                     *gridView
	Gaps                     []pairView
	Evidence                 []pairView
}

type tagView struct {
	Text string
	Hot  bool
}

type valueView struct{ Text, Count, Width string }

func columnOf(c profile.Column, full bool) columnView {
	v := columnView{Name: c.Name, Type: c.Type, Full: full}
	if c.Role != "" && c.Role != table.RolePlain {
		hot := c.Role == table.RoleDirect || c.Role == table.RoleSensitive
		v.Tags = append(v.Tags, tagView{string(c.Role), hot})
	}
	if c.Origin != "" && c.Origin != table.OriginReal {
		v.Tags = append(v.Tags, tagView{Text: string(c.Origin)})
	}
	valid := c.Rows - c.Nulls
	switch {
	case c.Rows == 0:
		v.Nulls = "no rows"
	case c.Nulls == 0:
		v.Nulls = "none"
	default:
		share := float64(c.Nulls) / float64(c.Rows)
		v.Nulls = percent(share)
		v.NullWidth = strconv.FormatFloat(max(100*share, 0.5), 'f', 1, 64)
	}
	v.Distinct, v.DistinctNote = distinctOf(c, valid)
	v.Range, v.RangeNote = rangeOf(c)
	v.Spark = sparkOf(c)
	if !full {
		return v
	}
	v.Chart = chartOf(c)
	v.Bars = barsOf(c)
	v.Numbers, v.Quantiles = figuresOf(c)
	v.Top, v.TopNote = topOf(c)
	for _, s := range c.Shapes {
		v.Shapes = append(v.Shapes, valueView{shown(s.Pattern), percent(s.Share), width(s.Share)})
	}
	if t := c.Time; t != nil {
		v.Week = weekOf(t.Week)
		for _, g := range t.Gaps {
			v.Gaps = append(v.Gaps, pairView{clock(g.From) + " to " + clock(g.To), span(g.Seconds)})
		}
	}
	for _, e := range c.Evidence {
		v.Evidence = append(v.Evidence, pairView{e.What, evidence(e)})
		if len(v.Tags) == 0 || v.Tags[0].Text != e.What {
			v.Tags = append(v.Tags, tagView{e.What, true})
		}
	}
	return v
}

func evidence(e profile.Evidence) string {
	s := fmt.Sprintf("score %s", figure(e.Score))
	if e.Tested > 0 {
		s = fmt.Sprintf("%s of %s values fit, chance %s, %s", whole(e.Passed), whole(e.Tested), percent(e.Chance), s)
	}
	if e.Header != "" {
		s += fmt.Sprintf(", name says %q", e.Header)
	}
	return s
}

func distinctOf(c profile.Column, valid int64) (text, note string) {
	if c.Kind == profile.KindNested || valid == 0 {
		return "", ""
	}
	d := c.Distinct
	switch {
	case d.Exact && int64(d.Value) == valid && valid > 1:
		return whole(valid), "all different"
	case d.Exact:
		return whole(int64(d.Value)), ""
	case c.Single.Value >= d.Value*0.9999:
		return "about " + figure(rounded(d.Value)), "no repeat found"
	}
	return "about " + figure(rounded(d.Value)), "± " + figure(rounded(2*d.StdErr))
}

func rangeOf(c profile.Column) (text, note string) {
	switch {
	case c.Number != nil && c.Kind == profile.KindBool:
		return percent(c.Number.Mean) + " true", ""
	case c.Number != nil && len(c.Number.Quantiles) > 0:
		n := c.Number
		return figure(n.Min) + " to " + figure(n.Max), "mean " + figure(n.Mean) + ", sd " + figure(root(n.Variance))
	case c.Time != nil:
		return clock(c.Time.Min), "to " + clock(c.Time.Max)
	case c.Text != nil:
		t := c.Text
		if t.MinLength == t.MaxLength {
			return plural(t.MinLength, "character"), ""
		}
		return fmt.Sprintf("%s to %s", whole(t.MinLength), plural(t.MaxLength, "character")), ""
	}
	return "", ""
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return whole(n) + " " + word + "s"
}

func topOf(c profile.Column) (out []valueView, note string) {
	if len(c.Top) == 0 || c.Top[0].Share*float64(c.Rows-c.Nulls) < 1.5 && c.Rows > 1 {
		return nil, "" // nothing repeats, so nothing is frequent
	}
	for _, t := range c.Top {
		count := whole(t.Count) + " · " + percent(t.Share)
		if !t.Exact {
			count, note = "about "+percent(t.Share), "from a sample"
		}
		out = append(out, valueView{shown(t.Text), count, width(t.Share)})
	}
	return out, note
}

func shown(s string) string {
	if s == "" {
		return "(empty)"
	}
	return s
}

func width(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

func figuresOf(c profile.Column) (numbers, quantiles []pairView) {
	add := func(name, value string) { numbers = append(numbers, pairView{name, value}) }
	count := func(name string, n int64) {
		if n > 0 {
			add(name, whole(n)+" · "+percent(float64(n)/float64(c.Rows-c.Nulls)))
		}
	}
	switch {
	case c.Number != nil && c.Kind != profile.KindBool:
		n := c.Number
		add("Mean", figure(n.Mean))
		add("Standard deviation", figure(root(n.Variance)))
		add("Skewness", figure(n.Skewness))
		add("Excess kurtosis", figure(n.Kurtosis))
		add("Sum", figure(n.Sum))
		count("Zeros", n.Zeros)
		count("Negative", n.Negatives)
		count("Not a number", n.NaNs)
		count("Infinite", n.Infinite)
		for _, q := range n.Quantiles {
			quantiles = append(quantiles, pairView{percentile(q.P), figure(q.Value)})
		}
	case c.Text != nil:
		t := c.Text
		if t.Min != "" || t.Max != "" {
			add("First in order", shown(t.Min))
			add("Last in order", shown(t.Max))
		}
		add("Mean length", figure(t.MeanLength))
		count("Empty", t.Empty)
		count("Space at an end", t.Padded)
		count("Beyond ASCII", t.NonASCII)
		count("Not UTF-8", t.Invalid)
	case c.Time != nil:
		for _, q := range c.Time.Quantiles {
			quantiles = append(quantiles, pairView{percentile(q.P), clock(q.Value)})
		}
	}
	return numbers, quantiles
}

func percentile(p float64) string {
	if p == 0.5 {
		return "Median"
	}
	return strconv.FormatFloat(100*p, 'g', 4, 64) + " %"
}
