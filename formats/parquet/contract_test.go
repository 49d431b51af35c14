package parquet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

func TestCreateRefuses(t *testing.T) {
	i64 := arrow.PrimitiveTypes.Int64
	for _, c := range []struct {
		typ  arrow.DataType
		want string
	}{
		{arrow.MapOf(arrow.BinaryTypes.String, i64), "list of structs"},
		{arrow.FixedSizeListOf(3, i64), "make it a list"},
		{arrow.ListOf(arrow.FixedSizeListOf(3, i64)), "make it a list"},
		{arrow.StructOf(), "without fields"},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: i64}, "plain column"},
		{arrow.FixedWidthTypes.MonthInterval, "no Parquet form"},
		{arrow.FixedWidthTypes.Float16, "no Parquet form"},
		{arrow.BinaryTypes.StringView, "no Parquet form"},
		{&arrow.Decimal256Type{Precision: 50, Scale: 2}, "no Parquet form"},
		{arrow.RunEndEncodedOf(arrow.PrimitiveTypes.Int32, i64), "no Parquet form"},
	} {
		var out bytes.Buffer
		s := arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.typ}}, nil)
		_, err := Codec{}.Create(&out, s, formats.WriteOptions{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"c"`) {
			t.Errorf("Create(%s) = %v, want an error with %q and the column", c.typ, err, c.want)
		}
		if out.Len() > 0 {
			t.Errorf("Create(%s) wrote %d bytes before its error", c.typ, out.Len())
		}
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "c", Type: i64}}, nil)
	if _, err := (Codec{}).Create(io.Discard, s, formats.WriteOptions{Compression: "lz4"}); err == nil {
		t.Error("Create with lz4 gave no error")
	}
}

func TestWriteRefuses(t *testing.T) {
	second := &arrow.TimestampType{Unit: arrow.Second}
	for _, c := range []struct {
		name   string
		typ    arrow.DataType
		null   bool
		rows   string
		schema arrow.DataType // of the file, where it differs
	}{
		{"a null that the schema rules out", arrow.PrimitiveTypes.Int64, false, `{"c":null}`, nil},
		{"a nested null", arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int64), true, `{"c":[null]}`, nil},
		{"a column of another type", arrow.PrimitiveTypes.Int64, true, `{"c":1}`, arrow.PrimitiveTypes.Int32},
		{"a time beyond milliseconds", second, true, `{"c":9223372036854774784}`, nil},
		{"a decimal beyond its precision", &arrow.Decimal128Type{Precision: 38}, true, `{"c":"9223372036854775808"}`, &arrow.Decimal128Type{Precision: 18}},
		{"a wide decimal beyond its precision", &arrow.Decimal128Type{Precision: 38}, true, `{"c":"99999999999999999999999999999999999999"}`, &arrow.Decimal128Type{Precision: 19}},
	} {
		s := arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.typ, Nullable: c.null}}, nil)
		b := fromJSON(t, memory.DefaultAllocator, s, c.rows)
		if c.schema != nil {
			s = arrow.NewSchema([]arrow.Field{{Name: "c", Type: c.schema, Nullable: true}}, nil)
			if c.schema.ID() == c.typ.ID() { // the same bytes under a narrower name
				d := b.Column(0).Data()
				a := array.MakeFromData(array.NewData(c.schema, d.Len(), d.Buffers(), nil, d.NullN(), 0))
				b = array.NewRecord(s, []arrow.Array{a}, b.NumRows())
			}
		}
		w, err := Codec{}.Create(io.Discard, s, formats.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = w.Write(b)
		if err == nil || !strings.Contains(err.Error(), `"c"`) {
			t.Errorf("%s: Write = %v, want an error with the column", c.name, err)
		}
		if w.Close() == nil {
			t.Errorf("%s: Close after a failed Write gave no error", c.name)
		}
	}
}

// full is a disk of so many bytes.
type full int

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	s, rows := everySchema(true)
	b := fromJSON(t, memory.DefaultAllocator, s, rows...)
	size := len(encode(t, s, formats.WriteOptions{}, b))
	for n := 0; n < size; n += 97 {
		disk := full(n)
		w, err := Codec{}.Create(&disk, s, formats.WriteOptions{RowsPerGroup: 1})
		if err == nil {
			_ = w.Write(b) // its error must come back from Close
			err = w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Fatalf("a disk of %d of %d bytes: %v, want disk full", n, size, err)
		}
	}
}

// broken is a disk that fails behind some byte: no fault of the file.
type broken struct{ *bytes.Reader }

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at < 100 && at > 0 {
		return 0, errors.New("bad sector")
	}
	return b.Reader.ReadAt(p, at)
}

func TestBadDisk(t *testing.T) {
	s, rows := everySchema(true)
	data := encode(t, s, formats.WriteOptions{}, fromJSON(t, memory.DefaultAllocator, s, rows...))
	in := input(data)
	in.ReaderAt = broken{bytes.NewReader(data)}
	st, err := Codec{}.Read(context.Background(), in, formats.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range st.Batches(context.Background()) {
		if err != nil {
			break
		}
	}
	if err == nil || errors.Is(err, formats.ErrCorrupt) || !strings.Contains(err.Error(), "bad sector") {
		t.Errorf("Batches = %v, want the disk's error, not corrupt", err)
	}
}

func TestProjection(t *testing.T) {
	s, rows := everySchema(true)
	b := fromJSON(t, memory.DefaultAllocator, s, rows...)
	data := encode(t, s, formats.WriteOptions{}, b)
	names := []string{s.Field(44).Name, s.Field(4).Name, s.Field(33).Name, s.Field(4).Name}
	st, err := Codec{}.Read(context.Background(), input(data), formats.ReadOptions{Columns: names})
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.FactsOf(s)
	if err != nil || len(want.Refs) == 0 {
		t.Fatalf("facts of the schema: %v, %v; the test wants a reference of a column that is dropped", want, err)
	}
	want.Refs = nil
	if got, fault := table.FactsOf(st.Schema()); fault != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("facts = %v, %v, want %v", got, fault, want)
	}
	for got, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range names {
			want := b.Column(s.FieldIndices(n)[0])
			if got.ColumnName(i) != n {
				t.Errorf("column %d = %q, want %q", i, got.ColumnName(i), n)
			}
			for k := range int(got.NumRows()) {
				if g, w := got.Column(i).ValueStr(k), want.ValueStr(k); g != w {
					t.Errorf("column %q row %d = %q, want %q", n, k, g, w)
				}
			}
		}
	}
	none, _, err := decode(data, formats.ReadOptions{Columns: []string{}})
	if err != nil || len(none) != 3 {
		t.Errorf("no columns: %d rows, %v, want 3", len(none), err)
	}
	var missing *table.NoColumnError
	if _, _, err := decode(data, formats.ReadOptions{Columns: []string{"absent"}}); !errors.As(err, &missing) {
		t.Errorf("an absent column: %v, want NoColumnError", err)
	}
}

// TestSlicesAndNullValues writes what builders seldom make: arrays that begin
// in the middle, dictionaries with a null value, dictionaries that change.
func TestSlicesAndNullValues(t *testing.T) {
	s, rows := everySchema(true)
	b := fromJSON(t, memory.DefaultAllocator, s, append(rows, rows...)...)
	data := encode(t, s, formats.WriteOptions{}, b.NewSlice(2, 5), b.NewSlice(1, 1), b.NewSlice(5, 6))
	got, _, err := decode(data, formats.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, got, textRows(b)[2:])

	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	ds := arrow.NewSchema([]arrow.Field{{Name: "k", Type: dt, Nullable: true}}, nil)
	batch := func(values string, codes string) table.Batch {
		v, _, err := array.FromJSON(memory.DefaultAllocator, dt.ValueType, strings.NewReader(values))
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := array.FromJSON(memory.DefaultAllocator, dt.IndexType, strings.NewReader(codes))
		if err != nil {
			t.Fatal(err)
		}
		return array.NewRecord(ds, []arrow.Array{array.NewDictionaryArray(dt, c, v)}, int64(c.Len()))
	}
	batches := []table.Batch{batch(`["a",null,"b"]`, `[0,1,2,null,0]`), batch(`["b","c","unused"]`, `[0,1]`), batch(`[]`, `[null]`)}
	for _, group := range []int64{0, 3} {
		out := encode(t, ds, formats.WriteOptions{RowsPerGroup: group}, batches...)
		rows, _, err := decode(out, formats.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		compareRows(t, rows, []string{"|a", "|(null)", "|b", "|(null)", "|a", "|b", "|c", "|(null)"})
		if bytes.Contains(out, []byte("unused")) {
			t.Error("a value that no cell has was written")
		}
		// One dictionary for the whole file, in every batch.
		st, err := Codec{}.Read(context.Background(), input(out), formats.ReadOptions{RowsPerBatch: 2})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range st.Batches(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if n := b.Column(0).(*array.Dictionary).Dictionary().Len(); n != 3 {
				t.Errorf("a batch has a dictionary of %d values, want the file's 3", n)
			}
		}
	}
}

func TestEmptyTable(t *testing.T) {
	s, _ := everySchema(true)
	rows, gs, err := decode(encode(t, s, formats.WriteOptions{}), formats.ReadOptions{})
	if err != nil || len(rows) != 0 || !gs.Equal(s) {
		t.Errorf("an empty table reads as %d rows, %v, %v", len(rows), gs, err)
	}
}
