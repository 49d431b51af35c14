// Package delim reads and writes delimited text: CSV (RFC 4180) and TSV.
//
// # Reading
//
// The text is UTF-8, with or without a byte order mark; lines end in LF or
// CRLF. A cell may be quoted by ", and a doubled quote inside stands for one.
// The first line names the columns; an empty name becomes c1, c2, ... by its
// place, a name given twice is an error. Every row has as many cells as the
// header; a name with a carriage return is an error, because it is how a file
// with other line ends looks. An empty line is skipped, except in a table of one column, where it
// is a null.
//
// An empty cell is null, a quoted empty cell ("") is an empty text, and the
// tokens of ReadOptions.Nulls mean null where they are not quoted.
//
// Types are inferred from a sample, the first SampleRows rows: a column is the
// first of bool, int64, float64, date, timestamp with zone (made UTC), and
// timestamp without that fits all its cells in the sample that are not null,
// else string; without any such cell it is a string. Numbers with leading zeros
// or a plus are texts, because they are codes, and so are whole numbers that a
// float64 would change. NaN, Inf and -Inf count as numbers beside at least one
// number. A cell beyond the sample that
// does not fit is an error that names its line and column: a null is never made
// out of a bad cell. Package cell says what each type reads.
//
// # Writing
//
// Cells are quoted when they hold the delimiter, a quote, a line end, or read as
// null without quotes; null is the option Null, empty by default. Lines end in
// LF. Nested columns, and those that package cell has no text for, are refused
// when the file is created; a text that is not UTF-8 or holds a NUL is an error.
//
// Delimited text has no types: read with the schema declared to get the same
// ones back.
//
// # Limits
//
// A record has at most 64 MiB and a table 16,384 columns. A file that is cut
// between two lines, or inside the last cell of one, cannot be told from a
// shorter one; compressed files can.
package delim

import (
	"bytes"
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

const (
	maxRecord  = 64 << 20
	maxColumns = 16_384
)

// Codec is delimited text.
type Codec struct {
	// Tabs makes it TSV. Default CSV.
	Tabs bool
}

// Name is "csv" or "tsv".
func (c Codec) Name() string {
	if c.Tabs {
		return "tsv"
	}
	return "csv"
}

// Extensions are the format's own.
func (c Codec) Extensions() []string {
	if c.Tabs {
		return []string{".tsv", ".tab"}
	}
	return []string{".csv", ".txt"}
}

// Sniff is always false: any text could be delimited.
func (Codec) Sniff([]byte) bool { return false }

// Binary is false.
func (Codec) Binary() bool { return false }

// RandomAccess is false.
func (Codec) RandomAccess() bool { return false }

func (c Codec) delimiter(r rune) (byte, error) {
	switch {
	case r == 0 && c.Tabs:
		return '\t', nil
	case r == 0:
		return ',', nil
	case r < 0x80 && r != '"' && r != '\n' && r != '\r':
		return byte(r), nil
	}
	return 0, errDelimiter
}

// Read starts a stream; the header and the sample are read now.
func (c Codec) Read(ctx context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	d, err := c.delimiter(opt.Delimiter)
	if err != nil {
		return nil, err
	}
	return newReader(ctx, in, d, opt)
}

// Create starts a file.
func (c Codec) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	d, err := c.delimiter(opt.Delimiter)
	if err != nil {
		return nil, err
	}
	return newWriter(w, s, d, opt)
}

var bom = []byte{0xef, 0xbb, 0xbf}

// encodingFault says what else than UTF-8 a text starts as, or "".
func encodingFault(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}):
		return "the text is UTF-32; convert it to UTF-8 first"
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "the text is UTF-16; convert it to UTF-8 first"
	}
	return ""
}
