package parquet

import "errors"

// meter bounds what all leaves of a file may hold at once, whatever each of
// them claims: a thousand columns of a small file can each claim a little.
type meter struct {
	pages  int64 // bytes left for decompressed pages and dictionaries
	cells  int64 // nested cells left in this batch
	leaves int
}

// The bounds. Pages: what is real compresses less than 64 times on the whole,
// and small files may hold long runs of one value. Cells: a batch ends early
// long before (fullCells), so that only rows of millions of elements meet it.
const (
	pageRoom      = 512 << 20
	pageExpansion = 64
	cellRoom      = 16 << 20
	batchCells    = 16 << 20 // of all columns
	leastBatch    = 256
)

var (
	errRoom  = errors.New("its pages claim more memory than the file's size justifies")
	errCells = errors.New("its rows hold more nested cells than one batch may")
)

func newMeter(size int64, leaves int) *meter {
	return &meter{pages: pageRoom + pageExpansion*size, leaves: max(leaves, 1)}
}

// take reserves bytes of a page buffer that grows.
func (m *meter) take(n int) error {
	if m.pages -= int64(n); m.pages < 0 {
		return errRoom
	}
	return nil
}

// batch starts a batch and gives the rows that it may have.
func (m *meter) batch(rows int) int {
	m.cells = cellRoom
	return min(rows, max(batchCells/m.leaves, leastBatch))
}

func (m *meter) nested(n int) error {
	if m.cells -= int64(n); m.cells < 0 {
		return errCells
	}
	return nil
}
