package rule

import (
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/table"
)

// examplesKept is how many rows a verdict names; a gate names all.
const examplesKept = 10

// view is one batch as the checks of one table see it. Columns are read when
// first asked for.
type view struct {
	first  int64 // row number of row 0
	n      int
	batch  table.Batch
	cols   []column
	loaded []bool
	spare  []bitmap
	bytes  []byte
}

func newView(columns int) *view {
	return &view{cols: make([]column, columns), loaded: make([]bool, columns)}
}

func (v *view) open(b table.Batch, first int64) {
	v.batch, v.first, v.n = b, first, int(b.NumRows())
	clear(v.loaded)
}

func (v *view) column(i int) (*column, error) {
	c := &v.cols[i]
	if v.loaded[i] {
		return c, nil
	}
	if err := c.load(v.batch.Column(i)); err != nil {
		return nil, fmt.Errorf("column %q: %w", v.batch.ColumnName(i), err)
	}
	v.loaded[i] = true
	return c, nil
}

// borrow lends a bitmap of n rows; give returns it.
func (v *view) borrow(n int) bitmap {
	if k := len(v.spare); k > 0 {
		b := v.spare[k-1].sized(n)
		v.spare = v.spare[:k-1]
		return b
	}
	return make(bitmap, words(n))
}

func (v *view) give(b bitmap) { v.spare = append(v.spare, b) }

// cell is the running state of one check.
type cell interface {
	// add judges a batch. applies holds the rows that the check's where
	// lets through; add takes away those that are not applicable, and sets
	// in fail, which comes empty, those that break the check.
	add(v *view, applies, fail bitmap) error
	// merge takes in the state of another cell of the same check.
	merge(o cell) error
	// finish completes the tally of rows and failures.
	finish(t *tally) error
	// close gives up memory and files.
	close()
}

// tally is what is known of a check when its rows are through.
type tally struct {
	rows, failed int64
	examples     []int64
	whole        bool // the check is of the table, not of rows
	observed     *float64
	pattern      []int64
	message      string
	broken       string // why it could not be judged
	learning     string
	rowsFailed   *[]int64 // where not nil, every row that example is told
}

// example keeps the lowest row numbers.
func (t *tally) example(row int64) {
	if t.rowsFailed != nil {
		*t.rowsFailed = append(*t.rowsFailed, row)
	}
	if len(t.examples) == examplesKept && row > t.examples[examplesKept-1] {
		return
	}
	i, found := slices.BinarySearch(t.examples, row)
	if found {
		return
	}
	if len(t.examples) == examplesKept {
		t.examples = t.examples[:examplesKept-1]
	}
	t.examples = slices.Insert(t.examples, i, row)
}

func (t *tally) count(v *view, applies, fail bitmap) {
	t.rows += applies.count()
	n := fail.count()
	t.failed += n
	if n == 0 {
		return
	}
	fail.each(func(i int) bool {
		row := v.first + int64(i)
		if len(t.examples) == examplesKept && row > t.examples[examplesKept-1] {
			return false
		}
		t.example(row)
		return true
	})
}

func (t *tally) merge(o *tally) {
	t.rows += o.rows
	t.failed += o.failed
	for _, row := range o.examples {
		t.example(row)
	}
}

// predicate marks the rows of a flat column that pass. It writes every word of
// pass; bits of null rows and beyond the last row may be anything.
type predicate func(c *column, pass bitmap)

// apply is the predicate over any column: once an entry where the column has a
// dictionary.
func (p predicate) apply(v *view, c *column, pass bitmap) {
	if c.codes == nil {
		p(c, pass)
		return
	}
	d := v.borrow(c.dict.n)
	p(c.dict, d)
	for w := range pass {
		var word uint64
		codes := c.codes[w*64 : min(w*64+64, c.n)]
		for _, code := range codes {
			word = word>>1 | (d[code>>6]>>(uint(code)&63))<<63
		}
		pass[w] = settle(word, len(codes))
	}
	v.give(d)
}

// columnCell judges the values of one column by a predicate.
type columnCell struct {
	col     int
	missing predicate // values that count as null, or nil
	pass    predicate
}

func (c *columnCell) add(v *view, applies, fail bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	present(v, col, c.missing, applies)
	c.pass.apply(v, col, fail)
	for i, a := range applies {
		fail[i] = a &^ fail[i]
	}
	return nil
}

// present takes the null rows, and those with a missing code, out of applies.
func present(v *view, c *column, missing predicate, applies bitmap) {
	if c.valid != nil {
		applies.and(c.valid)
	}
	if missing != nil {
		m := v.borrow(c.n)
		missing.apply(v, c, m)
		applies.andNot(m)
		v.give(m)
	}
}

func (c *columnCell) merge(cell) error    { return nil }
func (c *columnCell) finish(*tally) error { return nil }
func (c *columnCell) close()              {}

// stateless is embedded by cells that keep nothing between batches.
type stateless struct{}

func (stateless) merge(cell) error    { return nil }
func (stateless) finish(*tally) error { return nil }
func (stateless) close()              {}
