package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

// place is a file that is being written: it appears under its name when it is
// whole, or never.
type place struct {
	path string
	temp *os.File
	buf  *bufio.Writer
	done bool
}

// createPlace starts a file. mode is what it has in the end.
func createPlace(path string, replace bool, mode os.FileMode) (*place, error) {
	if err := vacant(path, replace); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("create %q: %w", path, err)
	}
	p := &place{path: path, temp: temp, buf: bufio.NewWriterSize(temp, 256<<10)}
	if err := temp.Chmod(mode); err != nil {
		p.abort()
		return nil, fmt.Errorf("create %q: %w", path, err)
	}
	return p, nil
}

func (p *place) Write(b []byte) (int, error) { return p.buf.Write(b) }

// flush brings everything to the disk; only the name is missing then.
func (p *place) flush() error {
	if err := p.buf.Flush(); err != nil {
		return err
	}
	return p.temp.Sync()
}

// commit gives the file its name.
func (p *place) commit() error {
	err := p.flush()
	if err == nil {
		err = p.temp.Close()
	}
	if err == nil {
		err = os.Rename(p.temp.Name(), p.path)
	}
	if err != nil {
		p.abort()
		return fmt.Errorf("write %q: %w", p.path, err)
	}
	p.done = true
	return nil
}

// abort leaves nothing behind. After commit it does nothing.
func (p *place) abort() {
	if !p.done {
		p.done = true
		_ = p.temp.Close() // it may be closed already
		_ = os.Remove(p.temp.Name())
	}
}
