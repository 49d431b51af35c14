package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

var errValues = errors.New("its values are cut or malformed")

// cells collects decoded values of one leaf, those that are not null: fixed-
// width ones side by side, bools as a byte each, byte arrays as offsets and
// data, or as indices of the leaf's dictionary where the column wants those.
type cells struct {
	n     int
	fixed []byte
	offs  []int32 // n+1 of them, for byte arrays
	data  []byte
	codes []int32
}

func (c *cells) reset() {
	c.n, c.fixed, c.data, c.codes = 0, c.fixed[:0], c.data[:0], c.codes[:0]
	c.offs = append(c.offs[:0], 0)
}

// give hands out the fixed-width bytes; the next batch gets new ones of about
// the same size.
func (c *cells) give() []byte {
	b := c.fixed
	c.fixed = make([]byte, 0, len(b))
	return b
}

// giveText hands out offsets and data.
func (c *cells) giveText() ([]int32, []byte) {
	offs, data := c.offs, c.data
	c.offs, c.data = make([]int32, 0, len(offs)), make([]byte, 0, len(data)+len(data)/8)
	return offs, data
}

// maxData bounds the bytes of one leaf in one batch, so that offsets fit and a
// file of a few bytes cannot ask for more than a machine has.
const maxData = 1 << 30

var errTooLong = fmt.Errorf("its cells hold more than %d bytes in one batch; read fewer rows a batch", maxData)

func (c *cells) addBytes(v ...[]byte) error {
	for _, p := range v {
		if len(c.data)+len(p) > maxData {
			return errTooLong
		}
		c.data = append(c.data, p...)
	}
	c.offs = append(c.offs, int32(len(c.data)))
	c.n++
	return nil
}

// decoder reads the values of one page.
type decoder interface {
	// read adds n values to c. Fewer are an error.
	read(c *cells, n int) error
}

// newDecoder gives the decoder of a page's values. count bounds how many there
// can be.
func newDecoder(l *leaf, encoding int32, b []byte, count int, d *dictionary, codes bool) (decoder, error) {
	switch encoding {
	case encPlain:
		switch l.phys {
		case physBool:
			return &plainBool{b: b}, nil
		case physBytes:
			return &plainBytes{b: b}, nil
		default:
			return &plainFixed{b: b, width: l.width}, nil
		}
	case encPlainDict, encRLEDict:
		if d == nil {
			return nil, errors.New("it uses a dictionary and has none")
		}
		if len(b) == 0 {
			return &none{}, nil
		}
		if b[0] > 32 {
			return nil, errValues
		}
		return &indexed{r: newRLE(b[1:], uint(b[0])), d: d, width: l.width, bytes: l.phys == physBytes, codes: codes}, nil
	case encRLE:
		if l.phys == physBool && len(b) >= 4 && int64(binary.LittleEndian.Uint32(b)) <= int64(len(b)-4) {
			return &rleBool{r: newRLE(b[4:4+binary.LittleEndian.Uint32(b)], 1)}, nil
		}
	case encDelta:
		if l.phys == physInt32 || l.phys == physInt64 {
			return newDeltaInts(b, l.width, count)
		}
	case encDeltaLength:
		if l.phys == physBytes {
			return newDeltaLength(b, count)
		}
	case encDeltaBytes:
		if l.phys == physBytes || l.phys == physFixed {
			return newDeltaBytes(b, count, l)
		}
	case encByteSplit:
		if l.width > 0 && l.phys != physInt96 && len(b)%l.width == 0 {
			return &byteSplit{b: b, width: l.width, n: len(b) / l.width}, nil
		}
	}
	return nil, fmt.Errorf("its encoding %d is not read for physical type %d", encoding, l.phys)
}

// none has no values.
type none struct{}

func (*none) read(_ *cells, n int) error {
	if n > 0 {
		return errValues
	}
	return nil
}

type plainFixed struct {
	b     []byte
	width int
}

func (p *plainFixed) read(c *cells, n int) error {
	k := n * p.width
	if k > len(p.b) {
		return errValues
	}
	c.fixed = append(c.fixed, p.b[:k]...)
	c.n += n
	p.b = p.b[k:]
	return nil
}

type plainBool struct {
	b   []byte
	bit int
}

func (p *plainBool) read(c *cells, n int) error {
	if p.bit+n > len(p.b)*8 {
		return errValues
	}
	for range n {
		c.fixed = append(c.fixed, p.b[p.bit>>3]>>(p.bit&7)&1)
		p.bit++
	}
	c.n += n
	return nil
}

type plainBytes struct{ b []byte }

func (p *plainBytes) read(c *cells, n int) error {
	total, at := 0, 0
	for range n {
		if len(p.b)-at < 4 {
			return errValues
		}
		k := int(binary.LittleEndian.Uint32(p.b[at:]))
		if k > len(p.b)-at-4 {
			return errValues
		}
		total += k
		at += 4 + k
	}
	if err := c.room(n, total); err != nil {
		return err
	}
	b := p.b
	end := len(c.data)
	data := c.data[:cap(c.data)]
	for range n {
		k := int(binary.LittleEndian.Uint32(b))
		if b = b[4:]; k <= short && len(b) >= short {
			copy(data[end:end+short], b[:short])
		} else {
			copy(data[end:], b[:k])
		}
		end += k
		c.offs = append(c.offs, int32(end))
		b = b[k:]
	}
	c.data = data[:end]
	p.b = b
	c.n += n
	return nil
}

// short texts are copied as so many bytes at once, which costs less than a copy
// of the right length; room leaves the slack.
const short = 16

// room makes room for n texts of so many bytes in all.
func (c *cells) room(n, total int) error {
	if len(c.data)+total > maxData {
		return errTooLong
	}
	c.offs = slices.Grow(c.offs, n)
	c.data = slices.Grow(c.data, total+short)
	return nil
}

// dictionary is the decoded dictionary page of a chunk.
type dictionary struct {
	values  cells
	longest int
	codes   []int32 // of the column's Arrow dictionary, where it has one
}

func newDictionary(l *leaf, b []byte, n int) (*dictionary, error) {
	d := &dictionary{}
	d.values.reset()
	dec, err := newDecoder(l, encPlain, b, n, nil, false)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > len(b)*8 {
		return nil, errValues
	}
	if err := dec.read(&d.values, n); err != nil {
		return nil, err
	}
	for i := 1; i < len(d.values.offs); i++ {
		d.longest = max(d.longest, int(d.values.offs[i]-d.values.offs[i-1]))
	}
	return d, nil
}

type indexed struct {
	r     rleReader
	d     *dictionary
	width int
	bytes bool
	codes bool
	buf   [1024]int32
}

func (x *indexed) read(c *cells, n int) error {
	for n > 0 {
		idx := x.buf[:min(n, len(x.buf))]
		if err := readRLE(&x.r, idx); err != nil {
			return err
		}
		most := uint32(x.d.values.n)
		for _, i := range idx {
			if uint32(i) >= most {
				return errors.New("an index lies beyond its dictionary")
			}
		}
		if err := x.gather(c, idx); err != nil {
			return err
		}
		c.n += len(idx)
		n -= len(idx)
	}
	return nil
}

func (x *indexed) gather(c *cells, idx []int32) error {
	v := &x.d.values
	switch {
	case x.codes:
		for _, i := range idx {
			c.codes = append(c.codes, x.d.codes[i])
		}
	case x.bytes:
		total := 0
		for _, i := range idx {
			total += int(v.offs[i+1] - v.offs[i])
		}
		if err := c.room(len(idx), total); err != nil {
			return err
		}
		end := len(c.data)
		data := c.data[:cap(c.data)]
		for _, i := range idx {
			from, to := int(v.offs[i]), int(v.offs[i+1])
			if to-from <= short && from+short <= len(v.data) {
				copy(data[end:end+short], v.data[from:from+short])
			} else {
				copy(data[end:], v.data[from:to])
			}
			end += to - from
			c.offs = append(c.offs, int32(end))
		}
		c.data = data[:end]
	case x.width == 8:
		c.fixed = pickTo(c.fixed, view[uint64](v.fixed), idx)
	case x.width == 4:
		c.fixed = pickTo(c.fixed, view[uint32](v.fixed), idx)
	default:
		w := int32(max(x.width, 1))
		for _, i := range idx {
			c.fixed = append(c.fixed, v.fixed[w*i:w*i+w]...)
		}
	}
	return nil
}

func pickTo[T uint32 | uint64](dst []byte, v []T, idx []int32) []byte {
	dst, at := extend(dst, len(idx)*int(unsafe.Sizeof(T(0))))
	out := view[T](dst[at:])
	for k, i := range idx {
		out[k] = v[i]
	}
	return dst
}

type rleBool struct{ r rleReader }

func (r *rleBool) read(c *cells, n int) error {
	at := len(c.fixed)
	c.fixed = append(c.fixed, make([]byte, n)...)
	c.n += n
	return readRLE(&r.r, c.fixed[at:])
}

type byteSplit struct {
	b           []byte
	width, n, i int
}

func (s *byteSplit) read(c *cells, n int) error {
	if n > s.n-s.i {
		return errValues
	}
	for ; n > 0; n-- {
		for k := range s.width {
			c.fixed = append(c.fixed, s.b[k*s.n+s.i])
		}
		s.i++
		c.n++
	}
	return nil
}
