package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// Options add to what an expression may name.
type Options struct {
	// Constants are names with a fixed value, such as clock: bool, int, int64,
	// float64, string, time.Time or time.Duration. Default none. A constant of
	// a column's name is an error where it is used.
	Constants map[string]any
}

// Compile parses and binds in one step.
func Compile(src string, schema *arrow.Schema) (*Program, error) {
	e, err := Parse(src)
	if err != nil {
		return nil, err
	}
	return e.Bind(schema)
}

// Bind checks the expression against a schema and makes a program for batches
// of that schema. Errors are of type *Error.
func (e *Expr) Bind(schema *arrow.Schema) (*Program, error) {
	return e.BindWith(schema, Options{})
}

// BindWith is Bind with options.
func (e *Expr) BindWith(schema *arrow.Schema, opt Options) (*Program, error) {
	p := &Program{expr: e}
	b := newBinder(e.src, schema, opt, &p.slots)
	out, err := b.compile(e.root)
	if err != nil {
		return nil, err
	}
	p.typ = out.t
	b.code.out = out.reg
	b.code.prune()
	p.code = b.code
	return p, nil
}

// maxRegisters bounds a program's memory to about 40 MB.
const maxRegisters = 4096

// operand is a compiled subexpression: a register and what is known of it.
type operand struct {
	t     typ
	reg   int
	konst bool
	lit   *node // the number that it was written as, or nil
	text  int   // 1 + the slot of the string column that it is, or 0
}

type binder struct {
	src    string
	schema *arrow.Schema
	opt    Options
	slots  *[]slot
	code   code
	seen   map[string]operand // equal subexpressions share a register
	deps   map[*node]int
	inDict int // the slot whose dictionary's entries are read, or -1
}

func newBinder(src string, schema *arrow.Schema, opt Options, slots *[]slot) *binder {
	return &binder{
		src: src, schema: schema, opt: opt, slots: slots, inDict: -1,
		seen: map[string]operand{}, deps: map[*node]int{},
	}
}

func (b *binder) fail(n *node, hint, format string, args ...any) error {
	return &Error{Source: b.src, Offset: n.pos, Cause: fmt.Sprintf(format, args...), Hint: hint}
}

// emit appends an instruction, or finds the equal one that is there. The key
// names the kernel and all that is bound into it.
func (b *binder) emit(key string, t typ, strict bool, run kernel, args ...operand) operand {
	in := instr{run: run, strict: strict, bits: t.bank() == bankBits}
	konst := true
	for _, a := range args {
		konst = konst && a.konst
		in.args = append(in.args, a.reg)
	}
	key = fmt.Sprintf("%s %v %v", key, in.args, t)
	if o, ok := b.seen[key]; ok {
		return o
	}
	in.dst = len(b.code.banks)
	b.code.banks = append(b.code.banks, t.bank())
	o := operand{t: t, reg: in.dst, konst: konst}
	if konst {
		b.code.setup = append(b.code.setup, in)
	} else {
		b.code.body = append(b.code.body, in)
	}
	b.seen[key] = o
	return o
}

// load emits an instruction that reads a column.
func (b *binder) load(key string, t typ, run kernel) operand {
	if o, ok := b.seen[key]; ok {
		return o
	}
	o := operand{t: t, reg: len(b.code.banks)}
	b.code.banks = append(b.code.banks, t.bank())
	b.code.body = append(b.code.body, instr{run: run, dst: o.reg})
	b.seen[key] = o
	return o
}

// Values of binder.deps beside a slot's number.
const (
	depNone = -1
	depMany = -2
)

// dependsOn is the one dictionary column that a node reads; depNone if it reads
// no column, depMany if it reads others.
func (b *binder) dependsOn(n *node) (int, error) {
	if d, ok := b.deps[n]; ok {
		return d, nil
	}
	d := depNone
	if n.op == opColumn {
		if _, isConst := b.opt.Constants[n.text]; !isConst {
			s, err := b.slot(n)
			if err != nil {
				return 0, err
			}
			d = s
			if (*b.slots)[s].typ.ID() != arrow.DICTIONARY {
				d = depMany
			}
		}
	}
	for _, k := range n.kids {
		kid, err := b.dependsOn(k)
		if err != nil {
			return 0, err
		}
		switch {
		case d == depNone:
			d = kid
		case kid != depNone && kid != d:
			d = depMany
		}
	}
	b.deps[n] = d
	return d, nil
}

// compile emits the code of a node.
func (b *binder) compile(n *node) (operand, error) {
	if len(b.code.banks) > maxRegisters {
		return operand{}, b.fail(n, "write a list with in", "expression has more than %d parts", maxRegisters)
	}
	if b.inDict < 0 {
		d, err := b.dependsOn(n)
		if err != nil {
			return operand{}, err
		}
		if d >= 0 {
			return b.dictionary(n, d)
		}
	}
	switch n.op {
	case opNull:
		return b.constNull(typ{}), nil
	case opBool:
		return b.constBool(n.text == "true"), nil
	case opInt:
		o := b.constInt(typ{kind: kInt}, n.int)
		o.lit = n
		return o, nil
	case opFloat:
		o := b.constFloat(n.float)
		o.lit = n
		return o, nil
	case opDuration:
		return b.constDuration(n.int), nil
	case opString:
		return b.constString(n.text), nil
	case opColumn:
		return b.column(n)
	case opUnary:
		return b.unary(n)
	case opBinary:
		return b.binary(n)
	case opIf:
		return b.choose(n)
	case opCall:
		return b.call(n)
	}
	return operand{}, b.fail(n, "", "a list stands only after in")
}

// dictionary compiles a node that reads one dictionary column alone.
func (b *binder) dictionary(n *node, s int) (operand, error) {
	key := "dict " + n.String()
	if o, ok := b.seen[key]; ok {
		return o, nil
	}
	inner := newBinder(b.src, b.schema, b.opt, b.slots)
	inner.inDict = s
	out, err := inner.compile(n)
	if err != nil {
		return operand{}, err
	}
	if out.t.kind == kNull {
		return b.constNull(out.t), nil
	}
	inner.code.out = out.reg
	inner.code.prune()
	dt, ok := (*b.slots)[s].typ.(*arrow.DictionaryType)
	if !ok {
		return operand{}, b.fail(n, "", "column %q is no dictionary", (*b.slots)[s].name)
	}
	k := len(b.code.dicts)
	b.code.dicts = append(b.code.dicts, dictCode{
		slot: s, index: dt.IndexType.ID(), bank: out.t.bank(), values: inner.code, owned: n.op != opColumn,
	})
	return b.load(key, out.t, kernelDict(k, dt.IndexType.ID())), nil
}

// slot finds the column that a node names, and its place among the slots.
func (b *binder) slot(n *node) (int, error) {
	path, dt, err := b.resolve(n)
	if err != nil {
		return 0, err
	}
	for i, s := range *b.slots {
		if slices.Equal(s.path, path) {
			return i, nil
		}
	}
	*b.slots = append(*b.slots, slot{name: n.text, path: path, typ: dt})
	return len(*b.slots) - 1, nil
}

func (b *binder) resolve(n *node) ([]int, arrow.DataType, error) {
	fields := b.schema.Fields()
	switch at := b.schema.FieldIndices(n.text); len(at) {
	case 1:
		return at, fields[at[0]].Type, nil
	case 0:
	default:
		return nil, nil, b.fail(n, "", "column %q occurs %d times", n.text, len(at))
	}
	parts := strings.Split(n.text, ".")
	if at := b.schema.FieldIndices(parts[0]); !n.quoted && len(parts) > 1 && len(at) == 1 {
		path, dt := at, fields[at[0]].Type
		for _, part := range parts[1:] {
			st, ok := dt.(*arrow.StructType)
			if !ok {
				return nil, nil, b.fail(n, "", "column %q has no field %q", parts[0], part)
			}
			i, ok := st.FieldIdx(part)
			if !ok {
				return nil, nil, b.fail(n, "", "column %q has no field %q", parts[0], part)
			}
			path, dt = append(path, i), st.Field(i).Type
		}
		return path, dt, nil
	}
	known := slices.Sorted(maps.Keys(b.opt.Constants))
	for _, f := range fields {
		known = append(known, f.Name)
	}
	hint := ""
	if near := nearest(n.text, known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", (&node{op: opColumn, text: near}).String())
	} else if len(fields) <= 20 {
		hint = fmt.Sprintf("the table has %q", known)
	}
	return nil, nil, b.fail(n, hint, "there is no column %q", n.text)
}

func (b *binder) column(n *node) (operand, error) {
	if v, ok := b.opt.Constants[n.text]; ok {
		if b.schema.HasField(n.text) {
			return operand{}, b.fail(n, "rename the column", "name %q is both a column and a constant", n.text)
		}
		return b.constant(n, v)
	}
	s, err := b.slot(n)
	if err != nil {
		return operand{}, err
	}
	dt, at := (*b.slots)[s].typ, s
	if d, ok := dt.(*arrow.DictionaryType); ok && b.inDict == s {
		dt, at = d.ValueType, 0
	}
	t, ok := typeOf(dt)
	if !ok {
		return operand{}, b.fail(n, "", "column %q is of type %v, which expressions cannot read", n.text, dt)
	}
	if t.zone != "" {
		if _, err = time.LoadLocation(t.zone); err != nil && fixedZone(t.zone) == nil {
			return operand{}, b.fail(n, "", "column %q has time zone %q, which is not known here", n.text, t.zone)
		}
	}
	o := b.load(fmt.Sprint("column ", at), t, loader(at, dt))
	if dt.ID() == arrow.STRING {
		o.text = at + 1
	}
	return o, nil
}
