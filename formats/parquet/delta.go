package parquet

import "encoding/binary"

// delta reads DELTA_BINARY_PACKED integers, block by block.
type delta struct {
	b         []byte
	mini      int // values in a miniblock
	minis     int // miniblocks in a block
	left      int // values not yet read
	value     int64
	first     bool
	least     int64
	widths    []byte
	inMini    int // values left in the miniblock
	bit       uint64
	width     uint
	miniBytes int
}

func newDelta(b []byte, count int) (*delta, error) {
	d := &delta{b: b, first: true}
	block := d.uvarint()
	minis := d.uvarint()
	total := d.uvarint()
	u, n := binary.Uvarint(d.b)
	if n <= 0 || block == 0 || block > 1<<20 || minis == 0 || minis > 1024 || block%minis != 0 || block/minis%8 != 0 || total > uint64(count) {
		return nil, errValues
	}
	d.b = d.b[n:]
	d.value = int64(u>>1) ^ -int64(u&1)
	d.minis, d.mini, d.left = int(minis), int(block/minis), int(total)
	return d, nil
}

func (d *delta) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.b = nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

// miniblock starts the next miniblock.
func (d *delta) miniblock() error {
	d.b = d.b[min(d.miniBytes, len(d.b)):]
	d.miniBytes = 0
	if len(d.widths) == 0 {
		u, n := binary.Uvarint(d.b)
		if n <= 0 || len(d.b)-n < d.minis {
			return errValues
		}
		d.least = int64(u>>1) ^ -int64(u&1)
		d.widths = d.b[n : n+d.minis]
		d.b = d.b[n+d.minis:]
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	d.bit, d.inMini = 0, d.mini
	d.miniBytes = d.mini * int(d.width) / 8
	// The last miniblock's unused values may be left out.
	if d.width > 64 || (min(d.inMini, d.left)*int(d.width)+7)/8 > len(d.b) {
		return errValues
	}
	return nil
}

func (d *delta) next() (int64, error) {
	if d.left == 0 {
		return 0, errValues
	}
	d.left--
	if d.first {
		d.first = false
		return d.value, nil
	}
	if d.inMini == 0 {
		d.left++
		if err := d.miniblock(); err != nil {
			return 0, err
		}
		d.left--
	}
	d.inMini--
	d.value += d.least + int64(bitsAt(d.b, d.bit, d.width))
	d.bit += uint64(d.width)
	return d.value, nil
}

// end skips what is left and gives the bytes behind the last block.
func (d *delta) end() ([]byte, error) {
	for d.left > 0 {
		if d.first {
			d.first = false
			d.left--
			continue
		}
		if d.inMini == 0 {
			if err := d.miniblock(); err != nil {
				return nil, err
			}
		}
		n := min(d.inMini, d.left)
		d.left -= n
		d.inMini -= n
	}
	d.b = d.b[min(d.miniBytes, len(d.b)):]
	return d.b, nil
}

func bitsAt(b []byte, bit uint64, width uint) uint64 {
	if width == 0 {
		return 0
	}
	var buf [16]byte
	copy(buf[:], b[min(bit>>3, uint64(len(b))):])
	lo, hi := binary.LittleEndian.Uint64(buf[:]), binary.LittleEndian.Uint64(buf[8:])
	s := uint(bit & 7)
	v := lo >> s
	if s > 0 {
		v |= hi << (64 - s)
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

type deltaInts struct {
	d     *delta
	width int
}

func newDeltaInts(b []byte, width, count int) (decoder, error) {
	d, err := newDelta(b, count)
	return &deltaInts{d, width}, err
}

func (x *deltaInts) read(c *cells, n int) error {
	for range n {
		v, err := x.d.next()
		if err != nil {
			return err
		}
		if x.width == 4 {
			c.fixed = binary.LittleEndian.AppendUint32(c.fixed, uint32(v))
		} else {
			c.fixed = binary.LittleEndian.AppendUint64(c.fixed, uint64(v))
		}
		c.n++
	}
	return nil
}

type deltaLength struct {
	lengths *delta
	data    []byte
}

func newDeltaLength(b []byte, count int) (*deltaLength, error) {
	skip, err := newDelta(b, count)
	if err != nil {
		return nil, err
	}
	data, err := skip.end()
	if err != nil {
		return nil, err
	}
	d, err := newDelta(b, count)
	return &deltaLength{d, data}, err
}

func (x *deltaLength) next() ([]byte, error) {
	k, err := x.lengths.next()
	if err != nil {
		return nil, err
	}
	if k < 0 || k > int64(len(x.data)) {
		return nil, errValues
	}
	v := x.data[:k]
	x.data = x.data[k:]
	return v, nil
}

func (x *deltaLength) read(c *cells, n int) error {
	for range n {
		v, err := x.next()
		if err != nil {
			return err
		}
		if err := c.addBytes(v); err != nil {
			return err
		}
	}
	return nil
}

type deltaBytes struct {
	prefixes *delta
	suffixes *deltaLength
	last     []byte
	width    int // of fixed-width values, 0 for byte arrays
}

func newDeltaBytes(b []byte, count int, l *leaf) (decoder, error) {
	skip, err := newDelta(b, count)
	if err != nil {
		return nil, err
	}
	rest, err := skip.end()
	if err != nil {
		return nil, err
	}
	prefixes, err := newDelta(b, count)
	if err != nil {
		return nil, err
	}
	suffixes, err := newDeltaLength(rest, count)
	return &deltaBytes{prefixes: prefixes, suffixes: suffixes, width: l.width}, err
}

func (x *deltaBytes) read(c *cells, n int) error {
	for range n {
		k, err := x.prefixes.next()
		if err != nil {
			return err
		}
		s, err := x.suffixes.next()
		if err != nil {
			return err
		}
		if k < 0 || k > int64(len(x.last)) {
			return errValues
		}
		x.last = append(x.last[:k], s...)
		if x.width == 0 {
			if err := c.addBytes(x.last); err != nil {
				return err
			}
			continue
		}
		if len(x.last) != x.width {
			return errValues
		}
		c.fixed = append(c.fixed, x.last...)
		c.n++
	}
	return nil
}
