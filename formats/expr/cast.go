package expr

import (
	"fmt"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// cast compiles the functions named after types.
func (b *binder) cast(n *node, args []operand) (operand, bool, error) {
	x := args[0]
	switch n.text {
	case "int":
		return b.toInt(x)
	case "float":
		if x.t.numeric() {
			return b.toFloat(x), true, nil
		}
		if x.t.kind == kBool {
			o, ok, err := b.toInt(x)
			return b.toFloat(o), ok, err
		}
		if x.t.kind == kString {
			return b.emit("parse", typ{kind: kFloat}, true, kernelParseFloat, x), true, nil
		}
	case "bool":
		if x.t.kind == kBool {
			return x, true, nil
		}
		if x.t.kind == kString {
			o := b.emit("parse bool", typ{kind: kInt}, true, kernelParse(parseBool), x)
			return b.emit("compare!=", typ{kind: kBool}, true, compareKernel(bankInt, "!=", true), o, b.constInt(o.t, 0)), true, nil
		}
	case "string":
		if x.t.kind == kString {
			return x, true, nil
		}
		return b.emit("string", typ{kind: kString}, true, kernelFormat(x.t), x), true, nil
	case "date":
		return b.toDate(n, x)
	case "timestamp":
		switch x.t.kind {
		case kTimestamp:
			return x, true, nil
		case kDate:
			return b.toTimestamp(x, arrow.Second), true, nil
		case kInt:
			x.t = typ{kind: kTimestamp, unit: arrow.Second}
			return x, true, nil
		case kString:
			if _, ok := b.text(x); ok {
				o, err := b.readTime(n, x, typ{kind: kTimestamp})
				return o, true, err
			}
			return b.emit("parse", typ{kind: kTimestamp, unit: arrow.Nanosecond}, true, kernelParse(parseTicks), x), true, nil
		}
	case "duration":
		switch x.t.kind {
		case kDuration:
			return x, true, nil
		case kString:
			if _, ok := b.text(x); ok {
				o, err := b.readTime(n, x, typ{kind: kDuration})
				return o, true, err
			}
			return b.emit("parse", typ{kind: kDuration, unit: arrow.Nanosecond}, true, kernelParse(parseDuration), x), true, nil
		}
	}
	return x, false, nil
}

func (b *binder) toInt(x operand) (operand, bool, error) {
	t := typ{kind: kInt}
	switch x.t.kind {
	case kInt:
		return x, true, nil
	case kBool:
		return b.emit("int", t, true, func(_ *frame, d *vec, a []*vec, n int) {
			for i := range n {
				d.ints[i] = int64(a[0].bits[i/64] >> (i % 64) & 1)
			}
		}, x), true, nil
	case kFloat:
		return b.emit("int", t, true, func(_ *frame, d *vec, a []*vec, n int) {
			for i, v := range a[0].floats[:n] {
				if !(v > -9223372036854775809.0 && v < 9223372036854775808.0) { // NaN too
					d.setNull(i)
					continue
				}
				d.ints[i] = int64(v)
			}
		}, x), true, nil
	case kDecimal:
		if x.t.scale == 0 && x.t.bank() == bankInt {
			x.t, x.lit = t, nil
			return x, true, nil
		}
		key := fmt.Sprint("int ", x.t.scale)
		return b.emit(key, t, true, kernelCut(x.t.bank(), bankInt, x.t.scale, roundDown), x), true, nil
	case kString:
		return b.emit("int parse", t, true, kernelParse(parseInt), x), true, nil
	case kDate:
		x.t = t
		return x, true, nil
	case kTimestamp:
		by := perSecond(x.t.unit)
		return b.emit(fmt.Sprint("floor ", by), t, true, kernelFloorTicks(by), x), true, nil
	}
	return x, false, nil
}

func parseInt(s string) (int64, bool) {
	if s == "" || len(s) > 40 {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && (i > 0 || len(s) == 1 || c != '-' && c != '+') {
			return 0, false // before strconv, whose error would be allocated
		}
	}
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil
}

func parseBool(s string) (int64, bool) {
	switch s {
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	return 0, false
}

func kernelParseFloat(_ *frame, d *vec, a []*vec, n int) {
	for i, s := range a[0].strs[:n] {
		v, ok := parseFloat(s)
		if d.floats[i] = v; !ok {
			d.setNull(i)
		}
	}
}

func parseFloat(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Inf", "+Inf":
		return math.Inf(1), true
	case "-Inf":
		return math.Inf(-1), true
	case "":
		return 0, false
	}
	if len(s) > 400 {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false // before strconv, whose error would be allocated
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// kernelFormat writes values as text: numbers as Go does, dates and times by
// ISO 8601 and RFC 3339 in UTC, durations as the language does.
func kernelFormat(t typ) kernel {
	per := perSecond(t.unit)
	write := func(dst []byte, v *vec, i int) []byte {
		switch t.kind {
		case kBool:
			return strconv.AppendBool(dst, v.bits[i/64]>>(i%64)&1 == 1)
		case kFloat:
			return strconv.AppendFloat(dst, v.floats[i], 'g', -1, 64)
		case kDecimal:
			var w decimal128.Num
			if t.bank() == bankWide {
				w = v.wide[i]
			} else {
				w = wideOf(v.ints[i])
			}
			return appendDecimal(dst, w, t.scale)
		case kDate:
			return appendDate(dst, v.ints[i])
		case kTimestamp:
			return appendTime(dst, v.ints[i], per)
		case kDuration:
			ns, ok := mulInt(v.ints[i], 1_000_000_000/per)
			if !ok {
				return nil
			}
			return appendDuration(dst, ns)
		}
		return strconv.AppendInt(dst, v.ints[i], 10)
	}
	return func(f *frame, d *vec, a []*vec, n int) {
		for i := range n {
			d.strs[i] = ""
			if d.isNull(i) {
				continue
			}
			start := len(f.arena.buf)
			out := write(f.arena.buf, a[0], i)
			if out == nil {
				d.setNull(i)
				continue
			}
			f.arena.buf = out
			d.strs[i] = f.arena.take(start)
		}
	}
}

func appendDate(dst []byte, day int64) []byte {
	if day > maxDay || day < -maxDay {
		return nil
	}
	y, m, d := civil(day)
	return fmt.Appendf(dst, "%04d-%02d-%02d", y, m, d)
}

func appendTime(dst []byte, ticks, per int64) []byte {
	sec := floorDiv(ticks, per)
	day := floorDiv(sec, secondsPerDay)
	if dst = appendDate(dst, day); dst == nil {
		return nil
	}
	clock := sec - day*secondsPerDay
	dst = fmt.Appendf(dst, "T%02d:%02d:%02d", clock/3600, clock/60%60, clock%60)
	if fraction := (ticks - sec*per) * (1_000_000_000 / per); fraction != 0 {
		text := fmt.Sprintf(".%09d", fraction)
		for text[len(text)-1] == '0' {
			text = text[:len(text)-1]
		}
		dst = append(dst, text...)
	}
	return append(dst, 'Z')
}
