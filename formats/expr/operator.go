package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

func (b *binder) unary(n *node) (operand, error) {
	x, err := b.compile(n.kids[0])
	if err != nil {
		return x, err
	}
	switch {
	case x.t.kind == kNull:
		return x, nil
	case n.text == "!" && x.t.kind == kBool:
		return b.emit("not", x.t, true, kernelNot, x), nil
	case n.text == "-" && x.t.kind == kFloat:
		return b.emit("neg", x.t, true, kernelFloat(func(v float64) float64 { return -v }), x), nil
	case n.text == "-" && x.t.kind == kDecimal && x.t.bank() == bankWide:
		return b.emit("neg", x.t, true, kernelWide1(negateWide), x), nil
	case n.text == "-" && (x.t.numeric() || x.t.kind == kDuration):
		return b.emit("neg", x.t, true, kernelNegInt, x), nil
	}
	return x, b.fail(n, "", "operator %s has no meaning for %v", n.text, x.t)
}

func (b *binder) binary(n *node) (operand, error) {
	if n.text == "in" {
		return b.in(n)
	}
	if n.text == "==" || n.text == "!=" {
		for i, k := range n.kids {
			if k.op == opNull {
				x, err := b.compile(n.kids[1-i])
				if err != nil {
					return x, err
				}
				o := b.isNull(x)
				if n.text == "!=" {
					o = b.emit("not", o.t, true, kernelNot, o)
				}
				return o, nil
			}
		}
	}
	x, err := b.compile(n.kids[0])
	if err != nil {
		return x, err
	}
	y, err := b.compile(n.kids[1])
	if err != nil {
		return y, err
	}
	switch n.text {
	case "&&", "||":
		return b.logic(n, x, y)
	case "==", "!=", "<", "<=", ">", ">=":
		return b.compare(n, x, y)
	}
	return b.arithmetic(n, x, y)
}

func (b *binder) isNull(x operand) operand {
	return b.emit("isNull", typ{kind: kBool}, false, kernelIsNull, x)
}

func (b *binder) logic(n *node, x, y operand) (operand, error) {
	t := typ{kind: kBool}
	for i, o := range []*operand{&x, &y} {
		if o.t.kind == kNull {
			*o = b.constNull(t)
		}
		if o.t.kind != kBool {
			return x, b.fail(n.kids[i], "", "operator %s needs bool, this is %v", n.text, o.t)
		}
	}
	if n.text == "&&" {
		return b.emit("and", t, false, kernelAnd, x, y), nil
	}
	return b.emit("or", t, false, kernelOr, x, y), nil
}

func (b *binder) compare(n *node, x, y operand) (operand, error) {
	bools := typ{kind: kBool}
	if x.t.kind == kNull || y.t.kind == kNull {
		return b.constNull(bools), nil
	}
	x, y, err := b.unify(n, x, y)
	if err != nil {
		return x, err
	}
	op := n.text
	if x.konst && !y.konst { // a constant stands on the right
		x, y = y, x
		if flipped, ok := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]; ok {
			op = flipped
		}
	}
	if want, ok := b.text(y); ok && x.text > 0 && (op == "==" || op == "!=") {
		return b.load(fmt.Sprintf("text%s %d %q", op, x.text, want), bools, kernelTextIs(x.text-1, want, op == "!=")), nil
	}
	if x.t.kind == kBool {
		if op != "==" && op != "!=" {
			return x, b.fail(n, "", "operator %s has no meaning for bool", op)
		}
		return b.emit("bool"+op, bools, true, func(_ *frame, d *vec, a []*vec, n int) {
			for i := range words(n) {
				d.bits[i] = a[0].bits[i] ^ a[1].bits[i]
			}
			if op == "==" {
				invert(d, n)
			}
		}, x, y), nil
	}
	return b.emit("compare"+op, bools, true, compareKernel(x.t.bank(), op, y.konst && !x.konst), x, y), nil
}

func compareKernel(k bank, op string, konst bool) kernel {
	switch k {
	case bankFloat:
		return compareOf(op, konst, func(v *vec) []float64 { return v.floats })
	case bankString:
		return compareOf(op, konst, func(v *vec) []string { return v.strs })
	case bankWide:
		return compareWide(op)
	}
	return compareOf(op, konst, func(v *vec) []int64 { return v.ints })
}

func compareOf[T ordered](op string, konst bool, of func(*vec) []T) kernel {
	if konst {
		return func(_ *frame, d *vec, a []*vec, n int) {
			x, c := of(a[0])[:n], of(a[1])[0]
			switch op {
			case "==":
				equalConst(d.bits, x, c)
			case "!=":
				equalConst(d.bits, x, c)
				invert(d, n)
			case "<":
				lessConst(d.bits, x, c)
			case "<=":
				lessEqualConst(d.bits, x, c)
			case ">":
				moreConst(d.bits, x, c)
			case ">=":
				moreEqualConst(d.bits, x, c)
			}
		}
	}
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, y := of(a[0])[:n], of(a[1])[:n]
		switch op {
		case "==":
			equal(d.bits, x, y)
		case "!=":
			equal(d.bits, x, y)
			invert(d, n)
		case "<":
			less(d.bits, x, y)
		case "<=":
			lessEqual(d.bits, x, y)
		case ">":
			less(d.bits, y, x)
		case ">=":
			lessEqual(d.bits, y, x)
		}
	}
}

func compareWide(op string) kernel {
	base, swap, not := kernelLessWide, false, false
	switch op {
	case "==":
		base = kernelEqualWide
	case "!=":
		base, not = kernelEqualWide, true
	case ">":
		swap = true
	case "<=":
		swap, not = true, true
	case ">=":
		not = true
	}
	return func(f *frame, d *vec, a []*vec, n int) {
		if swap {
			a = []*vec{a[1], a[0]}
		}
		if base(f, d, a, n); not {
			invert(d, n)
		}
	}
}

func (b *binder) arithmetic(n *node, x, y operand) (operand, error) {
	if x.t.kind == kNull || y.t.kind == kNull {
		return b.constNull(typ{}), nil
	}
	if x.t.kind == kString && y.t.kind == kString && n.text == "+" {
		return b.emit("concat", x.t, true, kernelConcat, x, y), nil
	}
	if x.t.temporal() || y.t.temporal() {
		return b.timeArithmetic(n, x, y)
	}
	if !x.t.numeric() || !y.t.numeric() {
		return x, b.fail(n, textHint(x, y), "operator %s has no meaning for %v and %v", n.text, x.t, y.t)
	}
	if x.t.kind == kInt && y.t.kind == kInt {
		return b.emit(n.text, x.t, true, map[string]kernel{
			"+": kernelAddInt, "-": kernelSubInt, "*": kernelMulInt, "/": kernelDivInt, "%": kernelModInt,
		}[n.text], x, y), nil
	}
	if n.text == "%" {
		return x, b.fail(n, "", "operator %% needs two ints, these are %v and %v", x.t, y.t)
	}
	dx, dy, ok := b.decimals(x, y)
	if ok && n.text != "/" {
		return b.decimalArithmetic(n, dx, dy)
	}
	return b.emit(n.text, typ{kind: kFloat}, true, map[string]kernel{
		"+": kernelAddFloat, "-": kernelSubFloat, "*": kernelMulFloat, "/": kernelDivFloat,
	}[n.text], b.toFloat(x), b.toFloat(y)), nil
}

func textHint(x, y operand) string {
	if x.t.kind == kString || y.t.kind == kString {
		return "int(s), float(s) and string(x) convert"
	}
	return ""
}

func (b *binder) decimalArithmetic(n *node, x, y operand) (operand, error) {
	t := typ{kind: kDecimal}
	if n.text == "*" {
		t.scale, t.prec = x.t.scale+y.t.scale, min(x.t.prec+y.t.prec, maxDigits)
		if t.scale > maxDigits {
			return x, b.fail(n, "convert one side with float(x)", "product would have %d digits after the point", t.scale)
		}
		if t.bank() == bankInt {
			return b.emit("*", t, true, kernelMulInt, x, y), nil
		}
		return b.emit("*", t, true, kernelWide2(mulWide), b.widen(x), b.widen(y)), nil
	}
	t.scale = max(x.t.scale, y.t.scale)
	t.prec = min(max(x.t.prec-x.t.scale, y.t.prec-y.t.scale)+t.scale+1, maxDigits)
	x, y = b.rescale(x, t.prec, t.scale), b.rescale(y, t.prec, t.scale)
	small := t.bank() == bankInt
	switch {
	case n.text == "+" && small:
		return b.emit("+", t, true, kernelAddInt, x, y), nil
	case n.text == "+":
		return b.emit("+", t, true, kernelWide2(addWide), x, y), nil
	case small:
		return b.emit("-", t, true, kernelSubInt, x, y), nil
	}
	return b.emit("-", t, true, kernelWide2(subWide), x, y), nil
}

func (b *binder) timeArithmetic(n *node, x, y operand) (operand, error) {
	refuse := func() (operand, error) {
		return x, b.fail(n, "", "operator %s has no meaning for %v and %v", n.text, x.t, y.t)
	}
	add, sub := n.text == "+", n.text == "-"
	if x.t.kind == kDuration && !y.t.temporal() && (n.text == "*" || n.text == "/") {
		if y.t.kind != kInt {
			return refuse()
		}
		return b.emit(n.text, x.t, true, map[string]kernel{"*": kernelMulInt, "/": kernelDivInt}[n.text], x, y), nil
	}
	if y.t.kind == kDuration && x.t.kind == kInt && n.text == "*" {
		return b.emit("*", y.t, true, kernelMulInt, y, x), nil
	}
	if add && x.t.kind == kDuration && y.t.kind != kDuration {
		x, y = y, x // duration + time
	}
	if !x.t.temporal() || !y.t.temporal() || !add && !sub {
		return refuse()
	}
	if x.t.kind == kDate {
		x = b.toTimestamp(x, arrow.Second)
	}
	if y.t.kind == kDate {
		y = b.toTimestamp(y, arrow.Second)
	}
	unit := finer(x.t.unit, y.t.unit)
	x, y = b.toUnit(x, unit), b.toUnit(y, unit)
	switch {
	case y.t.kind == kDuration && add:
		return b.emit("+", x.t, true, kernelAddInt, x, y), nil
	case y.t.kind == kDuration && sub:
		return b.emit("-", x.t, true, kernelSubInt, x, y), nil
	case x.t.kind == kTimestamp && y.t.kind == kTimestamp && sub:
		return b.emit("-", typ{kind: kDuration, unit: unit}, true, kernelSubInt, x, y), nil
	}
	return refuse()
}

func (b *binder) choose(n *node) (operand, error) {
	cond, err := b.compile(n.kids[0])
	if err != nil {
		return cond, err
	}
	if cond.t.kind == kNull {
		cond = b.constNull(typ{kind: kBool})
	}
	if cond.t.kind != kBool {
		return cond, b.fail(n.kids[0], "", "condition is %v, not bool", cond.t)
	}
	yes, err := b.compile(n.kids[1])
	if err != nil {
		return yes, err
	}
	no, err := b.compile(n.kids[2])
	if err != nil {
		return no, err
	}
	yes, no, err = b.unify(n, yes, no)
	if err != nil {
		return yes, err
	}
	return b.emit("if", yes.t, false, kernelIf(yes.t.bank()), cond, yes, no), nil
}

// in tests membership. Lists of plain literals become sets, others a chain of
// comparisons.
func (b *binder) in(n *node) (operand, error) {
	x, err := b.compile(n.kids[0])
	if err != nil {
		return x, err
	}
	list := n.kids[1].kids
	bools := typ{kind: kBool}
	if x.t.kind == kNull {
		return b.constNull(bools), nil
	}
	if texts, ok := literals(list, opString, func(k *node) string { return k.text }); ok && x.t.kind == kString && len(list) > 2 {
		return b.emit(fmt.Sprintf("in %q", n.kids[1].String()), bools, true, kernelInString(texts), x), nil
	}
	if ints, ok := literals(list, opInt, func(k *node) int64 { return k.int }); ok && x.t.kind == kInt && len(list) > 8 {
		return b.emit("in "+n.kids[1].String(), bools, true, kernelInInt(ints), x), nil
	}
	out := b.constBool(false)
	if !x.konst {
		out = b.emit("none", bools, true, func(_ *frame, d *vec, _ []*vec, _ int) { clear(d.bits) }, x)
	}
	for _, k := range list {
		y, err := b.compile(k)
		if err != nil {
			return y, err
		}
		eq, err := b.compare(&node{op: opBinary, text: "==", pos: k.pos}, x, y)
		if err != nil {
			return eq, err
		}
		if len(b.code.banks) > maxRegisters {
			return eq, b.fail(k, "", "list of values that are no plain literals is too long")
		}
		out = b.emit("or", bools, false, kernelOr, out, eq)
	}
	return out, nil
}

func literals[T comparable](list []*node, op nodeOp, of func(*node) T) (map[T]struct{}, bool) {
	set := make(map[T]struct{}, len(list))
	for _, k := range list {
		if k.op != op {
			return nil, false
		}
		set[of(k)] = struct{}{}
	}
	return set, true
}
