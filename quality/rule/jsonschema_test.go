package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
)

// judgeTexts says which rows of a text column break its only check.
func judgeTexts(t *testing.T, rule string, texts []string, opt Options) []int {
	t.Helper()
	s := schema(t, "a string")
	suite, err := Parse("s.yaml", []byte("columns:\n  a: {"+rule+"}\n"))
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	p, err := Compile(suite, map[string]*arrow.Schema{"": s}, opt)
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	rows := make([]rowOf, len(texts))
	for i, x := range texts {
		rows[i] = rowOf{x}
	}
	b := batchOf(s, rows)
	defer b.Release()
	st := p.New()
	defer st.Close()
	var failed []int
	if err := st.judge(st.tables[0], 0, b, func(_ *check, fail bitmap) {
		fail.each(func(i int) bool { failed = append(failed, i); return true })
	}); err != nil {
		t.Fatal(err)
	}
	return failed
}

// TestSchemaKeywords holds each keyword against texts that it accepts and texts
// that it does not.
func TestSchemaKeywords(t *testing.T) {
	for _, c := range []struct{ schema, good, bad string }{
		{`{type: integer}`, `1|1.0|-0|1e2`, `1.5|"1"|null|true|[]|`},
		{`{type: [string, "null"]}`, `"a"|null`, `1|{}`},
		{`{enum: [1, a, null, [1]]}`, `1|"a"|null|[1]|1.0|[1.0]`, `2|"b"|[]|false`},
		{`{const: {a: [1, true]}}`, `{"a":[1,true]}`, `{"a":[1,1]}|{"a":[1,true],"b":0}`},
		{`{minimum: 0, exclusiveMaximum: 10}`, `0|9.999999|"any"`, `-0.0001|10`},
		{`{maximum: 9007199254740993}`, `9007199254740993`, `9007199254740994`},
		{`{exclusiveMinimum: 0, multipleOf: 0.1}`, `0.3|1e1|4.2`, `0|0.35`},
		{`{minLength: 2, maxLength: 3}`, `"äö"|"abc"|12345`, `"a"|"abcd"`},
		{`{pattern: "^[a-z]+$"}`, `"abc"|7`, `"aBc"|""`},
		{`{required: [a, b]}`, `{"a":1,"b":null}|[]`, `{"a":1}|{}`},
		{`{properties: {a: {type: string}}}`, `{"a":"x"}|{"b":1}|{}|3`, `{"a":1}`},
		{`{properties: {a: true}, additionalProperties: false}`, `{"a":1}|{}`, `{"b":1}`},
		{`{properties: {a: true}, patternProperties: {"^x": {type: integer}}, additionalProperties: {type: string}}`, `{"a":[],"x1":2,"z":"s"}`, `{"x1":"2"}|{"z":1}`},
		{`{items: {type: integer}}`, `[]|[1,2]|"x"`, `[1,"2"]`},
		{`{prefixItems: [{type: integer}, {type: string}], items: false}`, `[1,"a"]|[1]|[]`, `["a"]|[1,"a",2]`},
		{`{minItems: 1, maxItems: 2, uniqueItems: true}`, `[1]|[1,"1"]`, `[]|[1,2,3]|[1,1.0]|[{"a":1},{"a":1}]`},
		{`{contains: {const: 1}, maxContains: 2}`, `[1]|[2,1,1]`, `[]|[2]|[1,1,1]`},
		{`{minProperties: 1, maxProperties: 2, propertyNames: {maxLength: 1}}`, `{"a":1}`, `{}|{"ab":1}|{"a":1,"b":1,"c":1}`},
		{`{allOf: [{minimum: 1}, {maximum: 3}]}`, `1|2|3`, `0|4`},
		{`{anyOf: [{type: string}, {minimum: 5}]}`, `"x"|5|null`, `4`},
		{`{oneOf: [{multipleOf: 2}, {multipleOf: 3}]}`, `2|3|4|9`, `6|1|"x"`},
		{`{not: {type: string}}`, `1`, `"1"`},
		{`{if: {required: [a]}, then: {required: [b]}, else: {required: [c]}}`, `{"a":1,"b":1}|{"c":1}`, `{"a":1}|{"b":1}`},
		{`{dependentRequired: {a: [b]}}`, `{"b":1}|{"a":1,"b":1}`, `{"a":1}`},
		{`{unevaluatedProperties: false, allOf: [{properties: {a: true}}]}`, `{"a":1}`, `{"a":1,"b":1}`},
		{`{$ref: "#/$defs/n", $defs: {n: {type: object, properties: {next: {$ref: "#/$defs/n"}}, additionalProperties: false}}}`, `{}|{"next":{"next":{}}}`, `{"next":{"more":1}}|[]`},
		{`{format: email, title: t, description: d, default: 1, examples: [], deprecated: true}`, `"no address"|1`, `{`},
		{`{type: object}`, `{"a":{"b":[1,{"c":null}]}} `, `{"a":1}x|{"a":}|{'a':1}|{"a":1,}||nul|NaN`},
	} {
		good, bad := strings.Split(c.good, "|"), strings.Split(c.bad, "|")
		var want []int
		for i := range bad {
			want = append(want, len(good)+i)
		}
		if got := judgeTexts(t, "json_schema: "+c.schema, slices.Concat(good, bad), Options{}); !slices.Equal(got, want) {
			t.Errorf("schema %s: rows %v of %q fail, want %v", c.schema, got, slices.Concat(good, bad), want)
		}
	}
}

// TestSchemaStrict holds that a mistake in a schema is an error with its place.
func TestSchemaStrict(t *testing.T) {
	for arg, want := range map[string]string{
		`{typ: object}`: `no keyword "typ"; did you mean type?`,
		`{properties: {a: {items: {minimun: 1}}}}`:             `at #/properties/a/items: JSON Schema 2020-12 has no keyword "minimun"; did you mean minimum?`,
		`{allOf: [{x-note: 1}]}`:                               `at #/allOf/0: JSON Schema 2020-12 has no keyword "x-note"`,
		`{definitions: {a: {}}}`:                               `keyword "definitions" is not taken here`,
		`{type: text}`:                                         `/type`,
		`{minLength: -1}`:                                      `json_schema`,
		`{pattern: "("}`:                                       `json_schema`,
		`{$ref: "https://example.com/s"}`:                      `nothing is fetched`,
		`{$ref: "#/$defs/none"}`:                               `json_schema`,
		`{$schema: "http://json-schema.org/draft-07/schema#"}`: `another draft`,
		`true`:                   `takes a schema`,
		`{}`:                     `takes a schema`,
		`{maximum: 1e999999999}`: `at '/maximum': got string, want number`,
		`{file: none.json}`:      `read schema`,
		`{file: typo.yaml}`:      `no keyword "typ"`,
	} {
		s, err := Parse("s.yaml", []byte("columns:\n  a:\n    json_schema: "+arg+"\n"))
		if err == nil {
			files := map[string]string{"typo.yaml": "typ: object\n"}
			_, err = Compile(s, map[string]*arrow.Schema{"": schema(t, "a string")}, Options{ReadFile: func(path string) ([]byte, error) {
				if text, ok := files[path]; ok {
					return []byte(text), nil
				}
				return nil, errors.Join(fs.ErrNotExist)
			}})
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "s.yaml:3:") {
			t.Errorf("json_schema: %s gives %v, want s.yaml:3 and %q", arg, err, want)
		}
	}
	s, err := Parse("s.yaml", []byte("columns: {a: {json_schema: {type: object}}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Compile(s, map[string]*arrow.Schema{"": schema(t, "a int64")}, Options{}); err == nil {
		t.Error("a schema on a column of numbers compiles, want an error")
	}
}

// TestSchemaHostile holds that no text can make the check panic or linger.
func TestSchemaHostile(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	texts := []string{
		`1e999999999`, `-1e-999999999`, `1e99999`, strings.Repeat("9", 1<<16), deep, strings.Repeat("[", 1<<20), `{"a":` + deep + `}`,
		"\xff", `"\ud800"`, "\x00", `{"a":1e401}`, `[1e400]`,
	}
	check := `json_schema: {$ref: "#/$defs/x", $defs: {x: {multipleOf: 0.5, items: {$ref: "#/$defs/x"}, uniqueItems: true, const: 7}}}`
	if got := judgeTexts(t, check, texts, Options{}); len(got) != len(texts) {
		t.Errorf("%d of %d hostile texts fail, want all", len(got), len(texts))
	}
	for _, s := range []string{`{$ref: "#"}`, `{allOf: [{$ref: "#"}]}`} { // round and round on one value
		if got := judgeTexts(t, "json_schema: "+s, []string{"1"}, Options{}); !slices.Equal(got, []int{0}) {
			t.Errorf("schema %s: %v fail, want row 0", s, got)
		}
	}
}

// TestSchemaFromFile reads the schema from beside the suite, JSON or YAML.
func TestSchemaFromFile(t *testing.T) {
	for name, text := range map[string]string{"a.json": `{"type": "string", "pattern": "^\ud83d\ude00$"}`, "a.yaml": "type: string\npattern: ^😀$\n"} {
		got := judgeTexts(t, "json_schema: {file: "+name+"}", []string{`"😀"`, `"x"`}, Options{ReadFile: func(path string) ([]byte, error) {
			if path != name {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		}})
		if !slices.Equal(got, []int{1}) {
			t.Errorf("%s: rows %v fail, want row 1", name, got)
		}
	}
}

// TestSchemaNaive compares with the same rules written out in Go, on random
// texts.
func TestSchemaNaive(t *testing.T) {
	const check = `json_schema: {type: object, required: [id, tags], additionalProperties: false, properties: {` +
		`id: {type: integer, minimum: 1, maximum: 99}, name: {type: string, minLength: 1, maxLength: 3}, ` +
		`tags: {type: array, maxItems: 2, uniqueItems: true, items: {enum: [a, b, c]}}, size: {anyOf: [{const: null}, {type: number, multipleOf: 0.5}]}}}`
	naive := func(text string) bool {
		var m map[string]any
		if json.Unmarshal([]byte(text), &m) != nil || m == nil {
			return false
		}
		for k := range m {
			if k != "id" && k != "name" && k != "tags" && k != "size" {
				return false
			}
		}
		id, ok := m["id"].(float64)
		if !ok || id != float64(int(id)) || id < 1 || id > 99 {
			return false
		}
		if v, there := m["name"]; there {
			s, text := v.(string)
			if n := len([]rune(s)); !text || n < 1 || n > 3 {
				return false
			}
		}
		tags, ok := m["tags"].([]any)
		if !ok || len(tags) > 2 || len(tags) == 2 && tags[0] == tags[1] {
			return false
		}
		for _, x := range tags {
			if x != "a" && x != "b" && x != "c" {
				return false
			}
		}
		if v, there := m["size"]; there && v != nil {
			f, number := v.(float64)
			if !number || 2*f != float64(int(2*f)) {
				return false
			}
		}
		return true
	}
	rng := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	texts := make([]string, 4000)
	passed := 0
	for i := range texts {
		var parts []string
		add := func(key, value string) {
			if value != "" {
				parts = append(parts, fmt.Sprintf("%q: %s", key, value))
			}
		}
		add("id", pick("1", "99", "7", "7.0", "0", "100", "1.5", `"1"`, ""))
		add("name", pick("", `"a"`, `"äöü"`, `""`, `"abcd"`, "1", "null"))
		add("tags", pick(`[]`, `["a"]`, `["a","b"]`, `["a","a"]`, `["a","b","c"]`, `["d"]`, `{}`, ""))
		add("size", pick("", "null", "0.5", "3", "0.25", `"1"`, "-1.5"))
		add("more", pick("", "", "", "1"))
		rng.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
		texts[i] = "{" + strings.Join(parts, ", ") + "}"
		if rng.IntN(20) == 0 {
			texts[i] = texts[i][:rng.IntN(len(texts[i]))]
		}
		if naive(texts[i]) {
			passed++
		}
	}
	if passed < 50 {
		t.Fatalf("%d of %d texts pass the naive rules: the draw is of no use", passed, len(texts))
	}
	failed := judgeTexts(t, check, texts, Options{})
	for i, text := range texts {
		if got := !slices.Contains(failed, i); got != naive(text) {
			t.Errorf("%s passes: %v, want %v", text, got, !got)
		}
	}
}

// TestFlowKeys: what a check says of itself is read as the same check again.
func TestFlowKeys(t *testing.T) {
	for _, text := range []string{
		`{"^a, b: {#": {type: integer}, "null": true, "": [1, "2"], $defs: {"1": 1, "true": "yes", plain: null}}`,
		`{const: {"a\tb": "c d", "é": é}}`,
	} {
		n, err := document.Parse("", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		again, err := document.Parse("", []byte(flow(n)))
		if err != nil || fmt.Sprint(again.Value()) != fmt.Sprint(n.Value()) {
			t.Errorf("%s is written as %s: %v", text, flow(n), err)
		}
	}
}
