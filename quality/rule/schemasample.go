package rule

import (
	"encoding/json"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
)

// samples adds texts that a schema accepts, most likely, and the same with one
// thing changed, for trials of suites.
func (s schemaSampler) samples(p *pool) {
	p.text("{}", "[]", "null", "0", "true", `""`, "{", "", "no json")
	for range 8 {
		v := s.value(s.doc, 0)
		s.put(p, v)
		for _, w := range changed(v) {
			s.put(p, w)
		}
	}
}

func (s schemaSampler) put(p *pool, v any) {
	if text, err := json.Marshal(v); err == nil {
		p.text(string(text))
	}
}

// schemaSampler draws values by a schema.
type schemaSampler struct {
	doc  any
	pool *pool
}

// value draws a value; where the schema asks for more than is looked at here,
// the value breaks it, and the trials tell which do.
func (s schemaSampler) value(schema any, depth int) any {
	m, ok := schema.(map[string]any)
	if !ok || depth > 12 {
		return nil
	}
	if ref, ok := m["$ref"].(string); ok {
		if name, local := strings.CutPrefix(ref, "#/$defs/"); local {
			root, _ := s.doc.(map[string]any)
			defs, _ := root["$defs"].(map[string]any)
			return s.value(defs[name], depth+1)
		}
		if ref == "#" {
			return s.value(s.doc, depth+1)
		}
	}
	if v, ok := m["const"]; ok {
		return v
	}
	if list, ok := m["enum"].([]any); ok && len(list) > 0 {
		return list[s.pool.rng.IntN(len(list))]
	}
	for _, word := range []string{"oneOf", "anyOf"} {
		if list, ok := m[word].([]any); ok && len(list) > 0 {
			return s.value(s.joined(m, list[s.pool.rng.IntN(len(list))]), depth+1)
		}
	}
	if list, ok := m["allOf"].([]any); ok {
		all := maps.Clone(m)
		delete(all, "allOf")
		for _, x := range list {
			all, _ = s.joined(all, x).(map[string]any)
		}
		return s.value(all, depth+1)
	}
	switch s.typeOf(m) {
	case "object":
		return s.object(m, depth)
	case "array":
		return s.array(m, depth)
	case "string":
		return s.string(m)
	case "integer", "number":
		return s.number(m)
	case "boolean":
		return s.pool.rng.IntN(2) == 0
	}
	return nil
}

// joined lays one schema over another.
func (s schemaSampler) joined(m map[string]any, over any) any {
	out := maps.Clone(m)
	for _, word := range []string{"oneOf", "anyOf"} {
		delete(out, word)
	}
	if o, ok := over.(map[string]any); ok {
		for k, v := range o {
			old, both := out[k].(map[string]any)
			if add, ok := v.(map[string]any); ok && both && k == "properties" {
				old = maps.Clone(old)
				maps.Copy(old, add)
				v = old
			}
			out[k] = v
		}
	}
	return out
}

// typeOf is the type that a schema asks for, or speaks of.
func (s schemaSampler) typeOf(m map[string]any) string {
	switch t := m["type"].(type) {
	case string:
		return t
	case []any:
		if len(t) > 0 {
			word, _ := t[s.pool.rng.IntN(len(t))].(string)
			return word
		}
	}
	for word, t := range map[string]string{"properties": "object", "required": "object", "items": "array", "prefixItems": "array", "pattern": "string", "minLength": "string", "maxLength": "string", "minimum": "number", "maximum": "number", "multipleOf": "number"} {
		if _, ok := m[word]; ok {
			return t
		}
	}
	return "null"
}

func (s schemaSampler) object(m map[string]any, depth int) any {
	out := map[string]any{}
	properties, _ := m["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		out[name] = s.value(properties[name], depth+1)
	}
	required, _ := m["required"].([]any)
	for _, r := range required {
		if name, ok := r.(string); ok && out[name] == nil {
			out[name] = s.value(properties[name], depth+1)
		}
	}
	return out
}

func (s schemaSampler) array(m map[string]any, depth int) any {
	out := []any{}
	prefix, _ := m["prefixItems"].([]any)
	for _, x := range prefix {
		out = append(out, s.value(x, depth+1))
	}
	least := int(numberOf(m["minItems"], 1))
	for range 20 {
		if len(out) >= least {
			break
		}
		out = append(out, s.value(m["items"], depth+1))
	}
	return out
}

func (s schemaSampler) string(m map[string]any) string {
	if src, ok := m["pattern"].(string); ok {
		if re, err := syntax.Parse(src, syntax.Perl); err == nil {
			return s.pool.sample(re.Simplify(), 0)
		}
	}
	n := min(int(numberOf(m["minLength"], min(1, numberOf(m["maxLength"], 1)))), 1<<12)
	return strings.Repeat("x", max(n, 0))
}

func (s schemaSampler) number(m map[string]any) float64 {
	step := numberOf(m["multipleOf"], 1)
	lo := numberOf(m["minimum"], numberOf(m["exclusiveMinimum"], numberOf(m["maximum"], 10)-10)+step)
	if _, ok := m["minimum"]; ok || step != 1 {
		lo = step * float64(int(lo/step))
	}
	return lo + step*float64(s.pool.rng.IntN(2))
}

func numberOf(v any, without float64) float64 {
	if n, ok := v.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return without
}

// changed lists a value with one part of it left out, of another type, or added.
func changed(v any) []any {
	out := []any{nil, "x", true, -1, 1e12, []any{v}, map[string]any{"x": v}}
	switch v := v.(type) {
	case map[string]any:
		more := maps.Clone(v)
		more["unexpected"] = 1
		out = append(out, more)
		for _, k := range slices.Sorted(maps.Keys(v)) {
			less := maps.Clone(v)
			delete(less, k)
			out = append(out, less)
			for _, x := range []any{nil, "", strings.Repeat("y", 300), -1, 1.5, 1e12, []any{}, map[string]any{}} {
				m := maps.Clone(v)
				m[k] = x
				out = append(out, m)
			}
		}
	case []any:
		out = append(out, v[:0], slices.Concat(v, v))
		if len(v) > 0 {
			out = append(out, v[1:], append(slices.Clone(v), "x"))
		}
	case string:
		out = append(out, "", v+v, strings.Repeat(v+"x", 300))
	case float64:
		out = append(out, v+0.5, -v-1, v*1000+1)
	}
	return out
}
