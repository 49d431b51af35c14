package rule

import (
	"errors"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

// feed is what a check needs of another table: the keys of some columns.
type feed struct {
	table *tablePlan
	cols  []int
	kinds []kind
}

// feedState holds the keys that a feed has brought.
type feedState struct {
	feed *feed
	keys *keyReader
	set  *key.Set
	all  bitmap
}

func (f *feedState) add(v *view) error {
	f.all = f.all.sized(v.n)
	f.all.fill(v.n)
	cols, err := f.keys.open(v, f.all)
	if err != nil {
		return err
	}
	f.all.each(func(i int) bool {
		if f.keys.word {
			_, err = f.set.AddWord(wordAt(cols[0], i))
		} else {
			_, err = f.set.Add(f.keys.bytesAt(cols, i))
		}
		return err == nil
	})
	return err
}

func (f *feedState) merge(*feedState) error { return errors.New("merge foreign keys: not possible") }
func (f *feedState) close()                 { f.set = nil }

// feed finds or starts the state of a feed.
func (s *State) feed(f *feed) *feedState {
	for _, have := range s.feeds {
		if have.feed.table == f.table && slices.Equal(have.feed.cols, f.cols) {
			return have
		}
	}
	keys := newKeyReader(f.cols, f.kinds, nil)
	have := &feedState{feed: f, keys: keys, set: key.NewSet(keys.word, s.plan.opt.MemoryBytes)}
	s.feeds = append(s.feeds, have)
	return have
}

// refersTo binds a foreign key.
func (b *binder) refersTo(cols []int, parent string, names []string, at document.Pos) error {
	t, err := b.plan.table(parent, at, b.schemas)
	if err != nil {
		return err
	}
	f := &feed{table: t}
	for _, name := range names {
		i, err := findColumn(t.schema, t.name, name, at)
		if err != nil {
			return err
		}
		f.cols = append(f.cols, i)
	}
	if f.kinds, err = b.kinds(t, f.cols, at); err != nil {
		return err
	}
	kinds, err := b.kinds(b.table, cols, at)
	if err != nil {
		return err
	}
	for i, k := range kinds {
		have, want := b.table.schema.Field(cols[i]), t.schema.Field(f.cols[i])
		if k != f.kinds[i] || step(have.Type).Cmp(step(want.Type)) != 0 {
			return at.Errorf("column %q is %s and %s.%s is %s: they cannot be equal", have.Name, have.Type, t.name, want.Name, want.Type)
		}
	}
	b.check.feeds = []*feed{f}
	missing := b.missing
	b.check.make = func(s *State, gated bool) (cell, error) {
		return &foreignCell{keys: newKeyReader(cols, kinds, missing), parent: s.feed(f)}, nil
	}
	return nil
}

// foreignCell marks rows whose key the parent table does not have.
type foreignCell struct {
	stateless
	keys   *keyReader
	parent *feedState
}

func (c *foreignCell) add(v *view, applies, fail bitmap) error {
	cols, err := c.keys.open(v, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		var has bool
		if c.keys.word {
			has = c.parent.set.HasWord(wordAt(cols[0], i))
		} else {
			has = c.parent.set.Has(c.keys.bytesAt(cols, i))
		}
		if !has {
			fail.set(i)
		}
		return true
	})
	return nil
}
