package suggest

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Write proposes a suite for the tables and writes it as YAML. One table stands
// alone; several stand under tables:, with the foreign keys between them.
func Write(w io.Writer, suite string, makers []*Maker) error {
	refs := map[string][]Rule{}
	if len(makers) > 1 {
		var err error
		if refs, err = References(makers); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Proposed from what the data is, not from what it ought to be: read before use.\n")
	if p := makers[0].opt.Private; p != nil {
		epsilon, delta := p.budget()
		fmt.Fprintf(&b, "# Differentially private, one row the unit: epsilon %g and delta %g a table.\n", epsilon, delta)
	} else {
		b.WriteString("# After each rule: rows it was drawn from; held-out rows that broke it; the\n# least share that keeps it, with 95 % confidence.\n")
	}
	fmt.Fprintf(&b, "suite: %s\n", quote(suite))
	indent := ""
	if len(makers) > 1 {
		b.WriteString("tables:\n")
		indent = "    "
	}
	for _, m := range makers {
		rules, err := m.Rules()
		if err != nil {
			return err
		}
		rules = append(rules, refs[m.name]...)
		if len(rules) == 0 {
			return fmt.Errorf("propose rules for table %q: %d rows support none", m.name, m.row)
		}
		if indent != "" {
			fmt.Fprintf(&b, "  %s:\n", quote(m.name))
		}
		m.write(&b, indent, rules)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (m *Maker) write(b *bytes.Buffer, indent string, rules []Rule) {
	head := false
	for _, f := range m.schema.Fields() {
		first := true
		for _, r := range rules {
			if r.Column != f.Name {
				continue
			}
			if !head {
				fmt.Fprintf(b, "%scolumns:\n", indent)
				head = true
			}
			if first {
				fmt.Fprintf(b, "%s  %s:\n", indent, quote(f.Name))
				first = false
			}
			r.write(b, indent+"    ")
		}
	}
	head = false
	for _, r := range rules {
		if r.Column != "" {
			continue
		}
		if !head {
			fmt.Fprintf(b, "%schecks:\n", indent)
			head = true
		}
		r.write(b, indent+"  ")
	}
}

func (r Rule) write(b *bytes.Buffer, indent string) {
	text := r.Check + ": " + r.Arg
	if r.Mostly > 0 && r.Mostly < 1 {
		text += ", mostly: " + strconv.FormatFloat(r.Mostly, 'f', -1, 64)
	}
	if r.Personal {
		text += ", pii: true"
	}
	line := indent + "- {" + text + "}"
	if n := utf8.RuneCountInString(line); n < 60 {
		line += strings.Repeat(" ", 60-n)
	}
	fmt.Fprintf(b, "%s  # %s\n", line, r.support())
}

func (r Rule) support() string {
	s := strconv.FormatInt(r.Support, 10)
	if r.Tested > 0 {
		s += fmt.Sprintf("; %d of %d; %.2f %%", r.Broke, r.Tested, 100*r.Confidence)
	}
	if r.Why != "" {
		s += "; " + r.Why
	}
	return s
}

// quote writes a text as YAML, quoted if it could be read as something else.
func quote(s string) string {
	if plain(s) {
		return s
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff
	}) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == 0x85:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func list(items []string) string { return "[" + strings.Join(items, ", ") + "]" }
