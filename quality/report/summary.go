package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

// WriteSummary writes a profile for people: a line a column, then what columns
// have to do with each other.
func WriteSummary(w io.Writer, p *profile.Profile) error {
	var b bytes.Buffer
	if p.Table != "" {
		fmt.Fprintf(&b, "%s: ", table.Quoted(p.Table))
	}
	fmt.Fprintf(&b, "%s, %s", counted(p.Rows, "row"), counted(int64(len(p.Columns)), "column"))
	if d := p.DistinctRows; p.Rows > 0 && d.Value < float64(p.Rows) {
		about := "about "
		if d.Exact {
			about = ""
		}
		fmt.Fprintf(&b, ", %s%s different", about, whole(int64(d.Value)))
	}
	b.WriteString("\n")
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "column\tkind\tnulls\tdistinct\tleast\tmedian\tgreatest\tmean\tlooks like")
	for _, c := range p.Columns {
		fmt.Fprintln(tw, strings.Join(summaryLine(c), "\t"))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, k := range p.Keys {
		proof := "on the sample"
		if k.Proven {
			proof = "on every row"
		}
		fmt.Fprintf(&b, "key: %s (%s)\n", table.Quoted(strings.Join(k.Columns, ", ")), proof)
	}
	for _, d := range p.Dependencies {
		fmt.Fprintf(&b, "%s determines %s%s\n", table.Quoted(strings.Join(d.From, ", ")), table.Quoted(d.To), exception(d.G3))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// exception says which share of the sampled rows breaks a dependency.
func exception(g3 float64) string {
	if g3 == 0 {
		return " in the sample"
	}
	return " but for " + percent(g3) + " of the sample"
}

func summaryLine(c profile.Column) []string {
	distinct := whole(int64(c.Distinct.Value))
	if !c.Distinct.Exact {
		distinct = "~" + distinct
	}
	nulls := "0"
	if c.Nulls > 0 && c.Rows > 0 {
		nulls = percent(float64(c.Nulls) / float64(c.Rows))
	}
	line := []string{table.Quoted(c.Name), string(c.Kind), nulls, distinct, "", "", "", "", ""}
	switch {
	case c.Number != nil && c.Rows > c.Nulls:
		n := c.Number
		line[4], line[6], line[7] = figure(n.Min), figure(n.Max), figure(n.Mean)
		for _, q := range n.Quantiles {
			if q.P == 0.5 {
				line[5] = figure(q.Value)
			}
		}
	case c.Time != nil:
		line[4], line[6] = clock(c.Time.Min), clock(c.Time.Max)
		for _, q := range c.Time.Quantiles {
			if q.P == 0.5 {
				line[5] = clock(q.Value)
			}
		}
	case c.Text != nil && c.Rows > c.Nulls:
		line[4] = fmt.Sprintf("%d chars", c.Text.MinLength)
		line[6] = fmt.Sprintf("%d chars", c.Text.MaxLength)
		line[7] = fmt.Sprintf("%.1f chars", c.Text.MeanLength)
	}
	switch {
	case len(c.Evidence) > 0:
		e := c.Evidence[0]
		line[8] = fmt.Sprintf("%s (%s)", e.What, e.Role)
	case len(c.Shapes) > 0:
		line[8] = fmt.Sprintf("%s %s", c.Shapes[0].Pattern, percent(c.Shapes[0].Share))
	}
	return line
}
