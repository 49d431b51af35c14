package proof

import (
	"math/big"
	"slices"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// uniqueKey proves that no combination of values of some columns occurs twice. Each
// row's cells are one number below 2^120, as in disjoint. Rows with a missing cell
// are refused, or, if the statement allows them, are not compared: then the sorted
// list has its values first, and a vector says which they are.
//
// Numbers of the list could go round p if any might stand there; values cannot, since
// each is below 2^120 and they are neighbours.
func (b *builder) uniqueKey(s *Statement) error {
	cols, err := b.several(s, 1, 64)
	if err != nil {
		return err
	}
	rows := cols[0].table.rows
	some := false
	for _, c := range cols {
		if c.b == ligero.None {
			continue
		}
		if some = s.Missing; some {
			break
		}
		n := big.NewInt(int64(rows))
		if err = b.within(rows, []ligero.Product{linear(one(c.b))}, n, n); err != nil {
			return err
		}
	}
	code, err := b.pack(cols)
	if err != nil {
		return err
	}
	there := func(i int) bool {
		return !slices.ContainsFunc(cols, func(c *builtColumn) bool { return !c.cells.there(i) })
	}
	sorted, err := b.keysOf(rows, func(i int) (rowKey, bool) { return code.value(cols, i), !some || there(i) })
	if err != nil {
		return err
	}
	keys := listOf(sorted)
	if b.keys != nil {
		keys = *b.keys
	}
	listed, is := keys.at, func(i int) field.Elem { return bit(keys.is(i)) }
	list := b.helper(rows, listed)
	tail := b.sys.Tail(rows)
	zero := []ligero.Vec{list}
	var all ligero.Form
	var isValue, isNext, each ligero.Vec
	if some {
		all = b.all(cols)
		isValue, isNext = b.helper(rows, is), b.helper(rows, func(i int) field.Elem { return is(i + 1) })
		// The rows that are compared, as a vector of its own.
		each = b.helper(rows, func(i int) field.Elem { return bit(there(i)) })
		b.sys.Zero(linear(all), linear(scale(one(each), -1)))
		b.boolean(isValue)
		b.sys.Zero(product(one(isNext), one(isValue)), linear(scale(one(isNext), -1))) // values come first
		zero = append(zero, isValue, isNext)
	}
	for _, v := range zero {
		b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: v, Pub: tail}}})
	}
	if some {
		b.steps(rows, list, one(isNext), 0, code.gaps(keys.step)...)
	} else {
		b.steps(rows, list, nil, 1, code.gaps(keys.step)...)
	}
	key := padded(rows, func(i int) field.Elem { return code.value(cols, i).element() })
	b.after = append(b.after, func(d *drawn) error {
		var x, y ligero.Vec
		if some {
			r, err := d.shift(rows)
			if err != nil {
				return err
			}
			d.sys.Sum(field.Elem{}, at(one(isNext), r.here), at(scale(one(isValue), -1), r.next))
			x = d.share(rows, each, code.form(cols), key, func(i int) field.Elem { return bit(there(i)) })
			y = d.share(rows, isValue, one(list), padded(rows, listed), is)
		} else {
			x = d.reciprocal(rows, code.form(cols), key)
			y = d.reciprocal(rows, one(list), padded(rows, listed))
		}
		d.sys.Sum(field.Elem{}, linear(one(x)), linear(scale(one(y), -1)))
		d.identity = max(d.identity, 2*float64(d.slots(rows)))
		return nil
	})
	return nil
}

// keyList is a sorted list: its numbers, which of them are values, and by how much a
// number's next is above it, less 1 if that is a value.
type keyList struct {
	at   func(i int) field.Elem
	is   func(i int) bool
	step func(i int) rowKey
}

// listOf has the values first, and behind them the last one again.
func listOf(sorted []rowKey) keyList {
	return keyList{
		func(i int) field.Elem {
			if len(sorted) == 0 {
				return field.Elem{}
			}
			return sorted[min(i, len(sorted)-1)].element()
		},
		func(i int) bool { return i < len(sorted) },
		func(i int) rowKey {
			if i+1 >= len(sorted) {
				return rowKey{}
			}
			return sorted[i+1].minus(sorted[i]).minus(rowKey{0, 1})
		},
	}
}

// keysOf sorts the numbers of the rows that are compared, and finds one that occurs
// twice.
func (b *builder) keysOf(rows int, of func(i int) (rowKey, bool)) ([]rowKey, error) {
	if !b.proves {
		return nil, nil
	}
	out := make([]rowKey, 0, rows)
	for i := range rows {
		if k, ok := of(i); ok {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, rowKey.compare)
	if b.sess != nil || b.lies {
		return out, nil
	}
	for i := 1; i < len(out); i++ {
		if out[i] != out[i-1] {
			continue
		}
		seen := false
		for row := range rows {
			if k, ok := of(row); ok && k == out[i] {
				if seen {
					return nil, b.falsity(row, "its values occur before")
				}
				seen = true
			}
		}
	}
	return out, nil
}
