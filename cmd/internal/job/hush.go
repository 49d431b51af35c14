package job

import (
	"slices"
	"strings"

	"github.com/verisim/verisim/quality/rule"
)

// hushed is the verdict as it may leave in clear. Of checks on a whole table that
// look at a sealed column it keeps how they ended, and not what they measured: the
// greatest value of a column is one of its cells. Of checks on the rows of one it
// keeps how many failed, and not which.
func (m *made) hushed() *rule.Result {
	if m.result == nil {
		return nil
	}
	out := *m.result
	out.Checks = slices.Clone(out.Checks)
	for i := range out.Checks {
		c := &out.Checks[i]
		switch {
		case !m.looksAtSealed(c):
		case c.Whole || c.Observed != nil:
			c.Observed, c.Message = nil, "what it measured stays sealed with its column"
		default:
			c.Examples = nil
		}
	}
	return &out
}

// looksAtSealed says whether a check names a sealed column, of its own table or,
// in what it compares with, of another.
func (m *made) looksAtSealed(c *rule.Check) bool {
	for _, t := range m.tables {
		for _, name := range t.sealed {
			own := t.name == c.Table && slices.Contains(strings.Split(strings.ReplaceAll(c.Column, " ", ""), ","), name)
			if own || strings.Contains(c.Rule, name) {
				return true
			}
		}
	}
	return false
}
