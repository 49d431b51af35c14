package expr

import (
	"fmt"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// Constants live in registers that are filled once a frame; what depends on
// constants alone is computed there too.

func (b *binder) constBool(v bool) operand {
	return b.emit(fmt.Sprint("bool ", v), typ{kind: kBool}, false, func(_ *frame, d *vec, _ []*vec, _ int) {
		for i := range d.bits {
			d.bits[i] = -bit(v)
		}
	})
}

func (b *binder) constInt(t typ, v int64) operand {
	return b.emit(fmt.Sprint("int ", v), t, false, func(_ *frame, d *vec, _ []*vec, _ int) {
		for i := range d.ints {
			d.ints[i] = v
		}
	})
}

func (b *binder) constFloat(v float64) operand {
	return b.emit(fmt.Sprintf("float %b", v), typ{kind: kFloat}, false, func(_ *frame, d *vec, _ []*vec, _ int) {
		for i := range d.floats {
			d.floats[i] = v
		}
	})
}

func (b *binder) constString(v string) operand {
	return b.emit(fmt.Sprintf("string %q", v), typ{kind: kString}, false, func(_ *frame, d *vec, _ []*vec, _ int) {
		for i := range d.strs {
			d.strs[i] = v
		}
	})
}

// constNull is a null of a type.
func (b *binder) constNull(t typ) operand {
	return b.emit("null", t, false, func(_ *frame, d *vec, _ []*vec, _ int) { d.allNull() })
}

// text reads a constant string, which ok says it is; a null one is not.
func (b *binder) text(o operand) (s string, ok bool) {
	if !o.konst || o.t.kind != kString {
		return "", false
	}
	v := &newFrame(&code{banks: b.code.banks, setup: b.code.setup}, nil).regs[o.reg]
	if v.isNull(0) {
		return "", false
	}
	return v.strs[0], true
}

// constDuration keeps the coarsest unit that holds the value exactly.
func (b *binder) constDuration(ns int64) operand {
	for _, u := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond} {
		if per := 1_000_000_000 / perSecond(u); ns%per == 0 {
			return b.constInt(typ{kind: kDuration, unit: u}, ns/per)
		}
	}
	return b.constInt(typ{kind: kDuration, unit: arrow.Nanosecond}, ns)
}

func (b *binder) constant(n *node, value any) (operand, error) {
	switch v := value.(type) {
	case bool:
		return b.constBool(v), nil
	case int:
		return b.constInt(typ{kind: kInt}, int64(v)), nil
	case int64:
		return b.constInt(typ{kind: kInt}, v), nil
	case float64:
		return b.constFloat(v), nil
	case string:
		return b.constString(v), nil
	case time.Duration:
		return b.constDuration(int64(v)), nil
	case time.Time:
		return b.constTime(v.Unix(), int64(v.Nanosecond())), nil
	}
	return operand{}, b.fail(n, "", "constant %q is of type %T, which expressions cannot read", n.text, value)
}

// constTime keeps the coarsest unit that holds the value exactly.
func (b *binder) constTime(sec, nano int64) operand {
	unit := arrow.Nanosecond
	for _, u := range []arrow.TimeUnit{arrow.Microsecond, arrow.Millisecond, arrow.Second} {
		if nano%(1_000_000_000/perSecond(u)) == 0 {
			unit = u
		}
	}
	t := typ{kind: kTimestamp, unit: unit}
	per := perSecond(unit)
	ticks, ok := mulInt(sec, per)
	if !ok {
		return b.constNull(t)
	}
	return b.constInt(t, ticks+nano/(1_000_000_000/per))
}

// fixedZone reads an offset such as +08:00.
func fixedZone(s string) *time.Location {
	if len(s) != 6 || s[0] != '+' && s[0] != '-' {
		return nil
	}
	sec, rest, ok := parseClock(s[1:], 23)
	if !ok || rest != "" {
		return nil
	}
	if s[0] == '-' {
		sec = -sec
	}
	return time.FixedZone(s, int(sec))
}

// location is the zone of a type, nil for UTC.
func (t typ) location() *time.Location {
	if t.zone == "" || t.zone == "UTC" {
		return nil
	}
	if z := fixedZone(t.zone); z != nil {
		return z
	}
	z, err := time.LoadLocation(t.zone) // checked when the column was bound
	if err != nil {
		return nil
	}
	return z
}
