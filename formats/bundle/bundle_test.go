package bundle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verisim/verisim/formats"
)

func write(t *testing.T, w *Writer, path, text string) {
	t.Helper()
	f, err := w.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// small makes a bundle of two files and returns its place and files.
func small(t *testing.T) (string, []File) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, "tables/b.arrow", "bbb")
	write(t, w, "quality.json", "{}")
	files := w.Files()
	if err := w.Commit([]byte("manifest")); err != nil {
		t.Fatal(err)
	}
	return dir, files
}

func TestRoundTrip(t *testing.T) {
	dir, files := small(t)
	if len(files) != 2 || files[0].Path != "quality.json" {
		t.Fatalf("Files() = %v, want two in path order", files)
	}
	if err := Check(context.Background(), dir, files, 2); err != nil {
		t.Errorf("Check = %v, want nil", err)
	}
	if m, err := ReadManifest(dir); err != nil || string(m) != "manifest" {
		t.Errorf("ReadManifest = %q, %v", m, err)
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the bundle lie %v, want nothing else", entries)
	}
}

func TestCheckFindsEveryChange(t *testing.T) {
	for _, c := range []struct {
		name, path string
		change     func(dir string) error
	}{
		{"flip", "tables/b.arrow", func(d string) error { return os.WriteFile(filepath.Join(d, "tables/b.arrow"), []byte("bbc"), 0o644) }},
		{"cut", "tables/b.arrow", func(d string) error { return os.Truncate(filepath.Join(d, "tables/b.arrow"), 2) }},
		{"missing", "quality.json", func(d string) error { return os.Remove(filepath.Join(d, "quality.json")) }},
		{"extra", "more", func(d string) error { return os.WriteFile(filepath.Join(d, "more"), nil, 0o644) }},
		{"hidden", ".x", func(d string) error { return os.WriteFile(filepath.Join(d, ".x"), nil, 0o644) }},
		{"link", "quality.json", func(d string) error {
			if err := os.Remove(filepath.Join(d, "quality.json")); err != nil {
				return err
			}
			return os.Symlink("tables/b.arrow", filepath.Join(d, "quality.json"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, files := small(t)
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			err := Check(context.Background(), dir, files, 1)
			var fault *Fault
			if !errors.As(err, &fault) || fault.Path != c.path || !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("Check = %v, want a fault of %q", err, c.path)
			}
		})
	}
}

func TestCheckRefusesManifestPaths(t *testing.T) {
	dir, _ := small(t)
	for _, path := range []string{"../x", "/etc/passwd", "a//b", ".hidden", "a/../b", "manifest.json", ""} {
		err := Check(context.Background(), dir, []File{{Path: path}}, 1)
		if !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("Check with %q listed = %v, want corrupt", path, err)
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	w, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, "a", "x")
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 0 {
		t.Errorf("after Abort there are %v, want nothing", left)
	}
	if _, err := w.Create("b"); err == nil {
		t.Error("Create after Abort worked")
	}
}

func TestPlaceIsTaken(t *testing.T) {
	dir, _ := small(t)
	var exists *ExistsError
	if _, err := Create(dir, Options{}); !errors.As(err, &exists) || !exists.IsBundle {
		t.Errorf("Create over a bundle = %v, want ExistsError", err)
	}
	other := t.TempDir()
	if _, err := Create(other, Options{Replace: true}); !errors.As(err, &exists) || exists.IsBundle {
		t.Errorf("Create over a foreign directory = %v, want ExistsError", err)
	}
	w, err := Create(dir, Options{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, "new", "n")
	files := w.Files()
	if err := w.Commit([]byte("m2")); err != nil {
		t.Fatal(err)
	}
	if err := Check(context.Background(), dir, files, 1); err != nil {
		t.Errorf("Check after replacing = %v", err)
	}
}

func TestCommitWaitsForFiles(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "set"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create("a"); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(nil); err == nil || !strings.Contains(err.Error(), "still open") {
		t.Errorf("Commit with an open file = %v, want an error", err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckPath(t *testing.T) {
	for path, want := range map[string]bool{
		"a": true, "tables/x-1.arrow": true, "": false, "a b": false, "a/.b": false, "é": false,
		strings.Repeat("a/", 8) + "a": false, strings.Repeat("a", 256): false,
	} {
		if got := CheckPath(path) == nil; got != want {
			t.Errorf("CheckPath(%q) ok = %t, want %t", path, got, want)
		}
	}
}
