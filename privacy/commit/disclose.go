package commit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// Disclosure shows one cell: whoever has the table's root can check that it
// stands in that row of that column, and learns nothing of other cells.
type Disclosure struct {
	Column string   `json:"column"`
	Row    int64    `json:"row"`
	Salt   string   `json:"salt"` // hex, 16 bytes
	Cell   string   `json:"cell"` // hex, the canonical bytes
	Path   []string `json:"path"` // hex, siblings from the leaf up
}

// Disclose reads a table and shows cells: the given rows of the given columns.
// The stream has the columns of the commitment that are to be shown; key is as
// in [New]. Memory is a path a cell.
func Disclose(ctx context.Context, in table.Stream, key func(string) []byte, rows []int64, columns []string) ([]Disclosure, error) {
	t, err := New(in.Schema(), key, Options{})
	if err != nil {
		return nil, err
	}
	rows = slices.Clone(rows)
	slices.Sort(rows)
	rows = slices.Compact(rows)
	if len(rows) > 0 && rows[0] < 0 {
		return nil, fmt.Errorf("disclose row %d: rows count from 0", rows[0])
	}
	var show []*shower
	for _, name := range columns {
		i, err := table.Column(in.Schema(), name)
		if err != nil {
			return nil, err
		}
		show = append(show, &shower{c: t.columns[i], name: name, index: i, rows: rows})
	}
	for b, err := range in.Batches(ctx) {
		if err != nil {
			return nil, err
		}
		for _, s := range show {
			if err := s.add(b, t.rows); err != nil {
				return nil, err
			}
		}
		t.rows += b.NumRows()
	}
	if n := len(rows); n > 0 && rows[n-1] >= t.rows {
		return nil, fmt.Errorf("disclose row %d: the table has rows 0..%d", rows[n-1], t.rows-1)
	}
	var out []Disclosure
	for _, s := range show {
		out = append(out, s.finish()...)
	}
	return out, nil
}

// shower walks one column and collects the paths of the wanted rows.
type shower struct {
	c     *column
	name  string
	index int
	rows  []int64
	front watched
	cells []Disclosure
}

func (s *shower) add(b table.Batch, first int64) error {
	enc, err := newEncoder(b.Column(s.index))
	if err != nil {
		return err
	}
	buf := make([]byte, 17)
	for i := range int(b.NumRows()) {
		if s.c.salted {
			salt(s.c.block, uint64(first)+uint64(i), (*[16]byte)(buf[1:17]))
		}
		buf = enc(buf[:17], i)
		row := first + int64(i)
		if _, wanted := slices.BinarySearch(s.rows, row); wanted {
			s.cells = append(s.cells, Disclosure{
				Column: s.name, Row: row,
				Salt: hex.EncodeToString(buf[1:17]), Cell: hex.EncodeToString(buf[17:]),
			})
			s.front.watch(uint64(row))
		}
		s.front.push(sha256.Sum256(buf))
	}
	return nil
}

func (s *shower) finish() []Disclosure {
	paths := s.front.paths()
	for i := range s.cells {
		for _, h := range paths[uint64(s.cells[i].Row)] {
			s.cells[i].Path = append(s.cells[i].Path, Hex(h))
		}
	}
	return s.cells
}

// watched is a frontier that also collects the siblings of watched leaves.
type watched struct {
	size  uint64
	stack []subtree
	path  map[uint64][]Hash
	next  []uint64 // leaves to watch that are still to come
}

// subtree is a complete subtree with the watched leaves below it.
type subtree struct {
	root   Hash
	leaves []uint64
}

func (w *watched) watch(leaf uint64) { w.next = append(w.next, leaf) }

func (w *watched) push(leaf Hash) {
	if w.path == nil {
		w.path = map[uint64][]Hash{}
	}
	s := subtree{root: leaf}
	if len(w.next) > 0 && w.next[0] == w.size {
		s.leaves, w.next = []uint64{w.size}, w.next[1:]
	}
	n := w.size
	w.size++
	for ; n&1 == 1; n >>= 1 {
		top := len(w.stack) - 1
		s = w.join(w.stack[top], s)
		w.stack = w.stack[:top]
	}
	w.stack = append(w.stack, s)
}

func (w *watched) join(l, r subtree) subtree {
	for _, leaf := range l.leaves {
		w.path[leaf] = append(w.path[leaf], r.root)
	}
	for _, leaf := range r.leaves {
		w.path[leaf] = append(w.path[leaf], l.root)
	}
	return subtree{root: node(&l.root, &r.root), leaves: append(l.leaves, r.leaves...)}
}

func (w *watched) paths() map[uint64][]Hash {
	for len(w.stack) > 1 {
		top := len(w.stack) - 1
		s := w.join(w.stack[top-1], w.stack[top])
		w.stack = append(w.stack[:top-1], s)
	}
	return w.path
}

// Verify checks a disclosed cell against a root whose own origin the caller
// has checked. An error matches privacy.ErrTampered.
func (r *Root) Verify(d Disclosure) error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("verify", fmt.Sprintf("row %d of column %q", d.Row, d.Column), format, args...)
	}
	if err := r.Check(); err != nil {
		return err
	}
	i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == d.Column })
	if i < 0 {
		return bad("the commitment has no such column")
	}
	if d.Row < 0 || d.Row >= r.Rows {
		return bad("the commitment has %d rows", r.Rows)
	}
	salt, err1 := hex.DecodeString(d.Salt)
	cell, err2 := hex.DecodeString(d.Cell)
	if err1 != nil || err2 != nil || len(salt) != 16 {
		return bad("its salt or cell is malformed")
	}
	h := sha256.Sum256(append(append([]byte{0}, salt...), cell...))
	// RFC 9162, section 2.1.3.2: which siblings are left ones follows from the
	// row and the size of the tree.
	at, last := uint64(d.Row), uint64(r.Rows-1)
	for _, text := range d.Path {
		p, ok := parseHex(text)
		if !ok || last == 0 {
			return bad("its path is malformed")
		}
		if at&1 == 1 || at == last {
			h = node(&p, &h)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			h = node(&h, &p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || Hex(h) != r.Columns[i].Root {
		return bad("it is not the cell that was committed to")
	}
	return nil
}
