package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every broken sealed file is refused with the exit code of its class, and
// nothing is written: neither the output nor a partial one.
func TestBrokenSealedFiles(t *testing.T) {
	from := filepath.Join("..", "..", "privacy", "seal", "testdata", "broken")
	list, err := os.ReadFile(filepath.Join(from, "CLASSES"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	content, err := os.ReadFile(filepath.Join(from, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "audit.key")
	if err = os.WriteFile(key, content, 0o600); err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{"tampered": exitCorrupt, "version": exitCorrupt, "no-key": exitNoKey}
	n := 0
	for line := range strings.Lines(string(list)) {
		file, class, _ := strings.Cut(strings.TrimSpace(line), " ")
		var out, errs bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(string) string { return "" }}
		got := run(context.Background(), []string{"open", filepath.Join(from, file), "-i", key, "-o", filepath.Join(dir, "out.arrow")}, e)
		if got != codes[class] || out.Len() > 0 || !strings.HasPrefix(errs.String(), "verisim: error: ") {
			t.Errorf("open %s: exit code %d, want %d; stderr %q", file, got, codes[class], errs.String())
		}
		n++
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v are left beside the key, %v", left, err)
	}
	if n < 30 {
		t.Errorf("%d files, want at least 30", n)
	}
}
