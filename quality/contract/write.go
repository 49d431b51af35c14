package contract

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// Write writes a suite as a contract. schemas, where not nil, tell the columns'
// types by table; without, only columns that the suite names are listed.
func Write(w io.Writer, s *rule.Suite, schemas map[string]*arrow.Schema) error {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: %s\nkind: DataContract\nid: %s\nversion: 1.0.0\nstatus: draft\nschema:\n", Version, quote(s.Name))
	var tables []string
	for _, c := range s.Checks {
		if !slices.Contains(tables, c.Table) {
			tables = append(tables, c.Table)
		}
	}
	for _, t := range tables {
		name := t
		if name == "" {
			name = s.Name
		}
		schema := schemas[t]
		fmt.Fprintf(&b, "  - name: %s\n    logicalType: object\n", quote(name))
		if cols := columnsOf(s, t, schema); len(cols) > 0 {
			b.WriteString("    properties:\n")
			for _, col := range cols {
				fmt.Fprintf(&b, "      - name: %s\n", quote(col))
				if schema != nil {
					if idx := schema.FieldIndices(col); len(idx) == 1 {
						f := schema.Field(idx[0])
						fmt.Fprintf(&b, "        logicalType: %s\n        physicalType: %s\n", logical(f.Type), quote(f.Type.String()))
					}
				}
				writeRules(&b, s, t, col, "        ")
			}
		}
		writeRules(&b, s, t, "", "    ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func columnsOf(s *rule.Suite, table string, schema *arrow.Schema) []string {
	var out []string
	if schema != nil {
		for _, f := range schema.Fields() {
			out = append(out, f.Name)
		}
	}
	for _, c := range s.Checks {
		if c.Table == table && c.Column != "" && !slices.Contains(out, c.Column) {
			out = append(out, c.Column)
		}
	}
	return out
}

// logical is the standard's name of a type.
func logical(t arrow.DataType) string {
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	switch t.ID() {
	case arrow.BOOL:
		return "boolean"
	case arrow.DATE32, arrow.DATE64:
		return "date"
	case arrow.TIMESTAMP:
		return "timestamp"
	case arrow.TIME32, arrow.TIME64:
		return "time"
	case arrow.LIST, arrow.LARGE_LIST:
		return "array"
	case arrow.STRUCT, arrow.MAP:
		return "object"
	case arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL128, arrow.DECIMAL256:
		return "number"
	}
	if arrow.IsInteger(t.ID()) {
		return "integer"
	}
	return "string"
}

func writeRules(b *strings.Builder, s *rule.Suite, table, column, indent string) {
	head := false
	used := map[string]bool{}
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Table != table || c.Column != column {
			continue
		}
		if !head {
			fmt.Fprintf(b, "%squality:\n", indent)
			head = true
		}
		id := stable(c.ID)
		for n := 2; used[id]; n++ {
			id = fmt.Sprintf("%s_%d", stable(c.ID), n)
		}
		used[id] = true
		writeRule(b, c, id, indent+"  ")
	}
}

// stable is an id as the standard has it, StableId: letters, digits, - and _.
func stable(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, id)
}

// writeRule writes a check in the standard's words where they say all of it.
// What the id of the standard has no letters for is in the rule's name.
func writeRule(b *strings.Builder, c *rule.Spec, id, indent string) {
	metric, args := "", ""
	if c.Where == "" && len(c.Missing) == 0 && !c.Personal && !c.AllowEmpty && c.Mostly == 1 {
		switch c.Kind {
		case "not_null":
			metric = "nullValues"
		case "unique":
			metric = "duplicateValues"
			if c.Column == "" {
				args = "properties: " + flow(c.Arg)
			}
		case "in_set":
			if c.Arg.Items != nil {
				metric, args = "invalidValues", "validValues: "+flow(c.Arg)
			}
		case "matches":
			metric, args = "invalidValues", "pattern: "+quote(c.Arg.Text)
		}
	}
	if metric != "" {
		fmt.Fprintf(b, "%s- type: library\n%s  metric: %s\n%s  mustBe: 0\n", indent, indent, metric, indent)
		if args != "" {
			fmt.Fprintf(b, "%s  arguments: {%s}\n", indent, args)
		}
	} else {
		fmt.Fprintf(b, "%s- type: custom\n%s  engine: verisim\n%s  implementation: %s\n", indent, indent, indent, quote(c.Flow()))
	}
	fmt.Fprintf(b, "%s  id: %s\n", indent, quote(id))
	if id != c.ID {
		fmt.Fprintf(b, "%s  name: %s\n", indent, quote(c.ID))
	}
	if c.Level != quality.Error {
		fmt.Fprintf(b, "%s  severity: %s\n", indent, c.Level)
	}
	if c.Dimension != "" {
		fmt.Fprintf(b, "%s  dimension: %s\n", indent, dimensionWord(c.Dimension))
	}
}
