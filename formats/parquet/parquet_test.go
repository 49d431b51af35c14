package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

func dictOf(index arrow.DataType) arrow.DataType {
	return &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String}
}

// everyType has a column of each type that must round-trip, with three cells:
// a value, null, another value.
func everyType() ([]arrow.Field, []string) {
	point := arrow.StructOf(
		arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Float64},
		arrow.Field{Name: "label", Type: arrow.BinaryTypes.String, Nullable: true, Metadata: arrow.NewMetadata([]string{"k"}, []string{"v"})},
	)
	columns := []struct {
		typ   arrow.DataType
		cells string // two values, JSON
	}{
		{arrow.FixedWidthTypes.Boolean, `true,false`},
		{arrow.PrimitiveTypes.Int8, `-128,127`},
		{arrow.PrimitiveTypes.Int16, `-32768,32767`},
		{arrow.PrimitiveTypes.Int32, `-2147483648,2147483647`},
		{arrow.PrimitiveTypes.Int64, `"-9223372036854775808","9223372036854775807"`},
		{arrow.PrimitiveTypes.Uint8, `0,255`},
		{arrow.PrimitiveTypes.Uint16, `0,65535`},
		{arrow.PrimitiveTypes.Uint32, `1,4294967295`},
		{arrow.PrimitiveTypes.Uint64, `"1","18446744073709551615"`},
		{arrow.PrimitiveTypes.Float32, `-1.5,3.25`},
		{arrow.PrimitiveTypes.Float64, `-1e300,0.1`},
		{&arrow.Decimal128Type{Precision: 9, Scale: 2}, `"-1.50","1234567.89"`},
		{&arrow.Decimal128Type{Precision: 18, Scale: 0}, `"-999999999999999999","1"`},
		{&arrow.Decimal128Type{Precision: 38, Scale: 10}, `"-1234567890123456789012345678.0123456789","1.0000000001"`},
		{&arrow.Decimal128Type{Precision: 21, Scale: 3}, `"-1.000","123456789012345678.123"`},
		{arrow.FixedWidthTypes.Date32, `"1969-12-31","2024-02-29"`},
		{arrow.FixedWidthTypes.Date64, `"1969-12-31","2024-02-29"`},
		{&arrow.TimestampType{Unit: arrow.Second, TimeZone: "Europe/Vienna"}, `"1969-12-31 23:59:59","2024-06-01 00:00:00"`},
		{&arrow.TimestampType{Unit: arrow.Millisecond}, `"1969-12-31 23:59:59.123","2024-06-01 00:00:00"`},
		{&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Asia/Kolkata"}, `"1969-12-31 23:59:59.123456","2024-06-01 00:00:00"`},
		{&arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}, `"1969-12-31 23:59:59.123456789","2024-06-01 00:00:00"`},
		{&arrow.TimestampType{Unit: arrow.Second}, `"1969-12-31 23:59:59","2024-06-01 00:00:00"`},
		{arrow.FixedWidthTypes.Time32s, `"00:00:01","23:59:59"`},
		{arrow.FixedWidthTypes.Time32ms, `"00:00:01.5","23:59:59"`},
		{arrow.FixedWidthTypes.Time64us, `"00:00:01.5","23:59:59"`},
		{arrow.FixedWidthTypes.Time64ns, `"00:00:01.5","23:59:59"`},
		{arrow.FixedWidthTypes.Duration_ms, `-7,8`},
		{arrow.BinaryTypes.String, `"","héllo \u0000"`},
		{arrow.BinaryTypes.LargeString, `"a","` + strings.Repeat("long", 100) + `"`},
		{arrow.BinaryTypes.Binary, `"","AAH/"`},
		{arrow.BinaryTypes.LargeBinary, `"AQ==","AAH/"`},
		{&arrow.FixedSizeBinaryType{ByteWidth: 3}, `"AAH/","AQID"`},
		{&arrow.FixedSizeBinaryType{ByteWidth: 4}, `"AAH/AA==","AQIDBA=="`},
		{dictOf(arrow.PrimitiveTypes.Int8), `"a","b"`},
		{dictOf(arrow.PrimitiveTypes.Uint16), `"","x"`},
		{dictOf(arrow.PrimitiveTypes.Int32), `"a","a"`},
		{dictOf(arrow.PrimitiveTypes.Int64), `"b","a"`},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.Binary}, `"AQ==","AAH/"`},
		{arrow.ListOf(arrow.BinaryTypes.String), `["p",null,"q"],[]`},
		{arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32), `[],[1,2]`},
		{arrow.LargeListOf(arrow.PrimitiveTypes.Float64), `[null],[1,2]`},
		{arrow.ListOf(arrow.ListOf(arrow.PrimitiveTypes.Int16)), `[[1],null,[],[null,2]],[[]]`},
		{point, `{"x":1,"label":null},{"x":2,"label":"b"}`},
		{arrow.ListOf(point), `[{"x":1,"label":null},null],[{"x":2,"label":"b"}]`},
		{arrow.StructOf(arrow.Field{Name: "l", Type: arrow.ListOf(dictOf(arrow.PrimitiveTypes.Int8)), Nullable: true}), `{"l":["u","v",null]},{"l":null}`},
		{arrow.StructOf(arrow.Field{Name: "s", Type: point, Nullable: true}, arrow.Field{Name: "n", Type: arrow.Null, Nullable: true}), `{"s":{"x":1,"label":"a"},"n":null},{"s":null,"n":null}`},
		{arrow.Null, `null,null`},
	}
	fields := make([]arrow.Field, len(columns))
	rows := make([]string, 3)
	for i, c := range columns {
		fields[i] = arrow.Field{Name: fmt.Sprintf("c%02d_%s", i, c.typ.ID()), Type: c.typ, Nullable: true}
		first, second := split(c.cells)
		for r, v := range []string{first, "null", second} {
			rows[r] += fmt.Sprintf(",%q:%s", fields[i].Name, v)
		}
	}
	for r := range rows {
		rows[r] = "{" + rows[r][1:] + "}"
	}
	fields[1] = table.WithLabel(fields[1], table.Label{Role: table.RoleSensitive, Origin: table.OriginMasked})
	return fields, rows
}

// split finds the comma outside brackets and quotes.
func split(s string) (string, string) {
	depth, quoted := 0, false
	for i, c := range s {
		switch c {
		case '"':
			quoted = !quoted
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 && !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	panic("split " + s)
}

func fromJSON(t testing.TB, mem memory.Allocator, s *arrow.Schema, rows ...string) table.Batch {
	t.Helper()
	b, _, err := array.RecordFromJSON(mem, s, strings.NewReader("["+strings.Join(rows, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func everySchema(nullable bool) (*arrow.Schema, []string) {
	fields, rows := everyType()
	if !nullable {
		fields = fields[:len(fields)-1] // null itself cannot be required
		for i := range fields {
			fields[i].Nullable = false
		}
		rows = []string{rows[0], rows[2]}
	}
	return table.WithFacts(arrow.NewSchema(fields, nil), table.Facts{
		Name: "every", Key: fields[4].Name, Refs: []table.Ref{{Column: "c", Table: "t", Key: "k"}},
	}), rows
}

func encode(t testing.TB, s *arrow.Schema, opt formats.WriteOptions, batches ...table.Batch) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := Codec{}.Create(&buf, s, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func input(data []byte) formats.Input {
	return formats.Input{Name: "in", Reader: bytes.NewReader(data), ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
}

// decode reads everything, touching each cell, and gives the rows as text.
func decode(data []byte, opt formats.ReadOptions) (rows []string, s *arrow.Schema, err error) {
	st, err := Codec{}.Read(context.Background(), input(data), opt)
	if err != nil {
		return nil, nil, err
	}
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			return rows, st.Schema(), err
		}
		rows = append(rows, textRows(b)...)
	}
	return rows, st.Schema(), nil
}

func textRows(b table.Batch) []string {
	rows := make([]string, b.NumRows())
	for _, c := range b.Columns() {
		for k := range rows {
			rows[k] += "|" + c.ValueStr(k)
		}
	}
	return rows
}

func TestRoundTrip(t *testing.T) {
	for _, nullable := range []bool{true, false} {
		s, rows := everySchema(nullable)
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		b := fromJSON(t, mem, s, rows...)
		want := textRows(b)
		for _, comp := range []string{"", "none", "snappy", "zstd"} {
			for _, group := range []int64{0, 1, 2} {
				data := encode(t, s, formats.WriteOptions{Compression: comp, RowsPerGroup: group, Parallel: 2}, b)
				for _, batch := range []int{0, 1, 2} {
					got, gs, err := decode(data, formats.ReadOptions{RowsPerBatch: batch})
					if err != nil {
						t.Fatalf("%q, groups of %d, batches of %d: %v", comp, group, batch, err)
					}
					if !gs.Equal(s) || !gs.Metadata().Equal(s.Metadata()) {
						t.Fatalf("schema = %v\nwant %v", gs, s)
					}
					for i, f := range s.Fields() {
						if !gs.Field(i).Equal(f) || !gs.Field(i).Metadata.Equal(f.Metadata) {
							t.Errorf("field = %v, want %v", gs.Field(i), f)
						}
					}
					compareRows(t, got, want)
				}
			}
		}
		b.Release()
		mem.AssertSize(t, 0)
	}
}

func compareRows(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("read %d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d = %q\nwant %q", i, got[i], want[i])
		}
	}
}

func TestCutIsAnError(t *testing.T) {
	s, rows := everySchema(true)
	data := encode(t, s, formats.WriteOptions{}, fromJSON(t, memory.DefaultAllocator, s, rows...))
	for n := range data {
		if _, _, err := decode(data[:n], formats.ReadOptions{}); !errors.Is(err, formats.ErrCorrupt) {
			t.Fatalf("a file of %d of %d bytes: %v, want corrupt", n, len(data), err)
		}
	}
}

func TestFlipsNeverPanic(t *testing.T) {
	s, rows := everySchema(true)
	data := encode(t, s, formats.WriteOptions{}, fromJSON(t, memory.DefaultAllocator, s, rows...))
	foot := len(data) - 8 - int(uint32(data[len(data)-8])|uint32(data[len(data)-7])<<8|uint32(data[len(data)-6])<<16)
	want, _, err := decode(data, formats.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(data); i += 23 {
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		got, _, err := decode(bad, formats.ReadOptions{})
		if err != nil && !errors.Is(err, formats.ErrCorrupt) {
			t.Fatalf("byte %d: %v, want corrupt", i, err)
		}
		// In a page a flip is found, or lies where it means nothing.
		if i < foot && err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("byte %d of the pages: read as other cells", i)
		}
	}
	// Files of others have no checksums: flips reach the decoders.
	for name, data := range fixtures(t) {
		for i := 0; i < len(data); i += 211 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << (i % 8)
			if _, _, err := decode(bad, formats.ReadOptions{}); err != nil && !errors.Is(err, formats.ErrCorrupt) {
				t.Fatalf("%s byte %d: %v, want corrupt", name, i, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	s, rows := everySchema(true)
	for _, comp := range []string{"none", "zstd"} {
		f.Add(encode(f, s, formats.WriteOptions{Compression: comp}, fromJSON(f, memory.DefaultAllocator, s, rows...)))
	}
	for _, data := range fixtures(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := Codec{}.Read(context.Background(), input(data), formats.ReadOptions{RowsPerBatch: 100})
		if err != nil {
			if !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("Read = %v, want corrupt", err)
			}
			return
		}
		n := 0
		for b, err := range st.Batches(context.Background()) {
			if err != nil {
				if !errors.Is(err, formats.ErrCorrupt) {
					t.Errorf("Batches = %v, want corrupt", err)
				}
				return
			}
			textRows(b)
			if n++; n == 100 { // a run of nulls may stand for many honest rows
				return
			}
		}
	})
}
