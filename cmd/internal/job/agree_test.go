package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/privacy/proof/ligero"
	"github.com/verisim/verisim/quality/rule"
)

// agreeRules are rules that some of the small tables keep and others break.
var agreeRules = []string{
	"i: {not_null: true}",
	"i: {not_null: true, mostly: 0.75}",
	"i: {completeness: 0.7}",
	"- rows_complete: [i, s]",
	"i: {between: [0.5, 3.5]}",
	"i: {gt: 0}",
	"x: {lt: 1}",
	"d: {ge: 0.005}",
	"d: {le: 1.999}",
	"d: {gt: 0}",
	"day: {gt: 2024-01-01}",
	"end: {lt: 2024-01-05}",
	"at: {between: [2024-01-02, null]}",
	"i: {min: [1, null]}",
	"j: {max: [null, 3]}",
	"i: {eq: 0}",
	"s: {in_set: [a, b]}",
	"i: {in_set: [3, 1, 2]}",
	"i: {ne: 0}",
	"x: {not_in_set: [0, 1]}",
	"b: {ne: true}",
	"day: {ne: 2024-01-02}",
	"i: {unique: true}",
	"s: {unique: true}",
	"- unique: [i, j]",
	"- primary_key: [j, s]",
	"- primary_key: [code]",
	"j: {foreign_key: p.id}",
	"s: {foreign_key: p.s}",
	"i: {foreign_key: p.i}",
	"s: {not_in_table: p.s}",
	"- not_in_table: {columns: [s, j], to: p}",
	"d: {sum: [1, 5]}",
	"x: {mean: [0.5, 1.25]}",
	"i: {zeros: [0, 0.4]}",
	"- row_count: [3, 5]",
	`- expr: "end >= day"`,
	`- expr: "i < j"`,
	`- expr: "2 <= i"`,
	`- expr: "j == i * u"`,
	`- expr: "i + d == x"`,
	`- expr: "day == end"`,
	`- never: "i > j"`,
	`- never: "x < 0.5"`,
	"- event_order: [day, end]",
	"- sum_equals: {columns: [i, d], total: x}",
	"- sum_equals: {columns: [i, d], total: x, tolerance: 1.25}",
}

// smallTables have few values, and numbers that floats hold exactly.
func smallTables(t *testing.T, schemas map[string]*arrow.Schema, seed uint64) map[string]table.Batch {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	day := func(n int) string { return fmt.Sprintf("%q", fmt.Sprintf("2024-01-%02d", 1+r.IntN(n))) }
	wide := 1 + int(seed)%6 // how many values there are
	cell := map[string]func() string{
		"i": func() string { return fmt.Sprint(r.IntN(wide)) }, "j": func() string { return fmt.Sprint(r.IntN(wide)) },
		"u": func() string { return fmt.Sprint(r.IntN(wide)) }, "x": func() string { return fmt.Sprint(float64(r.IntN(wide)) / 2) },
		"y": func() string { return "0" }, "d": func() string { return fmt.Sprintf(`"%.2f"`, float64(r.IntN(wide))/2) },
		"s": func() string { return fmt.Sprintf("%q", string(rune('a'+r.IntN(wide)))) }, "code": func() string { return fmt.Sprintf("%q", string(rune('a'+r.IntN(20)))) },
		"b": func() string { return fmt.Sprint(r.IntN(wide) == 2) }, "day": func() string { return day(wide) }, "end": func() string { return day(wide) },
		"at":   func() string { return fmt.Sprintf("%q", fmt.Sprintf("2024-01-0%d 00:00:00", 1+r.IntN(wide))) },
		"wait": func() string { return "5" }, "null": func() string { return "0" }, "id": func() string { return fmt.Sprint(r.IntN(2 * wide)) },
	}
	out := map[string]table.Batch{}
	for _, name := range []string{"t", "p"} {
		schema := schemas[name]
		missing, shift := r.IntN(4), r.IntN(2)*wide // tables without any too, and with texts that others do not have
		if name == "p" {
			cell["s"] = func() string { return fmt.Sprintf("%q", string(rune('a'+shift+r.IntN(wide)))) }
		}
		var rows []string
		for range 2 + r.IntN(5) {
			var cells []string
			for _, f := range schema.Fields() {
				text := cell[f.Name]()
				if f.Nullable && missing > 1 && r.IntN(4) == 0 {
					text = "null"
				}
				cells = append(cells, fmt.Sprintf("%q:%s", f.Name, text))
			}
			rows = append(rows, "{"+strings.Join(cells, ",")+"}")
		}
		b, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+strings.Join(rows, ",")+"]"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

// TestTranslationAgrees: a table that keeps a rule keeps its statements, and one that
// breaks it has no proof.
func TestTranslationAgrees(t *testing.T) {
	schemas := suiteSchemas()
	two := 2
	places := map[string]*proof.Columns{"t": {Columns: map[string]*proof.Encoding{"x": {Decimal: &two}, "y": {Decimal: &two}}}}
	parse := func(text string) *rule.Suite {
		s, err := rule.Parse("s.yaml", []byte(text))
		if err != nil {
			t.Fatal(text, err)
		}
		return s
	}
	bounds := parse("tables:\n  t:\n    columns:\n      i: {between: [0, 9]}\n      j: {between: [0, 9]}\n      u: {between: [0, 9]}\n      d: {between: [0, 9]}\n      x: {between: [0, 9]}\n      day: {between: [2024-01-01, 2024-12-31]}\n      end: {between: [2024-01-01, 2024-12-31]}\n  p:\n    columns:\n      j: {between: [0, 9]}\n")
	given, left := StatementsOf(bounds, schemas, &proof.Document{Version: 1, Tables: places})
	if len(left) > 0 {
		t.Fatal(left)
	}
	size := ligero.Params{LogK: 8, Rate: 4, Queries: 4}
	kept, broken := map[string]int{}, map[string]int{}
	for seed := range uint64(12) {
		tables := smallTables(t, schemas, seed)
		for i, text := range agreeRules {
			if testing.Short() && (i+int(seed))%6 != 0 {
				continue
			}
			under := "columns:\n      " + text
			if strings.HasPrefix(text, "-") {
				under = "checks:\n    " + text
			}
			suite := parse("tables:\n  t:\n    " + under + "\n")
			plan, err := rule.Compile(suite, schemas, rule.Options{})
			if err != nil {
				t.Fatal(text, err)
			}
			state := plan.New()
			for _, name := range plan.Tables() {
				if err = state.AddStream(context.Background(), name, table.FromBatches(schemas[name], tables[name]), 1); err != nil {
					t.Fatal(text, name, err)
				}
			}
			result, err := state.Finish()
			if err != nil {
				t.Fatal(text, err)
			}
			doc := &proof.Document{Version: 1, Tables: places, Statements: given}
			more, left := StatementsOf(suite, schemas, doc)
			if len(left) > 0 {
				t.Fatalf("%s: left out: %v", text, left)
			}
			doc.Statements = append(given[:len(given):len(given)], more...)
			var broke error
			p := proof.New(doc, proof.Options{InsecureParams: &size})
			for name := range doc.Needs() {
				tab, err := p.Table(name, schemas[name], nil, "")
				if err != nil {
					t.Fatal(text, err)
				}
				broke = errors.Join(broke, tab.Add(tables[name])) // a text that is not listed
			}
			if broke == nil {
				_, broke = p.Prove(context.Background())
			}
			if broke != nil && !errors.As(broke, new(*proof.FalseError)) && !errors.As(broke, new(*proof.CellError)) {
				t.Fatal(text, broke)
			}
			switch status := result.Checks[0].Status; {
			case status == rule.Broken: // there was no row to judge
			case (status == rule.Pass) != (broke == nil):
				t.Errorf("%s: the rule says %s, the prover %v", text, status, broke)
			case broke == nil:
				kept[text]++
			default:
				broken[text]++
			}
		}
	}
	for _, text := range agreeRules {
		if !testing.Short() && (kept[text] == 0 || broken[text] == 0) {
			t.Errorf("%s: %d tables keep it and %d break it; the test needs both", text, kept[text], broken[text])
		}
	}
}
