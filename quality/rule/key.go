package rule

import (
	"encoding/binary"
	"math"

	"github.com/verisim/verisim/quality/key"
)

// keyReader reads the values of one or more columns as keys: two rows have
// equal keys exactly when all their values are equal. A row with a null has
// none.
type keyReader struct {
	cols    []int
	missing predicate // of the one column, or nil
	word    bool      // every key is 64 bits wide
	nulls   bool      // a null is a value like any other
	fold    bool      // of a text only letters and digits count, in lower case
	buf     []byte
}

func newKeyReader(cols []int, kinds []kind, missing predicate) *keyReader {
	word := len(cols) == 1 && (kinds[0] == kindInt || kinds[0] == kindUint || kinds[0] == kindFloat || kinds[0] == kindBool)
	return &keyReader{cols: cols, missing: missing, word: word}
}

// open takes the rows without a key out of applies.
func (k *keyReader) open(v *view, applies bitmap) ([]*column, error) {
	cols := make([]*column, len(k.cols))
	for i, at := range k.cols {
		c, err := v.column(at)
		if err != nil {
			return nil, err
		}
		if !k.nulls {
			present(v, c, k.missing, applies)
		}
		cols[i] = c
	}
	return cols, nil
}

// wordAt is the key of a row, where keys are words.
func wordAt(c *column, i int) uint64 {
	if c.codes != nil {
		c, i = c.dict, int(c.codes[i])
	}
	switch c.kind {
	case kindFloat:
		return floatKey(c.flt[i])
	case kindBool:
		if c.bits.get(i) {
			return 1
		}
		return 0
	}
	return uint64(c.ints[i])
}

// floatKey makes equal numbers equal words: -0 is 0, and NaN is itself.
func floatKey(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

// bytesAt is the key of a row as bytes, valid until the next call. A lone text
// is its own key; of several columns each part says where it ends.
func (k *keyReader) bytesAt(cols []*column, i int) []byte {
	if k.fold {
		k.buf = foldText(k.buf[:0], cols[0].bytes(i))
		return k.buf
	}
	if len(cols) == 1 && cols[0].kind == kindText && !k.nulls {
		return cols[0].bytes(i)
	}
	k.buf = k.buf[:0]
	for _, c := range cols {
		if k.nulls {
			if c.valid != nil && !c.valid.get(i) {
				k.buf = append(k.buf, 0)
				continue
			}
			k.buf = append(k.buf, 1)
		}
		j := i
		if c.codes != nil {
			j = int(c.codes[i])
			c = c.dict
		}
		switch c.kind {
		case kindText:
			b := c.value(j)
			k.buf = binary.AppendUvarint(k.buf, uint64(len(b)))
			k.buf = append(k.buf, b...)
		case kindWide:
			k.buf = binary.LittleEndian.AppendUint64(k.buf, uint64(c.wide[j].hi))
			k.buf = binary.LittleEndian.AppendUint64(k.buf, c.wide[j].lo)
		default:
			k.buf = binary.LittleEndian.AppendUint64(k.buf, wordAt(c, j))
		}
	}
	return k.buf
}

// log adds the keys of the rows in applies to a log, and takes the rows
// without a key out of applies.
func (k *keyReader) log(v *view, applies bitmap, l *key.Log) error {
	cols, err := k.open(v, applies)
	if err != nil {
		return err
	}
	if c := cols[0]; k.word && c.codes == nil && (c.kind == kindInt || c.kind == kindUint) {
		ints := c.ints
		if applies.count() == int64(v.n) {
			return l.AddWords(ints[:v.n], v.first)
		}
		applies.each(func(i int) bool {
			err = l.AddWord(uint64(ints[i]), v.first+int64(i))
			return err == nil
		})
		return err
	}
	applies.each(func(i int) bool {
		if k.word {
			err = l.AddWord(wordAt(cols[0], i), v.first+int64(i))
		} else {
			err = l.Add(k.bytesAt(cols, i), v.first+int64(i))
		}
		return err == nil
	})
	return err
}
