package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// Flow writes a check with its modifiers as a mapping in one line, as it could
// stand in a suite.
func (s *Spec) Flow() string {
	parts := []string{s.Kind + ": " + flow(s.Arg)}
	add := func(key, value string) { parts = append(parts, key+": "+value) }
	text := func(s string) string { return flow(&document.Node{Kind: document.String, Text: s}) }
	add("id", text(s.ID))
	if s.Level != quality.Error {
		add("level", string(s.Level))
	}
	if s.Mostly < 1 {
		add("mostly", strconv.FormatFloat(s.Mostly, 'g', -1, 64))
	}
	if s.Where != "" {
		add("where", text(s.Where))
	}
	if s.Dimension != "" {
		add("dimension", string(s.Dimension))
	}
	if len(s.Missing) > 0 {
		n := &document.Node{Kind: document.List}
		for _, m := range s.Missing {
			n.Items = append(n.Items, &document.Node{Kind: document.String, Text: m})
		}
		add("missing", flow(n))
	}
	if s.Personal {
		add("pii", "true")
	}
	if s.AllowEmpty {
		add("allow_empty", "true")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Text writes a suite as YAML that reads as the same checks.
func (s *Suite) Text() string {
	var b strings.Builder
	quote := func(s string) string { return flow(&document.Node{Kind: document.String, Text: s}) }
	fmt.Fprintf(&b, "suite: %s\n", quote(s.Name))
	if s.Reference != "" {
		fmt.Fprintf(&b, "reference: %s\n", quote(s.Reference))
	}
	var tables []string
	for _, c := range s.Checks {
		if !slices.Contains(tables, c.Table) {
			tables = append(tables, c.Table)
		}
	}
	if s.Score.Require != nil || len(s.Score.Weights) > 0 {
		b.WriteString(s.scoreText())
	}
	indent := ""
	if len(tables) > 0 && (len(tables) > 1 || tables[0] != "") {
		b.WriteString("tables:\n")
		indent = "    "
	}
	for _, t := range tables {
		if indent != "" {
			fmt.Fprintf(&b, "  %s:\n", quote(t))
		}
		s.writeTable(&b, t, indent, quote)
	}
	return b.String()
}

func (s *Suite) writeTable(b *strings.Builder, table, indent string, quote func(string) string) {
	var columns []string
	rows := false
	for _, c := range s.Checks {
		if c.Table != table {
			continue
		}
		rows = rows || c.Column == ""
		if c.Column != "" && !slices.Contains(columns, c.Column) {
			columns = append(columns, c.Column)
		}
	}
	if len(columns) > 0 {
		fmt.Fprintf(b, "%scolumns:\n", indent)
	}
	for _, col := range columns {
		fmt.Fprintf(b, "%s  %s:\n", indent, quote(col))
		for i := range s.Checks {
			if c := &s.Checks[i]; c.Table == table && c.Column == col {
				fmt.Fprintf(b, "%s    - %s\n", indent, c.Flow())
			}
		}
	}
	if rows {
		fmt.Fprintf(b, "%schecks:\n", indent)
	}
	for i := range s.Checks {
		if c := &s.Checks[i]; c.Table == table && c.Column == "" {
			fmt.Fprintf(b, "%s  - %s\n", indent, c.Flow())
		}
	}
}

func (s *Suite) scoreText() string {
	var parts []string
	if len(s.Score.Weights) > 0 {
		var each []string
		for _, d := range quality.Dimensions() {
			if w, ok := s.Score.Weights[string(d)]; ok {
				each = append(each, fmt.Sprintf("%s: %g", d, w))
			}
		}
		parts = append(parts, "weights: {"+strings.Join(each, ", ")+"}")
	}
	if r := s.Score.Require; r != nil {
		parts = append(parts, fmt.Sprintf("require: {overall: %g, coverage: %g}", r.Overall, r.Coverage))
	}
	return "score: {" + strings.Join(parts, ", ") + "}\n"
}
