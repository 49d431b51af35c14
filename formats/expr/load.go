package expr

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/float16"
)

// loader is the kernel that brings a block of a column into a register.
func loader(slot int, dt arrow.DataType) kernel {
	var read func(c *column, d *vec, lo, n int) error
	switch dt := dt.(type) {
	case *arrow.NullType:
		read = func(_ *column, d *vec, _, _ int) error { d.allNull(); return nil }
	case *arrow.BooleanType:
		read = readBool
	case *arrow.Int64Type, *arrow.TimestampType, *arrow.DurationType, *arrow.Time64Type:
		read = readInt64
	case *arrow.Int8Type:
		read = readInt[int8]
	case *arrow.Int16Type:
		read = readInt[int16]
	case *arrow.Int32Type, *arrow.Date32Type, *arrow.Time32Type:
		read = readInt[int32]
	case *arrow.Uint8Type:
		read = readInt[uint8]
	case *arrow.Uint16Type:
		read = readInt[uint16]
	case *arrow.Uint32Type:
		read = readInt[uint32]
	case *arrow.Uint64Type:
		read = readUint64
	case *arrow.Float64Type:
		read = readFloat64
	case *arrow.Float32Type:
		read = readFloat32
	case *arrow.Float16Type:
		read = readFloat16
	case *arrow.Date64Type:
		read = readDate64
	case *arrow.Decimal128Type:
		read = readWide
		if dt.Precision <= smallPrecision {
			read = readSmallDecimal
		}
	case *arrow.StringType:
		read = readString[int32]
	case *arrow.LargeStringType:
		read = readString[int64]
	case *arrow.StringViewType:
		read = readView
	}
	return func(f *frame, d *vec, _ []*vec, n int) {
		c := &f.cols[slot]
		d.reset()
		c.loadNulls(d, f.lo, n)
		if c.void {
			clear(d.ints)
			clear(d.floats)
			clear(d.strs)
			clear(d.wide)
			return
		}
		if err := read(c, d, f.lo, n); err != nil && f.err == nil {
			f.err = fmt.Errorf("read column %q: %w", c.name, err)
		}
	}
}

// values views n values of a column's buffer from row lo.
func values[T any](c *column, lo, n int) []T {
	if n == 0 {
		return nil
	}
	size := int(unsafe.Sizeof(*new(T)))
	from := (c.data.Offset() + lo) * size
	b := c.buffers[1][from : from+n*size]
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

func readBool(c *column, d *vec, lo, n int) error {
	copyBits(d.bits, c.buffers[1], c.data.Offset()+lo, n)
	if d.nulls {
		for i := range words(n) {
			d.bits[i] &= d.valid[i]
		}
	}
	return nil
}

func readInt64(c *column, d *vec, lo, n int) error {
	d.ints = values[int64](c, lo, n)
	return nil
}

func readFloat64(c *column, d *vec, lo, n int) error {
	d.floats = values[float64](c, lo, n)
	return nil
}

func readInt[T int8 | int16 | int32 | uint8 | uint16 | uint32](c *column, d *vec, lo, n int) error {
	z := d.ints[:n]
	for i, v := range values[T](c, lo, n) {
		z[i] = int64(v)
	}
	return nil
}

func readUint64(c *column, d *vec, lo, n int) error {
	for i, v := range values[uint64](c, lo, n) {
		if v > math.MaxInt64 && !d.isNull(i) {
			return fmt.Errorf("row %d of the batch is above 2^63-1, the largest int", lo+i)
		}
		d.ints[i] = int64(v)
	}
	return nil
}

func readFloat32(c *column, d *vec, lo, n int) error {
	z := d.floats[:n]
	for i, v := range values[float32](c, lo, n) {
		z[i] = float64(v)
	}
	return nil
}

func readFloat16(c *column, d *vec, lo, n int) error {
	for i, v := range values[float16.Num](c, lo, n) {
		d.floats[i] = float64(v.Float32())
	}
	return nil
}

func readDate64(c *column, d *vec, lo, n int) error {
	for i, v := range values[int64](c, lo, n) {
		d.ints[i] = floorDiv(v, secondsPerDay*1000)
	}
	return nil
}

func readSmallDecimal(c *column, d *vec, lo, n int) error {
	z := d.ints[:n]
	const limit = 1_000_000_000_000_000_000 // 10^18
	bad := false
	for i, v := range values[decimal128.Num](c, lo, n) {
		low := int64(v.LowBits())
		z[i] = low
		bad = bad || v.HighBits() != low>>63 || low >= limit || low <= -limit
	}
	if !bad {
		return nil
	}
	for i, v := range values[decimal128.Num](c, lo, n) {
		low, ok := narrow(v)
		if (!ok || low >= limit || low <= -limit) && !d.isNull(i) {
			return fmt.Errorf("row %d of the batch has more digits than its type %v", lo+i, c.data.DataType())
		}
	}
	return nil
}

func readWide(c *column, d *vec, lo, n int) error {
	for i, v := range values[decimal128.Num](c, lo, n) {
		if _, ok := signed(magnitude(v)); !ok && !d.isNull(i) {
			return fmt.Errorf("row %d of the batch has more than %d digits", lo+i, maxDigits)
		}
		d.wide[i] = v
	}
	return nil
}

func readString[O int32 | int64](c *column, d *vec, lo, n int) error {
	if n == 0 {
		return nil
	}
	off, err := offsets[O](c, lo, n)
	if err != nil {
		return err
	}
	text := unsafe.String(unsafe.SliceData(c.buffers[2]), len(c.buffers[2]))
	z := d.strs[:n]
	for i := range z {
		start, end := off[i], off[i+1]
		if start < 0 || end < start || int64(end) > int64(len(text)) {
			if d.isNull(i) {
				z[i] = ""
				continue
			}
			return fmt.Errorf("row %d of the batch points outside the column's bytes", lo+i)
		}
		z[i] = text[start:end]
	}
	return nil
}

func readView(c *column, d *vec, lo, n int) error {
	arr, ok := c.arr.(*array.StringView)
	if !ok {
		return fmt.Errorf("it is no string view")
	}
	for i := range n {
		d.strs[i] = ""
		if !d.isNull(i) {
			d.strs[i] = arr.Value(lo + i)
		}
	}
	return nil
}

// kernelTextIs compares a string column with a constant, straight from the
// column's memory: no string is made.
func kernelTextIs(slot int, want string, not bool) kernel {
	var padded [8]byte
	copy(padded[:], want)
	head := binary.LittleEndian.Uint64(padded[:])
	mask := uint64(1)<<(8*min(len(want), 8)) - 1 // all ones for 8, as a shift by 64 gives 0
	return func(f *frame, d *vec, _ []*vec, n int) {
		c := &f.cols[slot]
		d.reset()
		c.loadNulls(d, f.lo, n)
		if clear(d.bits); c.void {
			return
		}
		off, err := offsets[int32](c, f.lo, n)
		if err != nil {
			if f.err == nil {
				f.err = fmt.Errorf("read column %q: %w", c.name, err)
			}
			return
		}
		text := c.buffers[2]
		size := int32(len(want))
		wild := int32(0) // negative if an offset or a length is
		limit := int32(min(len(text), math.MaxInt32))
		var word uint64
		off = off[:n+1]
		for i := range n {
			start, end := off[i], off[i+1]
			wild |= start | (end - start) | (limit - end)
			var same uint64
			if uint(uint32(start))+8 <= uint(len(text)) {
				same = bit(binary.LittleEndian.Uint64(text[start:])&mask == head) & bit(end-start == size)
				if size > 8 && same != 0 && wild >= 0 {
					same = bit(string(text[start:end]) == want)
				}
			} else if wild >= 0 {
				same = bit(string(text[start:end]) == want)
			}
			word = word>>1 | same<<63
			if i%64 == 63 {
				d.bits[i/64] = word
			}
		}
		if n%64 != 0 {
			d.bits[n/64] = word >> (64 - n%64)
		}
		if wild < 0 && f.err == nil {
			f.err = fmt.Errorf("read column %q: rows %d to %d of the batch point outside the column's bytes", c.name, f.lo, f.lo+n-1)
		}
		for i := range words(n) {
			if not {
				d.bits[i] = ^d.bits[i]
			}
			if d.nulls {
				d.bits[i] &= d.valid[i]
			}
		}
	}
}

// offsets views the n+1 offsets of n strings.
func offsets[O int32 | int64](c *column, lo, n int) ([]O, error) {
	size := int(unsafe.Sizeof(O(0)))
	from := (c.data.Offset() + lo) * size
	if from+(n+1)*size > len(c.buffers[1]) {
		return nil, fmt.Errorf("its offsets end before row %d of the batch", lo+n-1)
	}
	return unsafe.Slice((*O)(unsafe.Pointer(&c.buffers[1][from])), n+1), nil
}
