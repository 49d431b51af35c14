package seal

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// CellGrant opens one cell of a column in cell mode, to whoever has it, and no
// other cell. It is secret.
type CellGrant struct {
	Column  string
	Row     int64 // of the table, from 0
	file    [32]byte
	key     [keySize]byte
	version int
}

// cellGrant is the grant's file: canonical JSON and a line feed.
type cellGrant struct {
	Column  string `json:"column"`
	File    string `json:"file"` // hex of the file's hash
	Key     string `json:"key"`  // hex
	Row     int64  `json:"row"`
	Version int    `json:"version"`
}

// Format gives the grant's file.
func (g *CellGrant) Format() ([]byte, error) {
	b, err := privacy.Canonical(cellGrant{g.Column, hex.EncodeToString(g.file[:]), hex.EncodeToString(g.key[:]), g.Row, g.version})
	return append(b, '\n'), err
}

// ParseCellGrant reads what Format wrote.
func ParseCellGrant(data []byte) (*CellGrant, error) {
	var f cellGrant
	if err := privacy.DecodeCanonical(bytes.TrimSuffix(data, []byte("\n")), &f); err != nil {
		return nil, privacy.Tampered("read", "cell grant", "%v", err)
	}
	if f.Version != Version {
		return nil, &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: "cell grant", Cause: fmt.Sprintf("version %d", f.Version)}
	}
	g := &CellGrant{Column: f.Column, Row: f.Row, version: f.Version}
	file, ferr := hex.DecodeString(f.File)
	key, kerr := hex.DecodeString(f.Key)
	if ferr != nil || kerr != nil || len(file) != len(g.file) || len(key) != len(g.key) || f.Row < 0 ||
		hex.EncodeToString(file) != f.File || hex.EncodeToString(key) != f.Key {
		return nil, privacy.Tampered("read", "cell grant", "it is malformed")
	}
	copy(g.file[:], file)
	copy(g.key[:], key)
	return g, nil
}

// locate finds the batch of a row, and the row within it.
func (f *file) locate(row int64) (batch int, within int64, err error) {
	if total := f.total(); row < 0 || row >= total {
		return 0, 0, fmt.Errorf("row %d: the table has rows 0 to %d", row, total-1)
	}
	batch = sort.Search(len(f.starts), func(i int) bool { return f.starts[i] > row }) - 1
	return batch, row - f.starts[batch], nil
}

// Disclose makes the grant of one cell. The batch is authenticated first. A
// column in subject mode is refused, because the grant would outlive an
// erasure.
func (r *Reader) Disclose(ctx context.Context, name string, row int64) (*CellGrant, error) {
	i, err := table.Column(r.f.plain, name)
	if err != nil {
		return nil, err
	}
	c := r.f.sealedColumn(i)
	if c == nil || c.Mode == ModeChunk {
		return nil, privacy.Refused("disclose", fmt.Sprintf("column %q", name), "it is not sealed by the cell")
	}
	if c.Mode == ModeSubject {
		return nil, privacy.Refused("disclose", fmt.Sprintf("column %q", name), "the grant would outlive its subject's erasure")
	}
	batch, within, err := r.f.locate(row)
	if err != nil {
		return nil, err
	}
	b, err := r.Batch(ctx, batch, []string{name})
	if err != nil {
		return nil, err
	}
	null := b.Column(0).IsNull(int(within))
	b.Release()
	if null {
		return nil, fmt.Errorf("disclose row %d: the cell is null, as everybody can see", row)
	}
	at := chunkContext{hash: r.f.hash, batch: uint64(batch), first: r.f.starts[batch], rows: r.f.rows[batch]}
	k, err := newCellKeys(r.keys.columns[i], &at, i)
	if err != nil {
		return nil, err
	}
	g := &CellGrant{Column: name, Row: row, file: r.f.hash, version: Version}
	copy(g.key[:], k.key(int(within), nil))
	return g, nil
}

// OpenCell opens the cell of a grant: an array of one cell, which the caller
// releases. That the rest of the file is whole is not checked. The error matches
// privacy.ErrNoKey if the grant is of another file.
func OpenCell(r io.ReaderAt, size int64, g *CellGrant) (arrow.Array, error) {
	f, err := readFile(r, size)
	if err != nil {
		return nil, err
	}
	if f.hash != g.file {
		return nil, privacy.NoKey("open", "cell", "the grant is of another file")
	}
	i, err := table.Column(f.plain, g.Column)
	if err != nil {
		return nil, err
	}
	if c := f.sealedColumn(i); c == nil || c.Mode != ModeCell {
		return nil, privacy.Tampered("open", "cell", "its column is not sealed by the cell")
	}
	batch, within, err := f.locate(g.Row)
	if err != nil {
		return nil, privacy.Tampered("open", "cell", "%v", err)
	}
	o := opener{r: &Reader{f: f}}
	b, err := o.read(batch)
	if err != nil {
		return nil, err
	}
	rec, err := o.outer(context.Background(), batch, b)
	if err != nil {
		return nil, err
	}
	defer rec.Release()
	cells, ok := rec.Column(i).(*array.Binary)
	if !ok || cells.IsNull(int(within)) {
		return nil, privacy.Tampered("open", "cell", "it is not there")
	}
	box, err := cellBox(g.key[:])
	if err != nil {
		return nil, err
	}
	value, err := box.Open(nil, zeroNonce[:], cells.Value(int(within)), nil)
	t := f.plain.Field(i).Type
	if err != nil || cellWidth(t) > 0 && len(value) != cellWidth(t) {
		return nil, privacy.Tampered("open", "cell", "it does not authenticate")
	}
	return column1(t, 1, 0, []byte{1}, []int64{0, int64(len(value))}, value)
}
