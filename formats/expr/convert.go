package expr

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// unify makes two operands one type, the wider of theirs.
func (b *binder) unify(n *node, x, y operand) (operand, operand, error) {
	switch {
	case x.t.kind == kNull && y.t.kind == kNull:
		return x, y, nil
	case x.t.kind == kNull:
		return b.constNull(y.t), y, nil
	case y.t.kind == kNull:
		return x, b.constNull(x.t), nil
	}
	var err error
	if x.t.temporal() && y.t.kind == kString && y.konst {
		y, err = b.readTime(n, y, x.t)
	} else if y.t.temporal() && x.t.kind == kString && x.konst {
		x, err = b.readTime(n, x, y.t)
	}
	if err != nil {
		return x, y, err
	}
	switch {
	case x.t.numeric() && y.t.numeric():
		if x.t.kind == kInt && y.t.kind == kInt {
			return x, y, nil
		}
		if dx, dy, ok := b.decimals(x, y); ok {
			scale := max(dx.t.scale, dy.t.scale)
			prec := min(max(dx.t.prec-dx.t.scale, dy.t.prec-dy.t.scale)+scale, maxDigits)
			return b.rescale(dx, prec, scale), b.rescale(dy, prec, scale), nil
		}
		return b.toFloat(x), b.toFloat(y), nil
	case x.t.kind == kTimestamp && y.t.kind == kDate:
		y = b.toTimestamp(y, x.t.unit)
	case x.t.kind == kDate && y.t.kind == kTimestamp:
		x = b.toTimestamp(x, y.t.unit)
	}
	if x.t.kind != y.t.kind {
		return x, y, b.fail(n, textHint(x, y), "%v and %v do not go together", x.t, y.t)
	}
	if x.t.kind == kTimestamp || x.t.kind == kDuration {
		unit := finer(x.t.unit, y.t.unit)
		x, y = b.toUnit(x, unit), b.toUnit(y, unit)
		if x.t.zone == "" {
			x.t.zone = y.t.zone
		}
	}
	return x, y, nil
}

// finer is the unit with more ticks a second.
func finer(x, y arrow.TimeUnit) arrow.TimeUnit {
	if perSecond(x) > perSecond(y) {
		return x
	}
	return y
}

func (b *binder) toUnit(x operand, unit arrow.TimeUnit) operand {
	if x.t.unit == unit {
		return x
	}
	t := x.t
	t.unit = unit
	by := perSecond(unit) / perSecond(x.t.unit)
	return b.emit(fmt.Sprint("ticks ", by), t, true, kernelScaleTicks(by), x)
}

func (b *binder) toTimestamp(date operand, unit arrow.TimeUnit) operand {
	by := secondsPerDay * perSecond(unit)
	return b.emit(fmt.Sprint("ticks ", by), typ{kind: kTimestamp, unit: unit}, true, kernelScaleTicks(by), date)
}

func (b *binder) toFloat(x operand) operand {
	switch x.t.kind {
	case kInt:
		return b.emit("float", typ{kind: kFloat}, true, func(_ *frame, d *vec, a []*vec, n int) {
			z, x := d.floats[:n], a[0].ints[:n]
			for i := range z {
				z[i] = float64(x[i])
			}
		}, x)
	case kDecimal:
		return b.emit(fmt.Sprint("float ", x.t.scale), typ{kind: kFloat}, true, kernelDecimalToFloat(x.t.bank(), x.t.scale), x)
	}
	return x
}

// decimals turns two operands of which one is decimal into decimals, if the
// other one has an exact decimal type.
func (b *binder) decimals(x, y operand) (operand, operand, bool) {
	if x.t.kind != kDecimal && y.t.kind != kDecimal {
		return x, y, false
	}
	x, okX := b.exact(x)
	y, okY := b.exact(y)
	return x, y, okX && okY
}

func (b *binder) exact(x operand) (operand, bool) {
	if x.t.kind == kDecimal {
		return x, true
	}
	if x.lit != nil {
		if v, t, ok := literalDecimal(x.lit.text); ok {
			return b.constDecimal(t, v), true
		}
	}
	if x.t.kind != kInt {
		return x, false
	}
	return b.emit("widen", typ{kind: kDecimal, prec: 19}, true, kernelWiden, x), true
}

// literalDecimal reads digits with an optional sign and point.
func literalDecimal(s string) (decimal128.Num, typ, bool) {
	body, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(body, ".")
	all := strings.TrimLeft(whole, "0") + fraction
	if len(all) > maxDigits {
		return decimal128.Num{}, typ{}, false
	}
	var v decimal128.Num
	for i := range len(all) {
		if all[i] < '0' || all[i] > '9' {
			return decimal128.Num{}, typ{}, false // hexadecimal, or an exponent
		}
		v, _ = mulWide10(v)
		v, _ = addWide(v, wideOf(int64(all[i]-'0')))
	}
	if negative {
		v = negateWide(v)
	}
	return v, typ{kind: kDecimal, prec: max(int32(len(all)), 1), scale: int32(len(fraction))}, true
}

func (b *binder) constDecimal(t typ, v decimal128.Num) operand {
	if small, ok := narrow(v); ok && t.bank() == bankInt {
		return b.constInt(t, small)
	}
	return b.emit(fmt.Sprint("wide ", v), t, false, func(_ *frame, d *vec, _ []*vec, _ int) {
		for i := range d.wide {
			d.wide[i] = v
		}
	})
}

func (b *binder) widen(x operand) operand {
	if x.t.bank() == bankWide {
		return x
	}
	t := x.t
	t.prec = maxDigits
	return b.emit("widen", t, true, kernelWiden, x)
}

// rescale gives a decimal more digits after the point, and the register bank
// of the precision asked for.
func (b *binder) rescale(x operand, prec, scale int32) operand {
	t := typ{kind: kDecimal, prec: prec, scale: scale}
	up := scale - x.t.scale
	if t.bank() == bankWide {
		x = b.widen(x)
		if up > 0 {
			x = b.emit(fmt.Sprint("scale ", up), t, true, kernelScaleWide(pow10(up)), x)
		}
	} else if up > 0 {
		x = b.emit(fmt.Sprint("scale ", up), t, true, kernelScaleSmall(pow10Int(up)), x)
	}
	x.t = t
	return x
}

// readTime turns a constant string into the temporal type beside it.
func (b *binder) readTime(n *node, x operand, like typ) (operand, error) {
	s, ok := b.text(x)
	if !ok {
		return b.constNull(like), nil
	}
	switch like.kind {
	case kDuration:
		if ns, isDuration := parseDuration(s); isDuration {
			return b.constDuration(ns), nil
		}
		return x, b.fail(n, "write 2d or 1h30m", "text %q is no duration", s)
	case kDate:
		if day, isDate := parseDate(s); isDate {
			return b.constInt(typ{kind: kDate}, day), nil
		}
	}
	if sec, nano, isTime := parseTime(s); isTime {
		return b.constTime(sec, nano), nil
	}
	return x, b.fail(n, "write 2026-01-31 or 2026-01-31T12:00:00Z", "text %q is no %v", s, like)
}
