package rule

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
)

// naive is a check of one value, said a second time in the plainest Go.
type naive struct {
	check string
	kind  string // int64, float64, string
	keeps func(v any) bool
}

func naives() []naive {
	number := func(check string, keeps func(x float64) bool) []naive {
		return []naive{
			{check, "int64", func(v any) bool { return keeps(float64(v.(int64))) }},
			{check, "float64", func(v any) bool { return keeps(v.(float64)) }},
		}
	}
	text := func(check string, keeps func(s string) bool) []naive {
		return []naive{{check, "string", func(v any) bool { return keeps(v.(string)) }}}
	}
	each := func(s string, ok func(r rune) bool) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
	}
	multiple := func(x, of float64) bool {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return false
		}
		q := new(big.Rat).Quo(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(of))
		return q.IsInt()
	}
	mail := regexp.MustCompile(`^[a-z]+@[a-z]+\.com$`)
	return slices.Concat(
		number("between: [-3, 7]", func(x float64) bool { return x >= -3 && x <= 7 }),
		number("gt: 2", func(x float64) bool { return x > 2 }),
		number("ge: 2", func(x float64) bool { return x >= 2 }),
		number("lt: 2", func(x float64) bool { return x < 2 }),
		number("le: 2", func(x float64) bool { return x <= 2 }),
		number("eq: 3", func(x float64) bool { return x == 3 }),
		number("ne: 3", func(x float64) bool { return x != 3 }),
		number("in_set: [1, 2, 5]", func(x float64) bool { return x == 1 || x == 2 || x == 5 }),
		number("not_in_set: [1, 2, 5]", func(x float64) bool { return x != 1 && x != 2 && x != 5 }),
		number("positive: true", func(x float64) bool { return x > 0 }),
		number("non_negative: true", func(x float64) bool { return x >= 0 }),
		number("multiple_of: 2", func(x float64) bool { return multiple(x, 2) }),
		[]naive{{"finite: true", "float64", func(v any) bool { x := v.(float64); return !math.IsNaN(x) && !math.IsInf(x, 0) }}},
		text("in_set: [ab, '', é]", func(s string) bool { return s == "ab" || s == "" || s == "é" }),
		text("not_in_set: [ab, long enough to be hashed whole]", func(s string) bool { return s != "ab" && s != "long enough to be hashed whole" }),
		text(`matches: '^[a-z]+@[a-z]+\.com$'`, mail.MatchString),
		text(`not_matches: 'b'`, func(s string) bool { return !strings.Contains(s, "b") }),
		text("length: [1, 4]", func(s string) bool { n := utf8.RuneCountInString(s); return n >= 1 && n <= 4 }),
		text("byte_length: [null, 4]", func(s string) bool { return len(s) <= 4 }),
		text("starts_with: a", func(s string) bool { return strings.HasPrefix(s, "a") }),
		text("ends_with: b", func(s string) bool { return strings.HasSuffix(s, "b") }),
		text("contains: '@'", func(s string) bool { return strings.Contains(s, "@") }),
		text("like: 'a%'", func(s string) bool { return strings.HasPrefix(s, "a") }),
		text("case: lower", func(s string) bool { return each(s, func(r rune) bool { return unicode.ToLower(r) == r }) }),
		text("trimmed: true", func(s string) bool { return strings.TrimSpace(s) == s }),
		text("ascii: true", func(s string) bool { return each(s, func(r rune) bool { return r < 128 }) }),
		text("no_control: true", func(s string) bool { return each(s, func(r rune) bool { return !unicode.IsControl(r) }) }),
		text("utf8: true", utf8.ValidString),
		text("script: [Latin]", func(s string) bool {
			return each(s, func(r rune) bool { return !unicode.IsLetter(r) || unicode.Is(unicode.Latin, r) })
		}),
	)
}

// TestAgainstNaive judges random columns, plain and with a dictionary, cut out
// of longer ones, with and without nulls, and compares every row's verdict.
func TestAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	draw := map[string]func() any{
		"int64": func() any { return rng.Int64N(24) - 8 },
		"float64": func() any {
			return []any{1., 2., 2.5, 3., -1., 0., 7., 7.000001, -3., 5., 6., math.NaN(), math.Inf(1), math.Inf(-1), 1e17, -2.}[rng.IntN(16)]
		},
		"string": func() any {
			return []any{"", "a", "ab", "é", " a", "a ", "AB", "abc@de.com", "b", "тест", "a\tb", "\xff", "ebcé", "long enough to be hashed whole", "long enough to be hashed WHOLE", "x@y.com"}[rng.IntN(16)]
		},
	}
	for _, n := range naives() {
		types := []arrow.DataType{map[string]arrow.DataType{"int64": arrow.PrimitiveTypes.Int64, "float64": arrow.PrimitiveTypes.Float64, "string": arrow.BinaryTypes.String}[n.kind]}
		types = append(types, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: types[0]})
		for _, typ := range types {
			for _, nulls := range []int{1 << 30, 5} {
				s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: typ, Nullable: true}}, nil)
				loose := make([]rowOf, 200)
				for i := range loose {
					loose[i] = rowOf{draw[n.kind]()}
					if rng.IntN(nulls) == 0 {
						loose[i][0] = nil
					}
				}
				from := rng.IntN(9)
				whole := batchOf(s, loose)
				part := whole.NewSlice(int64(from), whole.NumRows())
				p := compile(t, fmt.Sprintf("columns:\n  a: {%s}\n", n.check), map[string]*arrow.Schema{"": s})
				st := p.New()
				var failed []int
				if err := st.judge(st.tables[0], 0, part, func(_ *check, fail bitmap) {
					fail.each(func(i int) bool { failed = append(failed, i); return true })
				}); err != nil {
					t.Fatal(err)
				}
				judged := st.tallies[0].rows
				var want []int
				var applies int64
				for i, r := range loose[from:] {
					if r[0] == nil {
						continue
					}
					applies++
					if !n.keeps(r[0]) {
						want = append(want, i)
					}
				}
				if !slices.Equal(failed, want) || judged != applies {
					t.Errorf("%s on %s: %d judged and %v fail, want %d and %v", n.check, typ, judged, failed, applies, want)
				}
				st.Close()
				part.Release()
				whole.Release()
			}
		}
	}
}
