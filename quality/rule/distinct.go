package rule

import (
	"unicode"
	"unicode/utf8"

	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
)

// distincts lists the checks of keys beside unique.
func distincts() []Def {
	return []Def{
		{Name: "no_near_duplicates", Family: "unique", About: "repeats no earlier row's text, letter case, space and punctuation aside", Example: "true", Dimension: quality.Uniqueness, bind: func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			if b.kind() != kindText {
				return b.needs("text")
			}
			return b.uniqueKeys([]int{b.col}, func(k *keyReader) { k.fold = true })
		}},
		{Name: "primary_key", Family: "unique", About: "has a value in each of these columns, and repeats no earlier row's", Example: "[order_id, line]", Dimension: quality.Uniqueness, scope: scopeTable, bind: func(b *binder) error {
			cols, err := b.columnList(b.arg)
			if err != nil {
				return err
			}
			if err := b.uniqueKeys(cols, nil); err != nil {
				return err
			}
			inner := b.check.make
			b.check.make = func(s *State, gated bool) (cell, error) {
				c, err := inner(s, gated)
				return &primaryCell{cell: c}, err
			}
			return nil
		}},
		{Name: "distinct_rows", Family: "unique", About: "repeats no earlier row in all columns; nulls are equal to each other", Example: "true", Dimension: quality.Uniqueness, scope: scopeTable, bind: func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			cols := make([]int, b.table.schema.NumFields())
			for i := range cols {
				cols[i] = i
			}
			b.check.columns = cols
			return b.uniqueKeys(cols, func(k *keyReader) { k.nulls, k.word = true, false })
		}},
		{Name: "distinct_count", Family: "unique", About: "the column has so many different values: N, or [LOW, HIGH]; exact", Example: "[2, 60]", Dimension: quality.Validity, whole: true, bind: func(b *binder) error {
			lo, hi, err := span64(b.arg)
			if err != nil {
				return err
			}
			return b.different(func(different, _ int64, t *tally) {
				t.measured("the number of different values", float64(different), float64(lo), float64(hi))
			})
		}},
		{Name: "distinct_ratio", Family: "unique", About: "different values divided by values lies in [LOW, HIGH]; exact", Example: "[0.5, 1]", Dimension: quality.Uniqueness, whole: true, bind: func(b *binder) error {
			lo, hi, err := b.bounds(b.arg)
			if err != nil {
				return err
			}
			return b.different(func(different, all int64, t *tally) {
				t.measured("the ratio of different values", float64(different)/float64(all), lo, hi)
			})
		}},
		{Name: "single_ratio", Family: "unique", About: "values that occur once, divided by different values, lies in [LOW, HIGH]; exact", Example: "[0, 0.1]", Dimension: quality.Uniqueness, whole: true, bind: func(b *binder) error {
			lo, hi, err := b.bounds(b.arg)
			if err != nil {
				return err
			}
			return b.counts(func(l *key.Log, t *tally) error {
				var once, different int64
				if err := l.Counts(func(n int64) {
					different++
					if n == 1 {
						once++
					}
				}); err != nil {
					return err
				}
				t.measured("the ratio of values that occur once", float64(once)/float64(different), lo, hi)
				return nil
			})
		}},
	}
}

// primaryCell fails rows without a key beside those that repeat one.
type primaryCell struct{ cell }

func (c *primaryCell) add(v *view, applies, fail bitmap) error {
	before := v.borrow(v.n)
	copy(before, applies)
	err := c.cell.add(v, applies, fail)
	for i := range fail {
		fail[i] |= before[i] &^ applies[i]
	}
	copy(applies, before)
	v.give(before)
	return err
}

func (c *primaryCell) merge(o cell) error { return c.cell.merge(o.(*primaryCell).cell) }

func (b *binder) different(judge func(different, all int64, t *tally)) error {
	return b.counts(func(l *key.Log, t *tally) error {
		n, err := l.Repeats(func(int64) {})
		judge(n, l.Len(), t)
		return err
	})
}

// counts binds a check of the whole column's values.
func (b *binder) counts(judge func(l *key.Log, t *tally) error) error {
	kinds, err := b.kinds(b.table, []int{b.col}, b.check.spec.At)
	if err != nil {
		return err
	}
	col, missing, seed := b.col, b.missing, key.NewSeed()
	b.plan.logs++
	b.check.make = func(s *State, _ bool) (cell, error) {
		k := newKeyReader([]int{col}, kinds, missing)
		return &countsCell{keys: k, log: s.log(k.word, seed), judge: judge}, nil
	}
	return nil
}

type countsCell struct {
	keys  *keyReader
	log   *key.Log
	judge func(l *key.Log, t *tally) error
}

func (c *countsCell) add(v *view, applies, _ bitmap) error {
	err := c.keys.log(v, applies, c.log)
	applies.zero()
	return err
}

func (c *countsCell) merge(o cell) error { return c.log.Merge(o.(*countsCell).log) }

func (c *countsCell) finish(t *tally) error {
	t.whole = true
	if c.log.Len() == 0 {
		t.broken = "judged no row: every one is null or left out by where"
		return nil
	}
	return c.judge(c.log, t)
}

func (c *countsCell) close() { c.log.Close() }

// foldText writes a text's letters and digits in lower case.
func foldText(dst, s []byte) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}
