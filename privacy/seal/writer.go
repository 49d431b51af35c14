package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

const (
	minFile = 8 + 8 + 8 + 4 + 6 // magic, a message, the end, footer length, magic
	magic   = "ARROW1"
)

// Writer writes the batches of one table into a sealed file. It is a
// table.Writer.
type Writer struct {
	w       io.Writer
	pos     int64
	random  io.Reader
	grants  []Grant
	input   *arrow.Schema
	plain   *arrow.Schema
	outer   *arrow.Schema // without metadata
	h       header
	hash    [sha256.Size]byte
	keys    *keySet
	ring    *keys.Keyring
	message []byte // schema message
	foot    []byte // footer template
	blocks  []block
	pending arrow.Record
	rows    int64
	closed  bool
	out     []byte // ciphertext on its way, reused
}

// Create starts a sealed file. Nothing is written to w before the first batch
// or Close. Batches keep their sizes; those without rows are left out.
func Create(w io.Writer, s *arrow.Schema, opt Options) (*Writer, error) {
	columns, err := choose(s, &opt)
	if err != nil {
		return nil, err
	}
	random := orRandom(opt.Rand)
	k := &keySet{columns: map[int][]byte{}}
	if k.header, err = randomKey(random); err != nil {
		return nil, err
	}
	for _, c := range columns {
		if k.columns[c.Field], err = randomKey(random); err != nil {
			return nil, err
		}
	}
	return create(w, s, columns, opt, k)
}

// create starts a file under given keys, which Close erases.
func create(w io.Writer, s *arrow.Schema, columns []column, opt Options, k *keySet) (*Writer, error) {
	random := orRandom(opt.Rand)
	var id [16]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return nil, err
	}
	out := &Writer{w: w, random: random, grants: opt.Grants, input: s, keys: k, ring: opt.Keyring}
	sealed := map[int]Mode{}
	for _, c := range columns {
		sealed[c.Field] = c.Mode
	}
	out.plain = plainSchema(s, sealed)
	stream, err := encodeStream(out.plain)
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	ring := ""
	if slices.ContainsFunc(columns, func(c column) bool { return c.Mode == ModeSubject }) {
		ring = opt.Keyring.ID()
	}
	out.h.Immutable = immutable{
		Keyring: ring,
		Columns: columns, FileID: hex.EncodeToString(id[:]),
		Schema: encode64(stream.bytes()), Suite: suiteName, Version: Version,
	}
	return out, out.begin(false)
}

// begin lays out the header and everything that follows from it. The digests
// are of constant size, so the header's size is known before them.
func (w *Writer) begin(empty bool) error {
	i := &w.h.Immutable
	i.Empty = empty
	zero := strings.Repeat("0", 2*sha256.Size)
	i.SchemaDigest, i.FooterDigest = zero, zero
	if err := w.makeSlots(); err != nil {
		return err
	}
	w.h.MAC = encode64(make([]byte, sha256.Size))
	b, err := privacy.Canonical(&w.h)
	if err != nil {
		return err
	}
	i.HeaderSize = (len(b) + 16 + slotSpare + headerUnit - 1) / headerUnit * headerUnit
	blank := strings.Repeat(" ", i.HeaderSize)
	blankFrom := func(header string) (message, foot []byte, err error) {
		outer, err := outerSchema(w.plain, i.Columns, header)
		if err != nil {
			return nil, nil, err
		}
		w.outer = bare(outer)
		if message, err = schemaMessage(outer); err != nil {
			return nil, nil, err
		}
		foot, err = footerTemplate(outer)
		return message, foot, err
	}
	message, foot, err := blankFrom(blank)
	if err != nil {
		return fmt.Errorf("encode schema: %w", err)
	}
	if i.SchemaDigest, i.FooterDigest, err = frameDigests(message, foot); err != nil {
		return err
	}
	if err = w.makeSlots(); err != nil { // now under the file's final hash
		return err
	}
	mac, err := w.h.mac(w.keys.header)
	if err != nil {
		return err
	}
	w.h.MAC = encode64(mac)
	padded, err := w.h.encode()
	if err != nil {
		return err
	}
	if w.message, err = replaceOnce(message, blank, padded); err != nil {
		return err
	}
	w.foot, err = replaceOnce(foot, blank, padded)
	return err
}

// frameDigests are the digests of the schema message and of the footer without
// blocks, both with a blank header.
func frameDigests(message, foot []byte) (string, string, error) {
	f, err := footer(foot, nil)
	if err != nil {
		return "", "", err
	}
	_, template, err := parseFooter(f)
	if err != nil {
		return "", "", err
	}
	m, t := sha256.Sum256(message), sha256.Sum256(template)
	return hex.EncodeToString(m[:]), hex.EncodeToString(t[:]), nil
}

// replaceOnce replaces a value that must stand in b exactly once.
func replaceOnce(b []byte, old string, by []byte) ([]byte, error) {
	at := bytes.Index(b, []byte(old))
	if at < 0 || bytes.Contains(b[at+1:], []byte(old)) {
		return nil, errFlat
	}
	b = bytes.Clone(b)
	copy(b[at:], by)
	return b, nil
}

func (w *Writer) makeSlots() (err error) {
	if w.hash, err = w.h.Immutable.hash(); err != nil {
		return err
	}
	w.h.Slots = nil
	for n := range w.grants {
		s, err := makeSlot(w.random, w.hash, &w.grants[n], w.grants[n].fields(w.h.Immutable.Columns), w.keys)
		if err != nil {
			return err
		}
		w.h.Slots = append(w.h.Slots, s)
	}
	return nil
}

// CommitKey is a key for commitments to a sealed column, which every holder of
// a grant to the column can derive. It is nil for a clear column.
func (w *Writer) CommitKey(name string) []byte {
	return w.keys.commit(w.h.Immutable.Columns, name)
}

func (k *keySet) commit(columns []column, name string) []byte {
	for _, c := range columns {
		if c.Name == name && k.columns[c.Field] != nil {
			out, err := derive(k.columns[c.Field], labelCommit)
			if err != nil {
				return nil
			}
			return out
		}
	}
	return nil
}

// Info tells what the file will say to a reader without a key.
func (w *Writer) Info() Info { return w.h.info(w.plain, len(w.blocks), w.rows) }

// Write takes the next batch. One batch is held back until it is known whether
// it is the last.
func (w *Writer) Write(b table.Batch) error {
	if w.closed {
		return fmt.Errorf("write batch: the file is closed")
	}
	if !b.Schema().Equal(w.input) {
		return fmt.Errorf("write batch: its schema is not that of the table")
	}
	if b.NumRows() == 0 {
		return nil
	}
	if w.pending != nil {
		if err := w.flush(false); err != nil {
			return err
		}
	}
	b.Retain()
	w.pending = b
	return nil
}

// Close writes the last batch and the footer, and forgets the keys. It does not
// close what is below.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	defer w.keys.erase()
	if w.pending != nil {
		if err := w.flush(true); err != nil {
			return err
		}
	} else if err := w.begin(true); err != nil {
		return err
	}
	if err := w.start(); err != nil {
		return err
	}
	f, err := footer(w.foot, w.blocks)
	if err != nil {
		return err
	}
	end := append(bytes.Clone(arrowEOS), f...)
	end = le.AppendUint32(end, uint32(len(f)))
	return w.write(append(end, magic...))
}

func (w *Writer) write(p []byte) error {
	n, err := w.w.Write(p)
	w.pos += int64(n)
	return err
}

func (w *Writer) start() error {
	if w.pos > 0 {
		return nil
	}
	if err := w.write([]byte(magic + "\x00\x00")); err != nil {
		return err
	}
	return w.write(w.message)
}

// flush seals and writes the batch that was held back.
func (w *Writer) flush(final bool) error {
	b := w.pending
	w.pending = nil
	defer b.Release()
	if err := w.start(); err != nil {
		return err
	}
	plain, err := w.plainBatch(b)
	if err != nil {
		return err
	}
	defer plain.Release()
	ctx := chunkContext{hash: w.hash, batch: uint64(len(w.blocks)), first: w.rows, rows: b.NumRows(), final: final}
	f, err := w.frame(plain, &ctx)
	if err != nil {
		return err
	}
	ctx.frame = f.digest()
	k := block{offset: w.pos, meta: int64(len(f.message)), body: f.body()}
	if k.meta > math.MaxInt32 {
		return fmt.Errorf("write batch: its metadata is too large")
	}
	for _, p := range slices.Concat([][]byte{f.message}, f.clear.list, [][]byte{f.directory}) {
		if err = w.write(p); err != nil {
			return err
		}
	}
	for i, c := range w.h.Immutable.Columns {
		if err = w.writeChunk(w.keys.columns[c.Field], ctx.bytes(c.Field), f.plain[i].list); err != nil {
			return err
		}
	}
	if err = w.write(f.pad); err != nil {
		return err
	}
	w.blocks = append(w.blocks, k)
	w.rows += b.NumRows()
	return nil
}

// writeParts is how many parts are encrypted before they are written: few
// enough to stay in the second-level cache.
const writeParts = 16

// writeChunk encrypts the pieces and writes the ciphertext.
func (w *Writer) writeChunk(key, context []byte, pieces [][]byte) error {
	var salt [saltSize]byte
	if _, err := io.ReadFull(w.random, salt[:]); err != nil {
		return err
	}
	if w.out == nil {
		w.out = make([]byte, 0, prefixSize+writeParts*(partSize+tagSize))
	}
	flush := func(b []byte) ([]byte, error) {
		if len(b) < writeParts*(partSize+tagSize) {
			return b, nil
		}
		return b[:0], w.write(b)
	}
	rest, err := sealPieces(w.out[:0], key, salt, context, pieces, flush)
	if err != nil {
		return err
	}
	return w.write(rest)
}

// plainBatch gives the batch in the plain schema.
func (w *Writer) plainBatch(b arrow.Record) (arrow.Record, error) {
	cols := make([]arrow.Array, b.NumCols())
	defer func() {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, c := range b.Columns() {
		d, ok := c.(*array.Dictionary)
		if !ok || w.plain.Field(i).Type.ID() == arrow.DICTIONARY {
			c.Retain()
			cols[i] = c
			continue
		}
		var err error
		if cols[i], err = decodeDictionary(d); err != nil {
			return nil, fmt.Errorf("seal column %q: %w", w.plain.Field(i).Name, err)
		}
	}
	return array.NewRecord(w.plain, cols, b.NumRows()), nil
}
