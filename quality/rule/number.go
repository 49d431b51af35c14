package rule

import (
	"math"
	"math/big"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// values lists the checks of single values.
func values() []Def {
	one := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "value", About: about, Example: example, Dimension: quality.Validity, bind: bind}
	}
	return []Def{
		one("between", "lies in a range, both ends included; null leaves an end open", "[0, 120]", func(b *binder) error {
			ends, err := items(b.arg)
			if err != nil || len(ends) != 2 {
				return b.arg.Pos.Errorf("between takes [LOW, HIGH]")
			}
			return b.within(end{node: ends[0]}, end{node: ends[1]})
		}),
		one("gt", "is greater than a value", "0", func(b *binder) error { return b.within(end{b.arg, true}, end{}) }),
		one("ge", "is at least a value", "0", func(b *binder) error { return b.within(end{node: b.arg}, end{}) }),
		one("lt", "is less than a value", "100", func(b *binder) error { return b.within(end{}, end{b.arg, true}) }),
		one("le", "is at most a value", "100", func(b *binder) error { return b.within(end{}, end{node: b.arg}) }),
		one("in_set", "is one of a list, or of the lines of a file", "[a, b, c]", func(b *binder) error { return b.member(true) }),
		one("not_in_set", "is none of a list, or of the lines of a file", "[test, dummy]", func(b *binder) error { return b.member(false) }),
	}
}

// end is one end of a range; a nil node leaves it open.
type end struct {
	node   *document.Node
	strict bool
}

func (e end) open() bool { return e.node == nil || e.node.Kind == document.Null }

// within binds a range check.
func (b *binder) within(low, high end) error {
	if low.open() && high.open() {
		return b.arg.Pos.Errorf("a range needs at least one end")
	}
	var lo, hi *big.Rat
	var err error
	k := b.kind()
	switch k {
	case kindInt, kindUint, kindFloat:
	case kindWide:
		return b.withinWide(low, high)
	default:
		return b.needs("a number or a time")
	}
	if !low.open() {
		if lo, err = b.constant(low.node); err != nil {
			return err
		}
	}
	if !high.open() {
		if hi, err = b.constant(high.node); err != nil {
			return err
		}
	}
	if lo != nil && hi != nil && lo.Cmp(hi) > 0 {
		return b.arg.Pos.Errorf("the range is empty: its low end is above its high end")
	}
	if k == kindFloat {
		from, to := math.Inf(-1), math.Inf(1)
		if lo != nil {
			from = floatLimit(lo, false, low.strict, valueType(b.field.Type))
		}
		if hi != nil {
			to = floatLimit(hi, true, high.strict, valueType(b.field.Type))
		}
		b.judge(floatsWithin(from, to))
		return nil
	}
	unit, unsigned := step(b.field.Type), k == kindUint
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if lo != nil {
		if _, above := outside(lo, unit, unsigned); above {
			return low.node.Pos.Errorf("no value of a %s column is that great", b.field.Type)
		}
		from = limit(lo, unit, unsigned, false, low.strict)
	}
	if hi != nil {
		if below, _ := outside(hi, unit, unsigned); below {
			return high.node.Pos.Errorf("no value of a %s column is that small", b.field.Type)
		}
		to = limit(hi, unit, unsigned, true, high.strict)
	}
	b.judge(intsWithin(from, to))
	return nil
}

// floatLimit is the end of a range of floats: a number as the column itself
// would hold it, so that 0.1 in a suite is 0.1 in the data; the next one inwards
// where the end itself is out.
func floatLimit(r *big.Rat, upper, strict bool, t arrow.DataType) float64 {
	f, _ := r.Float64()
	single := t.ID() == arrow.FLOAT32
	if single {
		f = float64(float32(f))
	}
	inwards := math.Inf(1)
	if upper {
		inwards = math.Inf(-1)
	}
	switch {
	case strict && single:
		return float64(math.Nextafter32(float32(f), float32(inwards)))
	case strict:
		return math.Nextafter(f, inwards)
	}
	return f
}

// withinWide compares 128-bit decimals.
func (b *binder) withinWide(low, high end) error {
	unit := step(b.field.Type)
	key := func(e end, upper bool) (*wide, error) {
		if e.open() {
			return nil, nil
		}
		r, err := rational(e.node)
		if err != nil {
			return nil, err
		}
		q := r.Quo(r, unit)
		i := new(big.Int).Div(q.Num(), q.Denom())
		switch {
		case upper && e.strict && q.IsInt():
			i.Sub(i, big.NewInt(1))
		case !upper && (e.strict || !q.IsInt()):
			i.Add(i, big.NewInt(1))
		}
		if i.BitLen() > 127 {
			return nil, e.node.Pos.Errorf("no value of a %s column is that far from 0", b.field.Type)
		}
		hi := new(big.Int).Rsh(i, 64) // arithmetic shift: rounds down
		lo := new(big.Int).Sub(i, new(big.Int).Lsh(hi, 64))
		return &wide{hi.Int64(), lo.Uint64()}, nil
	}
	from, err := key(low, false)
	if err != nil {
		return err
	}
	to, err := key(high, true)
	if err != nil {
		return err
	}
	b.judge(func(c *column, pass bitmap) {
		each64(c.wide[:c.n], pass, func(v wide) bool {
			return (from == nil || !v.less(*from)) && (to == nil || !to.less(v))
		})
	})
	return nil
}

func (w wide) less(o wide) bool { return w.hi < o.hi || w.hi == o.hi && w.lo < o.lo }
