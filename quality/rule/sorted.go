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
		By         *document.Node `yaml:"by"`
		Descending bool           `yaml:"descending"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.From == nil || f.To == nil {
		return b.arg.Pos.Errorf("order_dependency takes from and to, and maybe by: columns that are equal, and descending: true")
	}
	var by []int
	if f.By != nil {
		var err error
		if by, err = b.columnList(f.By); err != nil {
			return err
		}
	}
	kinds, err := b.kinds(b.table, by, b.arg.Pos)
	if err != nil {
		return err
	}
	b.check.columns = slices.Clone(by)
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
		c := &sortedCell{cols: cols, falls: f.Descending, limit: s.memory(), groups: map[string]int64{}}
		if len(by) > 0 {
			c.by = newKeyReader(by, kinds, nil)
			c.by.word = false
		}
		return c, nil
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

	by     *keyReader       // rows of one key are compared; nil: all
	groups map[string]int64 // their numbers, which mean nothing outside this cell
	held   int64            // bytes of groups
}

type pairAt struct{ group, from, to, row int64 }

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
	from, to, keys, err := openPair(v, c.cols, c.by, applies)
	if err != nil {
		return err
	}
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
		group := int64(0)
		if c.by != nil {
			group = c.group(c.by.bytesAt(keys, i))
		}
		c.all = append(c.all, pairAt{group, x, y, row})
		return true
	})
	return c.room()
}

// group numbers a key.
func (c *sortedCell) group(name []byte) int64 {
	n, ok := c.groups[string(name)]
	if !ok {
		n = int64(len(c.groups))
		c.groups[string(name)] = n
		c.held += int64(len(name)) + 48 // a map's entry
	}
	return n
}

// bytesAPair counts what finishing adds: a link and an end of a sequence.
const bytesAPair = 32 + 8 + 8

func (c *sortedCell) room() error {
	if n := int64(len(c.all) + len(c.odd)); n*bytesAPair+c.held > c.limit {
		return fmt.Errorf("%w: the pairs of %d rows do not fit in %d MiB", key.ErrMemory, n, c.limit>>20)
	}
	return nil
}

func (c *sortedCell) merge(o cell) error {
	p := o.(*sortedCell)
	if c.by != nil {
		names := make([]int64, len(p.groups)) // p's numbers to ours
		for name, n := range p.groups {
			names[n] = c.group([]byte(name))
		}
		for i := range p.all {
			p.all[i].group = names[p.all[i].group]
		}
	}
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
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.row, b.row))
	})
	for first := 0; first < len(c.all); {
		end := first + 1
		for end < len(c.all) && c.all[end].group == c.all[first].group {
			end++
		}
		outOfOrder(c.all[first:end], fail)
		first = end
	}
	return nil
}

// outOfOrder calls fail with the rows outside a longest sequence in which to
// never falls, of pairs that are sorted by from. It is found by patience sorting
// (C. Schensted, 1961; M. L. Fredman, 1975): ends[k] ends the sequence of length
// k+1 whose last value is least.
func outOfOrder(all []pairAt, fail func(row int64)) {
	if slices.IsSortedFunc(all, func(a, b pairAt) int { return cmp.Compare(a.to, b.to) }) {
		return
	}
	ends := make([]int, 0, len(all))
	before := make([]int, len(all))
	for i, p := range all {
		k := sort.Search(len(ends), func(k int) bool { return all[ends[k]].to > p.to })
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
	for i := len(all) - 1; i >= 0; i-- {
		if i == next {
			next = before[i]
			continue
		}
		fail(all[i].row)
	}
}

func (c *sortedCell) close() { c.all, c.odd, c.groups = nil, nil, nil }
