package commit

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// naive is the definition of RFC 6962, section 2.1, as it is written there.
func naive(leaves []Hash) Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		l, r := naive(leaves[:k]), naive(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// TestRFC6962 uses the test data of the reference implementation of
// Certificate Transparency: leaves and roots for sizes 1 to 8.
func TestRFC6962(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var f frontier
	if got := Hex(f.root()); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("root of nothing = %s", got)
	}
	for i, l := range leaves {
		data, err := hex.DecodeString(l)
		if err != nil {
			t.Fatal(err)
		}
		f.push(sha256.Sum256(append([]byte{0}, data...)))
		if got := Hex(f.root()); got != roots[i] {
			t.Errorf("root of %d leaves = %s, want %s", i+1, got, roots[i])
		}
	}
}

func TestFrontierIsNaive(t *testing.T) {
	var f frontier
	var leaves []Hash
	for n := range 70 {
		if got, want := f.root(), naive(leaves); got != want {
			t.Fatalf("root of %d leaves = %x, want %x", n, got, want)
		}
		l := sha256.Sum256([]byte{byte(n)})
		leaves = append(leaves, l)
		f.push(l)
	}
}

func schema(dict bool) *arrow.Schema {
	var kind arrow.DataType = arrow.BinaryTypes.String
	if dict {
		kind = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	}
	return table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int32},
		{Name: "kind", Type: kind, Nullable: true},
		{Name: "x", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "l", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "s", Type: arrow.StructOf(arrow.Field{Name: "a", Type: arrow.FixedWidthTypes.Boolean, Nullable: true}), Nullable: true},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}, Nullable: true},
	}, nil), table.Facts{Name: "t", Key: "id"})
}

func rows(t testing.TB, dict bool, from, to int) table.Batch {
	t.Helper()
	var b strings.Builder
	b.WriteString("[")
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(",")
		}
		if i%5 == 4 {
			fmt.Fprintf(&b, `{"id":%d,"kind":null,"x":null,"l":null,"s":null,"d":null}`, i)
			continue
		}
		fmt.Fprintf(&b, `{"id":%d,"kind":"k%d","x":%d.5,"l":["a","%d"],"s":{"a":%t},"d":"%d.25"}`, i, i%3, i, i, i%2 == 0, i)
	}
	b.WriteString("]")
	r, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema(dict), strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keyOf(column string) []byte {
	if column == "kind" || column == "x" {
		k := sha256.Sum256([]byte("key of " + column))
		return k[:]
	}
	return nil
}

func root(t testing.TB, workers int, batches ...table.Batch) *Root {
	t.Helper()
	tree, err := New(batches[0].Schema(), keyOf, Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := tree.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	return tree.Finish()
}

func TestBatchesWorkersAndDictionariesDoNotMatter(t *testing.T) {
	want := root(t, 1, rows(t, false, 0, 23))
	for _, r := range []*Root{
		root(t, 2, rows(t, false, 0, 23)),
		root(t, 8, rows(t, false, 0, 1), rows(t, false, 1, 17), rows(t, false, 17, 23)),
		root(t, 1, rows(t, true, 0, 10), rows(t, true, 10, 23)),
	} {
		if r.Table != want.Table {
			t.Errorf("root = %s, want %s", r.Table, want.Table)
		}
	}
	if err := want.Check(); err != nil {
		t.Errorf("Check = %v", err)
	}
}

func TestEveryCellMatters(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{{Name: "c", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	roots := map[string]string{}
	for _, text := range []string{
		`[{"c":"a"},{"c":"b"}]`, `[{"c":"b"},{"c":"a"}]`, `[{"c":"a"}]`, `[{"c":"a"},{"c":""}]`,
		`[{"c":"a"},{"c":null}]`, `[{"c":"ab"},{"c":""}]`, `[]`,
	} {
		b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r := root(t, 1, b).Table
		if other, ok := roots[r]; ok {
			t.Errorf("%s and %s have one root", text, other)
		}
		roots[r] = text
	}
}

func TestSaltHides(t *testing.T) {
	b := rows(t, false, 0, 9)
	plain, err := New(b.Schema(), nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := plain.Add(b); err != nil {
		t.Fatal(err)
	}
	p, s := plain.Finish(), root(t, 1, b)
	for i, c := range s.Columns {
		if differs := c.Root != p.Columns[i].Root; differs != c.Salted {
			t.Errorf("column %q: salted %t, root differs %t", c.Name, c.Salted, differs)
		}
	}
}

// TestLeafAsSpecified makes leaves from the words of COMMIT.md, with the counter
// mode of the standard library.
func TestLeafAsSpecified(t *testing.T) {
	b := rows(t, false, 0, 1)
	got := root(t, 1, b)
	k := keyOf("kind")
	block, err := aes.NewCipher(k)
	if err != nil {
		t.Fatal(err)
	}
	var s [16]byte
	cipher.NewCTR(block, make([]byte, 16)).XORKeyStream(s[:], s[:])
	leaf := sha256.Sum256(append(append([]byte{0}, s[:]...), "\x06k0"...))
	if Hex(leaf) != got.Columns[1].Root {
		t.Errorf("root of one cell = %s, want its leaf %x", got.Columns[1].Root, leaf)
	}
	clear := sha256.Sum256(append(append([]byte{0}, make([]byte, 16)...), 2, 0, 0, 0, 0, 0, 0, 0, 0))
	if Hex(clear) != got.Columns[0].Root {
		t.Errorf("root of one clear cell = %s, want %x", got.Columns[0].Root, clear)
	}
}

func TestProjectionCompares(t *testing.T) {
	full := root(t, 1, rows(t, false, 0, 12))
	b := rows(t, false, 0, 12)
	s := arrow.NewSchema([]arrow.Field{b.Schema().Field(2), b.Schema().Field(0)}, nil)
	part := root(t, 1, array.NewRecord(s, []arrow.Array{b.Column(2), b.Column(0)}, 12))
	if err := full.Compare(part); err != nil {
		t.Errorf("Compare = %v", err)
	}
	other := root(t, 1, rows(t, false, 1, 13))
	if err := full.Compare(other); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Compare with other rows = %v, want tampered", err)
	}
}

func TestCheckFindsEveryChange(t *testing.T) {
	good := root(t, 1, rows(t, false, 0, 3))
	data, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		var r Root
		if json.Unmarshal(bad, &r) != nil {
			continue
		}
		if again, _ := json.Marshal(&r); bytes.Equal(again, data) {
			continue // the name of a member in another case
		}
		err := r.Check()
		if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("byte %d (%q to %q): Check = %v", i, data[i], bad[i], err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	const n, cols = 65536, 21
	fields := make([]arrow.Field, cols)
	arrays := make([]arrow.Array, cols)
	for i := range fields {
		fields[i] = arrow.Field{Name: fmt.Sprint("c", i), Type: arrow.PrimitiveTypes.Int64}
		bl := array.NewInt64Builder(memory.DefaultAllocator)
		for k := range n {
			bl.Append(int64(k * i))
		}
		arrays[i] = bl.NewArray()
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), arrays, n)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			tree, err := New(rec.Schema(), func(string) []byte { return make([]byte, 32) }, Options{Workers: workers})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := tree.Add(rec); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n*cols)/float64(b.N), "ns/cell")
		})
	}
}
