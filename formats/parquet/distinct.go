package parquet

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// distinct is the dictionary that a chunk is written with: each value once, in
// the order of first use. Hashes are seeded anew, so that no data can be made
// that collides; the codes do not depend on them.
type distinct struct {
	n     int
	width int    // of fixed-width values, 0 for texts
	plain []byte // the dictionary page
	ends  []int  // of texts, in plain
	slots []int32
	seed  maphash.Seed
	mix   uint64

	of    arrow.ArrayData // the Arrow dictionary that moved belongs to
	moved []int32         // code of each of its values, -1 not yet
}

func newDistinct(width int) *distinct {
	d := &distinct{width: width, seed: maphash.MakeSeed()}
	d.mix = maphash.Bytes(d.seed, []byte("mix")) | 1
	return d
}

func (d *distinct) reset() {
	d.n, d.plain, d.ends, d.of = 0, d.plain[:0], d.ends[:0], nil
	clear(d.slots)
}

// grow keeps the table at most half full.
func (d *distinct) grow() {
	if 2*(d.n+1) <= len(d.slots) {
		return
	}
	d.slots = make([]int32, max(1024, 2*len(d.slots)))
	for i := range d.n {
		var h uint64
		if d.width > 0 {
			h = d.hash(d.number(i))
		} else {
			h = maphash.Bytes(d.seed, d.text(i))
		}
		k := h & uint64(len(d.slots)-1)
		for d.slots[k] != 0 {
			k = (k + 1) & uint64(len(d.slots)-1)
		}
		d.slots[k] = int32(i + 1)
	}
}

func (d *distinct) hash(v uint64) uint64 {
	hi, lo := bits.Mul64(v^d.mix, 0x9e3779b97f4a7c15^d.mix<<1) // the golden ratio, keyed
	return hi ^ lo
}

func (d *distinct) number(i int) uint64 {
	if d.width == 4 {
		return uint64(view[uint32](d.plain)[i])
	}
	return view[uint64](d.plain)[i]
}

// text is the i-th value of a dictionary of texts.
func (d *distinct) text(i int) []byte {
	from := 4
	if i > 0 {
		from += d.ends[i-1]
	}
	return d.plain[from:d.ends[i]]
}

// value is the i-th value in plain form, without a text's length.
func (d *distinct) value(i int) []byte {
	if d.width > 0 {
		return d.plain[i*d.width : (i+1)*d.width]
	}
	return d.text(i)
}

// codes32 and codes64 add the codes of fixed-width values.
func (d *distinct) numbers(dst []int32, raw []byte) []int32 {
	if d.width == 4 {
		return codesOf(d, dst, view[uint32](raw))
	}
	return codesOf(d, dst, view[uint64](raw))
}

func codesOf[T uint32 | uint64](d *distinct, dst []int32, v []T) []int32 {
	known := view[T](d.plain)
	for i := 0; i < len(v); i++ {
		x := v[i]
		d.grow()
		mask := uint64(len(d.slots) - 1)
		k := d.hash(uint64(x)) & mask
		for {
			c := d.slots[k]
			if c == 0 {
				one := [1]T{x}
				var at int
				d.plain, at = extend(d.plain, d.width)
				copy(d.plain[at:], bytesOf(one[:]))
				known = view[T](d.plain)
				d.n++
				d.slots[k] = int32(d.n)
				dst = append(dst, int32(d.n-1))
				break
			}
			if known[c-1] == x {
				dst = append(dst, c-1)
				break
			}
			k = (k + 1) & mask
		}
	}
	return dst
}

func (d *distinct) code(v []byte) int32 {
	d.grow()
	mask := uint64(len(d.slots) - 1)
	k := maphash.Bytes(d.seed, v) & mask
	for {
		c := d.slots[k]
		if c == 0 {
			d.plain = appendText(d.plain, v)
			d.ends = append(d.ends, len(d.plain))
			d.n++
			d.slots[k] = int32(d.n)
			return int32(d.n - 1)
		}
		if bytes.Equal(d.text(int(c-1)), v) {
			return c - 1
		}
		k = (k + 1) & mask
	}
}

// texts adds the codes of the selected texts.
func (d *distinct) texts(dst []int32, t textCells, sel []int32) []int32 {
	if sel == nil {
		for i := range t.len() {
			dst = append(dst, d.code(t.at(i)))
		}
		return dst
	}
	for _, i := range sel {
		dst = append(dst, d.code(t.at(int(i))))
	}
	return dst
}

// dictionary adds the codes of an Arrow dictionary's cells: its own indices,
// moved to this one's. Only what is used comes in.
func (d *distinct) dictionary(dst []int32, a *array.Dictionary, sel []int32) []int32 {
	values := a.Dictionary()
	if from := a.Data().(*array.Data).Dictionary(); from != d.of {
		d.of = from
		d.moved = d.moved[:0]
		for range values.Len() {
			d.moved = append(d.moved, -1)
		}
	}
	t := textsOf(values)
	idx := a.Indices()
	switch idx.DataType().ID() {
	case arrow.INT8, arrow.UINT8:
		return move(d, dst, numbersOf[uint8](idx), t, sel)
	case arrow.INT16, arrow.UINT16:
		return move(d, dst, numbersOf[uint16](idx), t, sel)
	case arrow.INT64, arrow.UINT64:
		return move(d, dst, numbersOf[uint64](idx), t, sel)
	}
	return move(d, dst, numbersOf[uint32](idx), t, sel)
}

func move[T uint8 | uint16 | uint32 | uint64](d *distinct, dst []int32, idx []T, t textCells, sel []int32) []int32 {
	moved := d.moved
	one := func(i T) {
		c := moved[i]
		if c < 0 {
			c = d.code(t.at(int(i)))
			moved[i] = c
		}
		dst = append(dst, c)
	}
	if sel != nil {
		for _, k := range sel {
			one(idx[k])
		}
		return dst
	}
	at := len(dst)
	dst = slices.Grow(dst, len(idx))[:at+len(idx)]
	for k, i := range idx {
		c := moved[i]
		if c < 0 {
			c = d.code(t.at(int(i)))
			moved[i] = c
		}
		dst[at+k] = c
	}
	return dst
}
