package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/verisim/verisim/formats"
)

// hold makes a checked bundle with one file of the given bytes.
func hold(t testing.TB, data []byte) (*Held, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	h, err := Hold(context.Background(), dir, []File{{Path: "a", Size: int64(len(data)), SHA256: sha256.Sum256(data)}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	return h, path
}

func noise(n int) []byte {
	data := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(n), 1))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// TestHeldReads: any piece of the file, at the edges of blocks and of the file,
// from several goroutines, is what the file has.
func TestHeldReads(t *testing.T) {
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 7*blockSize + 5} {
		data := noise(size)
		h, _ := hold(t, data)
		f, err := h.Open("a")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(w), 2))
				for range 60 {
					off, n := r.IntN(size+2), r.IntN(3*blockSize)
					p := make([]byte, n)
					got, err := f.ReadAt(p, int64(off))
					want := data[min(off, size):min(off+n, size)]
					if !bytes.Equal(p[:got], want) || (got < n) != errors.Is(err, io.EOF) {
						t.Errorf("of %d bytes, ReadAt(%d bytes, %d) = %d, %v", size, n, off, got, err)
					}
				}
			})
		}
		wg.Wait()
		if all, err := h.ReadFile("a"); err != nil || !bytes.Equal(all, data) {
			t.Errorf("ReadFile of %d bytes = %d bytes, %v", size, len(all), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestHeldFindsChanges changes a file after its check: what is read is what was
// hashed, or an error that names the file, and never the other bytes.
func TestHeldFindsChanges(t *testing.T) {
	data := noise(3*blockSize + 100)
	for _, c := range []struct {
		name   string
		change func(d []byte) []byte
	}{
		{"flip", func(d []byte) []byte { d[2*blockSize+7] ^= 1; return d }},
		{"swap of blocks", func(d []byte) []byte {
			return append(append(bytes.Clone(d[blockSize:2*blockSize]), d[:blockSize]...), d[2*blockSize:]...)
		}},
		{"cut", func(d []byte) []byte { return d[:len(d)-1] }},
		{"another file", func(d []byte) []byte { return noise(len(d) + 1) }},
	} {
		h, path := hold(t, data)
		f, err := h.Open("a")
		if err != nil {
			t.Fatal(err)
		}
		if err = os.WriteFile(path, c.change(bytes.Clone(data)), 0o644); err != nil {
			t.Fatal(err)
		}
		found := false
		for off := 0; off < len(data); off += 1000 {
			p := make([]byte, min(1500, len(data)-off))
			n, err := f.ReadAt(p, int64(off))
			if !bytes.Equal(p[:n], data[off:off+n]) {
				t.Fatalf("%s: ReadAt gives bytes at %d that were not hashed", c.name, off)
			}
			var fault *Fault
			if err != nil {
				found = errors.As(err, &fault) && fault.Path == "a" && errors.Is(err, formats.ErrCorrupt)
			}
		}
		if _, err := h.ReadFile("a"); !found || !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("%s: no fault, or ReadFile = %v", c.name, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestHeldKnowsOnlyItsFiles(t *testing.T) {
	h, path := hold(t, []byte("x"))
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "b"), []byte("y"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ReadFile("b"); !errors.Is(err, formats.ErrCorrupt) {
		t.Errorf("ReadFile of a file that came later = %v, want corrupt", err)
	}
}

func BenchmarkHold(b *testing.B) {
	data := noise(32 << 20)
	h, path := hold(b, data)
	dir := filepath.Dir(path)
	want := File{Path: "a", Size: int64(len(data)), SHA256: sha256.Sum256(data)}
	b.Run("hash", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := Hold(context.Background(), dir, []File{want}, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sha256-alone", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			sha256.Sum256(data)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := h.ReadFile("a"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
