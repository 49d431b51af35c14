package seal

import (
	"bytes"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// anyTypes is a table of every type that a table may have, with nulls.
func anyTypes(t testing.TB) (*arrow.Schema, arrow.Record) {
	t.Helper()
	types := []arrow.DataType{
		arrow.Null, arrow.FixedWidthTypes.Boolean, arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Int32,
		arrow.PrimitiveTypes.Uint64, arrow.FixedWidthTypes.Float16, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64,
		arrow.BinaryTypes.String, arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.LargeBinary,
		&arrow.FixedSizeBinaryType{ByteWidth: 5}, arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Date64,
		arrow.FixedWidthTypes.Time32ms, arrow.FixedWidthTypes.Time64us, &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Asia/Shanghai"},
		arrow.FixedWidthTypes.Duration_ns, &arrow.Decimal128Type{Precision: 20, Scale: 3},
		arrow.ListOf(arrow.PrimitiveTypes.Int16), arrow.FixedSizeListOf(2, arrow.BinaryTypes.String),
		arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}, arrow.Field{Name: "b", Type: arrow.PrimitiveTypes.Int64, Nullable: true}),
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
	}
	var fields []arrow.Field
	for i, typ := range types {
		fields = append(fields, arrow.Field{Name: string(rune('a' + i)), Type: typ, Nullable: true})
	}
	s := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	for i, f := range b.Fields() {
		for row := range 11 {
			if row%4 == 3 {
				f.AppendNull()
				continue
			}
			switch f := f.(type) {
			case *array.Decimal128Builder:
				f.Append(decimal128.FromI64(int64(row * 1000)))
			case *array.BinaryDictionaryBuilder:
				if err := f.AppendString(string(rune('p' + row%3))); err != nil {
					t.Fatal(err)
				}
			default:
				f.AppendEmptyValue()
			}
		}
		if f.Len() != 11 {
			t.Fatalf("column %d has %d cells", i, f.Len())
		}
	}
	return s, b.NewRecord()
}

func TestEveryType(t *testing.T) {
	id := identity(t)
	s, rec := anyTypes(t)
	// All sealed; every second one sealed, so that each type is clear once.
	for _, first := range []int{-1, 0, 1} {
		opt := Options{Grants: []Grant{{Recipient: id.Recipient()}}}
		for i := range s.NumFields() {
			if first >= 0 && i%2 == first {
				opt.Columns = append(opt.Columns, s.Field(i).Name)
			}
		}
		data := sealed(t, s, []arrow.Record{rec, rec.NewSlice(3, 9)}, opt)
		compare(t, s, []arrow.Record{rec, rec.NewSlice(3, 9)}, must(readAll(data, with1(id))))
	}
	// By the cell, what can be.
	opt := Options{Grants: []Grant{{Recipient: id.Recipient()}}, Modes: map[string]Mode{}}
	for i, f := range s.Fields() {
		if cellWidth(valueType(f.Type)) >= 0 {
			opt.Modes[f.Name] = ModeCell
		} else {
			opt.Columns = append(opt.Columns, s.Field(i).Name)
		}
	}
	data := sealed(t, s, []arrow.Record{rec}, opt)
	compare(t, s, []arrow.Record{rec}, must(readAll(data, with1(id))))
}

// A holder of the keys can seal any plaintext. It opens to an error or to cells
// that can be read; it never panics.
func FuzzColumn(f *testing.F) {
	types := []arrow.DataType{
		arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64, arrow.FixedWidthTypes.Boolean, arrow.BinaryTypes.Binary,
		&arrow.FixedSizeBinaryType{ByteWidth: 3}, &arrow.TimestampType{Unit: arrow.Second},
	}
	schemas := make([][]byte, len(types))
	for i, typ := range types {
		field := arrow.Field{Name: "c", Type: typ, Nullable: true}
		schemas[i] = must(schemaMessage(oneField(field)))
		b := array.NewBuilder(memory.DefaultAllocator, typ)
		b.AppendNull()
		b.AppendEmptyValue()
		b.AppendEmptyValue()
		s, one := oneColumn(field, b.NewArray())
		f.Add(uint8(i), must(encodeStream(s, one)).bytes()[len(schemas[i]):], int64(3))
	}
	f.Fuzz(func(t *testing.T, kind uint8, rest []byte, rows int64) {
		i := int(kind) % len(types)
		if rows < 0 || rows > 1<<40 {
			return
		}
		a, ok := flatColumn(schemas[i], append(bytes.Clone(schemas[i]), rest...), types[i], rows)
		if !ok {
			return
		}
		if int64(a.Len()) != rows {
			t.Errorf("%d cells, want %d", a.Len(), rows)
		}
		for j := range min(a.Len(), 1000) {
			_ = a.ValueStr(j)
		}
	})
}
