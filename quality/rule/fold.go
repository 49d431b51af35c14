package rule

import (
	"fmt"
	"slices"
	"sync"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
)

// foldBits is the part of a logged value that tells the fold; the row stands
// above it.
const foldBits = 16

// noFoldOverlap binds no_fold_overlap: what a model learns from must not come
// back where it is tested.
func (b *binder) noFoldOverlap() error {
	var f struct {
		Fold *document.Node `yaml:"fold"`
		Key  *document.Node `yaml:"key"`
	}
	if err := b.arg.Decode(&f); err != nil {
		return err
	}
	if f.Fold == nil {
		return b.arg.Pos.Errorf("no_fold_overlap takes fold: the column of folds, and maybe key: columns")
	}
	fold, err := b.columnAt(f.Fold.Text, f.Fold.Pos)
	if err != nil {
		return err
	}
	var cols []int
	if f.Key != nil {
		if cols, err = b.columnList(f.Key); err != nil {
			return err
		}
		if slices.Contains(cols, fold) {
			return f.Key.Pos.Errorf("the column of folds cannot be part of the key")
		}
	} else {
		for i := range b.table.schema.NumFields() {
			if i != fold {
				cols = append(cols, i)
			}
		}
	}
	b.check.columns = append(slices.Clone(cols), fold)
	kinds, err := b.kinds(b.table, append(slices.Clone(cols), fold), b.arg.Pos)
	if err != nil {
		return err
	}
	if len(cols) == 0 {
		return b.arg.Pos.Errorf("beside its folds the table has no column")
	}
	whole := f.Key == nil
	names := &foldNames{of: map[string]int64{}}
	seed, check := key.NewSeed(), b.check
	b.plan.logs++
	b.check.make = func(s *State, gated bool) (cell, error) {
		if s.known != nil {
			return &knownCell{rows: s.known[check.index]}, nil
		}
		if gated {
			return nil, fmt.Errorf("a key may come back in another fold, and which one has it first is settled at the end: validate without quarantine")
		}
		c := &foldCell{names: names}
		c.keys = newKeyReader(cols, kinds[:len(cols)], nil)
		c.keys.word, c.keys.nulls = false, whole
		c.fold = newKeyReader([]int{fold}, kinds[len(cols):], nil)
		c.fold.word = false
		c.log = s.log(false, seed)
		return c, nil
	}
	b.check.trial.tables = func(rows []rowOf) [][]rowOf {
		good := make([]rowOf, 0, 2*len(rows))
		for _, r := range rows {
			good = append(good, r, slices.Clone(r))
		}
		bad := slices.Clone(good)
		for i := 1; i < len(bad); i += 2 { // its twin, in the fold of another row
			bad[i] = slices.Clone(bad[i])
			for _, r := range rows {
				if r[fold] != nil && r[fold] != bad[i][fold] {
					bad[i][fold] = r[fold]
					break
				}
			}
		}
		return [][]rowOf{good, bad}
	}
	return nil
}

// foldNames numbers folds, the same for all states of a plan: only whether two
// numbers are equal counts. It is safe for concurrent use.
type foldNames struct {
	mu sync.Mutex
	of map[string]int64
}

func (f *foldNames) number(name []byte) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.of[string(name)]
	if !ok {
		if n = int64(len(f.of)); n == 1<<foldBits {
			return 0, fmt.Errorf("there are more than %d folds", n)
		}
		f.of[string(name)] = n
	}
	return n, nil
}

// foldCell logs every key with its row and its fold.
type foldCell struct {
	keys, fold *keyReader
	names      *foldNames
	log        *key.Log
	last       []byte // the fold seen last
	number     int64
}

func (c *foldCell) add(v *view, applies, _ bitmap) error {
	folds, err := c.fold.open(v, applies)
	if err != nil {
		return err
	}
	cols, err := c.keys.open(v, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		if name := c.fold.bytesAt(folds, i); c.last == nil || string(name) != string(c.last) {
			if c.number, err = c.names.number(name); err != nil {
				return false
			}
			c.last = append(c.last[:0], name...)
			if c.last == nil {
				c.last = []byte{}
			}
		}
		err = c.log.Add(c.keys.bytesAt(cols, i), (v.first+int64(i))<<foldBits|c.number)
		return err == nil
	})
	return err
}

func (c *foldCell) merge(o cell) error { return c.log.Merge(o.(*foldCell).log) }

func (c *foldCell) finish(t *tally) error {
	return c.log.Least(func(least, value int64) {
		if (least^value)&(1<<foldBits-1) != 0 {
			t.failed++
			t.example(value >> foldBits)
		}
	})
}

func (c *foldCell) close() { c.log.Close() }
