package formatstest

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// kind is a type with values that are hard to keep. null is put between them.
type kind struct {
	name   string
	typ    arrow.DataType
	values []string // JSON, as Arrow's builders read it
	// optional types may be refused by any codec, and are kept if not.
	optional bool
}

// longText is longer than any buffer that a codec starts with.
var longText = strings.Repeat("abcdefgh", 512)

func timestamp(unit arrow.TimeUnit, zone string) arrow.DataType {
	return &arrow.TimestampType{Unit: unit, TimeZone: zone}
}

func kinds() []kind {
	texts := []string{`""`, `"a"`, `"a,b;c\td"`, `"say \"x\""`, `"two\nlines\r\nand\rmore"`, `" led "`, `"null"`, `"true"`, `"007"`, `"é😀\ufeff"`, `"\\"`, quoted(longText)}
	blobs := []string{`""`, `"AA=="`, `"AAEC/w=="`, `"//79"`}
	dates := []string{`"1970-01-01"`, `"0001-01-01"`, `"9999-12-31"`, `"1969-12-31"`, `"2024-02-29"`}
	times := []string{`"1970-01-01T00:00:00Z"`, `"2024-02-29T23:59:59Z"`, `"1893-03-31T12:00:00Z"`, `"1901-01-01T00:00:01Z"`, `"2200-10-30T01:30:00Z"`}
	sub := append([]string{`"2024-03-31T01:00:00.123Z"`, `"1969-12-31T23:59:59.9Z"`}, times...)
	fine := append([]string{`"2024-10-27T00:30:00.123456Z"`}, sub...)
	pair := arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, arrow.Field{Name: "y", Type: arrow.BinaryTypes.String, Nullable: true})
	category := func(index arrow.DataType) arrow.DataType {
		return &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String}
	}
	names := []string{`"x"`, `"y"`, `""`, `"a,b"`, `"x"`}
	return []kind{
		{name: "null", typ: arrow.Null},
		{name: "bool", typ: arrow.FixedWidthTypes.Boolean, values: []string{"true", "false"}},
		{name: "int8", typ: arrow.PrimitiveTypes.Int8, values: []string{"0", "-128", "127"}},
		{name: "int16", typ: arrow.PrimitiveTypes.Int16, values: []string{"0", "-32768", "32767"}},
		{name: "int32", typ: arrow.PrimitiveTypes.Int32, values: []string{"0", "-2147483648", "2147483647"}},
		{name: "int64", typ: arrow.PrimitiveTypes.Int64, values: []string{"0", "-9223372036854775808", "9223372036854775807", "9007199254740993"}},
		{name: "uint8", typ: arrow.PrimitiveTypes.Uint8, values: []string{"0", "255"}},
		{name: "uint16", typ: arrow.PrimitiveTypes.Uint16, values: []string{"0", "65535"}},
		{name: "uint32", typ: arrow.PrimitiveTypes.Uint32, values: []string{"0", "4294967295"}},
		{name: "uint64", typ: arrow.PrimitiveTypes.Uint64, values: []string{"0", "18446744073709551615"}},
		{name: "float32", typ: arrow.PrimitiveTypes.Float32, values: []string{"0", "-0.0", "0.1", "1e-45", "3.4028235e38", "16777217", "nan", "inf", "-inf"}},
		{name: "float64", typ: arrow.PrimitiveTypes.Float64, values: []string{"0", "-0.0", "0.1", "1.005", "123456789.99", "5e-324", "1.7976931348623157e308", "1e15", "1e21", "0.30000000000000004", "nan", "inf", "-inf"}},
		{name: "decimal128(18,2)", typ: &arrow.Decimal128Type{Precision: 18, Scale: 2}, values: []string{`"0"`, `"-0.01"`, `"9999999999999999.99"`, `"1.50"`}},
		{name: "decimal128(38,10)", typ: &arrow.Decimal128Type{Precision: 38, Scale: 10}, values: []string{`"9999999999999999999999999999.9999999999"`, `"-9999999999999999999999999999.9999999999"`, `"0.0000000001"`}},
		{name: "decimal128(5,0)", typ: &arrow.Decimal128Type{Precision: 5, Scale: 0}, values: []string{`"99999"`, `"-1"`}},
		{name: "date", typ: arrow.FixedWidthTypes.Date32, values: dates},
		{name: "timestamp(ms)", typ: timestamp(arrow.Millisecond, ""), values: sub},
		{name: "timestamp(us)", typ: timestamp(arrow.Microsecond, ""), values: fine},
		{name: "timestamp(ns)", typ: timestamp(arrow.Nanosecond, ""), values: append([]string{`"2024-10-27T00:30:00.123456789Z"`}, fine...)},
		{name: "timestamp(us,UTC)", typ: timestamp(arrow.Microsecond, "UTC"), values: fine},
		{name: "timestamp(us,Europe/Vienna)", typ: timestamp(arrow.Microsecond, "Europe/Vienna"), values: fine},
		{name: "timestamp(ms,Asia/Shanghai)", typ: timestamp(arrow.Millisecond, "Asia/Shanghai"), values: sub},
		{name: "timestamp(ns,+05:30)", typ: timestamp(arrow.Nanosecond, "+05:30"), values: fine},
		{name: "string", typ: arrow.BinaryTypes.String, values: texts},
		{name: "large_string", typ: arrow.BinaryTypes.LargeString, values: texts},
		{name: "binary", typ: arrow.BinaryTypes.Binary, values: blobs},
		{name: "dictionary", typ: category(arrow.PrimitiveTypes.Int32), values: names},
		{name: "dictionary(int8)", typ: category(arrow.PrimitiveTypes.Int8), values: names},
		{name: "list", typ: arrow.ListOf(arrow.PrimitiveTypes.Int64), values: []string{"[]", "[1]", "[null]", "[1,null,3]"}},
		{name: "list(string)", typ: arrow.ListOf(arrow.BinaryTypes.String), values: []string{"[]", `[""]`, `["a",null,"\"b\""]`}},
		{name: "list(list)", typ: arrow.ListOf(arrow.ListOf(arrow.PrimitiveTypes.Float64)), values: []string{"[]", "[[]]", "[null]", "[[0.5],[],[null,2]]"}},
		{name: "struct", typ: pair, values: []string{`{"x":1,"y":"a"}`, `{"x":null,"y":null}`, `{"x":2,"y":""}`}},
		{name: "list(struct)", typ: arrow.ListOf(pair), values: []string{"[]", `[null]`, `[{"x":1,"y":"a"},{"x":null,"y":"b"}]`}},
		{name: "struct(list)", typ: arrow.StructOf(arrow.Field{Name: "l", Type: arrow.ListOf(pair), Nullable: true}), values: []string{`{"l":null}`, `{"l":[]}`, `{"l":[{"x":3,"y":"c"}]}`}},

		{name: "large_binary", typ: arrow.BinaryTypes.LargeBinary, values: blobs, optional: true},
		{name: "fixed_size_binary", typ: &arrow.FixedSizeBinaryType{ByteWidth: 3}, values: []string{`"AAEC"`, `"////"`}, optional: true},
		{name: "large_list", typ: arrow.LargeListOf(arrow.PrimitiveTypes.Int32), values: []string{"[]", "[1]", "[1,null,3]"}, optional: true},
		{name: "fixed_size_list", typ: arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Float32), values: []string{"[1,2]", "[null,0.5]"}, optional: true},
		{name: "map", typ: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int8), values: []string{"[]", `[{"key":"a","value":1}]`}, optional: true},
		{name: "timestamp(s)", typ: timestamp(arrow.Second, ""), values: times, optional: true},
		{name: "timestamp(s,UTC)", typ: timestamp(arrow.Second, "UTC"), values: times, optional: true},
		{name: "date64", typ: arrow.FixedWidthTypes.Date64, values: dates, optional: true},
		{name: "time32(s)", typ: arrow.FixedWidthTypes.Time32s, values: []string{`"00:00:00"`, `"23:59:59"`}, optional: true},
		{name: "time32(ms)", typ: arrow.FixedWidthTypes.Time32ms, values: []string{`"00:00:00.001"`, `"23:59:59.9"`}, optional: true},
		{name: "time64(us)", typ: arrow.FixedWidthTypes.Time64us, values: []string{`"00:00:00.000001"`, `"12:00:00"`}, optional: true},
		{name: "time64(ns)", typ: arrow.FixedWidthTypes.Time64ns, values: []string{`"00:00:00.000000001"`, `"12:00:00.5"`}, optional: true},
		{name: "duration", typ: arrow.FixedWidthTypes.Duration_us, values: []string{`"1us"`, `"-5000000us"`}, optional: true},
		{name: "decimal256", typ: &arrow.Decimal256Type{Precision: 50, Scale: 3}, values: []string{`"1.005"`, `"-99999999999999999999999999999999999999999999999.999"`}, optional: true},
	}
}

// Types names every type of the suite: those that a codec must hold or list in
// Traits.Lacks first.
func Types() []string {
	var out []string
	for _, k := range kinds() {
		out = append(out, k.name)
	}
	return out
}

func typeOf(name string) arrow.DataType { return kindOf(name).typ }

func kindOf(name string) kind {
	for _, k := range kinds() {
		if k.name == name {
			return k
		}
	}
	panic("formatstest: no type " + name)
}

func quoted(s string) string { return `"` + s + `"` }

// fill makes a batch of rows first to first+n-1: row i of a column is its type's
// value i modulo their number, each followed by a null where nulls are allowed.
func fill(mem memory.Allocator, s *arrow.Schema, first, n int) table.Batch {
	cols := make([]arrow.Array, s.NumFields())
	for c, f := range s.Fields() {
		var k kind
		for _, k = range kinds() {
			if arrow.TypeEqual(k.typ, f.Type) {
				break
			}
		}
		texts := make([]string, 0, n)
		period := len(k.values)
		if f.Nullable {
			period++
		}
		for i := first; i < first+n; i++ {
			if at := i % period; at < len(k.values) {
				texts = append(texts, k.values[at])
			} else {
				texts = append(texts, "null")
			}
		}
		cols[c] = column(mem, f.Type, texts)
		defer cols[c].Release()
	}
	return array.NewRecord(s, cols, int64(n))
}

// column makes an array of JSON texts, and of the floats that JSON lacks.
func column(mem memory.Allocator, t arrow.DataType, texts []string) arrow.Array {
	switch t.ID() {
	case arrow.FLOAT32, arrow.FLOAT64:
		b := array.NewBuilder(mem, t)
		defer b.Release()
		for _, text := range texts {
			if text == "null" {
				b.AppendNull()
			} else if err := b.AppendValueFromString(text); err != nil {
				panic("formatstest: " + err.Error()) // the texts are constants
			}
		}
		return b.NewArray()
	}
	a, _, err := array.FromJSON(mem, t, strings.NewReader("["+strings.Join(texts, ",")+"]"), array.WithUseNumber())
	if err != nil {
		panic("formatstest: " + err.Error()) // the texts are constants
	}
	return a
}

// Table makes a batch with a column of each named type, filled with values that
// are hard to keep and nulls between them.
func Table(rows int, types ...string) table.Batch {
	fields := make([]arrow.Field, len(types))
	for i, name := range types {
		fields[i] = arrow.Field{Name: name, Type: typeOf(name), Nullable: true}
	}
	return fill(memory.DefaultAllocator, arrow.NewSchema(fields, nil), 0, rows)
}

// Text gives the exact text of every cell, column by column, so that tables can
// be compared whatever their batches and dictionaries are.
func Text(batches ...table.Batch) [][]string { return textOf(batches...) }
