package job

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// suiteColumns are a table with a column of each kind, and its parent.
func suiteSchemas() map[string]*arrow.Schema {
	text := arrow.BinaryTypes.String
	return map[string]*arrow.Schema{
		"t": arrow.NewSchema([]arrow.Field{
			{Name: "i", Type: arrow.PrimitiveTypes.Int16, Nullable: true},
			{Name: "j", Type: arrow.PrimitiveTypes.Int64},
			{Name: "u", Type: arrow.PrimitiveTypes.Uint8},
			{Name: "x", Type: arrow.PrimitiveTypes.Float64},
			{Name: "y", Type: arrow.PrimitiveTypes.Float64},
			{Name: "d", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}, Nullable: true},
			{Name: "s", Type: text, Nullable: true},
			{Name: "code", Type: text},
			{Name: "b", Type: arrow.FixedWidthTypes.Boolean},
			{Name: "day", Type: arrow.FixedWidthTypes.Date32},
			{Name: "end", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
			{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond}},
			{Name: "wait", Type: arrow.FixedWidthTypes.Duration_ms},
			{Name: "null", Type: arrow.PrimitiveTypes.Int64},
		}, nil),
		"p": arrow.NewSchema([]arrow.Field{
			{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "s", Type: text}, {Name: "j", Type: arrow.PrimitiveTypes.Int32}, {Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		}, nil),
	}
}

// said writes a statement as a statements file would, in one line.
func said(s proof.Statement) string {
	out := s.Kind + " " + s.Column + strings.Join(s.Columns, ",")
	for _, p := range []struct{ key, value string }{
		{"min", s.Min}, {"max", s.Max}, {"max_rate", s.MaxRate}, {"is", s.Is}, {"equals", s.Equals}, {"within", s.Within}, {"from", s.From}, {"of", strings.Join(s.Of, "/")},
	} {
		if p.value != "" {
			out += " " + p.key + " " + p.value
		}
	}
	if s.To != nil {
		out += " to " + s.To.Table + "." + s.To.Column
	}
	if s.Strict {
		out += " strict"
	}
	if s.Missing {
		out += " missing"
	}
	return strings.Join(strings.Fields(out), " ")
}

// TestTranslate holds every kind of rule that has a statement, and what keeps one
// from having it, against what is to come out.
func TestTranslate(t *testing.T) {
	const bounds = "    i: {between: [0, 9]}\n    j: {between: [-5, 5]}\n    d: {between: [0, 100]}\n    x: {between: [0, 100]}\n    day: {between: [2024-01-01, 2024-12-31]}\n    end: {between: [2024-01-01, null]}\n"
	for _, c := range []struct {
		rule string // of a column, or of the table where it starts with a dash
		want string // statements, or why not after a !
	}{
		{"i: {not_null: true}", "nulls i max 0"},
		{"i: {not_null: true, mostly: 0.999}", "nulls i max_rate 0.001"},
		{"i: {completeness: 0.95}", "nulls i max_rate 0.05"},
		{"- rows_complete: [i, s]", "nulls i max 0; nulls s max 0"},
		{"i: {between: [0, 120]}", "range i min 0 max 120"},
		{"i: {between: [0.5, 3.5]}", "range i min 1 max 3"},
		{"i: {between: [0, 1000000]}", "range i min 0 max 32767"},
		{"i: {between: [40000, 50000]}", "!no value of the column's type"},
		{"i: {between: [0, null]}", "range i min 0 max 32767"},
		{"u: {gt: 0}", "range u min 1 max 255"},
		{"u: {lt: 9.5}", "range u min 0 max 9"},
		{"j: {le: 7}", "range j min -9223372036854775808 max 7"},
		{"j: {positive: true}", "range j min 1 max 9223372036854775807"},
		{"d: {non_negative: true}", "range d min 0 max 92233720368547758.07"},
		{"d: {gt: 0.005}", "range d min 0.01 max 92233720368547758.07"},
		{"x: {lt: 5}", "range x min -90071992547409.91 max 4.99"},
		{"y: {lt: 5}", "!floating point"},
		{"b: {ge: 0}", "!has no range"},
		{"day: {ge: 2024-02-29}", "range day min 2024-02-29 max 9999-12-31"},
		{"day: {gt: 2024-02-28}", "range day min 2024-02-29 max 9999-12-31"},
		{"at: {between: [2024-01-01, null]}", "range at min 2024-01-01 max 9999-12-31"},
		{"at: {gt: 2024-01-01}", "!strict bound of times"},
		{"i: [{positive: true}, {lt: 10}]", "range i min 1 max 9"},
		{"i: [{between: [0, 5]}, {ge: 2}, {between: [1, 9]}]", "range i min 2 max 5"},
		{"i: [{lt: 3}, {gt: 5}]", "range i min -32768 max 2; range i min 6 max 32767"},
		{"day: [{ge: 2024-02-29}, {lt: 2024-03-05}]", "range day min 2024-02-29 max 2024-03-04"},
		{"at: [{ge: 2024-02-29}, {le: \"2024-03-05T00:00:00+08:00\"}]", "range at min 2024-02-29 max 9999-12-31; range at min 0001-01-01 max 2024-03-05T00:00:00+08:00"},
		{"i: {min: [3, null]}", "range i min 3 max 32767"},
		{"i: {max: [null, 9]}", "range i min -32768 max 9"},
		{"i: {max: [3, 9]}", "!some value"},
		{"i: {eq: 5}", "range i min 5 max 5"},
		{"code: {eq: EUR}", "member code of EUR"},
		{"code: {in_set: [a, b]}", "member code of a/b"},
		{"i: {in_set: [3, 1, 2]}", "range i min 1 max 3"},
		{"i: {in_set: [1, 3]}", "!no run of whole numbers"},
		{"x: {in_set: [1, 2]}", "!no run of whole numbers"},
		{"i: {ne: 0}", "rate i max 0 is 0"},
		{"i: {not_in_set: [7, 9]}", "rate i max 0 is 7; rate i max 0 is 9"},
		{"code: {ne: x}", "!in_set"},
		{"j: {unique: true}", "unique j"},
		{"i: {unique: true}", "unique i missing"},
		{"s: {unique: true}", "unique s missing"},
		{"s: [{unique: true}, {not_null: true}]", "unique s; nulls s max 0"},
		{"- unique: [j, code]", "unique j,code"},
		{"- unique: [j, s]", "unique j,s missing"},
		{"- unique: [u, s]", "!range"},
		{"- primary_key: [j]", "unique j"},
		{"- primary_key: [j, s]", "unique j,s"},
		{"j: {foreign_key: p.id}", "reference j to p.id"},
		{"s: {foreign_key: p.s}", "reference s to p.s"},
		{"code: [{in_set: [a]}, {foreign_key: p.s}]", "member code of a; !encoded in different ways"},
		{"s: {foreign_key: p.id}", "!encoded in different ways"},
		{"s: {not_in_table: p.s}", "disjoint s from p"},
		{"code: {not_in_table: p.s}", "!different names"},
		{"i: {not_in_table: p.i}", "!in both tables"},
		{"- not_in_table: {columns: [s], to: p}", "disjoint s from p"},
		{"- not_in_table: {columns: [j], to: p}", "!range statement for column \"j\" of table \"p\""},
		{"d: {sum: [0, 1000]}", "sum d min 0 max 1000"},
		{"d: {sum: [null, 1000]}", "sum d max 1000"},
		{"d: {mean: [1, 2.5]}", "mean d min 1 max 2.5"},
		{"u: {sum: [0, 1000]}", "!range"},
		{"i: {zeros: [0, 0.1]}", "rate i min 0 max 0.1 is 0"},
		{"d: {sum: [1.0e-45, 1000]}", "!no number"},
		{"d: {mean: [1.25, 1.0e1]}", "mean d min 1.25 max 10"},
		{"wait: {mean: [1, 2]}", "!measures of numbers"},
		{"wait: {zeros: [0, 1]}", "!measures of numbers"},
		{"i: {unique: false}", "!takes true"},
		{"day: {ge: 2020}", "!no date such as"},
		{`- expr: "day >= 2020"`, "!no date such as"},
		{`- expr: "day == end"`, "adds end equals day"},
		{`- expr: "day == at"`, "!durations of one unit"},
		{`- expr: "i == null"`, "!no comparison"},
		{`- expr: "i <= null"`, "!no comparison"},
		{"- row_count: [0x10, null]", "!no plain numbers"},
		{"- row_count: 5", "rows min 5 max 5"},
		{"- row_count: [1, null]", "rows min 1"},
		{`- expr: "end >= day"`, "order day,end"},
		{`- expr: "i < j"`, "order i,j strict"},
		{`- expr: "i > 3"`, "range i min 4 max 32767"},
		{`- expr: "3 <= i"`, "range i min 3 max 32767"},
		{`- expr: "i == 3"`, "range i min 3 max 3"},
		{`- expr: "j == i * d"`, "product i,d equals j"},
		{`- expr: "i + d == x"`, "adds i,d equals x"},
		{`- expr: "i + 1 < j"`, "!no comparison"},
		{`- expr: "i < j && j < 3"`, "!no comparison"},
		{`- expr: "s != null"`, "!no comparison"},
		{`- expr: "s == code"`, "!its columns are numbers"},
		{`- never: "i > j"`, "order i,j"},
		{`- never: "i == j"`, "!no comparison"},
		{`- event_order: [day, end]`, "order day,end"},
		{`- event_order: [day, at, end]`, "!give two of one type"},
		{"- sum_equals: {columns: [i, d], total: x}", "adds i,d equals x"},
		{"- sum_equals: {columns: [i, d], total: x, tolerance: 0.055}", "adds i,d equals x within 0.05"},
		{"- sum_equals: {columns: [i, d], total: x, tolerance: 0.005}", "adds i,d equals x"},
		{"- sum_equals: {columns: [i, y], total: x}", "!floating point"},
		{"i: {type: int16}", "!public"},
		{"- columns: [i]", "!public"},
		{"s: {length: [1, 3]}", "!no statement for length"},
		{"i: {between: [0, 3], mostly: 0.9}", "!some rows may break it"},
		{`i: {between: [0, 3], where: "j > 0"}`, "!some rows only"},
		{`s: {not_null: true, missing: ["N/A"]}`, "!null tokens"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			text := "tables:\n  t:\n"
			if strings.HasPrefix(c.rule, "-") {
				text += "    checks:\n    " + c.rule + "\n"
			} else {
				text += "    columns:\n      " + c.rule + "\n"
			}
			suite, err := rule.Parse("s.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			// Bounds that other rules give.
			two := 2
			doc := &proof.Document{Version: 1, Tables: map[string]*proof.Columns{"t": {Columns: map[string]*proof.Encoding{"x": {Decimal: &two}}}}}
			with, err := rule.Parse("b.yaml", []byte("tables:\n  t:\n    columns:\n"+strings.ReplaceAll(bounds, "    ", "      ")))
			if err != nil {
				t.Fatal(err)
			}
			given, left := StatementsOf(with, suiteSchemas(), doc)
			if len(left) > 0 {
				t.Fatal(left)
			}
			doc.Statements = given
			got, left := StatementsOf(suite, suiteSchemas(), doc)
			var all []string
			for _, s := range got {
				if s := said(s); s != "rows" {
					all = append(all, s)
				}
			}
			var why []string
			for _, u := range left {
				why = append(why, u.Why)
			}
			for _, want := range strings.Split(c.want, "; ") {
				if reason, no := strings.CutPrefix(want, "!"); no {
					if len(why) != 1 || !strings.Contains(why[0], reason) || strings.Contains(why[0], "\n") {
						t.Errorf("left out for %q, want one reason with %q", why, reason)
					}
					continue
				}
				if len(all) == 0 || all[0] != want {
					t.Errorf("statements %q, want %q", all, want)
					break
				}
				all = all[1:]
			}
			if len(all) > 0 {
				t.Errorf("more statements: %q", all)
			}
			if !strings.Contains(c.want, "!") && len(why) > 0 {
				t.Errorf("left out: %q", why)
			}
		})
	}
}

// TestTranslateHeldBack: where rows that break rules are held back, rules of rows
// hold for the rest, and what is judged as a whole need not.
func TestTranslateHeldBack(t *testing.T) {
	suite, err := rule.Parse("s.yaml", []byte("tables:\n  t:\n    columns:\n      i: {not_null: true, between: [0, 3], mostly: 0.9}\n      d: [{sum: [0, 10]}, {completeness: 0.5}]\n    checks:\n    - row_count: [5, 9]\n"))
	if err != nil {
		t.Fatal(err)
	}
	sc := scope{suite: suite, schemas: suiteSchemas(), doc: &proof.Document{Version: 1}, held: true}
	got, left := sc.statementsOf(func(*rule.Spec, []string) (bool, string) { return true, "" })
	var all []string
	for _, s := range got {
		all = append(all, said(s))
	}
	if want := "[rows nulls i max 0 range i min 0 max 3]"; fmt.Sprint(all) != want {
		t.Errorf("statements %v, want %s", all, want)
	}
	if len(left) != 3 || !strings.Contains(left[0].Why, "held back") || !strings.Contains(left[1].Why, "held back") || !strings.Contains(left[2].Why, "held back") {
		t.Errorf("left = %v, want the sum, the completeness and the number of rows", left)
	}
}
