package parquet

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// levels are the definition and repetition levels of one leaf for some rows,
// and which cells of its array are values.
type levels struct {
	n    int
	defs []uint8 // nil: all at the leaf's highest
	reps []uint8 // nil: outside lists
	sel  []int32 // the cells that are values; nil: all n, in order
}

var errNull = errors.New("it has nulls, which its schema rules out")

// shred walks a column of a batch down to its leaves and hands each its levels.
func shred(c *column, a arrow.Array, leaves []*leafWriter) error {
	if c.leaf != nil {
		w := leaves[c.leaf.index]
		lv, err := flatLevels(c, a, w)
		if err != nil {
			return err
		}
		return w.add(a, lv)
	}
	n := a.Len()
	in := levels{n: n, defs: make([]uint8, n), reps: make([]uint8, n), sel: make([]int32, n)}
	for i := range in.sel {
		in.sel[i] = int32(i)
	}
	return shredNested(c, a, in, leaves)
}

// flatLevels gives the levels of a column that is a leaf itself.
func flatLevels(c *column, a arrow.Array, w *leafWriter) (levels, error) {
	lv := levels{n: a.Len()}
	if c.typ.ID() == arrow.NULL {
		lv.defs = zeroes(&w.defs, lv.n)
		lv.sel = w.sel[:0]
		return lv, nil
	}
	nulls := a.NullN()
	if d, ok := a.(*array.Dictionary); ok && d.Dictionary().NullN() > 0 {
		nulls = 1 // or none: each cell tells
	}
	if nulls == 0 {
		return lv, nil
	}
	defs := zeroes(&w.defs, lv.n)
	sel := w.sel[:0]
	if _, ok := a.(*array.Dictionary); ok {
		for i := range defs {
			if isThere(a, i) {
				defs[i] = 1
				sel = append(sel, int32(i))
			}
		}
	} else {
		sel = selectValid(a.NullBitmapBytes(), a.Data().Offset(), defs, sel)
	}
	w.sel = sel
	if len(sel) == lv.n {
		return levels{n: lv.n}, nil
	}
	if !c.nullable {
		return lv, errNull
	}
	lv.defs, lv.sel = defs, sel
	return lv, nil
}

// selectValid lists the cells whose bits are set, a byte of bits at a time.
func selectValid(valid []byte, offset int, defs []uint8, sel []int32) []int32 {
	for i := 0; i < len(defs); {
		at := offset + i
		if at&7 != 0 || len(defs)-i < 8 {
			if valid[at>>3]>>(at&7)&1 != 0 {
				defs[i] = 1
				sel = append(sel, int32(i))
			}
			i++
			continue
		}
		for b := valid[at>>3]; b != 0; b &= b - 1 {
			k := i + bits.TrailingZeros8(b)
			defs[k] = 1
			sel = append(sel, int32(k))
		}
		i += 8
	}
	return sel
}

func zeroes(b *[]uint8, n int) []uint8 {
	if cap(*b) < n {
		*b = make([]uint8, n)
	}
	out := (*b)[:n]
	clear(out)
	return out
}

// isThere says whether a cell is not null, also where its dictionary's value is.
func isThere(a arrow.Array, i int) bool {
	if a.IsNull(i) {
		return false
	}
	if d, ok := a.(*array.Dictionary); ok {
		return d.Dictionary().IsValid(d.GetValueIndex(i))
	}
	return true
}

// gone marks entries of levels that have no cell in the array below.
const gone = -1

// shredNested takes entries of which some have a cell (sel is its place in a,
// or gone) and gives each leaf below its own.
func shredNested(c *column, a arrow.Array, in levels, leaves []*leafWriter) error {
	null := c.typ.ID() == arrow.NULL
	out := levels{n: in.n, defs: append([]uint8(nil), in.defs...), reps: in.reps, sel: append([]int32(nil), in.sel...)}
	for i, k := range out.sel {
		switch {
		case k == gone:
		case null || !isThere(a, int(k)):
			if !null && !c.nullable {
				return errNull
			}
			out.sel[i] = gone
		default:
			out.defs[i] = c.def
		}
	}
	if c.leaf != nil {
		sel := out.sel[:0]
		for _, k := range out.sel {
			if k != gone {
				sel = append(sel, k)
			}
		}
		out.sel = sel
		if c.leaf.maxRep == 0 {
			out.reps = nil
		}
		return leaves[c.leaf.index].add(a, out)
	}
	if !c.isList() {
		s, ok := a.(*array.Struct)
		if !ok {
			return fmt.Errorf("it is %s, its schema says %s", a.DataType(), c.typ)
		}
		for i, child := range c.children {
			if err := shredNested(child, s.Field(i), out, leaves); err != nil {
				return err
			}
		}
		return nil
	}
	l, ok := a.(array.ListLike)
	if !ok {
		return fmt.Errorf("it is %s, its schema says %s", a.DataType(), c.typ)
	}
	elem := c.children[0]
	var in2 levels
	for i, k := range out.sel {
		start, end := int64(0), int64(0)
		if k != gone {
			start, end = l.ValueOffsets(int(k))
		}
		if start == end {
			in2.defs, in2.reps, in2.sel = append(in2.defs, out.defs[i]), append(in2.reps, out.reps[i]), append(in2.sel, gone)
			continue
		}
		if end > 1<<31-1 {
			return errLong
		}
		rep := out.reps[i]
		for j := start; j < end; j++ {
			in2.defs, in2.reps, in2.sel = append(in2.defs, elem.slot), append(in2.reps, rep), append(in2.sel, int32(j))
			rep = elem.rep
		}
	}
	in2.n = len(in2.sel)
	return shredNested(elem, l.ListValues(), in2, leaves)
}

var errLong = errors.New("a batch of it is too large for parquet; write smaller batches")
