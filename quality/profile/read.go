package profile

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
)

// chunkRows is how many rows are worked on at a time: the scratch of a column
// then stays in the first-level cache and half of the second.
const chunkRows = 4096

// scratch is the working memory of one State.
type scratch struct {
	keys   [chunkRows]uint64
	hashes [chunkRows]uint64
	room   [chunkRows]uint64
	pos    [chunkRows]int32
}

// nullHash stands for a null in the hash of a row.
const nullHash = pi2

// reader is a column of the batch at hand.
type reader struct {
	col  *column
	mult uint64 // the column's weight in the hash of a row
	arr  arrow.Array
	// of a dictionary:
	dict   *array.Dictionary
	hashes []uint64 // of its entries
	keys   []uint64 // of its entries, if numeric
	codes  []uint64 // counts by entry
	text   textView // of the values (the dictionary's, if there is one)
}

// textView reads strings of any layout.
type textView struct {
	o32   []int32
	o64   []int64
	data  []byte
	width int
}

func (t *textView) at(i int) []byte {
	switch {
	case t.o32 != nil:
		return t.data[t.o32[i]:t.o32[i+1]]
	case t.o64 != nil:
		return t.data[t.o64[i]:t.o64[i+1]]
	}
	return t.data[i*t.width : (i+1)*t.width]
}

func viewOf(a arrow.Array) textView {
	var data []byte
	if b := a.Data().Buffers(); len(b) > 2 && b[2] != nil {
		data = b[2].Bytes()
	}
	switch a := a.(type) {
	case *array.String:
		return textView{o32: a.ValueOffsets(), data: data}
	case *array.Binary:
		return textView{o32: a.ValueOffsets(), data: data}
	case *array.LargeString:
		return textView{o64: a.ValueOffsets(), data: data}
	case *array.LargeBinary:
		return textView{o64: a.ValueOffsets(), data: data}
	case *array.FixedSizeBinary:
		w := a.DataType().(*arrow.FixedSizeBinaryType).ByteWidth
		if b := a.Data().Buffers(); len(b) > 1 && b[1] != nil {
			data = b[1].Bytes()
		}
		return textView{data: data[min(len(data), a.Offset()*w):], width: w}
	}
	return textView{}
}

// open prepares a column of a batch.
func (r *reader) open(c *column, mult uint64, a arrow.Array) {
	*r = reader{col: c, mult: mult, hashes: r.hashes[:0], keys: r.keys[:0], codes: r.codes[:0]}
	if e, ok := a.(array.ExtensionArray); ok {
		a = e.Storage()
	}
	r.arr = a
	if c.kind == KindNested {
		return
	}
	values := a
	if d, ok := a.(*array.Dictionary); ok {
		r.dict = d
		values = d.Dictionary()
		if e, ok := values.(array.ExtensionArray); ok {
			values = e.Storage()
		}
	}
	if c.text() {
		r.text = viewOf(values)
	}
	if r.dict == nil {
		return
	}
	n := values.Len()
	r.codes = grow(r.codes, n)
	clear(r.codes)
	r.hashes = grow(r.hashes, n)
	if c.text() {
		for i := range n {
			r.hashes[i] = nullHash
			if values.IsValid(i) {
				r.hashes[i] = hashBytes(r.text.at(i))
			}
		}
		return
	}
	r.keys = grow(r.keys, n)
	readKeys(c.plan, values, 0, n, r.keys)
	for i, k := range r.keys {
		r.hashes[i] = nullHash
		if values.IsValid(i) {
			r.hashes[i] = mix(k)
		}
	}
}

func grow(s []uint64, n int) []uint64 {
	if cap(s) < n {
		return make([]uint64, n)
	}
	return s[:n]
}

// close hands the counts of a dictionary to the column.
func (r *reader) close() {
	if r.dict == nil || r.col.kind == KindNested {
		return
	}
	values := r.dict.Dictionary()
	for i, n := range r.codes {
		switch {
		case n == 0:
		case values.IsNull(i):
			r.col.nulls += n
		case r.col.text():
			r.col.addText(r.hashes[i], r.text.at(i), n)
		default:
			r.col.addKey(r.keys[i], n)
		}
	}
}

// add takes in rows [lo, hi) and adds each value's weighted hash to rows.
func (r *reader) add(w *scratch, lo, hi int, rows []uint64) {
	c, n := r.col, hi-lo
	if c.kind == KindNested {
		r.addNested(lo, hi, rows)
		return
	}
	var pos []int32 // rows that have a value; nil for all
	if r.arr.NullN() > 0 {
		pos = validRows(r.arr, lo, hi, w.pos[:0])
		if len(pos) == n {
			pos = nil
		} else {
			c.nulls += uint64(n - len(pos))
			for i := range rows {
				rows[i] += nullHash * r.mult
			}
		}
	}
	m := n
	if pos != nil {
		m = len(pos)
	}
	keys, hashes := w.keys[:m], w.hashes[:m]
	switch {
	case r.dict != nil:
		r.addCodes(lo, pos, hashes)
	case c.text():
		r.addTexts(lo, hi, pos, hashes, w.room[:])
	default:
		readKeys(c.plan, r.arr, lo, hi, w.keys[:n])
		for j, p := range pos {
			keys[j] = keys[:n:n][p]
		}
		for j, k := range keys {
			hashes[j] = mix(k)
		}
		c.addNumbers(keys, hashes, w.room[:])
	}
	if pos == nil {
		for i, h := range hashes {
			rows[i] += h * r.mult
		}
		return
	}
	for j, p := range pos {
		rows[p] += (hashes[j] - nullHash) * r.mult
	}
}

// addNumbers takes in a chunk of numeric keys and their hashes.
func (c *column) addNumbers(keys, hashes, room []uint64) {
	if !c.full() {
		done := c.values.addHashes(hashes)
		if !c.values.over {
			return
		}
		c.spill() // all up to and with the value that was too many
		keys, hashes = keys[done:], hashes[done:]
	}
	c.values.addHashes(hashes)
	c.num.add(c.domain, keys, room[:len(keys)])
	c.addWeeks(keys)
}

func (r *reader) addCodes(lo int, pos []int32, hashes []uint64) {
	if pos == nil {
		for j := range hashes {
			code := r.dict.GetValueIndex(lo + j)
			r.codes[code]++
			hashes[j] = r.hashes[code]
		}
		return
	}
	for j, p := range pos {
		code := r.dict.GetValueIndex(lo + int(p))
		r.codes[code]++
		hashes[j] = r.hashes[code]
	}
}

// addNested counts nulls; for the hash of the row a nested value counts as its
// text.
func (r *reader) addNested(lo, hi int, rows []uint64) {
	for i := lo; i < hi; i++ {
		h := uint64(nullHash)
		if r.arr.IsNull(i) || r.arr.DataType().ID() == arrow.NULL {
			r.col.nulls++
		} else {
			h = hashBytes([]byte(r.arr.ValueStr(i)))
		}
		rows[i-lo] += h * r.mult
	}
}

// validRows lists the rows of [lo, hi) that hold a value, counted from lo.
func validRows(a arrow.Array, lo, hi int, out []int32) []int32 {
	bitmap, off := a.NullBitmapBytes(), a.Data().Offset()
	out = out[:hi-lo]
	n := 0
	for i := lo; i < hi; i++ {
		out[n] = int32(i - lo)
		if bitutil.BitIsSet(bitmap, off+i) {
			n++
		}
	}
	return out[:n]
}
