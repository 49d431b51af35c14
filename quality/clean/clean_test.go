package clean

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats/table"
)

func schema(t testing.TB, fields ...string) *arrow.Schema {
	t.Helper()
	var out []arrow.Field
	for _, f := range fields {
		name, typ, _ := strings.Cut(f, " ")
		dt, err := table.ParseType(typ)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, arrow.Field{Name: name, Type: dt, Nullable: true})
	}
	return arrow.NewSchema(out, nil)
}

// memoryWriter keeps what is written.
type memoryWriter struct {
	batches []table.Batch
	closed  bool
}

func (w *memoryWriter) Write(b table.Batch) error {
	b.Retain()
	w.batches = append(w.batches, b)
	return nil
}

func (w *memoryWriter) Close() error { w.closed = true; return nil }

func lines(batches []table.Batch) []string {
	var out []string
	for _, b := range batches {
		for i := range int(b.NumRows()) {
			var cells []string
			for _, c := range b.Columns() {
				if c.IsNull(i) {
					cells = append(cells, "-")
				} else {
					cells = append(cells, c.ValueStr(i))
				}
			}
			out = append(out, strings.Join(cells, "|"))
		}
		b.Release()
	}
	return out
}

// cleaned runs a recipe over rows in batches of every size given and returns
// the rows, the audit and the counts, which must not depend on the size.
func cleaned(t *testing.T, recipe string, s *arrow.Schema, json string) (out, audit []string, changes []Change, err error) {
	t.Helper()
	r, err := Parse("clean.yaml", []byte(recipe))
	if err != nil {
		return nil, nil, nil, err
	}
	for _, size := range []int64{1 << 20, 1, 3} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		whole, _, jsonErr := array.RecordFromJSON(mem, s, strings.NewReader(json))
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		var parts []table.Batch
		for i := int64(0); i < whole.NumRows(); i += size {
			parts = append(parts, whole.NewSlice(i, min(i+size, whole.NumRows())))
		}
		w := &memoryWriter{}
		p, compileErr := Compile(r, s, Options{InsecureValues: true, Memory: mem, Audit: func(*arrow.Schema) (table.Writer, error) { return w, nil }})
		if compileErr != nil {
			whole.Release()
			return nil, nil, nil, compileErr
		}
		in := table.FromBatches(s, parts...)
		for _, b := range parts {
			b.Release()
		}
		st, applyErr := table.Apply(in, p.Stages()...)
		if applyErr != nil {
			t.Fatal(applyErr)
		}
		got, readErr := table.Collect(context.Background(), st)
		whole.Release()
		if readErr != nil {
			for _, b := range w.batches {
				b.Release()
			}
			mem.AssertSize(t, 0)
			return nil, nil, nil, readErr
		}
		rows, notes := lines(got), lines(w.batches)
		if len(notes) > 0 && !w.closed {
			t.Errorf("the audit was not closed")
		}
		mem.AssertSize(t, 0)
		if size == 1<<20 {
			out, audit, changes = rows, notes, p.Changes()
			continue
		}
		if diff := cmp.Diff(out, rows); diff != "" {
			t.Errorf("rows in batches of %d (-whole +split):\n%s", size, diff)
		}
		if diff := cmp.Diff(sorted(audit), sorted(notes)); diff != "" {
			t.Errorf("audit in batches of %d (-whole +split):\n%s", size, diff)
		}
		if diff := cmp.Diff(changes, p.Changes()); diff != "" {
			t.Errorf("changes in batches of %d (-whole +split):\n%s", size, diff)
		}
	}
	return out, audit, changes, nil
}

func sorted(in []string) map[string]int {
	out := map[string]int{}
	for _, s := range in {
		out[s]++
	}
	return out
}

func TestSteps(t *testing.T) {
	text := []string{"a string", "b category", "n int64", "f float64"}
	for _, c := range []struct {
		name, recipe, in string
		fields           []string
		want             []string
		audit            []string
	}{
		{
			"trim", `[{trim: "*"}]`, `[{"a": " x ", "b": "\u00a0y"}, {"a": "z", "b": "y"}, {"a": null, "b": null}]`, text,
			[]string{"x|y|-|-", "z|y|-|-", "-|-|-|-"},
			[]string{"0|a|trim| x |x", "0|b|trim|\u00a0y|y"},
		},
		{"squeeze", `[{squeeze: [a]}]`, `[{"a": "x  \t y"}]`, text, []string{"x y|-|-|-"}, []string{"0|a|squeeze|x  \t y|x y"}},
		{
			"unicode", `[{unicode: {form: nfkc, columns: [a], drop_zero_width: true}}]`, `[{"a": "\uff21\u200bB"}, {"a": "e\u0301"}]`, text,
			[]string{"AB|-|-|-", "\u00e9|-|-|-"},
			[]string{"0|a|unicode|\uff21\u200bB|AB", "1|a|unicode|e\u0301|\u00e9"},
		},
		{
			"case", `[{case: {to: title, columns: [a]}}, {case: {to: upper, columns: [b]}}]`, `[{"a": "anna o'NEIL", "b": "x"}, {"a": "Bo", "b": "X"}]`, text,
			[]string{"Anna O'neil|X|-|-", "Bo|X|-|-"},
			[]string{"0|a|case|anna o'NEIL|Anna O'neil", "0|b|case#2|x|X"},
		},
		{
			"null tokens", `[{null_tokens: {tokens: ["?", -999]}}]`, `[{"a": "?", "b": "?", "n": -999, "f": -999}, {"a": "x", "b": "-999", "n": 1, "f": 0.5}]`, text,
			[]string{"-|-|-|-", "x|-|1|0.5"},
			[]string{"0|a|null_tokens|?|-", "0|b|null_tokens|?|-", "1|b|null_tokens|-999|-", "0|n|null_tokens|-999|-", "0|f|null_tokens|-999|-"},
		},
		{
			"map", `[{map: {columns: [a], values: {m: male, "": null}, other: other}}]`, `[{"a": "m"}, {"a": ""}, {"a": "q"}, {"a": "male"}]`,
			[]string{"a string"},
			[]string{"male", "-", "other", "other"},
			[]string{"0|a|map|m|male", "1|a|map||-", "2|a|map|q|other", "3|a|map|male|other"},
		},
		{
			"date text", `[{date: {columns: [a], from: ["%d.%m.%Y", "%-m/%-d/%y"], bad: keep}}]`, `[{"a": "31.01.2026"}, {"a": "2/3/26"}, {"a": "soon"}]`,
			[]string{"a string"},
			[]string{"2026-01-31", "2026-02-03", "soon"},
			[]string{"0|a|date|31.01.2026|2026-01-31", "1|a|date|2/3/26|2026-02-03"},
		},
		{
			"date column", `[{date: {columns: [a], from: ["%Y%m%d"], to: date, bad: "null"}}]`, `[{"a": "x"}]`,
			[]string{"a string"},
			[]string{"-"},
			[]string{"0|a|date|x|-"},
		},
		{
			"cast", `[{cast: {columns: [a, b], to: int64, bad: "null"}}]`, `[{"a": "12", "b": "x"}, {"a": null, "b": "7"}]`,
			[]string{"a string", "b category"},
			[]string{"12|-", "-|7"},
			[]string{"0|b|cast|x|-"},
		},
		{
			"clamp", `[{clamp: {columns: [n, f], low: 0, high: 10}}, {clamp: {columns: [n], high: 5, outside: "null"}}]`, `[{"n": -1, "f": 3.5}, {"n": 7, "f": 11}, {"n": null, "f": null}]`,
			[]string{"n int32", "f float32"},
			[]string{"0|3.5", "-|10", "-|-"},
			[]string{"0|n|clamp|-1|0", "1|f|clamp|11|10", "1|n|clamp#2|7|-"},
		},
		{
			"fill", `[{fill: {columns: [a, b], value: none}}, {fill: {columns: [n, f], value: 0}}]`, `[{"a": null, "b": "x", "n": 1, "f": null}, {"a": "y", "b": null, "n": null, "f": 2}]`, text,
			[]string{"none|x|1|0", "y|none|0|2"},
			[]string{"0|a|fill|-|none", "1|b|fill|-|none", "1|n|fill#2|-|0", "0|f|fill#2|-|0"},
		},
		{
			"duplicates", `[{drop_duplicates: true}, {trim: [a]}]`, `[{"a": " x", "f": 0}, {"a": " x", "f": -0.0}, {"a": " x", "f": null}, {"a": " x", "f": null}, {"a": " z", "f": 1}]`,
			[]string{"a string", "f float64"},
			[]string{"x|0", "x|-", "z|1"},
			[]string{"1|-|drop_duplicates|-|-", "3|-|drop_duplicates|-|-", "0|a|trim| x|x", "2|a|trim| x|x", "4|a|trim| z|z"},
		},
		{"nulls", `[{drop_nulls: [n]}]`, `[{"n": 1}, {"n": null}, {"n": 2}]`, []string{"n int64"}, []string{"1", "2"}, []string{"1|-|drop_nulls|-|-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, audit, changes, err := cleaned(t, c.recipe, schema(t, c.fields...), c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, out); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sorted(c.audit), sorted(audit)); diff != "" {
				t.Errorf("audit (-want +got):\n%s", diff)
			}
			var n int64
			for _, ch := range changes {
				n += ch.Rows
			}
			if n != int64(len(c.audit)) {
				t.Errorf("Changes count %d, the audit has %d", n, len(c.audit))
			}
		})
	}
}

func TestBadValuesAreErrorsWithTheirRow(t *testing.T) {
	for _, recipe := range []string{`[{cast: {columns: [a], to: int64}}]`, `[{date: {columns: [a], from: ["%Y"]}}]`} {
		_, _, _, err := cleaned(t, recipe, schema(t, "a string"), `[{"a": "2026"}, {"a": "secret"}]`)
		if err == nil || !strings.Contains(err.Error(), `column "a": row 1`) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want one that names column and row and no value", recipe, err)
		}
	}
}

func TestRecipeMistakes(t *testing.T) {
	for name, recipe := range map[string]string{
		"empty":          `[]`,
		"unknown step":   `[{trm: true}]`,
		"two kinds":      `[{trim: true, squeeze: true}]`,
		"absent column":  `[{trim: [b]}]`,
		"wrong type":     `[{trim: [n]}]`,
		"unknown key":    `[{case: {too: lower}}]`,
		"no columns":     `[{clamp: {low: 1}}]`,
		"empty range":    `[{clamp: {columns: [n], low: 2, high: 1}}]`,
		"beyond type":    `[{clamp: {columns: [n], high: 300}}]`,
		"fraction":       `[{fill: {columns: [n], value: 1.5}}]`,
		"bad form":       `[{date: {columns: [a], from: ["%Q"]}}]`,
		"form of digits": `[{date: {columns: [a], from: ["2006-01-02"]}}]`,
		"same id":        `[{trim: true, id: x}, {squeeze: true, id: x}]`,
	} {
		_, _, _, err := cleaned(t, recipe, schema(t, "a string", "n int8"), `[]`)
		if err == nil || !strings.HasPrefix(err.Error(), "clean.yaml:") {
			t.Errorf("%s: error %v, want one with a line", name, err)
		}
	}
}

func TestEveryStepIsInTheCatalogue(t *testing.T) {
	for _, d := range Catalogue() {
		n := fmt.Sprintf("[{%s: %s}]", d.Name, d.Example)
		if _, err := Parse("x", []byte(n)); err != nil {
			t.Errorf("the example of %s does not parse: %v", d.Name, err)
		}
	}
}
