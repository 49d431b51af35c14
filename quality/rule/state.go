package rule

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// State is a suite's verdict in the making. It is not safe for concurrent use:
// give each goroutine its own and merge. Close it when it is not finished.
type State struct {
	plan    *Plan
	gated   bool
	tables  []*tableState
	cells   []cell  // by check
	tallies []tally // by check
	feeds   []*feedState
	taps    []tap

	sketches []*sketchState

	collect map[int][]int64 // by check: rows found when it is settled; nil: not wanted
	known   map[int][]int64 // by check: the same, of a first pass
	sharers int             // how many states share the memory for keys
	done    bool
}

type tableState struct {
	plan        *tablePlan
	view        *view
	next        int64 // row number after the last row seen
	rows        int64
	quarantined int64
	applies     bitmap
	fail        bitmap
	masks       []bitmap // of wheres, this batch
}

// New starts an empty state that judges rows in any order and any split.
func (p *Plan) New() *State {
	return p.newShare(1)
}

func (p *Plan) newShare(share int) *State {
	s, err := p.newState(false, share, nil)
	if err != nil {
		panic("rule: " + err.Error()) // cells of order-free states open nothing
	}
	return s
}

func (p *Plan) newState(gated bool, share int, known map[int][]int64) (*State, error) {
	s := &State{plan: p, gated: gated, sharers: share, known: known, cells: make([]cell, len(p.checks)), tallies: make([]tally, len(p.checks))}
	for _, t := range p.tables {
		ts := &tableState{plan: t, view: newView(t.schema.NumFields())}
		ts.masks = make([]bitmap, len(t.wheres))
		s.tables = append(s.tables, ts)
	}
	for _, k := range p.sketches {
		if known == nil {
			s.sketches = append(s.sketches, k.state())
		}
	}
	for i, c := range p.checks {
		var err error
		if known != nil && c.def.whole {
			s.cells[i] = idleCell{}
			continue
		}
		if s.cells[i], err = c.make(s, gated); err != nil {
			return nil, fmt.Errorf("check %q: %w", c.spec.ID, err)
		}
	}
	return s, nil
}

// Add judges a batch of the named table ("" where the suite has one), whose
// rows follow those added before. It keeps nothing of the batch.
func (s *State) Add(name string, b table.Batch) error {
	t, err := s.plan.find(name)
	if err != nil {
		return err
	}
	return s.AddAt(name, s.tables[t.index].next, b)
}

// AddAt is Add for rows whose first has the number first, from 0: what order
// and examples are told by when several states share the work.
func (s *State) AddAt(name string, first int64, b table.Batch) error {
	t, err := s.plan.find(name)
	if err != nil {
		return err
	}
	if err := t.fits(b.Schema()); err != nil {
		return err
	}
	return s.judge(s.tables[t.index], first, b, nil)
}

// fits refuses a batch whose columns are not those that the plan was made for.
func (t *tablePlan) fits(schema *arrow.Schema) error {
	if schema == t.schema {
		return nil
	}
	if schema.NumFields() != t.schema.NumFields() {
		return fmt.Errorf("judge %s: a batch has %d columns, the plan was made for %d", called(t.name), schema.NumFields(), t.schema.NumFields())
	}
	for i, f := range schema.Fields() {
		if g := t.schema.Field(i); f.Name != g.Name || !arrow.TypeEqual(f.Type, g.Type) {
			return fmt.Errorf("judge %s: column %d is %q %s, the plan was made for %q %s", called(t.name), i, f.Name, f.Type, g.Name, g.Type)
		}
	}
	return nil
}

// judge runs every check of the table over a batch. broken, where not nil, is
// called with the rows that broke each check.
func (s *State) judge(ts *tableState, first int64, b table.Batch, broken func(c *check, fail bitmap)) error {
	if s.done {
		return errors.New("judge rows: the state is finished")
	}
	if b.NumRows() == 0 {
		return nil
	}
	v := ts.view
	v.open(b, first)
	n := v.n
	for i, w := range ts.plan.wheres {
		ts.masks[i] = ts.masks[i].sized(n)
		if err := w.mask(v, ts.masks[i]); err != nil {
			return fmt.Errorf("judge %s: where: %w", called(ts.plan.name), err)
		}
	}
	for _, c := range ts.plan.checks {
		ts.applies, ts.fail = ts.applies.sized(n), ts.fail.sized(n)
		if c.where >= 0 {
			copy(ts.applies, ts.masks[c.where])
		} else {
			ts.applies.fill(n)
		}
		ts.fail.zero()
		if err := s.cells[c.index].add(v, ts.applies, ts.fail); err != nil {
			return fmt.Errorf("judge %s: check %q: %w", called(ts.plan.name), c.spec.ID, err)
		}
		s.tallies[c.index].count(v, ts.applies, ts.fail)
		if broken != nil {
			broken(c, ts.fail)
		}
	}
	for _, f := range s.feeds {
		if f.feed.table == ts.plan {
			if err := f.add(v); err != nil {
				return fmt.Errorf("judge %s: %w", called(ts.plan.name), err)
			}
		}
	}
	for _, k := range s.taps {
		if k.of() == ts.plan {
			if err := k.add(v); err != nil {
				return fmt.Errorf("judge %s: %w", called(ts.plan.name), err)
			}
		}
	}
	for _, k := range s.sketches {
		if k.table == ts.plan {
			if err := k.add(v, ts.masks); err != nil {
				return fmt.Errorf("judge %s: %w", called(ts.plan.name), err)
			}
		}
	}
	ts.rows += int64(n)
	ts.next = max(ts.next, first+int64(n))
	return nil
}

// Merge takes in all that o has judged, and leaves o finished. Both must come
// from the same plan; a gated state cannot be merged.
func (s *State) Merge(o *State) error {
	switch {
	case s.plan != o.plan:
		return errors.New("merge verdicts: they come from different plans")
	case s.done || o.done:
		return errors.New("merge verdicts: a state is finished")
	case s.gated || o.gated:
		return errors.New("merge verdicts: a gate judges rows in their order and cannot share them")
	}
	for i, t := range o.tables {
		s.tables[i].rows += t.rows
		s.tables[i].next = max(s.tables[i].next, t.next)
	}
	for i := range s.tallies {
		s.tallies[i].merge(&o.tallies[i])
		if err := s.cells[i].merge(o.cells[i]); err != nil {
			return fmt.Errorf("merge check %q: %w", s.plan.checks[i].spec.ID, err)
		}
	}
	for i, k := range s.sketches {
		if err := k.state.Merge(o.sketches[i].state); err != nil {
			return err
		}
	}
	for i := range s.feeds {
		if err := s.feeds[i].merge(o.feeds[i]); err != nil {
			return err
		}
	}
	for i := range s.taps {
		if err := s.taps[i].merge(o.taps[i]); err != nil {
			return err
		}
	}
	o.Close()
	return nil
}

// Close gives up what the state holds. After Finish it does nothing.
func (s *State) Close() {
	if s.done {
		return
	}
	s.done = true
	for _, c := range s.cells {
		c.close()
	}
	for _, f := range s.feeds {
		f.close()
	}
	for _, k := range s.taps {
		k.close()
	}
}

// Finish gives the verdict. A table without rows is an error that matches
// quality.ErrNothingJudged; the result is there all the same, and fails.
func (s *State) Finish() (*Result, error) {
	if s.done {
		return nil, errors.New("finish verdict: the state is finished")
	}
	r := &Result{Version: Version, Suite: s.plan.suite.Name, Checks: make([]Check, 0, len(s.plan.checks))}
	var empty []error
	for _, t := range s.tables {
		r.Rows += t.rows
		r.Tables = append(r.Tables, Table{Name: t.plan.name, Rows: t.rows, Quarantined: t.quarantined, Columns: t.plan.schema.NumFields(), Fields: fieldWords(t.plan)})
		if t.rows == 0 {
			empty = append(empty, fmt.Errorf("judge %s: it has no rows: %w", called(t.plan.name), quality.ErrNothingJudged))
		}
	}
	for i, c := range s.plan.checks {
		t := &s.tallies[i]
		var rows []int64
		if s.collect != nil {
			t.rowsFailed = &rows
		}
		err := s.cells[i].finish(t)
		if t.rowsFailed = nil; rows != nil {
			s.collect[i] = rows
		}
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("finish check %q: %w", c.spec.ID, err)
		}
		r.Checks = append(r.Checks, c.verdict(t))
	}
	for i, c := range s.plan.checks {
		if c.late != nil {
			c.late(r, &s.tallies[i])
			r.Checks[i] = c.verdict(&s.tallies[i])
		}
	}
	s.Close()
	s.plan.score(r)
	r.settle()
	return r, errors.Join(empty...)
}

// Run judges one table of a plan to its end on several goroutines; the result
// is the same on any number. The suite must have this table alone.
func (p *Plan) Run(ctx context.Context, in table.Stream, workers int) (*Result, error) {
	s := p.New()
	defer s.Close()
	if err := s.AddStream(ctx, "", in, workers); err != nil {
		return nil, err
	}
	return s.Finish()
}
