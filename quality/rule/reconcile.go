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

// reconcile binds a comparison of two tables' numbers by a key that both have.
func (b *binder) reconcile() error {
	var f struct {
		Key       *document.Node `yaml:"key"`
		Columns   *document.Node `yaml:"columns"`
		To        string         `yaml:"to"`
		Tolerance float64        `yaml:"tolerance"`
		Share     float64        `yaml:"share"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Key == nil || f.Columns == nil || f.To == "" || !(f.Tolerance >= 0) || !(f.Share >= 0) {
		return b.arg.Pos.Errorf("reconcile takes key, columns, to: TABLE, and maybe tolerance (a difference) and share (of the other's value) from 0")
	}
	keys, err := b.columnList(f.Key)
	if err != nil {
		return err
	}
	cols, err := b.columnList(f.Columns)
	if err != nil {
		return err
	}
	if len(cols) > 64 {
		return f.Columns.Pos.Errorf("reconcile takes at most 64 columns")
	}
	b.check.columns = append(slices.Clone(keys), cols...)
	other, err := b.plan.table(f.To, b.arg.Pos, b.schemas)
	if err != nil {
		return err
	}
	if other == b.table {
		return b.arg.Pos.Errorf("reconcile compares with another table")
	}
	var there, theirs []int
	for _, pair := range []struct {
		ours []int
		into *[]int
	}{{keys, &there}, {cols, &theirs}} {
		for _, c := range pair.ours {
			field := b.table.schema.Field(c)
			i, findErr := findColumn(other.schema, other.name, field.Name, b.arg.Pos)
			if findErr != nil {
				return findErr
			}
			if g := other.schema.Field(i); kindOf(field.Type) != kindOf(g.Type) || step(field.Type).Cmp(step(g.Type)) != 0 {
				return b.arg.Pos.Errorf("column %q is %s and %s.%s is %s: they cannot be compared", field.Name, field.Type, other.name, g.Name, g.Type)
			}
			*pair.into = append(*pair.into, i)
		}
	}
	kinds, err := b.kinds(b.table, keys, b.arg.Pos)
	if err != nil {
		return err
	}
	units := make([]float64, len(cols))
	for i, c := range cols {
		field := b.table.schema.Field(c)
		if k := kindOf(field.Type); k != kindInt && k != kindFloat {
			return f.Columns.Pos.Errorf("column %q is %s, expected a number of at most 18 digits, or a time", field.Name, field.Type)
		}
		units[i], _ = step(field.Type).Float64()
	}
	b.check.trial.other = other
	b.check.trial.against = func(rows, others []rowOf) [][]rowOf {
		// A copy of the other table, of the first row of each key; and one with a
		// single value that is off.
		var good []rowOf
		seen := map[string]bool{}
		for i, o := range others {
			name := ""
			for _, c := range there {
				name += fmt.Sprintf("%v\x00", o[c])
			}
			if seen[name] || slices.ContainsFunc(theirs, func(c int) bool { x, float := o[c].(float64); return float && math.IsNaN(x) }) {
				continue
			}
			seen[name] = true
			r := slices.Clone(rows[i%len(rows)])
			for k, c := range keys {
				r[c] = o[there[k]]
			}
			for k, c := range cols {
				r[c] = o[theirs[k]]
			}
			good = append(good, r)
		}
		if len(good) == 0 {
			return nil
		}
		bad := slices.Clone(good)
		bad[0] = slices.Clone(bad[0])
		if bad[0][cols[0]] = nil; good[0][cols[0]] == nil {
			bad[0][cols[0]] = int64(1)
		}
		return [][]rowOf{good, bad}
	}
	seed, check := key.NewSeed(), b.check
	b.plan.logs += 4
	b.check.feeds = []*feed{{table: other}} // parents first; it holds no keys of its own
	b.check.make = func(s *State, gated bool) (cell, error) {
		ours := newKeyReader(keys, kinds, nil)
		if s.known != nil {
			return &knownCell{keys: ours, rows: s.known[check.index]}, nil
		}
		if gated {
			return nil, fmt.Errorf("the tables are compared when both are complete, so rows cannot leave before: validate without quarantine")
		}
		side := func(k *keyReader, values []int) valuedLog {
			return valuedLog{keys: k, cols: values, log: s.log(k.word, seed), limit: s.memory()}
		}
		c := &reconcileCell{ours: side(ours, cols), units: units, tolerance: f.Tolerance, share: f.Share}
		t := &reconcileTap{table: other, side: side(newKeyReader(there, kinds, nil), theirs)}
		c.theirs = t
		s.taps = append(s.taps, t)
		return c, nil
	}
	return nil
}

// valuedLog keeps the keys of a table with their rows, and the rows' values.
type valuedLog struct {
	keys  *keyReader
	cols  []int
	log   *key.Log
	limit int64
	rows  []valuedRow
	words []uint64 // len(cols) for each row
	all   bitmap
}

// valuedRow says where a row's values stand, and which of them are null.
type valuedRow struct {
	row   int64
	at    int
	nulls uint64
}

func (l *valuedLog) add(v *view, applies bitmap) error {
	cols := make([]*column, len(l.cols))
	for i, c := range l.cols {
		col, err := v.column(c)
		if err != nil {
			return err
		}
		cols[i] = col
	}
	if err := l.keys.log(v, applies, l.log); err != nil {
		return err
	}
	applies.each(func(i int) bool {
		r := valuedRow{row: v.first + int64(i), at: len(l.words)}
		for k, c := range cols {
			var w uint64
			switch {
			case c.valid != nil && !c.valid.get(i):
				r.nulls |= 1 << k
			case c.kind == kindFloat:
				w = math.Float64bits(numberAt(c, i))
			default:
				w = uint64(c.int(i))
			}
			l.words = append(l.words, w)
		}
		l.rows = append(l.rows, r)
		return true
	})
	return l.room()
}

func (l *valuedLog) room() error {
	if held := int64(len(l.rows))*24 + int64(len(l.words))*8; held > l.limit {
		return fmt.Errorf("%w: the values of %d rows do not fit in %d MiB", key.ErrMemory, len(l.rows), l.limit>>20)
	}
	return nil
}

func (l *valuedLog) merge(o *valuedLog) error {
	for _, r := range o.rows {
		r.at += len(l.words)
		l.rows = append(l.rows, r)
	}
	l.words = append(l.words, o.words...)
	if err := l.log.Merge(o.log); err != nil {
		return err
	}
	return l.room()
}

// find looks a row up, when all are there and sorted.
func (l *valuedLog) find(row int64) valuedRow {
	return l.rows[sort.Search(len(l.rows), func(i int) bool { return l.rows[i].row >= row })]
}

func (l *valuedLog) sort() {
	slices.SortFunc(l.rows, func(a, b valuedRow) int { return cmp.Compare(a.row, b.row) })
}

func (l *valuedLog) close() {
	l.rows, l.words = nil, nil
	l.log.Close()
}

// tap sees the batches of a table that a check of another one needs.
type tap interface {
	of() *tablePlan
	add(v *view) error
	merge(o tap) error
	close()
}

// reconcileTap keeps the other table.
type reconcileTap struct {
	table *tablePlan
	side  valuedLog
}

func (t *reconcileTap) of() *tablePlan { return t.table }

func (t *reconcileTap) add(v *view) error {
	t.side.all = t.side.all.sized(v.n)
	t.side.all.fill(v.n)
	return t.side.add(v, t.side.all)
}

func (t *reconcileTap) merge(o tap) error { return t.side.merge(&o.(*reconcileTap).side) }

func (t *reconcileTap) close() { t.side.close() }

// reconcileCell compares at the end; of several rows of the other table with
// one key the first counts.
type reconcileCell struct {
	ours             valuedLog
	theirs           *reconcileTap
	units            []float64
	tolerance, share float64
}

func (c *reconcileCell) add(v *view, applies, _ bitmap) error { return c.ours.add(v, applies) }

func (c *reconcileCell) merge(o cell) error { return c.ours.merge(&o.(*reconcileCell).ours) }

func (c *reconcileCell) finish(t *tally) error {
	other := &c.theirs.side
	c.ours.sort()
	other.sort()
	return c.ours.log.Join(other.log, func(row, there int64, has bool) {
		if !has || !c.agree(c.ours.find(row), other.find(there)) {
			t.failed++
			t.example(row)
		}
	})
}

// agree says whether all values of two rows are equal, to within the tolerance;
// null is equal to null alone, and NaN to nothing.
func (c *reconcileCell) agree(x, y valuedRow) bool {
	if x.nulls != y.nulls {
		return false
	}
	for k := range c.ours.cols {
		if x.nulls>>k&1 != 0 {
			continue
		}
		a, b := c.ours.words[x.at+k], c.theirs.side.words[y.at+k]
		var off, size float64
		if c.theirs.float(k) {
			p, q := math.Float64frombits(a), math.Float64frombits(b)
			if p == q {
				continue // infinities too
			}
			off, size = math.Abs(p-q), math.Abs(q)
		} else {
			p, q := int64(a), int64(b)
			if p == q {
				continue
			}
			// Two's complement gives the right distance for any ends.
			off, size = float64(uint64(max(p, q))-uint64(min(p, q)))*c.units[k], math.Abs(float64(q))*c.units[k]
		}
		// The least part is what decimal fractions lose in binary.
		if !(off <= (c.tolerance+c.share*size)*(1+1e-12)) || c.tolerance == 0 && c.share == 0 {
			return false
		}
	}
	return true
}

func (t *reconcileTap) float(k int) bool {
	return kindOf(t.table.schema.Field(t.side.cols[k]).Type) == kindFloat
}

func (c *reconcileCell) close() { c.ours.close() }
