// Package sqlite writes tables into a new SQLite database, with keys and
// references, without cgo. It is the only importer of modernc.org/sqlite.
//
// SQLite has few types: truths are 0 and 1; dates and times are texts in the
// form of ISO 8601, which its date functions read; decimals of up to 15 digits
// are numbers, longer ones are texts, because SQLite would round them. NaN is
// refused, because SQLite stores null for it.
//
// Guarantee: the file is whole or not there. Not meant for adding to a database
// that exists.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	text "github.com/verisim/verisim/formats/sql"
	"github.com/verisim/verisim/formats/table"
)

// Sink writes tables into a database. It is a [table.Sink].
type Sink struct {
	path, temp string
	db         *sql.DB
	tx         *sql.Tx
	names      []string
	done       bool
}

// Create starts a database that appears at path when the sink is committed. An
// existing file is replaced only if replace says so.
func Create(ctx context.Context, path string, replace bool) (*Sink, error) {
	if err := formats.Vacant(path, replace); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	s := &Sink{path: path, temp: f.Name()}
	if err = f.Close(); err == nil {
		err = s.open(ctx)
	}
	if err != nil {
		_ = s.Abort() // the first error is the one that matters
		return nil, fmt.Errorf("create database: %w", err)
	}
	return s, nil
}

func (s *Sink) open(ctx context.Context) (err error) {
	if s.db, err = sql.Open("sqlite", "file:"+escape(s.temp)); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	// The file is nobody's until it is renamed, so a journal would save nothing.
	for _, pragma := range []string{"journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"} {
		if _, err = s.db.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	s.tx, err = s.db.BeginTx(ctx, nil)
	return err
}

// escape writes a path as the URI that the driver reads.
func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// Create starts a table.
func (s *Sink) Create(ctx context.Context, name string, schema *arrow.Schema) (table.Writer, error) {
	ddl, err := text.CreateTable(name, schema, s.names, typeOf)
	if err != nil {
		return nil, err
	}
	if _, err = s.tx.ExecContext(ctx, ddl); err != nil {
		return nil, fmt.Errorf("create table %q: %w", name, err)
	}
	s.names = append(s.names, name)
	// One statement takes many rows, as far as its parameters go.
	n := schema.NumFields()
	rows := min(max(maxParameters/n, 1), 64)
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")"
	head := "INSERT INTO " + text.Quote(name) + " VALUES "
	w := &writer{ctx: ctx, name: name, schema: schema, rows: rows, args: make([]any, rows*n)}
	if w.many, err = s.tx.PrepareContext(ctx, head+strings.TrimSuffix(strings.Repeat(one+", ", rows), ", ")); err != nil {
		return nil, fmt.Errorf("create table %q: %w", name, err)
	}
	if w.one, err = s.tx.PrepareContext(ctx, head+one); err != nil {
		return nil, fmt.Errorf("create table %q: %w", name, err)
	}
	return w, nil
}

// maxParameters is below SQLite's own default limit, SQLITE_MAX_VARIABLE_NUMBER.
const maxParameters = 32_000

func typeOf(t arrow.DataType) (string, error) {
	if d, ok := t.(*arrow.Decimal128Type); ok && d.Precision > 15 {
		return "TEXT", nil
	}
	if t.ID() == arrow.UINT64 {
		return "TEXT", nil
	}
	return text.TypeOf(t)
}

// Commit shows the file.
func (s *Sink) Commit(context.Context) error {
	if s.done {
		return errors.New("commit database: it was already ended")
	}
	err := s.tx.Commit()
	if err == nil {
		err = s.db.Close()
	}
	if err == nil {
		err = sync(s.temp)
	}
	if err == nil {
		err = os.Chmod(s.temp, 0o644)
	}
	if err == nil {
		err = os.Rename(s.temp, s.path)
	}
	if err != nil {
		return fmt.Errorf("commit database: %w", err)
	}
	s.done = true
	return nil
}

func sync(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// Abort leaves nothing behind.
func (s *Sink) Abort() error {
	if s.done {
		return nil
	}
	s.done = true
	if s.tx != nil {
		_ = s.tx.Rollback() // the file goes anyway
	}
	if s.db != nil {
		_ = s.db.Close()
	}
	return os.Remove(s.temp)
}

type writer struct {
	ctx       context.Context
	name      string
	schema    *arrow.Schema
	many, one *sql.Stmt
	rows      int
	args      []any
	row       int64
}

// Write writes a batch.
func (w *writer) Write(b table.Batch) error {
	n, width := int(b.NumRows()), int(b.NumCols())
	cells := make([]func(i int) (any, bool), width)
	for c := range cells {
		var err error
		if cells[c], err = values(b.Column(c)); err != nil {
			return fmt.Errorf("write table %q: column %q: %w", w.name, w.schema.Field(c).Name, err)
		}
	}
	for i := 0; i < n; {
		take, stmt := w.rows, w.many
		if n-i < w.rows {
			take, stmt = 1, w.one
		}
		for k := range take {
			for c, cell := range cells {
				v, ok := any(nil), true
				if b.Column(c).IsValid(i + k) {
					v, ok = cell(i + k)
				}
				if !ok {
					return fmt.Errorf("write table %q: column %q, row %d: NaN has no place in a database", w.name, w.schema.Field(c).Name, w.row+int64(i+k))
				}
				w.args[k*width+c] = v
			}
		}
		if _, err := stmt.ExecContext(w.ctx, w.args[:take*width]...); err != nil {
			return fmt.Errorf("write table %q, rows %d to %d: %w", w.name, w.row+int64(i), w.row+int64(i+take-1), err)
		}
		i += take
	}
	w.row += int64(n)
	return nil
}

// Close ends the table.
func (w *writer) Close() error {
	return errors.Join(w.many.Close(), w.one.Close())
}

// values reads cells that are not null as what the driver takes.
func values(a arrow.Array) (func(i int) (any, bool), error) {
	switch a := a.(type) {
	case *array.Int64:
		return func(i int) (any, bool) { return a.Value(i), true }, nil
	case *array.Float64:
		return func(i int) (any, bool) { v := a.Value(i); return v, !math.IsNaN(v) }, nil
	case *array.Float32:
		return func(i int) (any, bool) { v := float64(a.Value(i)); return v, !math.IsNaN(v) }, nil
	case *array.Boolean:
		return func(i int) (any, bool) { return a.Value(i), true }, nil
	case *array.String:
		return func(i int) (any, bool) { return a.Value(i), true }, nil
	case *array.Dictionary:
		if words, ok := a.Dictionary().(*array.String); ok {
			return func(i int) (any, bool) { return words.Value(a.GetValueIndex(i)), true }, nil
		}
	}
	// The rest as text, which the column's affinity turns into numbers.
	plain, err := cell.NewAppender(a)
	if err != nil {
		return nil, err
	}
	var buf []byte
	return func(i int) (any, bool) {
		buf = plain(buf[:0], i)
		return string(buf), true
	}, nil
}
