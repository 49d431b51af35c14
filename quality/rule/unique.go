package rule

import (
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/key"
)

// uniques lists the checks of keys.
func uniques() []Def {
	return []Def{
		{Name: "unique", Family: "unique", About: "repeats no value of an earlier row", Example: "true", Dimension: quality.Uniqueness, bind: func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			return b.uniqueOver([]int{b.col})
		}},
		{Name: "unique", Family: "unique", About: "repeats no combination of values of an earlier row", Example: "[order_id, line]", Dimension: quality.Uniqueness, scope: scopeTable, bind: func(b *binder) error {
			cols, err := b.columnList(b.arg)
			if err != nil {
				return err
			}
			return b.uniqueOver(cols)
		}},
		{Name: "foreign_key", Family: "tables", About: "has a value that a column of another table has", Example: "customers.id", Dimension: quality.Consistency, bind: func(b *binder) error {
			parent, names, err := b.target(b.arg)
			if err != nil {
				return err
			}
			return b.refersTo([]int{b.col}, parent, names, b.arg.Pos)
		}},
		{Name: "foreign_key", Family: "tables", About: "has a combination of values that another table has", Example: "{columns: [country, zip], to: places, key: [country, zip]}", Dimension: quality.Consistency, scope: scopeTable, bind: func(b *binder) error {
			var f struct {
				Columns *document.Node `yaml:"columns"`
				To      string         `yaml:"to"`
				Key     []string       `yaml:"key"`
			}
			if err := b.arg.Decode(&f); err != nil {
				return err
			}
			if f.Columns == nil {
				return b.arg.Pos.Errorf("foreign_key needs columns, to and key")
			}
			cols, err := b.columnList(f.Columns)
			if err != nil {
				return err
			}
			if len(f.Key) != len(cols) {
				return b.arg.Pos.Errorf("foreign_key has %d columns and %d in key", len(cols), len(f.Key))
			}
			return b.refersTo(cols, f.To, f.Key, b.arg.Pos)
		}},
	}
}

// columnList reads the names of columns of the check's table.
func (b *binder) columnList(n *document.Node) ([]int, error) {
	nodes, err := items(n)
	if err != nil {
		return nil, err
	}
	var cols []int
	for _, m := range nodes {
		i, err := b.columnAt(m.Text, m.Pos)
		if err != nil {
			return nil, err
		}
		cols = append(cols, i)
	}
	b.check.columns = cols
	return cols, nil
}

// target reads TABLE.COLUMN. A table's name may have dots of its own.
func (b *binder) target(n *document.Node) (parent string, columns []string, err error) {
	if err := scalar(n); err != nil {
		return "", nil, err
	}
	i := strings.LastIndexByte(n.Text, '.')
	if i < 0 {
		return "", nil, n.Pos.Errorf("foreign_key takes TABLE.COLUMN")
	}
	return n.Text[:i], []string{n.Text[i+1:]}, nil
}

func (b *binder) kinds(t *tablePlan, cols []int, at document.Pos) ([]kind, error) {
	out := make([]kind, len(cols))
	for i, c := range cols {
		f := t.schema.Field(c)
		if out[i] = kindOf(f.Type); out[i] == kindNone {
			return nil, at.Errorf("column %q is %s, which cannot be a key", f.Name, f.Type)
		}
	}
	return out, nil
}

func (b *binder) uniqueOver(cols []int) error { return b.uniqueKeys(cols, nil) }

// uniqueKeys binds a check that no key repeats; change, where not nil, says
// how keys are read.
func (b *binder) uniqueKeys(cols []int, change func(k *keyReader)) error {
	kinds, err := b.kinds(b.table, cols, b.check.spec.At)
	if err != nil {
		return err
	}
	missing, seed := b.missing, key.NewSeed()
	b.plan.logs++
	check := b.check
	b.check.make = func(s *State, gated bool) (cell, error) {
		keys := newKeyReader(cols, kinds, missing)
		if change != nil {
			change(keys)
		}
		if s.known != nil {
			return &knownCell{keys: keys, rows: s.known[check.index]}, nil
		}
		if gated {
			return &uniqueCell{keys: keys, set: s.set(keys.word)}, nil
		}
		return &uniqueLog{keys: keys, log: s.log(keys.word, seed), rising: ascents{limit: s.memory()}}, nil
	}
	return nil
}

// uniqueCell marks each row whose key was there before.
type uniqueCell struct {
	stateless
	keys *keyReader
	set  *key.Set
}

func (c *uniqueCell) close() { c.set.Close() }

func (c *uniqueCell) add(v *view, applies, fail bitmap) error {
	cols, err := c.keys.open(v, applies)
	if err != nil {
		return err
	}
	applies.each(func(i int) bool {
		var was bool
		if c.keys.word {
			was, err = c.set.AddWord(wordAt(cols[0], i))
		} else {
			was, err = c.set.Add(c.keys.bytesAt(cols, i))
		}
		if was {
			fail.set(i)
		}
		return err == nil
	})
	return err
}

// uniqueLog keeps the keys until all are there.
type uniqueLog struct {
	keys   *keyReader
	log    *key.Log
	rising ascents
}

func (c *uniqueLog) add(v *view, applies, _ bitmap) error {
	if c.keys.word && c.keys.missing == nil {
		col, err := v.column(c.keys.cols[0])
		if err != nil {
			return err
		}
		if col.valid == nil && c.rising.take(v, col, applies) {
			return nil
		}
	}
	return c.keys.log(v, applies, c.log)
}

func (c *uniqueLog) merge(o cell) error {
	p := o.(*uniqueLog)
	c.rising.merge(&p.rising)
	return c.log.Merge(p.log)
}

func (c *uniqueLog) finish(t *tally) error {
	if c.log.Len() == 0 && c.rising.apart() {
		return nil
	}
	if err := c.rising.spill(c.log); err != nil {
		return err
	}
	_, err := c.log.Repeats(func(row int64) {
		t.failed++
		t.example(row)
	})
	return err
}

func (c *uniqueLog) close() {
	c.rising = ascents{}
	c.log.Close()
}
