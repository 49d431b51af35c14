package pedersen

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// MaxScale is how many decimals a total has at most: those of a decimal of 128 bits.
const MaxScale = 38

// Sum adds up a column of integers or decimals, exactly, in units of 10^-scale.
// Missing cells are left out.
func Sum(ctx context.Context, s table.Stream, column string) (total *big.Int, scale int, err error) {
	at, err := table.Column(s.Schema(), column)
	if err != nil {
		return nil, 0, err
	}
	typ := s.Schema().Field(at).Type
	switch d := typ.(type) {
	case *arrow.Decimal128Type:
		scale = int(d.Scale)
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
	default:
		return nil, 0, &privacy.Error{
			Kind: privacy.ErrRefused, Verb: "add up", Object: fmt.Sprintf("column %q", column),
			Cause: fmt.Sprintf("sums of %s are not exact or have no meaning", typ),
			Hint:  "read text as integers or decimals, such as with --type " + column + "='decimal(18,2)'; convert other files to such a column first",
		}
	}
	if scale < 0 || scale > MaxScale {
		return nil, 0, privacy.Refused("add up", fmt.Sprintf("column %q", column), "it has %d decimals, 0 to %d are possible", scale, MaxScale)
	}
	total = new(big.Int)
	for b, fault := range s.Batches(ctx) {
		if fault != nil {
			return nil, 0, fault
		}
		var a adder
		if fault = a.column(b.Column(at)); fault != nil {
			return nil, 0, fault
		}
		total.Add(total, a.total())
	}
	return total, scale, nil
}

// adder sums limbs of 32 bits in 64: as many numbers as a batch may have fit.
type adder struct {
	low  [3]uint64
	high int64
}

func (a *adder) int64(v int64) {
	a.low[0] += uint64(v) & 0xffffffff
	a.low[1] += uint64(v>>32) & 0xffffffff
	a.low[2] += uint64(v>>63) & 0xffffffff
	a.high += v >> 63
}

func (a *adder) total() *big.Int {
	sum := big.NewInt(a.high)
	for i := len(a.low) - 1; i >= 0; i-- {
		sum.Lsh(sum, 32).Add(sum, new(big.Int).SetUint64(a.low[i]))
	}
	return sum
}

func (a *adder) column(col arrow.Array) error {
	switch c := col.(type) {
	case *array.Int8:
		add(a, c, c.Int8Values())
	case *array.Int16:
		add(a, c, c.Int16Values())
	case *array.Int32:
		add(a, c, c.Int32Values())
	case *array.Int64:
		add(a, c, c.Int64Values())
	case *array.Uint8:
		add(a, c, c.Uint8Values())
	case *array.Uint16:
		add(a, c, c.Uint16Values())
	case *array.Uint32:
		add(a, c, c.Uint32Values())
	case *array.Uint64:
		for i, v := range c.Uint64Values() {
			if c.IsValid(i) {
				a.low[0] += v & 0xffffffff
				a.low[1] += v >> 32
			}
		}
	case *array.Decimal128:
		for i, v := range c.Values() {
			if c.IsValid(i) {
				a.low[0] += v.LowBits() & 0xffffffff
				a.low[1] += v.LowBits() >> 32
				a.low[2] += uint64(v.HighBits()) & 0xffffffff
				a.high += v.HighBits() >> 32
			}
		}
	default:
		return fmt.Errorf("add up: a batch has a column of type %s", col.DataType())
	}
	return nil
}

func add[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](a *adder, col arrow.Array, vs []T) {
	if col.NullN() == 0 {
		for _, v := range vs {
			a.int64(int64(v))
		}
		return
	}
	for i, v := range vs {
		if col.IsValid(i) {
			a.int64(int64(v))
		}
	}
}

// Units reads a decimal number as an integer of units of 10^-scale.
func Units(text string, scale int) (*big.Int, error) {
	whole, part, _ := strings.Cut(text, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || strings.Trim(digits+part, "0123456789") != "" || strings.HasSuffix(text, ".") || len(text) > 100 {
		return nil, fmt.Errorf("read number %q: it is not as 123 or -4.50", text)
	}
	if part = strings.TrimRight(part, "0"); len(part) > scale {
		return nil, fmt.Errorf("read number %q: the total has %d decimals", text, scale)
	}
	v, _ := new(big.Int).SetString(whole+part+strings.Repeat("0", scale-len(part)), 10)
	return v, nil
}

// Decimal writes units of 10^-scale as a decimal number.
func Decimal(v *big.Int, scale int) string {
	s := new(big.Int).Abs(v).String()
	if scale > 0 {
		s = strings.Repeat("0", max(0, scale+1-len(s))) + s
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if v.Sign() < 0 {
		s = "-" + s
	}
	return s
}
