package ipc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Arrow's metadata is FlatBuffers, whose generated accessors trust every
// offset. This file walks a buffer along the schema of the format (Schema.fbs,
// Message.fbs and File.fbs of Apache Arrow, format version 1.x) and checks
// that every table, vector and string lies inside it, before they are used.

// kind says what stands in a slot of a table.
type kind int

const (
	text kind = iota
	child
	children // vector of tables
	structs  // vector of fixed-size elements
	union    // table whose shape the slot before chooses
)

// slot is a field of a table that needs checking; scalars need none, because
// reading them is bounds-checked by the walk of the table itself.
type slot struct {
	index int
	kind  kind
	shape *shape
	size  int // bytes of an element of structs
}

type shape struct{ slots []slot }

// maxNesting bounds the depth of nested fields.
const maxNesting = 64

// The shapes refer to each other, so they are made by functions.
func keyValue() *shape { return &shape{[]slot{{index: 0, kind: text}, {index: 1, kind: text}}} }

func encoding() *shape { return &shape{[]slot{{index: 1, kind: child, shape: &shape{}}}} }

func field() *shape {
	f := &shape{}
	f.slots = []slot{
		{index: 0, kind: text},
		{index: 3, kind: union},
		{index: 4, kind: child, shape: encoding()},
		{index: 5, kind: children, shape: f},
		{index: 6, kind: children, shape: keyValue()},
	}
	return f
}

func schemaShape() *shape {
	return &shape{[]slot{
		{index: 1, kind: children, shape: field()},
		{index: 2, kind: children, shape: keyValue()},
		{index: 3, kind: structs, size: 8},
	}}
}

func batchShape() *shape {
	return &shape{[]slot{
		{index: 1, kind: structs, size: 16},
		{index: 2, kind: structs, size: 16},
		{index: 3, kind: child, shape: &shape{}},
		{index: 4, kind: structs, size: 8},
	}}
}

// typeShape is the table of a Type union member: Timestamp (10) has a text,
// Union (14) a vector of 32-bit ids, the others scalars only.
func typeShape(tag byte) *shape {
	switch tag {
	case 10:
		return &shape{[]slot{{index: 1, kind: text}}}
	case 14:
		return &shape{[]slot{{index: 1, kind: structs, size: 4}}}
	}
	return &shape{}
}

// walker checks one buffer. The budget bounds the work on buffers whose
// tables share parts.
type walker struct {
	b      []byte
	budget int
}

var errBounds = errors.New("an offset points outside the metadata")

func (w *walker) u16(at int) (int, error) {
	if at < 0 || at+2 > len(w.b) {
		return 0, errBounds
	}
	return int(binary.LittleEndian.Uint16(w.b[at:])), nil
}

func (w *walker) u32(at int) (int, error) {
	if at < 0 || at+4 > len(w.b) {
		return 0, errBounds
	}
	return int(binary.LittleEndian.Uint32(w.b[at:])), nil
}

// follow reads an offset and gives where it points.
func (w *walker) follow(at int) (int, error) {
	off, err := w.u32(at)
	if err != nil || off == 0 || at+off+4 > len(w.b) {
		return 0, errBounds
	}
	return at + off, nil
}

// open gives a function from slot index to the place of the slot's value, 0
// where it is absent.
func (w *walker) open(at int) (func(int) int, error) {
	soff, err := w.u32(at)
	if err != nil {
		return nil, err
	}
	vt := at - int(int32(soff))
	size, err := w.u16(vt)
	if err != nil {
		return nil, err
	}
	length, err := w.u16(vt + 2)
	if err != nil {
		return nil, err
	}
	if size < 4 || size%2 != 0 || vt+size > len(w.b) || length < 4 || at+length > len(w.b) {
		return nil, errBounds
	}
	for v := vt + 4; v+2 <= vt+size; v += 2 {
		// 8 bytes is the widest scalar; every slot must leave room for one.
		if o := int(binary.LittleEndian.Uint16(w.b[v:])); o != 0 && at+o+8 > len(w.b)+7 {
			return nil, errBounds
		}
	}
	return func(i int) int {
		v := vt + 4 + 2*i
		if v+2 > vt+size {
			return 0
		}
		o := int(binary.LittleEndian.Uint16(w.b[v:]))
		if o == 0 {
			return 0
		}
		return at + o
	}, nil
}

func (w *walker) table(at int, s *shape, depth int) error {
	if w.budget--; w.budget < 0 || depth > maxNesting {
		return errors.New("the metadata is nested or shared beyond reason")
	}
	slots, err := w.open(at)
	if err != nil {
		return err
	}
	for _, sl := range s.slots {
		place := slots(sl.index)
		if place == 0 {
			continue
		}
		if err := w.slot(slots, sl, place, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) slot(slots func(int) int, sl slot, place, depth int) error {
	to, err := w.follow(place)
	if err != nil {
		return err
	}
	switch sl.kind {
	case child:
		return w.table(to, sl.shape, depth+1)
	case union:
		tag := slots(sl.index - 1)
		if tag == 0 || tag >= len(w.b) {
			return errors.New("a field has no type")
		}
		return w.table(to, typeShape(w.b[tag]), depth+1)
	}
	n, err := w.u32(to)
	if err != nil {
		return err
	}
	size := map[kind]int{text: 1, children: 4, structs: sl.size}[sl.kind]
	if n > (len(w.b)-to-4)/size {
		return errBounds
	}
	if sl.kind == children {
		for i := range n {
			at, err := w.follow(to + 4 + 4*i)
			if err != nil {
				return err
			}
			if err := w.table(at, sl.shape, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func newWalker(b []byte) (*walker, int, error) {
	w := &walker{b: b, budget: len(b)}
	root, err := w.follow(0)
	return w, root, err
}

// checkMessage checks a Message and gives the length of its body.
func checkMessage(meta []byte) (int64, error) {
	w, root, err := newWalker(meta)
	if err != nil {
		return 0, err
	}
	slots, err := w.open(root)
	if err != nil {
		return 0, err
	}
	header := map[byte]*shape{
		1: schemaShape(),                                          // Schema
		2: {[]slot{{index: 1, kind: child, shape: batchShape()}}}, // DictionaryBatch
		3: batchShape(),                                           // RecordBatch
	}
	tag := slots(1)
	if tag == 0 || header[meta[tag]] == nil {
		return 0, errors.New("it is neither schema nor dictionary nor batch")
	}
	s := &shape{[]slot{{index: 2, kind: child, shape: header[meta[tag]]}, {index: 4, kind: children, shape: keyValue()}}}
	if slots(2) == 0 {
		return 0, errors.New("it has no header")
	}
	if err := w.table(root, s, 0); err != nil {
		return 0, err
	}
	var body int64
	if at := slots(3); at != 0 {
		if at+8 > len(meta) {
			return 0, errBounds
		}
		body = int64(binary.LittleEndian.Uint64(meta[at:]))
	}
	if body < 0 {
		return 0, fmt.Errorf("its body has %d bytes", body)
	}
	return body, w.variadic(slots, meta[tag])
}

// variadic checks that the columns of views in a batch claim no more data
// buffers together than the batch has: the decoder makes room for as many as
// they claim.
func (w *walker) variadic(message func(int) int, tag byte) error {
	const dictionary, batch = 2, 3
	if tag != dictionary && tag != batch {
		return nil
	}
	at, err := w.follow(message(2))
	if err != nil {
		return err
	}
	slots, err := w.open(at)
	if err == nil && tag == dictionary {
		if slots(1) == 0 {
			return errors.New("its dictionary has no values")
		}
		if at, err = w.follow(slots(1)); err != nil {
			return err
		}
		slots, err = w.open(at)
	}
	if err != nil || slots(4) == 0 {
		return err
	}
	if at, err = w.follow(slots(4)); err != nil {
		return err
	}
	n, err := w.u32(at)
	if err != nil {
		return err
	}
	left := uint64(len(pairs(w, slots(2))))
	for i := range n {
		claimed := binary.LittleEndian.Uint64(w.b[at+4+8*i:])
		if claimed > left {
			return fmt.Errorf("its columns claim %d buffers more than it has", claimed-left)
		}
		left -= claimed
	}
	return nil
}

// checkFooter checks a Footer and gives a Message of its schema, and its blocks,
// dictionaries first.
func checkFooter(footer []byte) (schema []byte, out []block, err error) {
	w, root, err := newWalker(footer)
	if err != nil {
		return nil, nil, err
	}
	const blockSize = 24 // struct Block: long, int, padding, long
	s := &shape{[]slot{
		{index: 1, kind: child, shape: schemaShape()},
		{index: 2, kind: structs, size: blockSize},
		{index: 3, kind: structs, size: blockSize},
		{index: 4, kind: children, shape: keyValue()},
	}}
	if err = w.table(root, s, 0); err != nil {
		return nil, nil, err
	}
	slots, err := w.open(root)
	if err != nil {
		return nil, nil, err
	}
	place := slots(1)
	if place == 0 {
		return nil, nil, errors.New("it has no schema")
	}
	at, err := w.follow(place)
	if err != nil {
		return nil, nil, err
	}
	schema = schemaMessage(footer, at)
	for _, i := range []int{2, 3} {
		if place = slots(i); place == 0 {
			continue
		}
		if at, err = w.follow(place); err != nil {
			return nil, nil, err
		}
		var n int
		if n, err = w.u32(at); err != nil {
			return nil, nil, err
		}
		for k := range n {
			p := footer[at+4+k*blockSize:]
			out = append(out, block{
				offset: int64(binary.LittleEndian.Uint64(p)),
				meta:   int64(int32(binary.LittleEndian.Uint32(p[8:]))),
				body:   int64(binary.LittleEndian.Uint64(p[16:])),
			})
		}
	}
	return schema, out, nil
}

// schemaMessage makes a Message around the Schema that stands at a place of a
// footer: a table of version, header type and header, put before the footer's
// bytes, because flatbuffers point forwards.
func schemaMessage(footer []byte, at int) []byte {
	const (
		table   = 16
		size    = 32 // a multiple of 8, so that the footer stays aligned
		version = 4  // MetadataVersion.V5
		schema  = 1  // MessageHeader.Schema
	)
	m := make([]byte, size, size+len(footer))
	le := binary.LittleEndian
	le.PutUint32(m, table)
	for i, v := range []uint16{10, 12, 8, 10, 4} { // vtable: its size, the table's, where its slots are
		le.PutUint16(m[4+2*i:], v)
	}
	le.PutUint32(m[table:], table-4) // back to the vtable
	le.PutUint32(m[table+4:], uint32(size+at-table-4))
	le.PutUint16(m[table+8:], version)
	m[table+10] = schema
	return append(m, footer...)
}
