package expr

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats/table"
)

// fixture is three rows of every type, the last one null.
func fixture(t testing.TB) table.Batch {
	t.Helper()
	dict := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "i", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "u", Type: arrow.PrimitiveTypes.Uint64, Nullable: true},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}, Nullable: true},
		{Name: "w", Type: &arrow.Decimal128Type{Precision: 38, Scale: 4}, Nullable: true},
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "c", Type: dict, Nullable: true},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Millisecond}, Nullable: true},
		{Name: "sh", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "+08:00"}, Nullable: true},
		{Name: "p", Type: arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true}), Nullable: true},
		{Name: "order.id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "金额", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "time", Type: arrow.FixedWidthTypes.Time32s, Nullable: true},
	}, nil)
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[
		{"i": 7, "u": 1, "f": 2.5, "d": "12.34", "w": "1.5000", "s": "Héllo", "c": "ok", "b": true, "day": "2024-02-29",
		 "t": "2024-02-29 13:14:15.250", "sh": "2024-02-29 20:00:00", "p": {"x": 5}, "order.id": 1, "金额": 100, "time": "01:30:00"},
		{"i": -2147483648, "u": 2, "f": -0.5, "d": "-0.05", "w": "-3.2500", "s": "", "c": "no", "b": false, "day": "1969-12-31",
		 "t": "1969-12-31 23:59:59.999", "sh": "2023-12-31 16:00:00", "p": {"x": -5}, "order.id": 2, "金额": -1, "time": "00:00:01"},
		{}]`))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Release)
	return b
}

func TestEval(t *testing.T) {
	batch := fixture(t)
	for _, c := range []struct{ src, want string }{
		{`i + 1`, "8 -2147483647 null"},
		{`i * 9223372036854775807`, "null null null"},
		{`i / 0`, "null null null"},
		{`i % 4`, "3 0 null"},
		{`-7 / 2`, "-3 -3 -3"},
		{`f * 2.0`, "5 -1 null"},
		{`f / 0`, "+Inf -Inf null"},
		{`d + 0.005`, "12.345 -0.045 null"},
		{`d * d`, "152.2756 0.0025 null"},
		{`w - d`, "-10.8400 -3.2000 null"},
		{`-w`, "-1.5000 3.2500 null"},
		{`d == 12.34`, "true false null"},
		{`d > w`, "true true null"},
		{`d < i`, "false false null"},
		{`round(d, 1)`, "12.3 -0.1 null"},
		{`floor(d)`, "12 -1 null"},
		{`ceil(w)`, "2 -3 null"},
		{`round(f)`, "3 -1 null"},
		{`int(d)`, "12 0 null"},
		{`float(d)`, "12.34 -0.05 null"},
		{`size(s)`, "5 0 null"},
		{`lower(s) + "!"`, "héllo! ! null"},
		{`s.substring(1, 3)`, "él  null"},
		{`upper(c)`, "OK NO null"},
		{`c == "ok"`, "true false null"},
		{`c == "ok" ? i : 0`, "7 0 null"},
		{`coalesce(c, "none") + "/" + coalesce(s, "?")`, "ok/Héllo no/ none/?"},
		{`c in ["ok", "maybe"] || isNull(c)`, "true false true"},
		{`i in [7, 8]`, "true false null"},
		{`i in []`, "false false null"},
		{`day in [date("2024-02-29")]`, "true false null"},
		{`b && i > 0`, "true false null"},
		{`false && isNull(1 / 0 == 1)`, "false false false"},
		{`i == null`, "false false true"},
		{`i != null`, "true true false"},
		{`!b`, "false true null"},
		{`b == true`, "true false null"},
		{`year(day) * 100 + month(day)`, "202402 196912 null"},
		{`weekday(day)`, "4 3 null"},
		{`hour(t)`, "13 23 null"},
		{`hour(sh)`, "4 0 null"},
		{`day(sh)`, "1 1 null"},
		{`string(date(sh))`, "2024-03-01 2024-01-01 null"},
		{`string(t)`, "2024-02-29T13:14:15.25Z 1969-12-31T23:59:59.999Z null"},
		{`day >= "2024-01-01"`, "true false null"},
		{`t - day < 1d`, "true true null"},
		{`hours(t - timestamp(day))`, "13.237569444444444 23.99999972222222 null"},
		{`day + 1d == "2024-03-01"`, "true false null"},
		{`t > clock - 2d`, "true false null"},
		{`daysBetween(day, t)`, "0 0 null"},
		{`string(time)`, "1h30m 1s null"},
		{`p.x + order.id`, "6 -3 null"},
		{"`金额` > 0 && 金额 < 1_0", ""},
		{"金额 > 0", "true false null"},
		{`int("12") + int("x")`, "null null null"},
		{`luhn("4242424242424242")`, "true true true"},
		{`matches(s, r"^H.l+o$")`, "true false null"},
		{`s.startsWith("H") && !s.endsWith("x") && s.contains("llo")`, "true false null"},
		{`replace(s, "l", "LL")`, "HéLLLLo  null"},
		{`min(i, 3, 5)`, "3 -2147483648 null"},
		{`max(f, i)`, "7 -0.5 null"},
		{`abs(i)`, "7 2147483648 null"},
		{`null`, "(null) (null) (null)"},
		{`b ? null : 1`, "null 1 null"},
		{`isNaN(f) || pow(f, 2) > 1`, "true false null"},
		{`0x10 + 010`, "26 26 26"},
		{`-9223372036854775808`, "-9223372036854775808 -9223372036854775808 -9223372036854775808"},
		{`bool("true")`, "true true true"},
		{`1.5h > 80m // half past`, "true true true"},
	} {
		t.Run(c.src, func(t *testing.T) {
			e, err := Parse(c.src)
			if c.want == "" {
				if err == nil {
					t.Fatalf("Parse(%q) = %v, want an error", c.src, e)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			opt := Options{Constants: map[string]any{"clock": time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)}}
			p, err := e.BindWith(batch.Schema(), opt)
			if err != nil {
				t.Fatal(err)
			}
			mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
			got, err := p.Eval(batch, mem)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, show(got)); diff != "" {
				t.Errorf("Eval(%q) (-want +got):\n%s", c.src, diff)
			}
			got.Release()
			mem.AssertSize(t, 0)
		})
	}
}

func show(a arrow.Array) string {
	out := make([]string, a.Len())
	for i := range out {
		switch x := a.(type) {
		case *array.Decimal128:
			out[i] = "null"
			if a.IsValid(i) {
				out[i] = string(appendDecimal(nil, x.Value(i), x.DataType().(*arrow.Decimal128Type).Scale))
			}
		case *array.Float64:
			out[i] = "null"
			if a.IsValid(i) {
				out[i] = fmt.Sprint(x.Value(i))
			}
		default:
			out[i] = a.ValueStr(i)
			if a.IsNull(i) {
				out[i] = "null"
			}
		}
	}
	return strings.Join(out, " ")
}

func TestErrors(t *testing.T) {
	schema := fixture(t).Schema()
	for _, c := range []struct{ src, want string }{
		{``, `column 1: expression is empty`},
		{`i = 1`, `column 3: character '=' has no meaning here (write == to compare)`},
		{`i and b`, `column 3: found "and" where an operator or the end should be (write && for and)`},
		{`1 < i < 3`, `column 7: comparisons are not chained (write a < b && b < c)`},
		{`金额x > 1`, `column 1: there is no column "金额x" (did you mean 金额?)`},
		{`sizee(s)`, `column 1: there is no function "sizee" (did you mean size?)`},
		{`s > 1`, `column 3: string and int do not go together (int(s), float(s) and string(x) convert)`},
		{`s + 1`, `column 3: operator + has no meaning for string and int (int(s), float(s) and string(x) convert)`},
		{`"abc`, `column 1: string has no closing "`},
		{`"a\d"`, `column 3: string has an unknown escape (write \\ for a backslash, or r"..." for a string without escapes)`},
		{`i &&`, `column 5: found end of expression where a value should be`},
		{`(i`, `column 3: found end of expression where ")" should be`},
		{`i in 3`, `column 6: found "3" where a list such as [1, 2] should be`},
		{`99999999999999999999`, `column 1: integer is outside 64 bits (write 99999999999999999999.0 for a float)`},
		{`day > "soon"`, `column 5: text "soon" is no date (write 2026-01-31 or 2026-01-31T12:00:00Z)`},
		{`matches(s, "(")`, `column 12: pattern "(" is no RE2 regular expression (write r"\d+" for a pattern with backslashes)`},
		{`p.y`, `column 1: column "p" has no field "y"`},
		{`p`, `column 1: column "p" is of type struct<x: int64>, which expressions cannot read`},
		{`round(f, i)`, `column 10: digits of round are a whole number from -38 to 38, written out`},
		{`size(s, s)`, `column 1: function size takes 1 arguments, not 2`},
		{`hour(day)`, `column 1: function hour has no meaning for date`},
		{`2x`, `column 1: number is followed by 'x' (a duration ends in w, d, h, m, s, ms, us or ns)`},
		{"\"\xff\" + \xff", `column 7: source is not valid UTF-8`},
	} {
		_, err := Compile(c.src, schema)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Compile(%q) = %v, want an *Error", c.src, err)
			continue
		}
		if want := "compile expression: " + c.want; err.Error() != want {
			t.Errorf("Compile(%q) = %v, want %s", c.src, err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	schema := fixture(t).Schema()
	for name, src := range map[string]string{
		"parentheses": strings.Repeat("(", 30000) + "1" + strings.Repeat(")", 30000),
		"negations":   strings.Repeat("!", 60000) + "b",
		"minus":       strings.Repeat("- ", 30000) + "i",
		"chain":       strings.Repeat("i+", 30000) + "1",
		"calls":       strings.Repeat("abs(", 10000) + "i" + strings.Repeat(")", 10000),
		"ternary":     strings.Repeat("b?i:", 10000) + "1",
		"lists":       "i in [" + strings.Repeat("i in [", 9000),
		"long":        strings.Repeat(" ", MaxSource) + "1",
	} {
		if _, err := Compile(src, schema); err == nil {
			t.Errorf("Compile(%s) = nil error, want one", name)
		}
	}
}

func TestColumns(t *testing.T) {
	e, err := Parse("a.b > c && abs(`x y`) < a.b")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.b", "c", "x y"}, e.Columns()); diff != "" {
		t.Errorf("Columns() (-want +got):\n%s", diff)
	}
}

func TestSelect(t *testing.T) {
	batch := fixture(t)
	p, err := Compile(`i > 0`, batch.Schema())
	if err != nil {
		t.Fatal(err)
	}
	dst := []byte{0xff}
	if n, bad := p.Select(batch, dst); n != 1 || dst[0] != 1 || bad != nil {
		t.Errorf("Select(i > 0) = %d, %v, %b, want 1, nil, 1", n, bad, dst)
	}
	no := []byte{0xff}
	if bad := p.Judge(batch, dst, no); dst[0] != 1 || no[0] != 2 || bad != nil {
		t.Errorf("Judge(i > 0) = %b, %b, %v, want 1, 10, nil", dst, no, bad)
	}
	if bad := p.Judge(batch, dst, nil); bad == nil {
		t.Errorf("Judge with bitmaps of different sizes: no error")
	}
	p, err = Compile(`i`, batch.Schema())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Select(batch, dst); err == nil {
		t.Error("Select(i) = nil error, want one: i is no bool")
	}
}
