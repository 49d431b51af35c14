package catalog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// File is a file that is being written: it has a temporary name until Close.
type File struct {
	table.Writer
	path string
	temp *os.File
	// special says that temp is the very thing at path.
	special bool
	buf     *bufio.Writer
	zip     io.Closer
	done    bool
}

// ExistsError says that a file is already there.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string { return fmt.Sprintf("create %q: it exists", e.Path) }

// CreateOptions of [Create].
type CreateOptions struct {
	// Replace allows an existing file to be replaced.
	Replace bool
	// Write is handed to the codec.
	Write formats.WriteOptions
}

// Create starts a file that appears at path when it has been closed, and never
// if it was aborted. A path ending in .gz or .zst is compressed. A device or a
// pipe is written to as it is.
func Create(path string, codec formats.Codec, s *arrow.Schema, opt CreateOptions) (*File, error) {
	f, err := place(path, opt.Replace)
	if err != nil {
		return nil, err
	}
	var w io.Writer = f.buf
	switch compressions[strings.ToLower(filepath.Ext(path))] {
	case "gzip":
		z := gzip.NewWriter(f.buf)
		w, f.zip = z, z
	case "zstd":
		var z *zstd.Encoder
		z, err = zstd.NewWriter(f.buf, zstd.WithEncoderConcurrency(max(opt.Write.Parallel, 1)))
		if err != nil {
			return nil, errors.Join(err, f.Abort())
		}
		w, f.zip = z, z
	}
	if f.Writer, err = codec.Create(w, s, opt.Write); err != nil {
		return nil, errors.Join(err, f.Abort())
	}
	return f, nil
}

// place opens what is written to.
func place(path string, replace bool) (*File, error) {
	f := &File{path: path, special: formats.Special(path)}
	var err error
	if f.special {
		f.temp, err = os.OpenFile(path, os.O_WRONLY, 0)
	} else {
		if err = formats.Vacant(path, replace); errors.Is(err, fs.ErrExist) {
			return nil, &ExistsError{path}
		}
		if err != nil {
			return nil, err
		}
		f.temp, err = os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-")
	}
	if err != nil {
		return nil, fmt.Errorf("create %q: %w", path, err)
	}
	f.buf = bufio.NewWriterSize(f.temp, 256<<10)
	return f, nil
}

// Close finishes the file and gives it its name.
func (f *File) Close() error {
	if f.done {
		return nil
	}
	err := f.finish()
	if err != nil {
		return errors.Join(err, f.Abort())
	}
	f.done = true
	return nil
}

func (f *File) finish() error {
	if err := f.Writer.Close(); err != nil {
		return err
	}
	if f.zip != nil {
		if err := f.zip.Close(); err != nil {
			return err
		}
	}
	if err := f.buf.Flush(); err != nil {
		return err
	}
	if f.special {
		return f.temp.Close()
	}
	if err := f.temp.Chmod(0o644); err != nil {
		return err
	}
	if err := f.temp.Sync(); err != nil {
		return err
	}
	if err := f.temp.Close(); err != nil {
		return err
	}
	return os.Rename(f.temp.Name(), f.path)
}

// Abort leaves nothing behind. After Close it does nothing.
func (f *File) Abort() error {
	if f.done {
		return nil
	}
	f.done = true
	_ = f.temp.Close() // it may be closed already
	if f.special {
		return nil
	}
	err := os.Remove(f.temp.Name())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// SameFile says whether two paths lead to one file, so that a command does not
// write over what it reads.
func SameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
