package expr

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// functions lists every function with its least and most arguments.
var functions = map[string][2]int{
	"abs": {1, 1}, "min": {1, 64}, "max": {1, 64}, "floor": {1, 1}, "ceil": {1, 1}, "round": {1, 2},
	"sqrt": {1, 1}, "exp": {1, 1}, "ln": {1, 1}, "pow": {2, 2}, "isNaN": {1, 1}, "isFinite": {1, 1},
	"size": {1, 1}, "length": {1, 1}, "lower": {1, 1}, "upper": {1, 1}, "trim": {1, 1},
	"concat": {1, 64}, "replace": {3, 3}, "substring": {2, 3},
	"startsWith": {2, 2}, "endsWith": {2, 2}, "contains": {2, 2}, "matches": {2, 2}, "luhn": {1, 1},
	"year": {1, 1}, "month": {1, 1}, "day": {1, 1}, "hour": {1, 1}, "minute": {1, 1}, "weekday": {1, 1},
	"date": {1, 1}, "timestamp": {1, 1}, "duration": {1, 1}, "daysBetween": {2, 2},
	"days": {1, 1}, "hours": {1, 1}, "minutes": {1, 1}, "seconds": {1, 1},
	"int": {1, 1}, "float": {1, 1}, "string": {1, 1}, "bool": {1, 1},
	"isNull": {1, 1}, "coalesce": {1, 64}, "if": {3, 3},
}

func functionNames() []string { return slices.Sorted(maps.Keys(functions)) }

func (b *binder) call(n *node) (operand, error) {
	arity := functions[n.text]
	if len(n.kids) < arity[0] || len(n.kids) > arity[1] {
		want := fmt.Sprint(arity[0])
		if arity[1] > arity[0] {
			want = fmt.Sprintf("%d to %d", arity[0], arity[1])
		}
		return operand{}, b.fail(n, "", "function %s takes %s arguments, not %d", n.text, want, len(n.kids))
	}
	if n.text == "if" {
		return b.choose(n)
	}
	args := make([]operand, len(n.kids))
	null := false
	for i, k := range n.kids {
		var err error
		if args[i], err = b.compile(k); err != nil {
			return operand{}, err
		}
		null = null || args[i].t.kind == kNull
	}
	switch n.text {
	case "isNull":
		return b.isNull(args[0]), nil
	case "coalesce":
		return b.fold(n, args, func(x, y operand) operand {
			return b.emit("coalesce", x.t, false, kernelCoalesce(x.t.bank()), x, y)
		})
	}
	if null {
		return b.constNull(typ{}), nil
	}
	for _, family := range []func(*node, []operand) (operand, bool, error){b.number, b.textFunction, b.timeFunction, b.cast} {
		if o, ok, err := family(n, args); ok || err != nil {
			return o, err
		}
	}
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = a.t.String()
	}
	return operand{}, b.fail(n, "", "function %s has no meaning for %s", n.text, strings.Join(types, ", "))
}

// fold applies a function of two to arguments of one type, from the left.
func (b *binder) fold(n *node, args []operand, f func(x, y operand) operand) (operand, error) {
	out := args[0]
	for _, next := range args[1:] {
		x, y, err := b.unify(n, out, next)
		if err != nil {
			return out, err
		}
		out = f(x, y)
	}
	return out, nil
}

func (b *binder) number(n *node, args []operand) (operand, bool, error) {
	x := args[0]
	switch n.text {
	case "min", "max":
		if x.t.kind == kBool {
			return x, false, nil
		}
		o, err := b.fold(n, args, func(x, y operand) operand {
			return b.emit(n.text, x.t, true, minMaxKernel(n.text, x.t.bank()), x, y)
		})
		return o, true, err
	case "abs":
		switch {
		case x.t.kind == kFloat:
			return b.emit("abs", x.t, true, kernelFloat(math.Abs), x), true, nil
		case x.t.kind == kDecimal && x.t.bank() == bankWide:
			return b.emit("abs", x.t, true, kernelWide1(absWide), x), true, nil
		case x.t.numeric() || x.t.kind == kDuration:
			return b.emit("abs", x.t, true, kernelAbsInt, x), true, nil
		}
		return x, false, nil
	case "round", "floor", "ceil":
		return b.round(n, args)
	}
	if !x.t.numeric() {
		return x, false, nil
	}
	f := b.toFloat(x)
	floats, bools := typ{kind: kFloat}, typ{kind: kBool}
	switch n.text {
	case "sqrt":
		return b.emit("sqrt", floats, true, kernelFloat(math.Sqrt), f), true, nil
	case "exp":
		return b.emit("exp", floats, true, kernelFloat(math.Exp), f), true, nil
	case "ln":
		return b.emit("ln", floats, true, kernelFloat(math.Log), f), true, nil
	case "pow":
		if !args[1].t.numeric() {
			return x, false, nil
		}
		return b.emit("pow", floats, true, kernelPow, f, b.toFloat(args[1])), true, nil
	case "isNaN":
		return b.emit("isNaN", bools, true, kernelIsNaN, f), true, nil
	case "isFinite":
		return b.emit("isFinite", bools, true, kernelIsFinite, f), true, nil
	}
	return x, false, nil
}

func minMaxKernel(name string, k bank) kernel {
	lower := name == "min"
	pick := func(low, high kernel) kernel {
		if lower {
			return low
		}
		return high
	}
	switch k {
	case bankFloat:
		return pick(kernelMinFloat, kernelMaxFloat)
	case bankString:
		return pick(kernelMinString, kernelMaxString)
	case bankWide:
		return pick(kernelWide2(minWide), kernelWide2(maxWide))
	}
	return pick(kernelMinInt, kernelMaxInt)
}

func (b *binder) round(n *node, args []operand) (operand, bool, error) {
	x := args[0]
	how := map[string]rounding{"round": roundHalfUp, "floor": roundFloor, "ceil": roundCeil}[n.text]
	places := int64(0)
	if len(args) == 2 {
		lit := args[1].lit
		if lit == nil || lit.op != opInt || lit.int < -38 || lit.int > 38 {
			return x, true, b.fail(n.kids[1], "", "digits of round are a whole number from -38 to 38, written out")
		}
		places = lit.int
	}
	switch x.t.kind {
	case kInt:
		if places >= 0 {
			return x, true, nil
		}
		return x, true, b.fail(n.kids[1], "write round(float(x), -2)", "an int has no digits after the point to round to")
	case kFloat:
		switch how {
		case roundFloor:
			return b.emit("floor", x.t, true, kernelFloat(math.Floor), x), true, nil
		case roundCeil:
			return b.emit("ceil", x.t, true, kernelFloat(math.Ceil), x), true, nil
		}
		return b.emit("round", x.t, true, kernelRoundFloat, x, b.constInt(typ{kind: kInt}, places)), true, nil
	case kDecimal:
		if places < 0 {
			return x, true, b.fail(n.kids[1], "write round(float(x), -2)", "a decimal is rounded to 0 digits or more")
		}
		cut := x.t.scale - int32(places)
		if cut <= 0 {
			return x, true, nil
		}
		t := typ{kind: kDecimal, prec: min(x.t.prec-cut+1, maxDigits), scale: int32(places)}
		t.prec = max(t.prec, t.scale+1)
		return b.emit(fmt.Sprint("cut ", cut, how), t, true, kernelCut(x.t.bank(), t.bank(), cut, how), x), true, nil
	}
	return x, false, nil
}

func (b *binder) textFunction(n *node, args []operand) (operand, bool, error) {
	texts := 1
	switch n.text {
	case "concat":
		texts = len(args)
	case "replace":
		texts = 3
	case "startsWith", "endsWith", "contains", "matches":
		texts = 2
	}
	for _, a := range args[:texts] {
		if a.t.kind != kString {
			return a, false, nil
		}
	}
	for _, a := range args[texts:] {
		if a.t.kind != kInt {
			return a, false, nil
		}
	}
	strs, ints, bools := typ{kind: kString}, typ{kind: kInt}, typ{kind: kBool}
	test := func(f func(s, t string) bool) (operand, bool, error) {
		return b.emit(n.text, bools, true, kernelMatch(f), args...), true, nil
	}
	switch n.text {
	case "size", "length":
		return b.emit("size", ints, true, kernelSize, args...), true, nil
	case "lower":
		return b.emit("lower", strs, true, kernelCase('A', 'Z', strings.ToLower), args...), true, nil
	case "upper":
		return b.emit("upper", strs, true, kernelCase('a', 'z', strings.ToUpper), args...), true, nil
	case "trim":
		return b.emit("trim", strs, true, kernelTrim, args...), true, nil
	case "concat":
		return b.emit("concat", strs, true, kernelConcat, args...), true, nil
	case "replace":
		return b.emit("replace", strs, true, kernelReplace, args...), true, nil
	case "substring":
		return b.emit("substring", strs, true, kernelSubstring, args...), true, nil
	case "startsWith":
		return test(strings.HasPrefix)
	case "endsWith":
		return test(strings.HasSuffix)
	case "contains":
		return test(strings.Contains)
	case "luhn":
		return b.emit("luhn", bools, true, kernelTest(luhn), args...), true, nil
	case "matches":
		source, ok := b.text(args[1])
		if !ok {
			return args[1], true, b.fail(n.kids[1], "", "pattern of matches is not a constant string")
		}
		re, err := regexp.Compile(source)
		if err != nil {
			return args[1], true, b.fail(n.kids[1], `write r"\d+" for a pattern with backslashes`, "pattern %q is no RE2 regular expression", source)
		}
		return b.emit(fmt.Sprintf("matches %q", source), bools, true, kernelTest(matcher(re)), args[0]), true, nil
	}
	return args[0], false, nil
}

func (b *binder) timeFunction(n *node, args []operand) (operand, bool, error) {
	x := args[0]
	ints, floats := typ{kind: kInt}, typ{kind: kFloat}
	parts := map[string]datePart{
		"year": partYear, "month": partMonth, "day": partDay, "weekday": partWeekday, "hour": partHour, "minute": partMinute,
	}
	if part, ok := parts[n.text]; ok {
		switch {
		case x.t.kind == kTimestamp:
			key := fmt.Sprint(n.text, x.t.unit, x.t.zone)
			return b.emit(key, ints, true, kernelPart(part, secondsPerDay*perSecond(x.t.unit), x.t.location()), x), true, nil
		case x.t.kind == kDate && part < partHour:
			return b.emit(n.text, ints, true, kernelPart(part, 1, nil), x), true, nil
		}
		return x, false, nil
	}
	if x.t.kind == kDuration {
		if divisor, ok := map[string]float64{"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}[n.text]; ok {
			per := divisor * float64(perSecond(x.t.unit))
			return b.emit(fmt.Sprint(n.text, x.t.unit), floats, true, func(_ *frame, d *vec, a []*vec, n int) {
				for i, v := range a[0].ints[:n] {
					d.floats[i] = float64(v) / per
				}
			}, x), true, nil
		}
	}
	if n.text == "daysBetween" {
		for i := range args {
			o, ok, err := b.toDate(n, args[i])
			if !ok || err != nil {
				return x, ok, err
			}
			args[i] = o
		}
		return b.emit("-", ints, true, kernelSubInt, args[1], args[0]), true, nil
	}
	return x, false, nil
}

// toDate makes a date of a date, a timestamp or a text.
func (b *binder) toDate(n *node, x operand) (operand, bool, error) {
	t := typ{kind: kDate}
	switch x.t.kind {
	case kDate:
		return x, true, nil
	case kTimestamp:
		key := fmt.Sprint("day", x.t.unit, x.t.zone)
		return b.emit(key, t, true, kernelLocalDay(perSecond(x.t.unit), x.t.location()), x), true, nil
	case kString:
		if s, ok := b.text(x); ok {
			if _, isDate := parseDate(s); !isDate {
				return x, true, b.fail(n, "write 2026-01-31", "text %q is no date", s)
			}
		}
		return b.emit("date", t, true, kernelParse(parseDate), x), true, nil
	}
	return x, false, nil
}

// kernelParse lifts a partial function from text to int; what it refuses is
// null.
func kernelParse(parse func(string) (int64, bool)) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		for i, s := range a[0].strs[:n] {
			v, ok := parse(s)
			if d.ints[i] = v; !ok {
				d.setNull(i)
			}
		}
	}
}

// parseTicks reads a time as nanoseconds.
func parseTicks(s string) (int64, bool) {
	sec, nano, ok := parseTime(s)
	if !ok {
		return 0, false
	}
	ticks, ok := mulInt(sec, perSecond(arrow.Nanosecond))
	if !ok || ticks > math.MaxInt64-nano {
		return 0, false
	}
	return ticks + nano, true
}
