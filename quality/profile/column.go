package profile

import (
	"math/big"

	"github.com/apache/arrow/go/v17/arrow"
)

// column is the state of one column. While it has few different values, their
// counts are all that is kept and everything else follows from them; beyond
// that each value is accumulated as it comes.
type column struct {
	field arrow.Field
	plan
	nulls  uint64
	values distinct
	arena  arena
	num    *numbers
	txt    *texts
	week   *[168]uint64 // of timestamps, by hour from Monday 00:00 UTC
}

// plan says how a column is read.
type plan struct {
	kind Kind
	domain
	decimals int32          // whole numbers stand for 10^-decimals
	seconds  *big.Rat       // the unit of times and spans
	value    arrow.DataType // of the values, under any dictionary
}

func planOf(t arrow.DataType) plan {
	p := plan{value: t}
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return planOf(t.ValueType)
	case arrow.ExtensionType:
		return planOf(t.StorageType())
	case *arrow.BooleanType:
		p.kind = KindBool
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type:
		p.kind = KindInt
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		p.kind, p.unsigned = KindInt, true
	case *arrow.Float16Type, *arrow.Float32Type, *arrow.Float64Type:
		p.kind, p.float = KindFloat, true
	case *arrow.Decimal128Type:
		// Up to 18 digits fit a word and stay exact.
		if t.Precision <= 18 {
			p.kind, p.decimals = KindInt, t.Scale
		} else {
			p.kind, p.float = KindFloat, true
		}
	case *arrow.Decimal256Type:
		p.kind, p.float = KindFloat, true
	case *arrow.Date32Type:
		p.kind, p.seconds = KindTime, big.NewRat(86400, 1)
	case *arrow.Date64Type:
		p.kind, p.seconds = KindTime, big.NewRat(1, 1000)
	case *arrow.TimestampType:
		p.kind, p.seconds = KindTime, unitSeconds(t.Unit)
	case *arrow.Time32Type:
		p.kind, p.seconds = KindSpan, unitSeconds(t.Unit)
	case *arrow.Time64Type:
		p.kind, p.seconds = KindSpan, unitSeconds(t.Unit)
	case *arrow.DurationType:
		p.kind, p.seconds = KindSpan, unitSeconds(t.Unit)
	case *arrow.StringType, *arrow.LargeStringType:
		p.kind = KindText
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.FixedSizeBinaryType:
		p.kind = KindBytes
	default:
		p.kind = KindNested
	}
	return p
}

func unitSeconds(u arrow.TimeUnit) *big.Rat {
	return big.NewRat(1, []int64{1, 1e3, 1e6, 1e9}[u&3])
}

func (p plan) numeric() bool {
	return p.kind != KindText && p.kind != KindBytes && p.kind != KindNested
}

func (p plan) text() bool { return p.kind == KindText || p.kind == KindBytes }

// unit is what one step of a whole key is worth.
func (p plan) unit() *big.Rat {
	switch {
	case p.seconds != nil:
		return p.seconds
	case p.decimals > 0:
		return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(p.decimals)), nil))
	case p.decimals < 0:
		return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-p.decimals)), nil))
	}
	return big.NewRat(1, 1)
}

// number is what a key stands for: seconds for times and spans.
func (p plan) number(key uint64) float64 {
	var v float64
	switch {
	case p.float:
		return keyFloat(key)
	case p.unsigned:
		v = float64(key)
	default:
		v = float64(keyInt(key))
	}
	if p.seconds == nil && p.decimals == 0 {
		return v
	}
	r := new(big.Rat)
	if r.SetFloat64(v) == nil {
		return v
	}
	return toFloat(r.Mul(r, p.unit()))
}

func newColumn(f arrow.Field, k int, noValues bool) *column {
	c := &column{field: f, plan: planOf(f.Type), values: newDistinct(k)}
	if c.text() {
		c.arena.bare = noValues
		c.values.values = &c.arena
	}
	return c
}

// full says whether the column has more different values than are counted one
// by one, and therefore accumulates.
func (c *column) full() bool { return c.num != nil || c.txt != nil }

// addKey takes in a numeric key n times.
func (c *column) addKey(key, n uint64) {
	wasFull := c.full()
	if h := mix(key); h <= c.values.limit {
		if s := c.values.probe(h); s.n != 0 {
			s.n += n
		} else if c.values.claim(s, h, n, 0) {
			c.spill()
		}
	}
	if wasFull {
		c.num.addN(c.domain, key, n)
		c.addWeek(key, n)
	}
}

// addText takes in a text n times; h is its hash.
func (c *column) addText(h uint64, b []byte, n uint64) {
	length, flags := inspect(b, c.kind == KindBytes)
	c.addItem(h, b, length, flags, n)
}

func (c *column) addItem(h uint64, b []byte, length uint64, flags uint8, n uint64) {
	wasFull := c.full()
	if h <= c.values.limit {
		if s := c.values.probe(h); s.n != 0 {
			s.n += n
		} else if c.values.claim(s, h, n, c.arena.put(b, length, flags)) {
			c.spill()
		}
	}
	if wasFull {
		c.txt.add(b, length, flags, n)
		c.txt.lengths.addN(length, n)
	}
}

// spill starts the accumulation with all that was counted so far.
func (c *column) spill() {
	if c.full() {
		return
	}
	c.num, c.txt, c.week = c.accumulated()
}

// accumulated gives the accumulators, made from the counts if there are none
// yet. It does not change the column.
func (c *column) accumulated() (*numbers, *texts, *[168]uint64) {
	if c.full() {
		return c.num, c.txt, c.week
	}
	switch {
	case c.numeric():
		tmp := column{field: c.field, plan: c.plan, num: newNumbers()}
		if c.hasWeek() {
			tmp.week = new([168]uint64)
		}
		for _, s := range c.values.live() {
			k := unmix(s.h)
			tmp.num.addN(c.domain, k, s.n)
			tmp.addWeek(k, s.n)
		}
		return tmp.num, nil, tmp.week
	case c.text():
		t := &texts{bare: c.arena.bare}
		for _, s := range c.values.live() {
			it := c.arena.items[s.ref]
			t.add(c.arena.bytes(s.ref), it.length, it.flags, s.n)
			t.lengths.addN(it.length, s.n)
		}
		return nil, t, nil
	}
	return nil, nil, nil
}

func (c *column) merge(o *column) {
	c.nulls += o.nulls
	if o.full() {
		c.spill()
		// o has lost its larger hashes, so the whole keeps none of them either.
		c.values.over = true
		c.values.limit = min(c.values.limit, o.values.limit)
		if c.num != nil {
			c.num.merge(o.num)
		}
		if c.txt != nil {
			c.txt.merge(o.txt)
		}
		if c.week != nil && o.week != nil {
			for i, n := range o.week {
				c.week[i] += n
			}
		}
	}
	for _, s := range o.values.live() {
		switch {
		case o.full(): // its values were accumulated above
			c.mergeCount(o, s)
		case c.text():
			it := o.arena.items[s.ref]
			c.addItem(s.h, o.arena.bytes(s.ref), it.length, it.flags, s.n)
		default:
			c.addKey(unmix(s.h), s.n)
		}
	}
}

func (c *column) mergeCount(o *column, s slot) {
	if s.h > c.values.limit {
		return
	}
	t := c.values.probe(s.h)
	if t.n != 0 {
		t.n += s.n
		return
	}
	var ref int32
	if c.text() {
		it := o.arena.items[s.ref]
		ref = c.arena.put(o.arena.bytes(s.ref), it.length, it.flags)
	}
	c.values.claim(t, s.h, s.n, ref)
}

// KindOf says how values of a type are read.
func KindOf(t arrow.DataType) Kind { return planOf(t).kind }
