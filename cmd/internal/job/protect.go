package job

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/recipe"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

// recipient is a bound recipient: somebody, and the columns that they get.
type recipient struct {
	name    string
	key     keys.Recipient
	columns []string // of the recipe: names, table.name, or "*"
}

// bindRecipients reads the recipe's recipients; @FILE holds one key.
func bindRecipients(r *recipe.Recipe) ([]recipient, error) {
	var out []recipient
	for _, p := range r.Protect.Recipients {
		text := p.Key
		if file, ok := strings.CutPrefix(text, "@"); ok {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, p.At.Errorf("recipient %q: %v", p.Name, err)
			}
			text = FirstLine(string(data))
		}
		key, err := keys.ParseRecipient(text)
		if err != nil {
			return nil, p.At.Errorf("recipient %q: %v", p.Name, err)
		}
		out = append(out, recipient{name: p.Name, key: key, columns: p.Columns})
	}
	return out, nil
}

// FirstLine is the first line of a key file that is neither empty nor a comment,
// or "".
func FirstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}

// sealedColumns says which columns of a table the recipe seals, in schema
// order.
func sealedColumns(p recipe.Protect, name string, s *arrow.Schema) ([]string, error) {
	for _, list := range []map[string][]string{p.Columns, p.Clear} {
		for _, c := range list[name] {
			if _, err := table.Column(s, c); err != nil {
				return nil, p.At.Errorf("table %q: %v", name, err)
			}
		}
	}
	roles := p.Covers()
	var out []string
	for _, f := range s.Fields() {
		named := slices.Contains(p.Columns[name], f.Name)
		covered := slices.Contains(roles, table.LabelOf(f).Role)
		if (named || covered) && !slices.Contains(p.Clear[name], f.Name) {
			out = append(out, f.Name)
		}
	}
	return out, nil
}

// grants gives each recipient their part of a table's sealed columns.
func grants(rs []recipient, name string, sealed []string) []seal.Grant {
	var out []seal.Grant
	for _, r := range rs {
		var columns []string
		for _, c := range sealed {
			if slices.Contains(r.columns, "*") || slices.Contains(r.columns, c) || slices.Contains(r.columns, name+"."+c) {
				columns = append(columns, c)
			}
		}
		if len(columns) > 0 {
			out = append(out, seal.Grant{Name: r.name, Recipient: r.key, Columns: columns})
		}
	}
	return out
}

// checkGranted finds a column that nobody could ever open.
func checkGranted(name string, sealed []string, gs []seal.Grant) error {
	for _, c := range sealed {
		if !slices.ContainsFunc(gs, func(g seal.Grant) bool { return slices.Contains(g.Columns, c) }) {
			e := privacy.Refused("protect", fmt.Sprintf("column %q of table %q", c, name), "it would be sealed for nobody")
			return e
		}
	}
	return nil
}

// checkOrigin keeps direct and sensitive columns of real origin in the house
// unless they are sealed.
func checkOrigin(name string, s *arrow.Schema, sealed []string, insecureAllowRaw bool) error {
	if insecureAllowRaw {
		return nil
	}
	for _, f := range s.Fields() {
		l := table.LabelOf(f)
		if l.Origin == table.OriginReal && (l.Role == table.RoleDirect || l.Role == table.RoleSensitive) && !slices.Contains(sealed, f.Name) {
			return &privacy.Error{
				Kind: privacy.ErrRefused, Verb: "protect", Object: fmt.Sprintf("column %q of table %q", f.Name, name),
				Cause: fmt.Sprintf("it is %s, of real origin, and would leave in clear", l.Role),
				Hint:  "seal it, or allow it with --insecure-allow-raw",
			}
		}
	}
	return nil
}

// originOf is the weakest origin of a table's columns: one real column makes a
// real table.
func originOf(s *arrow.Schema) table.Origin {
	out := table.OriginSynthetic
	for _, f := range s.Fields() {
		switch table.LabelOf(f).Origin {
		case table.OriginReal:
			return table.OriginReal
		case table.OriginMasked:
			out = table.OriginMasked
		}
	}
	return out
}
