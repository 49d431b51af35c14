// Package formats states the contract that every file format of the house
// keeps: a [Codec] recognises its own bytes, reads them as a table.Stream and
// writes a table.Stream's batches. The engines live in the packages below, one
// each; formats/catalog lists them; formats/formatstest holds the laws that
// each must pass.
//
// Bytes from outside are hostile: a codec answers them with an error that
// matches [ErrCorrupt], never with a panic, a hang or an allocation that the
// size of the input does not justify.
package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// ErrCorrupt marks input that is not what its format says: cut, flipped or
// foreign. Match it with errors.Is.
var ErrCorrupt = errors.New("corrupt")

// SyntaxError is a fault at a known place of the input. It matches ErrCorrupt.
type SyntaxError struct {
	Name   string // the input's name, such as a path
	Line   int64  // from 1; 0 where the format has no lines
	Column int64  // from 1, in bytes; 0 where unknown
	Row    int64  // from 0, -1 where unknown
	Field  string // the column's name, where known
	Cause  string // what is wrong; never a cell's value
	Hint   string // what to do about it, if something can be done
}

func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString("read ")
	b.WriteString(e.Name)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	} else if e.Row >= 0 {
		fmt.Fprintf(&b, ": row %d", e.Row)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, ": column %q", e.Field)
	}
	b.WriteString(": ")
	b.WriteString(e.Cause)
	return b.String()
}

// Is makes every SyntaxError an ErrCorrupt.
func (e *SyntaxError) Is(target error) bool { return target == ErrCorrupt }

// Corrupt is the error for input without lines: what names the part.
func Corrupt(name, format string, args ...any) error {
	return &SyntaxError{Name: name, Row: -1, Cause: fmt.Sprintf(format, args...)}
}

// Input is what a codec reads. The caller closes what is behind it, after the
// stream has been read or given up.
type Input struct {
	Name string // for messages
	// Reader delivers the bytes from the start. Required.
	Reader io.Reader
	// ReaderAt and Size give random access to the same bytes. They are present
	// whenever the codec's RandomAccess is true: whoever opens a pipe for such
	// a codec spools it to a file first.
	ReaderAt io.ReaderAt
	Size     int64
}

// Codec is one file format.
type Codec interface {
	// Name is what users call it: "arrow", "arrows", "parquet", "csv", ...
	Name() string
	// Extensions lists file endings with their dot, the usual one first.
	Extensions() []string
	// Sniff says whether head, the first bytes of a file (up to 512), can only
	// be this format.
	Sniff(head []byte) bool
	// Binary says whether the output is unfit for a terminal.
	Binary() bool
	// RandomAccess says whether Read needs Input.ReaderAt.
	RandomAccess() bool
	// Read starts a stream. Header faults are found here, later ones while
	// iterating; both match ErrCorrupt.
	Read(ctx context.Context, in Input, opt ReadOptions) (table.Stream, error)
	// Create starts a file. A schema that the format cannot hold is an error
	// now. Close finishes the file; it does not close w.
	Create(w io.Writer, s *arrow.Schema, opt WriteOptions) (table.Writer, error)
}

// ReadOptions are common to all codecs; a codec ignores what it has no use for.
type ReadOptions struct {
	// RowsPerBatch is the largest batch that a text codec makes. Default 65,536,
	// because it keeps columns in the second-level cache and Arrow's own
	// overhead below one per cent. Binary codecs keep the file's batches.
	RowsPerBatch int
	// Columns keeps only these, in this order, and of the table's key and
	// references those whose columns are kept. Default all.
	Columns []string
	// Schema declares the columns of a text format by name, so that nothing is
	// inferred for them. Default none.
	Schema *arrow.Schema
	// SampleRows is how many rows type inference looks at. Default 10,000.
	SampleRows int
	// Nulls are the tokens that mean null in a text format, beside the empty
	// unquoted cell. Default none.
	Nulls []string
	// Delimiter of a delimited text. Default the codec's own.
	Delimiter rune
	// NoHeader says that the first line of a delimited text is data; columns
	// are then named c1, c2, ...
	NoHeader bool
	// AllText infers nothing: every undeclared column is a string.
	AllText bool
	// Allocator gives the memory of batches. Default Go's; tests put one here
	// that counts.
	Allocator memory.Allocator
	// Reuse lets a codec read into the memory of batches that were released.
	// It is for a reader that keeps nothing of a batch, no string out of it
	// either, but by Retain. Default false, because Go's collector forgives.
	Reuse bool
}

// Memory is the allocator to use.
func (o ReadOptions) Memory() memory.Allocator {
	if o.Allocator == nil {
		return memory.DefaultAllocator
	}
	return o.Allocator
}

// Filled is the options with the defaults of text formats in what was left open.
func (o ReadOptions) Filled() ReadOptions {
	if o.RowsPerBatch <= 0 {
		o.RowsPerBatch = 65_536
	}
	if o.SampleRows <= 0 {
		o.SampleRows = 10_000
	}
	return o
}

// NullSet is the tokens that mean null, for looking up.
func (o ReadOptions) NullSet() map[string]bool {
	set := make(map[string]bool, len(o.Nulls))
	for _, n := range o.Nulls {
		set[n] = true
	}
	return set
}

// WriteOptions are common to all codecs; a codec ignores what it has no use for.
type WriteOptions struct {
	// Compression is "", "none", "lz4", "zstd" or "snappy". Default the
	// codec's own choice, stated in its package doc.
	Compression string
	// RowsPerGroup is the target size of a Parquet row group. Default 1,048,576.
	RowsPerGroup int64
	// Null is what a delimited text writes for null. Default empty, while an
	// empty string is written as "".
	Null string
	// Delimiter of a delimited text. Default the codec's own.
	Delimiter rune
	// NoHeader leaves the header line out.
	NoHeader bool
	// Parallel is the number of goroutines that may encode. Default 1.
	Parallel int
}
