package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// dictCode is a subexpression of one dictionary column: it runs over the
// dictionary's entries, and rows look their entry up.
type dictCode struct {
	slot   int
	index  arrow.Type
	bank   bank
	values code // reads the entries as its only column, slot 0
	owned  bool // its strings are made, not parts of the dictionary
}

// dictState holds the results for a dictionary. Entry size stands for null.
type dictState struct {
	code  *dictCode
	key   arrow.ArrayData // the dictionary that the results are of
	frame *frame
	cols  []column
	size  int
	codes []int32 // of one block

	bools  []uint8
	ints   []int64
	floats []float64
	wide   []decimal128.Num
	strs   []string
	known  []uint8 // 1 where not null
	nulls  bool    // some entry but the last is null
	last   bool    // the entry for null rows is known
}

func (s *dictState) init(c *dictCode) {
	s.code = c
	s.cols = make([]column, 1)
	s.codes = make([]int32, blockRows)
	s.frame = newFrame(&c.values, s.cols)
}

// attach computes the results for the column's dictionary, unless it is the one
// at hand. Arrays do not change, so the same data means the same entries.
func (s *dictState) attach(c *column) error {
	dictionary := c.data.Dictionary()
	if dictionary == s.key && s.key != nil {
		return nil
	}
	s.key = nil
	arr := array.MakeFromData(dictionary)
	defer arr.Release()
	s.size = arr.Len()
	s.bools, s.ints, s.floats = s.bools[:0], s.ints[:0], s.floats[:0]
	s.wide, s.strs, s.known = s.wide[:0], s.strs[:0], s.known[:0]
	col := &s.cols[0]
	defer col.detach()
	col.detach()
	col.name, col.void = c.name, false
	if err := col.set(arr); err != nil {
		return err
	}
	s.frame.err = nil
	for lo := 0; lo <= s.size; lo += blockRows {
		n := min(blockRows, s.size-lo)
		if err := s.run(lo, n); err != nil {
			return err
		}
		if lo+n == s.size {
			break
		}
	}
	s.nulls = slices.Contains(s.known, 0)
	col.void = true
	if err := s.run(0, 1); err != nil {
		return err
	}
	s.last = s.known[s.size] == 1
	s.key = dictionary
	return nil
}

func (s *dictState) run(lo, n int) error {
	v, err := s.frame.block(lo, n)
	if err != nil {
		return err
	}
	for i := range n {
		s.known = append(s.known, 1-uint8(bit(v.isNull(i))))
	}
	switch s.code.bank {
	case bankBits:
		for i := range n {
			s.bools = append(s.bools, uint8(v.bits[i/64]>>(i%64)&1))
		}
	case bankInt:
		s.ints = append(s.ints, v.ints[:n]...)
	case bankFloat:
		s.floats = append(s.floats, v.floats[:n]...)
	case bankWide:
		s.wide = append(s.wide, v.wide[:n]...)
	case bankString:
		for _, t := range v.strs[:n] {
			if s.code.owned {
				t = strings.Clone(t) // the next block reuses the arena
			}
			s.strs = append(s.strs, t)
		}
	}
	return nil
}

// kernelDict looks up the rows of dictionary subexpression k.
func kernelDict(k int, index arrow.Type) kernel {
	var codes func(c *column, dst []int32, lo int) (top uint64)
	switch index {
	case arrow.INT8:
		codes = readCodes[int8]
	case arrow.UINT8:
		codes = readCodes[uint8]
	case arrow.INT16:
		codes = readCodes[int16]
	case arrow.UINT16:
		codes = readCodes[uint16]
	case arrow.INT32:
		codes = readCodes[int32]
	case arrow.UINT32:
		codes = readCodes[uint32]
	case arrow.INT64:
		codes = readCodes[int64]
	default:
		codes = readCodes[uint64]
	}
	return func(f *frame, d *vec, _ []*vec, n int) {
		s := &f.dicts[k]
		c := &f.cols[s.code.slot]
		c.loadNulls(d, f.lo, n)
		at := s.codes[:n]
		top := codes(c, at, f.lo)
		if d.nulls || top >= uint64(s.size) {
			for i := range at {
				if d.isNull(i) {
					at[i] = int32(s.size)
				} else if uint32(at[i]) >= uint32(s.size) {
					at[i] = int32(s.size)
					if f.err == nil {
						f.err = fmt.Errorf("read column %q: row %d of the batch points outside its dictionary of %d", c.name, f.lo+i, s.size)
					}
				}
			}
		}
		s.gather(d, at)
	}
}

// readCodes reads dictionary indices and returns the largest; what does not
// fit 31 bits becomes -1, which is outside every dictionary.
func readCodes[T int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64](c *column, dst []int32, lo int) (top uint64) {
	src := values[T](c, lo, len(dst))
	for i, v := range src {
		u := uint64(v)
		top = max(top, u)
		if u > 1<<31-1 {
			dst[i] = -1
			continue
		}
		dst[i] = int32(u)
	}
	return top
}

func (s *dictState) gather(d *vec, at []int32) {
	n := len(at)
	if s.nulls || d.nulls && s.last {
		d.nulls = true
		packEntries(d.valid, s.known, at)
	}
	switch s.code.bank {
	case bankBits:
		packEntries(d.bits, s.bools, at)
	case bankInt:
		take(d.ints[:n], s.ints, at)
	case bankFloat:
		take(d.floats[:n], s.floats, at)
	case bankWide:
		take(d.wide[:n], s.wide, at)
	case bankString:
		take(d.strs[:n], s.strs, at)
	}
}

func take[T any](dst, entries []T, at []int32) {
	for i, k := range at {
		dst[i] = entries[k]
	}
}

// packEntries makes bits of entries that are 0 or 1.
func packEntries(dst []uint64, entries []uint8, at []int32) {
	w := 0
	for ; len(at) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]int32)(at[k:])
			m |= (uint64(entries[p[0]]) | uint64(entries[p[1]])<<1 | uint64(entries[p[2]])<<2 | uint64(entries[p[3]])<<3 |
				uint64(entries[p[4]])<<4 | uint64(entries[p[5]])<<5 | uint64(entries[p[6]])<<6 | uint64(entries[p[7]])<<7) << k
		}
		dst[w] = m
		at = at[64:]
	}
	var m uint64
	for k, e := range at {
		m |= uint64(entries[e]) << k
	}
	if len(at) > 0 {
		dst[w] = m
	}
}
