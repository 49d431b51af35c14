package job

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// proveFile is the recipe's prove: part.
type proveFile struct {
	At document.Pos
	// Rules says which rules of the suite become statements: those about sealed
	// columns ("sealed", the default), "all", or "none".
	Rules string `yaml:"rules"`
	// Bits of soundness: 100, the default, or 128.
	Bits int `yaml:"bits"`
	// Tables hold encodings, where a column's type does not say it all.
	Tables map[string]*proof.Columns `yaml:"tables"`
	// Statements are proved beside the rules.
	Statements []proof.Statement `yaml:"statements"`
}

// Unproved is a rule that did not become a statement.
type Unproved struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// statementsOf turns a suite's rules into statements, as far as they can be
// proved. wanted says which rules, and why one cannot be proved that would else.
func statementsOf(suite *rule.Suite, wanted func(*rule.Spec) (bool, string)) (out []proof.Statement, left []Unproved) {
	var counted []string
	for i := range suite.Checks {
		c := &suite.Checks[i]
		ok, why := wanted(c)
		if !ok {
			continue
		}
		s := proof.Statement{}
		if why == "" {
			s, why = statementOf(c)
		}
		if why != "" {
			left = append(left, Unproved{c.ID, why})
			continue
		}
		if !slices.Contains(counted, c.Table) {
			counted = append(counted, c.Table)
			out = append(out, proof.Statement{Pos: c.At, Kind: "rows", Table: c.Table})
		}
		if s.Kind != "rows" {
			out = append(out, s)
		}
	}
	return out, left
}

// statementOf turns one check into a statement, or says why not.
func statementOf(c *rule.Spec) (proof.Statement, string) {
	s := proof.Statement{Pos: c.At, Table: c.Table, Column: c.Column}
	if c.Where != "" {
		return s, "it holds for some rows only"
	}
	if len(c.Missing) > 0 {
		return s, "it has null tokens of its own"
	}
	switch c.Kind {
	case "row_count":
		s.Kind = "rows"
		return s, ""
	case "not_null":
		s.Kind, s.Max = "nulls", "0"
		return s, ""
	case "between":
		if len(c.Arg.Items) != 2 || c.Arg.Items[0].Kind == document.Null || c.Arg.Items[1].Kind == document.Null {
			return s, "it is open at one end"
		}
		s.Kind, s.Min, s.Max = "range", c.Arg.Items[0].Text, c.Arg.Items[1].Text
		return s, ""
	case "in_set":
		if c.Arg.Kind != document.List {
			return s, "its values stand in a file"
		}
		for _, n := range c.Arg.Items {
			if n.Kind != document.String {
				return s, "its values are no texts"
			}
			s.Of = append(s.Of, n.Text)
		}
		s.Kind = "member"
		return s, ""
	}
	if c.Kind == "unique" && c.Column != "" {
		s.Kind = "unique"
		return s, ""
	}
	if c.Kind == "foreign_key" && c.Column != "" {
		i := strings.LastIndexByte(c.Arg.Text, '.')
		if i < 0 {
			return s, "it is about several columns"
		}
		s.Kind, s.To = "reference", &proof.Place{Table: c.Arg.Text[:i], Column: c.Arg.Text[i+1:]}
		return s, ""
	}
	if c.Kind == "expr" {
		low, high, strict, ok := ordered(c.Arg.Text)
		if !ok {
			return s, "it is no comparison of two columns"
		}
		s.Kind, s.Columns, s.Strict = "order", []string{low, high}, strict
		return s, ""
	}
	return s, fmt.Sprintf("there is no statement for %s (%s)", c.Kind, strings.Join(proof.Kinds(), ", "))
}

var comparison = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(<=|>=|<|>)\s*([A-Za-z_][A-Za-z0-9_]*)\s*$`)

// ordered reads a comparison of two columns.
func ordered(expr string) (low, high string, strict, ok bool) {
	m := comparison.FindStringSubmatch(expr)
	if m == nil {
		return "", "", false, false
	}
	low, high = m[1], m[3]
	if m[2][0] == '>' {
		low, high = high, low
	}
	return low, high, len(m[2]) == 1, true
}

// columnsOf are the columns that a check is about, none for the table.
func columnsOf(c *rule.Spec) []string {
	if low, high, _, ok := ordered(c.Arg.Text); c.Kind == "expr" && ok {
		return []string{low, high}
	}
	if c.Column == "" {
		return nil
	}
	return []string{c.Column}
}

// unprovable says why a check cannot be a statement about columns of these
// types, or nothing. decimal says whether a floating-point column's decimal
// places are known.
func unprovable(suite *rule.Suite, c *rule.Spec, s *arrow.Schema, decimal func(column string) bool) string {
	for _, name := range columnsOf(c) {
		i, err := table.Column(s, name)
		if err != nil {
			return err.Error()
		}
		t := s.Field(i).Type
		if d, ok := t.(*arrow.DictionaryType); ok {
			t = d.ValueType
		}
		id := t.ID()
		text := id == arrow.STRING || id == arrow.LARGE_STRING || id == arrow.BINARY
		switch {
		case c.Kind == "unique" && s.Field(i).Nullable && !demanded(suite, c):
			return fmt.Sprintf("column %q may miss cells; add the rule not_null", name)
		case text && (c.Kind == "foreign_key" || c.Kind == "expr"):
			return fmt.Sprintf("column %q is text, which has no number of its own", name)
		case arrow.IsFloating(id) && !decimal(name):
			return fmt.Sprintf("column %q is floating point, and its decimal places are not given", name)
		}
	}
	return ""
}

// demanded says whether a rule demands every cell of a check's column: a rule of
// unique values passes over missing ones, while the statement says that there are
// none.
func demanded(suite *rule.Suite, c *rule.Spec) bool {
	return slices.ContainsFunc(suite.Checks, func(o rule.Spec) bool {
		return o.Kind == "not_null" && o.Column == c.Column && (o.Table == c.Table || o.Table == "") && o.Mostly == 1 && o.Where == "" && o.Level.Fails()
	})
}
