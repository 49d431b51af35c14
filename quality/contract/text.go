package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
)

// text writes the suite.
func (r *reader) text(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "suite: %s\ntables:\n", quote(title))
	var tables []string
	for _, l := range r.lines {
		if !slices.Contains(tables, l.table) {
			tables = append(tables, l.table)
		}
	}
	for _, t := range tables {
		fmt.Fprintf(&b, "  %s:\n", quote(t))
		var columns []string
		rows := false
		for _, l := range r.lines {
			if l.table == t {
				rows = rows || l.column == ""
				if l.column != "" && !slices.Contains(columns, l.column) {
					columns = append(columns, l.column)
				}
			}
		}
		if len(columns) > 0 {
			b.WriteString("    columns:\n")
		}
		write := func(column, indent string) {
			for _, l := range r.lines {
				if l.table == t && l.column == column {
					fmt.Fprintf(&b, "%s- %s\n", indent, l.text)
				}
			}
		}
		for _, c := range columns {
			fmt.Fprintf(&b, "      %s:\n", quote(c))
			write(c, "        ")
		}
		if rows {
			b.WriteString("    checks:\n")
			write("", "      ")
		}
	}
	return b.String()
}

// quote writes a text so that YAML reads it as one.
func quote(s string) string {
	n, err := document.Parse("", []byte(s))
	if err == nil && n.Kind == document.String && n.Text == s && !strings.ContainsAny(s, ",:#{}[]&*!|>%@`\"'\\\n\t") {
		return s
	}
	return strconv.Quote(s)
}

func flow(n *document.Node) string {
	if n.Kind == document.List {
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.Kind == document.String {
		return quote(n.Text)
	}
	return n.Text
}
