package delim

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

// rowsPerPart is the unit of parallel encoding: small enough to share a batch
// of 64 Ki rows among cores, large enough that starting costs nothing.
const rowsPerPart = 8192

type writer struct {
	w       io.Writer
	schema  *arrow.Schema
	delim   byte
	null    string
	workers int
	bufs    [][]byte
	err     error
}

func newWriter(w io.Writer, s *arrow.Schema, delim byte, opt formats.WriteOptions) (table.Writer, error) {
	for _, f := range s.Fields() {
		if _, nested := f.Type.(arrow.NestedType); nested && f.Type.ID() != arrow.DICTIONARY {
			return nil, fmt.Errorf("write delimited text: column %q is %s, which has no text form; write jsonl, arrow or parquet", f.Name, f.Type)
		}
	}
	if bytes.ContainsAny([]byte(opt.Null), "\"\r\n"+string(delim)) {
		return nil, fmt.Errorf("write delimited text: the token for null may not hold a delimiter, quote or line end")
	}
	out := &writer{w: w, schema: s, delim: delim, null: opt.Null, workers: max(opt.Parallel, 1)}
	if opt.NoHeader {
		return out, nil
	}
	var line []byte
	for i, f := range s.Fields() {
		if i > 0 {
			line = append(line, delim)
		}
		line = out.text(line, f.Name)
	}
	_, err := w.Write(append(line, '\n'))
	return out, err
}

// text appends a quoted or plain text.
func (w *writer) text(dst []byte, s string) []byte {
	if s == "" || s == w.null {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	plain := true
	for i := range len(s) {
		if c := s[i]; c == '"' || c == w.delim || c == '\n' || c == '\r' {
			plain = false
			break
		}
	}
	if plain {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// cells gives an appender that handles null and quoting for one column.
func (w *writer) cells(a arrow.Array) (cell.Appender, error) {
	inner, err := cell.NewAppender(a)
	if err != nil {
		return nil, err
	}
	var out cell.Appender
	switch a := a.(type) {
	case interface{ Value(int) string }: // strings: look before copying
		out = func(dst []byte, i int) []byte { return w.text(dst, a.Value(i)) }
	default:
		out = inner
		if t := a.DataType(); t.ID() == arrow.DICTIONARY {
			out = func(dst []byte, i int) []byte {
				n := len(dst)
				dst = inner(dst, i)
				return w.requote(dst, n)
			}
		}
	}
	if a.NullN() == 0 && a.DataType().ID() != arrow.NULL {
		return out, nil
	}
	return func(dst []byte, i int) []byte {
		if a.IsNull(i) {
			return append(dst, w.null...)
		}
		return out(dst, i)
	}, nil
}

// requote quotes what was appended from n on, where it needs it.
func (w *writer) requote(dst []byte, n int) []byte {
	s := dst[n:]
	if len(s) > 0 && string(s) != w.null && !bytes.ContainsAny(s, "\"\r\n") && bytes.IndexByte(s, w.delim) < 0 {
		return dst
	}
	return w.text(dst[:n], string(s))
}

func (w *writer) Write(b table.Batch) error {
	if w.err != nil {
		return w.err
	}
	cols := make([]cell.Appender, b.NumCols())
	for i, a := range b.Columns() {
		c, err := w.cells(a)
		if err != nil {
			w.err = err
			return err
		}
		cols[i] = c
	}
	n := int(b.NumRows())
	parts := (n + rowsPerPart - 1) / rowsPerPart
	for len(w.bufs) < parts {
		w.bufs = append(w.bufs, nil)
	}
	encode := func(p int) {
		dst := w.bufs[p][:0]
		for row := p * rowsPerPart; row < min(n, (p+1)*rowsPerPart); row++ {
			for k, c := range cols {
				if k > 0 {
					dst = append(dst, w.delim)
				}
				dst = c(dst, row)
			}
			dst = append(dst, '\n')
		}
		w.bufs[p] = dst
	}
	spread(parts, w.workers, encode)
	for p := range parts {
		if _, err := w.w.Write(w.bufs[p]); err != nil {
			w.err = err
			return err
		}
	}
	return nil
}

// spread runs f for 0..n-1 on several goroutines, which have ended when it
// returns.
func spread(n, workers int, f func(int)) {
	if workers == 1 || n == 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var wg sync.WaitGroup
	for k := range min(workers, n) {
		wg.Go(func() {
			for i := k; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}

func (w *writer) Close() error { return w.err }
