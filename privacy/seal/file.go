package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// file is a sealed file whose frame was checked, without any key.
type file struct {
	r       io.ReaderAt
	size    int64
	h       *header
	hash    [sha256.Size]byte
	plain   *arrow.Schema
	outer   *arrow.Schema // without metadata
	bare    []byte        // schema message of outer
	message []byte        // schema message
	blocks  []block
	rows    []int64 // of each block, unauthenticated until the block is opened
	starts  []int64 // first row of each block
	footAt  int64   // of the footer
	padded  string
}

func damaged(object, format string, args ...any) error {
	return privacy.Tampered("read", object, format, args...)
}

// readFile reads everything but the batches.
func readFile(r io.ReaderAt, size int64) (*file, error) {
	f := &file{r: r, size: size}
	if size < minFile {
		return nil, damaged("file", "%d bytes are too few", size)
	}
	head, err := f.bytes(0, 16)
	if err != nil {
		return nil, err
	}
	tail, err := f.bytes(size-10, 10)
	if err != nil {
		return nil, err
	}
	if string(head[:8]) != magic+"\x00\x00" {
		return nil, damaged("file", "it does not start like an Arrow file")
	}
	if string(tail[4:]) != magic {
		return nil, damaged("file", "it does not end like an Arrow file: it was cut, or never finished")
	}
	footSize := int64(le.Uint32(tail))
	f.footAt = size - 10 - footSize
	if f.footAt < 16 {
		return nil, damaged("footer", "its size %d is larger than the file", footSize)
	}
	foot, err := f.bytes(f.footAt, footSize)
	if err != nil {
		return nil, err
	}
	blocks, template, err := parseFooter(foot)
	if err != nil {
		return nil, damaged("footer", "%v", err)
	}
	f.blocks = blocks
	if err := f.layout(); err != nil {
		return nil, err
	}
	if err := f.schema(template); err != nil {
		return nil, err
	}
	return f, f.countRows()
}

// bytes reads n bytes, which the caller has held against the file's size.
func (f *file) bytes(at, n int64) ([]byte, error) {
	b := make([]byte, n)
	if _, err := f.r.ReadAt(b, at); err != nil && !(err == io.EOF && at+n == f.size) {
		return nil, fmt.Errorf("read sealed file: %w", err)
	}
	return b, nil
}

// layout checks that schema, batches, end marker and footer lie without gaps.
func (f *file) layout() error {
	first := f.footAt - int64(len(arrowEOS))
	if len(f.blocks) > 0 {
		first = f.blocks[0].offset
	}
	if first < 16 || first > f.footAt || first > maxHeader*4 {
		return damaged("footer", "the first batch lies outside the file")
	}
	at := first
	for i, b := range f.blocks {
		if b.offset != at || b.meta < 16 || b.body < 0 || b.body > f.size || b.meta > f.size {
			return damaged(batchName(i), "its place in the footer does not follow the batch before")
		}
		if at += b.meta + b.body; at > f.footAt {
			return damaged(batchName(i), "it lies outside the file")
		}
	}
	if at != f.footAt-int64(len(arrowEOS)) {
		return damaged("file", "something lies between the batches and the footer")
	}
	eos, err := f.bytes(at, int64(len(arrowEOS)))
	if err != nil {
		return err
	}
	if !bytes.Equal(eos, arrowEOS) {
		return damaged("file", "the end marker is missing")
	}
	f.message, err = f.bytes(8, first-8)
	if err != nil {
		return err
	}
	if n := int64(int32(le.Uint32(f.message[4:]))); le.Uint32(f.message) != 0xffffffff || n != first-16 {
		return damaged("schema", "its length is wrong")
	}
	return nil
}

func batchName(i int) string { return fmt.Sprintf("batch %d", i) }

// schema reads the header and holds both copies of the schema against it.
func (f *file) schema(template []byte) error {
	outer, err := decodeSchema(append(bytes.Clone(f.message), arrowEOS...))
	if err != nil {
		return damaged("schema", "it is malformed")
	}
	md := outer.Metadata()
	var ok bool
	if f.padded, ok = md.GetValue(keyHeader); !ok {
		return &privacy.Error{Kind: privacy.ErrTampered, Verb: "read", Object: "file", Cause: "it is an Arrow file without a seal", Hint: "if it was never sealed, verisim convert reads it; if it was, somebody took the seal away"}
	}
	if f.h, err = parseHeader(f.padded); err != nil {
		return err
	}
	if f.hash, err = f.h.Immutable.hash(); err != nil {
		return err
	}
	blank := []byte(strings.Repeat(" ", len(f.padded)))
	message, err := replaceOnce(f.message, f.padded, blank)
	if err != nil {
		return damaged("schema", "the header is not where it belongs")
	}
	if template, err = replaceOnce(template, f.padded, blank); err != nil {
		return &privacy.Error{
			Kind: privacy.ErrTampered, Verb: "read", Object: "footer", Cause: "its header is not that of the schema",
			Hint: "if a rewrap of this file was interrupted, run it again",
		}
	}
	ms, ts := sha256.Sum256(message), sha256.Sum256(template)
	if hex.EncodeToString(ms[:]) != f.h.Immutable.SchemaDigest || hex.EncodeToString(ts[:]) != f.h.Immutable.FooterDigest {
		return damaged("schema", "it is not the one that the file was sealed with")
	}
	return f.derive(outer)
}

// derive rebuilds both schemas from the header and compares.
func (f *file) derive(outer *arrow.Schema) error {
	raw, err := decode64(f.h.Immutable.Schema, -1)
	if err != nil {
		return damaged("header", "its schema is malformed")
	}
	if f.plain, err = decodeSchema(raw); err != nil {
		return damaged("header", "its schema is malformed")
	}
	want, err := outerSchema(f.plain, f.h.Immutable.Columns, f.padded)
	if err != nil {
		return damaged("header", "%v", err)
	}
	if !want.Equal(outer) {
		return damaged("schema", "its columns are not those of the header")
	}
	for _, c := range f.h.Immutable.Columns {
		if c.Mode != ModeChunk && cellWidth(f.plain.Field(c.Field).Type) < 0 {
			return damaged("header", "column %q cannot be sealed by the cell", c.Name)
		}
		if i, serr := table.Column(f.plain, c.Subject); c.Subject != "" && (serr != nil || i == c.Field || !namesSubjects(valueType(f.plain.Field(i).Type))) {
			return damaged("header", "column %q has no proper subject", c.Name)
		}
	}
	f.outer = bare(want)
	if f.bare, err = schemaMessage(f.outer); err != nil {
		return damaged("schema", "it is malformed")
	}
	if f.h.Immutable.Empty != (len(f.blocks) == 0) {
		return damaged("file", "%d batches in a table that says empty = %v", len(f.blocks), f.h.Immutable.Empty)
	}
	return nil
}

func (f *file) countRows() error {
	total := int64(0)
	for i, b := range f.blocks {
		meta, err := f.bytes(b.offset, b.meta)
		if err != nil {
			return err
		}
		m, used, err := parseMessage(meta)
		if err != nil || int64(used) != b.meta || m.body != b.body || m.rows == 0 {
			return damaged(batchName(i), "its message is malformed")
		}
		f.starts = append(f.starts, total)
		f.rows = append(f.rows, m.rows)
		if total += m.rows; total < 0 {
			return damaged(batchName(i), "too many rows")
		}
	}
	return nil
}
