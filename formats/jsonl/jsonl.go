// Package jsonl reads and writes JSON Lines: one JSON object (RFC 8259) a line,
// its members the row's cells.
//
// # Reading
//
// The text is UTF-8, with or without a byte order mark; lines end in LF or
// CRLF, and blank lines are skipped. A member that is absent is null, as one
// that says null. A member named twice in one object is an error.
//
// Types are inferred from a sample, the first SampleRows rows. Where all members
// of the sample are declared, the columns are the declared ones in their order;
// else they stand in the order of their first appearance, and declared ones that
// do not appear come last. The type of a column that is not declared is
//
//   - a struct, where every cell that is not null is an object, with members
//     inferred in the same way;
//   - a list, where every such cell is an array;
//   - bool, where every such cell is true or false;
//   - int64, where every such cell is a number without fraction or exponent that
//     fits, else float64 where every one is a number and no whole one of them
//     would lose digits; the strings "NaN", "Inf" and "-Inf" count as numbers
//     beside at least one number;
//   - date, timestamp with zone (made UTC) or timestamp without, the first that
//     every such cell fits, where all are strings;
//   - string in all other cases, and where no cell says anything.
//
// Objects or arrays beside anything else are an error that names the line. So is
// a member that first appears behind the sample: nothing is dropped.
//
// Once a column's type is known, a number, true, false or string is read by its
// text, as package cell says: a decimal, an integer or a time may stand in
// quotes or not, and a string column takes every scalar as it is written. A cell
// that does not fit is an error that names its line and column; a null is never
// made out of a bad cell. Nothing but an absent member, null, or a token of
// ReadOptions.Nulls as a string is null, and none of them is where the declared
// column does not allow nulls. Members inside columns that were not asked for
// (ReadOptions.Columns) are checked as JSON and not looked at further.
//
// # Writing
//
// Every row has every member, null included, so that reading needs no guess of
// names. Integers and finite floats are numbers, floats always with a point or an
// exponent (integers beyond 2^53 lose digits in readers that know doubles only); NaN and the infinities are the
// strings "NaN", "Inf" and "-Inf", since JSON has no such numbers. Decimals are
// strings with all their digits, dates and times strings as in package cell,
// binary is standard base64, a dictionary its string, lists are arrays and
// structs objects. A text that is not UTF-8 is an error. Types without a text
// form (maps, durations, intervals, decimal256) are refused when the file is
// created.
//
// JSON Lines has no schema: read with the schema declared to get the same types
// back. What inference gives instead: int64 and float64 for all numbers, string
// for decimals, binary and times of day, microseconds for timestamps.
//
// # Limits
//
// A line has at most 64 MiB, a table 16,384 columns with all nested members, an
// object 64 levels, and a row 16 Mi cells with those that are absent. An empty
// text is a table of no rows and no columns but the declared ones. A text that
// is cut between two lines, or at a row's last brace, cannot be told from a
// shorter one; compressed files can.
package jsonl

import (
	"bytes"
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

const (
	maxLine    = 64 << 20
	maxColumns = 16_384
	maxDepth   = 64
	maxCells   = 16 << 20
)

// Codec is the codec of JSON Lines.
type Codec struct{}

// Name is "jsonl".
func (Codec) Name() string { return "jsonl" }

// Extensions are those of JSON Lines.
func (Codec) Extensions() []string { return []string{".jsonl", ".ndjson"} }

// Sniff looks for the brace that opens an object, behind a byte order mark and
// white space.
func (Codec) Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
	return bytes.HasPrefix(head, []byte("{"))
}

// Binary is false.
func (Codec) Binary() bool { return false }

// RandomAccess is false.
func (Codec) RandomAccess() bool { return false }

// Read starts a stream; the sample is read now.
func (Codec) Read(ctx context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	return newReader(ctx, in, opt)
}

// Create starts a file.
func (Codec) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return newWriter(w, s, opt)
}

var bom = []byte{0xef, 0xbb, 0xbf}
