package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Cell mode: every cell is AES-256-GCM under a key of its own with a constant
// nonce, so that one key opens one cell. The column's ciphertext behind the
// batch is empty there, and vouches for all cells through the frame's digest.

const labelCells = "verisim/seal/v1/cells\x00"

// cellKeys derives the keys of one column's cells in one batch.
type cellKeys struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newCellKeys(columnKey []byte, c *chunkContext, field int) (*cellKeys, error) {
	info := append([]byte(labelCells), c.hash[:]...)
	info = be.AppendUint32(info, uint32(field))
	info = be.AppendUint64(info, c.batch)
	info = be.AppendUint64(info, uint64(c.first))
	info = be.AppendUint64(info, uint64(c.rows))
	key, err := derive(columnKey, string(info))
	if err != nil {
		return nil, err
	}
	return &cellKeys{mac: hmac.New(sha256.New, key)}, nil
}

// key is the key of a row's cell; leaf is the subject's key or nil.
func (k *cellKeys) key(row int, leaf []byte) []byte {
	var n [8]byte
	be.PutUint64(n[:], uint64(row))
	k.mac.Reset()
	k.mac.Write(n[:])
	k.mac.Write(leaf)
	return k.mac.Sum(k.sum[:0])
}

func cellBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

var zeroNonce [nonceSize]byte

// cellWidth is the size of a type's cells in bytes: 0 for text and bytes, -1
// for types that cannot be sealed by the cell.
func cellWidth(t arrow.DataType) int {
	switch t := t.(type) {
	case *arrow.StringType, *arrow.BinaryType, *arrow.LargeStringType, *arrow.LargeBinaryType:
		return 0
	case *arrow.BooleanType:
		return 1
	case arrow.ExtensionType, *arrow.DictionaryType, arrow.NestedType:
		return -1
	case arrow.FixedWidthDataType:
		if t.BitWidth()%8 == 0 && t.BitWidth() > 0 {
			return t.BitWidth() / 8
		}
	}
	return -1
}

// cellBytes gives the bytes of row i: text as it is, numbers as Arrow stores
// them (little-endian), a boolean as 0 or 1.
func cellBytes(a arrow.Array, i int) []byte {
	switch a := a.(type) {
	case array.BinaryLike:
		from := a.ValueOffset64(i) - a.ValueOffset64(0)
		return a.ValueBytes()[from : from+int64(a.ValueLen(i))]
	case *array.Boolean:
		if a.Value(i) {
			return []byte{1}
		}
		return []byte{0}
	}
	w := cellWidth(a.DataType())
	at := (a.Data().Offset() + i) * w
	return a.Data().Buffers()[1].Bytes()[at : at+w]
}

// leaves gives the subject's key of a row. ok is false if it was erased.
type leaves func(row int) (leaf []byte, ok bool)

// sealCells gives the binary column of encrypted cells.
func sealCells(a arrow.Array, k *cellKeys, leaf leaves) (arrow.Array, error) {
	b := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	defer b.Release()
	b.Reserve(a.Len())
	var out []byte
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
			continue
		}
		var l []byte
		if leaf != nil {
			var ok bool
			if l, ok = leaf(i); !ok {
				return nil, fmt.Errorf("row %d: its subject is null or was erased", i)
			}
		}
		box, err := cellBox(k.key(i, l))
		if err != nil {
			return nil, err
		}
		out = box.Seal(out[:0], zeroNonce[:], cellBytes(a, i), nil)
		b.Append(out)
	}
	return b.NewArray(), nil
}

// openCells decrypts a column of cells. A cell whose subject was erased becomes
// null.
func openCells(cells *array.Binary, t arrow.DataType, k *cellKeys, leaf leaves) (arrow.Array, error) {
	n := cells.Len()
	width := cellWidth(t)
	if width < 0 {
		return nil, errContent
	}
	bitmap := make([]byte, bitutil.BytesForBits(int64(n)))
	nulls := 0
	var data []byte
	ends := make([]int64, 1, n+1)
	for i := range n {
		missing := cells.IsNull(i)
		var l []byte
		if !missing && leaf != nil {
			var ok bool
			l, ok = leaf(i)
			missing = !ok
		}
		if missing {
			nulls++
			data = append(data, make([]byte, width)...)
			ends = append(ends, int64(len(data)))
			continue
		}
		box, err := cellBox(k.key(i, l))
		if err != nil {
			return nil, err
		}
		size := len(data)
		if data, err = box.Open(data, zeroNonce[:], cells.Value(i), nil); err != nil {
			return nil, errChunk
		}
		if width > 0 && len(data)-size != width {
			return nil, errContent
		}
		bitutil.SetBit(bitmap, i)
		ends = append(ends, int64(len(data)))
	}
	return column1(t, n, nulls, bitmap, ends, data)
}

// column1 makes an array of cells.
func column1(t arrow.DataType, n, nulls int, bitmap []byte, ends []int64, data []byte) (arrow.Array, error) {
	bufs := []*memory.Buffer{memory.NewBufferBytes(bitmap)}
	switch t.(type) {
	case *arrow.LargeStringType, *arrow.LargeBinaryType:
		bufs = append(bufs, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(ends)))
	case *arrow.StringType, *arrow.BinaryType:
		short := make([]int32, len(ends))
		for i, e := range ends {
			if e != int64(int32(e)) {
				return nil, errContent
			}
			short[i] = int32(e)
		}
		bufs = append(bufs, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(short)))
	case *arrow.BooleanType:
		bits := make([]byte, len(bitmap))
		for i := range n {
			if data[i] > 1 {
				return nil, errContent
			}
			bitutil.SetBitTo(bits, i, data[i] == 1)
		}
		data = bits
	}
	bufs = append(bufs, memory.NewBufferBytes(data))
	d := array.NewData(t, n, bufs, nil, nulls, 0)
	defer d.Release()
	return array.MakeFromData(d), nil
}

// namesSubjects says whether a column of the type can say whose a row is.
func namesSubjects(t arrow.DataType) bool {
	switch t.(type) {
	case *arrow.StringType, *arrow.BinaryType, *arrow.LargeStringType, *arrow.LargeBinaryType:
		return true
	}
	return arrow.IsInteger(t.ID())
}

// subjectBytes is the one form of a subject that all columns share: text as it
// is, integers of any width in decimal. So a subject can be named on a command
// line, and is the same one in every file.
func subjectBytes(a arrow.Array, i int) []byte {
	if !arrow.IsInteger(a.DataType().ID()) {
		return cellBytes(a, i)
	}
	raw := cellBytes(a, i)
	var wide [8]byte
	copy(wide[:], raw)
	if arrow.IsSignedInteger(a.DataType().ID()) {
		n := int64(le.Uint64(wide[:])) << (64 - 8*len(raw)) >> (64 - 8*len(raw))
		return strconv.AppendInt(nil, n, 10)
	}
	return strconv.AppendUint(nil, le.Uint64(wide[:]), 10)
}

// subjectLeaves looks the subjects of a column up in a keyring, each once.
func subjectLeaves(subjects arrow.Array, key func(subject []byte) ([32]byte, bool)) leaves {
	type entry struct {
		leaf [32]byte
		ok   bool
	}
	known := map[string]*entry{}
	return func(row int) ([]byte, bool) {
		if subjects.IsNull(row) {
			return nil, false
		}
		s := cellBytes(subjects, row)
		e := known[string(s)]
		if e == nil {
			e = new(entry)
			e.leaf, e.ok = key(subjectBytes(subjects, row))
			known[string(s)] = e
		}
		return e.leaf[:], e.ok
	}
}
