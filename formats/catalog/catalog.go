// Package catalog lists the file formats and opens and creates files of any:
// by name, by ending, or by their first bytes, compressed or not.
package catalog

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/delim"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/ipc"
	"github.com/verisim/verisim/formats/jsonl"
	"github.com/verisim/verisim/formats/parquet"
)

// All lists the codecs. Those that recognise their own bytes come first.
func All() []formats.Codec {
	return []formats.Codec{ipc.File{}, ipc.Stream{}, parquet.Codec{}, delim.Codec{}, delim.Codec{Tabs: true}, jsonl.Codec{}}
}

// Names lists the codecs' names.
func Names() []string {
	var out []string
	for _, c := range All() {
		out = append(out, c.Name())
	}
	return out
}

// UnknownFormatError says that nothing here reads or writes what was asked for.
type UnknownFormatError struct {
	What string // such as `format "xls"` or `file "a.xls"`
	Hint string
}

func (e *UnknownFormatError) Error() string {
	return e.What + ": the formats are " + strings.Join(Names(), ", ")
}

// ByName finds a codec by its name.
func ByName(name string) (formats.Codec, error) {
	for _, c := range All() {
		if c.Name() == name {
			return c, nil
		}
	}
	e := &UnknownFormatError{What: fmt.Sprintf("format %q", name)}
	if near := document.Nearest(name, Names()); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return nil, e
}

// compressions maps endings to compressions of whole files.
var compressions = map[string]string{".gz": "gzip", ".zst": "zstd"}

// ByPath finds a codec by a path's ending, and the compression that a second
// ending asks for: "a.csv.gz" is csv and "gzip".
func ByPath(path string) (formats.Codec, string, error) {
	rest := path
	compression := compressions[strings.ToLower(filepath.Ext(rest))]
	if compression != "" {
		rest = rest[:len(rest)-len(filepath.Ext(rest))]
	}
	ext := strings.ToLower(filepath.Ext(rest))
	for _, c := range All() {
		for _, e := range c.Extensions() {
			if e == ext {
				return c, compression, nil
			}
		}
	}
	return nil, compression, &UnknownFormatError{
		What: fmt.Sprintf("file %q", filepath.Base(path)),
		Hint: "name the format, or give the file a known ending",
	}
}

// sniff finds a codec by a file's first bytes, or nil. Text is JSON Lines when
// its first character opens an object.
func sniff(head []byte) formats.Codec {
	for _, c := range All() {
		if c.Sniff(head) {
			return c
		}
	}
	return nil
}

// sniffCompression finds the compression of a whole file by its first bytes.
func sniffCompression(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd"
	}
	return ""
}
