package spec

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/synth/rng"
)

// maker makes a column for the rows of a frame. The array is the frame's.
type maker interface {
	make(f *frame, c *column) (arrow.Array, error)
}

// blockRows is how many rows a loop draws at once: draws and values of a block
// stay in the first-level cache.
const blockRows = 512

// frame is a list of rows of one table with the columns made for them so far.
type frame struct {
	w     *world
	t     *tab
	first int64
	rows  []int64 // nil: from first on
	n     int

	cols  []arrow.Array // by column index
	kin   *kin
	held  []*memory.Buffer // memory of rows and kin
	up    *frame           // of the parents
	leads map[*column]*lead
}

// lead is where a ref column leads: the frame of the other table's rows, and
// which rows lead nowhere (nil for none).
type lead struct {
	*frame
	nowhere []bool
}

func newFrame(w *world, t *tab, first int64, rows []int64, n int) *frame {
	return &frame{w: w, t: t, first: first, rows: rows, n: n, cols: make([]arrow.Array, len(t.columns))}
}

// pool is where memory comes from.
func (f *frame) pool() *recycler { return f.w.s.pool }

// int64s is memory that lasts as long as the frame.
func (f *frame) int64s(n int) []int64 {
	b, v := get[int64](f.pool(), n)
	f.held = append(f.held, b)
	return v
}

func (f *frame) release() {
	for _, a := range f.cols {
		if a != nil {
			a.Release()
		}
	}
	if f.up != nil {
		f.up.release()
	}
	for _, l := range f.leads {
		if l.frame != f.up {
			l.release()
		}
	}
	for _, b := range f.held {
		b.Release()
	}
}

// row is the number of the frame's i-th row.
func (f *frame) row(i int) int64 {
	if f.rows != nil {
		return f.rows[i]
	}
	return f.first + int64(i)
}

// draws fills one draw for each row from row at on.
func (f *frame) draws(k rng.Key, at int, dst []uint64) {
	if f.rows == nil {
		k.Fill(dst, uint64(f.first+int64(at)))
		return
	}
	for i, r := range f.rows[at : at+len(dst)] {
		dst[i] = k.Uint64(uint64(r))
	}
}

// column makes a column, once.
func (f *frame) column(c *column) (arrow.Array, error) {
	if a := f.cols[c.index]; a != nil {
		return a, nil
	}
	a, err := c.maker.make(f, c)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.name, err)
	}
	if c.null > 0 {
		a = f.nullify(c, a)
	}
	f.cols[c.index] = a
	return a, nil
}

// nullify makes a share of the rows null; it takes the array's reference.
func (f *frame) nullify(c *column, a arrow.Array) arrow.Array {
	defer a.Release()
	key, limit := f.w.key(c).Name("/null"), c.null
	valid, bits := get[byte](f.pool(), (f.n+7)/8)
	nulls := 0
	var draws [blockRows]uint64
	for lo := 0; lo < f.n; lo += blockRows {
		m := min(blockRows, f.n-lo)
		f.draws(key, lo, draws[:m])
		for i := 0; i < m; i += 8 {
			b := byte(0)
			for j, d := range draws[i:min(i+8, m)] {
				if d >= limit {
					b |= 1 << j
				} else {
					nulls++
				}
			}
			bits[(lo+i)/8] = b
		}
	}
	if a.NullN() > 0 {
		for i := range f.n {
			if a.IsNull(i) && bitutil.BitIsSet(bits, i) {
				bitutil.ClearBit(bits, i)
				nulls++
			}
		}
	}
	return revalid(a, valid, nulls)
}

// revalid is an array with another bitmap of validity, whose reference it takes.
func revalid(a arrow.Array, valid *memory.Buffer, nulls int) arrow.Array {
	d := a.Data()
	bufs := append([]*memory.Buffer{valid}, d.Buffers()[1:]...)
	if dict, ok := a.(*array.Dictionary); ok {
		data := array.NewDataWithDictionary(d.DataType(), d.Len(), bufs, nulls, 0, dict.Dictionary().Data().(*array.Data))
		defer data.Release()
		valid.Release()
		return array.MakeFromData(data)
	}
	data := array.NewData(d.DataType(), d.Len(), bufs, nil, nulls, 0)
	defer data.Release()
	valid.Release()
	return array.MakeFromData(data)
}

// invalid makes the marked rows null; it takes the array's reference.
func (f *frame) invalid(a arrow.Array, mark []bool) arrow.Array {
	if mark == nil {
		return a
	}
	defer a.Release()
	valid, bits := get[byte](f.pool(), (f.n+7)/8)
	clear(bits)
	nulls := 0
	for i := range f.n {
		if mark[i] || a.IsNull(i) {
			nulls++
		} else {
			bitutil.SetBit(bits, i)
		}
	}
	return revalid(a, valid, nulls)
}

// nullLike makes the rows null in which one of the others is; it takes a's
// reference. Others may be nil.
func (f *frame) nullLike(a arrow.Array, others ...arrow.Array) arrow.Array {
	var mark []bool
	for _, x := range others {
		if x == nil || x.NullN() == 0 {
			continue
		}
		if mark == nil {
			mark = make([]bool, f.n)
		}
		for i := range mark {
			mark[i] = mark[i] || x.IsNull(i)
		}
	}
	return f.invalid(a, mark)
}

// family says who the rows' parents are.
func (f *frame) family() *kin {
	if f.kin == nil {
		f.kin = &kin{f.int64s(f.n), f.int64s(f.n), f.int64s(f.n)}
		f.w.families[f.t.id].kin(f.kin, f.first, f.rows, f.n)
	}
	return f.kin
}

// parents is the frame of the rows' parents, one for each row.
func (f *frame) parents() *frame {
	if f.up == nil {
		f.up = newFrame(f.w, f.t.parent, 0, f.family().parent, f.n)
	}
	return f.up
}

// lead is where a ref column leads.
func (f *frame) lead(c *column) (*lead, error) {
	if l := f.leads[c]; l != nil {
		return l, nil
	}
	l, err := c.maker.(*refMaker).lead(f, c)
	if err != nil {
		return nil, err
	}
	if f.leads == nil {
		f.leads = map[*column]*lead{}
	}
	f.leads[c] = l
	return l, nil
}
