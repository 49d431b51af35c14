package proof

import (
	"fmt"
	"math/big"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// builder turns a header into a system of constraints, for a prover, a verifier
// or a measure of the size alone: one description for all, so that they cannot
// disagree.
type builder struct {
	head   *Header
	sys    *ligero.System
	sess   ligero.Session // nil where only the shape or the totals are wanted
	proves bool           // there are cells
	lies   bool           // tests only: build constraints for cells that break them
	keys   *keyList       // tests only: the list of a unique key
	tables []*builtTable

	helpers, late ligero.Oracle
	sources       map[ligero.Oracle][]ligero.Source
	values        map[ligero.Vec]func(i int) field.Elem // of data and helpers; prover only
	after         []func(d *drawn) error                // for each draw of challenges
	lookups       []*lookupTable
	identity      float64 // largest error of a lookup, times p
	public        int     // elements of public polynomials
	terms         int     // of constraints without vectors of their own
	looked        int     // entries of dictionaries that were gone through
	current       int     // the statement being built
	numbers       int     // how many disclosed numbers it proves
	lengths       []int   // of every vector, in order
}

// builtTable is a table whose columns stand in the system.
type builtTable struct {
	shape   *TableShape
	rows    int
	columns map[string]*builtColumn
	act     *ligero.Public
}

// builtColumn is a column's vectors and what is known about its values.
type builtColumn struct {
	table  *builtTable
	shape  *ColumnShape
	v, b   ligero.Vec   // b is None where the column cannot be null
	rest   []ligero.Vec // two of a wide hash
	cells  *column      // prover only
	lo, hi *big.Int     // proved bounds of cells that are there; nil if unknown
	short  bool         // a hash that is proved to be below 2^62
	digest *[32]byte    // of its dictionary, once it was asked for
}

// FalseError says that a statement does not hold, so that there is no proof.
type FalseError struct {
	Statement int    // from 0
	Label     string // such as "range of age"
	Row       int64  // the first row that breaks it, or -1
	Cause     string
}

func (e *FalseError) Error() string {
	where := ""
	if e.Row >= 0 {
		where = fmt.Sprintf(" in row %d", e.Row)
	}
	return fmt.Sprintf("prove %s: it does not hold%s: %s", e.Label, where, e.Cause)
}

func (b *builder) falsity(row int, format string, args ...any) error {
	return &FalseError{b.current, b.head.Statements[b.current].label(), int64(row), fmt.Sprintf(format, args...)}
}

// fault is a statement that makes no sense for its columns.
func (b *builder) fault(format string, args ...any) error {
	s := &b.head.Statements[b.current]
	cause := fmt.Sprintf(format, args...)
	if s.Pos.Line > 0 {
		return s.Pos.Errorf("%s: %s", s.label(), cause)
	}
	return fmt.Errorf("statement %s: %s", s.label(), cause)
}

// newBuilder adds the columns of the header's tables: an oracle each, then the
// masks. cells gives a column's cells to a prover, and streams an oracle's pads.
func newBuilder(head *Header, sess ligero.Session, sys *ligero.System, cells func(table, column int) *column, streams func(table, column int) (*ligero.Stream, error)) (*builder, error) {
	b := &builder{
		head: head, sess: sess, sys: sys, proves: cells != nil,
		sources: map[ligero.Oracle][]ligero.Source{}, values: map[ligero.Vec]func(int) field.Elem{},
	}
	for ti := range head.Tables {
		shape := &head.Tables[ti]
		t := &builtTable{shape: shape, rows: int(shape.Rows), columns: map[string]*builtColumn{}, act: sys.Prefix(int(shape.Rows))}
		b.tables = append(b.tables, t)
		for ci := range shape.Columns {
			c := &builtColumn{table: t, shape: &shape.Columns[ci], b: ligero.None}
			if b.proves {
				c.cells = cells(ti, ci)
			}
			t.columns[c.shape.Name] = c
			o := sys.Oracle()
			c.v = b.vector(o, t.rows, func(i int) field.Elem { return field.Int(c.cells.at(i)) })
			if c.shape.wide() {
				for k := range 2 {
					c.rest = append(c.rest, b.vector(o, t.rows, func(i int) field.Elem { return c.cells.restAt(i)[k].element() }))
				}
			}
			if c.shape.Nullable {
				c.b = b.vector(o, t.rows, func(i int) field.Elem { return bit(c.cells.there(i)) })
			}
			if c.shape.class() == "bool" {
				c.lo, c.hi = big.NewInt(0), big.NewInt(1)
			}
			if sess == nil {
				continue
			}
			var stream *ligero.Stream
			if b.proves {
				var err error
				if stream, err = streams(ti, ci); err != nil {
					return nil, err
				}
			}
			if err := sess.Root(o, stream, b.sources[o]); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func bit(b bool) field.Elem {
	if b {
		return field.One()
	}
	return field.Elem{}
}

// vector adds a vector whose element i, below length, is at(i) to a prover.
func (b *builder) vector(o ligero.Oracle, length int, at func(i int) field.Elem) ligero.Vec {
	v := b.sys.Vector(o, length)
	b.lengths = append(b.lengths, length)
	if b.proves {
		b.values[v] = at
		b.sources[o] = append(b.sources[o], &source{length, at})
	}
	return v
}

// helper adds a vector that does not depend on challenges.
func (b *builder) helper(length int, at func(i int) field.Elem) ligero.Vec {
	return b.vector(b.helpers, length, at)
}

// source gives a vector's values to the tableau.
type source struct {
	length int
	at     func(i int) field.Elem
}

// Fill sets a tableau row; places behind the length are zero.
func (s *source) Fill(dst []field.Elem, row int) error {
	from := row * len(dst)
	n := min(max(s.length-from, 0), len(dst))
	for i := range n {
		dst[i] = s.at(from + i)
	}
	clear(dst[n:])
	return nil
}

// fractions gives m(i)/x(i) at every slot; m is 1 where it is nil.
type fractions struct {
	x, m   func(i int) field.Elem
	length int // m is zero from here on
}

// Fill sets a tableau row.
func (s *fractions) Fill(dst []field.Elem, row int) error {
	for i := range dst {
		dst[i] = s.x(row*len(dst) + i)
	}
	if !field.Invert(dst, make([]field.Elem, len(dst))) {
		return errMet
	}
	if s.m == nil {
		return nil
	}
	for i := range dst {
		if at := row*len(dst) + i; at < s.length {
			m := s.m(at)
			dst[i].Mul(&dst[i], &m)
		} else {
			dst[i] = field.Elem{}
		}
	}
	return nil
}

// fraction adds the late helper m/x, where x(i) gives its values for every slot
// of a vector as long as length; the constraint is the caller's.
func (b *builder) fraction(length int, x, m func(i int) field.Elem) ligero.Vec {
	v := b.sys.Vector(b.late, length)
	b.lengths = append(b.lengths, length)
	if b.proves {
		b.sources[b.late] = append(b.sources[b.late], &fractions{x, m, length})
	}
	return v
}

// build adds the constraints of every statement and commits to the helpers.
func (b *builder) build(streams func(name string) (*ligero.Stream, error)) error {
	commit := func(o ligero.Oracle, name string) error {
		if b.sess == nil {
			return nil
		}
		var stream *ligero.Stream
		if b.proves {
			var err error
			if stream, err = streams(name); err != nil {
				return err
			}
		}
		return b.sess.Root(o, stream, b.sources[o])
	}
	masks := b.sys.Masks()
	if b.proves {
		b.sources[masks] = make([]ligero.Source, b.sys.OracleSize(masks))
	}
	if err := commit(masks, "masks"); err != nil {
		return err
	}
	b.helpers = b.sys.Oracle()
	b.bounds()
	for _, t := range b.tables {
		for _, c := range t.shape.Columns {
			b.wellFormed(t.columns[c.Name])
		}
	}
	for i := range b.head.Statements {
		b.current, b.numbers = i, 0
		s := &b.head.Statements[i]
		if key := s.foreign(); key != "" {
			return b.fault("%q means nothing for it", key)
		}
		if err := b.statement(s); err != nil {
			return err
		}
		if len(s.Disclosed) != b.numbers {
			return b.fault("it lists %d numbers and proves %d", len(s.Disclosed), b.numbers)
		}
	}
	if err := commit(b.helpers, "helpers"); err != nil {
		return err
	}
	b.late = b.sys.Oracle()
	for _, d := range b.draw() {
		for _, f := range b.after {
			if err := f(d); err != nil {
				return err
			}
		}
		for _, t := range b.lookups {
			if err := d.lookUp(t); err != nil {
				return err
			}
		}
	}
	if err := b.spared(); err != nil {
		return err
	}
	return commit(b.late, "late")
}

// column finds a statement's column.
func (b *builder) column(s *Statement, name string) (*builtColumn, error) {
	return b.columnOf(s.Table, name)
}

func (b *builder) columnOf(table, name string) (*builtColumn, error) {
	for _, t := range b.tables {
		if t.shape.Name == table {
			if c := t.columns[name]; c != nil {
				return c, nil
			}
		}
	}
	return nil, b.fault("there is no column %q in table %q", name, table)
}

// bounds notes what range and member statements prove of columns, so that
// statements about totals know how large they can be.
func (b *builder) bounds() {
	for i := range b.head.Statements {
		s := &b.head.Statements[i]
		b.current = i
		if s.Kind != "range" && s.Kind != "member" {
			continue
		}
		c, err := b.column(s, s.Column)
		if err != nil {
			continue // said again, and reported, when the statement is built
		}
		if s.Kind == "member" {
			if c.shape.class() == "text" && !c.shape.hashed() {
				c.lo, c.hi = big.NewInt(1), big.NewInt(int64(len(c.shape.Encoding.Dictionary)))
			}
			continue
		}
		if c.shape.class() == "text" {
			continue
		}
		lo, err1 := c.shape.parse(s.Min)
		hi, err2 := c.shape.parse(s.Max)
		if err1 == nil && err2 == nil {
			c.lo, c.hi = lo, hi
		}
	}
}

// wellFormed demands b·b = b, v·b = v and zeros behind the rows, and v·v = v of
// a bool column.
func (b *builder) wellFormed(c *builtColumn) {
	if c.shape.class() == "bool" {
		b.boolean(c.v)
	}
	tail := b.sys.Tail(c.table.rows)
	for _, v := range c.parts() {
		b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: v, Pub: tail}}})
	}
	if c.b == ligero.None {
		return
	}
	b.sys.Zero(ligero.Product{F: ligero.Form{{Coef: field.One(), V: c.b, Pub: tail}}})
	b.boolean(c.b)
	for _, v := range c.parts() {
		b.sys.Zero(product(one(v), one(c.b)), linear(scale(one(v), -1)))
	}
}

// parts are the vectors that make a value: one, or three of a wide hash.
func (c *builtColumn) parts() []ligero.Vec { return append([]ligero.Vec{c.v}, c.rest...) }

// part is the element of a vector of parts in row i.
func (c *builtColumn) part(k, i int) field.Elem {
	if k == 0 {
		return field.Int(c.cells.at(i))
	}
	return c.cells.restAt(i)[k-1].element()
}

// boolean demands x·x = x.
func (b *builder) boolean(x ligero.Vec) {
	b.sys.Zero(product(one(x), one(x)), linear(scale(one(x), -1)))
}

// The forms of which constraints are made.

func one(v ligero.Vec) ligero.Form { return ligero.Form{{Coef: field.One(), V: v}} }

func linear(f ligero.Form) ligero.Product { return ligero.Product{F: f} }

func product(f, g ligero.Form) ligero.Product { return ligero.Product{F: f, G: g} }

// negative is -x, which an int64 need not hold.
func negative(x int64) (z field.Elem) {
	u := field.Int(x)
	z.Sub(&z, &u)
	return z
}

func scale(f ligero.Form, by int64) ligero.Form { return times(f, field.Int(by)) }

func times(f ligero.Form, by field.Elem) ligero.Form {
	out := make(ligero.Form, len(f))
	for i, l := range f {
		l.Coef.Mul(&l.Coef, &by)
		out[i] = l
	}
	return out
}

func plus(forms ...ligero.Form) (out ligero.Form) {
	for _, f := range forms {
		out = append(out, f...)
	}
	return out
}

// there is b, or the public ones of a column that cannot be null.
func (c *builtColumn) there() ligero.Form {
	if c.b != ligero.None {
		return one(c.b)
	}
	return ligero.Form{{Coef: field.One(), V: ligero.None, Pub: c.table.act}}
}
