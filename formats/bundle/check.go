package bundle

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// maxManifest bounds what is read before anything is authenticated: a bundle
// of a thousand tables has a manifest of about a megabyte.
const maxManifest = 64 << 20

// IsBundle says whether there is a manifest in dir.
func IsBundle(dir string) bool {
	st, err := os.Lstat(filepath.Join(dir, ManifestName))
	return err == nil && st.Mode().IsRegular()
}

// ReadManifest reads the manifest's bytes, as they are.
func ReadManifest(dir string) ([]byte, error) {
	return ReadManifestFile(filepath.Join(dir, ManifestName))
}

// ReadManifestFile is [ReadManifest] of a manifest's file, wherever it is.
func ReadManifestFile(path string) ([]byte, error) {
	bad := &Fault{ManifestName, fmt.Sprintf("it is no regular file of at most %d bytes", maxManifest)}
	st, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if !st.Mode().IsRegular() {
		return nil, bad
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if len(data) > maxManifest {
		return nil, bad
	}
	return data, nil
}

// openRegular opens a file that was a regular one when it was looked at. What took
// its place since, such as a pipe that nobody writes to, is refused and never
// waited for.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if st, serr := f.Stat(); serr != nil || !st.Mode().IsRegular() {
		_ = f.Close() // it was only read
		return nil, &Fault{filepath.Base(path), "it is no regular file any more"}
	}
	return f, nil
}

// Check compares a directory with the files that its manifest lists: every
// listed file is there with its size and hash, and nothing else is. The error
// is a [*Fault], or an io error. Files are hashed on up to workers goroutines,
// which have ended when Check returns. Whoever reads the files afterwards reads
// them through what [Hold] gives.
func Check(ctx context.Context, dir string, files []File, workers int) error {
	_, err := Hold(ctx, dir, files, workers)
	return err
}

// Hold checks as [Check] does, and gives access to the very bytes that were
// checked.
func Hold(ctx context.Context, dir string, files []File, workers int) (*Held, error) {
	want := make(map[string]File, len(files))
	for _, f := range files {
		if err := CheckPath(f.Path); err != nil || f.Path == ManifestName {
			return nil, &Fault{ManifestName, fmt.Sprintf("it lists the file %q, which cannot be in a bundle", f.Path)}
		}
		if _, twice := want[f.Path]; twice {
			return nil, &Fault{ManifestName, fmt.Sprintf("it lists the file %q twice", f.Path)}
		}
		want[f.Path] = f
	}
	if err := walk(dir, want); err != nil {
		return nil, err
	}
	return hashAll(ctx, dir, files, max(workers, 1))
}

func walk(dir string, want map[string]File) error {
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("check bundle: %w", err)
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return fmt.Errorf("check bundle: %w", err)
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() || rel == ManifestName {
			return nil
		}
		f, ok := want[rel]
		if !ok {
			return &Fault{rel, "the manifest does not list it"}
		}
		st, err := d.Info()
		if err != nil {
			return fmt.Errorf("check bundle: %w", err)
		}
		if !st.Mode().IsRegular() {
			return &Fault{rel, "it is no regular file"}
		}
		if st.Size() != f.Size {
			return &Fault{rel, fmt.Sprintf("it has %d bytes, the manifest says %d", st.Size(), f.Size)}
		}
		seen++
		return nil
	})
	if err != nil || seen == len(want) {
		return err
	}
	for path := range want {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(path))); err != nil {
			return &Fault{path, "it is missing"}
		}
	}
	return &Fault{ManifestName, "the files changed while they were checked"}
}

func hashAll(ctx context.Context, dir string, files []File, workers int) (*Held, error) {
	held, err := newHeld(dir)
	if err != nil {
		return nil, err
	}
	// The largest first, so that workers finish together.
	order := slices.Clone(files)
	slices.SortFunc(order, func(a, b File) int { return int(min(1, max(-1, b.Size-a.Size))) })
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		next int
		errs = make([]error, len(order))
		tags = make([]*tagged, len(order))
	)
	for range min(workers, len(order)) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(order) {
					return
				}
				tags[i], errs[i] = held.hash(ctx, uint32(i), order[i])
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, err
		}
		held.files[order[i].Path] = tags[i]
	}
	return held, nil
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
