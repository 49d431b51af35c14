package rule

import (
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

// feed is what checks need of another table: the keys of some columns.
type feed struct {
	table *tablePlan
	cols  []int
	kinds []kind
	seed  key.Seed // shared with the logs that are held against it
}

// feed finds or starts the feed of some columns.
func (p *Plan) feed(t *tablePlan, cols []int, kinds []kind) *feed {
	for _, f := range p.feeds {
		if f.table == t && slices.Equal(f.cols, cols) {
			return f
		}
	}
	f := &feed{table: t, cols: cols, kinds: kinds, seed: key.NewSeed()}
	p.feeds = append(p.feeds, f)
	p.logs++
	return f
}

// feedState holds the keys that a feed has brought: a set where children ask
// while rows leave, else a log that is asked at the end.
type feedState struct {
	feed *feed
	keys *keyReader
	set  *key.Set
	log  *key.Log
	all  bitmap
}

// feed finds or starts the state of a feed.
func (s *State) feed(f *feed) *feedState {
	for _, have := range s.feeds {
		if have.feed == f {
			return have
		}
	}
	have := &feedState{feed: f, keys: newKeyReader(f.cols, f.kinds, nil)}
	if s.gated {
		have.set = s.set(have.keys.word)
	} else {
		have.log = s.log(have.keys.word, f.seed)
	}
	s.feeds = append(s.feeds, have)
	return have
}

// memory is what one set or log of keys may hold.
func (s *State) memory() int64 {
	return max(s.plan.opt.MemoryBytes/int64(max(1, s.plan.logs)*s.sharers), 1<<20)
}

// set starts a set, which goes to disk beyond its share.
func (s *State) set(words bool) *key.Set {
	return key.NewSet(words, s.memory(), s.plan.opt.TempDir)
}

func (s *State) log(words bool, seed key.Seed) *key.Log {
	return key.NewLog(key.LogOptions{Words: words, Seed: seed, MemoryBytes: s.memory(), TempDir: s.plan.opt.TempDir})
}

func (f *feedState) add(v *view) error {
	f.all = f.all.sized(v.n)
	f.all.fill(v.n)
	if f.log != nil {
		return f.keys.log(v, f.all, f.log)
	}
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

func (f *feedState) merge(o *feedState) error { return f.log.Merge(o.log) }

func (f *feedState) close() {
	if f.set != nil {
		f.set.Close()
	}
	if f.log != nil {
		f.log.Close()
	}
}

// refersTo binds a foreign key.
func (b *binder) refersTo(cols []int, parent string, names []string, at document.Pos) error {
	return b.held(cols, parent, names, at, false)
}

// feedOf finds the other table's columns, and checks that keys of both can be
// equal.
func (b *binder) feedOf(cols []int, parent string, names []string, at document.Pos) (*feed, func() *keyReader, error) {
	t, err := b.plan.table(parent, at, b.schemas)
	if err != nil {
		return nil, nil, err
	}
	var parents []int
	for _, name := range names {
		var i int
		if i, err = findColumn(t.schema, t.name, name, at); err != nil {
			return nil, nil, err
		}
		parents = append(parents, i)
	}
	parentKinds, err := b.kinds(t, parents, at)
	if err != nil {
		return nil, nil, err
	}
	kinds, err := b.kinds(b.table, cols, at)
	if err != nil {
		return nil, nil, err
	}
	for i, k := range kinds {
		have, want := b.table.schema.Field(cols[i]), t.schema.Field(parents[i])
		if k != parentKinds[i] || step(have.Type).Cmp(step(want.Type)) != 0 {
			return nil, nil, at.Errorf("column %q is %s and %s.%s is %s: they cannot be equal", have.Name, have.Type, t.name, want.Name, want.Type)
		}
	}
	f := b.plan.feed(t, parents, parentKinds)
	missing := b.missing
	return f, func() *keyReader { return newKeyReader(cols, kinds, missing) }, nil
}

// held binds a check of keys against those of another table: a row passes when
// its key is there, or, for absent, when it is not.
func (b *binder) held(cols []int, parent string, names []string, at document.Pos, absent bool) error {
	f, newKeys, err := b.feedOf(cols, parent, names, at)
	if err != nil {
		return err
	}
	b.check.feeds = []*feed{f}
	b.plan.logs++
	own, check := f.table == b.table, b.check
	b.check.make = func(s *State, gated bool) (cell, error) {
		keys := newKeys()
		if s.known != nil {
			return &knownCell{keys: keys, rows: s.known[check.index]}, nil
		}
		if !gated {
			return &foreignLog{keys: keys, log: s.log(keys.word, f.seed), parent: s.feed(f), absent: absent}, nil
		}
		if own {
			return nil, fmt.Errorf("a row may refer to a later row of its own table, so rows cannot leave before all are read: validate the table without quarantine")
		}
		return &foreignCell{keys: keys, parent: s.feed(f), state: s, absent: absent}, nil
	}
	return nil
}

// foreignCell marks rows whose key the parent table, which is complete, does
// not have.
type foreignCell struct {
	stateless
	keys   *keyReader
	parent *feedState
	state  *State
	absent bool
}

func (c *foreignCell) add(v *view, applies, fail bitmap) error {
	if t := c.parent.feed.table; c.state.tables[t.index].rows == 0 {
		return fmt.Errorf("no row of table %q was judged yet, and it comes first: drain tables in the order of Plan.Tables", t.name)
	}
	cols, err := c.keys.open(v, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		var has bool
		if c.keys.word {
			has, err = c.parent.set.HasWord(wordAt(cols[0], i))
		} else {
			has, err = c.parent.set.Has(c.keys.bytesAt(cols, i))
		}
		if has == c.absent {
			fail.set(i)
		}
		return err == nil
	})
	return err
}

// foreignLog keeps the keys of the child until both tables are complete.
type foreignLog struct {
	keys   *keyReader
	log    *key.Log
	parent *feedState
	absent bool
}

func (c *foreignLog) add(v *view, applies, _ bitmap) error { return c.keys.log(v, applies, c.log) }

func (c *foreignLog) merge(o cell) error { return c.log.Merge(o.(*foreignLog).log) }

func (c *foreignLog) finish(t *tally) error {
	return c.log.Held(c.parent.log, func(row int64, has bool) {
		if has == c.absent {
			t.failed++
			t.example(row)
		}
	})
}

func (c *foreignLog) close() { c.log.Close() }
