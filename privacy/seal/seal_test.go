package seal

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

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// sampleSchema has clear and sealed columns of several layouts, and metadata.
func sampleSchema() *arrow.Schema {
	s := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "city", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "income", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "flag", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "land", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.PrimitiveTypes.Int32}, Nullable: true},
	}, nil)
	s = table.WithFacts(s, table.Facts{Name: "people", Key: "id"})
	return arrow.NewSchema(s.Fields(), ptr(s.Metadata()))
}

func ptr[T any](v T) *T { return &v }

func sampleBatch(s *arrow.Schema, first, n int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	r := rand.New(rand.NewPCG(uint64(first), 1))
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(first + i))
		name := b.Field(1).(*array.StringBuilder)
		if r.IntN(9) == 0 {
			name.AppendNull()
		} else {
			name.Append(fmt.Sprintf("person-%d", r.IntN(1e6)))
		}
		if err := b.Field(2).(*array.BinaryDictionaryBuilder).AppendString([]string{"Oslo", "Lima", "Bonn"}[r.IntN(3)]); err != nil {
			panic(err)
		}
		if r.IntN(5) == 0 {
			b.Field(3).AppendNull()
		} else {
			b.Field(3).(*array.Float64Builder).Append(r.Float64() * 1e5)
		}
		l := b.Field(4).(*array.ListBuilder)
		l.Append(true)
		for range r.IntN(3) {
			l.ValueBuilder().(*array.StringBuilder).Append("t")
		}
		b.Field(5).(*array.BooleanBuilder).Append(r.IntN(2) == 0)
		if err := b.Field(6).(*array.Int32DictionaryBuilder).Append(int32(r.IntN(4))); err != nil {
			panic(err)
		}
	}
	return b.NewRecord()
}

func sample(sizes ...int) (*arrow.Schema, []arrow.Record) {
	s := sampleSchema()
	var out []arrow.Record
	first := 0
	for _, n := range sizes {
		out = append(out, sampleBatch(s, first, n))
		first += n
	}
	return s, out
}

func identity(t testing.TB) *keys.Identity {
	t.Helper()
	id, err := keys.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sealed(t testing.TB, s *arrow.Schema, batches []arrow.Record, opt Options) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := Create(&b, s, opt)
	if err != nil {
		t.Fatalf("Create() = %v", err)
	}
	for _, r := range batches {
		if err := w.Write(r); err != nil {
			t.Fatalf("Write() = %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
	return b.Bytes()
}

// readAll opens everything that the keys open.
func readAll(data []byte, u Unlock) ([]arrow.Record, error) {
	r, err := OpenWith(bytes.NewReader(data), int64(len(data)), u)
	if err != nil {
		return nil, err
	}
	st, err := r.Stream(nil)
	if err != nil {
		return nil, err
	}
	return table.Collect(context.Background(), st)
}

func with1(ids ...*keys.Identity) Unlock { return Unlock{Identities: ids} }

// plainOf is the batch as a seal keeps it: clear dictionaries decoded.
func plainColumn(t testing.TB, a arrow.Array) arrow.Array {
	t.Helper()
	if d, ok := a.(*array.Dictionary); ok {
		p, err := decodeDictionary(d)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	return a
}

func TestRoundTrip(t *testing.T) {
	team, audit, stranger := identity(t), identity(t), identity(t)
	opt := Options{Grants: []Grant{
		{Name: "team", Recipient: team.Recipient(), Columns: []string{"name", "city"}},
		{Name: "audit", Recipient: audit.Recipient()},
	}, Columns: []string{"tags"}}
	for _, sizes := range [][]int{{}, {1}, {0}, {7}, {100, 1, 64}, {40000, 70000}} {
		s, batches := sample(sizes...)
		data := sealed(t, s, batches, opt)
		if _, err := readAll(data, with1(stranger)); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("sizes %v: open with a stranger's key = %v, want ErrNoKey", sizes, err)
		}
		got, err := readAll(data, with1(audit))
		if err != nil {
			t.Fatalf("sizes %v: open = %v", sizes, err)
		}
		compare(t, s, batches, got)
		r, err := Open(bytes.NewReader(data), int64(len(data)), []*keys.Identity{stranger, team})
		if err != nil {
			t.Fatal(err)
		}
		if g := r.Granted(); fmt.Sprint(g) != "[name city]" {
			t.Errorf("Granted() = %v, want [name city]", g)
		}
		if _, err = r.Stream([]string{"tags"}); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("stream of a column that is not granted = %v, want ErrNoKey", err)
		}
		st, err := r.Stream([]string{"city", "id"})
		if err != nil {
			t.Fatal(err)
		}
		part, err := table.Collect(context.Background(), st)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for _, b := range part {
			n += b.NumRows()
		}
		if want := r.Rows(); n != want {
			t.Errorf("rows = %d, want %d", n, want)
		}
		for i := range r.Batches() {
			b, err := r.Batch(context.Background(), i, []string{"name"})
			if err != nil {
				t.Fatalf("Batch(%d) = %v", i, err)
			}
			if !array.Equal(b.Column(0), got[i].Column(1)) {
				t.Errorf("Batch(%d) differs from the stream", i)
			}
			b.Release()
		}
	}
}

func compare(t *testing.T, s *arrow.Schema, want, got []arrow.Record) {
	t.Helper()
	var kept []arrow.Record
	for _, b := range want {
		if b.NumRows() > 0 {
			kept = append(kept, b)
		}
	}
	if len(got) != len(kept) {
		t.Fatalf("%d batches, want %d", len(got), len(kept))
	}
	for i := range got {
		if int(got[i].NumCols()) != s.NumFields() {
			t.Fatalf("batch %d has %d columns, want %d", i, got[i].NumCols(), s.NumFields())
		}
		for c := range s.NumFields() {
			w, g := plainColumn(t, kept[i].Column(c)), plainColumn(t, got[i].Column(c))
			if !array.Equal(w, g) {
				t.Errorf("batch %d column %q differs", i, s.Field(c).Name)
			}
		}
	}
}

func intBatch(s *arrow.Schema, first, n int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	for f := range s.NumFields() {
		for i := range n {
			b.Field(f).(*array.Int64Builder).Append(int64(first + i + 1000*f))
		}
	}
	return b.NewRecord()
}
