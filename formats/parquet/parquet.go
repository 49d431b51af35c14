// Package parquet reads and writes Parquet files with code of its own: arrow's
// reader panics in goroutines that nobody can recover, and its writer encodes
// dictionary columns value by value. Arrow's arrays come in and go out.
//
// # Writing
//
// One profile, made for every reader: the root is REQUIRED, pages are V1 with a
// checksum, values are PLAIN or RLE_DICTIONARY, statistics are of the new kind.
// Compression is snappy unless asked otherwise (zstd, none). A column is
// dictionary-encoded as long as its values repeat: Arrow dictionaries straight
// from their indices, other texts and numbers by trial on the first page. Row
// groups gather batches up to WriteOptions.RowsPerGroup or 32 MiB of pages,
// whichever comes first, and wait in memory. The bytes depend on the rows and
// the options alone, not on how the batches were cut or on Parallel: Write
// encodes columns on that many goroutines and returns when they have ended.
//
// The Arrow schema is stored as ARROW:schema, so that types, dictionaries,
// zones, units and metadata come back; its metadata is stored in the footer
// too, for other readers. What Parquet cannot hold is an error of Create: maps,
// fixed-size lists, unions, views, intervals, dictionaries of anything but text,
// structs without fields, decimals of more than 38 digits. Seconds are stored as
// milliseconds.
//
// # Reading
//
// Files of other writers too: pages V1 and V2, PLAIN, dictionaries, RLE, the
// three DELTA encodings, BYTE_STREAM_SPLIT; uncompressed, snappy, gzip, zstd,
// lz4_raw; INT96 times, decimals of all four forms, lists of two and three
// levels. Maps are read as lists of structs. Brotli, LZO and the deprecated LZ4
// framing are refused by name; so are encrypted files, which [Encrypted] reads
// and writes. Batches have ReadOptions.RowsPerBatch rows (default 65,536), fewer
// at the end of a row group or where cells are long. A dictionary column has one
// dictionary for the whole file, as long as all of its pages are
// dictionary-encoded.
//
// # Hostile input
//
// Reading runs in the caller's goroutine. Every length and offset is checked
// against what is there before anything is allocated for it; a page may claim
// 64 MiB, or more if its compressed bytes justify that. A file that is cut
// anywhere is an error; so is a flipped byte in a page of ours, whose checksum
// tells. The footer has no checksum: a flip there may read as other names.
//
// Reference: github.com/apache/parquet-format 2.10 (parquet.thrift,
// Encodings.md, LogicalTypes.md).
package parquet

import (
	"bytes"
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

var magic = []byte("PAR1")

// Codec is the codec of Parquet files.
type Codec struct{}

// Name is "parquet".
func (Codec) Name() string { return "parquet" }

// Extensions are those of Parquet files.
func (Codec) Extensions() []string { return []string{".parquet", ".pq"} }

// Sniff looks for the magic bytes.
func (Codec) Sniff(head []byte) bool { return bytes.HasPrefix(head, magic) }

// Binary is true.
func (Codec) Binary() bool { return true }

// RandomAccess is true: the footer at the end says where columns are.
func (Codec) RandomAccess() bool { return true }

// Read starts a stream over the file's rows.
func (Codec) Read(_ context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	return read(in, opt)
}

// Create starts a file.
func (Codec) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return create(w, s, opt)
}
