package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// secrets is a table with a plain, a repeating and a nested column.
func secrets(rows int) (*arrow.Schema, arrow.Record) {
	s := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "city", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range rows {
		b.Field(0).(*array.Int64Builder).Append(int64(i) * 7)
		if r.IntN(5) == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append([]string{"Oslo", "Lima", "Bonn"}[r.IntN(3)])
		}
		l := b.Field(2).(*array.ListBuilder)
		l.Append(true)
		for range r.IntN(3) {
			l.ValueBuilder().(*array.StringBuilder).Append("tag")
		}
	}
	return s, b.NewRecord()
}

func keyOf(seed byte) []byte { return bytes.Repeat([]byte{seed}, 16) }

var (
	uniformKeys = ModularKeys{Footer: keyOf(1)}
	columnKeys  = ModularKeys{Footer: keyOf(1), Columns: map[string][]byte{"city": keyOf(2), "tags": bytes.Repeat([]byte{3}, 32)}, FooterName: "f", ColumnNames: map[string]string{"city": "c"}}
)

func modular(t testing.TB, k ModularKeys, rows int, opt formats.WriteOptions) (arrow.Record, []byte) {
	t.Helper()
	s, rec := secrets(rows)
	var b bytes.Buffer
	w, err := Encrypted{Keys: k}.Create(&b, s, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err = w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	return rec, b.Bytes()
}

func readModular(data []byte, k ModularKeys, columns []string) ([]arrow.Record, error) {
	in := formats.Input{Name: "f", Reader: bytes.NewReader(data), ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	st, err := Encrypted{Keys: k}.Read(context.Background(), in, formats.ReadOptions{Columns: columns, RowsPerBatch: 1 << 20})
	if err != nil {
		return nil, err
	}
	return table.Collect(context.Background(), st)
}

func TestModularRoundTrip(t *testing.T) {
	for name, k := range map[string]ModularKeys{"uniform": uniformKeys, "columns": columnKeys} {
		for _, opt := range []formats.WriteOptions{{RowsPerGroup: 40_000}, {RowsPerGroup: 40_000, Compression: "zstd", Parallel: 2}, {Compression: "none"}} {
			rec, data := modular(t, k, 70_000, opt)
			got, err := readModular(data, k, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			at := int64(0)
			for _, b := range got {
				want := rec.NewSlice(at, at+b.NumRows())
				if !array.RecordEqual(b, want) {
					t.Errorf("%s, %+v: the batch at row %d differs", name, opt, at)
				}
				at += b.NumRows()
			}
			if at != 70_000 {
				t.Errorf("%s: %d rows, want 70000", name, at)
			}
			if bytes.Contains(data, []byte("Oslo")) {
				t.Errorf("%s: a value stands in clear", name)
			}
		}
	}
}

func TestModularKeysAreNeeded(t *testing.T) {
	_, uni := modular(t, uniformKeys, 50, formats.WriteOptions{})
	_, col := modular(t, columnKeys, 50, formats.WriteOptions{})
	part := ModularKeys{Footer: keyOf(1), Columns: map[string][]byte{"city": keyOf(2)}}
	if _, err := readModular(col, part, []string{"id", "city"}); err != nil {
		t.Errorf("the columns whose keys are given: %v", err)
	}
	var clear bytes.Buffer
	s, rec := secrets(9)
	w, err := Codec{}.Create(&clear, s, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err = errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		data    []byte
		keys    ModularKeys
		columns []string
	}{
		"another footer key":       {uni, ModularKeys{Footer: keyOf(9)}, nil},
		"another signing key":      {col, ModularKeys{Footer: keyOf(9), Columns: columnKeys.Columns}, nil},
		"another column key":       {col, ModularKeys{Footer: keyOf(1), Columns: map[string][]byte{"city": keyOf(9), "tags": columnKeys.Columns["tags"]}}, nil},
		"a column without its key": {col, part, nil},
		"a short key":              {uni, ModularKeys{Footer: []byte("short")}, nil},
		"a clear file":             {clear.Bytes(), uniformKeys, nil},
	} {
		if _, err := readModular(x.data, x.keys, x.columns); !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("%s: read = %v, want ErrCorrupt", name, err)
		}
	}
	for _, data := range [][]byte{uni, col} {
		in := formats.Input{Name: "f", Reader: bytes.NewReader(data), ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
		if _, err := (Codec{}).Read(context.Background(), in, formats.ReadOptions{}); !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("read without keys = %v, want ErrCorrupt", err)
		}
	}
	if _, err := (Encrypted{Keys: ModularKeys{Footer: keyOf(1), Columns: map[string][]byte{"nobody": keyOf(2)}}}).Create(&clear, s, formats.WriteOptions{}); err == nil {
		t.Error("a key for a column that is not there was accepted")
	}
}

// Every byte of a uniform file is bound. In a file with column keys all but the
// pages of clear columns are.
func TestModularEveryByte(t *testing.T) {
	for name, k := range map[string]ModularKeys{"uniform": uniformKeys, "columns": columnKeys} {
		rec, data := modular(t, k, 12, formats.WriteOptions{Compression: "none"})
		b := bytes.Clone(data)
		for i := range b {
			b[i] ^= 1 << (i % 8)
			got, err := readModular(b, k, []string{"city", "tags"})
			if err == nil {
				s := rec.Schema()
				want := array.NewRecord(arrow.NewSchema(s.Fields()[1:], nil), rec.Columns()[1:], rec.NumRows())
				if name == "uniform" && !idPage(data, i) || len(got) != 1 || !array.RecordEqual(got[0], want) {
					t.Errorf("%s: a flip at %d of %d reads", name, i, len(b))
				}
			} else if !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("%s: a flip at %d = %v, want ErrCorrupt", name, i, err)
			}
			b[i] = data[i]
		}
		for i := range data {
			if _, err := readModular(data[:i], k, nil); !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("%s: cut at %d = %v, want ErrCorrupt", name, i, err)
			}
		}
	}
}

// idPage says whether a byte is of the first column's pages, which are not read
// when only the others are wanted.
func idPage(data []byte, i int) bool { return i >= 4 && i < 4+pagesOfID(data) }

func pagesOfID(data []byte) int {
	in := formats.Input{Name: "f", ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	f, err := open(in, &uniformKeys)
	if err != nil {
		return 0
	}
	return int(f.meta.groups[0].chunks[0].compressed)
}

// Pages cannot change places, between row groups, columns or files.
func TestModularSwaps(t *testing.T) {
	_, data := modular(t, uniformKeys, 64, formats.WriteOptions{Compression: "none", RowsPerGroup: 32})
	_, twin := modular(t, uniformKeys, 64, formats.WriteOptions{Compression: "none", RowsPerGroup: 32})
	in := formats.Input{Name: "f", ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	f, err := open(in, &uniformKeys)
	if err != nil {
		t.Fatal(err)
	}
	span := func(g int) (int64, int64) {
		c := f.meta.groups[g].chunks[0]
		return c.dataOffset, c.dataOffset + c.compressed
	}
	a0, a1 := span(0)
	b0, b1 := span(1)
	if a1-a0 != b1-b0 {
		t.Fatalf("chunks of %d and %d bytes", a1-a0, b1-b0)
	}
	swapped := bytes.Clone(data)
	copy(swapped[a0:a1], data[b0:b1])
	copy(swapped[b0:b1], data[a0:a1])
	foreign := bytes.Clone(data)
	copy(foreign[a0:a1], twin[a0:a1])
	for name, d := range map[string][]byte{"swapped": swapped, "of the twin": foreign} {
		if _, err := readModular(d, uniformKeys, nil); !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("%s: read = %v, want ErrCorrupt", name, err)
		}
	}
}

func FuzzModular(f *testing.F) {
	_, uni := modular(f, uniformKeys, 5, formats.WriteOptions{})
	_, col := modular(f, columnKeys, 5, formats.WriteOptions{})
	f.Add(uni)
	f.Add(col)
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, k := range []ModularKeys{uniformKeys, columnKeys} {
			if got, err := readModular(b, k, nil); err == nil {
				_ = fmt.Sprint(got)
			}
		}
	})
}
