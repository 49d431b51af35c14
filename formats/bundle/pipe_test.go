//go:build unix

package bundle

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/verisim/verisim/formats"
)

// TestPipesAreNotWaitedFor: a pipe in the place of a file, put there after the files
// were looked at, is a fault at once.
func TestPipesAreNotWaitedFor(t *testing.T) {
	data := noise(10)
	h, path := hold(t, data)
	pipe := func(path string) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip("no pipes here:", err)
		}
	}
	pipe(path)
	for name, open := range map[string]func() error{
		"open": func() error { _, err := h.Open("a"); return err },
		"read": func() error { _, err := h.ReadFile("a"); return err },
		"hash": func() error {
			_, err := h.hash(context.Background(), 0, File{Path: "a", Size: 10, SHA256: sha256.Sum256(data)})
			return err
		},
	} {
		done := make(chan error, 1)
		go func() { done <- open() }()
		select {
		case err := <-done:
			if !errors.Is(err, formats.ErrCorrupt) {
				t.Errorf("%s a pipe = %v, want corrupt", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s waits for a pipe", name)
		}
	}
}

// TestGrowingFile: a file that takes more than it had is not read to its end, which
// it may not have.
func TestGrowingFile(t *testing.T) {
	data := noise(3 * blockSize)
	h, path := hold(t, data[:blockSize])
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx := &countdown{Context: context.Background(), left: 3} // three reads at most
	_, err := h.hash(ctx, 0, File{Path: filepath.Base(path), Size: blockSize, SHA256: sha256.Sum256(data)})
	if !errors.Is(err, formats.ErrCorrupt) {
		t.Errorf("hash of a growing file = %v, want corrupt", err)
	}
}

// countdown is a context that ends after some questions.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}
