package spec

import (
	"encoding/json"
	"reflect"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/fake"
)

// node is a piece of a JSON Schema; encoding sorts its keys.
type node = map[string]any

// JSONSchema is the language as a JSON Schema (draft 2020-12), generated from
// the structs that decode it: editors complete and check a spec with it. It says
// shapes; what names mean and whether numbers fit together is for [Parse].
func JSONSchema() ([]byte, error) {
	column := node{"type": "object", "additionalProperties": false, "properties": node{}}
	props := column["properties"].(node)
	var oneWord []any
	for _, w := range Words() {
		s := generatorSchema(w)
		s["description"] = w.Doc
		props[w.Name] = s
		oneWord = append(oneWord, node{"required": []any{w.Name}})
	}
	for _, f := range params(reflect.TypeFor[modifiers]()) {
		props[f.Tag.Get("yaml")] = fieldSchema(f)
	}
	props["type"].(node)["examples"] = table.TypeNames()
	var roles []any
	for _, r := range table.Roles() {
		roles = append(roles, string(r))
	}
	props["role"].(node)["enum"] = roles
	column["oneOf"] = oneWord
	defs := node{
		"column":  node{"anyOf": []any{node{"type": "string", "description": "a part of an entity, such as p.email"}, column}},
		"locales": node{"anyOf": []any{node{"enum": fake.LocaleNames()}, node{"type": "object", "additionalProperties": node{"type": "number"}}, node{"type": "array", "items": node{"$ref": "#/$defs/locales"}}}},
		"table":   structSchema(reflect.TypeFor[tableDecl]()),
	}
	root := structSchema(reflect.TypeFor[fileDecl]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "verisim spec"
	root["$defs"] = defs
	return json.MarshalIndent(root, "", "  ")
}

// generatorSchema takes the parameters by name, in order, or the first alone.
func generatorSchema(w Word) node {
	switch g := w.make().(type) {
	case *pickWord:
		return node{"anyOf": []any{
			node{"type": "array", "minItems": 1, "items": node{"type": []any{"string", "number", "boolean"}}},
			node{"type": "object", "minProperties": 1, "additionalProperties": node{"type": "number", "minimum": 0}},
		}}
	case *whenWord:
		return node{"type": "object", "minProperties": 1, "additionalProperties": node{"$ref": "#/$defs/column"}}
	case *empiricalWord:
		return node{"anyOf": []any{node{"type": "array", "items": node{"type": "number"}}, structSchema(reflect.TypeFor[empiricalWord]())}}
	default:
		return shapes(reflect.TypeOf(g).Elem())
	}
}

func shapes(t reflect.Type) node {
	object := structSchema(t)
	fields := params(t)
	if len(fields) == 0 {
		return node{"anyOf": []any{object, node{"type": "null"}}}
	}
	var inOrder []any
	required := 0
	for i, f := range fields {
		inOrder = append(inOrder, fieldSchema(f))
		if f.Tag.Get("spec") == "required" {
			required = i + 1
		}
	}
	list := node{"type": "array", "prefixItems": inOrder, "items": false, "minItems": required}
	out := []any{object, list}
	if required <= 1 {
		out = append(out, fieldSchema(fields[0]))
	}
	return node{"anyOf": out}
}

func structSchema(t reflect.Type) node {
	props, required := node{}, []any{}
	for _, f := range params(t) {
		props[f.Tag.Get("yaml")] = fieldSchema(f)
		if f.Tag.Get("spec") == "required" {
			required = append(required, f.Tag.Get("yaml"))
		}
	}
	return node{"type": "object", "additionalProperties": false, "properties": props, "required": required}
}

// fieldSchema is a parameter with its sentence and its default.
func fieldSchema(f reflect.StructField) node {
	s := typeSchema(f.Type)
	if doc := f.Tag.Get("doc"); doc != "" {
		s["description"] = doc
		if d := f.Tag.Get("default"); d != "" {
			s["description"] = doc + " (default " + d + ")"
		}
	}
	return s
}

func typeSchema(t reflect.Type) node {
	text := func(pattern string) node { return node{"type": "string", "pattern": pattern} }
	ref := func(name string) node { return node{"$ref": "#/$defs/" + name} }
	byName := func(of node) node { return node{"type": "object", "additionalProperties": of} }
	switch t {
	case reflect.TypeFor[quantity]():
		return node{"anyOf": []any{node{"type": "number", "minimum": 0, "maximum": int64(maxRows)}, text(`^[0-9][0-9_.]*[kKMG]?$`)}}
	case reflect.TypeFor[share]():
		return node{"anyOf": []any{node{"type": "number", "minimum": 0, "maximum": 1}, text(`^[0-9.]+ *%?$`)}}
	case reflect.TypeFor[span]():
		return text(`^([0-9.]+(ms|us|w|d|h|m|s))+$`)
	case reflect.TypeFor[moment]():
		return text(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)
	case reflect.TypeFor[edge]():
		return node{"type": "string"}
	case reflect.TypeFor[bounds]():
		return node{"type": "array", "items": node{"type": "number"}, "minItems": 2, "maxItems": 2}
	case reflect.TypeFor[pairings]():
		return byName(node{"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1})
	case reflect.TypeFor[weights]():
		return node{"anyOf": []any{node{"type": "string"}, node{"type": "array", "items": node{"type": "number", "minimum": 0}}}}
	case reflect.TypeFor[locales]():
		return ref("locales")
	case reflect.TypeFor[tableDecls]():
		return byName(ref("table"))
	case reflect.TypeFor[columnDecls]():
		return byName(ref("column"))
	case reflect.TypeFor[entityDecls]():
		return byName(node{"enum": entityKinds()})
	case reflect.TypeFor[perDecl]():
		return node{"anyOf": []any{node{"type": "string"}, structSchema(t)}}
	case reflect.TypeFor[delayDecl]():
		return node{"anyOf": []any{typeSchema(reflect.TypeFor[span]()), structSchema(t)}}
	case reflect.TypeFor[countDecl]():
		props := node{}
		for _, w := range Words() {
			if _, ok := w.make().(counter); ok {
				props[w.Name] = generatorSchema(w)
			}
		}
		return node{"anyOf": []any{
			typeSchema(reflect.TypeFor[quantity]()),
			node{"type": "object", "additionalProperties": false, "properties": props, "minProperties": 1, "maxProperties": 1},
		}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		if t.Elem().Name() == "Node" {
			return node{}
		}
		return typeSchema(t.Elem())
	case reflect.String:
		return node{"type": []any{"string", "number", "boolean"}}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return node{"type": "integer"}
	case reflect.Uint64:
		return node{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return node{"type": "number"}
	case reflect.Slice:
		return node{"type": "array", "items": typeSchema(t.Elem())}
	case reflect.Map:
		return byName(typeSchema(t.Elem()))
	case reflect.Struct:
		return structSchema(t)
	}
	return node{"type": []any{"string", "number", "boolean"}} // any scalar
}
