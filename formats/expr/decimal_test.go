package expr

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// randomDecimal has up to prec digits, small and large ones alike.
func randomDecimal(r *rand.Rand, prec int32) *big.Int {
	v := new(big.Int)
	for range 1 + r.Int32N(prec) {
		v.Mul(v, big.NewInt(10)).Add(v, big.NewInt(int64(r.IntN(10))))
	}
	if r.IntN(2) == 0 {
		v.Neg(v)
	}
	return v
}

// TestDecimals compares decimal arithmetic with math/big.
func TestDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(maxDigits), nil)
	power := func(k int32) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil) }
	const rows = 200
	for range 60 {
		var types [2]*arrow.Decimal128Type
		var values [2][]*big.Int
		var fields []arrow.Field
		for k := range types {
			prec := 1 + r.Int32N(maxDigits)
			types[k] = &arrow.Decimal128Type{Precision: prec, Scale: r.Int32N(prec + 1)}
			fields = append(fields, arrow.Field{Name: string('x' + rune(k)), Type: types[k]})
		}
		schema := arrow.NewSchema(fields, nil)
		rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for k, dt := range types {
			for range rows {
				v := randomDecimal(r, dt.Precision)
				values[k] = append(values[k], v)
				rb.Field(k).(*array.Decimal128Builder).Append(decimal128.FromBigInt(v))
			}
		}
		batch := rb.NewRecord()
		rb.Release()
		scale := max(types[0].Scale, types[1].Scale)
		for _, op := range []string{"+", "-", "*", "<", "<=", "==", ">"} {
			if op == "*" && types[0].Scale+types[1].Scale > maxDigits {
				continue
			}
			src := "x " + op + " y"
			p, err := Compile(src, schema)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(batch, memory.DefaultAllocator)
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				x := new(big.Int).Mul(values[0][i], power(scale-types[0].Scale))
				y := new(big.Int).Mul(values[1][i], power(scale-types[1].Scale))
				fits := x.CmpAbs(limit) < 0 && y.CmpAbs(limit) < 0
				var want string
				z := new(big.Int)
				switch op {
				case "+":
					z.Add(x, y)
				case "-":
					z.Sub(x, y)
				case "*":
					z.Mul(values[0][i], values[1][i])
					fits = true
				default:
					want = fmt.Sprint(map[string]bool{"<": x.Cmp(y) < 0, "<=": x.Cmp(y) <= 0, "==": x.Cmp(y) == 0, ">": x.Cmp(y) > 0}[op])
				}
				if want == "" {
					want = z.String()
				}
				if !fits || z.CmpAbs(limit) >= 0 {
					want = "null"
				}
				have := "null"
				if got.IsValid(i) {
					switch a := got.(type) {
					case *array.Decimal128:
						have = a.Value(i).BigInt().String()
					case *array.Boolean:
						have = fmt.Sprint(a.Value(i))
					}
				}
				if have != want {
					t.Fatalf("%s of %v and %v, row %d: %v, %v = %s, want %s", src, types[0], types[1], i, values[0][i], values[1][i], have, want)
				}
			}
			got.Release()
		}
		batch.Release()
	}
}

// TestCalendar compares calendar fields with package time.
func TestCalendar(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zones here: ", err)
	}
	for _, zone := range []string{"", "America/New_York", "-03:30"} {
		loc := time.UTC
		switch zone {
		case "America/New_York":
			loc = newYork
		case "-03:30":
			loc = time.FixedZone("", -(3*3600 + 1800))
		}
		schema := arrow.NewSchema([]arrow.Field{{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: zone}}}, nil)
		rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		var ticks []int64
		for range 3000 {
			v := r.Int64N(400*365*86400_000) - 200*365*86400_000
			ticks = append(ticks, v)
			rb.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(v))
		}
		batch := rb.NewRecord()
		rb.Release()
		for src, of := range map[string]func(time.Time) int64{
			"year(t)":      func(t time.Time) int64 { return int64(t.Year()) },
			"month(t)":     func(t time.Time) int64 { return int64(t.Month()) },
			"day(t)":       func(t time.Time) int64 { return int64(t.Day()) },
			"hour(t)":      func(t time.Time) int64 { return int64(t.Hour()) },
			"minute(t)":    func(t time.Time) int64 { return int64(t.Minute()) },
			"weekday(t)":   func(t time.Time) int64 { return (int64(t.Weekday())+6)%7 + 1 },
			"int(t)":       func(t time.Time) int64 { return t.Unix() },
			"int(date(t))": func(t time.Time) int64 { return dayNumber(int64(t.Year()), int64(t.Month()), int64(t.Day())) },
		} {
			p, err := Compile(src, schema)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(batch, memory.DefaultAllocator)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range ticks {
				at := time.UnixMilli(v).In(loc)
				if have := got.(*array.Int64).Value(i); have != of(at) {
					t.Fatalf("%s of %v = %d, want %d", src, at, have, of(at))
				}
			}
			got.Release()
		}
		batch.Release()
	}
}
