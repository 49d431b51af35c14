package spec

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// binder is what a word sees when it is compiled: its column, what was declared
// beside it, and the way to other columns. A word reads the modifiers that it
// keeps through the methods here; what nobody read is an error.
type binder struct {
	c    *compiler
	t    *tab
	col  *column
	at   document.Pos
	want arrow.DataType // the declared type, or nil

	readUnique, readNumber, readCorrelate bool
}

func (b *binder) errorf(format string, args ...any) error { return b.at.Errorf(format, args...) }

// unique says whether the column is declared unique.
func (b *binder) unique() bool {
	b.readUnique = true
	return b.col.decl.Unique
}

// unused is the error for a modifier that does nothing here.
func (b *binder) unused() error {
	d := b.col.decl
	var names []string
	if d.Unique && !b.readUnique {
		names = append(names, "unique")
	}
	if !b.readNumber {
		if d.Clip != nil {
			names = append(names, "clip")
		}
		if d.Truncate != nil {
			names = append(names, "truncate")
		}
		if d.Round != nil {
			names = append(names, "round")
		}
	}
	if d.Correlate != nil && !b.readCorrelate {
		names = append(names, "correlate")
	}
	if names != nil {
		return d.pos.Errorf("%s cannot keep %s", d.word, strings.Join(names, ", "))
	}
	return nil
}

// typed sets the column's type: the declared one if it is of a kind that the
// word can make, else the word's own.
func (b *binder) typed(own arrow.DataType, can ...arrow.Type) error {
	b.col.typ = own
	if b.want == nil || arrow.TypeEqual(b.want, own) {
		return nil
	}
	for _, id := range can {
		if b.want.ID() == id {
			b.col.typ = b.want
			return nil
		}
	}
	return b.col.decl.pos.Errorf("%s makes %s and cannot make %s", b.col.decl.word, typeName(own), typeName(b.want))
}

// column finds and compiles another column of the table.
func (b *binder) column(name string, at document.Pos) (*column, error) {
	return b.c.columnOf(b.t, name, at)
}

func (c *compiler) columnOf(t *tab, name string, at document.Pos) (*column, error) {
	for _, col := range t.columns {
		if col.name == name {
			return col, c.column(col)
		}
	}
	return nil, unknown(at, fmt.Sprintf("column of table %q:", t.name), name, t.columnNames())
}

// columnNames lists the columns that have been declared.
func (t *tab) columnNames() (out []string) {
	for _, d := range t.decl.Columns {
		out = append(out, d.name)
	}
	return out
}

// dotted splits table.column.
func dotted(text string, at document.Pos) (head, tail string, err error) {
	head, tail, ok := strings.Cut(text, ".")
	if !ok || !isName(head) || !isName(tail) {
		return "", "", at.Errorf("expected two names with a dot between them, such as customer.id")
	}
	return head, tail, nil
}

// unknown is the error for a name that is none of the known ones.
func unknown(at document.Pos, what, name string, known []string) error {
	err := at.Errorf("there is no %s %q", what, name)
	if near := document.Nearest(name, known); near != "" {
		err.Hint = "did you mean " + near + "?"
		err.Cause += "; did you mean " + fmt.Sprintf("%q?", near)
	} else if len(known) > 0 && len(known) <= 40 {
		err.Cause += "; there are " + strings.Join(known, ", ")
	}
	return err
}

// typeName is the type in the language's own notation.
func typeName(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return "category"
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case *arrow.TimestampType:
		unit := t.Unit.String()
		switch {
		case t.Unit == arrow.Microsecond && t.TimeZone == "UTC":
			return "timestamp"
		case t.TimeZone == "":
			return "timestamp(" + unit + ")"
		}
		return "timestamp(" + unit + "," + t.TimeZone + ")"
	case *arrow.Date32Type:
		return "date"
	case *arrow.StringType:
		return "string"
	}
	return t.Name()
}

// room says whether a unique column has values for so many rows.
func (c *column) room(rows int64) error {
	if c.capacity == 0 || rows <= c.capacity {
		return nil
	}
	return c.decl.at.Errorf("column %q is unique and has room for %d values, and table %q has %d rows; make it longer, or the table smaller", c.name, c.capacity, c.table.name, rows)
}

// arrange puts parents before children and checks that this can be done. A
// column may depend on rows of any table; what must not go in a circle is what
// keys refer to.
func (c *compiler) arrange() error {
	var out []*tab
	done := map[*tab]int{}
	var visit func(t *tab) error
	visit = func(t *tab) error {
		switch done[t] {
		case 1:
			return t.pos.Errorf("tables refer to each other in a circle, and %q is one of them; leave out one ref", t.name)
		case 2:
			return nil
		}
		done[t] = 1
		needs := t.needs
		if t.parent != nil {
			needs = append([]*tab{t.parent}, needs...)
		}
		for _, p := range needs {
			if p == t {
				continue
			}
			if err := visit(p); err != nil {
				return err
			}
		}
		done[t] = 2
		out = append(out, t)
		return nil
	}
	for _, t := range c.s.tables {
		if err := visit(t); err != nil {
			return err
		}
	}
	c.s.tables = out
	return nil
}

// finish makes the schema.
func (t *tab) finish() {
	fields := make([]arrow.Field, len(t.visible))
	for i, c := range t.visible {
		f := arrow.Field{Name: c.name, Type: c.typ, Nullable: c.nullable}
		role := c.role
		if role == "" {
			role = table.RolePlain
		}
		fields[i] = table.WithLabel(f, table.Label{Role: role, Origin: table.OriginSynthetic})
	}
	facts := table.Facts{Name: t.name}
	if t.key != nil && !t.key.decl.Hidden {
		facts.Key = t.key.name
	}
	facts.Refs = t.refs
	t.schema = table.WithFacts(arrow.NewSchema(fields, nil), facts)
}
