package ipc

import (
	"bytes"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
)

// TestReuse reads batches into the memory of those before, and keeps a batch
// that was retained.
func TestReuse(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "k", Type: arrow.PrimitiveTypes.Int64}, {Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	var file bytes.Buffer
	w, err := File{}.Create(&file, schema, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const batches, rows = 6, 1000
	for k := range batches {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for range rows {
			b.Field(0).(*array.Int64Builder).Append(int64(k))
			b.Field(1).(*array.StringBuilder).Append(string(rune('a' + k)))
		}
		if err = w.Write(b.NewRecord()); err != nil {
			t.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	holds := func(b arrow.Record, k int) {
		t.Helper()
		for i := range rows {
			if got, text := b.Column(0).(*array.Int64).Value(i), b.Column(1).(*array.String).Value(i); got != int64(k) || text != string(rune('a'+k)) {
				t.Fatalf("batch %d, row %d = %d, %q", k, i, got, text)
			}
		}
	}
	in := formats.Input{Name: "f", ReaderAt: bytes.NewReader(file.Bytes()), Size: int64(file.Len())}
	s, err := File{}.Read(t.Context(), in, formats.ReadOptions{Reuse: true})
	if err != nil {
		t.Fatal(err)
	}
	used := map[*int64]bool{}
	var kept arrow.Record
	k := 0
	for b, err := range s.Batches(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		holds(b, k)
		used[&b.Column(0).(*array.Int64).Int64Values()[0]] = true
		if k == 2 {
			b.Retain()
			kept = b
		}
		k++
	}
	if k != batches || len(used) != 2 {
		t.Errorf("%d batches lay in %d places, want %d in 2: one that was kept, one for all others", k, len(used), batches)
	}
	holds(kept, 2)
	kept.Release()
}
