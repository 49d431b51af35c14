package spec

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/verisim/verisim/formats/table"
)

// spelled is a parameter that writes itself in the language's notation.
type spelled interface{ spell() string }

// Explain writes the spec with everything that it leaves open: all defaults,
// types and roles, the exact numbers of rows, and what unique columns and pools
// have room for. What it writes is a spec that makes the same rows; the rules of
// check: are not repeated.
func (s *Spec) Explain(out io.Writer) error {
	w, err := s.world(s.Seed())
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version: %d\n", s.decl.Version)
	if s.decl.Name != "" {
		fmt.Fprintf(&b, "name: %s\n", quote(s.decl.Name))
	}
	fmt.Fprintf(&b, "seed: %d\nclock: %s\nlocale: %s\ntables:\n", s.decl.Seed, s.clock, s.decl.Locale.spell())
	byID := make([]*tab, len(s.tables))
	for _, t := range s.tables {
		byID[t.id] = t
	}
	for _, t := range byID {
		fmt.Fprintf(&b, "  %s:\n", t.name)
		if d := t.decl.Per; d != nil {
			fmt.Fprintf(&b, "    per: %s # %d rows\n", d.spell(), w.rows(t))
		} else {
			fmt.Fprintf(&b, "    rows: %d\n", t.rows)
		}
		if t.decl.Locale != nil {
			fmt.Fprintf(&b, "    locale: %s\n", t.decl.Locale.spell())
		}
		if t.entities != nil {
			var names []string
			for _, e := range t.entities {
				names = append(names, e.name+": "+e.kind)
			}
			fmt.Fprintf(&b, "    entity: {%s}\n", strings.Join(names, ", "))
		}
		b.WriteString("    columns:\n")
		for _, c := range t.columns {
			if c.name != "" {
				fmt.Fprintf(&b, "      %s: %s%s\n", c.name, c.spell(), c.remark())
			}
		}
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// remark says what is known of a column beside its declaration.
func (c *column) remark() string {
	switch {
	case c.capacity > 0 && c.capacity < maxRows:
		return fmt.Sprintf(" # unique, room for %d rows", c.capacity)
	case c.capacity > 0:
		return " # unique"
	case c.distinct > 0 && c.decl.word == "fake":
		return fmt.Sprintf(" # a pool of %d different values", c.distinct)
	}
	return ""
}

// spell writes a compiled column: its word, and its modifiers as they ended up.
func (c *column) spell() string {
	d := *c.decl
	d.Type = typeName(c.typ)
	if c.role != "" && d.Role == "" {
		d.Role = string(c.role)
	}
	if d.Role == "" {
		d.Role = string(table.RolePlain)
	}
	return d.spell()
}

func (d *columnDecl) spell() string {
	out := []string{d.word + ": " + spell(reflect.ValueOf(d.gen).Elem())}
	m := reflect.ValueOf(d.modifiers)
	for _, f := range params(m.Type()) {
		v := m.FieldByIndex(f.Index)
		if !v.IsZero() {
			out = append(out, f.Tag.Get("yaml")+": "+spell(v))
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// spell writes a value in the language's notation, on one line.
func spell(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		return spell(v.Elem())
	}
	for _, x := range []reflect.Value{v, addressable(v)} {
		switch x := x.Interface().(type) {
		case spelled:
			return x.spell()
		case fmt.Stringer:
			return x.String()
		}
	}
	switch v.Kind() {
	case reflect.String:
		return quote(v.String())
	case reflect.Float64:
		return number(v.Float())
	case reflect.Slice, reflect.Array:
		var out []string
		for i := range v.Len() {
			out = append(out, spell(v.Index(i)))
		}
		return "[" + strings.Join(out, ", ") + "]"
	case reflect.Interface:
		return scalar(v.Interface())
	case reflect.Struct:
		var out []string
		for _, f := range params(v.Type()) {
			if x := v.FieldByIndex(f.Index); !isNil(x) {
				out = append(out, f.Tag.Get("yaml")+": "+spell(x))
			}
		}
		return "{" + strings.Join(out, ", ") + "}"
	case reflect.Map:
		text, _ := json.Marshal(v.Interface()) // a map of texts; JSON sorts its keys
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

func addressable(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

// isNil says whether a parameter was left out and has no default.
func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return v.IsNil()
	case reflect.Struct:
		e, ok := v.Interface().(edge)
		w, is := v.Interface().(weights)
		return ok && e.text == "" || is && w.name == "" && w.list == nil
	}
	return v.Kind() == reflect.String && v.Len() == 0
}

// quote writes a text so that YAML and JSON read it as that text.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

func (l locales) spell() string {
	if len(l) == 0 {
		return "en_US"
	}
	if len(l) == 1 {
		return l[0].name
	}
	var out []string
	for _, x := range l {
		out = append(out, x.name+": "+number(x.weight))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (p *perDecl) spell() string {
	out := "{parent: " + p.Parent
	switch c := p.Count; {
	case c == nil:
		out += ", count: 1"
	case c.gen == nil:
		out += ", count: " + c.fixed.String()
	default:
		out += ", count: {" + c.word + ": " + spell(reflect.ValueOf(c.gen).Elem()) + "}"
	}
	if p.Min != nil {
		out += ", min: " + p.Min.String()
	}
	if p.Max != nil {
		out += ", max: " + p.Max.String()
	}
	return out + "}"
}

func (b *bounds) spell() string { return "[" + number(b[0]) + ", " + number(b[1]) + "]" }

func (c pairings) spell() string {
	var out []string
	for _, p := range c {
		out = append(out, p.column+": "+number(p.rho))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (w *pickWord) spell() string {
	var out []string
	texts := false
	for _, v := range w.values {
		_, ok := v.value.(string)
		texts = texts || ok
	}
	_, truth := w.values[0].value.(bool)
	for _, v := range w.values {
		if truth { // a key cannot be a truth
			out = append(out, scalar(v.value))
		} else {
			out = append(out, scalar(v.value)+": "+number(v.weight))
		}
	}
	if truth {
		return "[" + strings.Join(out, ", ") + "]"
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (w *whenWord) spell() string {
	var out []string
	for i := range w.branches {
		x := &w.branches[i]
		cond := "else"
		if x.cond != "" {
			cond = quote(x.cond)
		}
		out = append(out, cond+": "+x.decl.spell())
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func (e edge) spell() string { return quote(e.text) }

func (w weights) spell() string {
	if w.name != "" {
		return w.name
	}
	return spell(reflect.ValueOf(w.list))
}
