package proof

import (
	"math/big"

	"github.com/verisim/verisim/privacy/proof/field"
)

// maxBins is the largest histogram: more numbers than anybody reads, and each is
// a disclosure.
const maxBins = 1 << 16

// histogram discloses how many rows have each value, null first, by a lookup with
// public multiplicities. It proves the range too.
func (b *builder) histogram(s *Statement) error {
	c, err := b.column(s, s.Column)
	if err != nil {
		return err
	}
	if c.shape.hashed() {
		return b.fault("column %q needs the list of its values: a member statement with of", c.shape.Name)
	}
	if c.lo == nil {
		return b.fault("add a range statement for column %q: a histogram needs its values", c.shape.Name)
	}
	width := new(big.Int).Sub(c.hi, c.lo)
	if width.Cmp(big.NewInt(maxBins-2)) > 0 {
		return b.fault("the column has %s possible values; a histogram has at most %d", width, maxBins-1)
	}
	bins, lo := int(width.Int64())+2, c.lo.Int64()
	// 0 is null, 1 the lowest value, ...
	form := plus(one(c.v), c.there(), times(c.there(), negative(lo)))
	at := func(i int) uint64 {
		if i >= c.table.rows || !c.cells.there(i) {
			return 0
		}
		return uint64(c.cells.at(i)) - uint64(lo) + 1
	}
	if b.proves && b.sess == nil && len(s.Disclosed) == 0 {
		counts := make([]int64, bins)
		for i := range c.table.rows {
			k := at(i)
			if k >= uint64(bins) {
				return b.falsity(i, "the cell is outside the column's range")
			}
			counts[k]++
		}
		for _, n := range counts {
			s.Disclosed = append(s.Disclosed, big.NewInt(n).String())
		}
	}
	if len(s.Disclosed) != bins {
		return b.fault("it has %d counts for %d values", len(s.Disclosed), bins)
	}
	b.numbers = bins
	counts := make([]*big.Int, bins)
	total := new(big.Int)
	for i, text := range s.Disclosed {
		n, ok := disclosedNumber(text)
		if !ok || n.String() != text || n.Sign() < 0 {
			return b.fault("its count %d is malformed", i)
		}
		counts[i] = n
		total.Add(total, n)
	}
	if total.Cmp(big.NewInt(int64(c.table.rows))) != 0 {
		return b.fault("its counts add up to %s, the table has %d rows", total, c.table.rows)
	}
	b.after = append(b.after, func(d *drawn) error {
		h := d.reciprocal(c.table.rows, form, func(i int) field.Elem { return field.Uint(at(i)) })
		if b.sess == nil {
			return nil
		}
		padding := big.NewInt(int64(b.slots(c.table.rows) - c.table.rows))
		inverses, scratch := make([]field.Elem, bins), make([]field.Elem, bins)
		for i := range inverses {
			x := field.Uint(uint64(i))
			inverses[i].Sub(&d.alpha, &x)
		}
		if !field.Invert(inverses, scratch) {
			return errMet
		}
		var target field.Elem
		for i := range inverses {
			n := counts[i]
			if i == 0 {
				n = new(big.Int).Add(n, padding)
			}
			m := field.Big(n)
			m.Mul(&m, &inverses[i])
			target.Add(&target, &m)
		}
		b.sys.Sum(target, linear(one(h)))
		b.identity = max(b.identity, float64(bins+b.slots(c.table.rows)))
		return nil
	})
	return nil
}
