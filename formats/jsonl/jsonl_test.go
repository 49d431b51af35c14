package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats"
)

// dump reads a text and gives its types and cells.
func dump(r io.Reader, opt formats.ReadOptions) (string, error) {
	st, err := Codec{}.Read(context.Background(), formats.Input{Name: "in.jsonl", Reader: r}, opt)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for i, f := range st.Schema().Fields() {
		if i > 0 {
			out.WriteByte(' ')
		}
		fmt.Fprintf(&out, "%s:%s", f.Name, f.Type)
	}
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			return out.String(), err
		}
		for k := range int(b.NumRows()) {
			out.WriteByte('\n')
			for i := range int(b.NumCols()) {
				if i > 0 {
					out.WriteByte('|')
				}
				if b.Column(i).IsNull(k) {
					out.WriteString("null")
				} else {
					out.WriteString(b.Column(i).ValueStr(k))
				}
			}
		}
	}
	return out.String(), nil
}

func declare(fields ...arrow.Field) formats.ReadOptions {
	return formats.ReadOptions{Schema: arrow.NewSchema(fields, nil)}
}

func TestRead(t *testing.T) {
	dec := &arrow.Decimal128Type{Precision: 9, Scale: 2}
	for _, c := range []struct {
		name, in, want string
		opt            formats.ReadOptions
	}{
		{
			name: "types", in: `{"a":1,"b":1.5,"c":true,"d":"2024-02-29","e":"2024-01-01T00:00:00+02:00","f":"x","g":"2024-01-01T00:00:00"}` + "\n",
			want: "a:int64 b:float64 c:bool d:date32 e:timestamp[us, tz=UTC] f:utf8 g:timestamp[us]\n1|1.5|true|2024-02-29|2023-12-31 22:00:00Z|x|2024-01-01 00:00:00Z",
		},
		{name: "absent and null", in: "{\"a\":1}\n{\"b\":null}\n{\"b\":\"\"}\n{}\n", want: "a:int64 b:utf8\n1|null\nnull|null\nnull|\nnull|null"},
		{name: "numbers mix", in: "{\"a\":1}\n{\"a\":-0}\n{\"a\":1e3}\n{\"a\":\"NaN\"}", want: "a:float64\n1\n-0\n1000\nNaN"},
		{name: "beyond int64", in: `{"a":9223372036854775808}`, want: "a:float64\n9.223372036854776e+18"},
		{name: "a key of 20 digits", in: `{"a":12345678901234567890}`, want: "a:utf8\n12345678901234567890"},
		{name: "NaN alone is a text", in: `{"a":"NaN"}`, want: "a:utf8\nNaN"},
		{name: "scalars mix to text", in: "{\"a\":1.50}\n{\"a\":\"x\"}\n{\"a\":false}", want: "a:utf8\n1.50\nx\nfalse"},
		{name: "codes stay texts", in: `{"a":"007","b":"12"}`, want: "a:utf8 b:utf8\n007|12"},
		{name: "nested", in: "{\"l\":[1,null,2],\"s\":{\"x\":{\"y\":\"z\"}},\"o\":[{\"k\":1},{\"m\":[]}]}\n{\"l\":[],\"s\":null,\"o\":null}", want: "l:list<item: int64, nullable> s:struct<x: struct<y: utf8>> o:list<item: struct<k: int64, m: list<item: utf8, nullable>>, nullable>\n" +
			"[1,null,2]|{\"x\":{\"y\":\"z\"}}|[{\"k\":1,\"m\":null},{\"k\":null,\"m\":[]}]\n[]|null|null"},
		{name: "escapes", in: `{"a\u0041":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"}`, want: "aA:utf8\n\"\\/\b\f\n\r\té😀\x00"},
		{name: "white space, bom, crlf", in: "\xef\xbb\xbf {\t\"a\" : 1 ,\"b\": [ 2 , 3 ] } \r\n\r\n  \n{ \"a\":2 }", want: "a:int64 b:list<item: int64, nullable>\n1|[2,3]\n2|null"},
		{name: "empty", in: "", want: ""},
		{name: "empty objects", in: "{}\n{ }\n", want: "\n\n"},
		{name: "declared", in: `{"b":"x","a":"1.5"}` + "\n" + `{"a":-2}`, opt: declare(arrow.Field{Name: "a", Type: dec}), want: "b:utf8 a:decimal(9, 2)\nx|1.5\nnull|-2"},
		{name: "declared and absent", in: `{"b":1}`, opt: declare(arrow.Field{Name: "a", Type: dec, Nullable: true}), want: "b:int64 a:decimal(9, 2)\n1|null"},
		{name: "all declared", in: `{"b":"x","a":"1.5"}`, opt: declare(arrow.Field{Name: "a", Type: dec}, arrow.Field{Name: "b", Type: arrow.BinaryTypes.LargeString}), want: "a:decimal(9, 2) b:large_utf8\n1.5|x"},
		{name: "declared, empty", in: "", opt: declare(arrow.Field{Name: "a", Type: dec}), want: "a:decimal(9, 2)"},
		{name: "quoted integer", in: `{"a":"9007199254740993"}`, opt: declare(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int64}), want: "a:int64\n9007199254740993"},
		{name: "columns", in: `{"a":1,"b":{"x":[1,{"y":"\n"}]},"c":3}`, opt: formats.ReadOptions{Columns: []string{"c", "a"}}, want: "c:int64 a:int64\n3|1"},
		{name: "all text", in: `{"a":1.50,"b":[true]}`, opt: formats.ReadOptions{AllText: true}, want: "a:utf8 b:list<item: utf8, nullable>\n1.50|[\"true\"]"},
		{name: "tokens", in: "{\"a\":\"NA\"}\n{\"a\":1}\n", opt: formats.ReadOptions{Nulls: []string{"NA"}}, want: "a:int64\nnull\n1"},
		{name: "category", in: "{\"a\":\"x\"}\n{\"a\":\"y\"}\n{\"a\":\"x\"}", opt: declare(arrow.Field{Name: "a", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}}), want: "a:dictionary<values=utf8, indices=int8, ordered=false>\nx\ny\nx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				got, err := dump(r, c.opt)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("Read(%q) (-want +got):\n%s", c.in, diff)
				}
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	ok := "{\"a\":1,\"b\":{\"x\":1}}\n"
	one := formats.ReadOptions{SampleRows: 1}
	for _, c := range []struct {
		name, in, want string
		opt            formats.ReadOptions
	}{
		{name: "no object", in: "[1]\n", want: "in.jsonl:1:1: a row, which is an object in braces, should stand here"},
		{name: "utf16", in: "\xff\xfe{\x00", want: "in.jsonl:1:1: the text is UTF-16"},
		{name: "utf8 key", in: "{\"\xff\":1}", want: "in.jsonl:1:2: this is not UTF-8"},
		{name: "utf8 value", in: "{\"a\":\"\xc3\"}", want: "in.jsonl:1:6: this is not UTF-8"},
		{name: "utf8 behind an escape", in: "{\"a\":\"\\n\xc3\"}", want: "in.jsonl:1:6: this is not UTF-8"},
		{name: "nul", in: "{\x00}", want: "in.jsonl:1:2: a NUL byte"},
		{name: "control", in: "{\"a\":\"x\ty\"}", want: "in.jsonl:1:8: a control character"},
		{name: "open quote", in: "{\"a\":\"x}\n", want: "in.jsonl:1:6: a quote is opened here and never closed"},
		{name: "open brace", in: ok + "{\"a\":1", want: "in.jsonl:2:7: the line ends where a comma or '}' should stand"},
		{name: "two rows a line", in: "{} {}", want: "in.jsonl:1:4: the end of the line should stand here"},
		{name: "trailing comma", in: "{\"a\":1,}", want: "in.jsonl:1:8: a member's name in quotes should stand here"},
		{name: "trailing comma in a list", in: "{\"a\":[1,]}", want: "in.jsonl:1:9: a JSON value should stand here"},
		{name: "no colon", in: "{\"a\" 1}", want: "in.jsonl:1:6: a colon should stand here"},
		{name: "bare word", in: "{\"a\":nul}", want: "in.jsonl:1:6: a JSON value"},
		{name: "leading zero", in: "{\"a\":01}", want: "in.jsonl:1:6: this is no JSON number"},
		{name: "no digits", in: "{\"a\":1.}", want: "in.jsonl:1:6: this is no JSON number"},
		{name: "NaN bare", in: "{\"a\":NaN}", want: "in.jsonl:1:6: a JSON value"},
		{name: "bad escape", in: `{"a":"\x"}`, want: "in.jsonl:1:7: this escape is none of JSON's"},
		{name: "half a pair", in: `{"a":"\ud800\u0041"}`, want: "in.jsonl:1:7: this escape"},
		{name: "twice", in: `{"a":1,"a":2}`, want: `in.jsonl:1:8: the member "a" is there twice`},
		{name: "twice beyond the sample", in: ok + `{"a":1,"b":{"x":1,"x":2}}`, opt: one, want: `in.jsonl:2:19: column "b": the member "x" is there twice`},
		{name: "object and scalar", in: "{\"a\":1}\n{\"a\":{}}", want: "in.jsonl:2:6: rows before hold another kind"},
		{name: "scalar and array", in: "{\"a\":[]}\n{\"a\":2}", want: "in.jsonl:2:6: rows before hold another kind"},
		{name: "new member", in: ok + `{"a":1,"c":2}`, opt: one, want: `in.jsonl:2:8: the member "c" is new here: the first 1 rows do not have it`},
		{name: "new member inside", in: ok + `{"b":{"y":2}}`, opt: one, want: `in.jsonl:2:7: column "b": the member "y" is new here`},
		{name: "bad cell", in: ok + `{"a":1.5}`, opt: one, want: `in.jsonl:2:6: column "a": this is no whole number`},
		{name: "bad cell inside", in: ok + "\n" + `{"a":1,"b":{"x":"y"}}`, opt: one, want: `in.jsonl:3:17: column "b.x": this is no whole number`},
		{name: "object in a scalar", in: ok + `{"a":{}}`, opt: one, want: `in.jsonl:2:6: column "a": an object stands here, and the column is int64`},
		{name: "scalar in an object", in: ok + `{"b":1}`, opt: one, want: `in.jsonl:2:6: column "b": a scalar stands here`},
		{name: "null refused", in: `{"a":null}`, opt: declare(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int8}), want: `in.jsonl:1:6: column "a": this is null, and the column is declared without nulls`},
		{name: "absent refused", in: ` {}`, opt: declare(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int8}), want: `in.jsonl:1:2: column "a": this row does not have the member, and`},
		{name: "too large", in: `{"a":300}`, opt: declare(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Uint8}), want: `in.jsonl:1:6: column "a": the number does not fit`},
		{name: "finer than cents", in: `{"a":"1.005"}`, opt: declare(arrow.Field{Name: "a", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}}), want: `in.jsonl:1:6: column "a": the number does not fit decimal(9,2)`},
		{name: "deep", in: `{"a":` + strings.Repeat("[", 100), want: "in.jsonl:1:69: values are nested deeper than 64 levels"},
		{name: "deep where skipped", in: ok + `{"b":` + strings.Repeat("[", 100), opt: formats.ReadOptions{SampleRows: 1, Columns: []string{"a"}}, want: "in.jsonl:2:69: values are nested deeper"},
		{name: "many columns", in: "{" + strings.Repeat(`"aaaaaaa":1,`, 1) + many(20_000) + "}", want: "the table has more than 16384 columns"},
		{name: "wrong length", in: `{"a":[1,2,3]}`, opt: declare(arrow.Field{Name: "a", Type: arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Int8)}), want: `in.jsonl:1:6: column "a": this array has 3 elements, and the column's lists have 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := dump(strings.NewReader(c.in), c.opt)
			if err == nil {
				t.Fatalf("Read(%q) = %q, want an error", c.in, got)
			}
			if !strings.Contains(err.Error(), c.want) || !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("Read(%q) = %v, want %q and corrupt", c.in, err, c.want)
			}
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"k%d":1`, i)
	}
	return b.String()
}

// TestRowsDoNotExpand holds that few bytes cannot claim much memory: absent
// members of a wide struct are counted.
func TestRowsDoNotExpand(t *testing.T) {
	wide := `{"l":[{` + many(10_000) + `}]}` + "\n"
	in := wide + `{"l":[` + strings.Repeat("{},", 1_000_000) + "{}]}\n"
	_, err := dump(strings.NewReader(in), formats.ReadOptions{SampleRows: 1})
	if err == nil || !strings.Contains(err.Error(), "more than 16777216 cells") {
		t.Errorf("Read = %v, want the bound on cells", err)
	}
}

func TestLongLine(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	got, err := dump(strings.NewReader(`{"a":"`+long+`"}`), formats.ReadOptions{})
	if err != nil || len(got) < len(long) {
		t.Errorf("a cell of 10 MiB: %d bytes, %v", len(got), err)
	}
	_, err = dump(io.MultiReader(strings.NewReader(`{"a":"`), io.LimitReader(endless{}, 1<<30)), formats.ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "in.jsonl:1: a line is longer than 64 MiB") {
		t.Errorf("an endless line = %v, want the bound", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestWrite(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{
		{Name: "i\"d", Type: arrow.PrimitiveTypes.Int64},
		{Name: "t", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 12, Scale: 3}, Nullable: true},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
		{Name: "k", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int8), Nullable: true},
		{Name: "s", Type: arrow.StructOf(arrow.Field{Name: "x", Type: arrow.BinaryTypes.Binary, Nullable: true}, arrow.Field{Name: "y", Type: arrow.FixedWidthTypes.Boolean, Nullable: true}), Nullable: true},
	}, nil)
	const text = `[{"i\"d":1,"t":"a,\"b\"\n\u0001é","f":0.1,"d":"-0.050","at":"2024-02-29T12:34:56.000007Z","k":"x","l":[1,null],"s":{"x":"AAE=","y":true}},
	{"i\"d":-9223372036854775808,"t":"","f":-0.0,"d":"1.5","at":"1969-12-31T23:59:59.5Z","k":"y","l":[],"s":{"x":null,"y":null}},
	{"i\"d":0,"t":null,"f":null,"d":null,"at":null,"k":null,"l":null,"s":null}]`
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"i\"d":1,"t":"a,\"b\"\n\u0001é","f":0.1,"d":"-0.050","at":"2024-02-29T12:34:56.000007Z","k":"x","l":[1,null],"s":{"x":"AAE=","y":true}}
{"i\"d":-9223372036854775808,"t":"","f":-0.0,"d":"1.500","at":"1969-12-31T23:59:59.5Z","k":"y","l":[],"s":{"x":null,"y":null}}
{"i\"d":0,"t":null,"f":null,"d":null,"at":null,"k":null,"l":null,"s":null}
`
	for _, workers := range []int{1, 4} {
		var buf bytes.Buffer
		w, err := Codec{}.Create(&buf, s, formats.WriteOptions{Parallel: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(b), w.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, buf.String()); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, f := range [][]arrow.Field{
		{{Name: "m", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int8)}},
		{{Name: "d", Type: arrow.FixedWidthTypes.Duration_us}},
		{{Name: "l", Type: arrow.ListOf(&arrow.Decimal256Type{Precision: 50})}},
		{{Name: "a", Type: arrow.PrimitiveTypes.Int8}, {Name: "a", Type: arrow.PrimitiveTypes.Int8}},
	} {
		if _, err := (Codec{}).Create(io.Discard, arrow.NewSchema(f, nil), formats.WriteOptions{}); err == nil {
			t.Errorf("Create(%v) worked, want an error", f)
		}
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "t", Type: arrow.BinaryTypes.String}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, s)
	rb.Field(0).(*array.StringBuilder).Append("\xff")
	w, err := Codec{}.Create(io.Discard, s, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rb.NewRecord()); err == nil || !strings.Contains(err.Error(), `column "t"`) {
		t.Errorf("Write of a text that is not UTF-8 = %v, want an error", err)
	}
}
