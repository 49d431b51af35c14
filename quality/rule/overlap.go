package rule

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

func (b *binder) noOverlap() error {
	var f struct {
		Start *document.Node `yaml:"start"`
		End   *document.Node `yaml:"end"`
		By    *document.Node `yaml:"by"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Start == nil || f.End == nil {
		return b.arg.Pos.Errorf("no_overlap takes start, end, and by: the columns that intervals belong to")
	}
	var ends [2]int
	for i, n := range []*document.Node{f.Start, f.End} {
		at, err := b.columnAt(n.Text, n.Pos)
		if err != nil {
			return err
		}
		probe := *b
		probe.field = b.table.schema.Field(at)
		if err := probe.whole64(); err != nil {
			return err
		}
		ends[i] = at
	}
	if step(b.table.schema.Field(ends[0]).Type).Cmp(step(b.table.schema.Field(ends[1]).Type)) != 0 {
		return b.arg.Pos.Errorf("start and end have different types")
	}
	var by []int
	if f.By != nil {
		cols, err := b.columnList(f.By)
		if err != nil {
			return err
		}
		by = cols
	}
	kinds, err := b.kinds(b.table, by, b.arg.Pos)
	if err != nil {
		return err
	}
	b.check.columns = append(slices.Clone(by), ends[:]...)
	b.plan.logs++
	check := b.check
	b.check.make = func(s *State, gated bool) (cell, error) {
		if s.known != nil {
			return &knownCell{rows: s.known[check.index]}, nil
		}
		if gated {
			return nil, fmt.Errorf("an interval may overlap one that comes later, so rows cannot leave before all are read: validate without quarantine")
		}
		c := &overlapCell{ends: ends, limit: s.memory()}
		if len(by) > 0 {
			c.by = newKeyReader(by, kinds, nil)
			c.by.word = false
		}
		return c, nil
	}
	return nil
}

// overlapCell keeps every interval, within the memory that is allowed.
type overlapCell struct {
	by    *keyReader
	ends  [2]int
	limit int64
	held  int64
	all   []interval
}

// openPair opens two columns and the keys within which they are compared, if any;
// it applies to rows that have them all.
func openPair(v *view, at [2]int, by *keyReader, applies bitmap) (a, b *column, keys []*column, err error) {
	if a, err = v.column(at[0]); err != nil {
		return nil, nil, nil, err
	}
	if b, err = v.column(at[1]); err != nil {
		return nil, nil, nil, err
	}
	present(v, a, nil, applies)
	present(v, b, nil, applies)
	if by != nil {
		keys, err = by.open(v, applies)
	}
	return a, b, keys, err
}

type interval struct {
	key      []byte
	from, to int64
	row      int64
}

func (c *overlapCell) add(v *view, applies, _ bitmap) error {
	start, stop, cols, err := openPair(v, c.ends, c.by, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		x := interval{from: start.int(i), to: stop.int(i), row: v.first + int64(i)}
		if c.by != nil {
			x.key = bytes.Clone(c.by.bytesAt(cols, i))
		}
		c.held += 48 + int64(len(x.key))
		c.all = append(c.all, x)
		return c.held <= c.limit
	})
	return c.room()
}

func (c *overlapCell) room() error {
	if c.held > c.limit {
		return fmt.Errorf("%w: %d intervals do not fit in %d MiB", key.ErrMemory, len(c.all), c.limit>>20)
	}
	return nil
}

func (c *overlapCell) merge(o cell) error {
	p := o.(*overlapCell)
	c.all = append(c.all, p.all...)
	c.held += p.held
	return c.room()
}

func (c *overlapCell) finish(t *tally) error {
	// An interval is from its start to before its end. Of those with one start,
	// the empty ones come first: they overlap none that starts with them.
	full := func(x interval) int {
		if x.to > x.from {
			return 1
		}
		return 0
	}
	slices.SortFunc(c.all, func(a, b interval) int {
		return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.from, b.from), cmp.Compare(full(a), full(b)), cmp.Compare(a.row, b.row))
	})
	var reach int64
	for i, x := range c.all {
		switch {
		case i == 0 || !bytes.Equal(x.key, c.all[i-1].key):
			reach = x.to
		case x.from < reach:
			t.failed++
			t.example(x.row)
		}
		reach = max(reach, x.to)
	}
	return nil
}

func (c *overlapCell) close() { c.all = nil }
