package rule

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/quality"
)

// filter is a compiled where: it keeps the rows for which it is true.
type filter struct {
	source  string
	program *expr.Program
}

// boolean compiles an expression that says yes or no of a row.
func boolean(source string, at document.Pos, schema *arrow.Schema) (*expr.Program, error) {
	p, err := expr.Compile(source, schema)
	if err != nil {
		fault := at.Errorf("%v", err)
		if e := (*expr.Error)(nil); errors.As(err, &e) {
			fault.Hint = e.Hint
		}
		return nil, fault
	}
	if p.Type().ID() != arrow.BOOL {
		return nil, at.Errorf("expression: it gives %s, expected a bool such as a comparison", p.Type())
	}
	return p, nil
}

// filter finds or compiles a where of the table.
func (t *tablePlan) filter(source string, at document.Pos) (int, error) {
	for i, f := range t.wheres {
		if f.source == source {
			return i, nil
		}
	}
	p, err := boolean(source, at, t.schema)
	if err != nil {
		return -1, err
	}
	t.wheres = append(t.wheres, &filter{source, p})
	return len(t.wheres) - 1, nil
}

func (f *filter) mask(v *view, out bitmap) error {
	return v.selects(f.program.Select, out)
}

// selects packs the bits of an expression.
func (v *view) selects(f func(b arrow.Record, dst []byte) (int, error), out bitmap) error {
	bytes, _ := v.pair()
	if _, err := f(v.batch, bytes); err != nil {
		return err
	}
	copyBits(out, bytes, 0, v.n)
	return nil
}

// judges packs the bits of the rows for which a program is true, and of those
// for which it is false.
func (v *view) judges(p *expr.Program, yes, no bitmap) error {
	y, n := v.pair()
	if err := p.Judge(v.batch, y, n); err != nil {
		return err
	}
	copyBits(yes, y, 0, v.n)
	copyBits(no, n, 0, v.n)
	return nil
}

// pair lends two Arrow bitmaps.
func (v *view) pair() (a, b []byte) {
	n := (v.n + 7) / 8
	if cap(v.bytes) < 2*n {
		v.bytes = make([]byte, 2*n)
	}
	return v.bytes[:n:n], v.bytes[n : 2*n]
}

// rowChecks lists the checks of whole rows.
func rowChecks() []Def {
	row := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "rows", About: about, Example: example, Dimension: quality.Consistency, scope: scopeTable, bind: bind}
	}
	return []Def{
		row("expr", "a row expression is true; a row for which it is null is not judged", `"end >= start"`, func(b *binder) error {
			if err := scalar(b.arg); err != nil {
				return err
			}
			return b.expression(b.arg.Text, b.arg.Pos)
		}),
		row("implies", "where one expression is true, so is another", `{if: "status == 'closed'", then: "end != null"}`, func(b *binder) error {
			var f struct {
				If   *document.Node `yaml:"if"`
				Then *document.Node `yaml:"then"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if f.If == nil || f.Then == nil {
				return b.arg.Pos.Errorf("implies needs if and then")
			}
			return b.implication(f.If, f.Then)
		}),
	}
}

// expression binds a check to an expression of the row.
func (b *binder) expression(source string, at document.Pos) error {
	p, err := boolean(source, at, b.table.schema)
	if err != nil {
		return err
	}
	b.reads(p)
	b.check.make = func(*State, bool) (cell, error) { return &exprCell{then: p}, nil }
	return nil
}

func (b *binder) implication(when, then *document.Node) error {
	p, err := boolean(when.Text, when.Pos, b.table.schema)
	if err != nil {
		return err
	}
	q, err := boolean(then.Text, then.Pos, b.table.schema)
	if err != nil {
		return err
	}
	b.reads(p)
	b.reads(q)
	b.check.make = func(*State, bool) (cell, error) { return &exprCell{when: p, then: q}, nil }
	return nil
}

// reads notes the columns that an expression reads.
func (b *binder) reads(p *expr.Program) {
	for _, name := range p.Expr().Columns() {
		if idx := b.table.schema.FieldIndices(name); len(idx) == 1 {
			b.check.note(idx[0])
		}
	}
}

// exprCell judges rows by an expression: null is not applicable.
type exprCell struct {
	stateless
	when *expr.Program // nil for all rows
	then *expr.Program
}

func (c *exprCell) add(v *view, applies, fail bitmap) error {
	mask := v.borrow(v.n)
	defer v.give(mask)
	if c.when != nil {
		if err := v.selects(c.when.Select, mask); err != nil {
			return fmt.Errorf("if: %w", err)
		}
		applies.and(mask)
	}
	if err := v.judges(c.then, mask, fail); err != nil {
		return err
	}
	fail.and(applies)
	mask.or(fail)
	applies.and(mask)
	return nil
}
