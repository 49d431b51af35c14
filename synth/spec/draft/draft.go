// Package draft writes a first spec for somebody who has a schema or a file: a
// page of YAML to begin with, not a model of the data. Every column gets the
// word that its name, its type and a sample of its values suggest; what is not
// understood becomes a plain column with a TODO beside it, never a stop.
//
// When not to use it: where the likeness of a real table is wanted, fit a model.
//
// What goes from a file into the draft: names, types, shares of null, quantiles
// of numbers rounded to three digits with the outermost of the sample left out,
// first and last days, and the values of columns that have few, each in at least
// 10 rows of the sample. Texts of columns that look personal are not copied.
package draft

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Table is a drafted table.
type Table struct {
	Name    string
	Rows    int64
	Columns []Column
}

// Column is a drafted column: its declaration in the language of specs.
type Column struct {
	Name   string
	Decl   string // such as {int: [1, 6]}, or p.email
	Remark string // what a person should look at, or empty
}

// Write writes the spec.
func Write(w io.Writer, from string, tables []Table) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Drafted from %s. Look at every line, and at those with TODO twice.\n", oneLine(from))
	b.WriteString("version: 1\nseed: 1\nclock: 2026-01-01T00:00:00Z\nlocale: en_US\ntables:\n")
	for _, t := range tables {
		fmt.Fprintf(&b, "  %s:\n    rows: %d\n", t.Name, t.Rows)
		used := ""
		for _, c := range t.Columns {
			for _, e := range []string{"person", "company"} {
				name := entityName(e)
				if (strings.HasPrefix(c.Decl, name+".") || strings.Contains(c.Decl, "of: "+name+".")) && !strings.Contains(used, e) {
					used += ", " + name + ": " + e
				}
			}
		}
		if used != "" {
			fmt.Fprintf(&b, "    entity: {%s}\n", used[2:])
		}
		b.WriteString("    columns:\n")
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "      %s: %s", c.Name, c.Decl)
			if c.Remark != "" {
				fmt.Fprintf(&b, " # TODO: %s", oneLine(c.Remark))
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

func entityName(kind string) string {
	if kind == "company" {
		return "firm"
	}
	return "who"
}

// quote writes a text so that YAML reads it as that text.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// names makes names of the language, each once.
type names map[string]bool

func (n names) of(text string) (name string, changed bool) {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '_', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r > 0x7f && r != 0xfffd && !strings.ContainsRune("\u0085\u2028\u2029\u00a0", r):
			return r
		}
		return '_'
	}, text)
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "c_" + name
	}
	if len(name) > 100 {
		name = strings.ToValidUTF8(name[:100], "")
	}
	switch name { // what YAML reads as something else
	case "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "yes", "no", "on", "off", "y", "n", "Y", "N":
		name += "_"
	}
	base := name
	for i := 2; n[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	n[name] = true
	return name, name != text
}

// byName says what a text column of a name most likely holds; "" if nothing is
// known. Longer words stand before those that they contain.
func byName(column, table string) string {
	c := strings.ToLower(strings.NewReplacer("_", "", " ", "", "-", "", ".", "").Replace(column))
	person, company := entityName("person"), entityName("company")
	for _, x := range []struct{ words, decl string }{
		{"email", person + ".email"},
		{"username,login,nickname", person + ".username"},
		{"firstname,givenname,forename", person + ".given"},
		{"lastname,familyname,surname", person + ".family"},
		{"companyname,company,employer,organisation,organization,vendorname,suppliername", company + ".name"},
		{"fullname,customername,personname,patientname,contactname,displayname", person + ".name"},
		{"mobile,phone,telephone", person + ".phone"},
		{"gender,sex", person + ".sex"},
		{"postcode,postalcode,zipcode", person + ".postcode"},
		{"street,addressline,address1", person + ".street"},
		{"address", person + ".address"},
		{"countrycode", person + ".country_code"},
		{"country", person + ".country"},
		{"province,region,statename", person + ".region"},
		{"city,town", person + ".city"},
		{"ssn,nationalid,idnumber", person + ".national_id"},
		{"jobtitle,occupation,profession", person + ".job"},
		{"cardnumber,pan", person + ".card"},
		{"useragent", "{fake: useragent}"},
		{"ipaddress,ipaddr", "{fake: ipv4address}"},
		{"website,homepage,url", "{fake: url}"},
		{"currency", "{fake: currencyshort}"},
		{"colour,color", "{fake: color}"},
		{"productname", "{fake: productname}"},
		{"description,comment,notes,remark,message,body,content", "{words: [5, 20]}"},
	} {
		for _, w := range strings.Split(x.words, ",") {
			if strings.Contains(c, w) {
				return x.decl
			}
		}
	}
	switch c {
	case "zip":
		return person + ".postcode"
	case "state":
		return person + ".region_code"
	case "ip":
		return "{fake: ipv4address}"
	case "name", "title":
		t := strings.ToLower(table)
		for _, w := range []string{"customer", "user", "person", "people", "patient", "employee", "staff", "member", "contact", "client", "doctor", "author"} {
			if strings.Contains(t, w) {
				return person + ".name"
			}
		}
		for _, w := range []string{"compan", "firm", "supplier", "vendor", "merchant"} {
			if strings.Contains(t, w) {
				return company + ".name"
			}
		}
		return "{words: 2}"
	}
	return ""
}

// with adds modifiers to a declaration.
func with(decl string, modifiers ...string) string {
	var add []string
	for _, m := range modifiers {
		if m != "" {
			add = append(add, m)
		}
	}
	if add == nil {
		return decl
	}
	if !strings.HasPrefix(decl, "{") {
		decl = "{of: " + decl + "}"
	}
	return decl[:len(decl)-1] + ", " + strings.Join(add, ", ") + "}"
}
