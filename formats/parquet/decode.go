package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	b := p.b
	for range n {
		if len(b) < 4 {
			return errValues
		}
		k := binary.LittleEndian.Uint32(b)
		if uint64(k) > uint64(len(b)-4) {
			return errValues
		}
		if len(c.data)+int(k) > maxData {
			return errTooLong
		}
		c.data = append(c.data, b[4:4+k]...)
		c.offs = append(c.offs, int32(len(c.data)))
		b = b[4+k:]
	}
	p.b = b
	c.n += n
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
		for _, i := range idx {
			p := v.data[v.offs[i]:v.offs[i+1]]
			if len(c.data)+len(p) > maxData {
				return errTooLong
			}
			c.data = append(c.data, p...)
			c.offs = append(c.offs, int32(len(c.data)))
		}
	case x.width == 8:
		for _, i := range idx {
			c.fixed = append(c.fixed, v.fixed[8*i:8*i+8]...)
		}
	case x.width == 4:
		for _, i := range idx {
			c.fixed = append(c.fixed, v.fixed[4*i:4*i+4]...)
		}
	default:
		w := int32(max(x.width, 1))
		for _, i := range idx {
			c.fixed = append(c.fixed, v.fixed[w*i:w*i+w]...)
		}
	}
	return nil
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
