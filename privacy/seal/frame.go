package seal

import (
	"crypto/sha256"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// frame is one batch on its way into the file: the message, the buffers of the
// clear columns, the directory of ciphertext sizes, the plaintexts to seal.
type frame struct {
	message   []byte
	clear     *pieces
	directory []byte
	plain     []*pieces // by sealed column
	lengths   []int64   // of the ciphertexts
	pad       []byte
}

func (w *Writer) frame(b arrow.Record, ctx *chunkContext) (*frame, error) {
	f := new(frame)
	cols := make([]arrow.Array, b.NumCols())
	copy(cols, b.Columns())
	tail := int64(0)
	for _, c := range w.h.Immutable.Columns {
		outer, p, err := w.sealedColumn(b, c, ctx)
		if err != nil {
			return nil, fmt.Errorf("seal column %q: %w", c.Name, err)
		}
		defer outer.Release()
		cols[c.Field] = outer
		n := chunkSize(p.size)
		f.plain = append(f.plain, p)
		f.lengths = append(f.lengths, n)
		f.directory = le.AppendUint64(f.directory, uint64(n))
		tail += n
	}
	f.pad = make([]byte, -tail&7)
	tail += int64(len(f.directory) + len(f.pad))

	rec := array.NewRecord(w.outer, cols, b.NumRows())
	defer rec.Release()
	var err error
	if f.clear, err = encodeStream(w.outer, rec); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	if _, err = f.clear.message(); err != nil { // the schema
		return nil, err
	}
	meta, err := f.clear.message()
	if err != nil {
		return nil, err
	}
	m, _, err := parseMessage(meta)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	if err := f.clear.drop(f.clear.size - m.body); err != nil { // the end marker
		return nil, err
	}
	m.body += tail
	f.message = m.encode()
	return f, nil
}

// sealedColumn gives what stands in the batch for a sealed column, and the
// plaintext of its ciphertext.
func (w *Writer) sealedColumn(b arrow.Record, c column, ctx *chunkContext) (arrow.Array, *pieces, error) {
	a := b.Column(c.Field)
	if c.Mode == ModeChunk {
		s, one := oneColumn(w.plain.Field(c.Field), a)
		defer one.Release()
		p, err := encodeStream(s, one)
		if err != nil {
			return nil, nil, err
		}
		return array.NewNull(int(b.NumRows())), p, nil
	}
	k, err := newCellKeys(w.keys.columns[c.Field], ctx, c.Field)
	if err != nil {
		return nil, nil, err
	}
	var leaf leaves
	if c.Mode == ModeSubject {
		var i int
		if i, err = table.Column(w.plain, c.Subject); err != nil {
			return nil, nil, err
		}
		subjects := b.Column(i)
		if d, ok := subjects.(*array.Dictionary); ok {
			if subjects, err = decodeDictionary(d); err != nil {
				return nil, nil, err
			}
			defer subjects.Release()
		}
		leaf = subjectLeaves(subjects, w.ring.Key)
	}
	cells, err := sealCells(a, k, leaf)
	return cells, new(pieces), err
}

// body is the size of everything behind the message.
func (f *frame) body() int64 {
	n := f.clear.size + int64(len(f.directory)+len(f.pad))
	for _, l := range f.lengths {
		n += l
	}
	return n
}

// digest binds the message, the clear columns and the directory into every
// ciphertext of the batch.
func (f *frame) digest() (d [sha256.Size]byte) {
	h := sha256.New()
	h.Write(f.message)
	for _, p := range f.clear.list {
		h.Write(p)
	}
	h.Write(f.directory)
	h.Sum(d[:0])
	return d
}

// chunkContext says where a chunk belongs; a chunk opens nowhere else.
type chunkContext struct {
	hash  [sha256.Size]byte
	batch uint64
	first int64 // row
	rows  int64
	final bool
	frame [sha256.Size]byte
}

func (c *chunkContext) bytes(field int) []byte {
	b := make([]byte, 0, len(labelChunk)+2*sha256.Size+4+8+8+8+1)
	b = append(b, labelChunk...)
	b = append(b, c.hash[:]...)
	b = be.AppendUint32(b, uint32(field))
	b = be.AppendUint64(b, c.batch)
	b = be.AppendUint64(b, uint64(c.first))
	b = be.AppendUint64(b, uint64(c.rows))
	if c.final {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return append(b, c.frame[:]...)
}
