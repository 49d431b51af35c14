package rule

import (
	"testing"

	"github.com/verisim/verisim/formats/document"
)

// FuzzJSONSchema: no schema and no text makes the check panic or linger, and a
// schema that is taken gives the same answer twice.
func FuzzJSONSchema(f *testing.F) {
	for _, s := range []string{
		`{"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}, "additionalProperties": false}`,
		`{"$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}`,
		`{"allOf": [{"$ref": "#"}], "items": {"multipleOf": 0.1}, "uniqueItems": true, "prefixItems": [true, false]}`,
		`{"$id": "https://a.b/c", "$anchor": "x", "not": {"$ref": "#x"}, "patternProperties": {"^a": {"enum": [1, null]}}, "unevaluatedProperties": false}`,
		`{"if": {"const": 1}, "then": {"contains": {}, "maxContains": 0}, "dependentSchemas": {"a": {"propertyNames": {"pattern": "b"}}}, "format": "date"}`,
	} {
		for _, text := range []string{`{"id": 1, "a": [1.5, 1e2], "next": {"next": null}}`, `[[], {}, "x", -0]`, `1`, `{"id": 1e400}`, `"`} {
			f.Add(s, text)
		}
	}
	f.Fuzz(func(t *testing.T, schema, text string) {
		if len(schema)+len(text) > 1<<12 {
			return
		}
		doc, ok := jsonValue([]byte(schema))
		if !ok {
			return
		}
		c, err := compileSchema(doc, document.Pos{})
		if err != nil {
			return
		}
		v, ok := jsonValue([]byte(text))
		if !ok {
			return
		}
		if first, second := c.Validate(v) == nil, c.Validate(v) == nil; first != second {
			t.Errorf("schema %s and %s: %t, then %t", schema, text, first, second)
		}
	})
}
