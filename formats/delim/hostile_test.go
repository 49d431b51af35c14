package delim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/verisim/verisim/formats"
)

// TestBroken reads every file of testdata/broken, whose ORIGIN says what each
// must give.
func TestBroken(t *testing.T) {
	dir := filepath.Join("testdata", "broken")
	origin, err := os.ReadFile(filepath.Join(dir, "ORIGIN"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(origin)) {
		if name, outcome, ok := strings.Cut(line, "\t"); ok {
			want[strings.TrimSpace(name)] = strings.TrimSpace(outcome)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "ORIGIN" {
			continue
		}
		outcome, ok := want[e.Name()]
		if !ok {
			t.Errorf("%s is not in ORIGIN", e.Name())
			continue
		}
		delete(want, e.Name())
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
			_, err := dump(r, formats.ReadOptions{SampleRows: 3})
			if !errors.Is(err, formats.ErrCorrupt) || !strings.HasPrefix(err.Error(), "read in.csv:"+outcome) {
				t.Errorf("%s = %v, want %s", e.Name(), err, outcome)
			}
		}
	}
	for name := range want {
		t.Errorf("%s is in ORIGIN and not in the folder", name)
	}
}

// TestWide holds that a header of a million columns is one error, at once.
func TestWide(t *testing.T) {
	_, err := dump(strings.NewReader(strings.Repeat("x,", 1_000_000)+"x\n"), formats.ReadOptions{})
	if want := "in.csv:1:32769: a record has more than 16384 cells"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a million columns = %v, want %s", err, want)
	}
}

// TestEndless holds that a quote that is never closed stops at the bound, also
// when the text comes in small pieces, which must not cost the square.
func TestEndless(t *testing.T) {
	text := io.MultiReader(strings.NewReader("a,b\n1,\""), io.LimitReader(pieces{}, 1<<30))
	_, err := dump(text, formats.ReadOptions{})
	if want := fmt.Sprintf("in.csv:2: a record is longer than %d MiB", maxRecord>>20); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an endless cell = %v, want %s", err, want)
	}
}

// pieces delivers text without end, 4 KiB at a time.
type pieces struct{}

func (pieces) Read(p []byte) (int, error) {
	n := min(len(p), 4096)
	for i := range n {
		p[i] = "x,\n y"[i%5]
	}
	return n, nil
}
