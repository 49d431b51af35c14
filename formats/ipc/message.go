package ipc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
)

// maxMeta bounds the metadata of one message. A schema of a million columns
// has about 100 MB.
const maxMeta = 256 << 20

// source delivers encapsulated messages: checked metadata and a body. io.EOF
// ends it.
type source interface {
	message() (meta, body []byte, err error)
}

// messages hands a source's messages to Arrow's decoder. It keeps the first
// error, because the decoder wraps or drops errors at will.
type messages struct {
	src     source
	mem     *limited
	pool    *pool // nil where memory is not used again
	batches int
	err     error
	last    *ipc.Message

	flat       bool         // all columns are
	own        arrow.Record // made by direct, lent
	meta, body []byte       // of a message that direct left to Arrow's decoder
}

func (m *messages) Message() (*ipc.Message, error) {
	if m.last != nil {
		m.last.Release()
		m.last = nil
	}
	if m.err != nil {
		return nil, m.err
	}
	meta, body := m.meta, m.body
	m.meta, m.body = nil, nil
	if meta == nil {
		var err error
		if meta, body, err = m.src.message(); err != nil {
			if !errors.Is(err, io.EOF) {
				m.err = err
			}
			return nil, err
		}
	}
	m.mem.allow(len(body))
	m.last = ipc.NewMessage(memory.NewBufferBytes(meta), memory.NewBufferBytes(body))
	if m.last.Type() == ipc.MessageRecordBatch {
		m.batches++
	}
	return m.last, nil
}

func (m *messages) Release() {
	if m.last != nil {
		m.last.Release()
		m.last = nil
	}
}

func (m *messages) Retain() {}

// streamSource reads messages one after the other.
type streamSource struct {
	name string
	r    io.Reader
	n    int
	// sized is how many bytes the source holds, as a file's length says, so
	// that lengths within it need no caution. 0 for a pipe.
	sized int64
	pool  *pool
}

func (s *streamSource) message() (meta, body []byte, err error) {
	var head [4]byte
	if _, err = io.ReadFull(s.r, head[:]); err != nil {
		if errors.Is(err, io.EOF) && s.n > 0 {
			return nil, nil, io.EOF // no end mark: allowed
		}
		return nil, nil, s.cut(err)
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size == 0xffffffff {
		if _, err = io.ReadFull(s.r, head[:]); err != nil {
			return nil, nil, s.cut(err)
		}
		size = binary.LittleEndian.Uint32(head[:])
	}
	if size == 0 {
		return nil, nil, io.EOF
	}
	if size > maxMeta {
		return nil, nil, formats.Corrupt(s.name, "message %d claims %d bytes of metadata", s.n, size)
	}
	if meta, err = readN(s.r, int64(size), s.sized); err != nil {
		return nil, nil, s.cut(err)
	}
	bodyLen, err := checkMessage(meta)
	if err != nil {
		return nil, nil, formats.Corrupt(s.name, "message %d: %v", s.n, err)
	}
	if body = s.pool.take(bodyLen); body != nil {
		_, err = io.ReadFull(s.r, body)
	} else {
		body, err = readN(s.r, bodyLen, s.sized)
	}
	if err != nil {
		return nil, nil, s.cut(err)
	}
	s.n++
	return meta, body, nil
}

func (s *streamSource) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return formats.Corrupt(s.name, "it ends inside message %d", s.n)
	}
	return err
}

// readN reads n bytes and never allocates far ahead of what is there or arrives.
func readN(r io.Reader, n, sized int64) ([]byte, error) {
	const step = 1 << 20
	if n <= max(step, sized) {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	var b bytes.Buffer
	b.Grow(step)
	got, err := io.CopyN(&b, r, n)
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	return b.Bytes(), err
}

// fileSource reads the messages of a file in the order of its footer: schema,
// dictionaries, batches.
type fileSource struct {
	name   string
	r      io.ReaderAt
	schema []byte // a message; nil once it was given
	blocks []block
	n      int
	pool   *pool
}

type block struct {
	offset int64
	meta   int64
	body   int64
}

func newFileSource(in formats.Input) (*fileSource, error) {
	const edge = 10 // footer length and magic
	bad := func(format string, args ...any) (*fileSource, error) {
		return nil, formats.Corrupt(in.Name, format, args...)
	}
	if in.ReaderAt == nil {
		return bad("an Arrow file needs random access")
	}
	if in.Size < int64(len(magic))+2+edge {
		return bad("it is too short for an Arrow file: %d bytes", in.Size)
	}
	var head [8]byte
	var tail [edge]byte
	if _, err := in.ReaderAt.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	if _, err := in.ReaderAt.ReadAt(tail[:], in.Size-edge); err != nil {
		return nil, err
	}
	if !bytes.Equal(head[:6], magic) {
		return bad("it does not start as an Arrow file")
	}
	if !bytes.Equal(tail[4:], magic) {
		return bad("it does not end as an Arrow file; it was cut, or its writer did not finish")
	}
	size := int64(binary.LittleEndian.Uint32(tail[:4]))
	if size <= 0 || size > maxMeta || size > in.Size-edge-8 {
		return bad("the footer claims %d bytes", size)
	}
	footer := make([]byte, size)
	if _, err := in.ReaderAt.ReadAt(footer, in.Size-edge-size); err != nil {
		return nil, err
	}
	schema, blocks, err := checkFooter(footer)
	if err != nil {
		return bad("footer: %v", err)
	}
	end := in.Size - edge - size
	for i, b := range blocks {
		// The sum is compared piece by piece so that it cannot overflow.
		if b.offset < 8 || b.meta < 8 || b.body < 0 || b.offset > end || b.meta > end-b.offset || b.body > end-b.offset-b.meta || b.offset%8 != 0 {
			return bad("footer: message %d lies outside the file", i)
		}
	}
	// The schema at the front is left alone: some writers (polars 2.1) put it
	// there without its length, and readers go by the footer's.
	return &fileSource{name: in.Name, r: in.ReaderAt, schema: schema, blocks: blocks}, nil
}

func (s *fileSource) message() (meta, body []byte, err error) {
	if meta = s.schema; meta != nil {
		s.schema = nil
		if _, err = checkMessage(meta); err != nil {
			return nil, nil, formats.Corrupt(s.name, "footer: %v", err)
		}
		return meta, nil, nil
	}
	if s.n >= len(s.blocks) {
		return nil, nil, io.EOF
	}
	b := s.blocks[s.n]
	s.n++
	limit := b.meta + b.body
	r := io.NewSectionReader(s.r, b.offset, limit)
	meta, body, err = (&streamSource{name: s.name, r: r, n: s.n, sized: limit, pool: s.pool}).message()
	if errors.Is(err, io.EOF) {
		return nil, nil, formats.Corrupt(s.name, "message %d is missing", s.n)
	}
	return meta, body, err
}
