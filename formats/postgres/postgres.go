// Package postgres writes tables into a PostgreSQL database by COPY, in one
// transaction: with keys and references, all tables or none. It is the only
// importer of jackc/pgx.
//
// Tables are created; one that is there already is an error. NaN and infinities
// are PostgreSQL's own. Texts with NUL or bytes that are not UTF-8 are refused,
// as the server would, with column and row.
//
// Errors name table and rows and never a value: of the server's report only the
// message and the code are told.
package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/sql"
	"github.com/verisim/verisim/formats/table"
)

// Options of a sink.
type Options struct {
	// Schema is where tables are created. Default the connection's own.
	Schema string
}

// Sink writes tables into a database. It is a [table.Sink].
type Sink struct {
	opt   Options
	conn  *pgx.Conn
	tx    pgx.Tx
	names []string
	done  bool
}

// IsURL says whether a place is a PostgreSQL database.
func IsURL(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Connect starts a transaction. The URL is postgres://user:password@host/name;
// what it leaves out comes from the environment as psql takes it (PGPASSWORD,
// PGHOST and the like).
func Connect(ctx context.Context, url string, opt Options) (*Sink, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", clean(err))
	}
	s := &Sink{opt: opt, conn: conn}
	if s.tx, err = conn.Begin(ctx); err == nil && opt.Schema != "" {
		if err = sql.CheckName(opt.Schema); err == nil {
			_, err = s.tx.Exec(ctx, "SET LOCAL search_path TO "+sql.Quote(opt.Schema))
		}
	}
	if err != nil {
		_ = s.Abort() // the first error is the one that matters
		return nil, fmt.Errorf("connect to database: %w", clean(err))
	}
	return s, nil
}

// clean leaves out of the server's report what could hold a value.
func clean(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return fmt.Errorf("the server says: %s (SQLSTATE %s)", p.Message, p.Code)
	}
	return err
}

// Create makes a table.
func (s *Sink) Create(ctx context.Context, name string, schema *arrow.Schema) (table.Writer, error) {
	ddl, err := sql.CreateTable(name, schema, s.names, sql.TypeOf)
	if err != nil {
		return nil, err
	}
	if _, err = s.tx.Exec(ctx, ddl); err != nil {
		return nil, fmt.Errorf("create table %q: %w", name, clean(err))
	}
	s.names = append(s.names, name)
	w := &writer{ctx: ctx, conn: s.conn.PgConn(), name: name, schema: schema}
	w.rows = cell.Rows{W: &w.buf}
	return w, nil
}

// Commit ends the transaction and closes the connection.
func (s *Sink) Commit(ctx context.Context) error {
	if s.done {
		return errors.New("commit database: it was already ended")
	}
	if err := s.tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit database: %w", clean(err))
	}
	s.done = true
	return s.conn.Close(ctx)
}

// Abort leaves nothing in the database.
func (s *Sink) Abort() error {
	if s.done {
		return nil
	}
	s.done = true
	// Closing the connection ends its transaction, whatever the context is.
	return s.conn.Close(context.Background())
}

type writer struct {
	ctx    context.Context
	conn   *pgconn.PgConn
	name   string
	schema *arrow.Schema
	buf    bytes.Buffer
	rows   cell.Rows
	row    int64
}

// Close ends the table; nothing is left to write.
func (w *writer) Close() error { return nil }

// Write copies a batch.
func (w *writer) Write(b table.Batch) error {
	bad := make([]atomic.Int64, b.NumCols()) // 1 + a row that cannot be
	cells := make([]cell.Appender, b.NumCols())
	for i := range cells {
		var err error
		if cells[i], err = appender(b.Column(i), &bad[i]); err != nil {
			return fmt.Errorf("write table %q: column %q: %w", w.name, w.schema.Field(i).Name, err)
		}
	}
	w.buf.Reset()
	err := w.rows.Write(int(b.NumRows()), func(dst []byte, from, to int) []byte {
		for i := from; i < to; i++ {
			for c, cell := range cells {
				if c > 0 {
					dst = append(dst, '\t')
				}
				if b.Column(c).IsNull(i) {
					dst = append(dst, `\N`...)
				} else {
					dst = cell(dst, i)
				}
			}
			dst = append(dst, '\n')
		}
		return dst
	})
	if err != nil {
		return err
	}
	for c := range bad {
		if at := bad[c].Load(); at > 0 {
			return fmt.Errorf("write table %q: column %q, row %d: a database cannot hold NUL, or bytes that are not UTF-8", w.name, w.schema.Field(c).Name, w.row+at-1)
		}
	}
	n := b.NumRows()
	if _, err = w.conn.CopyFrom(w.ctx, &w.buf, "COPY "+sql.Quote(w.name)+" FROM STDIN"); err != nil {
		return fmt.Errorf("write table %q, rows %d to %d: %w", w.name, w.row, w.row+n-1, clean(err))
	}
	w.row += n
	return nil
}

// appender writes cells in COPY's text format (PostgreSQL's manual, "COPY",
// section "Text Format"): backslash, tab and line ends are escaped.
func appender(a arrow.Array, bad *atomic.Int64) (cell.Appender, error) {
	text := func(value func(int) string) cell.Appender {
		return func(dst []byte, i int) []byte {
			s := value(i)
			if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
				bad.CompareAndSwap(0, int64(i)+1)
				return dst
			}
			from := 0
			for k := range len(s) {
				short := byte(0)
				switch s[k] {
				case '\\':
					short = '\\'
				case '\t':
					short = 't'
				case '\n':
					short = 'n'
				case '\r':
					short = 'r'
				default:
					continue
				}
				dst = append(append(dst, s[from:k]...), '\\', short)
				from = k + 1
			}
			return append(dst, s[from:]...)
		}
	}
	switch a := a.(type) {
	case *array.String:
		return text(a.Value), nil
	case *array.LargeString:
		return text(a.Value), nil
	case *array.Dictionary:
		if words, ok := a.Dictionary().(*array.String); ok {
			return text(func(i int) string { return words.Value(a.GetValueIndex(i)) }), nil
		}
	}
	return cell.NewAppender(a)
}
