package parquet

import (
	"errors"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

var errShape = errors.New("its parts disagree about where rows and lists begin")

// assemble makes the array of a column from what the scans of its leaves took.
// want is the number of cells it must have. The caller releases it.
func assemble(c *column, scans []*scan, want int) (arrow.ArrayData, error) {
	s := scans[c.leaves[0].index]
	if c.leaf != nil {
		sp, err := spacingOf(c, s, want)
		if err != nil {
			return nil, err
		}
		return leafData(c.typ, c.leaf, sp, &s.out, s.codes)
	}
	sp, err := spacingOf(c, s, want)
	if err != nil {
		return nil, err
	}
	bufs := []*memory.Buffer{sp.buffer()}
	if c.isList() {
		return list(c, s, scans, sp, bufs)
	}
	children := make([]arrow.ArrayData, 0, len(c.children))
	defer func() { releaseAll(children) }()
	for _, child := range c.children {
		d, err := assemble(child, scans, sp.n)
		if err != nil {
			return nil, err
		}
		children = append(children, d)
	}
	return array.NewData(c.typ, sp.n, bufs, children, sp.nulls, 0), nil
}

func releaseAll(ds []arrow.ArrayData) {
	for _, d := range ds {
		d.Release()
	}
}

// spacingOf tells which cells of a column are there. A cell begins where the
// repetition level is at most the column's and the definition level reaches it.
func spacingOf(c *column, s *scan, want int) (spacing, error) {
	if len(s.def) == 0 { // all there, no list above
		if s.n != want {
			return spacing{}, errShape
		}
		return spacing{n: s.n}, nil
	}
	sp := spacing{valid: make([]byte, (len(s.def)+7)/8)}
	lists := len(s.rep) > 0
	for i, d := range s.def {
		if d < c.slot || lists && s.rep[i] > c.rep {
			continue
		}
		if d >= c.def {
			sp.valid[sp.n>>3] |= 1 << (sp.n & 7)
		} else {
			sp.nulls++
		}
		sp.n++
	}
	if sp.nulls == 0 {
		sp.valid = nil
	}
	if sp.n != want {
		return sp, errShape
	}
	return sp, nil
}

// list makes offsets from the levels of the first leaf below.
func list(c *column, s *scan, scans []*scan, sp spacing, bufs []*memory.Buffer) (arrow.ArrayData, error) {
	elem := c.children[0]
	ends := make([]int32, 1, sp.n+1)
	count := int32(0)
	for i, d := range s.def {
		if d < c.slot {
			continue
		}
		if s.rep[i] <= c.rep {
			ends = append(ends, count)
		}
		if s.rep[i] <= c.rep+1 && d >= elem.slot {
			count++
			ends[len(ends)-1] = count
		}
	}
	if len(s.def) == 0 && sp.n > 0 || len(ends) != sp.n+1 {
		return nil, errShape
	}
	child, err := assemble(elem, scans, int(count))
	if err != nil {
		return nil, err
	}
	defer child.Release()
	if c.typ.ID() == arrow.LARGE_LIST {
		bufs = append(bufs, narrow[int64](ends))
	} else {
		bufs = append(bufs, wrap(bytesOf(ends)))
	}
	return array.NewData(c.typ, sp.n, bufs, []arrow.ArrayData{child}, sp.nulls, 0), nil
}
