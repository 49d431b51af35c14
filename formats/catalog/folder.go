package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// Folder is a table.Sink that writes one file a table into a directory. The
// directory appears whole with Commit, or not at all.
type Folder struct {
	path, partial string
	codec         formats.Codec
	write         formats.WriteOptions
}

var _ table.Sink = (*Folder)(nil)

// CreateFolder starts a directory that Commit will put at path, where nothing
// may be yet but an empty directory.
func CreateFolder(path string, codec formats.Codec, opt formats.WriteOptions) (*Folder, error) {
	path = filepath.Clean(path)
	if err := vacant(path); err != nil {
		return nil, err
	}
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("create folder: %w", err)
	}
	partial, err := os.MkdirTemp(parent, "."+filepath.Base(path)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("create folder: %w", err)
	}
	if err := os.Chmod(partial, 0o755); err != nil {
		return nil, fmt.Errorf("create folder: %w", err)
	}
	return &Folder{path: path, partial: partial, codec: codec, write: opt}, nil
}

// Partial is where the files stand until Commit moves them to their place.
func (f *Folder) Partial() string { return f.partial }

func vacant(path string) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil || len(entries) > 0:
		return &ExistsError{path}
	}
	return nil
}

// Create starts the file of a table: its name, with the codec's ending.
func (f *Folder) Create(_ context.Context, name string, s *arrow.Schema) (table.Writer, error) {
	if name == "" || strings.ContainsAny(name, `/\`) || name[0] == '.' {
		return nil, fmt.Errorf("create table %q: its name is no name of a file", name)
	}
	return Create(filepath.Join(f.partial, name+f.codec.Extensions()[0]), f.codec, s, CreateOptions{Write: f.write})
}

// Commit puts the directory in its place.
func (f *Folder) Commit(context.Context) error {
	if err := vacant(f.path); err != nil {
		return err
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("create folder: %w", err)
	}
	if err := os.Rename(f.partial, f.path); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	f.partial = ""
	return nil
}

// Abort leaves nothing behind. After Commit it does nothing.
func (f *Folder) Abort() error {
	if f.partial == "" {
		return nil
	}
	return os.RemoveAll(f.partial)
}
