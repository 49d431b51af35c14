package commit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// disclose shows cells of the test table with n rows.
func disclose(t testing.TB, n int, rowsShown []int64, columns ...string) (*Root, *Disclosure) {
	t.Helper()
	b := rows(t, false, 0, n)
	r := root(t, 1, b)
	d, err := Disclose(context.Background(), table.FromBatches(b.Schema(), b), keyOf, r, "t", rowsShown, columns)
	if err != nil {
		t.Fatal(err)
	}
	return r, d
}

// TestDisclosure: for every size of table, any set of rows verifies, reads back
// as what the table holds, and has no more hashes than single paths would.
func TestDisclosure(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 40; n++ {
		for range 4 {
			var show []int64
			for len(show) == 0 {
				for i := range n {
					if rnd.IntN(4) == 0 {
						show = append(show, int64(i))
					}
				}
			}
			r, d := disclose(t, n, show, "kind", "id")
			file, err := d.Format()
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseDisclosure(file)
			if err != nil {
				t.Fatal(err)
			}
			cells, err := r.Cells(again)
			if err != nil {
				t.Fatalf("rows %v of %d: %v", show, n, err)
			}
			for i, row := range show {
				want := rows(t, false, int(row), int(row)+1)
				if got := cells.Column(0).ValueStr(i); got != want.Column(1).ValueStr(0) {
					t.Errorf("row %d of %d is %q, want %q", row, n, got, want.Column(1).ValueStr(0))
				}
				if got := cells.Column(1).ValueStr(i); got != fmt.Sprint(row) {
					t.Errorf("id of row %d of %d is %q", row, n, got)
				}
			}
			if len(show) == n && len(d.Columns[0].Path) != 0 {
				t.Errorf("all %d rows are shown, with %d bytes of path", n, len(d.Columns[0].Path))
			}
		}
	}
}

func TestDisclosureOfNoRow(t *testing.T) {
	b := rows(t, false, 0, 3)
	r := root(t, 1, b)
	for _, c := range []struct {
		rows    []int64
		columns []string
		want    any
	}{
		{[]int64{3}, []string{"id"}, new(*RowError)},
		{[]int64{-1}, []string{"id"}, new(*RowError)},
		{[]int64{1}, []string{"ident"}, new(*table.NoColumnError)},
	} {
		_, err := Disclose(context.Background(), table.FromBatches(b.Schema(), b), keyOf, r, "t", c.rows, c.columns)
		if !errors.As(err, c.want) {
			t.Errorf("Disclose rows %v of %v = %v, want a %T", c.rows, c.columns, err, c.want)
		}
	}
	if _, err := Disclose(context.Background(), table.FromBatches(b.Schema(), b), keyOf, r, "t", nil, []string{"id"}); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Disclose of nothing = %v, want refused", err)
	}
	// The maker's own table is not the committed one.
	other := rows(t, false, 1, 4)
	if _, err := Disclose(context.Background(), table.FromBatches(b.Schema(), other), keyOf, r, "t", []int64{0}, []string{"id"}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Disclose of another table = %v, want tampered", err)
	}
}

// TestDisclosureMutations: every byte of the file changed, and what somebody
// would try who knows the format.
func TestDisclosureMutations(t *testing.T) {
	r, d := disclose(t, 23, []int64{3, 4, 17}, "kind", "id")
	file, err := d.Format()
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, m *Disclosure, err error) {
		t.Helper()
		if err == nil {
			err = r.Verify(m)
		}
		if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("%s: %v, want tampered", what, err)
		}
	}
	name := bytes.Index(file, []byte(`"table":"t"`)) + len(`"table":"`)
	for i := range file {
		for _, flip := range []byte{1, 2, 0x20} {
			bad := bytes.Clone(file)
			bad[i] ^= flip
			m, err := ParseDisclosure(bad)
			if i == name && err == nil { // the caller looks the root up by it
				continue
			}
			refused(fmt.Sprintf("byte %d ^ %d", i, flip), m, err)
		}
	}
	for what, change := range map[string]func(m *Disclosure){
		"another row":        func(m *Disclosure) { m.Rows[2] = 18 },
		"two rows exchanged": func(m *Disclosure) { m.Rows[0], m.Rows[1] = 4, 3 },
		"a row beyond":       func(m *Disclosure) { m.Rows[2] = 23 },
		"another cell":       func(m *Disclosure) { m.Columns[0].Cells[0] = []byte{tagNull} },
		"columns exchanged":  func(m *Disclosure) { m.Columns[0].Name, m.Columns[1].Name = "id", "kind" },
		"another column":     func(m *Disclosure) { m.Columns[1].Name = "x" },
		"a column twice":     func(m *Disclosure) { m.Columns[1] = m.Columns[0] },
		"no salt":            func(m *Disclosure) { m.Columns[0].Salts = []byte{} },
		"a salt too many":    func(m *Disclosure) { m.Columns[1].Salts = make([]byte, 3*saltSize) },
		"a longer path":      func(m *Disclosure) { m.Columns[1].Path = append(m.Columns[1].Path, make([]byte, 32)...) },
		"a shorter path":     func(m *Disclosure) { m.Columns[1].Path = m.Columns[1].Path[32:] },
		"half a hash":        func(m *Disclosure) { m.Columns[1].Path = m.Columns[1].Path[:len(m.Columns[1].Path)-16] },
		// The leaf of a cell and the hash of a node are told apart by their first byte.
		"a node as a cell": func(m *Disclosure) { m.Columns[1].Cells[0] = append([]byte{1}, m.Columns[1].Path[:64]...) },
		"version 2":        func(m *Disclosure) { m.Version = 2 },
		"another kind":     func(m *Disclosure) { m.Kind = requestKind },
	} {
		_, m := disclose(t, 23, []int64{3, 4, 17}, "kind", "id")
		change(m)
		refused(what, m, nil)
	}
	other := root(t, 1, rows(t, false, 1, 24))
	if err := other.Verify(d); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Verify against another table = %v, want tampered", err)
	}
}

// TestUndisclosedStaysHidden: a reader who knows the whole table but for which
// cell is where, and all that the disclosure shows, finds no leaf of a salted
// cell in the file. The same attempt finds the leaves of a clear column, so it
// can succeed.
func TestUndisclosedStaysHidden(t *testing.T) {
	const n = 24
	_, d := disclose(t, n, []int64{2, 9, 10}, "kind", "id")
	for i, s := range d.Columns {
		salts := [][]byte{make([]byte, saltSize)}
		for k := 0; k < len(s.Salts); k += saltSize {
			salts = append(salts, s.Salts[k:k+saltSize])
		}
		leaves := map[Hash]bool{}
		all := rows(t, false, 0, n)
		enc, err := newEncoder(all.Column(1 - i)) // kind, then id
		if err != nil {
			t.Fatal(err)
		}
		for row := range n {
			for _, salt := range salts {
				leaves[sha256.Sum256(enc(append([]byte{0}, salt...), row))] = true
			}
		}
		found := 0
		for k := 0; k < len(s.Path); k += sha256.Size {
			if leaves[Hash(s.Path[k:])] {
				found++
			}
		}
		if salted := len(s.Salts) > 0; salted == (found > 0) {
			t.Errorf("column %q (salted %t): %d hashes of the path are of guessed cells", s.Name, salted, found)
		}
	}
}

// TestSaltsTellNothingOfOthers: a salt is AES-256 of the row alone, whatever the
// table holds; salts of one key differ, and so do those of another key.
func TestSaltsTellNothingOfOthers(t *testing.T) {
	_, a := disclose(t, 40, []int64{1, 2, 3}, "kind", "x")
	b := rows(t, false, 5, 25)
	r := root(t, 1, b)
	other, err := Disclose(context.Background(), table.FromBatches(b.Schema(), b), keyOf, r, "t", []int64{1, 2, 3}, []string{"kind"})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Columns[0].Salts, other.Columns[0].Salts) {
		t.Error("salts depend on the cells")
	}
	seen := map[string]bool{}
	for _, s := range a.Columns {
		for k := 0; k < len(s.Salts); k += saltSize {
			seen[string(s.Salts[k:k+saltSize])] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d salts differ of 6", len(seen))
	}
}

// TestCells reads every type back, and refuses cells that are not of it.
func TestCells(t *testing.T) {
	text := `[{"i8":-5,"u64":7,"f":1.5,"b":true,"s":"a","bin":"AAE=","d":"1.25","date":"2024-02-29","ts":"2024-02-29T12:00:00Z","t":"12:30:00","fix":"AAEC","l":["a","b"],"st":{"a":3},"n":null}]`
	fields := []arrow.Field{
		{Name: "i8", Type: arrow.PrimitiveTypes.Int8},
		{Name: "u64", Type: arrow.PrimitiveTypes.Uint64},
		{Name: "f", Type: arrow.PrimitiveTypes.Float32},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "s", Type: arrow.BinaryTypes.LargeString},
		{Name: "bin", Type: arrow.BinaryTypes.Binary},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}},
		{Name: "date", Type: arrow.FixedWidthTypes.Date32},
		{Name: "ts", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		{Name: "t", Type: arrow.FixedWidthTypes.Time32s},
		{Name: "fix", Type: &arrow.FixedSizeBinaryType{ByteWidth: 3}},
		{Name: "l", Type: arrow.ListOf(arrow.BinaryTypes.String)},
		{Name: "st", Type: arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int16})},
		{Name: "n", Type: arrow.Null, Nullable: true},
	}
	s := arrow.NewSchema(fields, nil)
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := New(s, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err = tree.Add(b); err != nil {
		t.Fatal(err)
	}
	r := tree.Finish()
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	d, err := Disclose(context.Background(), table.FromBatches(s, b), nil, r, "t", []int64{0}, names)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Cells(d)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range fields {
		want := b.Column(i).ValueStr(0)
		switch f.Name {
		case "l":
			want = `["a", "b"]`
		case "st":
			want = `(3)`
		default:
			if !arrow.TypeEqual(got.Column(i).DataType(), f.Type) {
				t.Errorf("column %q reads back as %s, want %s", f.Name, got.Column(i).DataType(), f.Type)
			}
		}
		if v := got.Column(i).ValueStr(0); v != want {
			t.Errorf("column %q reads back as %q, want %q", f.Name, v, want)
		}
	}
	// A maker commits to cells that are none of their column's type.
	for i, f := range fields {
		if f.Name == "l" || f.Name == "st" {
			continue
		}
		for _, cell := range [][]byte{{tagList, 0}, {0xff}, {tagNull, 0}, append([]byte{tagInt}, make([]byte, 7)...), append([]byte{tagFloat}, bytes.Repeat([]byte{0x40, 1}, 8)...)} {
			leaf := sha256.Sum256(append(make([]byte, 17), cell...))
			forged := &Root{Version: Version, Rows: 1, Schema: r.Schema, Columns: []Column{{Name: f.Name, Type: r.Columns[i].Type, Root: Hex(leaf)}}}
			forged.Table = Hex(forged.table())
			bad := &Disclosure{
				Kind: disclosureKind, Root: forged.Table, Rows: []int64{0}, Table: "t", Version: Version,
				Columns: []Shown{{Name: f.Name, Cells: [][]byte{cell}, Path: []byte{}, Salts: []byte{}}},
			}
			if err := forged.Verify(bad); err != nil {
				t.Fatal(err)
			}
			if _, err := forged.Cells(bad); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("%s as %s: %v, want tampered", hex.EncodeToString(cell), f.Type, err)
			}
		}
	}
}

// TestDisclosureFixture: the file of version 1 stays readable.
func TestDisclosureFixture(t *testing.T) {
	r, d := disclose(t, 23, []int64{3, 4, 17}, "kind", "id")
	file, err := d.Format()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "v1.disclosure")
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, kept) {
		t.Errorf("the disclosure is not the one of %s", path)
	}
	m, err := ParseDisclosure(kept)
	if err == nil {
		err = r.Verify(m)
	}
	if err != nil {
		t.Error(err)
	}
}

func FuzzDisclosure(f *testing.F) {
	r, d := disclose(f, 11, []int64{1, 6}, "kind", "l", "d")
	file, err := d.Format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"columns":[{"cells":["AA=="],"name":"id","path":"","salts":""}],"kind":"verisim/disclosure","request":"","root":"","rows":[0],"table":"t","version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseDisclosure(data)
		if err == nil {
			_, err = r.Cells(m)
		}
		if err != nil {
			if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
				t.Errorf("error of no class: %v", err)
			}
			return
		}
		if !slices.Equal(m.Rows, d.Rows) { // only the table's maker shows other rows
			t.Errorf("a forged disclosure of rows %v verifies", m.Rows)
		}
	})
}

func FuzzCellText(f *testing.F) {
	f.Add([]byte{tagList, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, tagBool, 1})
	f.Add([]byte{tagStruct, 0, 0, 0, 0, 0, 0, 0, 1, tagNull})
	f.Fuzz(func(t *testing.T, cell []byte) {
		if text, ok := cellText(cell, 0); ok && text == "" {
			t.Error("a cell without text")
		}
	})
}
