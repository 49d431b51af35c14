package delim

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

type writer struct {
	rows   cell.Rows
	schema *arrow.Schema
	delim  byte
	null   string
	plain  [256]bool // bytes that need no quotes around them
	row    int64
	err    error
}

func newWriter(w io.Writer, s *arrow.Schema, delim byte, opt formats.WriteOptions) (table.Writer, error) {
	seen := map[string]bool{}
	for _, f := range s.Fields() {
		if err := cell.Check(f.Type); err != nil {
			return nil, fmt.Errorf("write delimited text: column %q: %w; write jsonl, arrow or parquet", f.Name, err)
		}
		if seen[f.Name] {
			return nil, fmt.Errorf("write delimited text: column %q is there twice; rename one", f.Name)
		}
		seen[f.Name] = true
	}
	if len(seen) == 0 {
		return nil, errors.New("write delimited text: the table has no columns")
	}
	if strings.ContainsAny(opt.Null, "\"\r\n"+string(delim)) || checkText([]byte(opt.Null)) != "" {
		return nil, errors.New("write delimited text: the token for null may not hold a delimiter, quote, line end or NUL, and is UTF-8")
	}
	out := &writer{rows: cell.Rows{W: w, Workers: opt.Parallel}, schema: s, delim: delim, null: opt.Null}
	for c := range out.plain {
		out.plain[c] = c != 0 && c != '"' && c != '\r' && c != '\n' && c != int(delim) && c < utf8.RuneSelf
	}
	if opt.NoHeader {
		return out, nil
	}
	var line []byte
	for i, f := range s.Fields() {
		if i > 0 {
			line = append(line, delim)
		}
		if cause := checkText([]byte(f.Name)); cause != "" {
			return nil, fmt.Errorf("write delimited text: the name of column %d: %s", i, cause)
		}
		if strings.HasPrefix(f.Name, string(bom)) { // it would vanish at the start of the file
			line = quote(line, f.Name)
			continue
		}
		line, _ = out.text(line, f.Name)
	}
	_, err := w.Write(append(line, '\n'))
	return out, err
}

// text appends a plain text, or a quoted one where the reader would take it for
// something else. ok is false for what it would refuse.
func (w *writer) text(dst []byte, s string) (out []byte, ok bool) {
	if s == "" || s == w.null {
		return quote(dst, s), true
	}
	i := 0
	for i < len(s) && w.plain[s[i]] {
		i++
	}
	if i == len(s) {
		return append(dst, s...), true
	}
	quotes, wide := false, false
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case w.plain[c]:
		case c >= utf8.RuneSelf:
			wide = true
		case c == 0:
			return dst, false
		default:
			quotes = true
		}
	}
	if wide && !utf8.ValidString(s) {
		return dst, false
	}
	if quotes {
		return quote(dst, s), true
	}
	return append(dst, s...), true
}

// quote appends a text in quotes, with those inside doubled.
func quote(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i+1]...), '"')
		s = s[i+1:]
	}
	return append(append(dst, s...), '"')
}

// cells gives an appender that handles null and quoting for one column. bad is
// set where a text is none.
func (w *writer) cells(a arrow.Array, bad *atomic.Bool) (cell.Appender, error) {
	out, err := w.values(a, bad)
	if err != nil || a.NullN() == 0 && a.DataType().ID() != arrow.NULL {
		return out, err
	}
	return func(dst []byte, i int) []byte {
		if a.IsNull(i) {
			return append(dst, w.null...)
		}
		return out(dst, i)
	}, nil
}

// values gives the appender of cells that are not null.
func (w *writer) values(a arrow.Array, bad *atomic.Bool) (cell.Appender, error) {
	switch a := a.(type) {
	case *array.String:
		return w.texts(a.Value, bad), nil
	case *array.LargeString:
		return w.texts(a.Value, bad), nil
	case *array.Dictionary:
		return w.dictionary(a, bad)
	}
	inner, err := cell.NewAppender(a)
	if err != nil {
		return nil, err
	}
	switch a.DataType().ID() {
	case arrow.BINARY, arrow.LARGE_BINARY, arrow.FIXED_SIZE_BINARY: // may be empty
	default: // no other cell is empty, or holds one of the usual delimiters
		if w.null == "" && strings.IndexByte(",;\t|", w.delim) >= 0 {
			return inner, nil
		}
	}
	return func(dst []byte, i int) []byte {
		n := len(dst)
		if dst = inner(dst, i); string(dst[n:]) == w.null || len(dst) == n {
			return quote(dst[:n], string(dst[n:]))
		}
		for _, c := range dst[n:] {
			if c == w.delim {
				return quote(dst[:n], string(dst[n:]))
			}
		}
		return dst
	}, nil
}

func (w *writer) texts(value func(int) string, bad *atomic.Bool) cell.Appender {
	return func(dst []byte, i int) []byte {
		dst, ok := w.text(dst, value(i))
		if !ok {
			bad.Store(true)
		}
		return dst
	}
}

// dictionary writes each value's text once a batch and copies it from there,
// unless the dictionary is larger than the batch.
func (w *writer) dictionary(a *array.Dictionary, bad *atomic.Bool) (cell.Appender, error) {
	if _, err := cell.NewAppender(a); err != nil { // it knows what is wrong with some
		return nil, err
	}
	d, ok := a.Dictionary().(*array.String)
	if !ok {
		return nil, fmt.Errorf("%s is no dictionary of strings", a.DataType())
	}
	value := w.texts(d.Value, bad)
	if d.Len() > a.Len() {
		return func(dst []byte, i int) []byte { return value(dst, a.GetValueIndex(i)) }, nil
	}
	var flat []byte
	ends := make([]int, d.Len()+1)
	for k := range d.Len() {
		flat = value(flat, k)
		ends[k+1] = len(flat)
	}
	if small, ok := a.Indices().(*array.Int8); ok { // few words: the usual dictionary
		at := small.Int8Values()
		return func(dst []byte, i int) []byte {
			k := at[i]
			return append(dst, flat[ends[k]:ends[k+1]]...)
		}, nil
	}
	return func(dst []byte, i int) []byte {
		k := a.GetValueIndex(i)
		return append(dst, flat[ends[k]:ends[k+1]]...)
	}, nil
}

func (w *writer) Write(b table.Batch) error {
	if w.err == nil {
		w.err = w.write(b)
	}
	return w.err
}

func (w *writer) write(b table.Batch) error {
	if n := int64(w.schema.NumFields()); b.NumCols() != n {
		return fmt.Errorf("write delimited text: the batch has %d columns, the schema %d", b.NumCols(), n)
	}
	bad := make([]atomic.Bool, b.NumCols())
	cols := make([]cell.Appender, b.NumCols())
	for i, a := range b.Columns() {
		c, err := w.cells(a, &bad[i])
		if err != nil {
			return fmt.Errorf("column %q: %w", w.schema.Field(i).Name, err)
		}
		cols[i] = c
	}
	err := w.rows.Write(int(b.NumRows()), func(dst []byte, from, to int) []byte {
		for row := from; row < to; row++ {
			for k, c := range cols {
				if k > 0 {
					dst = append(dst, w.delim)
				}
				dst = c(dst, row)
			}
			dst = append(dst, '\n')
		}
		return dst
	})
	if err != nil {
		return err
	}
	for i := range bad {
		if bad[i].Load() {
			return fmt.Errorf("write delimited text: column %q: in rows %d to %d stands a text that is not UTF-8 or holds a NUL", w.schema.Field(i).Name, w.row, w.row+b.NumRows()-1)
		}
	}
	w.row += b.NumRows()
	return nil
}

func (w *writer) Close() error { return w.err }
