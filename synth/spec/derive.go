package spec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/expr"
)

// program is an expression over columns of the table.
type program struct {
	*expr.Program
	schema  *arrow.Schema
	columns []*column
}

// compileExpr binds an expression, after the columns that it reads.
func (b *binder) compileExpr(src string, at document.Pos) (*program, error) {
	fault := func(err error) error {
		var e *expr.Error
		if errors.As(err, &e) {
			out := at.Errorf("expression, character %d: %s", e.Column(), e.Cause)
			out.Hint = e.Hint
			return out
		}
		return at.Errorf("expression: %v", err)
	}
	e, err := expr.Parse(src)
	if err != nil {
		return nil, fault(err)
	}
	p := &program{}
	var fields []arrow.Field
	var errs []error
	for _, name := range e.Columns() {
		if name == clockName && !slices.Contains(b.t.columnNames(), name) {
			continue
		}
		c, cerr := b.column(name, at)
		if cerr != nil { // look on: there may be more
			errs = append(errs, cerr)
			continue
		}
		p.columns = append(p.columns, c)
		fields = append(fields, arrow.Field{Name: name, Type: c.typ, Nullable: true})
	}
	for _, cerr := range errs {
		if !errors.Is(cerr, errDependency) {
			return nil, cerr
		}
	}
	if errs != nil {
		return nil, errDependency
	}
	if len(fields) == 0 {
		return nil, at.Errorf("expression: it reads no column; const says a fixed value")
	}
	p.schema = arrow.NewSchema(fields, nil)
	if p.Program, err = e.BindWith(p.schema, expr.Options{Constants: map[string]any{clockName: b.c.s.clock.time()}}); err != nil {
		return nil, fault(err)
	}
	return p, nil
}

// clockName is how expressions name the spec's clock.
const clockName = "clock"

// batch is the columns that the program reads. The caller releases it.
func (p *program) batch(f *frame) (arrow.Record, error) {
	cols := make([]arrow.Array, len(p.columns))
	for i, c := range p.columns {
		var err error
		if cols[i], err = f.column(c); err != nil {
			return nil, err
		}
	}
	return array.NewRecord(p.schema, cols, int64(f.n)), nil
}

// exprWord is a row expression.
type exprWord struct {
	Expr string `yaml:"expr" spec:"required" doc:"an expression in the house's language, such as price * quantity"`
}

func (w *exprWord) build(b *binder) (maker, error) {
	p, err := b.compileExpr(w.Expr, b.at)
	if err != nil {
		return nil, err
	}
	b.col.nullable = true // what a row cannot compute is null
	m := &exprMaker{program: p}
	own := p.Type()
	if b.want == nil || arrow.TypeEqual(b.want, own) {
		b.readNumber = b.col.decl.Round == nil && b.col.decl.Clip == nil && b.col.decl.Truncate == nil
		b.col.typ = own
		return m, nil
	}
	if !slices.Contains(numberTypes, own.ID()) || !slices.Contains(numberTypes, b.want.ID()) {
		return nil, b.errorf("the expression makes %s and cannot make %s", typeName(own), typeName(b.want))
	}
	m.convert = true
	b.col.typ = b.want
	return m, nil
}

type exprMaker struct {
	*program
	convert bool
}

func (m *exprMaker) make(f *frame, c *column) (arrow.Array, error) {
	rec, err := m.batch(f)
	if err != nil {
		return nil, err
	}
	defer rec.Release()
	a, err := m.Eval(rec, f.pool())
	if err != nil || !m.convert {
		return a, err
	}
	defer a.Release()
	return f.convert(a, c.typ), nil
}

// convert makes another number type of an array, through float64.
func (f *frame) convert(a arrow.Array, t arrow.DataType) arrow.Array {
	at := floats(a)
	out := newNumbers(f.pool(), t, f.n)
	var vals [blockRows]float64
	for lo := 0; lo < f.n; lo += blockRows {
		n := min(blockRows, f.n-lo)
		for i := range n {
			vals[i] = at(lo + i)
			if vals[i] != vals[i] {
				vals[i] = 0 // no number; whole types have none
			}
		}
		out.store(lo, vals[:n])
	}
	made := out.array()
	if a.NullN() == 0 {
		return made
	}
	defer made.Release()
	valid, bits := get[byte](f.pool(), (f.n+7)/8)
	clear(bits)
	for i := range f.n {
		if a.IsValid(i) {
			bitutil.SetBit(bits, i)
		}
	}
	return revalid(made, valid, a.NullN())
}

// whenWord chooses by condition: the first that holds. else stands last.
type whenWord struct{ branches []branchDecl }

type branchDecl struct {
	at   document.Pos
	cond string // "" for else
	decl columnDecl
}

func (w *whenWord) UnmarshalNode(n *document.Node) error {
	if n.Kind != document.Map || len(n.Pairs) == 0 {
		return n.Pos.Errorf("here stands %s, expected conditions with a column each, and else", n.Kind)
	}
	var errs []error
	for i, p := range n.Pairs {
		x := branchDecl{at: p.At, cond: p.Key}
		if p.Key == "else" {
			x.cond = ""
			if i != len(n.Pairs)-1 {
				errs = append(errs, p.At.Errorf("else stands last"))
			}
		}
		errs = append(errs, x.decl.UnmarshalNode(p.Value))
		w.branches = append(w.branches, x)
	}
	return errors.Join(errs...)
}

func (w *whenWord) build(b *binder) (maker, error) {
	m := &whenMaker{}
	var errs faults
	if b.want != nil && b.want.ID() == arrow.DICTIONARY {
		return nil, b.col.decl.pos.Errorf("when makes string and cannot make category")
	}
	if len(w.branches) > maxBranches {
		return nil, b.errorf("there are %d conditions, and %d are possible", len(w.branches), maxBranches)
	}
	for i := range w.branches {
		x := &w.branches[i]
		if x.decl.Hidden || x.decl.Role != "" || x.decl.Unique || x.decl.Correlate != nil {
			errs.add(x.decl.pos.Errorf("hidden, role, unique and correlate belong to the whole column, not to a condition"))
		}
		if x.decl.Type == "" {
			x.decl.Type = b.col.decl.Type
			if x.decl.Type == "" && (x.decl.word == "pick" || x.decl.word == "const") {
				x.decl.wide = true
			}
		}
		br := branch{}
		if x.cond != "" {
			var err error
			if br.cond, err = b.compileExpr(x.cond, x.at); err != nil {
				errs.add(err)
			} else if br.cond.Type().ID() != arrow.BOOL {
				errs.add(x.at.Errorf("a condition is true or false; this is %s", typeName(br.cond.Type())))
			}
		} else {
			m.hasElse = true
		}
		col := b.t.newColumn(b.col.name, x.at, &x.decl)
		col.stream = fmt.Sprintf("%s/when/%d", b.col.stream, i)
		col.name = "" // nobody can name it
		if err := b.c.column(col); err != nil {
			errs.add(err)
			continue
		}
		br.col, x.decl.Type = col, typeName(col.typ) // explain says it
		if m.branches != nil && !arrow.TypeEqual(col.typ, m.branches[0].col.typ) {
			errs.add(x.decl.pos.Errorf("the conditions make %s and %s; give the column a type", typeName(m.branches[0].col.typ), typeName(col.typ)))
			continue
		}
		b.col.nullable = b.col.nullable || col.nullable
		b.col.typ = col.typ
		m.branches = append(m.branches, br)
	}
	if err := errs.err(); err != nil {
		return nil, err
	}
	if len(m.branches) < len(w.branches) {
		return nil, errDependency
	}
	b.col.nullable = b.col.nullable || !m.hasElse
	b.want = nil // the branches have it
	return m, nil
}

const maxBranches = 250

type branch struct {
	cond *program // nil: else
	col  *column
}

type whenMaker struct {
	branches []branch
	hasElse  bool
}

func (m *whenMaker) make(f *frame, c *column) (arrow.Array, error) {
	// which[i] is 1 + the branch of row i, 0 for none.
	buf, which := get[uint8](f.pool(), f.n)
	defer buf.Release()
	clear(which)
	var arrays []arrow.Array
	mask := make([]byte, (f.n+7)/8)
	for k, br := range m.branches {
		a, err := f.column(br.col)
		if err != nil {
			return nil, err
		}
		arrays = append(arrays, a)
		if br.cond == nil {
			for i, w := range which {
				if w == 0 {
					which[i] = uint8(k + 1)
				}
			}
			break
		}
		rec, err := br.cond.batch(f)
		if err != nil {
			return nil, err
		}
		_, err = br.cond.Select(rec, mask)
		rec.Release()
		if err != nil {
			return nil, err
		}
		for i, w := range which {
			if w == 0 && bitutil.BitIsSet(mask, i) {
				which[i] = uint8(k + 1)
			}
		}
	}
	return f.choose(c, which, arrays)
}

// choose takes row i from arrays[which[i]-1]; null where which[i] is 0.
func (f *frame) choose(c *column, which []uint8, arrays []arrow.Array) (arrow.Array, error) {
	var a arrow.Array
	switch t := c.typ.(type) {
	case *arrow.StringType:
		out := newTexts(f.pool(), f.n, &c.hint)
		for i, w := range which {
			if w > 0 {
				out.data = append(out.data, arrays[w-1].(*array.String).Value(i)...)
			}
			out.mark(i)
		}
		var err error
		if a, err = out.finish(); err != nil {
			return nil, err
		}
	case *arrow.BooleanType:
		a = f.bools(c, func(at, n int, out []byte) {
			for i, w := range which[at : at+n] {
				if w > 0 && arrays[w-1].(*array.Boolean).Value(at+i) {
					out[i/8] |= 1 << (i % 8)
				}
			}
		})
	case arrow.FixedWidthDataType:
		width := t.BitWidth() / 8
		buf := memory.NewBufferWithAllocator(f.pool().Allocate(f.n*width), f.pool())
		dst := buf.Bytes()
		clear(dst)
		for i, w := range which {
			if w > 0 {
				copy(dst[i*width:(i+1)*width], arrays[w-1].Data().Buffers()[1].Bytes()[i*width:])
			}
		}
		a = fixed(c.typ, f.n, 0, nil, buf)
	default:
		return nil, fmt.Errorf("conditions cannot make %s", typeName(c.typ))
	}
	if !c.nullable {
		return a, nil
	}
	var mark []bool
	for i, w := range which {
		if w == 0 || arrays[w-1].IsNull(i) {
			if mark == nil {
				mark = make([]bool, f.n)
			}
			mark[i] = true
		}
	}
	return f.invalid(a, mark), nil
}
