package expr

import (
	"fmt"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Where is a stage that keeps the rows for which an expression is true. A fault
// of the expression is found when the stage is applied. Batches without a kept
// row are left out.
func Where(src string) table.Stage {
	return func(in table.Stream) (table.Stream, error) {
		p, err := Compile(src, in.Schema())
		if err != nil {
			return nil, err
		}
		if k := p.typ.kind; k != kBool && k != kNull {
			return nil, &Error{Source: src, Cause: fmt.Sprintf("a filter is a bool, this is %v", p.typ), Hint: "compare it with something"}
		}
		s := p.NewState()
		var keep []byte
		var rows []int32
		same := func(s *arrow.Schema) (*arrow.Schema, error) { return s, nil }
		return table.Map(same, func(b table.Batch) (table.Batch, error) {
			if need := int(b.NumRows()+7) / 8; len(keep) < need {
				keep = make([]byte, need)
			}
			n, err := s.Select(b, keep)
			switch {
			case err != nil:
				return nil, err
			case n == 0:
				return nil, nil
			case int64(n) == b.NumRows():
				b.Retain()
				return b, nil
			}
			rows = rows[:0]
			for i, m := range keep[:(b.NumRows()+7)/8] {
				for ; m != 0; m &= m - 1 {
					rows = append(rows, int32(8*i+bits.TrailingZeros8(m)))
				}
			}
			return Take(b, rows, memory.DefaultAllocator)
		})(in)
	}
}

// Take makes a batch of the given rows, in that order.
func Take(b table.Batch, rows []int32, mem memory.Allocator) (table.Batch, error) {
	cols := make([]arrow.Array, 0, b.NumCols())
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	for i, c := range b.Columns() {
		t, err := takeArray(c, rows, mem)
		if err != nil {
			return nil, fmt.Errorf("take rows of column %q: %w", b.ColumnName(i), err)
		}
		cols = append(cols, t)
	}
	return array.NewRecord(b.Schema(), cols, int64(len(rows))), nil
}

func takeArray(a arrow.Array, rows []int32, mem memory.Allocator) (arrow.Array, error) {
	d := a.Data()
	switch dt := a.DataType().(type) {
	case *arrow.StringType, *arrow.BinaryType:
		if d.Buffers()[1] != nil && d.Buffers()[1].Len() > 0 {
			return takeText(d, rows, mem), nil
		}
	case *arrow.DictionaryType:
		width := dt.IndexType.(arrow.FixedWidthDataType).BitWidth() / 8
		return takeFixed(d, width, rows, mem), nil
	case *arrow.BooleanType, *arrow.NullType, *arrow.FixedSizeListType, *arrow.StructType, arrow.ExtensionType:
	case arrow.FixedWidthDataType:
		if width := dt.BitWidth() / 8; width > 0 && dt.BitWidth()%8 == 0 && len(d.Buffers()) == 2 && len(d.Children()) == 0 {
			return takeFixed(d, width, rows, mem), nil
		}
	}
	return takeRuns(a, rows, mem)
}

func takeFixed(d arrow.ArrayData, width int, rows []int32, mem memory.Allocator) arrow.Array {
	values := memory.NewResizableBuffer(mem)
	defer values.Release()
	values.Resize(width * len(rows))
	dst, src := values.Bytes(), d.Buffers()[1].Bytes()
	switch width {
	case 4:
		z, x := viewAs[uint32](values), values32(src)
		for k, r := range rows {
			z[k] = x[int(r)+d.Offset()]
		}
	case 8:
		z, x := viewAs[uint64](values), values64(src)
		for k, r := range rows {
			z[k] = x[int(r)+d.Offset()]
		}
	default:
		for k, r := range rows {
			at := (int(r) + d.Offset()) * width
			copy(dst[k*width:(k+1)*width], src[at:at+width])
		}
	}
	valid, nulls := takeValid(d, rows, mem)
	return assemble(d, len(rows), nulls, valid, values)
}

func values32(b []byte) []uint32 { return viewAs[uint32](memory.NewBufferBytes(b)) }
func values64(b []byte) []uint64 { return viewAs[uint64](memory.NewBufferBytes(b)) }

func takeText(d arrow.ArrayData, rows []int32, mem memory.Allocator) arrow.Array {
	off := viewAs[int32](d.Buffers()[1])[d.Offset():]
	var src []byte
	if d.Buffers()[2] != nil {
		src = d.Buffers()[2].Bytes()
	}
	total := 0
	for _, r := range rows {
		total += int(off[r+1] - off[r])
	}
	offsets, text := memory.NewResizableBuffer(mem), memory.NewResizableBuffer(mem)
	defer offsets.Release()
	defer text.Release()
	offsets.Resize(4 * (len(rows) + 1))
	text.Resize(total)
	z, dst, end := viewAs[int32](offsets), text.Bytes(), 0
	z[0] = 0
	for k, r := range rows {
		end += copy(dst[end:], src[off[r]:off[r+1]])
		z[k+1] = int32(end)
	}
	valid, nulls := takeValid(d, rows, mem)
	return assemble(d, len(rows), nulls, valid, offsets, text)
}

// takeValid is nil where no row is null.
func takeValid(d arrow.ArrayData, rows []int32, mem memory.Allocator) (*memory.Buffer, int) {
	b := d.Buffers()[0]
	if b == nil || d.NullN() == 0 {
		return nil, 0
	}
	valid := memory.NewResizableBuffer(mem)
	valid.Resize((len(rows) + 7) / 8)
	dst, src, nulls := valid.Bytes(), b.Bytes(), 0
	clear(dst)
	for k, r := range rows {
		at := int(r) + d.Offset()
		v := src[at/8] >> (at % 8) & 1
		dst[k/8] |= v << (k % 8)
		nulls += 1 - int(v)
	}
	return valid, nulls
}

func assemble(like arrow.ArrayData, n, nulls int, valid *memory.Buffer, values ...*memory.Buffer) arrow.Array {
	buffers := append([]*memory.Buffer{valid}, values...)
	var data *array.Data
	if dict, ok := like.Dictionary().(*array.Data); ok && dict != nil {
		data = array.NewDataWithDictionary(like.DataType(), n, buffers, nulls, 0, dict)
	} else {
		data = array.NewData(like.DataType(), n, buffers, nil, nulls, 0)
	}
	defer data.Release()
	if valid != nil {
		valid.Release()
	}
	return array.MakeFromData(data)
}

// takeRuns serves every other type by joining slices of neighbouring rows.
func takeRuns(a arrow.Array, rows []int32, mem memory.Allocator) (arrow.Array, error) {
	var runs []arrow.Array
	defer func() {
		for _, r := range runs {
			r.Release()
		}
	}()
	for k := 0; k < len(rows); {
		from := k
		for k++; k < len(rows) && rows[k] == rows[k-1]+1; k++ {
		}
		runs = append(runs, array.NewSlice(a, int64(rows[from]), int64(rows[k-1])+1))
	}
	if len(runs) == 0 {
		return array.NewSlice(a, 0, 0), nil
	}
	return array.Concatenate(runs, mem)
}
