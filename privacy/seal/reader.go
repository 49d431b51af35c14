package seal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
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
	md, err := vetSchema(f.message)
	if err != nil {
		return damaged("schema", "it is malformed")
	}
	var ok bool
	if f.padded, ok = md[keyHeader]; !ok {
		return &privacy.Error{Kind: privacy.ErrTampered, Verb: "read", Object: "file", Cause: "it is an Arrow file without a seal"}
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
	outer, err := decodeSchema(append(bytes.Clone(f.message), arrowEOS...))
	if err != nil {
		return damaged("schema", "it is malformed")
	}
	return f.derive(outer)
}

// derive rebuilds both schemas from the header and compares.
func (f *file) derive(outer *arrow.Schema) error {
	raw, err := decode64(f.h.Immutable.Schema, -1)
	if err != nil {
		return damaged("header", "its schema is malformed")
	}
	vetted, ok := bytes.CutSuffix(raw, arrowEOS)
	if _, err := vetSchema(vetted); err != nil || !ok {
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

// Unlock is what somebody has to open a file with. All that fits is used.
type Unlock struct {
	Identities []*keys.Identity
	Passphrase []byte
}

// Reader gives the columns that its keys open. Its methods may be called from
// several goroutines.
type Reader struct {
	f    *file
	keys *keySet
}

// Open reads a sealed file with identities.
func Open(r io.ReaderAt, size int64, ids []*keys.Identity) (*Reader, error) {
	return OpenWith(r, size, Unlock{Identities: ids})
}

// OpenWith reads a sealed file. The error matches privacy.ErrNoKey if nothing
// fits, privacy.ErrTampered if the file is not what was sealed, and
// privacy.ErrVersion if it is of another version.
func OpenWith(r io.ReaderAt, size int64, u Unlock) (*Reader, error) {
	f, err := readFile(r, size)
	if err != nil {
		return nil, err
	}
	k, err := f.unlock(u)
	if err != nil {
		return nil, err
	}
	return &Reader{f, k}, nil
}

// unlock collects the keys of all slots that open, and checks the header.
func (f *file) unlock(u Unlock) (*keySet, error) {
	all := &keySet{columns: map[int][]byte{}}
	add := func(k *keySet) error {
		if all.header != nil && !bytes.Equal(all.header, k.header) {
			return damaged("slot", "two grants carry different header keys")
		}
		all.header = k.header
		for c, key := range k.columns {
			if old, ok := all.columns[c]; ok && !bytes.Equal(old, key) {
				return damaged("slot", "two grants carry different keys of one column")
			}
			all.columns[c] = key
		}
		return nil
	}
	var wrong error
	for n := range f.h.Slots {
		s := &f.h.Slots[n]
		for _, id := range u.Identities {
			k, ok, err := s.open(f.hash, id)
			if err != nil {
				return nil, err
			}
			if ok {
				if err := add(k); err != nil {
					return nil, err
				}
			}
		}
		if s.Kind == kindPassphrase && u.Passphrase != nil {
			k, err := s.openPassphrase(f.hash, u.Passphrase)
			if errors.Is(err, privacy.ErrNoKey) {
				wrong = err
				continue
			}
			if err == nil {
				err = add(k)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if all.header == nil {
		if wrong != nil {
			return nil, wrong
		}
		return nil, &privacy.Error{
			Kind: privacy.ErrNoKey, Verb: "open", Object: "file",
			Cause: "no grant is addressed to the given keys",
			Hint:  "verisim inspect tells who may open it",
		}
	}
	mac, err := f.h.mac(all.header)
	if err != nil {
		return nil, err
	}
	stored, err := decode64(f.h.MAC, sha256.Size)
	if err != nil || !hmac.Equal(mac, stored) {
		return nil, damaged("header", "it does not authenticate: a grant was added, taken away or changed")
	}
	return all, nil
}

// Info tells who may open what.
func (r *Reader) Info() Info { return r.f.info() }

// Schema is the table's schema with all its columns, as it was sealed.
func (r *Reader) Schema() *arrow.Schema { return r.f.plain }

// Batches is the number of batches.
func (r *Reader) Batches() int { return len(r.f.blocks) }

// Rows is the number of rows of the table.
func (r *Reader) Rows() int64 { return r.f.total() }

func (f *file) total() int64 {
	n := int64(0)
	for _, k := range f.rows {
		n += k
	}
	return n
}

// Granted lists the sealed columns that the keys open.
func (r *Reader) Granted() []string {
	var out []string
	for _, c := range r.f.h.Immutable.Columns {
		if r.keys.columns[c.Field] != nil {
			out = append(out, c.Name)
		}
	}
	return out
}

// CommitKey is Writer.CommitKey for a column that the keys open, and nil for
// any other.
func (r *Reader) CommitKey(name string) []byte {
	return r.keys.commit(r.f.h.Immutable.Columns, name)
}

// Erase overwrites the keys, as far as Go lets it. The reader opens nothing
// afterwards.
func (r *Reader) Erase() {
	r.keys.erase()
	r.keys = &keySet{columns: map[int][]byte{}}
}

// Stream opens columns by name, in the given order. Nil means every clear
// column and every sealed column that the keys open, in the table's order.
//
// A batch is yielded only after everything in it authenticated; that the table
// is whole is known when the stream has ended without an error.
func (r *Reader) Stream(names []string) (table.Stream, error) {
	sel, err := r.choose(names)
	if err != nil {
		return nil, err
	}
	return table.Func(sel.schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			o := opener{r: r, sel: sel}
			for i := range r.f.blocks {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				b, err := o.batch(ctx, i)
				if err != nil {
					yield(nil, err)
					return
				}
				more := yield(b, nil)
				b.Release()
				if !more {
					return
				}
			}
		}
	}), nil
}

// Batch opens batch i alone. The caller releases it. That other batches exist
// unchanged is not checked.
func (r *Reader) Batch(ctx context.Context, i int, names []string) (table.Batch, error) {
	if i < 0 || i >= len(r.f.blocks) {
		return nil, fmt.Errorf("open batch %d: the table has %d", i, len(r.f.blocks))
	}
	sel, err := r.choose(names)
	if err != nil {
		return nil, err
	}
	o := opener{r: r, sel: sel}
	return o.batch(ctx, i)
}

// selection is which columns to give, and which to open for it.
type selection struct {
	schema *arrow.Schema
	fields []int        // of the plain schema, in the order of schema
	sealed map[int]bool // fields to open
	clear  bool         // any clear column is wanted
}

func (r *Reader) choose(names []string) (*selection, error) {
	s := &selection{sealed: map[int]bool{}}
	isSealed := func(i int) bool {
		return slices.ContainsFunc(r.f.h.Immutable.Columns, func(c column) bool { return c.Field == i })
	}
	if names == nil {
		for i := range r.f.plain.NumFields() {
			if !isSealed(i) || r.keys.columns[i] != nil {
				s.fields = append(s.fields, i)
			}
		}
	}
	for _, n := range names {
		i, err := table.Column(r.f.plain, n)
		if err != nil {
			return nil, err
		}
		if isSealed(i) && r.keys.columns[i] == nil {
			return nil, privacy.NoKey("open", fmt.Sprintf("column %q", n), "no grant of the given keys covers it")
		}
		s.fields = append(s.fields, i)
	}
	var fields []arrow.Field
	for _, i := range s.fields {
		fields = append(fields, r.f.plain.Field(i))
		if isSealed(i) {
			s.sealed[i] = true
		} else {
			s.clear = true
		}
	}
	md := r.f.plain.Metadata()
	s.schema = arrow.NewSchema(fields, &md)
	return s, nil
}
