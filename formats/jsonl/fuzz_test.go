package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
)

// FuzzRead holds that what is read is JSON by encoding/json's judgement, and
// that writing and reading it again with its schema gives the same table.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"{\"a\":1,\"b\":\"x\"}\n{\"b\":null}\n",
		`{"l":[1,null],"s":{"x":{"y":[]}},"t":"2024-01-01T00:00:00Z"}`,
		"\xef\xbb\xbf{\"a\":\"\\ud83d\\ude00\\u0000\"}\r\n\n{}",
		"{\"a\":-0}\n{\"a\":\"NaN\"}\n{\"a\":1e300}",
		"{\"a\":1}\n{\"a\":\"x\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, schema, err := readAll(data, formats.ReadOptions{SampleRows: 3})
		if err != nil {
			if !errors.Is(err, formats.ErrCorrupt) {
				t.Fatalf("Read(%q) = %v, want corrupt", data, err)
			}
			return
		}
		for _, line := range bytes.Split(bytes.TrimPrefix(data, bom), []byte("\n")) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !json.Valid(line) {
				t.Fatalf("Read took %q, which encoding/json does not", line)
			}
		}
		var buf bytes.Buffer
		w, err := Codec{}.Create(&buf, schema, formats.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range want {
			if err = w.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		got, _, err := readAll(buf.Bytes(), formats.ReadOptions{Schema: schema})
		if err != nil {
			t.Fatalf("reading back %q: %v", buf.String(), err)
		}
		if len(got) != len(want) {
			t.Fatalf("read back %d batches of %q, want %d", len(got), buf.String(), len(want))
		}
		for i := range want {
			if !array.RecordApproxEqual(want[i], got[i], array.WithNaNsEqual(true)) {
				t.Fatalf("read back %v, want %v", got[i], want[i])
			}
		}
	})
}

func readAll(data []byte, opt formats.ReadOptions) ([]arrow.Record, *arrow.Schema, error) {
	st, err := Codec{}.Read(context.Background(), formats.Input{Name: "f", Reader: bytes.NewReader(data)}, opt)
	if err != nil {
		return nil, nil, err
	}
	var out []arrow.Record
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			return nil, nil, err
		}
		b.Retain()
		out = append(out, b)
	}
	return out, st.Schema(), nil
}
