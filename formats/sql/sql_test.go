package sql_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/sql"
	"github.com/verisim/verisim/formats/table"
)

func texts(values ...string) table.Batch {
	s := table.WithFacts(arrow.NewSchema([]arrow.Field{{Name: "a b", Type: arrow.BinaryTypes.String}}, nil), table.Facts{Name: "t", Key: "a b"})
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues(values, nil)
	return b.NewRecord()
}

func write(s table.Sink, b table.Batch) error {
	ctx := context.Background()
	w, err := s.Create(ctx, "t", b.Schema())
	if err != nil {
		return err
	}
	if err = w.Write(b); err == nil {
		err = w.Close()
	}
	if err == nil {
		err = s.Commit(ctx)
	}
	return err
}

func ExampleNewSink() {
	b := texts("it's", "a;b")
	defer b.Release()
	if err := write(sql.NewSink(os.Stdout, sql.Options{}), b); err != nil {
		fmt.Println(err)
	}
	// Output:
	// BEGIN;
	// CREATE TABLE "t" (
	//   "a b" TEXT NOT NULL,
	//   PRIMARY KEY ("a b")
	// );
	// INSERT INTO "t" VALUES
	// ('it''s'),
	// ('a;b');
	// COMMIT;
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.sql")
	b := texts("x", "a\x00b", "\xff")
	defer b.Release()
	s, err := sql.CreateFile(path, false, sql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err = write(s, b); err == nil || !strings.Contains(err.Error(), `column "a b", row 1:`) {
		t.Errorf("write(NUL) = %v, want an error with column and row", err)
	}
	if err = s.Abort(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left behind", len(left))
	}
	good := texts("x")
	defer good.Release()
	for _, replace := range []bool{false, true} {
		if s, err = sql.CreateFile(path, replace, sql.Options{}); err != nil {
			t.Fatal(err)
		}
		if err = write(s, good); err != nil {
			t.Fatal(err)
		}
		if err = s.Abort(); err != nil { // after Commit it does nothing
			t.Fatal(err)
		}
	}
	if _, err = os.Stat(path); err != nil {
		t.Error(err)
	}
	if _, err = sql.CreateFile(path, false, sql.Options{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("CreateFile(existing) = %v, want that it exists", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }

func TestBrokenPipe(t *testing.T) {
	b := texts("x")
	defer b.Release()
	if err := write(sql.NewSink(broken{}, sql.Options{}), b); err == nil {
		t.Error("write to a closed pipe = nil, want an error")
	}
}

// TestWorkers wants the same bytes from any number of goroutines.
func TestWorkers(t *testing.T) {
	values := make([]string, 20_000)
	for i := range values {
		values[i] = strings.Repeat("x'", i%13)
	}
	b := texts(values...)
	defer b.Release()
	var want bytes.Buffer
	for _, workers := range []int{1, 2, 7} {
		var got bytes.Buffer
		if err := write(sql.NewSink(&got, sql.Options{Workers: workers}), b); err != nil {
			t.Fatal(err)
		}
		if want.Len() == 0 {
			want = got
		} else if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d workers write other bytes", workers)
		}
	}
}
