package rule

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

// orderDependency binds order_dependency: sorting the rows by one column sorts
// another. Where it does not, the rows that fail are as few as can be: those
// outside a longest rising sequence.
func (b *binder) orderDependency() error {
	var f struct {
		From       *document.Node `yaml:"from"`
		To         *document.Node `yaml:"to"`
		Descending bool           `yaml:"descending"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.From == nil || f.To == nil {
		return b.arg.Pos.Errorf("order_dependency takes from and to, and maybe descending: true")
	}
	var cols [2]int
	for i, n := range []*document.Node{f.From, f.To} {
		at, err := b.columnAt(n.Text, n.Pos)
		if err != nil {
			return err
		}
		if k := kindOf(b.table.schema.Field(at).Type); k != kindInt && k != kindUint && k != kindFloat {
			return n.Pos.Errorf("column %q is %s, expected a number of at most 18 digits, or a time", n.Text, b.table.schema.Field(at).Type)
		}
		cols[i] = at
		b.check.note(at)
	}
	b.plan.logs++
	check := b.check
	b.check.make = func(s *State, gated bool) (cell, error) {
		if s.known != nil {
			return &knownCell{rows: s.known[check.index]}, nil
		}
		if gated {
			return nil, fmt.Errorf("a row may have to stand before one that comes later, so rows cannot leave before all are read: validate without quarantine")
		}
		return &sortedCell{cols: cols, falls: f.Descending, limit: s.memory()}, nil
	}
	b.check.trial.tables = func(rows []rowOf) [][]rowOf {
		var columns [2][]any
		for i, c := range cols {
			for _, r := range rows {
				if x, float := r[c].(float64); r[c] != nil && !(float && math.IsNaN(x)) {
					columns[i] = append(columns[i], r[c])
				}
			}
			slices.SortFunc(columns[i], compareValues)
		}
		if f.Descending {
			slices.Reverse(columns[1])
		}
		n := min(len(columns[0]), len(columns[1]))
		good, bad := make([]rowOf, n), make([]rowOf, n)
		for i := range n {
			good[i], bad[i] = slices.Clone(rows[i]), slices.Clone(rows[i])
			good[i][cols[0]], good[i][cols[1]] = columns[0][i], columns[1][i]
			bad[i][cols[0]], bad[i][cols[1]] = columns[0][i], columns[1][n-1-i]
		}
		return [][]rowOf{good, bad}
	}
	return nil
}

// sortedCell keeps the pair of every row, within the memory that is allowed.
type sortedCell struct {
	cols  [2]int
	falls bool
	limit int64
	all   []pairAt
	odd   []int64 // rows with NaN, which no order holds
}

type pairAt struct{ from, to, row int64 }

// orderAt is a value as a whole number of the same order; false for NaN.
func orderAt(c *column, i int) (int64, bool) {
	if c.codes != nil {
		c, i = c.dict, int(c.codes[i])
	}
	if c.kind != kindFloat {
		return c.ints[i], true
	}
	x := c.flt[i]
	if x == 0 {
		return 0, true // -0 is 0
	}
	b := int64(math.Float64bits(x))
	if b < 0 { // larger magnitudes are lesser numbers
		b = -(b & math.MaxInt64)
	}
	return b, x == x
}

func (c *sortedCell) add(v *view, applies, _ bitmap) error {
	from, err := v.column(c.cols[0])
	if err != nil {
		return err
	}
	to, err := v.column(c.cols[1])
	if err != nil {
		return err
	}
	present(v, from, nil, applies)
	present(v, to, nil, applies)
	applies.each(func(i int) bool {
		row := v.first + int64(i)
		x, ok := orderAt(from, i)
		y, too := orderAt(to, i)
		if !ok || !too {
			c.odd = append(c.odd, row)
			return true
		}
		if c.falls {
			y = ^y // turns the order round, without overflow
		}
		c.all = append(c.all, pairAt{x, y, row})
		return true
	})
	return c.room()
}

// bytesAPair counts what finishing adds: a link and an end of a sequence.
const bytesAPair = 24 + 8 + 8

func (c *sortedCell) room() error {
	if n := int64(len(c.all) + len(c.odd)); n*bytesAPair > c.limit {
		return fmt.Errorf("%w: the pairs of %d rows do not fit in %d MiB", key.ErrMemory, n, c.limit>>20)
	}
	return nil
}

func (c *sortedCell) merge(o cell) error {
	p := o.(*sortedCell)
	c.all = append(c.all, p.all...)
	c.odd = append(c.odd, p.odd...)
	return c.room()
}

func (c *sortedCell) finish(t *tally) error {
	fail := func(row int64) {
		t.failed++
		t.example(row)
	}
	for _, row := range c.odd {
		fail(row)
	}
	// Equal values of from are sorted by to: their order is free.
	slices.SortFunc(c.all, func(a, b pairAt) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.row, b.row))
	})
	if slices.IsSortedFunc(c.all, func(a, b pairAt) int { return cmp.Compare(a.to, b.to) }) {
		return nil
	}
	// Patience sorting (C. Schensted, 1961; M. L. Fredman, 1975): ends[k] ends
	// the sequence of length k+1 whose last value is least.
	ends := make([]int, 0, len(c.all))
	before := make([]int, len(c.all))
	for i, p := range c.all {
		k := sort.Search(len(ends), func(k int) bool { return c.all[ends[k]].to > p.to })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	next := ends[len(ends)-1]
	for i := len(c.all) - 1; i >= 0; i-- {
		if i == next {
			next = before[i]
			continue
		}
		fail(c.all[i].row)
	}
	return nil
}

func (c *sortedCell) close() { c.all, c.odd = nil, nil }
