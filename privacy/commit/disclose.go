package commit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/bits"
	"slices"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// Disclosure shows cells: some rows of some columns, each with its salt, and per
// column the hashes that lead from its cells to its root. Whoever has the
// table's root can check that these cells stand in these places, and learns
// nothing of other salted cells. Its file is canonical JSON (COMMIT.md, section
// "Disclosure").
type Disclosure struct {
	Columns []Shown `json:"columns"`
	Kind    string  `json:"kind"`
	// Request is the digest of the audit request that is answered, or "".
	Request string  `json:"request"`
	Root    string  `json:"root"` // of the table
	Rows    []int64 `json:"rows"` // ascending, different
	Table   string  `json:"table"`
	Version int     `json:"version"`
}

// Shown are the shown cells of one column, in the order of the rows.
type Shown struct {
	Cells [][]byte `json:"cells"` // canonical bytes
	Name  string   `json:"name"`
	Path  []byte   `json:"path"`  // hashes of 32 bytes: the subtrees without a shown cell, from left to right
	Salts []byte   `json:"salts"` // 16 bytes a cell; none in a clear column
}

const (
	disclosureKind = "verisim/disclosure"
	saltSize       = 16
	// maxShown bounds the cells of one disclosure; who is to see more than a
	// million of them opens the table.
	maxShown = 1 << 20
)

// RowError says that a table has no such row.
type RowError struct{ Row, Rows int64 }

func (e *RowError) Error() string {
	return fmt.Sprintf("there is no row %d: the table has rows 0 to %d", e.Row, e.Rows-1)
}

// Disclose reads a table and shows cells: the given rows of the given columns.
// The stream has at least these columns; key is as in [New], root the
// commitment that they are shown against. If the cells are not those that were
// committed to, the error matches privacy.ErrTampered. Memory is a path a cell.
func Disclose(ctx context.Context, in table.Stream, key func(string) []byte, root *Root, name string, rows []int64, columns []string) (*Disclosure, error) {
	rows = slices.Clone(rows)
	slices.Sort(rows)
	rows = slices.Compact(rows)
	for _, row := range rows {
		if row < 0 || row >= root.Rows {
			return nil, &RowError{row, root.Rows}
		}
	}
	if n := len(rows) * len(columns); n == 0 || n > maxShown {
		return nil, privacy.Refused("disclose", "cells", "%d rows of %d columns are not between 1 and %d cells", len(rows), len(columns), maxShown)
	}
	in, err := table.Apply(in, table.Pick(columns...))
	if err != nil {
		return nil, err
	}
	t, err := New(in.Schema(), key, Options{})
	if err != nil {
		return nil, err
	}
	show := make([]*shower, len(columns))
	for i := range show {
		show[i] = &shower{c: t.columns[i], rows: rows}
	}
	for b, err := range in.Batches(ctx) {
		if err != nil {
			return nil, err
		}
		for i, s := range show {
			if err := s.add(b, i, t.rows); err != nil {
				return nil, err
			}
		}
		t.rows += b.NumRows()
	}
	d := &Disclosure{Kind: disclosureKind, Root: root.Table, Rows: rows, Table: name, Version: Version}
	for i, s := range show {
		d.Columns = append(d.Columns, s.finish(columns[i]))
	}
	return d, root.Verify(d)
}

// shower walks one column and collects the wanted cells and their path.
type shower struct {
	c     *column
	rows  []int64 // wanted, those that are still to come
	cells [][]byte
	salts []byte
	size  uint64
	stack []subtree // complete ones, larger first
}

// subtree is a complete subtree: its root if it holds no wanted leaf, and
// otherwise the roots of the largest subtrees in it that hold none.
type subtree struct {
	root   Hash
	wanted bool
	parts  []Hash
}

func (s *shower) add(b table.Batch, index int, first int64) error {
	enc, err := newEncoder(b.Column(index))
	if err != nil {
		return err
	}
	buf := make([]byte, 1+saltSize)
	for i := range int(b.NumRows()) {
		if s.c.salted {
			salt(s.c.block, uint64(first)+uint64(i), (*[saltSize]byte)(buf[1:]))
		}
		buf = enc(buf[:1+saltSize], i)
		leaf := subtree{root: sha256.Sum256(buf)}
		if len(s.rows) > 0 && s.rows[0] == first+int64(i) {
			s.rows, leaf.wanted = s.rows[1:], true
			s.cells = append(s.cells, bytes.Clone(buf[1+saltSize:]))
			if s.c.salted {
				s.salts = append(s.salts, buf[1:1+saltSize]...)
			}
		}
		s.push(leaf)
	}
	return nil
}

func (s *shower) push(t subtree) {
	n := s.size
	s.size++
	for ; n&1 == 1; n >>= 1 {
		top := len(s.stack) - 1
		t = join(s.stack[top], t)
		s.stack = s.stack[:top]
	}
	s.stack = append(s.stack, t)
}

func join(l, r subtree) subtree {
	if !l.wanted && !r.wanted {
		return subtree{root: node(&l.root, &r.root)}
	}
	return subtree{wanted: true, parts: append(l.outside(), r.outside()...)}
}

func (t subtree) outside() []Hash {
	if t.wanted {
		return t.parts
	}
	return []Hash{t.root}
}

func (s *shower) finish(name string) Shown {
	for len(s.stack) > 1 {
		top := len(s.stack) - 1
		s.stack = append(s.stack[:top-1], join(s.stack[top-1], s.stack[top]))
	}
	out := Shown{Name: name, Cells: s.cells, Path: []byte{}, Salts: append([]byte{}, s.salts...)}
	for _, t := range s.stack {
		for _, h := range t.parts {
			out.Path = append(out.Path, h[:]...)
		}
	}
	return out
}

// Verify checks disclosed cells against a root whose own origin the caller has
// checked. An error matches privacy.ErrTampered or privacy.ErrVersion.
func (r *Root) Verify(d *Disclosure) error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("verify", "disclosure", format, args...)
	}
	if err := r.Check(); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	if d.Root != r.Table {
		return bad("it is of another table: the roots differ")
	}
	if last := d.Rows[len(d.Rows)-1]; last >= r.Rows {
		return bad("it shows row %d of %d", last, r.Rows)
	}
	for _, s := range d.Columns {
		i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == s.Name })
		if i < 0 {
			return bad("the commitment has no column %q", s.Name)
		}
		if r.Columns[i].Salted != (len(s.Salts) > 0) {
			return bad("the salts of column %q are not as the commitment says", s.Name)
		}
		w := walk{s: s, rows: d.Rows, path: s.Path}
		root := w.root(0, r.Rows)
		if w.short || len(w.path) > 0 {
			return bad("the path of column %q is malformed", s.Name)
		}
		if Hex(root) != r.Columns[i].Root {
			return bad("a cell of column %q is not the one that was committed to", s.Name)
		}
	}
	return nil
}

// walk derives a column's root from its shown cells and their path.
type walk struct {
	s     Shown
	rows  []int64 // not met yet
	met   int
	path  []byte // not used yet
	short bool   // the path has too few hashes
}

// root is the root of the leaves from..to-1, at least one.
func (w *walk) root(from, to int64) Hash {
	if len(w.rows) == 0 || w.rows[0] >= to {
		if len(w.path) < sha256.Size {
			w.short = true
			return Hash{}
		}
		h := Hash(w.path[:sha256.Size])
		w.path = w.path[sha256.Size:]
		return h
	}
	if to-from == 1 {
		m := make([]byte, 1+saltSize, 1+saltSize+len(w.s.Cells[w.met]))
		if len(w.s.Salts) > 0 {
			copy(m[1:], w.s.Salts[saltSize*w.met:])
		}
		m = append(m, w.s.Cells[w.met]...)
		w.met, w.rows = w.met+1, w.rows[1:]
		return sha256.Sum256(m)
	}
	// RFC 6962, section 2.1: the largest power of two below the number of leaves.
	k := int64(1) << (bits.Len64(uint64(to-from-1)) - 1)
	l, r := w.root(from, from+k), w.root(from+k, to)
	return node(&l, &r)
}

// check says whether a disclosure has the form that Verify relies on.
func (d *Disclosure) check() error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("read", "disclosure", format, args...)
	}
	if d.Version != Version {
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: "disclosure", Cause: fmt.Sprintf("version is %d, this program knows %d", d.Version, Version)}
	}
	if _, ok := parseHex(d.Root); d.Kind != disclosureKind || !ok {
		return bad("its kind or its root is malformed")
	}
	if _, ok := parseHex(d.Request); d.Request != "" && !ok {
		return bad("the digest of its request is malformed")
	}
	if len(d.Rows) == 0 || len(d.Columns) == 0 || d.Rows[0] < 0 || !ascending(d.Rows) {
		return bad("its rows do not ascend, or it shows nothing")
	}
	seen := map[string]bool{}
	for _, s := range d.Columns {
		if seen[s.Name] {
			return bad("column %q is there twice", s.Name)
		}
		seen[s.Name] = true
		if len(s.Cells) != len(d.Rows) || len(s.Salts) != 0 && len(s.Salts) != saltSize*len(d.Rows) {
			return bad("column %q has %d cells and %d bytes of salt for %d rows", s.Name, len(s.Cells), len(s.Salts), len(d.Rows))
		}
		// A null beside an empty text would be a second encoding.
		if s.Path == nil || s.Salts == nil || slices.ContainsFunc(s.Cells, func(c []byte) bool { return len(c) == 0 }) {
			return bad("column %q is malformed", s.Name)
		}
	}
	return nil
}

func ascending(rows []int64) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i] <= rows[i-1] {
			return false
		}
	}
	return true
}

// Format gives the disclosure's file.
func (d *Disclosure) Format() ([]byte, error) {
	b, err := privacy.Canonical(d)
	return append(b, '\n'), err
}

// ParseDisclosure reads what Format wrote. An error matches privacy.ErrTampered
// or privacy.ErrVersion. Nothing is verified but the form.
func ParseDisclosure(data []byte) (*Disclosure, error) {
	var d Disclosure
	if err := privacy.DecodeCanonical(bytes.TrimSuffix(data, []byte("\n")), &d); err != nil {
		return nil, privacy.Tampered("read", "disclosure", "%v", err)
	}
	return &d, d.check()
}
