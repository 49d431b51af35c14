package ipc

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Columns of views (Utf8View and BinaryView of the columnar format 1.4, which
// polars writes by default) are read as large strings and large binaries: no
// other room has to know a second layout of text.

// A view is 16 bytes: the length; then either up to 12 bytes of the value, or
// its first four, the number of a data buffer and a place in it.
const (
	viewSize   = 16
	viewInline = 12
	// viewBuffers stand before the data buffers: validity and views.
	viewBuffers = 2
)

// plain is the type that a column is lent as.
func plain(t arrow.DataType) arrow.DataType {
	field := func(f arrow.Field) arrow.Field {
		f.Type = plain(f.Type)
		return f
	}
	switch t := t.(type) {
	case *arrow.StringViewType:
		return arrow.BinaryTypes.LargeString
	case *arrow.BinaryViewType:
		return arrow.BinaryTypes.LargeBinary
	case *arrow.DictionaryType:
		return &arrow.DictionaryType{IndexType: t.IndexType, ValueType: plain(t.ValueType), Ordered: t.Ordered}
	case *arrow.MapType: // before lists, one of which it is
		m := arrow.MapOfWithMetadata(plain(t.KeyType()), t.KeyField().Metadata, plain(t.ItemType()), t.ItemField().Metadata)
		m.KeysSorted = t.KeysSorted
		m.SetItemNullable(t.ItemField().Nullable)
		return m
	case *arrow.ListType:
		return arrow.ListOfField(field(t.ElemField()))
	case *arrow.LargeListType:
		return arrow.LargeListOfField(field(t.ElemField()))
	case *arrow.FixedSizeListType:
		return arrow.FixedSizeListOfField(t.Len(), field(t.ElemField()))
	case *arrow.StructType:
		fields := make([]arrow.Field, t.NumFields())
		for i, f := range t.Fields() {
			fields[i] = field(f)
		}
		return arrow.StructOf(fields...)
	}
	return t
}

// plainer lends batches of a schema with views as batches without.
type plainer struct {
	schema *arrow.Schema
	change []bool // the columns that hold views
	room   func() int64
	// The dictionary that was converted last for a column, and what came out:
	// batches share dictionaries, and whoever reads them counts on that.
	from []arrow.ArrayData
	to   []arrow.ArrayData
}

// newPlainer is nil for a schema without views. room says how many bytes the
// values of a batch may take.
func newPlainer(s *arrow.Schema, room func() int64) *plainer {
	n := s.NumFields()
	p := &plainer{change: make([]bool, n), room: room, from: make([]arrow.ArrayData, n), to: make([]arrow.ArrayData, n)}
	fields, any := make([]arrow.Field, n), false
	for i, f := range s.Fields() {
		if t := plain(f.Type); !arrow.TypeEqual(t, f.Type) {
			f.Type, p.change[i], any = t, true, true
		}
		fields[i] = f
	}
	if !any {
		return nil
	}
	md := s.Metadata()
	p.schema = arrow.NewSchema(fields, &md)
	return p
}

// batch converts a batch that checkBatch has passed; the caller releases it.
func (p *plainer) batch(b arrow.Record) (arrow.Record, int, error) {
	left := p.room()
	cols := make([]arrow.Array, b.NumCols())
	defer func() {
		for i, c := range cols {
			if c != nil && p.change[i] {
				c.Release()
			}
		}
	}()
	for i, c := range b.Columns() {
		if cols[i] = c; !p.change[i] {
			continue
		}
		d, err := p.data(i, c.Data(), &left)
		if err != nil {
			cols[i] = nil
			return nil, i, err
		}
		cols[i] = array.MakeFromData(d)
	}
	return array.NewRecord(p.schema, cols, b.NumRows()), 0, nil
}

// data converts one array and what it is made of.
func (p *plainer) data(column int, d arrow.ArrayData, left *int64) (arrow.ArrayData, error) {
	to := plain(d.DataType())
	if arrow.TypeEqual(to, d.DataType()) {
		return d, nil
	}
	switch d.DataType().(type) {
	case *arrow.StringViewType, *arrow.BinaryViewType:
		return flatten(d, to, left)
	case *arrow.DictionaryType:
		if p.from[column] != d.Dictionary() {
			values, err := p.data(column, d.Dictionary(), left)
			if err != nil {
				return nil, err
			}
			p.from[column], p.to[column] = d.Dictionary(), values
		}
		return array.NewDataWithDictionary(to, d.Len(), d.Buffers(), d.NullN(), d.Offset(), p.to[column].(*array.Data)), nil
	}
	children := make([]arrow.ArrayData, len(d.Children()))
	for i, c := range d.Children() {
		var err error
		if children[i], err = p.data(column, c, left); err != nil {
			return nil, err
		}
	}
	return array.NewData(to, d.Len(), d.Buffers(), children, d.NullN(), d.Offset()), nil
}

// flatten lays the values of checked views out one after the other. Many views
// may show one place, so what they add up to is bounded by what is left.
func flatten(d arrow.ArrayData, to arrow.DataType, left *int64) (arrow.ArrayData, error) {
	n := d.Len()
	offsets := make([]int64, n+1)
	views, valid := viewsOf(d)
	total := int64(0)
	for i := range n {
		if valid == nil || bitutil.BitIsSet(valid, i) {
			total += int64(binary.LittleEndian.Uint32(views[i*viewSize:]))
		}
		offsets[i+1] = total
	}
	if *left -= total; *left < 0 {
		return nil, fmt.Errorf("its views show %d bytes more than its size justifies", total)
	}
	values := make([]byte, 0, total)
	for i := range n {
		size := int(offsets[i+1] - offsets[i])
		v := views[i*viewSize : (i+1)*viewSize]
		if size <= viewInline {
			values = append(values, v[4:4+size]...)
			continue
		}
		at := int(binary.LittleEndian.Uint32(v[12:]))
		values = append(values, d.Buffers()[viewBuffers+int(binary.LittleEndian.Uint32(v[8:]))].Bytes()[at:at+size]...)
	}
	return array.NewData(to, n, []*memory.Buffer{
		d.Buffers()[0], memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(offsets)), memory.NewBufferBytes(values),
	}, nil, d.NullN(), 0), nil
}

func viewsOf(d arrow.ArrayData) (views, valid []byte) {
	if size(d, 0) > 0 {
		valid = d.Buffers()[0].Bytes()
	}
	if size(d, 1) > 0 {
		views = d.Buffers()[1].Bytes()
	}
	return views, valid
}

// checkViews checks that every valid view lies inside a data buffer.
func checkViews(d arrow.ArrayData) error {
	n := d.Len()
	if size(d, 1)/viewSize < n {
		return fmt.Errorf("its views have %d bytes for %d cells", size(d, 1), n)
	}
	views, valid := viewsOf(d)
	for i := range n {
		if valid != nil && !bitutil.BitIsSet(valid, i) {
			continue
		}
		v := views[i*viewSize : (i+1)*viewSize]
		length := int64(int32(binary.LittleEndian.Uint32(v)))
		if length >= 0 && length <= viewInline {
			continue
		}
		buffer := int64(int32(binary.LittleEndian.Uint32(v[8:])))
		at := int64(int32(binary.LittleEndian.Uint32(v[12:])))
		if length < 0 || at < 0 || buffer < 0 || buffer >= int64(len(d.Buffers())-viewBuffers) || at+length > int64(size(d, viewBuffers+int(buffer))) {
			return fmt.Errorf("a view points outside its %d buffers", len(d.Buffers())-viewBuffers)
		}
	}
	return nil
}
