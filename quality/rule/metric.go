package rule

import (
	"errors"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/expr"
)

// metric binds the check of an aggregate of an expression.
func (b *binder) metric() error {
	var f struct {
		Of      string         `yaml:"of"`
		Expr    *document.Node `yaml:"expr"`
		Between *document.Node `yaml:"between"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Expr == nil || f.Between == nil {
		return b.arg.Pos.Errorf("metric takes of (sum, mean, min, max or share), expr and between: [LOW, HIGH]")
	}
	lo, hi, err := b.bounds(f.Between)
	if err != nil {
		return err
	}
	p, err := expr.Compile(f.Expr.Text, b.table.schema)
	if err != nil {
		fault := f.Expr.Pos.Errorf("%v", err)
		if e := (*expr.Error)(nil); errors.As(err, &e) {
			fault.Hint = e.Hint
		}
		return fault
	}
	k := kindOf(p.Type())
	switch f.Of {
	case "share":
		if k != kindBool {
			return f.Expr.Pos.Errorf("the expression gives %s, and share takes a bool such as a comparison", p.Type())
		}
	case "sum", "mean", "min", "max":
		if k != kindInt && k != kindFloat || temporal(p.Type()) || span(p.Type()) {
			return f.Expr.Pos.Errorf("the expression gives %s, and %s takes a number", p.Type(), f.Of)
		}
	default:
		return b.arg.Pos.Errorf("metric takes of: sum, mean, min, max or share")
	}
	b.reads(p)
	unit, _ := step(p.Type()).Float64()
	b.check.make = func(*State, bool) (cell, error) {
		return &metricCell{program: p, of: f.Of, unit: unit, lo: lo, hi: hi, least: math.Inf(1), most: math.Inf(-1)}, nil
	}
	return nil
}

// metricCell sums what an expression gives; null is not applicable, NaN makes
// the sum NaN.
type metricCell struct {
	program     *expr.Program
	of          string
	unit        float64
	lo, hi      float64
	n           int64
	sum         exactSum
	odd         float64 // sum of what is not finite, else 0
	least, most float64
	column      column
}

func (c *metricCell) add(v *view, applies, _ bitmap) error {
	a, err := c.program.Eval(v.batch, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	defer a.Release()
	if a.DataType().ID() == arrow.NULL {
		applies.zero()
		return nil
	}
	if err = c.column.load(a); err != nil {
		return err
	}
	present(v, &c.column, nil, applies)
	c.n += applies.count()
	if c.column.kind == kindBool {
		applies.and(c.column.bits)
		c.sum.add(float64(applies.count()))
		applies.zero()
		return nil
	}
	applies.each(func(i int) bool {
		x := numberAt(&c.column, i)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			c.odd += x
		} else {
			c.sum.add(x)
		}
		c.least, c.most = math.Min(c.least, x), math.Max(c.most, x)
		return true
	})
	applies.zero()
	return nil
}

func (c *metricCell) merge(o cell) error {
	p := o.(*metricCell)
	c.n += p.n
	c.sum.merge(&p.sum)
	c.odd += p.odd
	c.least, c.most = math.Min(c.least, p.least), math.Max(c.most, p.most)
	return nil
}

func (c *metricCell) finish(t *tally) error {
	t.whole = true
	if c.n == 0 {
		t.broken = "judged no row: the expression is null, or every row is left out by where"
		return nil
	}
	sum := c.sum.value()*c.unit + c.odd
	switch c.of {
	case "sum":
		t.measured("the sum", sum, c.lo, c.hi)
	case "mean":
		t.measured("the mean", sum/float64(c.n), c.lo, c.hi)
	case "share":
		t.measured("the share", sum/float64(c.n), c.lo, c.hi)
	case "min":
		t.measured("the least value", c.least*c.unit, c.lo, c.hi)
	case "max":
		t.measured("the greatest value", c.most*c.unit, c.lo, c.hi)
	}
	return nil
}

func (c *metricCell) close() {}
