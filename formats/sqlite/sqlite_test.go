package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	text "github.com/verisim/verisim/formats/sql"
	"github.com/verisim/verisim/formats/sqlite"
	"github.com/verisim/verisim/formats/table"
)

// tables makes a parent and a child with every type.
func tables() (parent, child table.Batch) {
	ps := table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: `odd "name"`, Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil), table.Facts{Name: "parent", Key: "id"})
	pb := array.NewRecordBuilder(memory.DefaultAllocator, ps)
	defer pb.Release()
	pb.Field(0).(*array.Int64Builder).AppendValues([]int64{1, 2, math.MaxInt64}, nil)
	pb.Field(1).(*array.StringBuilder).AppendValues([]string{"it's; -- 北京\n", "", "x"}, []bool{true, true, false})
	cs := table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "parent", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 38, Scale: 2}},
		{Name: "s", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		{Name: "i", Type: arrow.PrimitiveTypes.Int16},
	}, nil), table.Facts{Name: "child", Refs: []table.Ref{{Column: "parent", Table: "parent", Key: "id"}}})
	cb := array.NewRecordBuilder(memory.DefaultAllocator, cs)
	defer cb.Release()
	for i := range 1000 {
		if i%7 == 0 {
			cb.Field(0).AppendNull()
		} else {
			cb.Field(0).(*array.Int64Builder).Append(int64(i%2 + 1))
		}
		cb.Field(1).(*array.BooleanBuilder).Append(i%3 == 0)
		cb.Field(2).(*array.Float64Builder).Append(float64(i) / 3)
		cb.Field(3).(*array.Decimal128Builder).Append(decimal128.New(int64(i), uint64(i)))
		cb.Field(4).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i) * 101))
		cb.Field(5).(*array.Date32Builder).Append(arrow.Date32(i))
		cb.Field(6).(*array.TimestampBuilder).Append(arrow.Timestamp(i * 1_000_001))
		cb.Field(7).(*array.Int16Builder).Append(int16(i))
	}
	return pb.NewRecord(), cb.NewRecord()
}

func write(t *testing.T, s table.Sink, batches ...table.Batch) {
	t.Helper()
	ctx := context.Background()
	for _, b := range batches {
		f, err := table.FactsOf(b.Schema())
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Create(ctx, f.Name, b.Schema())
		if err != nil {
			t.Fatal(err)
		}
		if err = w.Write(b); err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(ctx); err != nil {
		t.Fatal(err)
	}
}

// dump reads everything back.
func dump(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	for _, q := range []string{
		`SELECT id, quote("odd ""name""") FROM parent ORDER BY id`,
		`SELECT quote(parent), b + 0, f, d, s, day || '', at || '', i FROM child ORDER BY i`,
		`SELECT strftime('%Y', day), strftime('%H', at) FROM child WHERE i = 999`,
		`PRAGMA foreign_key_check`, `PRAGMA integrity_check`,
	} {
		rows, err := db.Query(q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		cols, _ := rows.Columns()
		vals, ptrs := make([]sql.RawBytes, len(cols)), make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		for rows.Next() {
			if err := rows.Scan(ptrs...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s\n", vals)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		_ = rows.Close()
	}
	return out.String()
}

// TestSQLite writes a database, and the same tables as SQL text that SQLite
// itself runs: both hold the same.
func TestSQLite(t *testing.T) {
	parent, child := tables()
	defer parent.Release()
	defer child.Release()
	dir := t.TempDir()
	direct := filepath.Join(dir, "direct #1?.db")
	s, err := sqlite.Create(context.Background(), direct, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, parent, child)
	copied := filepath.Join(dir, "a.db")
	if err = os.Rename(direct, copied); err != nil {
		t.Fatal(err)
	}
	got := dump(t, copied)
	for _, want := range []string{
		"[1 'it''s; -- 北京\n']", "[2 '']", "[9223372036854775807 NULL]",
		"[2 0 0.3333333333333333 184467440737095516.17 1.01 1970-01-02 1970-01-01T00:00:01.000001Z 1]",
		"[1972 00]", "[ok]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the database has no %s in\n%.600s", want, got)
		}
	}
	var script bytes.Buffer
	write(t, text.NewSink(&script, text.Options{RowsPerInsert: 300, Workers: 2}), parent, child)
	db, err := sql.Open("sqlite", filepath.Join(dir, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = db.Exec(script.String()); err != nil {
		t.Fatalf("SQLite refuses the text: %v\n%.400s", err, script.String())
	}
	if err = db.Close(); err != nil {
		t.Fatal(err)
	}
	// The long decimal has column type NUMERIC in the text, so SQLite rounds it.
	other := dump(t, filepath.Join(dir, "b.db"))
	if a, b := strings.Split(got, "\n"), strings.Split(other, "\n"); len(a) != len(b) || a[0] != b[0] || a[len(a)-2] != b[len(b)-2] {
		t.Errorf("the text makes %d lines, the database has %d", len(b), len(a))
	}
}

func TestNothingHalfWritten(t *testing.T) {
	parent, _ := tables()
	defer parent.Release()
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	ctx := context.Background()
	s, err := sqlite.Create(ctx, path, false)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Create(ctx, "parent", parent.Schema())
	if err != nil {
		t.Fatal(err)
	}
	if err = w.Write(parent); err != nil {
		t.Fatal(err)
	}
	if err = w.Write(parent); err == nil || !strings.Contains(err.Error(), `table "parent", rows 3 to 3`) {
		t.Errorf("Write(the same keys) = %v, want an error with its rows", err)
	}
	if err = s.Abort(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left behind", len(left))
	}
	if err = os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = sqlite.Create(ctx, path, false); err == nil {
		t.Error("Create(existing file) = nil, want an error")
	}
	if _, err = sqlite.Create(ctx, filepath.Join(dir, "no", "x.db"), false); err == nil {
		t.Error("Create(no directory) = nil, want an error")
	}
}

func TestRefusals(t *testing.T) {
	ctx := context.Background()
	s, err := sqlite.Create(ctx, filepath.Join(t.TempDir(), "x.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Abort() }()
	for _, f := range [][]arrow.Field{
		{{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64)}},
		{{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Nanosecond}}},
		{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "a", Type: arrow.PrimitiveTypes.Int64}},
		{{Name: "", Type: arrow.PrimitiveTypes.Int64}},
		{{Name: strings.Repeat("x", 64), Type: arrow.PrimitiveTypes.Int64}},
		{},
	} {
		if _, err := s.Create(ctx, "t", arrow.NewSchema(f, nil)); err == nil {
			t.Errorf("Create(%v) = nil, want an error", f)
		}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "f", Type: arrow.PrimitiveTypes.Float64}}, nil))
	defer b.Release()
	b.Field(0).(*array.Float64Builder).AppendValues([]float64{1, math.NaN()}, nil)
	r := b.NewRecord()
	defer r.Release()
	for _, sink := range []table.Sink{s, text.NewSink(&bytes.Buffer{}, text.Options{})} {
		w, err := sink.Create(ctx, "nan", r.Schema())
		if err != nil {
			t.Fatal(err)
		}
		if err = w.Write(r); err == nil || !strings.Contains(err.Error(), `column "f", row 1`) {
			t.Errorf("Write(NaN) = %v, want an error with column and row", err)
		}
	}
}
