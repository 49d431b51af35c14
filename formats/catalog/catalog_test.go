package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/table"
)

// load reads a file whole.
func load(opt OpenOptions) (*arrow.Schema, [][]string, error) {
	f, err := Open(context.Background(), opt)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	batches, err := table.Collect(context.Background(), f.Stream)
	if err != nil {
		return nil, nil, err
	}
	return f.Stream.Schema(), formatstest.Text(batches...), nil
}

// save writes a file of one batch.
func save(path string, c formats.Codec, b table.Batch) error {
	f, err := Create(path, c, b.Schema(), CreateOptions{})
	if err != nil {
		return err
	}
	if err = f.Write(b); err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Close()
}

// plainTypes are those that every format holds.
var plainTypes = []string{"int64", "string", "float64", "bool", "date", "decimal128(18,2)", "timestamp(us,UTC)", "dictionary"}

// TestCompressed holds every format in gzip and zstd, told by its ending and by
// its content alone, through a pipe as well, and that a cut or changed
// compressed file is an error or the same table.
func TestCompressed(t *testing.T) {
	b := formatstest.Table(40, plainTypes...)
	want := formatstest.Text(b)
	for _, c := range All() {
		for _, ending := range []string{"", ".gz", ".zst"} {
			t.Run(c.Name()+ending, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "t"+c.Extensions()[0]+ending)
				if err := save(path, c, b); err != nil {
					t.Fatal(err)
				}
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				bare := filepath.Join(t.TempDir(), "nameless")
				if err = os.WriteFile(bare, data, 0o600); err != nil {
					t.Fatal(err)
				}
				declared := formats.ReadOptions{Schema: b.Schema()}
				name := "" // csv and tsv have no content of their own
				if strings.Contains(c.Name(), "sv") {
					name = c.Name()
				}
				for _, opt := range []OpenOptions{
					{Path: path, Read: declared},
					{Path: bare, Format: name, Read: declared},
					{Path: "-", Stdin: bytes.NewReader(data), Format: name, Read: declared},
				} {
					_, got, err := load(opt)
					if err != nil {
						t.Fatalf("open %s: %v", filepath.Base(opt.Path), err)
					}
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("open %s read another table", filepath.Base(opt.Path))
					}
				}
				if ending == "" {
					return // formats/formatstest holds those
				}
				for n := 0; n < len(data); n += 1 + len(data)/150 {
					cut := OpenOptions{Path: "-", Stdin: bytes.NewReader(data[:n]), Format: c.Name(), Read: declared}
					if _, _, err := load(cut); n > 0 && !errors.Is(err, formats.ErrCorrupt) {
						t.Fatalf("cut at %d of %d bytes: %v, want corrupt", n, len(data), err)
					}
					bad := bytes.Clone(data)
					bad[n] ^= 1 << (n % 8)
					_, got, err := load(OpenOptions{Path: "-", Stdin: bytes.NewReader(bad), Format: c.Name(), Read: declared})
					if err == nil && !reflect.DeepEqual(got, want) || err != nil && !errors.Is(err, formats.ErrCorrupt) {
						t.Fatalf("byte %d changed: %v, want corrupt or the same table", n, err)
					}
				}
			})
		}
	}
}

// outcomes reads an ORIGIN: lines of a file's name, a tab, and what reading it
// must give. Lines without a tab are for people. It checks that folder and
// ORIGIN name the same files.
func outcomes(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "ORIGIN"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, outcome, ok := strings.Cut(line, "\t"); ok {
			want[name] = strings.TrimSpace(outcome)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != "ORIGIN" {
			names = append(names, e.Name())
			if want[e.Name()] == "" {
				t.Errorf("%s is not in ORIGIN", e.Name())
			}
		}
	}
	for name := range want {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in ORIGIN and not there", name)
		}
	}
	return want
}

// TestSmall opens every file of testdata/small: rows and columns are as ORIGIN
// says, and files of one stem hold the same cells as far as their formats keep
// the types.
func TestSmall(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "small")
	first := map[string][][]string{}
	for name, want := range outcomes(t, dir) {
		schema, cells, err := load(OpenOptions{Path: filepath.Join(dir, name)})
		if err != nil {
			t.Errorf("%s: %v, want %s", name, err, want)
			continue
		}
		rows := 0
		if len(cells) > 0 {
			rows = len(cells[0])
		}
		var got strings.Builder
		fmt.Fprintf(&got, "%d rows", rows)
		for _, f := range schema.Fields() {
			fmt.Fprintf(&got, "; %s %s", f.Name, f.Type)
		}
		if got.String() != want {
			t.Errorf("%s = %s, want %s", name, got.String(), want)
		}
		stem, ending, _ := strings.Cut(name, ".")
		if key := stem + want; strings.Contains("arrow arrows parquet", strings.TrimSuffix(ending, ".zst")) {
			if other, ok := first[key]; !ok {
				first[key] = cells
			} else if !reflect.DeepEqual(other, cells) {
				t.Errorf("%s holds other cells than another file of its name", name)
			}
		}
	}
}

// TestBroken opens every file of testdata/broken and wants the class of error
// that ORIGIN says, and its text.
func TestBroken(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "broken")
	for name, want := range outcomes(t, dir) {
		class, cause, _ := strings.Cut(want, ": ")
		_, _, err := load(OpenOptions{Path: filepath.Join(dir, name)})
		got := "read"
		switch unknown := (*UnknownFormatError)(nil); {
		case errors.As(err, &unknown):
			got = "unknown"
		case errors.Is(err, formats.ErrCorrupt):
			got = "corrupt"
		case err != nil:
			got = "other"
		}
		if got != class || err != nil && !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: %s, %v; want %s", name, got, err, want)
		}
	}
}
