package seal

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow"
)

// Schema gives the schema of the table as it was sealed, without a key. Like
// all that is seen without one, it is unauthenticated: compare its digest with
// one from a place that is trusted.
func Schema(r io.ReaderAt, size int64) (*arrow.Schema, error) {
	f, err := readFile(r, size)
	if err != nil {
		return nil, err
	}
	return f.plain, nil
}
