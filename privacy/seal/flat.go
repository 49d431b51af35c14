package seal

import (
	"encoding/binary"
	"errors"
)

// The few pieces of FlatBuffers that the container needs: reading tables that
// Arrow's encoder wrote, and writing one message of fixed layout. Positions are
// checked against hostile bytes; every getter answers zero or an error.

var (
	le       = binary.LittleEndian
	errFlat  = errors.New("malformed flatbuffer")
	arrowEOS = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}
)

type flatTable struct {
	b   []byte
	pos int // of the table
	vt  int // of its vtable
	n   int // bytes of vtable
}

func rootTable(b []byte) (flatTable, error) {
	if len(b) < 8 {
		return flatTable{}, errFlat
	}
	return tableAt(b, int(le.Uint32(b)))
}

func tableAt(b []byte, pos int) (flatTable, error) {
	if pos < 4 || pos > len(b)-4 {
		return flatTable{}, errFlat
	}
	vt := pos - int(int32(le.Uint32(b[pos:])))
	if vt < 0 || vt > len(b)-4 {
		return flatTable{}, errFlat
	}
	n := int(le.Uint16(b[vt:]))
	if n < 4 || vt+n > len(b) {
		return flatTable{}, errFlat
	}
	return flatTable{b, pos, vt, n}, nil
}

// field is the position of field i with size bytes, or 0 if it is left out.
func (t flatTable) field(i, size int) (int, error) {
	slot := 4 + 2*i
	if slot+2 > t.n {
		return 0, nil
	}
	off := int(le.Uint16(t.b[t.vt+slot:]))
	if off == 0 {
		return 0, nil
	}
	if t.pos+off+size > len(t.b) {
		return 0, errFlat
	}
	return t.pos + off, nil
}

func (t flatTable) int64(i int) (int64, error) {
	p, err := t.field(i, 8)
	if p == 0 {
		return 0, err
	}
	return int64(le.Uint64(t.b[p:])), nil
}

func (t flatTable) byte(i int) (byte, error) {
	p, err := t.field(i, 1)
	if p == 0 {
		return 0, err
	}
	return t.b[p], nil
}

func (t flatTable) table(i int) (flatTable, error) {
	p, err := t.field(i, 4)
	if err != nil || p == 0 {
		return flatTable{}, errFlat
	}
	return tableAt(t.b, p+int(le.Uint32(t.b[p:])))
}

// structs is the bytes of a vector of structs of the given size.
func (t flatTable) structs(i, size int) ([]byte, error) {
	p, err := t.field(i, 4)
	if p == 0 {
		return nil, err
	}
	p += int(le.Uint32(t.b[p:]))
	if p > len(t.b)-4 {
		return nil, errFlat
	}
	n := int(le.Uint32(t.b[p:]))
	if n > (len(t.b)-p-4)/size {
		return nil, errFlat
	}
	return t.b[p+4 : p+4+n*size], nil
}

// Fields and constants of Arrow's Message.fbs and File.fbs.
const (
	messageVersion    = 4 // MetadataVersion.V5
	messageHeaderType = 1
	messageHeader     = 2
	messageBodyLength = 3
	headerRecordBatch = 3
	batchLength       = 0
	batchNodes        = 1
	batchBuffers      = 2
	batchCompression  = 3
	batchVariadic     = 4
	footerDicts       = 2
	footerBatches     = 3
	structSize        = 16 // FieldNode and Buffer
	blockSize         = 24 // Block: i64 offset, i32 metadata, 4 of padding, i64 body
)

// message is the metadata of one record batch.
type message struct {
	rows  int64
	body  int64  // bytes
	nodes []byte // FieldNode structs as they stand in the file
	bufs  []byte // Buffer structs
}

// parseMessage reads an encapsulated message from the start of b: the
// continuation marker, the length, the metadata. It returns the bytes used.
func parseMessage(b []byte) (m message, used int, err error) {
	if len(b) < 8 || le.Uint32(b) != 0xffffffff {
		return m, 0, errFlat
	}
	n := int64(int32(le.Uint32(b[4:])))
	if n <= 0 || n%8 != 0 || n > int64(len(b)-8) {
		return m, 0, errFlat
	}
	used = 8 + int(n)
	root, err := rootTable(b[8:used])
	if err != nil {
		return m, 0, err
	}
	kind, err := root.byte(messageHeaderType)
	if err != nil || kind != headerRecordBatch {
		return m, 0, errFlat
	}
	rb, err := root.table(messageHeader)
	if err != nil {
		return m, 0, err
	}
	for _, unsupported := range []int{batchCompression, batchVariadic} {
		if p, err := rb.field(unsupported, 4); err != nil || p != 0 {
			return m, 0, errFlat
		}
	}
	var errs [4]error
	m.body, errs[0] = root.int64(messageBodyLength)
	m.rows, errs[1] = rb.int64(batchLength)
	m.nodes, errs[2] = rb.structs(batchNodes, structSize)
	m.bufs, errs[3] = rb.structs(batchBuffers, structSize)
	if err := errors.Join(errs[:]...); err != nil {
		return m, 0, err
	}
	if m.rows < 0 || m.body < 0 {
		return m, 0, errFlat
	}
	return m, used, nil
}

// encode writes the message in the one layout that FORMAT.md gives: positions
// are fixed, so equal batches have equal bytes whatever library reads them.
func (m message) encode() []byte {
	const (
		prefix  = 8
		nodesAt = 80
	)
	bufsAt := nodesAt + len(m.nodes) + 8
	b := make([]byte, prefix+bufsAt+len(m.bufs))
	le.PutUint32(b, 0xffffffff)
	le.PutUint32(b[4:], uint32(len(b)-prefix))
	f := b[prefix:]
	u16 := func(at int, vs ...uint16) {
		for i, v := range vs {
			le.PutUint16(f[at+2*i:], v)
		}
	}
	le.PutUint32(f[0:], 20)                   // root: Message
	u16(8, 12, 20, 16, 18, 12, 4)             // its vtable: version, type, header, body
	le.PutUint32(f[20:], 12)                  // back to the vtable
	le.PutUint64(f[24:], uint64(m.body))      //
	le.PutUint32(f[32:], 52-32)               // header: RecordBatch
	le.PutUint16(f[36:], messageVersion)      //
	f[38] = headerRecordBatch                 //
	u16(42, 10, 20, 4, 12, 16)                // its vtable: length, nodes, buffers
	le.PutUint32(f[52:], 10)                  // back to the vtable
	le.PutUint64(f[56:], uint64(m.rows))      //
	le.PutUint32(f[64:], nodesAt-4-64)        // nodes
	le.PutUint32(f[68:], uint32(bufsAt-4-68)) // buffers
	le.PutUint32(f[nodesAt-4:], uint32(len(m.nodes)/structSize))
	copy(f[nodesAt:], m.nodes)
	le.PutUint32(f[bufsAt-4:], uint32(len(m.bufs)/structSize))
	copy(f[bufsAt:], m.bufs)
	return b
}

// block is where a batch stands in the file.
type block struct {
	offset int64
	meta   int64 // bytes of prefix, metadata and padding
	body   int64
}

// footer puts blocks into a footer that Arrow's encoder wrote without any: the
// vector is appended, and the offset that pointed to the empty one is changed.
func footer(template []byte, blocks []block) ([]byte, error) {
	at, err := footerSlot(template)
	if err != nil {
		return nil, err
	}
	b := append([]byte(nil), template...)
	for len(b)%8 != 4 {
		b = append(b, 0)
	}
	le.PutUint32(b[at:], uint32(len(b)-at))
	b = le.AppendUint32(b, uint32(len(blocks)))
	for _, k := range blocks {
		b = le.AppendUint64(b, uint64(k.offset))
		b = le.AppendUint64(b, uint64(uint32(k.meta)))
		b = le.AppendUint64(b, uint64(k.body))
	}
	return b, nil
}

// footerSlot is where a footer keeps the offset of its block vector.
func footerSlot(b []byte) (int, error) {
	root, err := rootTable(b)
	if err != nil {
		return 0, err
	}
	if d, derr := root.structs(footerDicts, blockSize); derr != nil || len(d) > 0 {
		return 0, errFlat
	}
	at, err := root.field(footerBatches, 4)
	if err != nil || at == 0 {
		return 0, errFlat
	}
	return at, nil
}

// parseFooter undoes footer: the blocks, and the template with its slot zeroed.
func parseFooter(b []byte) (blocks []block, template []byte, err error) {
	at, err := footerSlot(b)
	if err != nil {
		return nil, nil, err
	}
	vec := at + int(le.Uint32(b[at:]))
	if vec%8 != 4 || vec > len(b)-4 || int64(le.Uint32(b[vec:]))*blockSize != int64(len(b)-vec-4) {
		return nil, nil, errFlat
	}
	for p := b[vec+4:]; len(p) > 0; p = p[blockSize:] {
		if le.Uint32(p[12:]) != 0 {
			return nil, nil, errFlat
		}
		blocks = append(blocks, block{int64(le.Uint64(p)), int64(le.Uint32(p[8:])), int64(le.Uint64(p[16:]))})
	}
	template = append([]byte(nil), b[:vec]...)
	clear(template[at : at+4])
	return blocks, template, nil
}
