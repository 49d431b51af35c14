package catalog_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/catalog"
)

// TestCreateWritesIntoPipes: what is no regular file is written to and stays
// what it is; a directory is never replaced.
func TestCreateWritesIntoPipes(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip("this system makes no named pipes")
	}
	codec, err := catalog.ByName("csv")
	if err != nil {
		t.Fatal(err)
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}}, nil)
	got := make(chan string)
	go func() {
		b, bad := os.ReadFile(pipe)
		if bad != nil {
			b = []byte(bad.Error())
		}
		got <- string(b)
	}()
	w, err := catalog.Create(pipe, codec, s, catalog.CreateOptions{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(`[{"a": 7}]`))
	if err != nil {
		t.Fatal(err)
	}
	if err = w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "a\n7\n" {
		t.Errorf("the pipe brought %q, want a header and a row", text)
	}
	if st, bad := os.Lstat(pipe); bad != nil || st.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v, %v; want it to stay a pipe", st.Mode(), bad)
	}
	if _, err = catalog.Create(dir, codec, s, catalog.CreateOptions{Replace: true}); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("Create over a directory = %v, want it refused", err)
	}
}
