package rule

import (
	"fmt"
	"strings"
)

// verdict turns a tally into the result's words.
func (c *check) verdict(t *tally) Check {
	out := Check{
		ID: c.spec.ID, Table: c.table.name, Kind: c.spec.Kind, Rule: c.summary,
		Level: c.spec.Level, Dimension: c.spec.Dimension,
		Rows: t.rows, Failed: t.failed, Share: 1, Mostly: c.spec.Mostly,
		Observed: t.observed, Pattern: t.pattern, Examples: t.examples,
		Line: c.spec.At.Line, Source: c.spec.At.Name,
	}
	names := make([]string, len(c.columns))
	for i, col := range c.columns {
		names[i] = c.table.schema.Field(col).Name
	}
	out.Column = strings.Join(names, ",")
	if out.Column == "" {
		out.Column = c.spec.Column
	}
	if t.whole {
		out.Whole, out.Rows, out.Failed = true, 1, min(t.failed, 1)
	}
	if out.Rows > 0 {
		out.Share = float64(out.Rows-out.Failed) / float64(out.Rows)
	}
	switch {
	case t.broken != "":
		out.Status, out.Message = Broken, t.broken
	case t.learning != "":
		out.Status, out.Message = Learning, t.learning
	case out.Rows == 0 && c.spec.AllowEmpty:
		out.Status, out.Message = Pass, "no row to judge, as allowed"
	case out.Rows == 0:
		out.Status, out.Message = Broken, "judged no row: every one is null or left out by where"
	case c.kept(out.Rows, out.Failed):
		out.Status, out.Message = Pass, t.message
	case c.spec.Level.Fails():
		out.Status, out.Message = Fail, t.message
	default:
		out.Status, out.Message = Warn, t.message
	}
	if out.Message == "" {
		out.Message = fmt.Sprintf("%d of %d rows fail", out.Failed, out.Rows)
		if c.spec.Mostly < 1 {
			out.Message += fmt.Sprintf("; up to %.4g %% may", 100*(1-c.spec.Mostly))
		}
	}
	out.Pass = out.Status == Pass
	return out
}

// kept says whether enough rows pass. The comparison is made in whole rows, so
// that mostly: 0.999 allows exactly 1 of 1,000.
func (c *check) kept(rows, failed int64) bool {
	if failed == 0 {
		return true
	}
	allowed := float64(rows) * (1 - c.spec.Mostly)
	// 1-0.999 is above 0.001 by less than this; a row is never that small.
	return float64(failed) <= allowed+1e-9*float64(rows)
}
