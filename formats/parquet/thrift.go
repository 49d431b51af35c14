package parquet

import (
	"encoding/binary"
	"errors"
)

// Field and element types of Thrift's compact protocol
// (thrift-compact-protocol.md, "Struct encoding").
const (
	tTrue   = 1
	tFalse  = 2
	tByte   = 3
	tI16    = 4
	tI32    = 5
	tI64    = 6
	tDouble = 7
	tBinary = 8
	tList   = 9
	tSet    = 10
	tMap    = 11
	tStruct = 12
)

var errThrift = errors.New("its metadata is cut or malformed")

// maxThriftDepth is beyond any Parquet structure.
const maxThriftDepth = 16

// thriftReader walks compact Thrift. The first fault stops it: every later read
// gives zero, and the caller looks at err once.
type thriftReader struct {
	b     []byte
	pos   int
	depth int
	err   error
}

func (t *thriftReader) fail() {
	if t.err == nil {
		t.err = errThrift
	}
	t.pos = len(t.b)
}

func (t *thriftReader) byte() byte {
	if t.pos >= len(t.b) {
		t.fail()
		return 0
	}
	t.pos++
	return t.b[t.pos-1]
}

func (t *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(t.b[t.pos:])
	if n <= 0 {
		t.fail()
		return 0
	}
	t.pos += n
	return v
}

func (t *thriftReader) int() int64 {
	u := t.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (t *thriftReader) i32() int32 {
	v := t.int()
	if int64(int32(v)) != v {
		t.fail()
	}
	return int32(v)
}

func (t *thriftReader) bytes() []byte {
	n := t.uvarint()
	if n > uint64(len(t.b)-t.pos) {
		t.fail()
		return nil
	}
	t.pos += int(n)
	return t.b[t.pos-int(n) : t.pos]
}

// fields walks a struct. read gets each field's number and type, and either
// reads the value and returns true, or leaves it to be skipped.
func (t *thriftReader) fields(read func(id int16, typ byte) bool) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail()
		return
	}
	defer func() { t.depth-- }()
	id := int16(0)
	for t.err == nil {
		h := t.byte()
		typ := h & 15
		if h == 0 {
			return
		}
		if d := h >> 4; d > 0 {
			id += int16(d)
		} else {
			id = int16(t.int())
		}
		if !read(id, typ) {
			t.skip(typ)
		}
	}
}

// list walks a list of the element type wanted. Each element takes at least a
// byte, so that a count beyond what is left is a lie.
func (t *thriftReader) list(typ, want byte, each func()) bool {
	if typ != tList {
		return false
	}
	h := t.byte()
	n := uint64(h >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)-t.pos) || n > 0 && h&15 != want {
		t.fail()
		return true
	}
	for ; n > 0 && t.err == nil; n-- {
		each()
	}
	return true
}

func (t *thriftReader) skip(typ byte) {
	switch typ {
	case tTrue, tFalse:
	case tByte:
		t.byte()
	case tI16, tI32, tI64:
		t.uvarint()
	case tDouble:
		if len(t.b)-t.pos < 8 {
			t.fail()
			return
		}
		t.pos += 8
	case tBinary:
		t.bytes()
	case tList, tSet:
		h := t.byte()
		n := uint64(h >> 4)
		if n == 15 {
			n = t.uvarint()
		}
		t.skipMany(n, h&15)
	case tMap:
		n := t.uvarint()
		if n == 0 {
			return
		}
		h := t.byte()
		for ; n > 0 && t.err == nil; n-- {
			t.skipMany(1, h>>4)
			t.skipMany(1, h&15)
		}
	case tStruct:
		t.fields(func(int16, byte) bool { return false })
	default:
		t.fail()
	}
}

func (t *thriftReader) skipMany(n uint64, typ byte) {
	if t.depth++; t.depth > maxThriftDepth || n > uint64(len(t.b)-t.pos) {
		t.fail()
		return
	}
	defer func() { t.depth-- }()
	for ; n > 0 && t.err == nil; n-- {
		if typ == tTrue || typ == tFalse { // in lists a bool has a byte of its own
			t.byte()
			continue
		}
		t.skip(typ)
	}
}

// thriftWriter appends compact Thrift.
type thriftWriter struct {
	b    []byte
	last []int16 // the field numbers of the open structs
}

func (t *thriftWriter) open()  { t.last = append(t.last, 0) }
func (t *thriftWriter) close() { t.b = append(t.b, 0); t.last = t.last[:len(t.last)-1] }

func (t *thriftWriter) field(id int16, typ byte) {
	top := &t.last[len(t.last)-1]
	if d := id - *top; d > 0 && d < 16 {
		t.b = append(t.b, byte(d)<<4|typ)
	} else {
		t.b = binary.AppendVarint(append(t.b, typ), int64(id))
	}
	*top = id
}

func (t *thriftWriter) i32(id int16, v int32) {
	t.field(id, tI32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thriftWriter) i64(id int16, v int64) {
	t.field(id, tI64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thriftWriter) bool(id int16, v bool) {
	if v {
		t.field(id, tTrue)
		return
	}
	t.field(id, tFalse)
}

func (t *thriftWriter) bytes(id int16, v []byte) {
	t.field(id, tBinary)
	t.raw(v)
}

func (t *thriftWriter) raw(v []byte) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(v))), v...)
}

func (t *thriftWriter) list(id int16, typ byte, n int) {
	t.field(id, tList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|typ)
		return
	}
	t.b = binary.AppendUvarint(append(t.b, 15<<4|typ), uint64(n))
}

// sub opens a struct as a field; close ends it.
func (t *thriftWriter) sub(id int16) {
	t.field(id, tStruct)
	t.open()
}
