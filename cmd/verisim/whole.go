package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
)

// writeWhole makes a small file that appears complete or not at all. "-" is
// stdout.
func writeWhole(e *env, path string, replace bool, write func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if path == "-" {
		_, err := e.out.Write(b.Bytes())
		return err
	}
	if formats.Special(path) {
		return os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err := free(replace, path); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-")
	if err != nil {
		return fmt.Errorf("create %q: %w", path, err)
	}
	_, err = temp.Write(b.Bytes())
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // the first error is the one that matters
		return fmt.Errorf("create %q: %w", path, err)
	}
	return nil
}

// writeBytes is writeWhole of what is there already.
func writeBytes(e *env, path string, replace bool, data []byte) error {
	return writeWhole(e, path, replace, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// free refuses places that are taken before any work is done.
func free(replace bool, paths ...string) error {
	for _, p := range paths {
		if p == "" || p == "-" || formats.Special(p) {
			continue
		}
		if err := vacant(p, replace); err != nil {
			return err
		}
	}
	return nil
}

// vacant says whether a file may take a path, and what to do if not.
func vacant(path string, replace bool) error {
	err := formats.Vacant(path, replace)
	if errors.Is(err, fs.ErrExist) {
		return taken(&catalog.ExistsError{Path: path})
	}
	return err
}
