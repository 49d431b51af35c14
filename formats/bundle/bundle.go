// Package bundle keeps a dataset on disk: tables and the files around them in
// one directory that appears whole or not at all, with a manifest that lists
// every file by size and SHA-256. FORMAT.md is its specification.
//
// The package knows files and hashes. It does not sign, seal or prove: the
// caller turns [Writer.Files] into a signed manifest and hands the bytes to
// [Writer.Commit].
//
// Guarantee: after a crash, an interrupt or an error at any moment, the
// directory of the final name either does not exist, is what it was before, or
// is complete. Not against somebody who writes to the same place meanwhile.
package bundle

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/verisim/verisim/formats"
)

// ManifestName is the file that makes a directory a bundle.
const ManifestName = "manifest.json"

// File is one file of a bundle.
type File struct {
	Path   string // relative, with slashes
	Size   int64  // in bytes
	SHA256 [sha256.Size]byte
}

// Hex is the file's hash as the manifest writes it.
func (f File) Hex() string { return hex.EncodeToString(f.SHA256[:]) }

var pathRule = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}$`)

// CheckPath says whether a path may stand in a bundle.
func CheckPath(path string) error {
	if len(path) > 255 || !pathRule.MatchString(path) {
		return fmt.Errorf("name file %q: a bundle's paths consist of letters, digits, dot, underscore and dash, without a leading dot", path)
	}
	return nil
}

// Writer makes a bundle. Its methods may be called from several goroutines.
type Writer struct {
	dir, partial string
	replace      bool

	mu    sync.Mutex
	files []File
	open  int
	done  bool
}

// Options of a new bundle.
type Options struct {
	// Replace allows a bundle of the same name to be replaced, in one step
	// after the new one is whole. Default false. Only a bundle is replaced: a
	// directory without a manifest is never deleted.
	Replace bool
}

// ExistsError says that the place is taken.
type ExistsError struct {
	Dir      string
	IsBundle bool
}

func (e *ExistsError) Error() string {
	if e.IsBundle {
		return fmt.Sprintf("create bundle %q: it exists", e.Dir)
	}
	return fmt.Sprintf("create bundle %q: something that is not a bundle is there", e.Dir)
}

// Create starts a bundle that Commit will put at dir.
func Create(dir string, opt Options) (*Writer, error) {
	dir = filepath.Clean(dir)
	if err := vacant(dir, opt.Replace); err != nil {
		return nil, err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("create bundle: %w", err)
	}
	partial, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("create bundle: %w", err)
	}
	if err := os.Chmod(partial, 0o755); err != nil {
		return nil, fmt.Errorf("create bundle: %w", err)
	}
	return &Writer{dir: dir, partial: partial, replace: opt.Replace}, nil
}

func vacant(dir string, replace bool) error {
	if _, err := os.Lstat(dir); err != nil {
		if os.IsNotExist(err) {
			return nil
		}
		return fmt.Errorf("create bundle: %w", err)
	}
	_, err := os.Lstat(filepath.Join(dir, ManifestName))
	if isBundle := err == nil; !isBundle || !replace {
		return &ExistsError{Dir: dir, IsBundle: isBundle}
	}
	return nil
}

// Create starts a file. It counts when it has been closed.
func (w *Writer) Create(path string) (io.WriteCloser, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return nil, fmt.Errorf("create file %q: the bundle is finished", path)
	}
	full := filepath.Join(w.partial, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return nil, fmt.Errorf("create file %q: %w", path, err)
	}
	f, err := os.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("create file %q: %w", path, err)
	}
	w.open++
	return &file{w: w, f: f, path: path, hash: sha256.New()}, nil
}

type file struct {
	w      *Writer
	f      *os.File
	path   string
	size   int64
	hash   hash.Hash
	closed bool
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	f.hash.Write(p[:n])
	f.size += int64(n)
	return n, err
}

func (f *file) Close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	err := f.f.Sync()
	if e := f.f.Close(); err == nil {
		err = e
	}
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.w.open--
	if err != nil {
		return fmt.Errorf("finish file %q: %w", f.path, err)
	}
	f.w.files = append(f.w.files, File{Path: f.path, Size: f.size, SHA256: [sha256.Size]byte(f.hash.Sum(nil))})
	return nil
}

// Path is where a finished file lies until Commit, for those who must read it
// again.
func (w *Writer) Path(path string) string {
	return filepath.Join(w.partial, filepath.FromSlash(path))
}

// Files lists the finished files in the byte order of their paths.
func (w *Writer) Files() []File {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.files)
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// Commit writes the manifest and puts the bundle in its place.
func (w *Writer) Commit(manifest []byte) error {
	f, err := w.Create(ManifestName)
	if err != nil {
		return err
	}
	if _, err := f.Write(manifest); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open > 0 {
		return fmt.Errorf("commit bundle: %d files are still open", w.open)
	}
	if err := w.rename(); err != nil {
		return fmt.Errorf("commit bundle: %w", err)
	}
	w.done = true
	return nil
}

func (w *Writer) rename() error {
	if err := vacant(w.dir, w.replace); err != nil {
		return err
	}
	old := strings.Replace(w.partial, ".partial-", ".old-", 1)
	err := os.Rename(w.dir, old)
	switch {
	case err == nil:
	case os.IsNotExist(err):
		old = ""
	default:
		return err
	}
	if err := os.Rename(w.partial, w.dir); err != nil {
		if old != "" {
			if back := os.Rename(old, w.dir); back != nil {
				return fmt.Errorf("%w; the former bundle is at %q", err, old)
			}
		}
		return err
	}
	syncDir(filepath.Dir(w.dir))
	if old != "" {
		return os.RemoveAll(old)
	}
	return nil
}

// syncDir makes a rename durable where the system can; where it cannot, the
// rename is still atomic.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Abort leaves nothing behind. After Commit it does nothing.
func (w *Writer) Abort() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return nil
	}
	w.done = true
	return os.RemoveAll(w.partial)
}

// Fault is a file that is not as the manifest says. It matches
// formats.ErrCorrupt.
type Fault struct {
	Path  string
	Cause string
}

func (e *Fault) Error() string { return fmt.Sprintf("check file %q: %s", e.Path, e.Cause) }

// Is makes every Fault a formats.ErrCorrupt.
func (e *Fault) Is(target error) bool { return target == formats.ErrCorrupt }
