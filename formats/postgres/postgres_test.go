package postgres_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/jackc/pgx/v5"

	"github.com/verisim/verisim/formats/postgres"
	"github.com/verisim/verisim/formats/table"
)

// server is a database that .ci/interop/postgres.sh starts.
func server(t *testing.T) string {
	t.Helper()
	url := os.Getenv("VERISIM_POSTGRES")
	if url == "" {
		t.Skip("VERISIM_POSTGRES is not set: .ci/interop/postgres.sh starts a server and sets it")
	}
	return url
}

func batch(name, key string, refs []table.Ref, n int) table.Batch {
	s := table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "text", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "kind", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 30, Scale: 2}},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		{Name: "ok", Type: arrow.FixedWidthTypes.Boolean},
	}, nil), table.Facts{Name: name, Key: key, Refs: refs})
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	texts := []string{"plain", "", `back\slash and \N`, "tab\tline\nreturn\r", "北京", "it's"}
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		if i%7 == 6 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(texts[i%7])
		}
		_ = b.Field(2).(*array.BinaryDictionaryBuilder).AppendString([]string{"a", "b"}[i%2])
		b.Field(3).(*array.Float64Builder).Append([]float64{0.1, math.NaN(), math.Inf(-1), 1e300}[i%4])
		b.Field(4).(*array.Decimal128Builder).Append(decimal128.New(1, uint64(i)))
		b.Field(5).(*array.Date32Builder).Append(arrow.Date32(i))
		b.Field(6).(*array.TimestampBuilder).Append(arrow.Timestamp(i * 1_000_001))
		b.Field(7).(*array.BooleanBuilder).Append(i%3 == 0)
	}
	return b.NewRecord()
}

// place makes a schema that goes with the test.
func place(t *testing.T, url string) (*pgx.Conn, string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("verisim_%d_%s", os.Getpid(), strings.ToLower(t.Name()))
	if _, err = conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = conn.Exec(ctx, "DROP SCHEMA "+name+" CASCADE")
		_ = conn.Close(ctx)
	})
	return conn, name
}

func TestCopy(t *testing.T) {
	url := server(t)
	conn, schema := place(t, url)
	ctx := context.Background()
	s, err := postgres.Connect(ctx, url, postgres.Options{Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []table.Batch{
		batch("parent", "id", nil, 1000),
		batch("Child \"x\"", "", []table.Ref{{Column: "id", Table: "parent", Key: "id"}}, 700),
	} {
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
		b.Release()
	}
	var n int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM information_schema.tables WHERE table_schema = $1", schema).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tables are seen before Commit, %v", n, err)
	}
	if err := s.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		`SELECT count(*) || ' ' || count(text) FROM parent`:                                  "1000 858",
		`SELECT text FROM parent WHERE id = 2`:                                               `back\slash and \N`,
		`SELECT text FROM parent WHERE id = 3`:                                               "tab\tline\nreturn\r",
		`SELECT kind || f || d FROM parent WHERE id = 1`:                                     "bNaN184467440737095516.17",
		`SELECT f::text FROM parent WHERE id = 2`:                                            "-Infinity",
		`SELECT day || ' ' || (at AT TIME ZONE 'UTC') || ' ' || ok FROM parent WHERE id = 3`: "1970-01-04 1970-01-01 00:00:03.000003 true",
		`SELECT count(*)::text FROM "Child ""x"""`:                                           "700",
		`SELECT count(*)::text FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY' AND table_schema = current_schema()`: "1",
	} {
		var got string
		if _, err := conn.Exec(ctx, "SET search_path TO "+schema); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(ctx, query).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", query, got, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	url := server(t)
	conn, schema := place(t, url)
	ctx := context.Background()
	s, err := postgres.Connect(ctx, url, postgres.Options{Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	b := batch("parent", "id", nil, 50)
	defer b.Release()
	w, err := s.Create(ctx, "parent", b.Schema())
	if err != nil {
		t.Fatal(err)
	}
	if err = w.Write(b); err != nil {
		t.Fatal(err)
	}
	err = w.Write(b)
	if err == nil || !strings.Contains(err.Error(), `write table "parent", rows 50 to 99: the server says: duplicate key`) || strings.Contains(err.Error(), "(0)") {
		t.Errorf("Write(the same keys) = %v, want the server's message without a value", err)
	}
	if err = s.Abort(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err = conn.QueryRow(ctx, "SELECT count(*) FROM information_schema.tables WHERE table_schema = $1", schema).Scan(&n); err != nil || n != 0 {
		t.Errorf("after Abort there are %d tables, %v", n, err)
	}
}

func TestUnreachable(t *testing.T) {
	_, err := postgres.Connect(context.Background(), "postgres://verisim:secretword@127.0.0.1:1/none?connect_timeout=2", postgres.Options{})
	if err == nil || strings.Contains(err.Error(), "secretword") {
		t.Errorf("Connect(nobody there) = %v, want an error without the password", err)
	}
	if _, err = postgres.Connect(context.Background(), "postgres://%zz:secretword@", postgres.Options{}); err == nil || strings.Contains(err.Error(), "secretword") {
		t.Errorf("Connect(no URL) = %v, want an error without the password", err)
	}
}
