package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var errLevels = errors.New("a run of levels or indices is cut or malformed")

// rleReader reads the hybrid of run lengths and bit packing
// (parquet-format Encodings.md, "RLE/Bit-Packing Hybrid").
type rleReader struct {
	b      []byte
	width  uint
	run    uint64 // values left of a repeated run
	value  uint32
	packed uint64 // values left of a packed run
	bit    uint64 // bit position in b of the next packed value
}

func newRLE(b []byte, width uint) rleReader { return rleReader{b: b, width: width} }

// header starts the next run.
func (r *rleReader) header() error {
	h, n := binary.Uvarint(r.b)
	if n <= 0 || h>>1 == 0 {
		return errLevels
	}
	r.b = r.b[n:]
	if h&1 == 0 {
		k := int(r.width+7) / 8
		if len(r.b) < k {
			return errLevels
		}
		r.value = 0
		for i := range k {
			r.value |= uint32(r.b[i]) << (8 * i)
		}
		if r.width < 32 && r.value>>r.width != 0 {
			return errLevels
		}
		r.b, r.run = r.b[k:], h>>1
		return nil
	}
	groups := h >> 1
	// A last group may be cut to the bytes that its values need.
	if r.width > 0 && groups > uint64(len(r.b))/uint64(r.width)+1 {
		return errLevels
	}
	r.packed, r.bit = groups*8, 0
	return nil
}

// endPacked drops the bytes of a finished packed run.
func (r *rleReader) endPacked() {
	r.b = r.b[min((r.bit+7)/8, uint64(len(r.b))):]
}

// repeated takes up to n values that come from one repeated run, 0 where the
// next run is packed.
func (r *rleReader) repeated(n int) (k int, value uint32, err error) {
	if r.run == 0 && r.packed == 0 {
		if err := r.header(); err != nil {
			return 0, 0, err
		}
	}
	k = int(min(r.run, uint64(n)))
	r.run -= uint64(k)
	return k, r.value, nil
}

// readRLE fills dst; too few values are an error.
func readRLE[T uint8 | int32](r *rleReader, dst []T) error {
	for len(dst) > 0 {
		switch {
		case r.run > 0:
			n := min(r.run, uint64(len(dst)))
			for i := range dst[:n] {
				dst[i] = T(r.value)
			}
			r.run -= n
			dst = dst[n:]
		case r.packed > 0:
			n := min(r.packed, uint64(len(dst)))
			if (r.bit+n*uint64(r.width)+7)/8 > uint64(len(r.b)) {
				return errLevels
			}
			unpack(r.b, r.bit, r.width, dst[:n])
			r.bit += n * uint64(r.width)
			if r.packed -= n; r.packed == 0 {
				r.endPacked()
			}
			dst = dst[n:]
		default:
			if err := r.header(); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpack reads values of width bits, lowest bits first, from a bit position.
func unpack[T uint8 | int32](b []byte, bit uint64, width uint, dst []T) {
	mask := uint64(1)<<width - 1
	for i := range dst {
		at := bit >> 3
		var w uint64
		if at+8 <= uint64(len(b)) {
			w = binary.LittleEndian.Uint64(b[at:])
		} else {
			var tail [8]byte
			copy(tail[:], b[min(at, uint64(len(b))):])
			w = binary.LittleEndian.Uint64(tail[:])
		}
		dst[i] = T(w >> (bit & 7) & mask) // width <= 32, so that 39 bits suffice
		bit += uint64(width)
	}
}

// appendRLE writes values in the hybrid encoding: runs of eight and more equal
// values as runs, what is between them packed.
func appendRLE[T uint8 | int32](dst []byte, v []T, width uint) []byte {
	for len(v) > 0 {
		n := runLength(v)
		if n >= 8 {
			dst = binary.AppendUvarint(dst, uint64(n)<<1)
			for i := range (width + 7) / 8 {
				dst = append(dst, byte(uint32(v[0])>>(8*i)))
			}
			v = v[n:]
			continue
		}
		// Packed values come in groups of eight; go on until a run begins at a
		// group's start.
		k := 8
		for k < len(v) && runLength(v[k:]) < 8 {
			k += 8
		}
		k = min(k, len(v))
		groups := (k + 7) / 8
		dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
		dst = pack(dst, v[:k], groups*8, width)
		v = v[k:]
	}
	return dst
}

func runLength[T uint8 | int32](v []T) int {
	n := 1
	for n < len(v) && v[n] == v[0] {
		n++
	}
	return n
}

func pack[T uint8 | int32](dst []byte, v []T, total int, width uint) []byte {
	var acc uint64
	var have uint
	for i := range total {
		if i < len(v) {
			acc |= uint64(uint32(v[i])) << have
		}
		for have += width; have >= 8; have -= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
		}
	}
	return dst
}

func widthOf(most int) uint                   { return uint(bits.Len(uint(most))) }
func appendZigzag(dst []byte, v int64) []byte { return binary.AppendVarint(dst, v) }
