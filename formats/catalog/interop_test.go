package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/table"
)

// expectation is what a file must hold, in words that no language owns: it
// stands beside the file under its name and .expect.json. A cell is a text:
//
//	null       ␀
//	bool       true, false
//	integers   digits
//	floats     the 16 hexadecimal digits of the float64, or NaN
//	decimal    digits with as many decimals as the scale
//	date       2006-01-02
//	timestamp  its count of units since 1970
//	text       as it is, of dictionaries too
//	binary     hexadecimal digits
//	list       [a,b]
//	struct     {a,b}
type expectation struct {
	Rows     int64             `json:"rows"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Columns  []expectedColumn  `json:"columns"`
}

type expectedColumn struct {
	Name     string            `json:"name"`
	Type     string            `json:"type"` // as class says
	Metadata map[string]string `json:"metadata,omitempty"`
	Cells    []string          `json:"cells"`
}

// class names a type in the same way for all readers. Strings, large strings
// and dictionaries are text to them, and so are the two widths of lists.
func class(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.StringType, *arrow.LargeStringType:
		return "text"
	case *arrow.DictionaryType:
		return class(t.ValueType)
	case *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.FixedSizeBinaryType:
		return "binary"
	case *arrow.Date32Type:
		return "date"
	case *arrow.TimestampType:
		return strings.TrimSpace("timestamp " + t.Unit.String() + " " + t.TimeZone)
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal %d %d", t.Precision, t.Scale)
	case *arrow.StructType:
		var members []string
		for _, f := range t.Fields() {
			members = append(members, f.Name+" "+class(f.Type))
		}
		return "struct<" + strings.Join(members, ", ") + ">"
	case arrow.ListLikeType:
		return "list<" + class(t.Elem()) + ">"
	}
	return t.Name() // int64, float, double, bool, null, ...
}

func cellText(a arrow.Array, i int) string {
	if a.IsNull(i) || a.DataType().ID() == arrow.NULL {
		return "␀" // a text may well be null
	}
	float := func(v float64) string {
		if math.IsNaN(v) {
			return "NaN"
		}
		return fmt.Sprintf("%016x", math.Float64bits(v))
	}
	switch a := a.(type) {
	case *array.Float32:
		return float(float64(a.Value(i)))
	case *array.Float64:
		return float(a.Value(i))
	case *array.Timestamp:
		return fmt.Sprint(int64(a.Value(i)))
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Dictionary:
		return cellText(a.Dictionary(), a.GetValueIndex(i))
	case *array.Binary:
		return fmt.Sprintf("%x", a.Value(i))
	case *array.LargeBinary:
		return fmt.Sprintf("%x", a.Value(i))
	case array.ListLike:
		from, to := a.ValueOffsets(i)
		var parts []string
		for k := from; k < to; k++ {
			parts = append(parts, cellText(a.ListValues(), int(k)))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case *array.Struct:
		var parts []string
		for k := range a.NumField() {
			parts = append(parts, cellText(a.Field(k), i))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return a.ValueStr(i)
}

func expect(s *arrow.Schema, batches ...table.Batch) expectation {
	e := expectation{Metadata: s.Metadata().ToMap()}
	for _, f := range s.Fields() {
		e.Columns = append(e.Columns, expectedColumn{Name: f.Name, Type: class(f.Type), Metadata: f.Metadata.ToMap(), Cells: []string{}})
	}
	for _, b := range batches {
		e.Rows += b.NumRows()
		for c, a := range b.Columns() {
			for i := range a.Len() {
				e.Columns[c].Cells = append(e.Columns[c].Cells, cellText(a, i))
			}
		}
	}
	return e
}

func writeExpectation(t *testing.T, path string, e expectation) {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if err = os.WriteFile(path+".expect.json", data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestInteropWrite fills the folder ours of VERISIM_INTEROP with a file of every
// format, compression and type, and an expectation beside each; then it states
// what the tables of a bundle's folder hold, which .ci/interop/run.sh put into
// bundle. Readers that are not ours judge both.
func TestInteropWrite(t *testing.T) {
	root := os.Getenv("VERISIM_INTEROP")
	if root == "" {
		t.Skip("VERISIM_INTEROP is not set; .ci/interop/run.sh sets it")
	}
	ours := filepath.Join(root, "ours")
	if err := os.MkdirAll(ours, 0o700); err != nil {
		t.Fatal(err)
	}
	all := labelled(formatstest.Table(60, "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "float32", "float64",
		"decimal128(18,2)", "decimal128(38,10)", "date", "timestamp(ms)", "timestamp(us)", "timestamp(us,UTC)", "timestamp(us,Europe/Vienna)",
		"string", "large_string", "binary", "dictionary", "list", "list(string)", "struct", "list(struct)"))
	flat := labelled(formatstest.Table(60, "int64", "bool", "float64", "date", "string"))
	for _, c := range []struct {
		name        string
		b           table.Batch
		compression string
	}{
		{"all.arrow", all, ""},
		{"all_lz4.arrow", all, "lz4"},
		{"all_zstd.arrow", all, "zstd"},
		{"all.arrows", all, ""},
		{"all.parquet", all, ""},
		{"all_zstd.parquet", all, "zstd"},
		{"all_none.parquet", all, "none"},
		{"empty.arrow", all.NewSlice(0, 0), ""},
		{"empty.parquet", all.NewSlice(0, 0), ""},
		{"flat.csv", flat, ""},
		{"flat.jsonl", labelled(formatstest.Table(60, "int64", "bool", "date", "string")), ""},
		{"floats.jsonl", labelled(formatstest.Table(60, "int64", "float64")), ""},
		{"flat.jsonl.gz", flat, ""},
		{"flat.csv.gz", flat, ""},
	} {
		path := filepath.Join(ours, c.name)
		codec, _, err := ByPath(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Create(path, codec, c.b.Schema(), CreateOptions{Replace: true, Write: formats.WriteOptions{Compression: c.compression, RowsPerGroup: 25}})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []table.Batch{c.b.NewSlice(0, c.b.NumRows()/2), c.b.NewSlice(c.b.NumRows()/2, c.b.NumRows())} {
			if err = f.Write(part); err != nil {
				t.Fatal(errors.Join(err, f.Abort()))
			}
		}
		if err = f.Close(); err != nil {
			t.Fatal(err)
		}
		writeExpectation(t, path, expect(c.b.Schema(), c.b))
	}
	tables, err := filepath.Glob(filepath.Join(root, "bundle", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tables {
		f, err := Open(context.Background(), OpenOptions{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		batches, err := table.Collect(context.Background(), f.Stream)
		if err != nil {
			t.Fatal(err)
		}
		writeExpectation(t, path, expect(f.Stream.Schema(), batches...))
		if err = f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// labelled gives a table the metadata that must reach other readers.
func labelled(b table.Batch) table.Batch {
	fields := b.Schema().Fields()
	fields[0] = table.WithLabel(fields[0], table.Label{Role: table.RoleID, Origin: table.OriginSynthetic})
	s := table.WithFacts(arrow.NewSchema(fields, nil), table.Facts{Name: "all", Key: fields[0].Name})
	return array.NewRecord(s, b.Columns(), b.NumRows())
}

// TestInteropRead reads the folder theirs of VERISIM_INTEROP, which
// .ci/interop/write.py filled, and compares with the expectations there.
func TestInteropRead(t *testing.T) {
	root := os.Getenv("VERISIM_INTEROP")
	if root == "" {
		t.Skip("VERISIM_INTEROP is not set; .ci/interop/run.sh sets it")
	}
	readTheirs(t, filepath.Join(root, "theirs"), 5)
}

// readTheirs compares every file of a folder that has an expectation.
func readTheirs(t *testing.T, dir string, atLeast int) {
	files, err := filepath.Glob(filepath.Join(dir, "*.expect.json"))
	if err != nil || len(files) < atLeast {
		t.Fatalf("%s has %d expectations, %v; want %d at least", dir, len(files), err, atLeast)
	}
	for _, name := range files {
		path := strings.TrimSuffix(name, ".expect.json")
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var want expectation
			if err = json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			f, err := Open(context.Background(), OpenOptions{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			batches, err := table.Collect(context.Background(), f.Stream)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, expect(f.Stream.Schema(), batches...), want)
		})
	}
}

// compare holds a table against what its writer said: metadata is compared for
// the keys that the writer names.
func compare(t *testing.T, got, want expectation) {
	t.Helper()
	if got.Rows != want.Rows || len(got.Columns) != len(want.Columns) {
		t.Fatalf("read %d rows of %d columns, want %d of %d", got.Rows, len(got.Columns), want.Rows, len(want.Columns))
	}
	for k, v := range want.Metadata {
		if got.Metadata[k] != v {
			t.Errorf("metadata %q = %q, want %q", k, got.Metadata[k], v)
		}
	}
	for c, w := range want.Columns {
		g := got.Columns[c]
		if g.Name != w.Name || w.Type != "" && g.Type != w.Type {
			t.Errorf("column %d is %s %s, want %s %s", c, g.Name, g.Type, w.Name, w.Type)
			continue
		}
		for i := range w.Cells {
			if g.Cells[i] != w.Cells[i] {
				t.Errorf("column %s, row %d = %.80s, want %.80s", w.Name, i, g.Cells[i], w.Cells[i])
				break
			}
		}
	}
}
