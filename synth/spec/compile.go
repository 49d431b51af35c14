package spec

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/fake"
)

// column is a compiled column.
type column struct {
	table  *tab
	index  int
	name   string
	stream string // the name of its draws
	pos    document.Pos
	decl   *columnDecl
	state  state

	typ      arrow.DataType
	maker    maker
	null     uint64 // draws below it are null
	nullable bool
	role     table.Role
	hint     atomic.Int64 // bytes a cell
	distinct int64        // how many values there can be, where that is known
	capacity int64        // of a unique column: rows that it has values for; 0: not unique
	inverse  inverter     // of a unique column
}

type state int

const (
	untouched state = iota
	underway
	compiled
	failed
)

// faults collects errors, each once.
type faults struct{ list []error }

// errDependency says that what a column needs has failed by itself.
var errDependency = errors.New("a column that it needs has a fault")

func (f *faults) add(err error) {
	if err != nil && !errors.Is(err, errDependency) {
		f.list = append(f.list, err)
	}
}

func (f *faults) err() error {
	var all []*document.Error
	for _, err := range f.list {
		found := document.All(err)
		if len(found) == 0 {
			return errors.Join(f.list...) // not of the document
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b *document.Error) int {
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Column - b.Pos.Column
	})
	out := make([]error, 0, len(all))
	for i, e := range all {
		if i == 0 || *e != *all[i-1] {
			out = append(out, e)
		}
	}
	return errors.Join(out...)
}

type compiler struct {
	s    *Spec
	errs faults
	path []*column // underway, for the words of a cycle
}

func compile(n *document.Node, opt Options) (*Spec, error) {
	s := &Spec{pool: &recycler{}, worlds: map[synth.Seed]*world{}}
	c := &compiler{s: s}
	c.errs.add(decodeParams(n, &s.decl))
	if len(s.decl.Tables) == 0 {
		if c.errs.list == nil {
			c.errs.add(n.Pos.Errorf("there are no tables"))
		}
		return nil, c.errs.err()
	}
	if s.decl.Version != 1 {
		c.errs.add(n.Get("version").Pos.Errorf("version %d is not known here; this is version 1", s.decl.Version))
	}
	s.clock = s.decl.Clock
	before := len(c.errs.list)
	if c.tables(opt); len(c.errs.list) > before {
		return nil, c.errs.err() // columns of a broken table would only repeat it
	}
	for _, t := range s.tables {
		for _, col := range slices.Clone(t.columns) {
			c.errs.add(c.column(col))
			if col.state == compiled && t.rows >= 0 {
				c.errs.add(col.room(t.rows))
			}
		}
	}
	if err := c.errs.err(); err != nil {
		return nil, err
	}
	if err := c.arrange(); err != nil {
		return nil, err
	}
	for _, t := range s.tables {
		t.finish()
	}
	_, err := s.world(s.Seed()) // refuses what is too small, now
	return s, err
}

// tables sets up the tables without their columns' makers.
func (c *compiler) tables(opt Options) {
	s := c.s
	for i := range s.decl.Tables {
		d := &s.decl.Tables[i]
		t := &tab{name: d.name, pos: d.pos, decl: &d.decl, id: i, rows: -1}
		s.tables = append(s.tables, t)
		switch {
		case t.decl.Rows != nil && t.decl.Per != nil:
			c.errs.add(d.pos.Errorf("table %q has rows and per; one of them says how many rows there are", d.name))
		case t.decl.Rows == nil && t.decl.Per == nil:
			c.errs.add(d.pos.Errorf("table %q has neither rows nor per; one of them says how many rows there are", d.name))
		case t.decl.Rows != nil:
			t.rows = int64(*t.decl.Rows)
		}
		if len(t.decl.Columns) == 0 {
			c.errs.add(d.pos.Errorf("table %q has no columns", d.name))
		}
		c.locales(t)
		c.entities(t)
		for j := range t.decl.Columns {
			cd := &t.decl.Columns[j]
			col := t.newColumn(cd.name, cd.pos, &cd.decl)
			if !cd.decl.Hidden {
				t.visible = append(t.visible, col)
			}
		}
		if len(t.decl.Columns) > 0 && len(t.visible) == 0 {
			c.errs.add(d.pos.Errorf("table %q shows no columns: all are hidden", d.name))
		}
	}
	for _, t := range s.tables {
		c.per(t)
	}
	c.scale(opt)
	for _, t := range s.tables { // a circle of parents
		steps := 0
		for p := t.parent; p != nil; p = p.parent {
			if steps++; steps > len(s.tables) {
				c.errs.add(t.decl.Per.Pos.Errorf("the parents of table %q go in a circle", t.name))
				return
			}
		}
	}
}

func (t *tab) newColumn(name string, pos document.Pos, d *columnDecl) *column {
	col := &column{table: t, index: len(t.columns), name: name, stream: name, pos: pos, decl: d}
	t.columns = append(t.columns, col)
	return col
}

func (c *compiler) tableNames() (out []string) {
	for _, t := range c.s.tables {
		out = append(out, t.name)
	}
	return out
}

// table finds a table by name, or says which is near.
func (c *compiler) table(name string, pos document.Pos) (*tab, error) {
	for _, t := range c.s.tables {
		if t.name == name {
			return t, nil
		}
	}
	return nil, unknown(pos, "table", name, c.tableNames())
}

func (c *compiler) per(t *tab) {
	d := t.decl.Per
	if d == nil {
		return
	}
	p, err := c.table(d.Parent, d.Pos)
	if err != nil {
		c.errs.add(err)
		return
	}
	t.parent = p
	p.children = append(p.children, t)
	if d.Count == nil {
		t.count.fixed = 1
	} else if d.Count.gen == nil {
		t.count.fixed = int64(d.Count.fixed)
	} else {
		var err error
		if t.count, err = d.Count.gen.(counter).counts(&binder{c: c, t: t, at: d.Count.pos}); err != nil {
			c.errs.add(err)
			return
		}
	}
	if d.Min != nil || d.Max != nil {
		t.count.hasBounds, t.count.max = true, maxRows
		if d.Min != nil {
			t.count.min = int64(*d.Min)
		}
		if d.Max != nil {
			t.count.max = int64(*d.Max)
		}
		if t.count.min > t.count.max {
			c.errs.add(d.Pos.Errorf("min is above max"))
		}
		if t.count.steps == nil {
			c.errs.add(d.Pos.Errorf("min and max have no use: the count is a fixed number"))
		}
	}
}

// scale changes the numbers of rows as the options ask.
func (c *compiler) scale(opt Options) {
	largest := int64(0)
	for _, t := range c.s.tables {
		largest = max(largest, t.rows)
	}
	if opt.Rows <= 0 || largest == 0 {
		return
	}
	for _, t := range c.s.tables {
		if t.rows > 0 {
			t.rows = max(1, int64(float64(t.rows)/float64(largest)*float64(opt.Rows)+0.5))
			t.rows = min(t.rows, maxRows)
		}
	}
}

func (c *compiler) locales(t *tab) {
	list := t.decl.Locale
	if list == nil {
		list = c.s.decl.Locale
	}
	var weights []float64
	for _, l := range list {
		loc, err := fake.Open(l.name)
		if err != nil {
			c.errs.add(unknown(l.pos, "locale", l.name, fake.LocaleNames()))
			continue
		}
		t.locales, weights = append(t.locales, loc), append(weights, l.weight)
	}
	if len(t.locales) > 1 {
		var err error
		if t.mix, err = dist.Weighted(weights); err != nil {
			c.errs.add(list[0].pos.Errorf("%v", err))
		}
	} else if len(t.locales) == 0 {
		loc, _ := fake.Open("en_US")
		t.locales = []*fake.Locale{loc}
	}
}

// column compiles a column, once, after those that it needs.
func (c *compiler) column(col *column) error {
	switch col.state {
	case compiled:
		return nil
	case failed:
		return errDependency
	case untouched:
		if col.decl.bad {
			col.state = failed
			return errDependency
		}
	case underway:
		at := slices.Index(c.path, col)
		words := ""
		for _, p := range append(slices.Clone(c.path[at:]), col) {
			if words != "" {
				words += " needs "
			}
			words += p.table.name + "." + p.name
		}
		return col.pos.Errorf("columns go in a circle: %s", words)
	}
	col.state = underway
	c.path = append(c.path, col)
	err := c.build(col)
	c.path = c.path[:len(c.path)-1]
	if err != nil {
		col.state = failed
		c.errs.add(err)
		return errDependency
	}
	col.state = compiled
	return nil
}

func (c *compiler) build(col *column) error {
	d := col.decl
	b := &binder{c: c, t: col.table, col: col, at: d.at}
	var errs faults
	if d.Type != "" {
		want, terr := table.ParseType(d.Type)
		if b.want = want; terr != nil {
			errs.add(unknown(d.pos, "type", d.Type, append(table.TypeNames(), "decimal(12,2)", "timestamp(ms)")))
		}
	}
	role, err := table.ParseRole(d.Role)
	if err != nil {
		var known []string
		for _, r := range table.Roles() {
			known = append(known, string(r))
		}
		errs.add(unknown(d.pos, "role", d.Role, known))
	}
	if errs.list != nil {
		return errs.err()
	}
	col.maker, err = d.gen.build(b)
	if err != nil {
		return err
	}
	if err = b.unused(); err != nil {
		return err
	}
	if d.Role != "" {
		col.role = role
	}
	if d.Null > 0 {
		if col == col.table.key {
			return d.pos.Errorf("a key is never null")
		}
		col.nullable = true
		col.null = dist.Draw(float64(d.Null))
	}
	if b.want != nil && !arrow.TypeEqual(b.want, col.typ) {
		return d.pos.Errorf("%s makes %s and cannot make %s", d.word, typeName(col.typ), typeName(b.want))
	}
	return nil
}
