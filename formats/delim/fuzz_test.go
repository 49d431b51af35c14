package delim

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"
)

// records cuts a text with the scanner, without blank lines.
func records(data []byte) ([][]string, error) {
	s := newScanner("f", bytes.NewReader(data), ',')
	var out [][]string
	for {
		ok, lines, err := s.next()
		if err != nil || !ok {
			return out, err
		}
		s.line += lines
		var row []string
		for _, c := range s.cells {
			row = append(row, string(c.text))
		}
		if len(row) > 1 || row[0] != "" || s.cells[0].quoted {
			out = append(out, row)
		}
	}
}

// FuzzScan compares the scanner with encoding/csv: whatever that reads, the
// scanner reads the same, and a misplaced closing quote is an error in both.
// Left out is what they are meant to treat differently: carriage returns (kept
// inside quotes here), byte order marks, and a quote inside a plain cell, which
// encoding/csv refuses.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"a,b\n1,\"x\"\"y\"\n,\n", "\"\"\n\na", "\"a\nb\",c", "\"a\"b,c", "\"a", ",", "\"a\",\n", "a\"b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.ContainsAny(data, "\r\ufeff") || !utf8.Valid(data) || len(data) > 1 && (data[0] >= 0xfe || data[1] >= 0xfe) {
			return
		}
		r := csv.NewReader(bytes.NewReader(data))
		r.FieldsPerRecord = -1
		var want [][]string
		var wrong error
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if wrong = err; err != nil {
				break
			}
			want = append(want, row)
		}
		got, err := records(data)
		switch {
		case errors.Is(wrong, csv.ErrBareQuote):
		case wrong != nil:
			if err == nil {
				t.Fatalf("scan(%q) = %q, encoding/csv says %v", data, got, wrong)
			}
		case err != nil:
			t.Fatalf("scan(%q) = %v, encoding/csv reads %q", data, err, want)
		case !slices.EqualFunc(got, want, slices.Equal):
			t.Fatalf("scan(%q) = %q, encoding/csv reads %q", data, got, want)
		}
	})
}
