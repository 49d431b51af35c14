package ipc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

func sample(t testing.TB) (*arrow.Schema, []table.Batch) {
	t.Helper()
	dict := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	s := table.WithFacts(arrow.NewSchema([]arrow.Field{
		table.WithLabel(arrow.Field{Name: "id", Type: arrow.PrimitiveTypes.Int64}, table.Label{Role: table.RoleID}),
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "kind", Type: dict, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Europe/Vienna"}, Nullable: true},
		{Name: "sum", Type: &arrow.Decimal128Type{Precision: 18, Scale: 2}, Nullable: true},
	}, nil), table.Facts{Name: "t", Key: "id"})
	texts := []string{
		`[{"id":1,"name":"a","kind":"x","tags":["p","q"],"at":"2024-01-01T00:00:00Z","sum":"1.50"},{"id":2,"name":null,"kind":"y","tags":[],"at":null,"sum":null}]`,
		`[{"id":3,"name":"","kind":null,"tags":null,"at":"2024-06-01T00:00:00Z","sum":"-2.00"},{"id":4,"name":"ü","kind":"x","tags":[""],"at":null,"sum":"0.01"}]`,
	}
	var out []table.Batch
	for _, text := range texts {
		b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return s, out
}

func encode(t testing.TB, c formats.Codec, comp string) []byte {
	t.Helper()
	s, batches := sample(t)
	var buf bytes.Buffer
	w, err := c.Create(&buf, s, formats.WriteOptions{Compression: comp})
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

func decode(c formats.Codec, data []byte) (string, *arrow.Schema, error) {
	in := formats.Input{Name: "in", Reader: bytes.NewReader(data), ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	st, err := c.Read(context.Background(), in, formats.ReadOptions{})
	if err != nil {
		return "", nil, err
	}
	out := ""
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			return out, st.Schema(), err
		}
		for i := range int(b.NumCols()) {
			for k := range int(b.NumRows()) {
				if b.Column(i).IsNull(k) {
					out += "|null"
					continue
				}
				out += "|" + b.Column(i).ValueStr(k)
			}
		}
	}
	return out, st.Schema(), nil
}

func codecs() []formats.Codec { return []formats.Codec{File{}, Stream{}} }

func TestRoundTrip(t *testing.T) {
	for _, c := range codecs() {
		for _, comp := range []string{"", "none", "lz4", "zstd"} {
			t.Run(c.Name()+comp, func(t *testing.T) {
				got, s, err := decode(c, encode(t, c, comp))
				if err != nil {
					t.Fatal(err)
				}
				want, _ := sample(t)
				if !s.Equal(want) || !s.Metadata().Equal(want.Metadata()) {
					t.Errorf("schema = %v, want %v", s, want)
				}
				if n := bytes.Count([]byte(got), []byte("|")); n != 24 {
					t.Errorf("read %d cells, want 24: %s", n, got)
				}
			})
		}
	}
}

func TestCutIsAnError(t *testing.T) {
	data := encode(t, File{}, "")
	for n := range data {
		if _, _, err := decode(File{}, data[:n]); !errors.Is(err, formats.ErrCorrupt) {
			t.Fatalf("a file of %d of %d bytes: %v, want corrupt", n, len(data), err)
		}
	}
	whole, _, _ := decode(Stream{}, encode(t, Stream{}, ""))
	stream := encode(t, Stream{}, "")
	short := 0
	for n := range stream {
		got, _, err := decode(Stream{}, stream[:n])
		if err == nil && got != whole {
			short++ // cut between messages: the format allows it
		}
		if err != nil && !errors.Is(err, formats.ErrCorrupt) {
			t.Fatalf("a stream of %d bytes: %v, want corrupt", n, err)
		}
	}
	// Before the last batch there are five messages: schema, two dictionaries
	// and a batch read as a shorter stream, nothing at all does not.
	if short != 4 {
		t.Errorf("%d cuts of a stream read as whole, want the 4 between its messages", short)
	}
}

func TestDictionariesAreUnified(t *testing.T) {
	dt := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	s := arrow.NewSchema([]arrow.Field{{Name: "k", Type: dt}}, nil)
	batch := func(text string) table.Batch {
		b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var buf bytes.Buffer
	w, err := File{}.Create(&buf, s, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`[{"k":"a"},{"k":"b"}]`, `[{"k":"b"},{"k":"b"}]`} {
		if err := w.Write(batch(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write(batch(`[{"k":"new"}]`)); err == nil {
		t.Error("a batch with a new dictionary value was written")
	}
	if err := w.Close(); err == nil {
		t.Error("Close after a failed Write gave no error")
	}
	if got, want := fmt.Sprint(len(buf.Bytes()) > 0), "true"; got != want {
		t.Errorf("wrote something = %s", got)
	}
}

func TestProjection(t *testing.T) {
	data := encode(t, File{}, "")
	in := formats.Input{Name: "in", ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	st, err := File{}.Read(context.Background(), in, formats.ReadOptions{Columns: []string{"sum", "id"}})
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range st.Batches(context.Background()) {
		if err != nil || b.NumCols() != 2 || b.ColumnName(0) != "sum" {
			t.Errorf("projected batch = %v, %v", b, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(encode(f, File{}, ""))
	f.Add(encode(f, File{}, "zstd"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := decode(File{}, data); err != nil && !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("decode = %v, want corrupt", err)
		}
	})
}

func FuzzStream(f *testing.F) {
	f.Add(encode(f, Stream{}, ""))
	f.Add(encode(f, Stream{}, "lz4"))
	f.Add(viewed(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := decode(Stream{}, data); err != nil && !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("decode = %v, want corrupt", err)
		}
	})
}
