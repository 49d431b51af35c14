package rule

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// Plan is a suite bound to the schemas of its tables: every name is known,
// every argument read. It is safe for concurrent use.
type Plan struct {
	suite  *Suite
	opt    Options
	tables []*tablePlan // parents before children
	checks []*check     // in the suite's order
	feeds  []*feed

	sketches []*sketch

	circular string // a table whose foreign keys lead back to it
	logs     int    // sets or logs of keys that a state keeps
}

// tablePlan is what is done with the batches of one table.
type tablePlan struct {
	name   string
	schema *arrow.Schema
	checks []*check
	wheres []*filter
	index  int
}

// check is a bound check.
type check struct {
	spec     Spec
	def      *Def
	table    *tablePlan
	index    int // in Plan.checks
	where    int // in tablePlan.wheres, -1 for none
	personal bool
	columns  []int
	// make starts the check's state; gated says that rows must be judged as
	// they come, because they leave.
	make    func(s *State, gated bool) (cell, error)
	feeds   []*feed                   // what it needs of other tables
	late    func(r *Result, t *tally) // judged when all others are, from their verdicts
	trial   checkTrial
	summary string
}

// checkTrial is what a check adds to the trials of [TestSuite], where values and
// changes that fit every check would hardly meet it. Each may be nil.
type checkTrial struct {
	values func(p *pool)                // for the pools of its columns
	tables func(rows []rowOf) [][]rowOf // whole tables, made of rows that pass

	// against makes tables that meet another one, whose rows it is given.
	other   *tablePlan
	against func(rows, other []rowOf) [][]rowOf
}

// ID, Level, Dimension and String make a bound check a quality.Rule.
func (c *check) ID() string                   { return c.spec.ID }
func (c *check) Level() quality.Level         { return c.spec.Level }
func (c *check) Dimension() quality.Dimension { return c.spec.Dimension }
func (c *check) String() string               { return c.summary }

// note adds a column to those that the check reads.
func (c *check) note(col int) {
	if !slices.Contains(c.columns, col) {
		c.columns = append(c.columns, col)
	}
}

// Compile binds a suite to the schemas of the tables that it judges. A suite
// that names no table takes the only one there is. Every mistake is found here,
// with its line: nothing that a suite says can fail later but the data.
func Compile(s *Suite, schemas map[string]*arrow.Schema, opt Options) (*Plan, error) {
	if opt.Now.IsZero() {
		opt.Now = time.Now()
	}
	if opt.MemoryBytes <= 0 {
		opt.MemoryBytes = 256 << 20
	}
	if opt.ReadFile == nil {
		opt.ReadFile = beside(s.At.Name)
	}
	if len(s.Checks) == 0 {
		return nil, fmt.Errorf("compile suite %q: it has no checks: %w", s.Name, quality.ErrNothingJudged)
	}
	p := &Plan{suite: s, opt: opt}
	var errs []error
	for i := range s.Checks {
		if err := p.bind(&s.Checks[i], schemas); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, k := range p.sketches {
		k.seal()
	}
	return p, p.order()
}

// table finds or starts the plan of a table.
func (p *Plan) table(name string, at document.Pos, schemas map[string]*arrow.Schema) (*tablePlan, error) {
	if name == "" && len(schemas) == 1 {
		for only := range schemas {
			name = only
		}
	}
	if _, lone := schemas[""]; name == "" && !lone {
		return nil, at.Errorf("the suite names no table, and there are %d: write tables:, or table: NAME", len(schemas))
	}
	for _, t := range p.tables {
		if t.name == name {
			return t, nil
		}
	}
	schema, ok := schemas[name]
	if !ok {
		// A suite may name the table that a lone file holds as it likes.
		if only, has := schemas[""]; has && len(schemas) == 1 && len(p.suite.declared) <= 1 {
			schema, ok = only, true
		}
	}
	if !ok {
		known := make([]string, 0, len(schemas))
		for n := range schemas {
			known = append(known, n)
		}
		slices.Sort(known)
		err := at.Errorf("there is no table %q; there are %s", name, table.ListNames(known))
		if near := document.Nearest(name, known); near != "" {
			err.Hint = "did you mean " + near + "?"
		}
		return nil, err
	}
	t := &tablePlan{name: name, schema: schema}
	p.tables = append(p.tables, t)
	return t, nil
}

func (p *Plan) bind(spec *Spec, schemas map[string]*arrow.Schema) error {
	t, err := p.table(spec.Table, spec.At, schemas)
	if err != nil {
		return err
	}
	def := lookup(spec.Kind, scopeOf(spec.Column))
	if def == nil {
		return spec.At.Errorf("there is no check %q", spec.Kind)
	}
	c := &check{spec: *spec, def: def, table: t, where: -1, personal: spec.Personal}
	if c.spec.Dimension == "" {
		c.spec.Dimension = def.Dimension
	}
	c.summary = spec.Kind + argText(spec.Arg)
	b := &binder{plan: p, check: c, table: t, schemas: schemas, arg: spec.Arg}
	if spec.Column != "" && !def.absentColumn {
		var i int
		if i, err = b.columnAt(spec.Column, spec.At); err != nil {
			return err
		}
		c.columns = []int{i}
		if table.LabelOf(t.schema.Field(i)).Role == table.RoleDirect {
			c.personal = true
		}
		b.col, b.field = i, t.schema.Field(i)
		if len(spec.Missing) > 0 {
			if b.missing, err = missingCodes(b, spec.Missing); err != nil {
				return err
			}
		}
	}
	if def.whole {
		if spec.mostlySet {
			return spec.At.Errorf("%s judges the table as a whole; mostly counts rows", spec.Kind)
		}
		c.spec.Mostly = 1
	}
	if spec.Where != "" {
		if c.where, err = t.filter(spec.Where, spec.whereAt); err != nil {
			return err
		}
	}
	if err := def.bind(b); err != nil {
		if len(document.All(err)) == 0 {
			err = spec.At.Errorf("%s: %v", spec.Kind, err)
		}
		return err
	}
	if c.make == nil {
		return spec.At.Errorf("%s: the check does nothing", spec.Kind)
	}
	c.index = len(p.checks)
	p.checks = append(p.checks, c)
	t.checks = append(t.checks, c)
	return nil
}

// order puts parents before children, as far as there are no circles.
func (p *Plan) order() error {
	var out []*tablePlan
	state := map[*tablePlan]int{}
	var visit func(t *tablePlan) error
	visit = func(t *tablePlan) error {
		switch state[t] {
		case 1: // a circle: only a gate needs an order
			p.circular = t.name
			return nil
		case 2:
			return nil
		}
		state[t] = 1
		for _, c := range t.checks {
			for _, f := range c.feeds {
				if f.table == t {
					continue // a table may refer to itself
				}
				if err := visit(f.table); err != nil {
					return err
				}
			}
		}
		state[t] = 2
		out = append(out, t)
		return nil
	}
	for _, t := range p.tables {
		if err := visit(t); err != nil {
			return err
		}
	}
	p.tables = out
	for i, t := range out {
		t.index = i
	}
	return nil
}

// Tables lists the tables that the plan reads, parents before children.
func (p *Plan) Tables() []string {
	out := make([]string, len(p.tables))
	for i, t := range p.tables {
		out[i] = t.name
	}
	return out
}

// Rules lists the plan's checks in the suite's order.
func (p *Plan) Rules() []quality.Rule {
	out := make([]quality.Rule, len(p.checks))
	for i, c := range p.checks {
		out[i] = c
	}
	return out
}

func (p *Plan) find(name string) (*tablePlan, error) {
	if name == "" && len(p.tables) == 1 {
		return p.tables[0], nil
	}
	for _, t := range p.tables {
		if t.name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("judge table %q: the suite has %q", name, p.Tables())
}
