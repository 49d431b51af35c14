package seal

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// decodeDictionary gives a dictionary column as plain values.
func decodeDictionary(d *array.Dictionary) (arrow.Array, error) {
	n := d.Len()
	values := d.Dictionary()
	at := func(i int) int {
		if d.IsNull(i) {
			return -1
		}
		k := d.GetValueIndex(i)
		if values.IsNull(k) {
			return -1
		}
		return k
	}
	bitmap := make([]byte, bitutil.BytesForBits(int64(n)))
	nulls := 0
	var buffers [][]byte
	switch t := values.DataType().(type) {
	case *arrow.StringType, *arrow.BinaryType:
		v := values.(array.BinaryLike)
		offsets := make([]int32, n+1)
		size := int64(0)
		for i := range n {
			if k := at(i); k >= 0 {
				bitutil.SetBit(bitmap, i)
				size += int64(v.ValueLen(k))
			} else {
				nulls++
			}
			offsets[i+1] = int32(size)
		}
		if size != int64(int32(size)) {
			return nil, fmt.Errorf("%d bytes in one batch are too many; use smaller batches", size)
		}
		data := make([]byte, 0, size)
		bytes, base := v.ValueBytes(), v.ValueOffset64(0)
		for i := range n {
			if k := at(i); k >= 0 {
				from := v.ValueOffset64(k) - base
				data = append(data, bytes[from:from+int64(v.ValueLen(k))]...)
			}
		}
		buffers = [][]byte{arrow.Int32Traits.CastToBytes(offsets), data}
	case arrow.FixedWidthDataType:
		if t.BitWidth()%8 != 0 {
			return nil, fmt.Errorf("dictionaries of %v are not supported", t)
		}
		width := t.BitWidth() / 8
		src := values.Data().Buffers()[1].Bytes()[values.Data().Offset()*width:]
		data := make([]byte, n*width)
		for i := range n {
			if k := at(i); k >= 0 {
				bitutil.SetBit(bitmap, i)
				copy(data[i*width:], src[k*width:(k+1)*width])
			} else {
				nulls++
			}
		}
		buffers = [][]byte{data}
	default:
		return nil, fmt.Errorf("dictionaries of %v are not supported", t)
	}
	bufs := []*memory.Buffer{memory.NewBufferBytes(bitmap)}
	for _, b := range buffers {
		bufs = append(bufs, memory.NewBufferBytes(b))
	}
	data := array.NewData(values.DataType(), n, bufs, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data), nil
}
