package rule

import (
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/quality/profile"
)

// sketch is a profile that checks share: of some columns of one table, of the
// rows that one where lets through.
type sketch struct {
	table  *tablePlan
	where  int
	cols   []int
	alone  bool // for one check: the columns go together
	schema *arrow.Schema
}

// sketch finds or starts the profile that holds a column, under the check's
// where.
func (b *binder) sketch(cols ...int) *sketch {
	alone := len(cols) > 1
	for _, k := range b.plan.sketches {
		if k.table == b.table && k.where == b.check.where && !alone && !k.alone {
			for _, c := range cols {
				if !slices.Contains(k.cols, c) {
					k.cols = append(k.cols, c)
				}
			}
			return k
		}
	}
	k := &sketch{table: b.table, where: b.check.where, cols: cols, alone: alone}
	b.plan.sketches = append(b.plan.sketches, k)
	return k
}

// seal fixes the sketch's columns, when every check is bound.
func (k *sketch) seal() {
	fields := make([]arrow.Field, len(k.cols))
	for i, c := range k.cols {
		fields[i] = k.table.schema.Field(c)
	}
	k.schema = arrow.NewSchema(fields, nil)
}

// sketchState is a sketch in the making.
type sketchState struct {
	*sketch
	state *profile.State
	rows  []int32
}

func (k *sketch) state() *sketchState {
	return &sketchState{sketch: k, state: profile.New(k.schema, profile.Options{})}
}

// at is where a column of the table stands in the sketch.
func (k *sketch) at(col int) int { return slices.Index(k.cols, col) }

func (k *sketchState) add(v *view, masks []bitmap) error {
	cols := make([]arrow.Array, len(k.cols))
	for i, c := range k.cols {
		cols[i] = v.batch.Column(c)
	}
	b := array.NewRecord(k.schema, cols, v.batch.NumRows())
	defer b.Release()
	if k.where < 0 {
		return k.state.Add(b)
	}
	k.rows = k.rows[:0]
	masks[k.where].each(func(i int) bool {
		k.rows = append(k.rows, int32(i))
		return true
	})
	if len(k.rows) == 0 {
		return nil
	}
	kept, err := expr.Take(b, k.rows, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	defer kept.Release()
	return k.state.Add(kept)
}

// factCell judges a table by a sketch when its rows are through.
type factCell struct {
	stateless
	state  *State
	sketch *sketch
	col    int
	judge  func(p *profile.State, i int, t *tally) error
}

func (c *factCell) add(_ *view, applies, _ bitmap) error {
	applies.zero()
	return nil
}

func (c *factCell) finish(t *tally) error {
	t.whole = true
	k := c.state.sketchOf(c.sketch)
	i := k.at(c.col)
	if k.state.Rows() == k.state.Nulls(i) {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	return c.judge(k.state, i, t)
}

func (s *State) sketchOf(k *sketch) *sketchState {
	for _, have := range s.sketches {
		if have.sketch == k {
			return have
		}
	}
	panic("rule: a sketch was lost")
}

// facts binds a check that looks at a column's profile.
func (b *binder) facts(judge func(p *profile.State, i int, t *tally) error) error {
	if b.missing != nil {
		return b.check.spec.At.Errorf("%s looks at all values and knows no missing codes: leave those rows out with where", b.check.spec.Kind)
	}
	k, col := b.sketch(b.col), b.col
	b.check.make = func(s *State, _ bool) (cell, error) {
		return &factCell{state: s, sketch: k, col: col, judge: judge}, nil
	}
	return nil
}

// measured notes what a check of a whole table observed, and whether it lies in
// [lo, hi]. A number that JSON cannot write is told in words only.
func (t *tally) measured(what string, x, lo, hi float64) {
	if math.IsNaN(x) {
		t.broken = what + " is not defined"
		return
	}
	if !math.IsInf(x, 0) {
		t.observed = &x
	}
	t.message = fmt.Sprintf("%s is %.6g", what, x)
	if !(x >= lo && x <= hi) {
		t.failed = 1
	}
}
