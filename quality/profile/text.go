package profile

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// keepBytes is how much of a text a state remembers: enough for codes, names
// and addresses, little enough that hostile cells cannot fill the memory.
const keepBytes = 256

// extremeBytes is how much of the first and last text is shown.
const extremeBytes = 64

// Flags of a text.
const (
	isEmpty = 1 << iota
	isPadded
	isNonASCII
	isInvalid
	isCut // longer than keepBytes
)

// inspect measures a text: code points (bytes if it is binary) and flags.
func inspect(b []byte, binaryBytes bool) (length uint64, flags uint8) {
	n := len(b)
	if n == 0 {
		return 0, isEmpty
	}
	if b[0] <= ' ' || b[n-1] <= ' ' {
		flags |= isPadded
	}
	if n > keepBytes {
		flags |= isCut
	}
	if ascii(b) {
		return uint64(n), flags
	}
	flags |= isNonASCII
	if binaryBytes {
		return uint64(n), flags
	}
	if !utf8.Valid(b) {
		flags |= isInvalid
	}
	return uint64(utf8.RuneCount(b)), flags
}

func ascii(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&high != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// texts accumulates what is known of strings, exactly.
type texts struct {
	n        uint64
	empty    uint64
	padded   uint64
	nonASCII uint64
	invalid  uint64
	total    uint64 // of the lengths
	lengths  spread
	min, max []byte // cut to extremeBytes; nil while there are none
	minHead  uint64 // first eight bytes, big endian
	maxHead  uint64
	bare     bool // keep no extremes
}

func head(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var h uint64
	for i, c := range b {
		h |= uint64(c) << (56 - 8*i)
	}
	return h
}

// add takes in all of a text but its length, which goes to lengths by the
// chunk.
func (a *texts) add(b []byte, length uint64, flags uint8, n uint64) {
	a.n += n
	a.total += length * n
	if flags&(isEmpty|isPadded|isNonASCII|isInvalid) != 0 {
		a.count(flags, n)
	}
	if a.bare {
		return
	}
	h := head(b)
	if h <= a.minHead || h >= a.maxHead || a.min == nil {
		a.extend(b, h)
	}
}

// addPlain is add of texts of ASCII, which lie between the offsets; it gives
// their lengths.
func (a *texts) addPlain(offs []int32, data []byte, lengths []uint64) {
	at := int(offs[0])
	var total uint64
	for j, o := range offs[1:] {
		to := int(o)
		n := to - at
		lengths[j] = uint64(n)
		total += uint64(n)
		if n < 8 || at+8 > len(data) {
			b := data[at:to]
			_, flags := inspect(b, false)
			a.count(flags, 1)
			if h := head(b); !a.bare && (h <= a.minHead || h >= a.maxHead || a.min == nil) {
				a.extend(b, h)
			}
			at = to
			continue
		}
		if data[at] <= ' ' || data[to-1] <= ' ' {
			a.padded++
		}
		if h := binary.BigEndian.Uint64(data[at : at+8 : at+8]); (h <= a.minHead || h >= a.maxHead || a.min == nil) && !a.bare {
			a.extend(data[at:to], h)
		}
		at = to
	}
	a.n += uint64(len(lengths))
	a.total += total
}

func (a *texts) count(flags uint8, n uint64) {
	if flags&isEmpty != 0 {
		a.empty += n
	}
	if flags&isPadded != 0 {
		a.padded += n
	}
	if flags&isNonASCII != 0 {
		a.nonASCII += n
	}
	if flags&isInvalid != 0 {
		a.invalid += n
	}
}

func (a *texts) extend(b []byte, h uint64) {
	b = b[:min(len(b), extremeBytes)]
	if a.min == nil {
		a.min, a.max = append([]byte{}, b...), append([]byte{}, b...)
		a.minHead, a.maxHead = h, h
		return
	}
	if bytes.Compare(b, a.min) < 0 {
		a.min, a.minHead = append(a.min[:0], b...), h
	}
	if bytes.Compare(b, a.max) > 0 {
		a.max, a.maxHead = append(a.max[:0], b...), h
	}
}

func (a *texts) merge(o *texts) {
	a.n += o.n
	a.empty += o.empty
	a.padded += o.padded
	a.nonASCII += o.nonASCII
	a.invalid += o.invalid
	a.total += o.total
	a.lengths.merge(&o.lengths)
	if o.min != nil {
		a.extend(o.min, o.minHead)
		a.extend(o.max, o.maxHead)
	}
}

// arena keeps the beginnings of texts, numbered from 0.
type arena struct {
	data  []byte
	items []textItem
	bare  bool // keep lengths and flags, no bytes
}

type textItem struct {
	off    int
	kept   uint16
	flags  uint8
	length uint64
}

func (t *arena) put(b []byte, length uint64, flags uint8) int32 {
	it := textItem{off: len(t.data), flags: flags, length: length}
	if !t.bare {
		it.kept = uint16(min(len(b), keepBytes))
		t.data = append(t.data, b[:it.kept]...)
	}
	t.items = append(t.items, it)
	return int32(len(t.items) - 1)
}

func (t *arena) bytes(ref int32) []byte {
	it := t.items[ref]
	return t.data[it.off : it.off+int(it.kept) : it.off+int(it.kept)]
}

func (t *arena) keep(refs []int32) {
	next := arena{bare: t.bare, items: make([]textItem, 0, 2*len(refs))}
	for _, r := range refs {
		it := t.items[r]
		b := t.bytes(r)
		it.off = len(next.data)
		next.data = append(next.data, b...)
		next.items = append(next.items, it)
	}
	*t = next
}
