package proof

import (
	"cmp"
	"math/big"
	"math/bits"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// packing makes one number of a row's cells in some columns: each column takes its
// place, with 0 for a missing cell. Equal rows have equal numbers, and rows of other
// cells have others, but for strings whose hashes collide.
type packing struct {
	digits []digit
	most   rowKey // the largest number
}

type digit struct {
	lo     int64
	stride rowKey
}

// pack makes the packing of columns, which may stand in several tables: a set for
// each. Strings without a dictionary share the lowest place, where their hashes are
// added up with weights 1, 2, 4, ...: rows that have the same strings in other places
// have other numbers.
func (b *builder) pack(sets ...[]*builtColumn) (*packing, error) {
	stride := big.NewInt(1)
	for _, c := range sets[0] {
		if c.shape.hashed() {
			stride.Lsh(stride, 1)
		}
	}
	if stride.BitLen() > 1 { // (2^n - 1)·2^62 + 1 values
		stride.Sub(stride, big.NewInt(1)).Lsh(stride, hashBits).Add(stride, big.NewInt(1))
	}
	weight := rowKey{0, 1}
	p := &packing{}
	for i, first := range sets[0] {
		if first.shape.hashed() {
			for _, cols := range sets {
				b.shorten(cols[i])
			}
			p.digits = append(p.digits, digit{0, weight})
			weight = weight.plus(weight)
			continue
		}
		var lo, hi *big.Int
		for _, cols := range sets {
			c := cols[i]
			if c.lo == nil {
				return nil, b.fault("add a range statement for column %q of table %q", c.shape.Name, c.table.shape.Name)
			}
			if lo == nil || c.lo.Cmp(lo) < 0 {
				lo = c.lo
			}
			if hi == nil || c.hi.Cmp(hi) > 0 {
				hi = c.hi
			}
		}
		if stride.BitLen() > maxKeyBits {
			break
		}
		p.digits = append(p.digits, digit{lo.Int64(), rowKeyOf(stride)})
		width := new(big.Int).Sub(hi, lo)
		stride = new(big.Int).Mul(stride, width.Add(width, big.NewInt(2)))
	}
	if stride.BitLen() > maxKeyBits {
		return nil, b.fault("its columns together have more than 2^%d values; name fewer, or narrow their ranges", maxKeyBits)
	}
	p.most = rowKeyOf(stride.Sub(stride, big.NewInt(1)))
	return p, nil
}

// form is the number in terms of the columns' vectors.
func (p *packing) form(cols []*builtColumn) (f ligero.Form) {
	for i, c := range cols {
		f = plus(f, times(plus(one(c.v), c.there(), times(c.there(), negative(p.digits[i].lo))), p.digits[i].stride.element()))
	}
	return f
}

// value is the number of row i.
func (p *packing) value(cols []*builtColumn, i int) (k rowKey) {
	for j, c := range cols {
		if c.cells.there(i) {
			k = k.plus(p.digits[j].stride.times(uint64(c.cells.at(i)) - uint64(p.digits[j].lo) + 1))
		}
	}
	return k
}

// gaps are the digits of the differences of two such numbers, which step gives.
func (p *packing) gaps(step func(i int) rowKey) []gap {
	if p.most.hi == 0 {
		return []gap{{field.One(), func(i int) uint64 { return step(i).lo }, p.most.lo}}
	}
	return []gap{ // two digits of 60 bits; the lower may take all its values
		{field.One(), func(i int) uint64 { return step(i).low() }, 1<<60 - 1},
		{field.Uint(1 << 60), func(i int) uint64 { return step(i).high() }, p.most.high()},
	}
}

// shorten proves that the first number of a column's hash is one, below 2^62.
func (b *builder) shorten(c *builtColumn) {
	if !c.short {
		c.short = true
		b.inRange(c.table.rows, one(c.v), func(i int) uint64 { return uint64(c.cells.at(i)) }, 1<<hashBits-1)
	}
}

// maxKeyBits bounds the number that stands for a row: far enough from p that
// neither keys nor their differences wrap.
const maxKeyBits = 120

// rowKey is a whole number of 128 bits: what stands for a row.
type rowKey struct{ hi, lo uint64 }

func rowKeyOf(x *big.Int) rowKey {
	return rowKey{new(big.Int).Rsh(x, 64).Uint64(), new(big.Int).And(x, new(big.Int).SetUint64(^uint64(0))).Uint64()}
}

func (x rowKey) plus(y rowKey) rowKey {
	lo, c := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(x.hi, y.hi, c)
	return rowKey{hi, lo}
}

func (x rowKey) minus(y rowKey) rowKey {
	lo, c := bits.Sub64(x.lo, y.lo, 0)
	hi, _ := bits.Sub64(x.hi, y.hi, c)
	return rowKey{hi, lo}
}

func (x rowKey) times(k uint64) rowKey {
	hi, lo := bits.Mul64(x.lo, k)
	return rowKey{hi + x.hi*k, lo}
}

// low and high are the digits to the base 2^60.
func (x rowKey) low() uint64 { return x.lo & (1<<60 - 1) }

func (x rowKey) high() uint64 { return x.hi<<4 | x.lo>>60 }

func (x rowKey) compare(y rowKey) int {
	return cmp.Or(cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo))
}

func (x rowKey) element() field.Elem {
	hi, lo, s := field.Uint(x.hi), field.Uint(x.lo), field.Uint(1<<32)
	hi.Mul(&hi, &s)
	hi.Mul(&hi, &s)
	hi.Add(&hi, &lo)
	return hi
}
