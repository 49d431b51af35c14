package job

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// StatementsOf turns the rules of a suite about some tables into statements, and
// says which it leaves out and why. doc gives the encodings that are known, and
// statements that are proved too; a lone table may be nameless in the suite.
func StatementsOf(suite *rule.Suite, schemas map[string]*arrow.Schema, doc *proof.Document) (out []proof.Statement, left []Unproved) {
	sc := scope{suite: suite, schemas: schemas, doc: doc}
	return sc.statementsOf(func(c *rule.Spec, _ []string) (bool, string) {
		if schemas[c.Table] == nil {
			return true, fmt.Sprintf("table %q is not given", c.Table)
		}
		return true, ""
	})
}
