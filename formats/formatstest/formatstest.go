// Package formatstest holds the laws that every codec keeps. A codec's test is
// one call:
//
//	formatstest.Run(t, ipc.File{}, formatstest.Traits{})
//
// The laws: what is written reads the same, for every type, in any batches, with
// nulls everywhere, sliced or not, and the same bytes come out of any number of
// goroutines; a type that a format cannot hold is refused when the file is
// created, never lost; a file cut at any byte is an error wherever the format
// can tell; flipped bytes give an error that matches formats.ErrCorrupt or a
// table, and never a panic; all memory asked for is given back, however reading
// ends; columns are projected in the order asked for; a cancelled context ends
// reading; a writer whose output fails says so.
package formatstest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// Traits say what a format is like. The zero value is a format that holds every
// type and its own schema, and can always tell that it was cut.
type Traits struct {
	// Lacks names the types, as [Types] does, that Create refuses although the
	// house needs them: each is a limit that the codec's doc states.
	Lacks []string
	// NoSchema says that a file has no types: the suite declares the schema when
	// it reads. Nullability and metadata then come from the declaration.
	NoSchema bool
	// CutReadsShorter says that a file cut between two records reads as a
	// shorter one, because nothing in the format marks its end.
	CutReadsShorter bool
	// CutTearsCell says that, beside this, a cut may shorten the last cell of the
	// last row, because nothing marks a cell's end there.
	CutTearsCell bool
	// OneDictionary says that batches bring no values into a dictionary column
	// that its first batch did not have.
	OneDictionary bool
	// GoMemory says that batches are plain Go slices, so that the codec never asks
	// ReadOptions.Allocator and has nothing to give back.
	GoMemory bool
	// Compressions are the values of WriteOptions.Compression. Default only "".
	Compressions []string
}

// Run holds a codec against all laws.
func Run(t *testing.T, c formats.Codec, traits Traits) {
	s := &suite{c: c, traits: traits}
	if len(traits.Compressions) == 0 {
		s.traits.Compressions = []string{""}
	}
	for _, law := range []struct {
		name string
		hold func(*testing.T)
	}{
		{"Types", s.types},
		{"Empty", s.empty},
		{"EmptySlices", s.emptySlices},
		{"Batches", s.batches},
		{"Slices", s.slices},
		{"Metadata", s.metadata},
		{"Parallel", s.parallel},
		{"Columns", s.columns},
		{"Cut", s.cut},
		{"Flip", s.flip},
		{"Release", s.release},
		{"Cancel", s.cancel},
		{"Once", s.once},
		{"FailingOutput", s.failingOutput},
		{"WrongBatch", s.wrongBatch},
	} {
		t.Run(law.name, law.hold)
	}
}

type suite struct {
	c      formats.Codec
	traits Traits
	schema *arrow.Schema // of the sample
}

// write gives the file of some batches.
func (s *suite) write(schema *arrow.Schema, opt formats.WriteOptions, batches ...table.Batch) ([]byte, error) {
	var buf bytes.Buffer
	w, err := s.c.Create(&buf, schema, opt)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err = w.Write(b); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return buf.Bytes(), err
}

// open starts to read a file's bytes.
func (s *suite) open(data []byte, schema *arrow.Schema, opt formats.ReadOptions) (table.Stream, error) {
	if s.traits.NoSchema {
		opt.Schema = schema
	}
	in := formats.Input{Name: "in", Reader: bytes.NewReader(data)}
	if s.c.RandomAccess() {
		in.ReaderAt, in.Size = bytes.NewReader(data), int64(len(data))
	}
	return s.c.Read(context.Background(), in, opt)
}

// read gives the text of all cells of a file.
func (s *suite) read(data []byte, schema *arrow.Schema, opt formats.ReadOptions) (cells, *arrow.Schema, error) {
	st, err := s.open(data, schema, opt)
	if err != nil {
		return nil, nil, err
	}
	var out cells
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			return out, st.Schema(), err
		}
		if out, err = out.add(b); err != nil {
			return out, st.Schema(), err
		}
	}
	return out, st.Schema(), nil
}

// mustWrite is write where nothing can go wrong.
func (s *suite) mustWrite(t *testing.T, opt formats.WriteOptions, batches ...table.Batch) []byte {
	t.Helper()
	data, err := s.write(batches[0].Schema(), opt, batches...)
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	return data
}

// same reads a file and compares it with the batches that were written.
func (s *suite) same(t *testing.T, data []byte, batches ...table.Batch) {
	t.Helper()
	schema := batches[0].Schema()
	got, gotSchema, err := s.read(data, schema, formats.ReadOptions{})
	if err != nil {
		t.Fatalf("read what was written: %v", err)
	}
	if !gotSchema.Equal(schema) {
		t.Errorf("read schema %v, want %v", gotSchema, schema)
	}
	if diff := got.differ(textOf(batches...)); diff != "" {
		t.Error(diff)
	}
}

// sample is a table of several types in two batches, for laws that do not look
// at a type.
func (s *suite) sample(t *testing.T, mem memory.Allocator) (*arrow.Schema, []table.Batch) {
	t.Helper()
	if s.schema == nil {
		var fields []arrow.Field
		for _, name := range []string{"int64", "string", "float64", "decimal128(18,2)", "timestamp(us,UTC)", "dictionary", "list", "struct"} {
			f := arrow.Field{Name: fmt.Sprintf("c%d", len(fields)), Type: typeOf(name), Nullable: true}
			if _, err := s.write(arrow.NewSchema([]arrow.Field{f}, nil), formats.WriteOptions{}); err == nil {
				fields = append(fields, f)
			}
		}
		s.schema = arrow.NewSchema(fields, nil)
	}
	return s.schema, []table.Batch{fill(mem, s.schema, 0, 5), fill(mem, s.schema, 5, 3)}
}
