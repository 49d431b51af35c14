package seal

import (
	"bytes"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// The short way from a chunk's plaintext to an array: for columns of flat types
// whose stream begins as this package would write it, the array is made of
// slices of the plaintext, after the same checks that formats/ipc makes. All
// else goes through formats/ipc, which copies.

// readParts is how many parts of a ciphertext are read at once: few enough to
// stay in the second-level cache until they are decrypted.
const readParts = 16

// openWhole decrypts a ciphertext of the file into one buffer, by way of buf.
func openWhole(r io.ReaderAt, k span, key, context, buf []byte) ([]byte, error) {
	size := plainSize(k.n)
	if size < 0 {
		return nil, errChunk
	}
	prefix := buf[:prefixSize]
	if n, _ := r.ReadAt(prefix, k.at); n < len(prefix) {
		return nil, errChunk
	}
	c, err := startChunk(prefix, key, context)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	for at, left := k.at+prefixSize, k.n-prefixSize; c.err == nil; {
		c.ct = buf[:min(left, int64(len(buf)))]
		if n, _ := r.ReadAt(c.ct, at); n < len(c.ct) {
			return nil, errChunk
		}
		at, left = at+int64(len(c.ct)), left-int64(len(c.ct))
		for c.err == nil && (len(c.ct) > 0 || left == 0) {
			out = out[:len(out)+len(c.next(out[len(out):]))]
		}
	}
	if !errors.Is(c.err, io.EOF) {
		return nil, c.err
	}
	return out, nil
}

// flatColumn reads a stream of one batch with one column of a flat type. ok is
// false if it is not made in the usual way, which says nothing against it.
func flatColumn(schema, plain []byte, t arrow.DataType, rows int64) (a arrow.Array, ok bool) {
	rest, found := bytes.CutPrefix(plain, schema)
	if !found {
		return nil, false
	}
	m, used, err := parseMessage(rest)
	if err != nil || m.body != int64(len(rest)-used-len(arrowEOS)) || !bytes.HasSuffix(rest, arrowEOS) || m.rows != rows || len(m.nodes) != structSize {
		return nil, false
	}
	body := rest[used : used+int(m.body)]
	if (len(schema)+used)%8 != 0 { // slices of wider types must be aligned
		return nil, false
	}
	if int64(le.Uint64(m.nodes)) != rows {
		return nil, false
	}
	nulls := int64(le.Uint64(m.nodes[8:]))
	if nulls < 0 || nulls > rows {
		return nil, false
	}
	var bufs [][]byte
	for p := m.bufs; len(p) > 0; p = p[structSize:] {
		at, n := int64(le.Uint64(p)), int64(le.Uint64(p[8:]))
		if at < 0 || n < 0 || at%8 != 0 || at > m.body || n > m.body-at {
			return nil, false
		}
		bufs = append(bufs, body[at:at+n:at+n])
	}
	if !flatSizes(t, bufs, rows, nulls) {
		return nil, false
	}
	own := make([]*memory.Buffer, len(bufs))
	for i, b := range bufs {
		if i > 0 || len(b) > 0 {
			own[i] = memory.NewBufferBytes(b)
		}
	}
	data := array.NewData(t, int(rows), own, nil, int(nulls), 0)
	defer data.Release()
	return array.MakeFromData(data), true
}

// flatSizes says whether buffers hold what rows cells of a type need.
func flatSizes(t arrow.DataType, bufs [][]byte, rows, nulls int64) bool {
	if len(bufs) < 2 || (len(bufs[0]) > 0 || nulls > 0) && int64(len(bufs[0])) < bitutil.BytesForBits(rows) {
		return false
	}
	switch t := t.(type) {
	case *arrow.StringType, *arrow.BinaryType:
		if len(bufs) != 3 || int64(len(bufs[1])) < 4*(rows+1) {
			return false
		}
		offsets := arrow.Int32Traits.CastFromBytes(bufs[1])[:rows+1]
		last := offsets[0]
		bad := last < 0
		for _, o := range offsets {
			bad = bad || o < last
			last = o
		}
		return !bad && int64(last) <= int64(len(bufs[2]))
	case arrow.ExtensionType, *arrow.DictionaryType, arrow.NestedType:
		return false
	case arrow.FixedWidthDataType:
		return len(bufs) == 2 && int64(len(bufs[1])) >= bitutil.BytesForBits(rows*int64(t.BitWidth()))
	}
	return false
}
