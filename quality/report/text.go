package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/verisim/verisim/quality/rule"
)

// WriteText writes a verdict for people: a line a check, worst first, then what
// it comes to.
func WriteText(w io.Writer, r *rule.Result) error {
	order := []rule.Status{rule.Broken, rule.Fail, rule.Warn, rule.Learning, rule.Pass}
	checks := slices.Clone(r.Checks)
	slices.SortStableFunc(checks, func(a, b rule.Check) int {
		return cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status))
	})
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range checks {
		level := ""
		if c.Status == rule.Fail || c.Status == rule.Broken {
			level = " " + string(c.Level)
		}
		fmt.Fprintf(tw, "%s%s\t%s\t%s\t%s\n", c.Status, level, c.ID, cut(c.Rule), message(c))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, t := range r.Tables {
		name := "table"
		if t.Name != "" {
			name += " " + t.Name
		}
		fmt.Fprintf(&b, "%s: %s, %s", name, counted(t.Rows, "row"), counted(int64(t.Columns), "column"))
		if t.Quarantined > 0 {
			fmt.Fprintf(&b, ", %s passed and %s quarantined", whole(t.Rows-t.Quarantined), whole(t.Quarantined))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s\n", VerdictOf(r).Text)
	if s := r.Scores; len(s.Dimensions) > 0 {
		fmt.Fprintf(&b, "score %.1f (%s) with %d of %d column sides checked", s.Overall, s.Grade, s.Covered, s.Required)
		for i, d := range s.Dimensions {
			sep := ", "
			if i == 0 {
				sep = ": "
			}
			fmt.Fprintf(&b, "%s%s %.1f", sep, d.Dimension, d.Score)
		}
		b.WriteString("\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// cut shortens a rule that would make every line long.
func cut(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
