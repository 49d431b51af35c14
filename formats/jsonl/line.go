package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/verisim/verisim/formats"
)

// lines cuts a text into lines. It owns one buffer that grows to the longest.
type lines struct {
	name  string
	r     io.Reader
	buf   []byte
	at    int // of the next line
	end   int
	eof   bool
	line  int64 // of the line that next gave, from 1
	begin bool
}

func newLines(name string, r io.Reader) *lines {
	return &lines{name: name, r: r, buf: make([]byte, 256<<10), begin: true}
}

// next gives the next line that is not blank, without its end; nil at the end.
// It is valid until the following call.
func (l *lines) next() ([]byte, error) {
	for {
		b, err := l.cut()
		if b == nil || err != nil {
			return nil, err
		}
		l.line++
		if l.begin {
			l.begin = false
			if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
				return nil, l.fault(1, "the text is UTF-16", "convert it to UTF-8 first")
			}
			b = bytes.TrimPrefix(b, bom)
		}
		if len(bytes.TrimLeft(b, " \t\r")) > 0 {
			return b, nil
		}
	}
}

// cut gives the next line, nil at the end.
func (l *lines) cut() ([]byte, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(l.buf[l.at+seen:l.end], '\n'); i >= 0 {
			b := l.buf[l.at : l.at+seen+i]
			l.at += seen + i + 1
			return b, nil
		}
		seen = l.end - l.at
		if l.eof {
			b := l.buf[l.at:l.end]
			l.at = l.end
			if len(b) == 0 {
				return nil, nil
			}
			return b, nil
		}
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more behind what is held of the line.
func (l *lines) fill() error {
	if l.at > 0 {
		copy(l.buf, l.buf[l.at:l.end])
		l.end -= l.at
		l.at = 0
	}
	if l.end == len(l.buf) {
		if len(l.buf) >= maxLine {
			l.line++
			return l.fault(0, fmt.Sprintf("a line is longer than %d MiB", maxLine>>20), "is this JSON Lines, one object a line?")
		}
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	for range 100 {
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		if errors.Is(err, formats.ErrCorrupt) { // a decompressor's, which says all
			return err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read %s: %w", l.name, err)
		}
		l.eof = err != nil
		if n > 0 || l.eof {
			return nil
		}
	}
	return fmt.Errorf("read %s: %w", l.name, io.ErrNoProgress)
}

func (l *lines) fault(column int64, cause, hint string) error {
	return &formats.SyntaxError{Name: l.name, Line: l.line, Column: column, Row: -1, Cause: cause, Hint: hint}
}
