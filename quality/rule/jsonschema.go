package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// schemaTexts lists the check of texts that are JSON of a schema.
func schemaTexts() []Def {
	return []Def{{
		Name: "json_schema", Family: "text", Dimension: quality.Validity, Example: `{type: object, required: [id]}`,
		About: "is JSON that a JSON Schema (draft 2020-12) accepts; the schema stands here, or in {file: PATH}; format is a note",
		bind:  (*binder).jsonSchema,
	}}
}

// jsonSchema binds json_schema. The library judges; what is said here is only
// stricter: a schema is one closed document, and a word that no draft defines
// is a mistake.
func (b *binder) jsonSchema() error {
	if b.kind() != kindText {
		return b.needs("text")
	}
	doc, err := b.schemaDocument(b.arg)
	if err != nil {
		return err
	}
	schema, err := compileSchema(doc, b.arg.Pos)
	if err != nil {
		return err
	}
	b.check.trial.values = func(p *pool) { schemaSampler{doc, p}.samples(p) }
	b.judge(eachText(func(s []byte) bool {
		v, ok := jsonValue(s)
		return ok && schema.Validate(v) == nil
	}))
	return nil
}

// compileSchema reads a schema strictly.
func compileSchema(doc any, at document.Pos) (*jsonschema.Schema, error) {
	if where, fault := schemaFault(doc, "#"); fault != "" {
		return nil, at.Errorf("json_schema: at %s: %s", where, fault)
	}
	const place = "suite:///schema"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(closedLoader{})
	if err := c.AddResource(place, doc); err != nil {
		return nil, at.Errorf("json_schema: %v", err)
	}
	s, err := c.Compile(place)
	if err != nil {
		lines := strings.Split(strings.ReplaceAll(err.Error(), place, ""), "\n")
		return nil, at.Errorf("json_schema: %s", strings.TrimLeft(lines[len(lines)-1], " -")) // the deepest cause
	}
	return s, nil
}

func (b *binder) schemaDocument(n *document.Node) (any, error) {
	if n.Kind != document.Map || len(n.Pairs) == 0 {
		return nil, n.Pos.Errorf("json_schema takes a schema, or {file: PATH}")
	}
	if f := n.Get("file"); f != nil && len(n.Pairs) == 1 {
		data, err := b.plan.opt.ReadFile(f.Text)
		if err != nil {
			return nil, f.Pos.Errorf("read schema: %v", err)
		}
		if doc, ok := jsonValue(data); ok {
			return doc, nil
		}
		if n, err = document.Parse(f.Text, data); err != nil {
			return nil, f.Pos.Errorf("read schema: %v", err)
		}
	}
	return jsonNode(n)
}

// jsonNode is a node as the values that JSON gives: numbers keep their digits.
func jsonNode(n *document.Node) (any, error) {
	switch n.Kind {
	case document.Int, document.Float:
		if _, err := rational(n); err != nil {
			return nil, err
		}
		if n.Kind == document.Int {
			i, err := n.Int()
			return json.Number(strconv.FormatInt(i, 10)), err
		}
		f, err := n.Float()
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), err
	case document.List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			v, err := jsonNode(item)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case document.Map:
		out := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			v, err := jsonNode(p.Value)
			if err != nil {
				return nil, err
			}
			out[p.Key] = v
		}
		return out, nil
	}
	return n.Value(), nil
}

// closedLoader refuses what a schema refers to outside itself.
type closedLoader struct{}

func (closedLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%q lies outside the schema, and nothing is fetched: copy it to $defs", url)
}

// jsonValue reads a text as one JSON value.
func jsonValue(s []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(s))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || len(bytes.TrimLeft(s[d.InputOffset():], " \t\r\n")) > 0 {
		return nil, false
	}
	return v, modestNumbers(v)
}

// modestNumbers says whether every number is one that exact arithmetic takes in
// its stride: 1e999999999 has ten characters and a billion digits. No schema
// can accept what passes this bound, so such a text fails.
func modestNumbers(v any) bool {
	const digits, power = 1000, 400 // float64 ends at 1e308
	switch v := v.(type) {
	case json.Number:
		if len(v) > digits {
			return false
		}
		if e := strings.IndexAny(string(v), "eE"); e >= 0 {
			x, err := strconv.Atoi(string(v[e+1:]))
			return err == nil && x <= power && x >= -power
		}
	case []any:
		return !slices.ContainsFunc(v, func(x any) bool { return !modestNumbers(x) })
	case map[string]any:
		for _, x := range v {
			if !modestNumbers(x) {
				return false
			}
		}
	}
	return true
}

// What stands under a keyword of draft 2020-12.
const (
	keywordPlain  = iota // no schema
	keywordOne           // a schema
	keywordList          // a list of schemas
	keywordNamed         // schemas by name
	keywordUnused        // known, and nothing that this check does
)

// schemaKeywords are the words of draft 2020-12: core, applicator, unevaluated,
// validation, format-annotation, content and meta-data. Dynamic references and
// vocabularies are for schemas of schemas.
func schemaKeywords() map[string]int {
	out := map[string]int{}
	for kind, words := range []string{
		keywordPlain: "$schema $id $anchor $ref $comment type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired " +
			"title description default deprecated readOnly writeOnly examples format contentEncoding contentMediaType",
		keywordOne:    "items contains additionalProperties propertyNames if then else not unevaluatedItems unevaluatedProperties contentSchema",
		keywordList:   "allOf anyOf oneOf prefixItems",
		keywordNamed:  "properties patternProperties dependentSchemas $defs",
		keywordUnused: "$dynamicRef $dynamicAnchor $vocabulary definitions dependencies additionalItems $recursiveRef $recursiveAnchor",
	} {
		for _, w := range strings.Fields(words) {
			out[w] = kind
		}
	}
	return out
}

// schemaFault finds a word that is no keyword, with its place.
func schemaFault(doc any, where string) (at, fault string) {
	m, ok := doc.(map[string]any)
	if !ok {
		return "", "" // true, false, or a mistake that the compiler names
	}
	known := schemaKeywords()
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names) // so that one mistake is named, always the same
	for _, name := range names {
		kind, ok := known[name]
		switch {
		case !ok:
			words := make([]string, 0, len(known))
			for w, k := range known {
				if k != keywordUnused {
					words = append(words, w)
				}
			}
			slices.Sort(words)
			fault = fmt.Sprintf("JSON Schema 2020-12 has no keyword %q", name)
			if near := document.Nearest(name, words); near != "" {
				fault += "; did you mean " + near + "?"
			}
			return where, fault
		case kind == keywordUnused:
			return where, fmt.Sprintf("keyword %q is not taken here: write the schema for draft 2020-12, with $defs, $ref, prefixItems and dependentSchemas", name)
		}
		below := where + "/" + name
		switch v := m[name].(type) {
		case map[string]any:
			if kind == keywordOne {
				at, fault = schemaFault(v, below)
			}
			if kind == keywordNamed {
				at, fault = namedFault(v, below)
			}
		case []any:
			if kind == keywordList {
				for i, x := range v {
					if at, fault = schemaFault(x, fmt.Sprintf("%s/%d", below, i)); fault != "" {
						break
					}
				}
			}
		case string:
			if name == "$schema" && v != "https://json-schema.org/draft/2020-12/schema" {
				return where, "$schema names another draft than https://json-schema.org/draft/2020-12/schema"
			}
		}
		if fault != "" {
			return at, fault
		}
	}
	return "", ""
}

func namedFault(m map[string]any, where string) (at, fault string) {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if at, fault = schemaFault(m[name], where+"/"+name); fault != "" {
			return at, fault
		}
	}
	return "", ""
}
