package rule

import (
	"math"
	"math/big"
	"strconv"
)

// digits binds max_digits, the precision of SQL's DECIMAL: how many digits it
// takes to write the value out, before the point without leading zeros and after
// it without trailing ones.
func (b *binder) digits() error {
	n, err := b.arg.Int()
	if err != nil || n < 1 || n > 38 {
		return b.arg.Pos.Errorf("max_digits takes a whole number from 1 to 38")
	}
	switch b.kind() {
	case kindFloat:
		bits := 64
		if t := valueType(b.field.Type); t.Name() == "float32" || t.Name() == "halffloat" {
			bits = 32
		}
		b.judge(func(c *column, pass bitmap) {
			var buf [400]byte
			each64(c.flt[:c.n], pass, func(v float64) bool {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return false
				}
				return digitsOf(strconv.AppendFloat(buf[:0], v, 'f', -1, bits)) <= int(n)
			})
		})
	case kindInt:
		if temporal(b.field.Type) || span(b.field.Type) {
			return b.needs("a number")
		}
		scale := 0 // digits after the point
		for s := new(big.Rat).Set(step(b.field.Type)); s.Cmp(big.NewRat(1, 1)) < 0; scale++ {
			s.Mul(s, big.NewRat(10, 1))
		}
		if s := step(b.field.Type); s.Cmp(big.NewRat(1, 1)) > 0 {
			return b.needs("a number without a negative scale")
		}
		b.judge(func(c *column, pass bitmap) {
			var buf [20]byte
			each64(c.ints[:c.n], pass, func(v int64) bool {
				text := strconv.AppendInt(buf[:0], v, 10)
				if text[0] == '-' {
					text = text[1:]
				}
				after := scale
				for after > 0 && len(text) > 0 && text[len(text)-1] == '0' {
					text, after = text[:len(text)-1], after-1
				}
				if len(text) == 1 && text[0] == '0' || len(text) == 0 {
					return true
				}
				return max(len(text), after) <= int(n)
			})
		})
	default:
		return b.needs("a number of at most 18 digits")
	}
	return nil
}

// digitsOf counts the digits of a number that is written without exponent.
func digitsOf(text []byte) int {
	n := 0
	point := false
	for _, c := range text {
		switch {
		case c == '.':
			point = true
		case c < '0' || c == '0' && n == 0 && !point: // a sign, or a zero that leads
		default:
			n++
		}
	}
	return n
}
