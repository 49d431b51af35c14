package seal

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/ipc"
)

// encodeStream gives the pieces of an Arrow IPC stream: schema, batches, end.
func encodeStream(s *arrow.Schema, batches ...arrow.Record) (*pieces, error) {
	p := new(pieces)
	w, err := ipc.Stream{}.Create(p, s, formats.WriteOptions{Compression: "none"})
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			return nil, err
		}
	}
	return p, w.Close()
}

// emptyFile gives an Arrow IPC file without batches.
func emptyFile(s *arrow.Schema) ([]byte, error) {
	var b bytes.Buffer
	w, err := ipc.File{}.Create(&b, s, formats.WriteOptions{Compression: "none"})
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

var errContent = errors.New("it is no Arrow stream of one batch")

// decodeSchema reads the schema of a stream without batches.
func decodeSchema(b []byte) (*arrow.Schema, error) {
	st, err := ipc.Stream{}.Read(context.Background(), formats.Input{Name: "schema", Reader: bytes.NewReader(b)}, formats.ReadOptions{})
	if err != nil {
		return nil, err
	}
	for _, err := range st.Batches(context.Background()) {
		return nil, errors.Join(errContent, err)
	}
	return st.Schema(), nil
}

// decodeBatch reads a stream of exactly one batch, to the end of r.
func decodeBatch(ctx context.Context, r io.Reader) (arrow.Record, error) {
	st, err := ipc.Stream{}.Read(ctx, formats.Input{Name: "batch", Reader: r}, formats.ReadOptions{})
	if err != nil {
		return nil, err
	}
	var out arrow.Record
	fail := func(err error) (arrow.Record, error) {
		if out != nil {
			out.Release()
		}
		return nil, errors.Join(errContent, err)
	}
	for b, err := range st.Batches(ctx) {
		if err != nil || out != nil {
			return fail(err)
		}
		b.Retain()
		out = b
	}
	if out == nil {
		return fail(nil)
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 || err != io.EOF {
		return fail(err)
	}
	return out, nil
}

// pieces is a writer that remembers what it is given: long writes by
// reference, runs of short ones copied together.
type pieces struct {
	list  [][]byte
	size  int64
	short []byte // the last piece, while it may still grow
}

const longWrite = 4 << 10

func (p *pieces) Write(b []byte) (int, error) {
	p.size += int64(len(b))
	if len(b) >= longWrite {
		p.short = nil
		p.list = append(p.list, b)
		return len(b), nil
	}
	if len(b) == 0 {
		return 0, nil
	}
	if p.short == nil {
		p.list = append(p.list, nil)
		p.short = make([]byte, 0, 1<<10)
	}
	p.short = append(p.short, b...)
	p.list[len(p.list)-1] = p.short
	return len(b), nil
}

// take removes n bytes from the front and returns them in one slice.
func (p *pieces) take(n int64) ([]byte, error) {
	if n < 0 || n > p.size {
		return nil, io.ErrUnexpectedEOF
	}
	p.size -= n
	p.short = nil
	var out []byte
	for n > 0 {
		head := p.list[0]
		if int64(len(head)) > n {
			p.list[0] = head[n:]
			head = head[:n]
		} else {
			p.list = p.list[1:]
		}
		n -= int64(len(head))
		if out == nil && n == 0 {
			return head, nil
		}
		out = append(out, head...)
	}
	return out, nil
}

// message removes one encapsulated message's metadata from the front.
func (p *pieces) message() ([]byte, error) {
	head, err := p.take(8)
	if err != nil {
		return nil, err
	}
	meta, err := p.take(int64(int32(le.Uint32(head[4:]))))
	return append(head[:8:8], meta...), err
}

// drop removes n bytes from the end.
func (p *pieces) drop(n int64) error {
	if n > p.size {
		return io.ErrUnexpectedEOF
	}
	p.size -= n
	p.short = nil
	for n > 0 {
		last := p.list[len(p.list)-1]
		k := min(n, int64(len(last)))
		p.list[len(p.list)-1] = last[:int64(len(last))-k]
		if int64(len(last)) == k {
			p.list = p.list[:len(p.list)-1]
		}
		n -= k
	}
	return nil
}

func (p *pieces) bytes() []byte { return bytes.Join(p.list, nil) }

// schemaMessage gives the encapsulated schema message alone.
func schemaMessage(s *arrow.Schema) ([]byte, error) {
	p, err := encodeStream(s)
	if err != nil {
		return nil, err
	}
	return p.message()
}

// footerTemplate gives the footer of a file without batches.
func footerTemplate(s *arrow.Schema) ([]byte, error) {
	b, err := emptyFile(s)
	if err != nil {
		return nil, err
	}
	if len(b) < minFile {
		return nil, errFlat
	}
	n := int(le.Uint32(b[len(b)-10:]))
	return b[len(b)-10-n : len(b)-10], nil
}

// bare is the schema without metadata, so that encoding a batch costs little.
func bare(s *arrow.Schema) *arrow.Schema {
	fields := make([]arrow.Field, s.NumFields())
	for i, f := range s.Fields() {
		fields[i] = arrow.Field{Name: f.Name, Type: f.Type, Nullable: f.Nullable}
	}
	return arrow.NewSchema(fields, nil)
}

func oneField(f arrow.Field) *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: f.Name, Type: f.Type, Nullable: f.Nullable}}, nil)
}

func oneColumn(f arrow.Field, a arrow.Array) (*arrow.Schema, arrow.Record) {
	s := oneField(f)
	return s, array.NewRecord(s, []arrow.Array{a}, int64(a.Len()))
}
