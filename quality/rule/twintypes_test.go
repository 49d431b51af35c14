package rule

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// cents is a decimal of two digits, by its whole number of hundredths.
type cents int64

// exact is a value as a fraction, nil where it is none.
func exact(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return big.NewRat(v, 1)
	case uint64:
		return new(big.Rat).SetInt(new(big.Int).SetUint64(v))
	case cents:
		return big.NewRat(int64(v), 100)
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return new(big.Rat).SetFloat64(v)
		}
	}
	return nil
}

func typeSchema(n int) *arrow.Schema {
	var fields []arrow.Field
	put := func(t arrow.DataType, names ...string) {
		for _, name := range names {
			fields = append(fields, arrow.Field{Name: name, Type: t, Nullable: true})
		}
	}
	put(arrow.PrimitiveTypes.Int64, "k")
	put(arrow.PrimitiveTypes.Uint64, "u")
	put(&arrow.Decimal128Type{Precision: 9, Scale: 2}, "dec")
	put(&arrow.Decimal128Type{Precision: 30, Scale: 2}, "wide")
	put(arrow.PrimitiveTypes.Float32, "f")
	put(arrow.PrimitiveTypes.Int8, "i")
	put(arrow.PrimitiveTypes.Uint16, "j")
	put(&arrow.DurationType{Unit: arrow.Millisecond}, "span")
	put(&arrow.Time32Type{Unit: arrow.Second}, "clock")
	put([]arrow.DataType{arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeString}[n%2], "bin")
	put(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, "cat")
	return arrow.NewSchema(fields, nil)
}

func typeRows(rng *rand.Rand, rows, n int) []row {
	holes := []int{1 << 30, 9, 3}[n/2%3]
	edges := []uint64{0, 1, 7, 1<<63 - 1, 1 << 63, 1<<63 + 5, math.MaxUint64, math.MaxUint64 - 1, 1 << 53, 1<<53 + 1}
	var out []row
	for i := range rows {
		v := map[string]any{
			"k": rng.Int64N(7), "u": edges[rng.IntN(len(edges))], "dec": cents(rng.IntN(900) - 450), "wide": cents(rng.Int64N(40)),
			"f": float64(float32(rng.IntN(40)-20) / 10), "i": rng.Int64N(12) - 6, "j": rng.Int64N(40) + 65500 - 8,
			"span": rng.Int64N(30) * 500, "clock": rng.Int64N(30) * 2880, "bin": string([]byte{'a', byte(rng.IntN(3))}[:rng.IntN(3)]), "cat": string(rune('a' + rng.IntN(4))),
		}
		if n%3 == 0 {
			v["u"] = uint64(rng.Int64N(1000))
		}
		if n%4 > 1 { // rising, and no two alike
			v["dec"], v["u"], v["wide"] = cents(i*25-300), math.MaxUint64-uint64(i), cents(i)
			v["f"], v["bin"], v["span"], v["clock"] = float64(float32(i)/2), string([]byte{byte(i), byte(i >> 8), 1}), int64(i), int64(i)
		}
		for name := range v {
			if rng.IntN(holes) == 0 {
				v[name] = nil
			}
		}
		out = append(out, row{i, v})
	}
	return out
}

// typeTwins are checks on the types that twins() has not.
func typeTwins() []twin {
	top := new(big.Rat).SetInt(new(big.Int).SetUint64(math.MaxUint64))
	rat := func(a, b int64) *big.Rat { return big.NewRat(a, b) }
	ranged := func(on, check string, lo, hi *big.Rat) twin {
		return one(on, check, func(v any) bool {
			x := exact(v)
			return (lo == nil || x.Cmp(lo) >= 0) && (hi == nil || x.Cmp(hi) <= 0)
		})
	}
	among := func(on, check string, in bool, list ...*big.Rat) twin {
		return one(on, check, func(v any) bool {
			return slices.ContainsFunc(list, func(x *big.Rat) bool { return x.Cmp(exact(v)) == 0 }) == in
		})
	}
	multiple := func(on, check string, of *big.Rat) twin {
		return one(on, check, func(v any) bool { return new(big.Rat).Quo(exact(v), of).IsInt() })
	}
	out := []twin{
		ranged("u", "between: [5, 18446744073709551614]", rat(5, 1), new(big.Rat).Sub(top, rat(1, 1))),
		ranged("u", "ge: 9223372036854775808", new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63)), nil),
		ranged("u", "gt: 9007199254740992", rat(1<<53+1, 1), nil),
		among("u", "in_set: [0, 18446744073709551615, 7]", true, rat(0, 1), top, rat(7, 1)),
		among("u", "eq: 18446744073709551615", true, top),
		among("u", "ne: 9007199254740993", false, rat(1<<53+1, 1)),
		multiple("u", "multiple_of: 3", rat(3, 1)),
		ranged("dec", "between: [-1.5, 2.25]", rat(-3, 2), rat(9, 4)),
		ranged("dec", "positive: true", rat(1, 100), nil),
		ranged("dec", "lt: 0.02", nil, rat(1, 100)),
		among("dec", "in_set: [1.25, -3, 0, 0.005]", true, rat(5, 4), rat(-3, 1), rat(0, 1)),
		among("dec", "not_in_set: [1.25, -3]", false, rat(5, 4), rat(-3, 1)),
		multiple("dec", "multiple_of: 0.25", rat(1, 4)),
		multiple("dec", "max_decimals: 1", rat(1, 10)),
		monotone("dec", "increasing", func(a, b float64) bool { return a <= b }),
		ranged("f", "between: [-0.5, 1.5]", rat(-1, 2), rat(3, 2)),
		among("f", "in_set: [0.5, 1.5, -2]", true, rat(1, 2), rat(3, 2), rat(-2, 1)),
		multiple("f", "multiple_of: 0.5", rat(1, 2)),
		ranged("i", "between: [-2, 300]", rat(-2, 1), rat(300, 1)),
		among("i", "in_set: [-6, 0, 200]", true, rat(-6, 1), rat(0, 1)),
		ranged("j", "le: 65510", nil, rat(65510, 1)),
		one("bin", "byte_length: [1, 2]", func(v any) bool { return len(v.(string)) >= 1 && len(v.(string)) <= 2 }),
		one("cat", "in_set: [a, b]", func(v any) bool { return v == "a" || v == "b" }),
		fact("i", "sequence: true", 0, 0, func(xs []float64) float64 { return gapsOf(xs, 1) }),
		fact("dec", "no_gaps: 0.5", 0, 0, func(xs []float64) float64 { return gapsOf(xs, 0.5) }),
		ofShares("cat", "entropy: [0, 1.9]", 0, 1.9, entropyOf),
		ofShares("u", "top_share: 0.2", 0, 0.2, topOf),
	}
	for _, on := range []string{"u", "dec", "wide", "f", "i", "j", "span", "clock", "bin", "cat"} {
		out = append(out, keyTwinsOf(on)...)
	}
	for _, on := range []string{"dec", "f", "i", "j", "u"} {
		out = append(out,
			fact(on, "sum: [0, 100000]", 0, 100000, sumOf),
			fact(on, "mean: [0, 1]", 0, 1, meanOf),
			fact(on, "min: [-5, 0]", -5, 0, slices.Min[[]float64]),
			fact(on, "max: [null, 5]", math.Inf(-1), 5, slices.Max[[]float64]),
			fact(on, "quantile: {p: 0.3, between: [0, 5]}", 0, 5, func(xs []float64) float64 { return quantileOf(xs, 0.3) }))
		if on != "u" { // beyond 2^53 the twin, in float64, loses what the check keeps
			out = append(out, fact(on, "stdev: [0, 3]", 0, 3, func(xs []float64) float64 { return math.Sqrt(varianceOf(xs)) }))
		}
	}
	return out
}

func gapsOf(xs []float64, width float64) float64 {
	n := 0.
	for _, k := range buckets(xs, width) {
		if k == 0 {
			n++
		}
	}
	return n
}

// keyTwinsOf are the checks of one column's keys.
func keyTwinsOf(on string) []twin {
	return []twin{
		{on, "unique: true", func(_ *world, rows []row) found {
			seen := map[string]bool{}
			return each(rows, func(r row) (bool, bool) {
				k, ok := keyOf(r, false, on)
				again := seen[k]
				seen[k] = true
				return ok, !again
			})
		}},
		{on, "foreign_key: o." + on, func(w *world, rows []row) found {
			known, _ := shares(w.tables["o"], on)
			return each(rows, func(r row) (bool, bool) {
				k, ok := keyOf(r, false, on)
				return ok, known[k] > 0
			})
		}},
		{on, "distinct_count: [2, 30]", func(_ *world, rows []row) found {
			counts, n := shares(rows, on)
			if n == 0 {
				return cannot
			}
			return measure(float64(len(counts)), 2, 30)
		}},
	}
}
