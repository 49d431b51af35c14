package formatstest

import (
	"bytes"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// types: each type alone, with nulls and without, comes back as it was.
func (s *suite) types(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			lacks := slices.Contains(s.traits.Lacks, k.name)
			for _, nullable := range []bool{true, false} {
				if k.typ.ID() == arrow.NULL && !nullable {
					continue
				}
				schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "x", Type: k.typ, Nullable: nullable}}, nil)
				n := 2*len(k.values) + 3
				batches := []table.Batch{fill(memory.DefaultAllocator, schema, 0, n), fill(memory.DefaultAllocator, schema, 1, n)}
				for _, comp := range s.traits.Compressions {
					_, err := s.c.Create(&bytes.Buffer{}, schema, formats.WriteOptions{Compression: comp})
					switch {
					case err == nil && lacks:
						t.Fatal("Create took a type that the codec is said to lack")
					case err != nil && !lacks && !k.optional:
						t.Fatalf("Create: %v", err)
					case err != nil:
						return
					}
					s.same(t, s.mustWrite(t, formats.WriteOptions{Compression: comp}, batches...), batches...)
				}
			}
		})
	}
}

// empty: a table of no batches, or of batches without rows, keeps its schema.
func (s *suite) empty(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	none := batches[0].NewSlice(0, 0)
	defer none.Release()
	for _, c := range []struct {
		name    string
		batches []table.Batch
		rows    int
	}{
		{"no batch", nil, 0},
		{"no rows", []table.Batch{none, none}, 0},
		{"no rows, then some", []table.Batch{none, batches[0], none}, int(batches[0].NumRows())},
	} {
		data, err := s.write(schema, formats.WriteOptions{}, c.batches...)
		if err != nil {
			t.Fatalf("%s: write: %v", c.name, err)
		}
		got, gotSchema, err := s.read(data, schema, formats.ReadOptions{})
		if err != nil {
			t.Fatalf("%s: read: %v", c.name, err)
		}
		if !gotSchema.Equal(schema) || got.rows() != c.rows {
			t.Errorf("%s: read %d rows of %v, want %d of %v", c.name, got.rows(), gotSchema, c.rows, schema)
		}
	}
}

// emptySlices: a batch without rows that was cut out of another, of every type.
func (s *suite) emptySlices(t *testing.T) {
	for _, k := range kinds() {
		schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "x", Type: k.typ, Nullable: true}}, nil)
		if _, err := s.c.Create(&bytes.Buffer{}, schema, formats.WriteOptions{}); err != nil {
			continue // types says whether that is right
		}
		b := fill(memory.DefaultAllocator, schema, 0, 10)
		for _, at := range []int64{0, 4, 10} {
			data, err := s.write(schema, formats.WriteOptions{}, b.NewSlice(at, at))
			if err != nil {
				t.Errorf("%s: write: %v", k.name, err)
				continue
			}
			if got, _, err := s.read(data, schema, formats.ReadOptions{}); err != nil || got.rows() != 0 {
				t.Errorf("%s: read %d rows, %v", k.name, got.rows(), err)
			}
		}
	}
}

// batches: many batches of odd sizes read as one table, and small batches are
// made where they are asked for.
func (s *suite) batches(t *testing.T) {
	schema, _ := s.sample(t, memory.DefaultAllocator)
	var batches []table.Batch
	first := 0
	sizes := []int{1, 100, 3, 0, 1000, 7, 1, 1300}
	if s.traits.OneDictionary {
		sizes[0], sizes[1] = sizes[1], sizes[0]
	}
	for _, n := range sizes {
		batches = append(batches, fill(memory.DefaultAllocator, schema, first, n))
		first += n
	}
	data := s.mustWrite(t, formats.WriteOptions{RowsPerGroup: 1000}, batches...)
	s.same(t, data, batches...)
	got, _, err := s.read(data, schema, formats.ReadOptions{RowsPerBatch: 10, SampleRows: 3})
	if err != nil {
		t.Fatal(err)
	}
	if diff := got.differ(textOf(batches...)); diff != "" {
		t.Error("in batches of 10: ", diff)
	}
}

// slices: a batch that starts inside its buffers is written from where it starts.
func (s *suite) slices(t *testing.T) {
	for _, k := range kinds() {
		schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "x", Type: k.typ, Nullable: true}}, nil)
		if _, err := s.c.Create(&bytes.Buffer{}, schema, formats.WriteOptions{}); err != nil {
			continue // types says whether that is right
		}
		whole := fill(memory.DefaultAllocator, schema, 0, 40)
		part := whole.NewSlice(11, 33)
		if text, err := s.write(schema, formats.WriteOptions{}, part); err != nil {
			t.Errorf("%s: write: %v", k.name, err)
		} else if got, _, err := s.read(text, schema, formats.ReadOptions{}); err != nil {
			t.Errorf("%s: read: %v", k.name, err)
		} else if diff := got.differ(textOf(part)); diff != "" {
			t.Errorf("%s: %s", k.name, diff)
		}
		part.Release()
		whole.Release()
	}
}

// metadata: roles, origins, key and references survive.
func (s *suite) metadata(t *testing.T) {
	id := table.WithLabel(arrow.Field{Name: "id", Type: arrow.PrimitiveTypes.Int64}, table.Label{Role: table.RoleID, Origin: table.OriginSynthetic})
	name := table.WithLabel(arrow.Field{Name: "näme, \"x\"", Type: arrow.BinaryTypes.String, Nullable: true}, table.Label{Role: table.RoleDirect, Origin: table.OriginReal})
	schema := table.WithFacts(arrow.NewSchema([]arrow.Field{id, name}, nil), table.Facts{Name: "t", Key: "id", Refs: []table.Ref{{Column: "id", Table: "u", Key: "k"}}})
	b := fill(memory.DefaultAllocator, schema, 0, 6)
	_, got, err := s.read(s.mustWrite(t, formats.WriteOptions{}, b), schema, formats.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Metadata().Equal(schema.Metadata()) {
		t.Errorf("schema metadata = %v, want %v", got.Metadata(), schema.Metadata())
	}
	for i, f := range got.Fields() {
		if want := schema.Field(i); f.Name != want.Name || f.Nullable != want.Nullable || !f.Metadata.Equal(want.Metadata) {
			t.Errorf("field %d = %v %v, want %v %v", i, f, f.Metadata, want, want.Metadata)
		}
	}
}

// parallel: any number of goroutines writes the same bytes.
func (s *suite) parallel(t *testing.T) {
	schema, _ := s.sample(t, memory.DefaultAllocator)
	b := repeat(fill(memory.DefaultAllocator, schema, 0, 500), 40)
	want := s.mustWrite(t, formats.WriteOptions{}, b, b)
	for _, n := range []int{2, 3} {
		if got := s.mustWrite(t, formats.WriteOptions{Parallel: n}, b, b); !bytes.Equal(got, want) {
			t.Errorf("Parallel %d wrote %d bytes that differ from the %d of one", n, len(got), len(want))
		}
	}
}

// repeat makes a batch of n times the rows of one.
func repeat(b table.Batch, n int) table.Batch {
	cols := make([]arrow.Array, b.NumCols())
	for i, a := range b.Columns() {
		var err error
		if cols[i], err = array.Concatenate(slices.Repeat([]arrow.Array{a}, n), memory.DefaultAllocator); err != nil {
			panic("formatstest: " + err.Error()) // equal types always join
		}
	}
	return array.NewRecord(b.Schema(), cols, b.NumRows()*int64(n))
}

// columns: only those asked for, in that order; an unknown one is an error.
func (s *suite) columns(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	data := s.mustWrite(t, formats.WriteOptions{}, batches...)
	last := schema.NumFields() - 1
	got, gotSchema, err := s.read(data, schema, formats.ReadOptions{Columns: []string{schema.Field(last).Name, schema.Field(0).Name}})
	if err != nil {
		t.Fatal(err)
	}
	if gotSchema.NumFields() != 2 || gotSchema.Field(0).Name != schema.Field(last).Name || gotSchema.Field(1).Name != schema.Field(0).Name {
		t.Fatalf("the last and the first column read as %v", gotSchema)
	}
	facts, err := table.FactsOf(gotSchema)
	if err != nil {
		t.Fatal(err)
	}
	if facts.Key != "" && gotSchema.FieldIndices(facts.Key) == nil {
		t.Errorf("the key %q is of a column that was not read", facts.Key)
	}
	for _, r := range facts.Refs {
		if gotSchema.FieldIndices(r.Column) == nil {
			t.Errorf("a reference is of the column %q, which was not read", r.Column)
		}
	}
	all := textOf(batches...)
	if diff := got.differ(cells{all[last], all[0]}); diff != "" {
		t.Error(diff)
	}
	if _, _, err := s.read(data, schema, formats.ReadOptions{Columns: []string{"nobody"}}); err == nil {
		t.Error("a column that is not there was read")
	}
}

// wrongBatch: a batch of another width is an error.
func (s *suite) wrongBatch(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	narrow := arrow.NewSchema(schema.Fields()[:1], nil)
	b := array.NewRecord(narrow, batches[0].Columns()[:1], batches[0].NumRows())
	if _, err := s.write(schema, formats.WriteOptions{}, b); err == nil {
		t.Error("a batch without most columns was written")
	}
}
