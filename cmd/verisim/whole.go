package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
	if _, err := os.Lstat(path); err == nil && !replace {
		return taken(&catalog.ExistsError{Path: path})
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

// free refuses places that are taken before any work is done.
func free(replace bool, paths ...string) error {
	for _, p := range paths {
		if p == "" || p == "-" || replace {
			continue
		}
		if _, err := os.Lstat(p); err == nil {
			return taken(&catalog.ExistsError{Path: p})
		}
	}
	return nil
}
