package sql

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

// Options of a sink.
type Options struct {
	// RowsPerInsert is how many rows an INSERT has. Default 500, because larger
	// statements are no faster and hit limits of length.
	RowsPerInsert int
	// Workers may encode at a time. Default 1. The text does not depend on it.
	Workers int
}

// Sink writes tables into one SQL text. It is a [table.Sink].
type Sink struct {
	opt   Options
	w     *bufio.Writer
	file  *os.File // nil: a pipe
	path  string
	names []string
	begun bool
	done  bool
}

// NewSink writes to a pipe, which sees the text as it is made: it ends in COMMIT
// only if all went well.
func NewSink(w io.Writer, opt Options) *Sink {
	if opt.RowsPerInsert <= 0 {
		opt.RowsPerInsert = 500
	}
	return &Sink{opt: opt, w: bufio.NewWriterSize(w, 1<<20)}
}

// CreateFile writes to a file that appears when the sink is committed. An
// existing file is replaced only if replace says so.
func CreateFile(path string, replace bool, opt Options) (*Sink, error) {
	if err := formats.Vacant(path, replace); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	s := NewSink(f, opt)
	s.file, s.path = f, path
	return s, nil
}

// Create starts a table.
func (s *Sink) Create(_ context.Context, name string, schema *arrow.Schema) (table.Writer, error) {
	text, err := CreateTable(name, schema, s.names, TypeOf)
	if err != nil {
		return nil, err
	}
	s.names = append(s.names, name)
	head := "INSERT INTO " + Quote(name) + " VALUES\n"
	if !s.begun {
		s.begun = true
		text = "BEGIN;\n" + text
	}
	_, err = s.w.WriteString(text + ";\n")
	return &writer{sink: s, rows: cell.Rows{W: s.w, Workers: s.opt.Workers}, schema: schema, head: head}, err
}

// Commit ends the transaction and, of a file, shows it.
func (s *Sink) Commit(context.Context) error {
	if s.done {
		return errors.New("commit sql: it was already ended")
	}
	end := "COMMIT;\n"
	if !s.begun {
		end = ""
	}
	_, err := s.w.WriteString(end)
	if err == nil {
		err = s.w.Flush()
	}
	if s.file == nil || err != nil {
		return err
	}
	if err = s.file.Sync(); err == nil {
		err = s.file.Chmod(0o644)
	}
	if err == nil {
		err = s.file.Close()
	}
	if err == nil {
		err = os.Rename(s.file.Name(), s.path)
	}
	s.done = err == nil
	return err
}

// Abort leaves no file behind.
func (s *Sink) Abort() error {
	if s.done || s.file == nil {
		return nil
	}
	s.done = true
	_ = s.file.Close() // it goes anyway
	return os.Remove(s.file.Name())
}

type writer struct {
	sink   *Sink
	rows   cell.Rows
	schema *arrow.Schema
	head   string
	row    int64
}

// Close ends the table; nothing is left to write.
func (w *writer) Close() error { return nil }

// Write writes a batch. INSERTs end with the batch, so their length depends on
// how rows are cut into batches, and on nothing else.
func (w *writer) Write(b table.Batch) error {
	n := int(b.NumRows())
	bad := make([]atomic.Int64, b.NumCols()) // 1 + the first row that cannot be
	cells := make([]cell.Appender, b.NumCols())
	for i := range cells {
		var err error
		if cells[i], err = literal(b.Column(i), &bad[i]); err != nil {
			return fmt.Errorf("write sql: column %q: %w", w.schema.Field(i).Name, err)
		}
	}
	err := w.rows.Write(n, func(dst []byte, from, to int) []byte {
		for i := from; i < to; i++ {
			if i%w.sink.opt.RowsPerInsert == 0 {
				dst = append(dst, w.head...)
			}
			dst = append(dst, '(')
			for c, cell := range cells {
				if c > 0 {
					dst = append(dst, ", "...)
				}
				if b.Column(c).IsNull(i) {
					dst = append(dst, "NULL"...)
				} else {
					dst = cell(dst, i)
				}
			}
			if i+1 == n || (i+1)%w.sink.opt.RowsPerInsert == 0 {
				dst = append(dst, ");\n"...)
			} else {
				dst = append(dst, "),\n"...)
			}
		}
		return dst
	})
	for c := range bad {
		if at := bad[c].Load(); at > 0 && err == nil {
			err = fmt.Errorf("write sql: column %q, row %d: a database cannot hold this value (NaN, an infinity, NUL, or bytes that are not UTF-8)", w.schema.Field(c).Name, w.row+at-1)
		}
	}
	w.row += int64(n)
	return err
}

// literal gives the appender of a column's values that are not null.
func literal(a arrow.Array, bad *atomic.Int64) (cell.Appender, error) {
	refuse := func(i int) { // the first of them, whichever goroutine sees it
		for {
			have := bad.Load()
			if have != 0 && have <= int64(i)+1 || bad.CompareAndSwap(have, int64(i)+1) {
				return
			}
		}
	}
	text := func(value func(int) string) cell.Appender {
		return func(dst []byte, i int) []byte {
			s := value(i)
			if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
				refuse(i)
				s = ""
			}
			dst = append(dst, '\'')
			for {
				at := strings.IndexByte(s, '\'')
				if at < 0 {
					break
				}
				dst = append(append(dst, s[:at+1]...), '\'')
				s = s[at+1:]
			}
			return append(append(dst, s...), '\'')
		}
	}
	switch a := a.(type) {
	case *array.String:
		return text(a.Value), nil
	case *array.LargeString:
		return text(a.Value), nil
	case *array.Dictionary:
		values, ok := a.Dictionary().(*array.String)
		if !ok {
			return nil, fmt.Errorf("a dictionary of %s has no column in a database", a.Dictionary().DataType())
		}
		return text(func(i int) string { return values.Value(a.GetValueIndex(i)) }), nil
	}
	plain, err := cell.NewAppender(a)
	if err != nil {
		return nil, err
	}
	switch a := a.(type) {
	case *array.Float64:
		return finite(plain, a.Value, refuse), nil
	case *array.Float32:
		return finite(plain, func(i int) float64 { return float64(a.Value(i)) }, refuse), nil
	case *array.Date32, *array.Timestamp:
		return func(dst []byte, i int) []byte {
			return append(plain(append(dst, '\''), i), '\'')
		}, nil
	}
	return plain, nil
}

func finite(plain cell.Appender, value func(int) float64, refuse func(int)) cell.Appender {
	return func(dst []byte, i int) []byte {
		if v := value(i); math.IsNaN(v) || math.IsInf(v, 0) {
			refuse(i)
		}
		return plain(dst, i)
	}
}
