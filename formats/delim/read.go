package delim

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

type reader struct {
	s      *scanner
	opt    formats.ReadOptions
	nulls  map[string]bool
	names  []string
	schema *arrow.Schema // what is read, all columns
	out    *arrow.Schema // what is kept
	keep   []int         // column of the text to column of out, -1 where left out
	sample [][]held
	first  bool // the scanner holds a row already (no header)
	row    int64
}

// held is a cell of the sample, which outlives the scanner's buffer.
type held struct {
	text   string
	quoted bool
	column int64
	line   int64
}

func newReader(ctx context.Context, in formats.Input, delim byte, opt formats.ReadOptions) (table.Stream, error) {
	r := &reader{s: newScanner(in.Name, in.Reader, delim), opt: opt.Filled(), nulls: opt.NullSet()}
	if err := r.header(); err != nil {
		return nil, err
	}
	if err := r.types(ctx); err != nil {
		return nil, err
	}
	if err := r.project(); err != nil {
		return nil, err
	}
	return table.Func(r.out, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) { r.batches(ctx, yield) }
	}), nil
}

func (r *reader) header() error {
	ok, lines, err := r.s.next()
	if err != nil {
		return err
	}
	if !ok {
		return r.s.fault(1, "the text is empty: there is not even a header", "")
	}
	seen := map[string]bool{}
	for i, c := range r.s.cells {
		name := fmt.Sprintf("c%d", i+1)
		if !r.opt.NoHeader && len(c.text) > 0 {
			if cause := checkText(c.text); cause != "" {
				return r.s.fault(c.column, cause, hintText)
			}
			if bytes.IndexByte(c.text, '\r') >= 0 {
				return r.s.fault(c.column, "a carriage return stands in a column's name", "lines must end in LF or CRLF")
			}
			name = string(c.text)
		}
		if seen[name] {
			return r.s.fault(c.column, fmt.Sprintf("column name %q is there twice", name), "rename one of the columns")
		}
		seen[name] = true
		r.names = append(r.names, name)
	}
	r.first = r.opt.NoHeader
	if !r.first {
		r.s.line += lines
	}
	return nil
}

// next gives the next row's cells; the scanner's line is the row's first until
// done is called with the returned count.
func (r *reader) next() (ok bool, lines int64, err error) {
	for {
		lines := int64(1)
		if r.first {
			r.first = false
		} else if ok, lines, err = r.s.next(); !ok || err != nil {
			return false, 0, err
		}
		if len(r.s.cells) == 1 && len(r.names) > 1 && len(r.s.cells[0].text) == 0 && !r.s.cells[0].quoted {
			r.s.line += lines
			continue
		}
		if n := len(r.s.cells); n != len(r.names) {
			return false, 0, r.s.fault(r.s.cells[n-1].column, fmt.Sprintf("this row has %d cells, the header has %d", n, len(r.names)), "a delimiter inside a cell must be quoted")
		}
		return true, lines, nil
	}
}

func (r *reader) isNull(text []byte, quoted bool) bool {
	return !quoted && (len(text) == 0 || len(r.nulls) > 0 && r.nulls[string(text)])
}

// types reads the sample and decides each column's type.
func (r *reader) types(ctx context.Context) error {
	guesses := make([]guess, len(r.names))
	size := 0
	for len(r.sample) < r.opt.SampleRows && size < maxRecord {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, lines, err := r.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		row := make([]held, len(r.names))
		for i, c := range r.s.cells {
			row[i] = held{string(c.text), c.quoted, c.column, r.s.line}
			size += len(c.text) + 48
			if !r.isNull(c.text, c.quoted) {
				guesses[i].add(c)
			}
		}
		r.sample = append(r.sample, row)
		r.s.line += lines
	}
	fields := make([]arrow.Field, len(r.names))
	for i, n := range r.names {
		t := guesses[i].kind()
		if r.opt.AllText {
			t = arrow.BinaryTypes.String
		}
		fields[i] = arrow.Field{Name: n, Type: t, Nullable: true}
	}
	var md *arrow.Metadata
	if d := r.opt.Schema; d != nil {
		m := d.Metadata()
		md = &m
		for _, f := range d.Fields() {
			i := slices.Index(r.names, f.Name)
			if i < 0 {
				err := &formats.SyntaxError{Name: r.s.name, Line: 1, Row: -1, Cause: fmt.Sprintf("column %q is declared, and the header does not have it", f.Name)}
				if near := document.Nearest(f.Name, r.names); near != "" {
					err.Hint = "did you mean " + near + "?"
				}
				return err
			}
			if err := cell.Check(f.Type); err != nil {
				return fmt.Errorf("read %s: column %q: %w", r.s.name, f.Name, err)
			}
			fields[i] = f
		}
	}
	r.schema = arrow.NewSchema(fields, md)
	return nil
}

func (r *reader) project() error {
	r.keep = make([]int, len(r.names))
	if r.opt.Columns == nil {
		for i := range r.keep {
			r.keep[i] = i
		}
		r.out = r.schema
		return nil
	}
	for i := range r.keep {
		r.keep[i] = -1
	}
	fields := make([]arrow.Field, len(r.opt.Columns))
	for k, name := range r.opt.Columns {
		i, err := table.Column(r.schema, name)
		if err != nil {
			return err
		}
		if r.keep[i] >= 0 {
			return fmt.Errorf("read %s: column %q is asked for twice", r.s.name, name)
		}
		r.keep[i], fields[k] = k, r.schema.Field(i)
	}
	md := r.schema.Metadata()
	r.out = arrow.NewSchema(fields, &md)
	return nil
}

func (r *reader) batches(ctx context.Context, yield func(table.Batch, error) bool) {
	cols := make([]*cell.Column, r.out.NumFields())
	for i, f := range r.out.Fields() {
		c, err := cell.NewColumn(f.Type, r.opt.Memory())
		if err != nil {
			yield(nil, fmt.Errorf("column %q: %w", f.Name, err))
			return
		}
		defer c.Release()
		cols[i] = c
	}
	last := 0 // rows of the batch before, which the next one mostly has too
	for {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		for _, c := range cols {
			c.Reserve(last)
		}
		n, err := r.fill(cols)
		if err != nil {
			yield(nil, err)
			return
		}
		if n == 0 {
			return
		}
		last = int(n)
		b := assemble(r.out, cols, n)
		more := yield(b, nil)
		b.Release()
		if !more {
			return
		}
	}
}

func assemble(s *arrow.Schema, cols []*cell.Column, n int64) arrow.Record {
	arrays := make([]arrow.Array, len(cols))
	for i, c := range cols {
		arrays[i] = c.NewArray()
		defer arrays[i].Release()
	}
	return array.NewRecord(s, arrays, n)
}

// fill reads up to a batch of rows, the sample first.
func (r *reader) fill(cols []*cell.Column) (n int64, err error) {
	limit := int64(r.opt.RowsPerBatch)
	size := 0
	for ; n < limit && len(r.sample) > 0; n++ {
		for i, h := range r.sample[0] {
			if err := r.put(cols, i, []byte(h.text), h.quoted, h.line, h.column); err != nil {
				return 0, err
			}
		}
		r.sample = r.sample[1:]
		r.row++
	}
	// A batch of long texts ends early, so that memory stays flat.
	for ; n < limit && size < maxRecord; n++ {
		ok, lines, err := r.next()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		for i, c := range r.s.cells {
			size += len(c.text)
			if err := r.put(cols, i, c.text, c.quoted, r.s.line, c.column); err != nil {
				return 0, err
			}
		}
		r.s.line += lines
		r.row++
	}
	return n, nil
}

func (r *reader) put(cols []*cell.Column, i int, text []byte, quoted bool, line, column int64) error {
	k := r.keep[i]
	if k < 0 {
		return nil
	}
	cause, hint := "", ""
	if r.isNull(text, quoted) {
		if r.out.Field(k).Nullable {
			cols[k].AppendNull()
			return nil
		}
		cause = "this cell is null, and the column is declared without nulls"
		return &formats.SyntaxError{Name: r.s.name, Line: line, Column: column, Row: r.row, Field: r.names[i], Cause: cause}
	}
	switch t := r.out.Field(k).Type; t.ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.DICTIONARY:
		cause, hint = checkText(text), hintText
	}
	if cause == "" {
		err := cols[k].Append(text)
		if err == nil {
			return nil
		}
		cause = err.Error()
		hint = fmt.Sprintf("the column was taken as %s; declare its type (string reads anything), or name the text among the nulls", r.out.Field(k).Type)
	}
	return &formats.SyntaxError{Name: r.s.name, Line: line, Column: column, Row: r.row, Field: r.names[i], Cause: cause, Hint: hint}
}
