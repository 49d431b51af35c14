package rule

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// dictionaryIn binds dictionary_in: of a dictionary every entry counts, used or
// not, since readers take the entries for what the column may hold.
func (b *binder) dictionaryIn() error {
	if b.field.Type.ID() != arrow.DICTIONARY {
		return b.needs("a dictionary")
	}
	if err := b.member(true); err != nil {
		return err
	}
	inner, err := b.check.make(nil, false)
	if err != nil {
		return err
	}
	col, listed := b.col, inner.(*columnCell).pass
	b.check.make = func(*State, bool) (cell, error) { return &entriesCell{col: col, listed: listed}, nil }
	return nil
}

// entriesCell judges the dictionary of every batch.
type entriesCell struct {
	col     int
	listed  predicate
	column  column
	seen    arrow.ArrayData // the dictionary judged last
	batches int64
	odd     int64 // batches whose dictionary has an entry that is not listed
	bad     bool  // of the dictionary judged last
}

func (c *entriesCell) add(v *view, applies, _ bitmap) error {
	d, ok := v.batch.Column(c.col).(*array.Dictionary)
	if !ok {
		return fmt.Errorf("column %q has no dictionary", v.batch.ColumnName(c.col))
	}
	applies.zero()
	c.batches++
	if entries := d.Dictionary(); c.seen == nil || c.seen != entries.Data() {
		if err := c.column.load(entries); err != nil {
			return err
		}
		pass := v.borrow(c.column.n)
		c.listed.apply(v, &c.column, pass)
		if c.column.valid != nil { // a null entry is no value
			for i := range pass {
				pass[i] |= ^c.column.valid[i]
			}
		}
		pass.trim(c.column.n)
		c.bad = pass.count() < int64(c.column.n)
		v.give(pass)
		if c.seen != nil {
			c.seen.Release()
		}
		c.seen = entries.Data()
		c.seen.Retain() // so that another one cannot take its place in memory
	}
	if c.bad {
		c.odd++
	}
	return nil
}

func (c *entriesCell) merge(o cell) error {
	p := o.(*entriesCell)
	c.batches += p.batches
	c.odd += p.odd
	return nil
}

func (c *entriesCell) finish(t *tally) error {
	t.whole = true
	t.message = "every entry is listed"
	if c.odd > 0 {
		t.failed = 1
		t.message = "an entry is not listed" // how many batches depends on the split
	}
	if c.batches == 0 {
		t.broken = "there is no dictionary"
	}
	return nil
}

func (c *entriesCell) close() {
	if c.seen != nil {
		c.seen.Release()
		c.seen = nil
	}
}
