package parquet

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// maxHeader bounds a page header: statistics in it hold two values.
const maxHeader = 16 << 20

type pageHeader struct {
	typ          int32
	uncompressed int32
	compressed   int32
	crc          uint32
	hasCRC       bool
	values       int32
	encoding     int32
	defEncoding  int32
	repEncoding  int32
	defBytes     int32
	repBytes     int32
	plain        bool // a V2 page that is not compressed
}

func parsePage(b []byte) (h pageHeader, size int, err error) {
	t := &thriftReader{b: b}
	h.typ = -1
	i32 := func(typ byte, to *int32) bool {
		if typ == tI32 {
			*to = t.i32()
		}
		return typ == tI32
	}
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1:
			return i32(typ, &h.typ)
		case id == 2:
			return i32(typ, &h.uncompressed)
		case id == 3:
			return i32(typ, &h.compressed)
		case id == 4 && typ == tI32:
			h.crc, h.hasCRC = uint32(t.i32()), true
			return true
		case (id == 5 || id == 7 || id == 8) && typ == tStruct:
			t.fields(func(sub int16, typ byte) bool {
				switch {
				case sub == 1:
					return i32(typ, &h.values)
				case sub == 2 && id != 8, sub == 4 && id == 8:
					return i32(typ, &h.encoding)
				case sub == 3 && id == 5:
					return i32(typ, &h.defEncoding)
				case sub == 4 && id == 5:
					return i32(typ, &h.repEncoding)
				case sub == 5 && id == 8:
					return i32(typ, &h.defBytes)
				case sub == 6 && id == 8:
					return i32(typ, &h.repBytes)
				case sub == 7 && id == 8:
					h.plain = typ == tFalse
					return typ == tTrue || typ == tFalse
				}
				return false
			})
			return true
		}
		return false
	})
	if t.err == nil && (h.uncompressed < 0 || h.compressed < 0 || h.values < 0 || h.defBytes < 0 || h.repBytes < 0) {
		t.err = errThrift
	}
	return h, t.pos, t.err
}

// pages reads the pages of a chunk one after another.
type pages struct {
	r     *bufio.Reader
	left  int64 // bytes of the chunk not yet read
	codec int32
	zstd  *zstd.Decoder
	raw   []byte
	buf   []byte
	meter *meter

	part     *part // of an encrypted chunk
	ordinal  int   // of the next data page in it
	dictNext bool  // the next page is the dictionary's
	module   []byte
}

var errPage = errors.New("a page is cut or malformed")

// next gives a page's header and its bytes, levels and values decompressed. The
// bytes are valid until the next call.
func (p *pages) next() (pageHeader, []byte, error) {
	if p.part != nil {
		return p.nextModule()
	}
	var h pageHeader
	for n := 512; ; n *= 4 {
		want := int(min(int64(n), p.left))
		if want > p.r.Size() {
			p.r = bufio.NewReaderSize(p.r, want)
		}
		b, err := p.r.Peek(want)
		if err != nil && (len(b) == 0 || !errors.Is(err, io.EOF)) {
			return h, nil, err
		}
		size := 0
		if h, size, err = parsePage(b); err == nil {
			_, err = p.r.Discard(size)
			p.left -= int64(size)
			if err != nil {
				return h, nil, err
			}
			break
		}
		if int64(n) >= p.left || n >= maxHeader {
			return h, nil, errPage
		}
	}
	if int64(h.compressed) > p.left || int64(h.uncompressed) > 64<<20+1100*int64(h.compressed) {
		return h, nil, errPage
	}
	p.left -= int64(h.compressed)
	var err error
	if cap(p.raw) < int(h.compressed) { // which the file holds: newScan checked it
		p.raw = make([]byte, h.compressed)
	}
	p.raw = p.raw[:h.compressed]
	if _, err = io.ReadFull(p.r, p.raw); err != nil {
		return h, nil, errPage
	}
	if h.hasCRC && crc32.ChecksumIEEE(p.raw) != h.crc {
		return h, nil, errors.New("a page does not match its checksum")
	}
	return p.expand(h)
}

// nextModule is next for an encrypted chunk: header and page are a module each.
func (p *pages) nextModule() (h pageHeader, b []byte, err error) {
	header, body, ordinal := byte(moduleDataHeader), byte(moduleData), p.ordinal
	if p.dictNext {
		header, body, ordinal = moduleDictHeader, moduleDict, 0
		p.dictNext = false
	} else {
		p.ordinal++
	}
	if p.module, err = p.readModule(p.module, maxHeader); err != nil {
		return h, nil, err
	}
	plain, err := p.part.open(p.module, header, ordinal)
	if err != nil {
		return h, nil, err
	}
	if h, _, err = parsePage(plain); err != nil || (h.typ == pageDictionary) != (body == moduleDict) {
		return h, nil, errPage
	}
	if int64(h.compressed) > p.left || int64(h.uncompressed) > 64<<20+1100*int64(h.compressed) {
		return h, nil, errPage
	}
	if p.raw, err = p.readModule(p.raw, int64(h.compressed)); err != nil {
		return h, nil, err
	}
	// A checksum, if there is one, adds nothing to the authentication.
	if p.raw, err = p.part.open(p.raw, body, ordinal); err != nil {
		return h, nil, err
	}
	return p.expand(h)
}

// readModule reads a module of at most so many bytes into buf, without its
// length.
func (p *pages) readModule(buf []byte, most int64) ([]byte, error) {
	var size [4]byte
	if p.left < int64(len(size)) {
		return nil, errPage
	}
	if _, err := io.ReadFull(p.r, size[:]); err != nil {
		return nil, errPage
	}
	p.left -= int64(len(size))
	n := int64(binary.LittleEndian.Uint32(size[:]))
	if n < nonceBytes+tagBytes || n > most || n > p.left {
		return nil, errPage
	}
	p.left -= n
	if int64(cap(buf)) < n { // which the file holds: newScan checked it
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(p.r, buf); err != nil {
		return nil, errPage
	}
	return buf, nil
}

// expand decompresses the page in raw.
func (p *pages) expand(h pageHeader) (pageHeader, []byte, error) {
	var err error
	levels := 0
	if h.typ == pageDataV2 {
		levels = int(h.defBytes) + int(h.repBytes)
		if levels > len(p.raw) || levels > int(h.uncompressed) {
			return h, nil, errPage
		}
	}
	codec := p.codec
	if h.typ == pageDataV2 && h.plain {
		codec = codecNone
	}
	if codec == codecNone {
		if len(p.raw) != int(h.uncompressed) {
			return h, nil, errPage
		}
		return h, p.raw, nil
	}
	n := int(h.uncompressed) - levels
	p.buf = append(p.buf[:0], p.raw[:levels]...)
	if n == 0 { // some writers compress nothing into nothing
		return h, p.buf, nil
	}
	p.buf, err = p.decompress(p.buf, p.raw[levels:], codec, n)
	return h, p.buf, err
}

// decompress appends exactly n bytes to dst. No decompressor is trusted with
// its own idea of how much that is.
func (p *pages) decompress(dst, src []byte, codec int32, n int) ([]byte, error) {
	at := len(dst)
	if cap(dst) < at+n {
		if err := p.meter.take(at + n - cap(dst)); err != nil {
			return nil, err
		}
		dst = append(make([]byte, 0, at+n), dst...)
	}
	switch codec {
	case codecSnappy:
		if k, err := s2.DecodedLen(src); err != nil || k != n {
			return nil, errPage
		}
		out, err := s2.Decode(dst[at:at+n], src)
		if err != nil || len(out) != n {
			return nil, errPage
		}
		return dst[:at+n], nil
	case codecLZ4Raw:
		if err := decodeLZ4(dst[at:at+n], src); err != nil {
			return nil, err
		}
		return dst[:at+n], nil
	case codecGzip:
		z, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return nil, errPage
		}
		if _, err := io.ReadFull(z, dst[at:at+n]); err != nil {
			return nil, errPage
		}
		if k, _ := z.Read(make([]byte, 1)); k != 0 {
			return nil, errPage
		}
		return dst[:at+n], nil
	case codecZstd:
		if p.zstd == nil {
			z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(128<<20))
			if err != nil {
				return nil, err
			}
			p.zstd = z
		}
		out, err := p.zstd.DecodeAll(src, dst[:at:at+n])
		if err != nil || len(out) != at+n {
			return nil, errPage
		}
		return out, nil
	}
	return nil, fmt.Errorf("its compression %s is not read; write snappy, gzip, zstd, lz4_raw or none", codecName(codec))
}

func codecName(codec int32) string {
	names := []string{"none", "snappy", "gzip", "lzo", "brotli", "lz4 (the deprecated framing)", "zstd", "lz4_raw"}
	if codec >= 0 && int(codec) < len(names) {
		return names[codec]
	}
	return strconv.Itoa(int(codec))
}

func (p *pages) close() {
	if p.zstd != nil {
		p.zstd.Close()
		p.zstd = nil
	}
}

// prefixed splits off bytes that begin with their own length (V1 levels).
func prefixed(b []byte) (levels, rest []byte, err error) {
	if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
		return nil, nil, errLevels
	}
	n := int(binary.LittleEndian.Uint32(b))
	return b[4 : 4+n], b[4+n:], nil
}
