package contract

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// line is one check of the suite in the making.
type line struct{ table, column, text string }

type reader struct {
	lines   []line
	skipped []string
	errs    []error
}

func (r *reader) bad(err error) { r.errs = append(r.errs, err) }

func (r *reader) skip(at document.Pos, why string) {
	r.skipped = append(r.skipped, fmt.Sprintf("%s: %s", at, why))
}

func (r *reader) add(table, column, format string, args ...any) {
	r.lines = append(r.lines, line{table, column, "{" + fmt.Sprintf(format, args...) + "}"})
}

func word(n *document.Node, key string) string {
	if v := n.Get(key); v != nil {
		return v.Text
	}
	return ""
}

func (r *reader) table(t *document.Node) {
	name := word(t, "name")
	if name == "" {
		r.bad(t.Pos.Errorf("an object of the schema has no name"))
		return
	}
	var keys []string
	for _, p := range list(t, "properties") {
		r.property(name, p)
		if word(p, "primaryKey") == "true" {
			keys = append(keys, quote(word(p, "name")))
		}
	}
	if len(keys) > 0 {
		r.add(name, "", "primary_key: [%s]", strings.Join(keys, ", "))
	}
	r.relations(name, "", t)
	for _, q := range list(t, "quality") {
		r.quality(name, "", q)
	}
}

func list(n *document.Node, key string) []*document.Node {
	if v := n.Get(key); v != nil && v.Kind == document.List {
		return v.Items
	}
	return nil
}

func (r *reader) property(table string, p *document.Node) {
	name := word(p, "name")
	if name == "" {
		r.bad(p.Pos.Errorf("a property of %q has no name", table))
		return
	}
	if word(p, "required") == "true" {
		r.add(table, name, "not_null: true")
	}
	if word(p, "unique") == "true" {
		r.add(table, name, "unique: true")
	}
	if o := p.Get("logicalTypeOptions"); o != nil {
		r.options(table, name, o)
	}
	r.relations(table, name, p)
	for _, q := range list(p, "quality") {
		r.quality(table, name, q)
	}
}

// options reads the limits that a logical type has.
func (r *reader) options(table, name string, o *document.Node) {
	for _, pair := range o.Pairs {
		v := pair.Value.Text
		switch pair.Key {
		case "minimum":
			r.add(table, name, "ge: %s", v)
		case "maximum":
			r.add(table, name, "le: %s", v)
		case "exclusiveMinimum":
			r.add(table, name, "gt: %s", v)
		case "exclusiveMaximum":
			r.add(table, name, "lt: %s", v)
		case "multipleOf":
			r.add(table, name, "multiple_of: %s", v)
		case "minLength":
			r.add(table, name, "length: [%s, null]", v)
		case "maxLength":
			r.add(table, name, "length: [null, %s]", v)
		case "pattern":
			r.add(table, name, "matches: %s", quote(v))
		case "format":
			if form, ok := map[string]string{"email": "email", "uuid": "uuid", "uri": "uri", "hostname": "hostname", "ipv4": "ipv4", "ipv6": "ipv6"}[v]; ok {
				r.add(table, name, "format: %s", form)
			} else {
				r.skip(pair.At, fmt.Sprintf("format %q has no check", v))
			}
		default:
			r.skip(pair.At, fmt.Sprintf("option %s has no check", pair.Key))
		}
	}
}

// relations reads foreign keys.
func (r *reader) relations(table, column string, n *document.Node) {
	for _, rel := range list(n, "relationships") {
		if kind := word(rel, "type"); kind != "" && kind != "foreignKey" {
			r.skip(rel.Pos, fmt.Sprintf("relationship of type %q has no check", kind))
			continue
		}
		from, to := column, word(rel, "to")
		if f := word(rel, "from"); f != "" {
			from = f[strings.LastIndexByte(f, '.')+1:]
		}
		if from == "" || strings.Count(to, ".") < 1 {
			r.skip(rel.Pos, "a relationship of several columns, or without from and to as TABLE.COLUMN, has no check")
			continue
		}
		r.add(table, from, "foreign_key: %s", quote(to))
	}
}

// quality reads one quality rule.
func (r *reader) quality(table, column string, q *document.Node) {
	kind := word(q, "type")
	switch {
	case kind == "custom" && word(q, "engine") == "verisim":
		r.own(table, column, q)
	case kind == "library" || kind == "" && (q.Get("metric") != nil || q.Get("rule") != nil):
		r.library(table, column, q)
	default:
		what := kind
		if e := word(q, "engine"); e != "" {
			what += " of engine " + e
		}
		r.skip(q.Pos, fmt.Sprintf("a rule of type %s cannot be judged here", what))
	}
}

// own reads back what Write wrote.
func (r *reader) own(table, column string, q *document.Node) {
	text := strings.TrimSpace(word(q, "implementation"))
	n, err := document.Parse(q.Pos.Name, []byte(text))
	if err != nil || n.Kind != document.Map || !strings.HasPrefix(text, "{") {
		r.bad(q.Pos.Errorf("the implementation of a verisim rule is a check such as {not_null: true}"))
		return
	}
	r.lines = append(r.lines, line{table, column, text})
}

// library reads the standard's metrics.
func (r *reader) library(table, column string, q *document.Node) {
	metric := word(q, "metric")
	if metric == "" {
		metric = word(q, "rule") // as 3.0 calls it
	}
	lo, hi, ok := limits(q)
	if !ok {
		r.skip(q.Pos, fmt.Sprintf("metric %s has no operator that a check can stand for", metric))
		return
	}
	mods := modifiers(q)
	args := q.Get("arguments")
	arg := func(key string) *document.Node {
		if args != nil && args.Get(key) != nil {
			return args.Get(key)
		}
		return q.Get(key)
	}
	if metric == "rowCount" {
		if table == "" || column != "" {
			r.skip(q.Pos, "rowCount belongs to an object of the schema")
			return
		}
		r.add(table, "", "row_count: [%s, %s]%s", bound(lo), bound(hi), mods)
		return
	}
	// The other metrics count rows that must not be: a greatest share is mostly.
	if lo > 0 {
		r.skip(q.Pos, fmt.Sprintf("metric %s with a least number of bad rows has no check", metric))
		return
	}
	if hi > 0 {
		if word(q, "unit") != "percent" {
			r.skip(q.Pos, fmt.Sprintf("metric %s allows %g rows; checks allow shares: write unit: percent", metric, hi))
			return
		}
		mods += ", mostly: " + strconv.FormatFloat(1-hi/100, 'g', -1, 64)
	}
	switch metric {
	case "nullValues":
		r.add(table, column, "not_null: true%s", mods)
	case "missingValues":
		var codes []string
		if m := arg("missingValues"); m != nil {
			for _, n := range m.Items {
				if n.Kind != document.Null {
					codes = append(codes, quote(n.Text))
				}
			}
		}
		if len(codes) > 0 {
			mods += ", missing: [" + strings.Join(codes, ", ") + "]"
		}
		r.add(table, column, "not_null: true%s", mods)
	case "duplicateValues":
		if p := arg("properties"); column == "" && p != nil {
			var cols []string
			for _, n := range p.Items {
				cols = append(cols, quote(n.Text))
			}
			r.add(table, "", "unique: [%s]%s", strings.Join(cols, ", "), mods)
			return
		}
		r.add(table, column, "unique: true%s", mods)
	case "invalidValues":
		values, pattern := arg("validValues"), arg("pattern")
		if values == nil && pattern == nil {
			r.skip(q.Pos, "invalidValues without validValues or pattern has no check")
		}
		if values != nil {
			r.add(table, column, "in_set: %s%s", flow(values), mods)
		}
		if pattern != nil {
			if values != nil {
				mods = strings.Replace(mods, ", id: ", ", id: pattern.", 1)
			}
			r.add(table, column, "matches: %s%s", quote(pattern.Text), mods)
		}
	default:
		r.skip(q.Pos, fmt.Sprintf("metric %q has no check", metric))
	}
}

// limits reads the operator as a closed range of whole numbers, or of shares.
func limits(q *document.Node) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(-1), math.Inf(1)
	percent := word(q, "unit") == "percent"
	past := func(x, towards float64) float64 { // the next number in
		if percent {
			return math.Nextafter(x, towards)
		}
		if towards > x {
			return math.Floor(x) + 1
		}
		return math.Ceil(x) - 1
	}
	for _, p := range q.Pairs {
		x, err := p.Value.Float()
		between := p.Value.Kind == document.List && len(p.Value.Items) == 2
		if between {
			a, errA := p.Value.Items[0].Float()
			b, errB := p.Value.Items[1].Float()
			if p.Key == "mustBeBetween" && errA == nil && errB == nil {
				lo, hi, ok = past(a, math.Inf(1)), past(b, math.Inf(-1)), true
			}
			continue
		}
		if err != nil {
			continue
		}
		switch p.Key {
		case "mustBe":
			lo, hi = x, x
		case "mustBeGreaterThan":
			lo = past(x, math.Inf(1))
		case "mustBeGreaterOrEqualTo", "mustBeGreaterThanOrEqualTo":
			lo = x
		case "mustBeLessThan":
			hi = past(x, math.Inf(-1))
		case "mustBeLessOrEqualTo", "mustBeLessThanOrEqualTo":
			hi = x
		default:
			continue
		}
		ok = true
	}
	return lo, hi, ok
}

func bound(x float64) string {
	if math.IsInf(x, 0) {
		return "null"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// modifiers are the parts of a rule that stand beside a check.
func modifiers(q *document.Node) string {
	var b strings.Builder
	id := word(q, "id")
	if name := word(q, "name"); name != "" && strings.HasPrefix(id, stable(name)) {
		id = name // as Write has it
	}
	if id != "" && !strings.ContainsAny(id, " \t\n,") {
		b.WriteString(", id: " + quote(id))
	}
	if l := severity(q); l != quality.Error {
		b.WriteString(", level: " + string(l))
	}
	if d := dimension(word(q, "dimension")); d != "" {
		b.WriteString(", dimension: " + string(d))
	}
	return b.String()
}

// service reads latency of a service level as freshness.
func (r *reader) service(n *document.Node) {
	for _, s := range list(n, "slaProperties") {
		table, column, ok := strings.Cut(word(s, "element"), ".")
		if word(s, "property") != "latency" || !ok {
			r.skip(s.Pos, fmt.Sprintf("service level %q has no check", word(s, "property")))
			continue
		}
		hours := map[string]float64{"d": 24, "day": 24, "days": 24, "h": 1, "hour": 1, "hours": 1, "m": 1. / 60, "minute": 1. / 60, "minutes": 1. / 60}[word(s, "unit")]
		x, err := s.Get("value").Float()
		if err != nil || hours == 0 || !(x > 0) {
			r.skip(s.Pos, "latency without a value in days, hours or minutes has no check")
			continue
		}
		r.add(table, column, "freshness: %gs", x*hours*3600)
	}
}
