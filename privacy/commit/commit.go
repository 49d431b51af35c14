// Package commit binds the maker of a table to every cell of it, column by
// column, with salted Merkle trees in the shape of RFC 6962. COMMIT.md is its
// specification.
//
//	tree, err := commit.New(schema, keyOf, commit.Options{Workers: 2})
//	err = tree.Add(batch) // in row order, batches of any size
//	root, err := tree.Finish()
//
// # Guarantee
//
// The root does not depend on batches, workers or dictionaries. Memory is a few
// hashes a column, whatever the number of rows. What the root binds and what
// it hides, and against whom, COMMIT.md says.
package commit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// Version is the version of COMMIT.md that this package writes and reads.
const Version = 1

// KeySize is the size of a column's commit key in bytes.
const KeySize = 32

// Hash is a SHA-256.
type Hash = [sha256.Size]byte

// Options of [New].
type Options struct {
	// Workers is how many goroutines Add may hash on; they have ended when it
	// returns. Default 1.
	Workers int
}

// Tree commits to one table while its batches pass.
type Tree struct {
	schema  *arrow.Schema
	columns []*column
	workers int
	rows    int64
}

// column is the frontier of one column's tree and what makes its leaves.
type column struct {
	salted bool
	block  cipher.Block
	front  frontier
	buf    []byte
}

// New starts a tree. key gives a column's commit key, or nil for a clear
// column; a nil function means that all columns are clear.
func New(schema *arrow.Schema, key func(column string) []byte, opt Options) (*Tree, error) {
	t := &Tree{schema: schema, workers: max(opt.Workers, 1)}
	for _, f := range schema.Fields() {
		if err := supported(f.Type); err != nil {
			return nil, fmt.Errorf("commit to column %q: %w", f.Name, err)
		}
		c := &column{}
		if key != nil {
			if k := key(f.Name); k != nil {
				if len(k) != KeySize {
					return nil, fmt.Errorf("commit to column %q: its key has %d bytes, want %d", f.Name, len(k), KeySize)
				}
				block, err := aes.NewCipher(k)
				if err != nil {
					return nil, fmt.Errorf("commit to column %q: %w", f.Name, err)
				}
				c.salted, c.block = true, block
			}
		}
		t.columns = append(t.columns, c)
	}
	return t, nil
}

// Add takes the next rows.
func (t *Tree) Add(b table.Batch) error {
	if int(b.NumCols()) != len(t.columns) {
		return fmt.Errorf("commit to batch: it has %d columns, the schema %d", b.NumCols(), len(t.columns))
	}
	errs := make([]error, len(t.columns))
	work := func(w int) {
		for i := w; i < len(t.columns); i += t.workers {
			errs[i] = t.columns[i].add(b.Column(i), t.rows)
		}
	}
	var wg sync.WaitGroup
	for w := 1; w < t.workers; w++ {
		wg.Go(func() { work(w) })
	}
	work(0)
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("commit to column %q: %w", t.schema.Field(i).Name, err)
		}
	}
	t.rows += b.NumRows()
	return nil
}

// add hashes the cells of an array, whose first row is row.
func (c *column) add(a arrow.Array, row int64) error {
	enc, err := newEncoder(a)
	if err != nil {
		return err
	}
	buf := append(c.buf[:0], make([]byte, 17)...) // 0x00 and the salt
	for i := range a.Len() {
		if c.salted {
			salt(c.block, uint64(row)+uint64(i), (*[16]byte)(buf[1:17]))
		}
		buf = enc(buf[:17], i)
		c.front.push(sha256.Sum256(buf))
	}
	c.buf = buf
	return nil
}

// salt is AES-256(S, i): one block of the keystream.
func salt(b cipher.Block, i uint64, out *[16]byte) {
	binary.BigEndian.PutUint64(out[:8], 0)
	binary.BigEndian.PutUint64(out[8:], i)
	b.Encrypt(out[:], out[:])
}

// Finish gives the root of what was added.
func (t *Tree) Finish() *Root {
	r := &Root{Version: Version, Rows: t.rows, Schema: Hex(SchemaDigest(t.schema))}
	for i, c := range t.columns {
		f := t.schema.Field(i)
		r.Columns = append(r.Columns, Column{Name: f.Name, Type: typeName(f.Type), Salted: c.salted, Root: Hex(c.front.root())})
	}
	r.Table = Hex(r.table())
	return r
}

// node is an inner node of a tree.
func node(l, r *Hash) Hash {
	var m [1 + 2*sha256.Size]byte
	m[0] = 1
	copy(m[1:], l[:])
	copy(m[1+sha256.Size:], r[:])
	return sha256.Sum256(m[:])
}

// frontier keeps the roots of the complete subtrees at the right edge of a
// growing tree: one for each bit of its size.
type frontier struct {
	size  uint64
	stack []Hash // larger subtrees first
}

func (f *frontier) push(leaf Hash) {
	n := f.size
	f.size++
	for ; n&1 == 1; n >>= 1 {
		top := len(f.stack) - 1
		leaf = node(&f.stack[top], &leaf)
		f.stack = f.stack[:top]
	}
	f.stack = append(f.stack, leaf)
}

func (f *frontier) root() Hash {
	if f.size == 0 {
		return sha256.Sum256(nil)
	}
	top := len(f.stack) - 1
	h := f.stack[top]
	for i := top - 1; i >= 0; i-- {
		h = node(&f.stack[i], &h)
	}
	return h
}
