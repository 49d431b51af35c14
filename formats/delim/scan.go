package delim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/verisim/verisim/formats"
)

var errDelimiter = errors.New("read delimited text: the delimiter is one ASCII character, and no quote or line end")

// field is a cell of the current record, valid until the next.
type field struct {
	text   []byte
	quoted bool
	column int64 // where it starts in its line, in bytes from 1
}

// scanner cuts a text into records. It owns one buffer that grows to the
// longest record.
type scanner struct {
	name  string
	r     io.Reader
	delim byte
	buf   []byte
	at    int // of the next record
	end   int
	eof   bool
	line  int64 // of the next record, from 1
	begin bool
	cells []field
}

func newScanner(name string, r io.Reader, delim byte) *scanner {
	return &scanner{name: name, r: r, delim: delim, buf: make([]byte, 256<<10), line: 1, begin: true}
}

// fill reads more, keeping what starts at keep. It reports whether something
// came.
func (s *scanner) fill(keep int) (bool, error) {
	if keep > 0 {
		copy(s.buf, s.buf[keep:s.end])
		s.end -= keep
		s.at -= keep
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxRecord {
			return false, s.fault(0, fmt.Sprintf("a record is longer than %d MiB", maxRecord>>20), "an unclosed quote is the usual cause")
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, formats.ErrCorrupt) { // a decompressor's, which says all
			return false, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false, fmt.Errorf("read %s: %w", s.name, err)
		}
		if err != nil {
			s.eof = true
		}
		if n > 0 || s.eof {
			return n > 0, nil
		}
	}
	return false, fmt.Errorf("read %s: %w", s.name, io.ErrNoProgress)
}

func (s *scanner) fault(column int64, cause, hint string) error {
	return &formats.SyntaxError{Name: s.name, Line: s.line, Column: column, Row: -1, Cause: cause, Hint: hint}
}

// next cuts the next record into s.cells; false at the end. lines is how many
// lines it took.
func (s *scanner) next() (ok bool, lines int64, err error) {
	if s.begin {
		if err := s.start(); err != nil {
			return false, 0, err
		}
	}
	for {
		ok, lines, done, err := s.record()
		if done || err != nil {
			return ok, lines, err
		}
		// The record goes on beyond the buffer: read more and cut it again. Of
		// a long one at least twice as much, lest small reads cost the square.
		const long = 64 << 10
		want := s.end - s.at + 1
		if want > long {
			want = max(want, min(2*want, maxRecord))
		}
		for s.end-s.at < want && !s.eof {
			if _, err := s.fill(s.at); err != nil {
				return false, 0, err
			}
		}
	}
}

func (s *scanner) start() error {
	s.begin = false
	for s.end < 4 && !s.eof {
		if _, err := s.fill(0); err != nil {
			return err
		}
	}
	if cause := encodingFault(s.buf[:s.end]); cause != "" {
		return s.fault(1, cause, "")
	}
	if bytes.HasPrefix(s.buf[:s.end], bom) {
		s.at = len(bom)
	}
	return nil
}

// record cuts one record from s.at; done is false when it needs more bytes.
func (s *scanner) record() (ok bool, lines int64, done bool, err error) {
	b, p := s.buf[:s.end], s.at
	if p == s.end {
		return false, 0, s.eof, nil
	}
	s.cells = s.cells[:0]
	lineStart := p
	lines = 1
	for {
		f := field{column: int64(p-lineStart) + 1}
		if p < len(b) && b[p] == '"' {
			f.quoted = true
			var closed bool
			if f.text, p, closed, err = s.quoted(b, p, &lines, &lineStart); err != nil {
				return false, 0, false, err
			}
			if !closed {
				return false, 0, false, nil
			}
		} else {
			q := p
			for q < len(b) && b[q] != s.delim && b[q] != '\n' {
				q++
			}
			if q == len(b) && !s.eof {
				return false, 0, false, nil
			}
			f.text = b[p:q]
			p = q
			if p == len(b) || b[p] == '\n' {
				f.text = bytes.TrimSuffix(f.text, []byte{'\r'})
			}
		}
		if len(s.cells) >= maxColumns {
			return false, 0, false, s.fault(f.column, fmt.Sprintf("a record has more than %d cells", maxColumns), "is this the right delimiter?")
		}
		s.cells = append(s.cells, f)
		if p == len(b) {
			s.at = p
			return true, lines, true, nil
		}
		if b[p] == '\n' {
			s.at = p + 1
			return true, lines, true, nil
		}
		p++ // the delimiter
		if p == len(b) {
			if !s.eof {
				return false, 0, false, nil
			}
			s.cells = append(s.cells, field{text: b[p:p], column: int64(p-lineStart) + 1})
			s.at = p
			return true, lines, true, nil
		}
	}
}

// quoted cuts a quoted cell that starts at p. Doubled quotes are undone in a
// copy, so that the buffer can be cut again.
func (s *scanner) quoted(b []byte, p int, lines *int64, lineStart *int) (text []byte, next int, closed bool, err error) {
	start := p + 1
	doubled := false
	for q := start; ; q++ {
		i := bytes.IndexByte(b[q:], '"')
		if i < 0 {
			if !s.eof {
				return nil, p, false, nil
			}
			return nil, p, false, s.fault(int64(p-*lineStart)+1, "a quote is opened here and never closed", "close it, or double the quotes inside a quoted cell")
		}
		q += i
		if q+1 == len(b) && !s.eof {
			return nil, p, false, nil
		}
		if q+1 < len(b) && b[q+1] == '"' {
			doubled = true
			q++
			continue
		}
		text, next = b[start:q], q+1
		break
	}
	if next < len(b) && b[next] == '\r' {
		if next+1 == len(b) && !s.eof {
			return nil, p, false, nil
		}
		if next+1 == len(b) || b[next+1] == '\n' {
			next++
		}
	}
	if next < len(b) && b[next] != s.delim && b[next] != '\n' {
		return nil, p, false, s.fault(int64(next-*lineStart)+1, "text stands behind a closing quote", "double the quotes inside a quoted cell")
	}
	if n := bytes.Count(text, []byte{'\n'}); n > 0 {
		*lines += int64(n)
		*lineStart = start + bytes.LastIndexByte(text, '\n') + 1
	}
	if doubled {
		text = bytes.ReplaceAll(text, []byte(`""`), []byte(`"`))
	}
	return text, next, true, nil
}

const hintText = "convert the file to UTF-8 first; UTF-16, Latin-1 and Windows-1252 are the usual others"

// checkText refuses what a text column cannot hold.
func checkText(t []byte) string {
	for _, c := range t {
		if c >= utf8.RuneSelf {
			if !utf8.Valid(t) {
				return "this is not UTF-8"
			}
			break
		}
	}
	if bytes.IndexByte(t, 0) >= 0 {
		return "a NUL byte stands here; this is no text"
	}
	return ""
}
