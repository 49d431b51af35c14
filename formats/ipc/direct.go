package ipc

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Batches of flat columns are not copied: their arrays are slices of the
// message's body. Arrow's decoder copies every buffer; it still gets all
// messages that are nested, dictionary-coded, compressed or unusual.

// flat says whether every column is of a type that direct can make.
func flat(s *arrow.Schema) bool {
	for _, f := range s.Fields() {
		if buffersOf(f.Type) == 0 {
			return false
		}
	}
	return true
}

// buffersOf is how many buffers a column of a flat type has, 0 for any other.
func buffersOf(t arrow.DataType) int {
	switch t := t.(type) {
	case *arrow.StringType, *arrow.BinaryType, *arrow.LargeStringType, *arrow.LargeBinaryType:
		return 3
	case arrow.ExtensionType, *arrow.DictionaryType, arrow.NestedType:
		return 0
	case arrow.FixedWidthDataType:
		if t.BitWidth() > 0 {
			return 2
		}
	}
	return 0
}

// direct makes the batch of a message that checkMessage has passed, or nil if
// it is to take the other way. Buffers lie inside the body; that they hold what
// the cells need is for checkBatch. The body goes back to the pool, where there
// is one, with the last of the arrays.
func direct(s *arrow.Schema, meta, body []byte, back *pool) arrow.Record {
	w, root, err := newWalker(meta)
	if err != nil {
		return nil
	}
	slots, err := w.open(root)
	if err != nil || meta[slots(1)] != 3 { // RecordBatch
		return nil
	}
	at, err := w.follow(slots(2))
	if err != nil {
		return nil
	}
	if slots, err = w.open(at); err != nil || slots(3) != 0 || slots(4) != 0 || slots(0) == 0 || slots(0)+8 > len(meta) {
		return nil
	}
	rows := int64(binary.LittleEndian.Uint64(meta[slots(0):]))
	nodes, buffers := pairs(w, slots(1)), pairs(w, slots(2))
	if rows < 0 || rows > int64(len(body))*8+1 || len(nodes) != s.NumFields() {
		return nil
	}
	var whole *memory.Buffer
	if back != nil {
		whole = memory.NewBufferWithAllocator(body, back)
	}
	columns := make([]arrow.Array, 0, len(nodes))
	for i, f := range s.Fields() {
		n := buffersOf(f.Type)
		if len(buffers) < n || nodes[i][0] != rows || nodes[i][1] < 0 || nodes[i][1] > rows {
			return nil
		}
		own := make([]*memory.Buffer, n)
		for k, b := range buffers[:n] {
			// Buffers that are not aligned would make slices that are not.
			if b[0] < 0 || b[1] < 0 || b[0]%8 != 0 || b[0] > int64(len(body)) || b[1] > int64(len(body))-b[0] {
				return nil
			}
			switch {
			case k == 0 && nodes[i][1] == 0:
			case whole != nil:
				own[k] = memory.SliceBuffer(whole, int(b[0]), int(b[1]))
			default:
				own[k] = memory.NewBufferBytes(body[b[0] : b[0]+b[1] : b[0]+b[1]])
			}
		}
		buffers = buffers[n:]
		data := array.NewData(f.Type, int(rows), own, nil, int(nodes[i][1]), 0)
		for _, b := range own {
			if b != nil {
				b.Release()
			}
		}
		if checkData(data) != nil { // array.MakeFromData would panic on what is too short
			return nil // whole stays held: the body is still needed
		}
		columns = append(columns, array.MakeFromData(data))
		data.Release()
	}
	if len(buffers) > 0 {
		return nil
	}
	rec := array.NewRecord(s, columns, rows)
	for _, c := range columns {
		c.Release()
	}
	if whole != nil {
		whole.Release()
	}
	return rec
}

// pairs reads a vector of two 64-bit integers each.
func pairs(w *walker, place int) [][2]int64 {
	if place == 0 {
		return nil
	}
	at, err := w.follow(place)
	if err != nil {
		return nil
	}
	n, err := w.u32(at)
	if err != nil || n > (len(w.b)-at-4)/16 {
		return nil
	}
	out := make([][2]int64, n)
	for i := range out {
		p := w.b[at+4+16*i:]
		out[i] = [2]int64{int64(binary.LittleEndian.Uint64(p)), int64(binary.LittleEndian.Uint64(p[8:]))}
	}
	return out
}

// direct gives the next batch without a copy, or nil if Arrow's decoder is to
// read the message, which then waits for it. io.EOF is the end.
func (m *messages) direct(s *arrow.Schema) (arrow.Record, error) {
	if m.own != nil {
		m.own.Release()
		m.own = nil
	}
	if m.err != nil {
		return nil, m.err
	}
	meta, body, err := m.src.message()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			m.err = err
		}
		return nil, err
	}
	if m.own = direct(s, meta, body, m.pool); m.own == nil {
		m.meta, m.body = meta, body
		return nil, nil
	}
	m.batches++
	return m.own, nil
}
