package spec

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth"
)

// TestExplain wants what explain writes to be a spec that makes the same rows,
// and to be its own explanation.
func TestExplain(t *testing.T) {
	for _, path := range specFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			s, err := Load(path, few(path, 100))
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			if err = s.Explain(&text); err != nil {
				t.Fatal(err)
			}
			again, err := Parse("explained.yaml", []byte(text.String()), Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, text.String())
			}
			var twice strings.Builder
			if err = again.Explain(&twice); err != nil {
				t.Fatal(err)
			}
			if twice.String() != text.String() {
				t.Errorf("explained twice:\n%s\nwant\n%s", twice.String(), text.String())
			}
			for i, tab := range s.Tables() {
				if other := again.Tables()[i]; !other.Schema.Equal(tab.Schema) {
					t.Errorf("table %q: schema %v, want %v", tab.Name, other.Schema, tab.Schema)
				}
				x, y := whole(t, s, tab.Name), whole(t, again, tab.Name)
				for c, f := range tab.Schema.Fields() {
					for r := range int(x.NumRows()) {
						if x.Column(c).ValueStr(r) != y.Column(c).ValueStr(r) {
							t.Fatalf("table %q, column %q, row %d differs", tab.Name, f.Name, r)
						}
					}
				}
			}
		})
	}
}

// validator is the part of JSON Schema that JSONSchema uses, written apart.
type validator struct{ root map[string]any }

func (v validator) check(schema any, value any) bool {
	if b, ok := schema.(bool); ok {
		return b
	}
	s := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		return v.check(v.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")], value)
	}
	if any, ok := s["anyOf"].([]any); ok && !slices.ContainsFunc(any, func(x interface{}) bool { return v.check(x, value) }) {
		return false
	}
	if one, ok := s["oneOf"].([]any); ok {
		n := 0
		for _, x := range one {
			if v.check(x, value) {
				n++
			}
		}
		if n != 1 {
			return false
		}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, value) {
		return false
	}
	if want, ok := s["type"]; ok {
		list, many := want.([]any)
		if !many {
			list = []any{want}
		}
		if !slices.ContainsFunc(list, func(x any) bool { return kindIs(x.(string), value) }) {
			return false
		}
	}
	number := func(key string) (float64, bool) { f, ok := s[key].(float64); return f, ok }
	switch value := value.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(value) {
			return false
		}
	case int64:
		return inside(number, float64(value))
	case float64:
		return inside(number, value)
	case []any:
		if n, ok := number("minItems"); ok && len(value) < int(n) {
			return false
		}
		if n, ok := number("maxItems"); ok && len(value) > int(n) {
			return false
		}
		prefix, _ := s["prefixItems"].([]any)
		for i, x := range value {
			if i < len(prefix) {
				if !v.check(prefix[i], x) {
					return false
				}
			} else if items, ok := s["items"]; ok && !v.check(items, x) {
				return false
			}
		}
	case map[string]any:
		if n, ok := number("minProperties"); ok && len(value) < int(n) {
			return false
		}
		if n, ok := number("maxProperties"); ok && len(value) > int(n) {
			return false
		}
		required, _ := s["required"].([]any)
		for _, r := range required {
			if _, ok := value[r.(string)]; !ok {
				return false
			}
		}
		props, _ := s["properties"].(map[string]any)
		for k, x := range value {
			if p, ok := props[k]; ok {
				if !v.check(p, x) {
					return false
				}
			} else if more, ok := s["additionalProperties"]; ok && !v.check(more, x) {
				return false
			}
		}
	}
	return true
}

func inside(number func(string) (float64, bool), x float64) bool {
	lo, hasLo := number("minimum")
	hi, hasHi := number("maximum")
	above, hasAbove := number("exclusiveMinimum")
	below, hasBelow := number("exclusiveMaximum")
	return !(hasLo && x < lo || hasHi && x > hi || hasAbove && x <= above || hasBelow && x >= below)
}

func kindIs(kind string, v any) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case int64:
		return kind == "integer" || kind == "number"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}

// TestJSONSchema wants the schema to take every spec of testdata, and what
// explain writes of it, and to refuse mistakes of shape.
func TestJSONSchema(t *testing.T) {
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	v := validator{}
	if err := json.Unmarshal(text, &v.root); err != nil {
		t.Fatal(err)
	}
	valid := func(name, text string) bool {
		t.Helper()
		n, err := document.Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return v.check(v.root, n.Value())
	}
	for _, path := range specFiles(t) {
		s, err := Load(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := document.Parse(path, read(t, path))
		if err != nil {
			t.Fatal(err)
		}
		if !v.check(v.root, n.Value()) {
			t.Errorf("%s: the schema refuses it", path)
		}
		var b strings.Builder
		if err := s.Explain(&b); err != nil {
			t.Fatal(err)
		}
		if !valid(path, b.String()) {
			t.Errorf("%s explained: the schema refuses it", path)
		}
	}
	for _, bad := range []string{
		"tables: []", "sede: 1\ntables: {}", "version: x\ntables: {}", "seed: 1",
		one("      a: {normall: [1, 2]}"), one("      a: {normal: [1, 2, 3]}"), one("      a: {normal: {maen: 3}}"),
		one("      a: {int: 3}"), one("      a: {int: [1, 2], pick: [3]}"), one("      a: {null: 3%}"), one("      a: 4"),
		one("      a: {int: [1, 2], role: secret}"), one("      a: {int: [1, 2], null: 3}"), one("      a: {when: {x: {nope: 1}}}"),
		one("      a: {pick: []}"), one("      a: {int: [1, 2], clip: [1]}"), one("      a: {time: {evry: 3h}}"),
		one("      a: {time: {every: 3 hours}}"), one("      a: {int: [1, 2], correlate: {b: 1}}"),
	} {
		if valid("bad", bad) {
			t.Errorf("the schema takes %q", bad)
		}
		if _, err := Parse("bad", []byte(bad), Options{}); err == nil {
			t.Errorf("Parse takes %q", bad)
		}
	}
}

func ExampleSpec_Whois() {
	s, err := Parse("example.yaml", []byte(`
tables:
  ticket:
    rows: 10G
    columns:
      code: {key: "[A-Z]{4}-\\d{8}"}
`), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := s.Row("ticket", 1, 7_312_345_678) // of ten billion rows that nobody made
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Release()
	code := string(Cell(nil, b.Column(0), 0))
	row, err := s.Whois("ticket", "code", 1, code)
	fmt.Println(row, err)
	// Output: 7312345678 <nil>
}

func ExampleParse() {
	s, err := Parse("example.yaml", []byte(`
tables:
  dice:
    rows: 600
    columns:
      throw: {key: int}
      eyes:  {int: [1, 6]}
      lucky: {expr: eyes == 6}
`), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := s.Row("dice", synth.Seed(3), 99)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Release()
	fmt.Println(b.ColumnName(1), b.Schema().Field(2).Type)
	// Output: eyes bool
}
