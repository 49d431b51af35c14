package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/verisim/verisim/quality/rule"
)

// writeOpenMetrics writes gauges in the text form of OpenMetrics 1.0, which
// Prometheus reads too.
func writeOpenMetrics(w io.Writer, r *rule.Result, _ OutputOptions) error {
	var b bytes.Buffer
	family := func(name, help string, each func(sample func(labels string, value float64))) {
		fmt.Fprintf(&b, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help)
		each(func(labels string, v float64) {
			fmt.Fprintf(&b, "%s{suite=%s%s} %g\n", name, label(r.Suite), labels, v)
		})
	}
	checks := func(value func(c rule.Check) (float64, bool)) func(sample func(string, float64)) {
		return func(sample func(string, float64)) {
			for _, c := range r.Checks {
				if v, ok := value(c); ok {
					sample(fmt.Sprintf(",table=%s,check=%s,level=%s,dimension=%s", label(c.Table), label(c.ID), label(string(c.Level)), label(string(c.Dimension))), v)
				}
			}
		}
	}
	one := func(is bool) float64 {
		if is {
			return 1
		}
		return 0
	}
	family("verisim_run_ok", "1 when the run passes", func(sample func(string, float64)) { sample("", one(r.OK())) })
	family("verisim_rows", "rows judged", func(sample func(string, float64)) {
		for _, t := range r.Tables {
			sample(",table="+label(t.Name), float64(t.Rows))
		}
	})
	family("verisim_rows_quarantined", "rows held back", func(sample func(string, float64)) {
		for _, t := range r.Tables {
			sample(",table="+label(t.Name), float64(t.Quarantined))
		}
	})
	family("verisim_check_pass", "1 when the check passes", checks(func(c rule.Check) (float64, bool) { return one(c.Pass), c.Status != rule.Learning }))
	family("verisim_check_rows", "rows that the check applied to", checks(func(c rule.Check) (float64, bool) { return float64(c.Rows), true }))
	family("verisim_check_failed_rows", "rows that broke the check", checks(func(c rule.Check) (float64, bool) { return float64(c.Failed), true }))
	family("verisim_check_observed", "what the check measured", checks(func(c rule.Check) (float64, bool) {
		if c.Observed == nil {
			return 0, false
		}
		return *c.Observed, true
	}))
	family("verisim_score", "score of a dimension, 0 to 100; read it with its coverage", func(sample func(string, float64)) {
		for _, d := range r.Scores.Dimensions {
			sample(",dimension="+label(string(d.Dimension)), d.Score)
		}
	})
	family("verisim_coverage", "part of the column sides that are checked", func(sample func(string, float64)) { sample("", r.Scores.Coverage) })
	b.WriteString("# EOF\n")
	_, err := w.Write(b.Bytes())
	return err
}

func label(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
