// Package jsonl reads and writes JSON Lines: one object a line.
package jsonl

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// Codec is the codec of JSON Lines.
type Codec struct{}

// Name is "jsonl".
func (Codec) Name() string { return "jsonl" }

// Extensions are those of JSON Lines.
func (Codec) Extensions() []string { return []string{".jsonl", ".ndjson"} }

// Sniff looks for the magic bytes.
func (Codec) Sniff(head []byte) bool { return bytes.HasPrefix(head, []byte("{")) }

// Binary is false.
func (Codec) Binary() bool { return false }

// RandomAccess is false.
func (Codec) RandomAccess() bool { return false }

// Read starts a stream over the file's rows.
func (Codec) Read(ctx context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	return nil, errors.New("read jsonl: not yet")
}

// Create starts a file.
func (Codec) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	return nil, errors.New("write jsonl: not yet")
}
