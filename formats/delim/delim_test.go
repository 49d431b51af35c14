package delim

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
	st, err := Codec{}.Read(context.Background(), formats.Input{Name: "in.csv", Reader: r}, opt)
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

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		opt            formats.ReadOptions
	}{
		{
			name: "types", in: "a,b,c,d,e,f\n1,1.5,true,2024-02-29,2024-01-01T00:00:00+02:00,x\n-2,2,FALSE,1969-12-31,2024-01-01T00:00:00Z,y\n",
			want: "a:int64 b:float64 c:bool d:date32 e:timestamp[us, tz=UTC] f:utf8\n1|1.5|true|2024-02-29|2023-12-31 22:00:00Z|x\n-2|2|false|1969-12-31|2024-01-01 00:00:00Z|y",
		},
		{name: "codes stay texts", in: "a,b\n007,+1\n", want: "a:utf8 b:utf8\n007|+1"},
		{name: "no digit is lost", in: "a,b\n12345678901234567890,9223372036854775808\n", want: "a:utf8 b:float64\n12345678901234567890|9.223372036854776e+18"},
		{name: "no number", in: "a,b\n1,Inf\nNaN,-Inf\n", want: "a:float64 b:utf8\n1|Inf\nNaN|-Inf"},
		{name: "null and empty", in: "a,b\n,\"\"\n1,x\n", want: "a:int64 b:utf8\nnull|\n1|x"},
		{name: "tokens", in: "a\nNA\n1\n\"NA\"\n", opt: formats.ReadOptions{Nulls: []string{"NA"}}, want: "a:utf8\nnull\n1\nNA"},
		{name: "quotes", in: "a,b\r\n\"x,\"\"y\"\"\",\"l1\nl2\"\r\nz,w\r\n", want: "a:utf8 b:utf8\nx,\"y\"|l1\nl2\nz|w"},
		{name: "bom and no end", in: "\xef\xbb\xbfa,b\n1,2", want: "a:int64 b:int64\n1|2"},
		{name: "empty name", in: "a,\n1,2\n", want: "a:int64 c2:int64\n1|2"},
		{name: "one column", in: "a\n1\n\n2\n", want: "a:int64\n1\nnull\n2"},
		{name: "blank line", in: "a,b\n1,2\n\n3,4\n", want: "a:int64 b:int64\n1|2\n3|4"},
		{name: "header only", in: "a,b\n", want: "a:utf8 b:utf8"},
		{name: "no header", in: "1,2\n3,4\n", opt: formats.ReadOptions{NoHeader: true}, want: "c1:int64 c2:int64\n1|2\n3|4"},
		{name: "semicolon", in: "a;b\n1;2\n", opt: formats.ReadOptions{Delimiter: ';'}, want: "a:int64 b:int64\n1|2"},
		{name: "columns", in: "a,b,c\n1,2,3\n", opt: formats.ReadOptions{Columns: []string{"c", "a"}}, want: "c:int64 a:int64\n3|1"},
		{name: "all text", in: "a\n1\n", opt: formats.ReadOptions{AllText: true}, want: "a:utf8\n1"},
		{name: "mixed times", in: "a\n2024-01-01T00:00:00\n2024-01-01T00:00:00Z\n", want: "a:utf8\n2024-01-01T00:00:00\n2024-01-01T00:00:00Z"},
		{name: "trailing empty", in: "a,b\n1,", want: "a:int64 b:utf8\n1|null"},
		{name: "declared", in: "a,b\n1,2.50\n", opt: formats.ReadOptions{Schema: arrow.NewSchema([]arrow.Field{{Name: "b", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}}}, nil)}, want: "a:int64 b:decimal(9, 2)\n1|2.5"},
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
	for _, c := range []struct {
		name, in, want string
		opt            formats.ReadOptions
	}{
		{name: "empty", in: "", want: "in.csv:1:1: the text is empty"},
		{name: "twice", in: "a,a\n", want: `in.csv:1:3: column name "a" is there twice`},
		{name: "ragged", in: "a,b\n1,2\n3\n", want: "in.csv:3:1: this row has 1 cells, the header has 2"},
		{name: "ragged long", in: "a,b\n1,2,3\n", want: "in.csv:2:5: this row has 3 cells"},
		{name: "open quote", in: "a,b\n1,\"x\n", want: "in.csv:2:3: a quote is opened here and never closed"},
		{name: "behind quote", in: "a,b\n\"x\"y,1\n", want: "in.csv:2:4: text stands behind a closing quote"},
		{name: "line after newline in cell", in: "a,b\n\"x\ny\",1\n1\n", want: "in.csv:4:1: this row"},
		{name: "nul", in: "a\nx\x00\n", want: "in.csv:2:1: column \"a\": a NUL byte"},
		{name: "utf8", in: "a\n\xff\n", want: "in.csv:2:1: column \"a\": this is not UTF-8"},
		{name: "utf32", in: "\xff\xfe\x00\x00a\x00\x00\x00", want: "in.csv:1:1: the text is UTF-32"},
		{name: "utf16", in: "\xff\xfea\x00", want: "in.csv:1:1: the text is UTF-16"},
		{name: "bad cell beyond sample", in: "a\n1\n2\nx\n", opt: formats.ReadOptions{SampleRows: 2}, want: "in.csv:4:1: column \"a\": this is no whole number"},
		{name: "quoted empty number", in: "a\n1\n2\n\"\"\n", opt: formats.ReadOptions{SampleRows: 2}, want: "in.csv:4:1"},
		{name: "many columns", in: strings.Repeat("a,", 20000), want: "more than 16384 cells"},
		{name: "declared unknown", in: "abc\n", opt: formats.ReadOptions{Schema: arrow.NewSchema([]arrow.Field{{Name: "abd", Type: arrow.BinaryTypes.String}}, nil)}, want: `column "abd" is declared`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := dump(strings.NewReader(c.in), c.opt)
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("Read = %v, want %q", err, c.want)
			}
		})
	}
}

func TestLongCell(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	got, err := dump(strings.NewReader("a,b\n"+long+",1\n"), formats.ReadOptions{})
	if err != nil || len(got) < len(long) {
		t.Errorf("a cell of 10 MB: %d bytes, %v", len(got), err)
	}
}

func batch(t testing.TB) arrow.Record {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "t,xt", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 12, Scale: 3}, Nullable: true},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "k", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "ok", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	}, nil)
	const text = `[{"id":1,"t,xt":"a,\"b\"\nc","f":0.1,"d":"-0.050","at":"2024-02-29T12:34:56.000007Z","day":"1900-03-01","k":"x","ok":true},
	{"id":-9223372036854775808,"t,xt":"","f":-0.0,"d":"1.5","at":"1969-12-31T23:59:59.5Z","day":"2000-02-29","k":"y,z","ok":false},
	{"id":0,"t,xt":null,"f":null,"d":null,"at":null,"day":null,"k":null,"ok":null}]`
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWriteThenRead(t *testing.T) {
	b := batch(t)
	for _, workers := range []int{1, 4} {
		var buf bytes.Buffer
		w, err := Codec{}.Create(&buf, b.Schema(), formats.WriteOptions{Parallel: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err = errors.Join(w.Write(b), w.Close()); err != nil {
			t.Fatal(err)
		}
		const want = "id,\"t,xt\",f,d,at,day,k,ok\n" +
			"1,\"a,\"\"b\"\"\nc\",0.1,-0.050,2024-02-29T12:34:56.000007Z,1900-03-01,x,true\n" +
			"-9223372036854775808,\"\",-0,1.500,1969-12-31T23:59:59.5Z,2000-02-29,\"y,z\",false\n" +
			"0,,,,,,,\n"
		if diff := cmp.Diff(want, buf.String()); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
		st, err := Codec{}.Read(context.Background(), formats.Input{Name: "x", Reader: &buf}, formats.ReadOptions{Schema: b.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		for got, err := range st.Batches(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if !array.RecordEqual(b, got) {
				t.Errorf("read back %v, want %v", got, b)
			}
		}
	}
}

func TestNestedIsRefused(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "l", Type: arrow.ListOf(arrow.BinaryTypes.String)}}, nil)
	if _, err := (Codec{}).Create(io.Discard, s, formats.WriteOptions{}); err == nil {
		t.Error("Create with a list column worked")
	}
}

// FuzzRead also holds the law that what was read and written reads the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\"\"y\"\n,\n"))
	f.Add([]byte("a\n\"\"\n\nx"))
	f.Add([]byte("\xef\xbb\xbfa;b\r\n1;2\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := formats.Input{Name: "f", Reader: bytes.NewReader(data)}
		st, err := Codec{}.Read(context.Background(), in, formats.ReadOptions{SampleRows: 3})
		if err != nil {
			if !errors.Is(err, formats.ErrCorrupt) {
				t.Fatalf("Read = %v, want corrupt", err)
			}
			return
		}
		var buf bytes.Buffer
		w, err := Codec{}.Create(&buf, st.Schema(), formats.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var want []arrow.Record
		for b, err := range st.Batches(context.Background()) {
			if err != nil {
				if !errors.Is(err, formats.ErrCorrupt) {
					t.Fatalf("Batches = %v, want corrupt", err)
				}
				return
			}
			b.Retain()
			want = append(want, b)
			if err := w.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		if len(want) == 0 {
			return
		}
		back, err := Codec{}.Read(context.Background(), formats.Input{Name: "g", Reader: &buf}, formats.ReadOptions{Schema: st.Schema()})
		if err != nil {
			t.Fatalf("reading back %q: %v", buf.String(), err)
		}
		i := 0
		for b, err := range back.Batches(context.Background()) {
			if err != nil {
				t.Fatalf("reading back: %v", err)
			}
			if !array.RecordApproxEqual(want[i], b, array.WithNaNsEqual(true)) {
				t.Fatalf("read back %v, want %v", b, want[i])
			}
			i++
		}
	})
}
