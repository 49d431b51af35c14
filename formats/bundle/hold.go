package bundle

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/verisim/verisim/formats"
)

// Held is a bundle whose files were checked. Whoever can write to the place can
// change a file after that; what is read through Held is what was hashed all the
// same, or an error. While a file is hashed, each block of it gets a GMAC
// (NIST SP 800-38D) under a key that was drawn for this check and never leaves
// it; each block that is read later must have the same one.
type Held struct {
	dir   string
	mac   cipher.AEAD
	files map[string]*tagged
}

// blockSize is the number of bytes that one tag covers: of a file of 100 GB the
// tags take 6 MB.
const blockSize = 256 << 10

type tag [16]byte

// tagged is what is kept of a file that was hashed.
type tagged struct {
	number uint32 // of the file, for the nonce
	size   int64
	tags   []tag
}

func newHeld(dir string) (*Held, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("check bundle: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("check bundle: %w", err)
	}
	mac, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("check bundle: %w", err)
	}
	return &Held{dir: dir, mac: mac, files: map[string]*tagged{}}, nil
}

// tag is the GMAC of a block; the nonce is the file's number and the block's.
func (h *Held) tag(file uint32, block int64, data []byte) (t tag) {
	var nonce [12]byte
	for i := range 4 {
		nonce[i] = byte(file >> (8 * i))
	}
	for i := range 8 {
		nonce[4+i] = byte(uint64(block) >> (8 * i))
	}
	h.mac.Seal(t[:0], nonce[:], nil, data)
	return t
}

// hash holds a file against its hash and keeps the tags of its blocks.
func (h *Held) hash(ctx context.Context, number uint32, want File) (*tagged, error) {
	f, err := openRegular(filepath.Join(h.dir, filepath.FromSlash(want.Path)))
	if err != nil {
		return nil, fmt.Errorf("check file %q: %w", want.Path, err)
	}
	defer f.Close()
	t := &tagged{number: number}
	sum := sha256.New()
	in := &contextReader{ctx, f}
	buf := make([]byte, blockSize)
	for err == nil {
		if t.size > want.Size { // it grows, perhaps without end
			return nil, &Fault{want.Path, "it was changed while it was checked"}
		}
		var n int
		n, err = io.ReadFull(in, buf)
		if n > 0 {
			sum.Write(buf[:n])
			t.tags = append(t.tags, h.tag(number, int64(len(t.tags)), buf[:n]))
			t.size += int64(n)
		}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("check file %q: %w", want.Path, err)
	}
	if got := [sha256.Size]byte(sum.Sum(nil)); got != want.SHA256 {
		return nil, &Fault{want.Path, "its bytes were changed (SHA-256 differs from the manifest)"}
	}
	return t, nil
}

// Open gives a checked file. A path that the manifest does not list is a
// [*Fault].
func (h *Held) Open(path string) (*HeldFile, error) {
	t, ok := h.files[path]
	if !ok {
		return nil, &Fault{path, "the manifest does not list it"}
	}
	f, err := openRegular(filepath.Join(h.dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, fmt.Errorf("open file %q: %w", path, err)
	}
	return &HeldFile{held: h, path: path, t: t, f: f}, nil
}

// ReadFile gives the bytes of a checked file.
func (h *Held) ReadFile(path string) ([]byte, error) {
	f, err := h.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, f.Size())
	if n, err := f.ReadAt(data, 0); n < len(data) {
		return nil, err
	}
	return data, nil
}

// HeldFile reads one checked file. Its methods may be called from several
// goroutines.
type HeldFile struct {
	held *Held
	path string
	t    *tagged
	f    *os.File

	mu   sync.Mutex
	kept [keptBlocks]keptBlock
	next int
}

// keptBlocks are the blocks that stay in memory, since small pieces of the same
// block are read one after another.
const keptBlocks = 4

type keptBlock struct {
	there  bool
	number int64
	data   []byte
}

// Size is the number of bytes that were hashed.
func (f *HeldFile) Size() int64 { return f.t.size }

// Close ends the access.
func (f *HeldFile) Close() error { return f.f.Close() }

// Input is the file as codecs take it.
func (f *HeldFile) Input() formats.Input {
	return formats.Input{Name: f.path, Reader: io.NewSectionReader(f, 0, f.Size()), ReaderAt: f, Size: f.Size()}
}

// ReadAt gives bytes that were hashed. If the file is not what it was, the error
// is a [*Fault].
func (f *HeldFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, &Fault{f.path, fmt.Sprintf("it has no byte %d", off)}
	}
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at >= f.t.size {
			return n, io.EOF
		}
		block, from := at/blockSize, int(at%blockSize)
		size := int(min(blockSize, f.t.size-block*blockSize))
		if from == 0 && len(p)-n >= size { // whole: without a copy
			if err := f.read(p[n:n+size], block); err != nil {
				return n, err
			}
			n += size
			continue
		}
		got, err := f.part(p[n:], block, from, size)
		if err != nil {
			return n, err
		}
		n += got
	}
	return n, nil
}

// part copies from a block that is kept.
func (f *HeldFile) part(p []byte, block int64, from, size int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.kept {
		if k := &f.kept[i]; k.there && k.number == block {
			return copy(p, k.data[from:]), nil
		}
	}
	k := &f.kept[f.next]
	f.next = (f.next + 1) % keptBlocks
	k.there = false
	if k.data == nil {
		k.data = make([]byte, min(blockSize, f.t.size))
	}
	k.data = k.data[:size]
	if err := f.read(k.data, block); err != nil {
		return 0, err
	}
	k.there, k.number = true, block
	return copy(p, k.data[from:]), nil
}

// read reads a whole block and holds it against its tag.
func (f *HeldFile) read(p []byte, block int64) error {
	n, err := f.f.ReadAt(p, block*blockSize)
	if n < len(p) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read file %q: %w", f.path, err)
	}
	got := f.held.tag(f.t.number, block, p[:n])
	if n < len(p) || subtle.ConstantTimeCompare(got[:], f.t.tags[block][:]) != 1 {
		clear(p)
		return &Fault{f.path, "it was changed between its check and its reading"}
	}
	return nil
}
