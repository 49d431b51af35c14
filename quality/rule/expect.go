package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// presenceOf lists the checks of presence beyond one column's nulls.
func presenceOf() []Def {
	one := func(name, about, example string, s scope, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "presence", About: about, Example: example, Dimension: quality.Completeness, scope: s, bind: bind}
	}
	return []Def{
		{Name: "completeness", Family: "presence", About: "at least this share of rows has a value; none of them goes to quarantine for it", Example: "0.95", Dimension: quality.Completeness, whole: true, bind: func(b *binder) error {
			p, err := b.arg.Float()
			if err != nil || !(p > 0 && p <= 1) {
				return b.arg.Pos.Errorf("completeness is a share above 0 and at most 1")
			}
			col, missing := b.col, b.missing
			b.check.make = func(*State, bool) (cell, error) { return &shareCell{col: col, missing: missing, least: p}, nil }
			return nil
		}},
		one("required_if", "has a value where an expression is true", `"status == 'open'"`, scopeColumn, func(b *binder) error {
			p, err := boolean(b.arg.Text, b.arg.Pos, b.table.schema)
			if err != nil {
				return err
			}
			inner := presenceCell{col: b.col, missing: b.missing}
			b.check.make = func(*State, bool) (cell, error) { return &requiredCell{when: p, presenceCell: inner}, nil }
			return nil
		}),
		one("rows_complete", "none of these columns is null", "[name, city]", scopeTable, func(b *binder) error { return b.nullsOf(false) }),
		one("all_or_none", "of these columns all are null or none is", "[street, city]", scopeTable, func(b *binder) error { return b.nullsOf(true) }),
	}
}

// shareCell counts the rows that have a value.
type shareCell struct {
	col         int
	missing     predicate
	least       float64
	rows, there int64
}

func (c *shareCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	c.rows += applies.count()
	present(v, col, c.missing, applies)
	c.there += applies.count()
	applies.zero()
	return nil
}

func (c *shareCell) merge(o cell) error {
	p := o.(*shareCell)
	c.rows, c.there = c.rows+p.rows, c.there+p.there
	return nil
}

func (c *shareCell) finish(t *tally) error {
	t.whole = true
	if c.rows == 0 {
		t.broken = "judged no row: every one is left out by where"
		return nil
	}
	t.measured("the share of rows with a value", float64(c.there)/float64(c.rows), c.least, 1)
	return nil
}

func (c *shareCell) close() {}

// requiredCell judges presence where an expression is true.
type requiredCell struct {
	presenceCell
	when *expr.Program
}

func (c *requiredCell) add(v *view, applies, fail bitmap) error {
	m := v.borrow(v.n)
	err := v.selects(c.when.Select, m)
	applies.and(m)
	v.give(m)
	if err != nil {
		return err
	}
	return c.presenceCell.add(v, applies, fail)
}

// nullsOf binds a check of the nulls of several columns.
func (b *binder) nullsOf(noneToo bool) error {
	cols, err := b.columnList(b.arg)
	if err != nil {
		return err
	}
	b.check.make = func(*State, bool) (cell, error) { return &nullsCell{cols: cols, noneToo: noneToo}, nil }
	return nil
}

type nullsCell struct {
	stateless
	cols    []int
	noneToo bool
}

func (c *nullsCell) add(v *view, applies, fail bitmap) error {
	every, some := v.borrow(v.n), v.borrow(v.n) // rows where every, some column has a value
	every.fill(v.n)
	some.zero()
	for _, i := range c.cols {
		col, err := v.column(i)
		if err != nil {
			return err
		}
		if col.valid == nil {
			some.fill(v.n)
			continue
		}
		every.and(col.valid)
		some.or(col.valid)
	}
	for i := range fail {
		fail[i] = applies[i] &^ every[i]
		if c.noneToo {
			fail[i] &= some[i]
		}
	}
	v.give(every)
	v.give(some)
	return nil
}

// schemaChecks lists the checks of what columns there are.
func schemaChecks() []Def {
	of := func(name, about, example string, s scope, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "type", About: about, Example: example, Dimension: quality.Validity, scope: s, whole: true, bind: bind}
	}
	return []Def{
		{Name: "exists", Family: "type", About: "the column is there", Example: "true", Dimension: quality.Completeness, whole: true, absentColumn: true, bind: func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			n := len(b.table.schema.FieldIndices(b.check.spec.Column))
			b.verdictOnly(n == 1, fmt.Sprintf("%d columns have this name", n))
			return nil
		}},
		of("nullable", "the column is declared so that it may, or may not, hold nulls", "false", scopeColumn, func(b *binder) error {
			if b.arg.Kind != document.Bool {
				return b.arg.Pos.Errorf("nullable takes true or false")
			}
			is := b.field.Nullable
			b.verdictOnly(is == (b.arg.Text == "true"), fmt.Sprintf("the column is declared nullable: %v", is))
			return nil
		}),
		of("one_kind", "values are all whole numbers, all numbers, all dates, all bools, or all something else", "true", scopeColumn, (*binder).oneKind),
		of("columns", "the table has exactly these columns, in any order", "[id, name]", scopeTable, func(b *binder) error {
			want, err := b.names()
			if err != nil {
				return err
			}
			lacks, extra := compareNames(want, fieldNames(b.table.schema))
			b.verdictOnly(len(lacks)+len(extra) == 0, fmt.Sprintf("lacks %s, has %s more", table.ListNames(lacks), table.ListNames(extra)))
			return nil
		}),
		of("columns_in_order", "the table has exactly these columns, in this order", "[id, name]", scopeTable, func(b *binder) error {
			want, err := b.names()
			if err != nil {
				return err
			}
			have := fieldNames(b.table.schema)
			b.verdictOnly(slices.Equal(want, have), "the columns are "+table.ListNames(have))
			return nil
		}),
		of("has_columns", "the table has these columns, and maybe more", "[id, name]", scopeTable, func(b *binder) error {
			want, err := b.names()
			if err != nil {
				return err
			}
			lacks, _ := compareNames(want, fieldNames(b.table.schema))
			b.verdictOnly(len(lacks) == 0, "lacks "+table.ListNames(lacks))
			return nil
		}),
		of("extra_columns", "the table has no columns beside these", "[id, name]", scopeTable, func(b *binder) error {
			want, err := b.names()
			if err != nil {
				return err
			}
			_, extra := compareNames(want, fieldNames(b.table.schema))
			b.verdictOnly(len(extra) == 0, fmt.Sprintf("has %s more", table.ListNames(extra)))
			return nil
		}),
		of("column_count", "the table has so many columns: N, or [LOW, HIGH]", "[2, 40]", scopeTable, func(b *binder) error {
			lo, hi, err := span64(b.arg)
			if err != nil {
				return err
			}
			n := int64(b.table.schema.NumFields())
			b.verdictOnly(n >= lo && n <= hi, fmt.Sprintf("%d columns", n))
			return nil
		}),
		of("name_pattern", "every column's name matches a regular expression", `"^[a-z_]+$"`, scopeTable, func(b *binder) error {
			re, err := compilePattern(b.arg)
			if err != nil {
				return err
			}
			var bad []string
			for _, n := range fieldNames(b.table.schema) {
				if !re.Match([]byte(n)) {
					bad = append(bad, n)
				}
			}
			b.verdictOnly(len(bad) == 0, "not so: "+table.ListNames(bad))
			return nil
		}),
		of("same_schema", "names and types are those of the reference state, or of another table", "reference", scopeTable, (*binder).sameSchema),
	}
}

func fieldNames(s *arrow.Schema) []string {
	out := make([]string, s.NumFields())
	for i, f := range s.Fields() {
		out[i] = f.Name
	}
	return out
}

// names reads a list of words.
func (b *binder) names() ([]string, error) {
	nodes, err := items(b.arg)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range nodes {
		if err := scalar(n); err != nil {
			return nil, err
		}
		out = append(out, n.Text)
	}
	return out, nil
}

func compareNames(want, have []string) (lacks, extra []string) {
	for _, w := range want {
		if !slices.Contains(have, w) {
			lacks = append(lacks, w)
		}
	}
	for _, h := range have {
		if !slices.Contains(want, h) {
			extra = append(extra, h)
		}
	}
	return lacks, extra
}

func (b *binder) sameSchema() error {
	var other *arrow.Schema
	if b.arg.Text == "reference" {
		ref, err := b.reference()
		if err != nil {
			return err
		}
		other = ref.Schema()
	} else {
		t, err := b.plan.table(b.arg.Text, b.arg.Pos, b.schemas)
		if err != nil {
			return err
		}
		other = t.schema
	}
	same, what := schemaDifference(b.table.schema, other)
	b.verdictOnly(same, what)
	return nil
}

// schemaDifference names the first difference of two schemas.
func schemaDifference(have, want *arrow.Schema) (same bool, what string) {
	lacks, extra := compareNames(fieldNames(want), fieldNames(have))
	if len(lacks)+len(extra) > 0 {
		return false, fmt.Sprintf("lacks %s, has %s more", table.ListNames(lacks), table.ListNames(extra))
	}
	for _, f := range want.Fields() {
		i, err := table.Column(have, f.Name)
		if err != nil {
			return false, err.Error()
		}
		if g := have.Field(i); !arrow.TypeEqual(f.Type, g.Type) {
			return false, fmt.Sprintf("column %q is %s and not %s", f.Name, g.Type, f.Type)
		}
	}
	return true, "names and types are the same"
}

// oneKind counts what the values of a text column could be read as.
func (b *binder) oneKind() error {
	if err := b.yes(); err != nil {
		return err
	}
	if b.kind() != kindText {
		return b.needs("text")
	}
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) { return &kindsCell{col: col, missing: missing}, nil }
	return nil
}

type kindsCell struct {
	col     int
	missing predicate
	counts  [5]int64 // int, number, date, bool, other
}

func (c *kindsCell) add(v *view, applies, _ bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	applies.each(func(i int) bool {
		c.counts[textKind(col.bytes(i))]++
		return true
	})
	applies.zero()
	return nil
}

func textKind(s []byte) int {
	text := strings.TrimSpace(string(s))
	for k, f := range []string{"int64", "float64", "date", "bool"} {
		if ok := casts(f); ok != nil && ok([]byte(text)) {
			return k
		}
	}
	return 4
}

func (c *kindsCell) merge(o cell) error {
	for i, n := range o.(*kindsCell).counts {
		c.counts[i] += n
	}
	return nil
}

func (c *kindsCell) finish(t *tally) error {
	t.whole = true
	n := c.counts
	if n == ([5]int64{}) {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	t.message = fmt.Sprintf("%d whole numbers, %d other numbers, %d dates, %d bools, %d others", n[0], n[1], n[2], n[3], n[4])
	n[1] += n[0] // whole numbers are numbers
	n[0] = 0
	kinds := 0
	for _, k := range n {
		if k > 0 {
			kinds++
		}
	}
	if kinds > 1 {
		t.failed = 1
	}
	return nil
}

func (c *kindsCell) close() {}
