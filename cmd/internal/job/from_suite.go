package job

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// StatementsOf turns the rules of a suite about some tables into statements, and
// says which it leaves out and why. doc gives the encodings that are known; a
// lone table may be nameless in the suite.
func StatementsOf(suite *rule.Suite, schemas map[string]*arrow.Schema, doc *proof.Document) (out []proof.Statement, left []Unproved) {
	return statementsOf(suite, func(c *rule.Spec) (bool, string) {
		for name := range schemas {
			if c.Table == "" && len(schemas) == 1 {
				c.Table = name
			}
		}
		s := schemas[c.Table]
		switch {
		case s == nil:
			return true, fmt.Sprintf("table %q is not given", c.Table)
		case c.Mostly < 1:
			return true, "some rows may break it"
		}
		return true, unprovable(suite, c, s, func(name string) bool { return doc.HasDecimal(c.Table, name) })
	})
}
