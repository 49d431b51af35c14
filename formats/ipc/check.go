package ipc

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/bitutil"

	"github.com/verisim/verisim/formats"
)

// checkTypes refuses columns of types that the project does not read.
func checkTypes(name string, s *arrow.Schema) error {
	for _, f := range s.Fields() {
		if !known(f.Type, 0) {
			return &formats.SyntaxError{
				Name: name, Row: -1, Field: f.Name,
				Cause: fmt.Sprintf("type %s is not read", f.Type),
				Hint:  "cast the column to a plain type before writing the file",
			}
		}
	}
	return nil
}

func known(t arrow.DataType, depth int) bool {
	if depth > maxNesting {
		return false
	}
	switch t := t.(type) {
	case *arrow.NullType, *arrow.BooleanType, *arrow.StringType, *arrow.LargeStringType, *arrow.BinaryType, *arrow.LargeBinaryType,
		*arrow.StringViewType, *arrow.BinaryViewType:
		return true
	case *arrow.FixedSizeBinaryType:
		return t.ByteWidth >= 0
	case *arrow.DictionaryType:
		_, nested := t.ValueType.(arrow.NestedType)
		return known(t.ValueType, depth+1) && !nested && t.ValueType.ID() != arrow.DICTIONARY
	case *arrow.ListType:
		return known(t.Elem(), depth+1)
	case *arrow.LargeListType:
		return known(t.Elem(), depth+1)
	case *arrow.FixedSizeListType:
		return t.Len() >= 0 && known(t.Elem(), depth+1)
	case *arrow.MapType:
		return known(t.Elem(), depth+1)
	case *arrow.StructType:
		for _, f := range t.Fields() {
			if !known(f.Type, depth+1) {
				return false
			}
		}
		return true
	case arrow.DecimalType:
		most := int32(38)
		if t.ID() == arrow.DECIMAL256 {
			most = 76
		}
		return t.GetPrecision() >= 1 && t.GetPrecision() <= most && t.GetScale() >= 0 && t.GetScale() <= t.GetPrecision()
	case *arrow.TimestampType:
		_, err := t.GetZone()
		return err == nil && t.Unit >= arrow.Second && t.Unit <= arrow.Nanosecond
	case arrow.FixedWidthDataType:
		switch t.ID() {
		case arrow.EXTENSION, arrow.RUN_END_ENCODED:
			return false
		}
		return t.BitWidth() > 0
	}
	return false
}

// checkBatch checks that every array is what its length says, so that reading
// any cell stays inside its buffers.
func checkBatch(name string, row int64, b arrow.Record) error {
	for i, c := range b.Columns() {
		if int64(c.Len()) != b.NumRows() {
			return fault(name, row, b, i, "it has %d cells in a batch of %d rows", c.Len(), b.NumRows())
		}
		if err := checkData(c.Data()); err != nil {
			return fault(name, row, b, i, "%v", err)
		}
	}
	return nil
}

func fault(name string, row int64, b arrow.Record, column int, format string, args ...any) error {
	return &formats.SyntaxError{
		Name: name, Row: row, Field: b.ColumnName(column),
		Cause: fmt.Sprintf("in the batch that starts here: "+format, args...),
	}
}

func checkData(d arrow.ArrayData) error {
	n := d.Len()
	if n < 0 || d.Offset() != 0 {
		return fmt.Errorf("it has %d cells from %d", n, d.Offset())
	}
	if d.DataType().ID() == arrow.NULL {
		return nil
	}
	if nulls := d.NullN(); nulls < 0 && nulls != -1 || nulls > n {
		return fmt.Errorf("it claims %d nulls in %d cells", nulls, n)
	}
	if v := size(d, 0); v > 0 && v < int(bitutil.BytesForBits(int64(n))) || v == 0 && d.NullN() > 0 {
		return fmt.Errorf("its validity has %d bytes for %d cells", v, n)
	}
	switch t := d.DataType().(type) {
	case *arrow.StringType, *arrow.BinaryType:
		return checkOffsets32(d, size(d, 2))
	case *arrow.LargeStringType, *arrow.LargeBinaryType:
		return checkOffsets64(d, size(d, 2))
	case *arrow.StringViewType, *arrow.BinaryViewType:
		return checkViews(d)
	case *arrow.MapType:
		return nested(d, checkOffsets32)
	case *arrow.ListType:
		return nested(d, checkOffsets32)
	case *arrow.LargeListType:
		return nested(d, checkOffsets64)
	case *arrow.FixedSizeListType:
		c := d.Children()[0]
		if t.Len() > 0 && c.Len()/int(t.Len()) < n {
			return fmt.Errorf("it has %d elements for %d lists of %d", c.Len(), n, t.Len())
		}
		return checkData(c)
	case *arrow.StructType:
		for _, c := range d.Children() {
			if c.Len() < n {
				return fmt.Errorf("a member has %d cells for %d", c.Len(), n)
			}
			if err := checkData(c); err != nil {
				return err
			}
		}
		return nil
	case *arrow.DictionaryType:
		return checkDictionary(d, t)
	case arrow.FixedWidthDataType:
		if want := bitutil.BytesForBits(int64(n) * int64(t.BitWidth())); int64(size(d, 1)) < want {
			return fmt.Errorf("its values have %d bytes, %d cells need %d", size(d, 1), n, want)
		}
		return nil
	}
	return fmt.Errorf("type %s is not read", d.DataType())
}

func size(d arrow.ArrayData, i int) int {
	bufs := d.Buffers()
	if i >= len(bufs) || bufs[i] == nil {
		return 0
	}
	return bufs[i].Len()
}

func nested(d arrow.ArrayData, offsets func(arrow.ArrayData, int) error) error {
	c := d.Children()[0]
	if err := offsets(d, c.Len()); err != nil {
		return err
	}
	return checkData(c)
}

func checkOffsets32(d arrow.ArrayData, end int) error {
	n := d.Len()
	if n == 0 {
		return nil
	}
	if size(d, 1)/4 < n+1 {
		return fmt.Errorf("its offsets have %d bytes for %d cells", size(d, 1), n)
	}
	offsets := arrow.Int32Traits.CastFromBytes(d.Buffers()[1].Bytes())[:n+1]
	last := int32(0)
	for _, o := range offsets {
		if o < last {
			return fmt.Errorf("its offsets fall")
		}
		last = o
	}
	if int(last) > end {
		return fmt.Errorf("its offsets reach %d of %d", last, end)
	}
	return nil
}

func checkOffsets64(d arrow.ArrayData, end int) error {
	n := d.Len()
	if n == 0 {
		return nil
	}
	if size(d, 1)/8 < n+1 {
		return fmt.Errorf("its offsets have %d bytes for %d cells", size(d, 1), n)
	}
	offsets := arrow.Int64Traits.CastFromBytes(d.Buffers()[1].Bytes())[:n+1]
	last := int64(0)
	for _, o := range offsets {
		if o < last {
			return fmt.Errorf("its offsets fall")
		}
		last = o
	}
	if last > int64(end) {
		return fmt.Errorf("its offsets reach %d of %d", last, end)
	}
	return nil
}

// checkDictionary checks the values, then that every valid index has one.
func checkDictionary(d arrow.ArrayData, t *arrow.DictionaryType) error {
	values := d.Dictionary()
	if values == nil {
		return fmt.Errorf("its dictionary is missing")
	}
	if err := checkData(values); err != nil {
		return err
	}
	n, width := d.Len(), t.IndexType.(arrow.FixedWidthDataType).BitWidth()/8
	if size(d, 1)/width < n {
		return fmt.Errorf("its indices have %d bytes for %d cells", size(d, 1), n)
	}
	if n == 0 {
		return nil
	}
	raw := d.Buffers()[1].Bytes()
	var valid []byte
	if size(d, 0) > 0 {
		valid = d.Buffers()[0].Bytes()
	}
	limit := uint64(values.Len())
	for i := range n {
		var v uint64
		switch width {
		case 1:
			v = uint64(raw[i])
		case 2:
			v = uint64(binary.LittleEndian.Uint16(raw[2*i:]))
		case 4:
			v = uint64(binary.LittleEndian.Uint32(raw[4*i:]))
		default:
			v = binary.LittleEndian.Uint64(raw[8*i:])
		}
		// A negative index reads as a number beyond every dictionary that
		// fits its width, except one byte wide: those are checked apart.
		if v >= limit || width == 1 && t.IndexType.ID() == arrow.INT8 && v > 127 {
			if valid == nil || bitutil.BitIsSet(valid, i) {
				return fmt.Errorf("an index points outside its dictionary of %d values", values.Len())
			}
		}
	}
	return nil
}
