package rule

import (
	"fmt"
	"math"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality/key"
	"github.com/verisim/verisim/quality/profile"
)

// repeats binds a count of rows that repeat an earlier one; change, where not
// nil, says how keys are read.
func (b *binder) repeats(cols []int, change func(k *keyReader)) error {
	most, err := b.arg.Int()
	if err != nil || most < 0 {
		return b.arg.Pos.Errorf("%s takes the greatest number of rows that may repeat another", b.check.spec.Kind)
	}
	kinds, err := b.kinds(b.table, cols, b.check.spec.At)
	if err != nil {
		return err
	}
	missing, seed := b.missing, key.NewSeed()
	b.plan.logs++
	b.check.make = func(s *State, _ bool) (cell, error) {
		k := newKeyReader(cols, kinds, missing)
		change(k)
		return &countsCell{keys: k, log: s.log(k.word, seed), judge: func(l *key.Log, t *tally) error {
			different, err := l.Repeats(func(int64) {})
			n := l.Len() - different
			x := float64(n)
			t.observed = &x
			t.message = fmt.Sprintf("%d of %d rows repeat an earlier one", n, l.Len())
			if n > most {
				t.failed = 1
			}
			return err
		}}, nil
	}
	return nil
}

func (b *binder) duplicateRows() error {
	cols := make([]int, b.table.schema.NumFields())
	for i := range cols {
		cols[i] = i
	}
	b.check.columns = cols
	return b.repeats(cols, func(k *keyReader) { k.nulls, k.word = true, false })
}

func (b *binder) nearDuplicates() error {
	if b.kind() != kindText {
		return b.needs("text")
	}
	return b.repeats([]int{b.col}, func(k *keyReader) { k.fold = true })
}

// topShare binds the share of the k most frequent values.
func (b *binder) topShare() error {
	f := struct {
		K       int            `yaml:"k"`
		Between *document.Node `yaml:"between"`
	}{K: 1, Between: b.arg}
	if b.arg.Kind == document.Map {
		f.Between = nil
		if err := b.arg.Decode(&f); err != nil {
			return err
		}
		if f.K < 1 || f.Between == nil {
			return b.arg.Pos.Errorf("top_share takes [LOW, HIGH], or k from 1 and between: [LOW, HIGH]")
		}
	}
	probe := *b
	probe.arg = f.Between
	what := "the share of the most frequent value"
	if f.K > 1 {
		what = fmt.Sprintf("the share of the %d most frequent values", f.K)
	}
	return probe.share(what, func(p *profile.State, i int) float64 {
		values, exact := p.Values(i)
		if !exact || len(values) == 0 {
			return math.NaN()
		}
		top := int64(0)
		for _, v := range values[:min(f.K, len(values))] {
			top += v.Count
		}
		return float64(top) / float64(p.Rows()-p.Nulls(i))
	})
}
