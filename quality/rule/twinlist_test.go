package rule

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/apache/arrow/go/v17/arrow"
)

// one judges a column's values by themselves; null is not judged.
func one(on, check string, keeps func(v any) bool) twin {
	return twin{on, check, func(_ *world, rows []row) found {
		return each(rows, func(r row) (bool, bool) { return !r.null(on), !r.null(on) && keeps(r.v[on]) })
	}}
}

func text(check string, keeps func(s string) bool) twin {
	return one("w", check, func(v any) bool { return keeps(v.(string)) })
}

// rowTwins are the checks that judge rows, but for those between tables.
func rowTwins() []twin {
	all := func(check string, f func(r row) (bool, bool)) twin {
		return twin{"", check, func(_ *world, rows []row) found { return each(rows, f) }}
	}
	x := func(r row, col string) float64 { f, _ := numberIn(r.v[col]); return f }
	shape := regexp.MustCompile(`^([A-Z][A-Z]-[0-9]+|[0-9])$`)
	kg := regexp.MustCompile(`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+) *(kg|g)$`)
	date := regexp.MustCompile(`^[0-9]{2}\.[0-9]{2}\.[0-9]{4}$`)
	clock := regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$`)
	return []twin{
		one("n", "not_sentinel: [3, -1]", func(v any) bool { return v != int64(3) && v != int64(-1) }),
		{"n", "not_null: true", func(_ *world, rows []row) found {
			return each(rows, func(r row) (bool, bool) { return true, !r.null("n") })
		}},
		{"w", "not_null: true, missing: [N/A, x]", func(_ *world, rows []row) found {
			return each(rows, func(r row) (bool, bool) { return true, !r.null("w") && r.v["w"] != "N/A" && r.v["w"] != "x" })
		}},
		{"x", "null: true", func(_ *world, rows []row) found {
			return each(rows, func(r row) (bool, bool) { return true, r.null("x") })
		}},
		{"w", "not_blank: true", func(_ *world, rows []row) found {
			return each(rows, func(r row) (bool, bool) {
				return true, !r.null("w") && strings.ContainsFunc(r.v["w"].(string), func(c rune) bool { return !unicode.IsSpace(c) })
			})
		}},
		{"s", "required_if: \"k > 3\"", func(_ *world, rows []row) found {
			return each(rows, func(r row) (bool, bool) { return !r.null("k") && r.v["k"].(int64) > 3, !r.null("s") })
		}},
		all("rows_complete: [n, w]", func(r row) (bool, bool) { return true, !r.null("n") && !r.null("w") }),
		all("all_or_none: [n, y, s]", func(r row) (bool, bool) {
			return true, r.null("n") == r.null("y") && r.null("y") == r.null("s")
		}),
		one("big", "max_decimals: 0", func(v any) bool { return decimalsOf(v.(float64)) == 0 }),
		one("y", "max_decimals: 1", func(v any) bool { return decimalsOf(v.(float64)) <= 1 }),
		one("m", "max_decimals: 2", func(any) bool { return true }),
		one("x", "max_decimals: 3", func(v any) bool {
			f := v.(float64)
			return !math.IsNaN(f) && !math.IsInf(f, 0) && decimalsOf(f) <= 3
		}),
		one("big", "multiple_of: 2", func(v any) bool { return math.Mod(v.(float64), 2) == 0 }),
		text("case: upper", func(s string) bool { return !strings.ContainsFunc(s, unicode.IsLower) }),
		text("case: title", func(s string) bool { // a word is letters and apostrophes after a letter
			for _, word := range regexp.MustCompile(`\p{L}[\p{L}']*`).FindAllString(strings.ToValidUTF8(s, "?"), -1) {
				first, rest := []rune(word)[0], string([]rune(word)[1:])
				if unicode.IsLower(first) || strings.ContainsFunc(rest, unicode.IsUpper) {
					return false
				}
			}
			return true
		}),
		text("nfc: true", func(s string) bool { return norm.NFC.String(s) == s }),
		text("no_zero_width: true", func(s string) bool { return !strings.ContainsAny(s, "\u200b\u200c\u200d\u200e\u200f\ufeff\u2060") }),
		text("no_mojibake: true", func(s string) bool { return s != "cafÃ©" && s != "â€œ" && s != "\xff" }), // of the words that are drawn
		text(`shape: ["AA-9+", "9"]`, shape.MatchString),
		text("castable: int64", func(s string) bool { return regexp.MustCompile(`^[-+]?[0-9]+$`).MatchString(s) }),
		text("castable: float64", func(s string) bool {
			return regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]+)?(e[0-9]+)?$`).MatchString(s)
		}),
		text("castable: bool", func(s string) bool { return s == "true" || s == "false" }),
		text("castable: date", func(s string) bool { return s == "2026-01-31" }),
		text(`strftime: "%d.%m.%Y"`, func(s string) bool {
			d, err := time.Parse("02.01.2006", s)
			return date.MatchString(s) && err == nil && d.Year() == 2026
		}),
		text(`strftime: "%H:%M:%S"`, clock.MatchString),
		text("unit: [kg, g]", kg.MatchString),
		text("not_sentinel: true", func(s string) bool {
			return !slices.Contains([]string{"", "n/a", "null", "tbd"}, strings.ToLower(strings.TrimSpace(s)))
		}),
		all(`expr: "n + 1 < k"`, func(r row) (bool, bool) {
			return !r.null("n") && !r.null("k"), x(r, "n")+1 < x(r, "k")
		}),
		all(`implies: {if: "k > 3", then: "n > 0"}`, func(r row) (bool, bool) {
			return !r.null("k") && x(r, "k") > 3 && !r.null("n"), x(r, "n") > 0
		}),
		all(`never: "n > k && s == 'a'"`, func(r row) (bool, bool) {
			switch { // false && null is false
			case !r.null("s") && r.v["s"] != "a", !r.null("n") && !r.null("k") && x(r, "n") <= x(r, "k"):
				return true, true
			}
			return !r.null("n") && !r.null("k") && !r.null("s"), false
		}),
		all("pair_in_set: {columns: [k, s], set: [[1, a], [2, b], [3, a]]}", func(r row) (bool, bool) {
			pair := fmt.Sprint(r.v["k"], " ", r.v["s"])
			return !r.null("k") && !r.null("s"), pair == "1 a" || pair == "2 b" || pair == "3 a"
		}),
		all("sum_equals: {columns: [n, k], total: g}", func(r row) (bool, bool) {
			return !r.null("n") && !r.null("k") && !r.null("g"), x(r, "n")+x(r, "k") == x(r, "g")
		}),
		all("sum_equals: {columns: [x, x], total: y, tolerance: 0.01}", func(r row) (bool, bool) {
			return !r.null("x") && !r.null("y"), math.Abs(x(r, "x")*2-x(r, "y")) <= 0.01
		}),
		all("distinct_within_row: [n, k, g]", func(r row) (bool, bool) {
			n, k, g := x(r, "n"), x(r, "k"), x(r, "g")
			if n == k || k == g || n == g {
				return true, false
			}
			return !r.null("n") && !r.null("k") && !r.null("g"), true
		}),
		all("event_order: [d, e, ts]", func(r row) (bool, bool) {
			last := math.Inf(-1)
			for _, c := range []string{"d", "e", "ts"} {
				if r.null(c) {
					continue
				}
				if x(r, c) < last {
					return true, false
				}
				last = x(r, c)
			}
			return true, true
		}),
		one("d", "not_future: true", func(any) bool { return true }),
		one("ts", "not_future: true", func(v any) bool { return !v.(time.Time).After(twinNow) }),
		one("ts", `time_of_day: ["06:00", "21:59:58"]`, func(v any) bool {
			c := v.(time.Time).Format("15:04:05")
			return c >= "06:00:00" && c <= "21:59:58"
		}),
		monotone("n", "increasing", func(a, b float64) bool { return a <= b }),
		monotone("z", "strictly_increasing", func(a, b float64) bool { return a < b }),
		monotone("x", "decreasing", func(a, b float64) bool { return a >= b }),
		monotone("x", "increasing", func(a, b float64) bool { return a <= b }),
		monotone("ts", "strictly_decreasing", func(a, b float64) bool { return a > b }),
		{"", "no_overlap: {start: g, end: h, by: [s]}", noOverlap},
	}
}

func monotone(on, how string, keeps func(a, b float64) bool) twin {
	return twin{on, "monotone: " + how, func(_ *world, rows []row) found {
		var last float64
		any := false
		return each(rows, func(r row) (bool, bool) {
			x, ok := numberIn(r.v[on])
			if !ok {
				return false, false
			}
			good := !any || keeps(last, x)
			any, last = true, x
			return true, good
		})
	}}
}

// noOverlap compares every interval with every other of its key.
func noOverlap(_ *world, rows []row) found {
	ends := func(r row) (from, to int64) { return r.v["g"].(int64), r.v["h"].(int64) }
	there := func(r row) bool { return !r.null("g") && !r.null("h") && !r.null("s") }
	return each(rows, func(r row) (bool, bool) {
		if !there(r) {
			return false, false
		}
		from, to := ends(r)
		for _, o := range rows {
			if o.at == r.at || !there(o) || o.v["s"] != r.v["s"] {
				continue
			}
			f, t := ends(o)
			if f < from && from < t || f == from && t > f && to > from && o.at < r.at {
				return true, false
			}
		}
		return true, true
	})
}

// schemaTwins are the checks of columns and types. For all but exists, the rows
// do not matter.
func schemaTwins() []twin {
	names := func(w *world) []string {
		var out []string
		for _, f := range w.schemas["t"].Fields() {
			out = append(out, f.Name)
		}
		return out
	}
	list := names(&world{schemas: map[string]*arrow.Schema{"t": twinSchema(0)}})
	turned := slices.Clone(list)
	slices.Reverse(turned)
	flat := func(s []string) string { return "[" + strings.Join(s, ", ") + "]" }
	whole := func(on, check string, ok func(w *world) bool) twin {
		return twin{on, check, func(w *world, _ []row) found { return says(ok(w)) }}
	}
	yes := func(*world) bool { return true }
	no := func(*world) bool { return false }
	return []twin{
		whole("n", "exists: true", yes),
		whole("id", "nullable: false", yes),
		whole("n", "nullable: false", no),
		whole("n", "nullable: true", yes),
		whole("n", "type: int64", yes), // a dictionary counts as its values
		whole("s", "type: [float64, string]", yes),
		whole("s", "type: [float64, int64]", no),
		whole("", "columns: "+flat(turned), yes),
		whole("", "columns: "+flat(list[1:]), no),
		whole("", "columns_in_order: "+flat(list), yes),
		whole("", "columns_in_order: "+flat(turned), no),
		whole("", "has_columns: [s, n]", yes),
		whole("", "has_columns: [s, nope]", no),
		whole("", "extra_columns: "+flat(append(slices.Clone(list), "nope")), yes),
		whole("", "extra_columns: "+flat(list[2:]), no),
		whole("", fmt.Sprintf("column_count: %d", len(list)), yes),
		whole("", fmt.Sprintf("column_count: [null, %d]", len(list)-1), no),
		whole("", `name_pattern: "^[a-z]+$"`, yes),
		whole("", `name_pattern: "^.$"`, no),
		whole("", "same_schema: reference", yes),
		whole("", "same_schema: o", yes),
		whole("", "same_schema: wide", no),
		{"v", "one_kind: true", func(_ *world, rows []row) found {
			kinds := map[string]bool{}
			for _, r := range rows {
				s, ok := r.v["v"].(string)
				_, bad := strconv.ParseFloat(s, 64)
				switch {
				case !ok:
				case bad == nil:
					kinds["number"] = true
				case s == "true":
					kinds["bool"] = true
				default:
					kinds["date"] = true
				}
			}
			if len(kinds) == 0 {
				return cannot
			}
			return says(len(kinds) == 1)
		}},
	}
}
