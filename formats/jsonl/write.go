package jsonl

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

type writer struct {
	rows   cell.Rows
	schema *arrow.Schema
	keys   [][]byte // what stands before each cell: {"id": or ,"name":
	row    int64
	err    error
}

func newWriter(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	out := &writer{rows: cell.Rows{W: w, Workers: opt.Parallel}, schema: s}
	seen := map[string]bool{}
	for i, f := range s.Fields() {
		if err := check(f.Type, 0); err != nil {
			return nil, fmt.Errorf("write jsonl: column %q: %w; write arrow instead", f.Name, err)
		}
		if seen[f.Name] {
			return nil, fmt.Errorf("write jsonl: column %q is there twice; rename one", f.Name)
		}
		seen[f.Name] = true
		lead := byte(',')
		if i == 0 {
			lead = '{'
		}
		key, ok := appendString([]byte{lead}, f.Name)
		if !ok {
			return nil, fmt.Errorf("write jsonl: the name of column %d is not UTF-8", i)
		}
		out.keys = append(out.keys, append(key, ':'))
	}
	return out, nil
}

func (w *writer) Write(b table.Batch) error {
	if w.err != nil {
		return w.err
	}
	w.err = w.write(b)
	return w.err
}

func (w *writer) write(b table.Batch) error {
	if n := int64(len(w.keys)); b.NumCols() != n {
		return fmt.Errorf("write jsonl: the batch has %d columns, the schema %d", b.NumCols(), n)
	}
	bad := make([]atomic.Bool, b.NumCols()) // a text of the column is not UTF-8
	cells := make([]cell.Appender, b.NumCols())
	for i, a := range b.Columns() {
		var err error
		if cells[i], err = newEncoder(a, &bad[i]); err != nil {
			return fmt.Errorf("write jsonl: column %q: %w", w.schema.Field(i).Name, err)
		}
	}
	err := w.rows.Write(int(b.NumRows()), func(dst []byte, from, to int) []byte {
		for row := from; row < to; row++ {
			if len(cells) == 0 {
				dst = append(dst, '{')
			}
			for k, c := range cells {
				dst = append(dst, w.keys[k]...)
				dst = c(dst, row)
			}
			dst = append(dst, '}', '\n')
		}
		return dst
	})
	if err != nil {
		return err
	}
	for i := range bad {
		if bad[i].Load() {
			return fmt.Errorf("write jsonl: column %q: in rows %d to %d stands a text that is not UTF-8", w.schema.Field(i).Name, w.row, w.row+b.NumRows()-1)
		}
	}
	w.row += b.NumRows()
	return nil
}

func (w *writer) Close() error { return w.err }
