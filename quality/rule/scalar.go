package rule

import (
	"bytes"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// scalars lists the checks of single values beside ranges and sets.
func scalars() []Def {
	one := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "value", About: about, Example: example, Dimension: quality.Validity, bind: bind}
	}
	on := func(name, about string, bind func(b *binder) error) Def {
		return one(name, about, "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			return bind(b)
		})
	}
	zero := func(b *binder) *document.Node {
		return &document.Node{Pos: b.arg.Pos, Kind: document.Int, Text: "0"}
	}
	return []Def{
		one("eq", "equals a value", "5", func(b *binder) error { return b.equal(true) }),
		one("ne", "differs from a value", "0", func(b *binder) error { return b.equal(false) }),
		on("positive", "is greater than 0", func(b *binder) error {
			if err := b.plainNumber(); err != nil {
				return err
			}
			return b.within(end{zero(b), true}, end{})
		}),
		on("non_negative", "is 0 or greater", func(b *binder) error {
			if err := b.plainNumber(); err != nil {
				return err
			}
			return b.within(end{node: zero(b)}, end{})
		}),
		on("finite", "is neither NaN nor infinite", func(b *binder) error {
			if b.kind() != kindFloat {
				return b.needs("a floating-point number")
			}
			b.judge(floatsWithin(-math.MaxFloat64, math.MaxFloat64))
			return nil
		}),
		one("multiple_of", "is a whole multiple of a number", "5", (*binder).multiple),
		one("max_decimals", "has at most so many digits after the decimal point", "2", (*binder).decimals),
		one("not_sentinel", "is no stand-in for a missing value: true for the usual ones, or a list", "true", (*binder).sentinel),
	}
}

// plainNumber refuses times and texts.
func (b *binder) plainNumber() error {
	switch b.kind() {
	case kindInt, kindUint, kindFloat, kindWide:
		if !temporal(b.field.Type) {
			return nil
		}
	}
	return b.needs("a number")
}

// equal binds eq and ne as a set of one.
func (b *binder) equal(in bool) error {
	if err := scalar(b.arg); err != nil {
		return err
	}
	list := *b
	list.arg = &document.Node{Pos: b.arg.Pos, Kind: document.List, Items: []*document.Node{b.arg}}
	if b.kind() == kindWide {
		return b.needs("a column of up to 18 digits, a text, a time or a bool")
	}
	return list.member(in)
}

func (b *binder) multiple() error {
	r, err := rational(b.arg)
	if err != nil {
		return err
	}
	if r.Sign() <= 0 {
		return b.arg.Pos.Errorf("multiple_of takes a number above 0")
	}
	switch b.kind() {
	case kindInt, kindUint:
		if temporal(b.field.Type) {
			return b.needs("a number")
		}
		// v steps of size s are a multiple of p/q when v*s*q divides by p.
		m := new(big.Rat).Quo(r, step(b.field.Type))
		if !m.IsInt() || !m.Num().IsInt64() {
			return b.arg.Pos.Errorf("multiple_of is no whole number of the column's steps (%s)", b.field.Type)
		}
		n := m.Num().Int64()
		if b.kind() == kindUint {
			b.judge(func(c *column, pass bitmap) {
				each64(c.ints[:c.n], pass, func(v int64) bool { return (uint64(v)^1<<63)%uint64(n) == 0 })
			})
			return nil
		}
		b.judge(func(c *column, pass bitmap) {
			each64(c.ints[:c.n], pass, func(v int64) bool { return v%n == 0 })
		})
	case kindFloat:
		f, _ := r.Float64()
		if r.IsInt() { // the remainder is exact
			b.judge(func(c *column, pass bitmap) {
				each64(c.flt[:c.n], pass, func(v float64) bool { return math.Mod(v, f) == 0 })
			})
			return nil
		}
		b.judge(func(c *column, pass bitmap) {
			each64(c.flt[:c.n], pass, func(v float64) bool { return wholeNumber(v / f) })
		})
	default:
		return b.needs("a number")
	}
	return nil
}

// wholeNumber allows for what decimal fractions lose in binary: the quotient of
// two numbers of 53 bits is off by a few parts in 2^52.
func wholeNumber(q float64) bool {
	return math.Abs(q-math.Round(q)) <= math.Abs(q)*0x1p-50 && !math.IsInf(q, 0)
}

// decimal says whether v is the number nearest to a whole multiple of 1/p: so
// far as float64 can hold the multiple, it has those digits and no more.
func decimal(v, p float64) bool {
	q := math.Abs(v * p)
	if q != q {
		return false
	}
	if q < 1<<53 {
		return math.Round(q)/p == math.Abs(v)
	}
	if v == math.Trunc(v) {
		return !math.IsInf(v, 0)
	}
	var buf [64]byte
	s := strconv.AppendFloat(buf[:0], v, 'f', -1, 64)
	return float64(len(s)-bytes.IndexByte(s, '.')-1) <= math.Log10(p)
}

func (b *binder) decimals() error {
	n, err := b.arg.Int()
	if err != nil || n < 0 || n > 15 {
		return b.arg.Pos.Errorf("max_decimals takes a whole number from 0 to 15")
	}
	switch b.kind() {
	case kindFloat:
		p := math.Pow10(int(n))
		b.judge(func(c *column, pass bitmap) {
			each64(c.flt[:c.n], pass, func(v float64) bool { return decimal(v, p) })
		})
	case kindInt:
		unit := step(b.field.Type) // 10^-scale
		m := new(big.Rat).Quo(new(big.Rat).SetFrac64(1, int64(math.Pow10(int(n)))), unit)
		if temporal(b.field.Type) || !m.IsInt() {
			if !temporal(b.field.Type) && m.Num().IsInt64() {
				b.judge(func(_ *column, pass bitmap) { all(pass) }) // the type has no more
				return nil
			}
			return b.needs("a number")
		}
		d := m.Num().Int64()
		b.judge(func(c *column, pass bitmap) {
			each64(c.ints[:c.n], pass, func(v int64) bool { return v%d == 0 })
		})
	case kindText:
		b.judge(eachText(func(s []byte) bool {
			i := bytes.IndexByte(s, '.')
			return i < 0 || len(s)-i-1 <= int(n)
		}))
	default:
		return b.needs("a number")
	}
	return nil
}

func all(pass bitmap) {
	for i := range pass {
		pass[i] = ^uint64(0)
	}
}

// textSentinels and numberSentinels are the usual stand-ins for a missing value,
// as statistics packages, survey codes and spreadsheets write them.
func textSentinels() []string {
	return []string{"", "-", "--", "?", ".", "n/a", "na", "nan", "null", "none", "nil", "missing", "unknown", "#n/a", "#na", "#value!", "undefined", "tbd", "xxx"}
}

func numberSentinels() []int64 {
	return []int64{-1, -9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999}
}

func (b *binder) sentinel() error {
	if b.arg.Kind == document.List {
		return b.member(false)
	}
	if err := b.yes(); err != nil {
		return err
	}
	switch b.kind() {
	case kindText:
		list := [][]byte(nil)
		for _, s := range textSentinels() {
			list = append(list, []byte(s))
		}
		set := newTexts(list)
		longest := len("undefined")
		b.judge(eachText(func(s []byte) bool {
			s = bytes.TrimSpace(s)
			var low [16]byte
			return len(s) > longest || !set.has(append(low[:0], bytes.ToLower(s)...))
		}))
	case kindInt:
		if temporal(b.field.Type) || !step(b.field.Type).IsInt() {
			return b.needs("text or whole numbers; write a list of sentinels")
		}
		b.judge(newInts(numberSentinels()).predicate(false))
	case kindFloat:
		sentinels := numberSentinels()
		b.judge(func(c *column, pass bitmap) {
			each64(c.flt[:c.n], pass, func(v float64) bool {
				return v == v && (v != math.Trunc(v) || !slices.Contains(sentinels, int64(v)))
			})
		})
	default:
		return b.needs("text or numbers")
	}
	return nil
}
