package job

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// Whatever stands in a rule that no statement can say must keep it from becoming one:
// a statement shows the rule whole, or is not made.

// translate turns one check into statements, or says why not.
func (sc *scope) translate(c *rule.Spec) ([]proof.Statement, string) {
	switch {
	case c.Where != "":
		return nil, "it holds for some rows only"
	case len(c.Missing) > 0:
		return nil, "it has null tokens of its own"
	case c.Mostly < 1 && !sc.held && c.Kind != "not_null":
		return nil, "some rows may break it"
	case plainYes[c.Kind] && c.Column != "" && (c.Arg.Kind != document.Bool || c.Arg.Text != "true"):
		return nil, "it takes true"
	}
	if judgesAll[c.Kind] && sc.held {
		return nil, "it judges the table as a whole, and rows that break other rules are held back"
	}
	if c.Column != "" {
		return sc.ofColumn(c)
	}
	return sc.ofTable(c)
}

// judgesAll are the checks of a table or column as a whole that have statements.
var judgesAll = map[string]bool{"row_count": true, "completeness": true, "sum": true, "mean": true, "zeros": true, "min": true, "max": true}

// plainYes are the checks of a column that take true and nothing else.
var plainYes = map[string]bool{"not_null": true, "positive": true, "non_negative": true, "unique": true}

// inHeader are checks of what a proof's header shows.
var inHeader = map[string]bool{
	"exists": true, "nullable": true, "type": true, "columns": true, "columns_in_order": true,
	"has_columns": true, "extra_columns": true, "column_count": true, "row_count_match": true, "same_schema": true,
}

func noStatement(c *rule.Spec) string {
	if inHeader[c.Kind] {
		return "names, types and numbers of rows are public in a proof: there is nothing to prove"
	}
	return fmt.Sprintf("there is no statement for %s (%s)", c.Kind, strings.Join(proof.Kinds(), ", "))
}

// ofColumn translates a check of one column.
func (sc *scope) ofColumn(c *rule.Spec) ([]proof.Statement, string) {
	s := proof.Statement{Table: c.Table, Column: c.Column}
	one := func(kind string) ([]proof.Statement, string) {
		s.Kind = kind
		return []proof.Statement{s}, ""
	}
	switch c.Kind {
	case "not_null":
		if c.Mostly < 1 && !sc.held {
			return sc.nullRate(s, fmt.Sprint(c.Mostly))
		}
		s.Max = "0"
		return one("nulls")
	case "completeness":
		return sc.nullRate(s, c.Arg.Text)
	case "between":
		if len(c.Arg.Items) == 2 {
			return sc.between(s, edge{c.Arg.Items[0], false}, edge{c.Arg.Items[1], false})
		}
	case "ge", "min":
		if low, ok := lone(c, 0); ok {
			return sc.between(s, edge{low, false}, edge{})
		}
		return nil, "it says that some value lies within bounds"
	case "le", "max":
		if high, ok := lone(c, 1); ok {
			return sc.between(s, edge{}, edge{high, false})
		}
		return nil, "it says that some value lies within bounds"
	case "gt":
		return sc.between(s, edge{c.Arg, true}, edge{})
	case "lt":
		return sc.between(s, edge{}, edge{c.Arg, true})
	case "positive", "non_negative":
		return sc.between(s, edge{&document.Node{Kind: document.Float, Text: "0"}, c.Kind == "positive"}, edge{})
	case "eq", "in_set":
		return sc.among(s, c)
	case "ne", "not_in_set":
		return sc.none(s, c)
	case "unique":
		f, err := sc.field(c.Table, c.Column)
		if err != nil {
			return nil, err.Error()
		}
		s.Missing = f.Nullable && !sc.demanded(c.Table, c.Column)
		return one("unique")
	case "foreign_key":
		i := strings.LastIndexByte(c.Arg.Text, '.')
		if i < 0 {
			return nil, "it is about several columns"
		}
		s.To = &proof.Place{Table: c.Arg.Text[:i], Column: c.Arg.Text[i+1:]}
		return one("reference")
	case "not_in_table":
		i := strings.LastIndexByte(c.Arg.Text, '.')
		if i < 0 || c.Arg.Text[i+1:] != c.Column {
			return nil, "the columns have different names"
		}
		return sc.disjoint(c.Table, c.Arg.Text[:i], []string{c.Column})
	case "sum", "mean":
		if why := sc.plainNumbers(c); why != "" {
			return nil, why
		}
		if s.Min, s.Max = ends(c.Arg); s.Min == "" && s.Max == "" {
			return nil, "its bounds are no plain numbers"
		}
		return one(c.Kind)
	case "zeros":
		if why := sc.plainNumbers(c); why != "" {
			return nil, why
		}
		s.Is = "0"
		if s.Min, s.Max = ends(c.Arg); s.Min == "" && s.Max == "" {
			return nil, "its bounds are no plain numbers"
		}
		return one("rate")
	}
	return nil, noStatement(c)
}

// ofTable translates a check of rows or of the table.
func (sc *scope) ofTable(c *rule.Spec) ([]proof.Statement, string) {
	s := proof.Statement{Table: c.Table}
	switch c.Kind {
	case "row_count":
		s.Kind = "rows"
		if s.Min, s.Max = ends(c.Arg); s.Min == "" && s.Max == "" {
			return nil, "its bounds are no plain numbers"
		}
		return []proof.Statement{s}, ""
	case "rows_complete":
		var out []proof.Statement
		for _, name := range texts(c.Arg) {
			out = append(out, proof.Statement{Kind: "nulls", Table: c.Table, Column: name, Max: "0"})
		}
		if len(out) > 0 {
			return out, ""
		}
	case "unique", "primary_key":
		s.Kind, s.Columns = "unique", texts(c.Arg)
		for _, name := range s.Columns {
			f, err := sc.field(c.Table, name)
			if err != nil {
				return nil, err.Error()
			}
			s.Missing = s.Missing || f.Nullable && c.Kind == "unique"
		}
		switch len(s.Columns) {
		case 0:
			return nil, noStatement(c)
		case 1:
			s.Column, s.Columns = s.Columns[0], nil
		}
		return []proof.Statement{s}, ""
	case "not_in_table":
		var f struct {
			Columns []string `yaml:"columns"`
			To      string   `yaml:"to"`
			Key     []string `yaml:"key"`
		}
		if c.Arg.Decode(&f) != nil || len(f.Columns) == 0 {
			return nil, noStatement(c)
		}
		if f.Key != nil && strings.Join(f.Key, "\x00") != strings.Join(f.Columns, "\x00") {
			return nil, "the columns have different names"
		}
		return sc.disjoint(c.Table, f.To, f.Columns)
	case "event_order":
		// Missing times are passed over, so each is before all later ones.
		names := texts(c.Arg)
		if len(names) > 6 {
			return nil, "it orders more than six columns"
		}
		var out []proof.Statement
		for i := range names {
			for j := range names[i+1:] {
				out = append(out, proof.Statement{Kind: "order", Table: c.Table, Columns: []string{names[i], names[i+1+j]}})
			}
		}
		if len(out) > 0 {
			return out, ""
		}
	case "sum_equals":
		return sc.addsUp(c)
	case "expr":
		return sc.expression(c.Table, c.Arg.Text, false)
	case "never":
		return sc.expression(c.Table, c.Arg.Text, true)
	}
	return nil, noStatement(c)
}

// nullRate says that at least a share of cells is there.
func (sc *scope) nullRate(s proof.Statement, least string) ([]proof.Statement, string) {
	r, ok := plainNumber(least)
	if !ok {
		return nil, "its share is no plain number"
	}
	r.Sub(big.NewRat(1, 1), r)
	if text := r.FloatString(9); r.Sign() >= 0 {
		if back, _ := plainNumber(text); back != nil && back.Cmp(r) == 0 {
			s.Kind, s.MaxRate = "nulls", strings.TrimRight(strings.TrimRight(text, "0"), ".")
			return []proof.Statement{s}, ""
		}
	}
	return nil, "its share has more than 9 decimal places"
}

// disjoint is a rule that no row is in another table. The rule passes over rows with
// a missing cell, the statement compares them: it says the same if no cell can be
// missing in both tables.
func (sc *scope) disjoint(from, to string, columns []string) ([]proof.Statement, string) {
	for _, name := range columns {
		x, err := sc.field(from, name)
		if err != nil {
			return nil, err.Error()
		}
		y, err := sc.field(to, name)
		if err != nil {
			return nil, err.Error()
		}
		if x.Nullable && y.Nullable {
			return nil, fmt.Sprintf("column %q may miss cells in both tables, and the statement compares missing cells", name)
		}
	}
	return []proof.Statement{{Kind: "disjoint", Table: from, Columns: columns, From: to}}, ""
}

// plainNumbers says why a measure is not that of a statement: a rule takes spans of
// time in seconds, a statement in the column's unit.
func (sc *scope) plainNumbers(c *rule.Spec) string {
	f, err := sc.field(c.Table, c.Column)
	if err != nil {
		return err.Error()
	}
	if id := valueType(f).ID(); !arrow.IsInteger(id) && !arrow.IsDecimal(id) && !arrow.IsFloating(id) {
		return fmt.Sprintf("column %q is %s, and measures of numbers are proved", c.Column, f.Type)
	}
	return ""
}

// field finds a column of a table.
func (sc *scope) field(name, column string) (arrow.Field, error) {
	schema := sc.schemas[name]
	if schema == nil {
		return arrow.Field{}, fmt.Errorf("table %q is not given", name)
	}
	i, err := table.Column(schema, column)
	if err != nil {
		return arrow.Field{}, err
	}
	return schema.Field(i), nil
}

// texts are the items of a list.
func texts(n *document.Node) (out []string) {
	for _, item := range n.Items {
		out = append(out, item.Text)
	}
	return out
}

// ends reads N, or [LOW, HIGH] with null for an open end, as plain numbers.
func ends(n *document.Node) (low, high string) {
	text := func(n *document.Node) string {
		if r, ok := plainNumber(n.Text); ok && isNumber(n) {
			return written(r)
		}
		return ""
	}
	if n.Kind != document.List {
		return text(n), text(n)
	}
	if len(n.Items) != 2 {
		return "", ""
	}
	low, high = text(n.Items[0]), text(n.Items[1])
	for i, t := range []string{low, high} {
		if t == "" && n.Items[i].Kind != document.Null {
			return "", "" // not a bound that can be said
		}
	}
	return low, high
}

// lone gives the one bound of ge and le, or of a list whose other end is open.
func lone(c *rule.Spec, at int) (*document.Node, bool) {
	if c.Kind == "ge" || c.Kind == "le" {
		return c.Arg, true
	}
	if len(c.Arg.Items) != 2 || c.Arg.Items[at].Kind == document.Null || c.Arg.Items[1-at].Kind != document.Null {
		return nil, false
	}
	return c.Arg.Items[at], true
}
