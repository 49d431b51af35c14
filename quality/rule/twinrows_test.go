package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// twinSchema is the table that twins judge, in one of several encodings.
func twinSchema(n int) *arrow.Schema {
	text, whole, float := arrow.DataType(arrow.BinaryTypes.String), arrow.DataType(arrow.PrimitiveTypes.Int64), arrow.DataType(arrow.PrimitiveTypes.Float64)
	switch n % 3 {
	case 1:
		text = arrow.BinaryTypes.LargeString
	case 2:
		text = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: text}
		whole = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: whole}
		float = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: float}
	}
	var fields []arrow.Field
	put := func(t arrow.DataType, nullable bool, names ...string) {
		for _, name := range names {
			fields = append(fields, arrow.Field{Name: name, Type: t, Nullable: nullable})
		}
	}
	put(arrow.PrimitiveTypes.Int64, false, "id")
	put(whole, true, "n", "m")
	put(arrow.PrimitiveTypes.Int64, true, "k", "g", "h")
	put(float, true, "x", "y", "big", "dig")
	put(arrow.PrimitiveTypes.Float64, false, "z", "zz")
	put(text, true, "s", "c", "w", "v")
	put(arrow.FixedWidthTypes.Date32, true, "d", "e")
	unit := []arrow.TimeUnit{arrow.Microsecond, arrow.Millisecond, arrow.Second}[n%3]
	put(&arrow.TimestampType{Unit: unit, TimeZone: "UTC"}, true, "ts")
	put(arrow.FixedWidthTypes.Boolean, true, "b")
	return arrow.NewSchema(fields, nil)
}

// twinRows draws rows; n chooses how wild they are.
func twinRows(rng *rand.Rand, rows, n int) []row {
	wild := n%2 == 0
	holes := []int{1 << 30, 12, 3}[n/2%3]
	odd := []any{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0., 3.}
	big := []any{4503599627370497., 1e15 + 0.5, 1e17, 0.1, 0.25, 12.5, 0.30000000000000004, 2.5e14 + 0.25, 1e14 + 0.0625, -7., 3., 1e300, 5e-324}
	digits := []any{0.3, 0.6, 0.7, 1000., 1., 9.99, 1e23, 5e-324, 0., 2., 35., 0.0004, -8e10, 999999.5, 4., 6000., 0.07}
	words := []any{
		"", " ", "a", "ab", "New York", "new York", "O'Neil's", "ÅB 中", "straße", "ABC", "ǅa", "e\u0301", "é", "\u1e9b\u0323", "a\u200bb", "\ufeffa", "so\u00adft",
		"cafÃ©", "café", "â€œ", "\xff", "Ã", "XY-123", "XY-", "7", "77", "N/A", " null ", "tbd", "-999", "1.5 kg", "2g", "3 lb", "kg", "31.01.2026", "31.02.2026", "1.02.2026",
		"12", "+3", "-7", "1.5", "x", "true", "2026-01-31", "1e5", "12.345", "1.23", "  ", "\t", "a b", "A-b", "Ab",
		"12:00:01", "5:00:01", "12:00:01.5", "24:00:00",
	}
	plain := []any{"12", "7", "1.5", "true", "2026-01-31", "-3"}
	day := func(at time.Time, spread int) time.Time {
		return at.AddDate(0, 0, rng.IntN(spread)).Truncate(24 * time.Hour)
	}
	kinds := 1 + rng.IntN(2)
	var out []row
	for i := range rows {
		u := rng.Float64()
		v := map[string]any{
			"id": int64(i*3 - rng.IntN(4)), "n": rng.Int64N(12) - 4, "m": rng.Int64N(1<<40) - 1<<39, "k": rng.Int64N(7), "g": rng.Int64N(60),
			"y": math.Round(rng.NormFloat64()*1000) / 100, "big": big[rng.IntN(len(big))], "dig": digits[rng.IntN(len(digits))],
			"z": u * 10, "zz": math.Round(math.Exp(3*u)*10+rng.NormFloat64()*10) / 4,
			"s": string(rune('a' + min(rng.IntN(5), rng.IntN(7)))), "c": string(rune('p' + rng.IntN(3))),
			"w": words[rng.IntN(len(words))], "v": plain[rng.IntN(kinds)+rng.IntN(2)*rng.IntN(2)*rng.IntN(4)],
			"d": day(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), 40), "e": day(time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC), 40),
			"ts": time.Date(2026, 6, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(12*86400)) * time.Second),
			"b":  rng.IntN(3) > 0,
		}
		v["h"] = v["g"].(int64) + rng.Int64N(6) - 1
		v["x"] = v["y"].(float64) / 2
		if rng.IntN(9) == 0 {
			v["y"] = 0.
		}
		if wild && rng.IntN(4) == 0 {
			v["x"] = odd[rng.IntN(len(odd))]
		}
		if n%5 == 4 { // nothing finite, one value, the past
			v["x"], v["n"] = odd[rng.IntN(3)], int64(5)
			v["ts"] = time.Date(1969, 12, 20+rng.IntN(12), rng.IntN(24), 0, rng.IntN(60), 0, time.UTC)
		}
		for name := range v {
			if name != "id" && name != "z" && name != "zz" && rng.IntN(holes) == 0 {
				v[name] = nil
			}
		}
		out = append(out, row{i, v})
	}
	if n%4 == 1 && rows > 2 { // whole rows come back
		for i := 2; i < rows; i += 7 {
			out[i].v = out[i-2].v
		}
	}
	return out
}

// numberIn is a value as a float64; false where it is null.
func numberIn(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case time.Time:
		return float64(v.Unix()), true
	case uint64:
		return float64(v), true
	case cents:
		return float64(v) / 100, true
	}
	return math.NaN(), false
}

func finites(rows []row, col string) []float64 {
	var out []float64
	for _, r := range rows {
		if x, ok := numberIn(r.v[col]); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
			out = append(out, x)
		}
	}
	return out
}

// keyOf is a text that is the same for equal values only; null where one is.
func keyOf(r row, nulls bool, cols ...string) (string, bool) {
	out := ""
	for _, c := range cols {
		v := r.v[c]
		if v == nil && !nulls {
			return "", false
		}
		if x, ok := v.(float64); ok && x == 0 {
			v = 0. // -0 is 0
		}
		out += fmt.Sprintf("|%T %q", v, fmt.Sprint(v))
	}
	return out, true
}

// decimalsOf counts the digits after the point of the shortest decimal that is
// read as x.
func decimalsOf(x float64) int {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	for i := range s {
		if s[i] == '.' {
			return len(s) - i - 1
		}
	}
	return 0
}
