package rule

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// trial is one check of the catalogue with rows that keep it and rows that
// break it. Columns are called a, b, c; the check stands on a, or on the table.
type trial struct {
	check string // as in a suite
	types string // of the columns
	good  string // rows as JSON: values of one column, or lists
	bad   string
	other string // rows of a second table "o" with the same columns
	ref   string // rows of the reference
	past  []int64
	table bool
}

func numbers(f func(i int) float64, n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprint(f(i))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func rowsOf(f func(i int) string, n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = f(i)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// trials is the whole catalogue: TestCatalogue fails where a check has none.
func trials() []trial {
	rng := rand.New(rand.NewPCG(1, 2))
	normal := numbers(func(int) float64 { return rng.NormFloat64() }, 600)
	again := numbers(func(int) float64 { return rng.NormFloat64() }, 600)
	moved := numbers(func(int) float64 { return 2 + rng.NormFloat64() }, 600)
	uniform := numbers(func(i int) float64 { return float64(i) }, 1000)
	powers := numbers(func(i int) float64 { return 1.05 * float64(uint64(1)<<(i%50)) * (1 + float64(i)/700) }, 700)
	pairs := rowsOf(func(i int) string { return fmt.Sprintf("[%d,%d]", i, 2*i+rng.IntN(9)) }, 300)
	loose := rowsOf(func(int) string { return fmt.Sprintf("[%d,%d]", rng.IntN(999), rng.IntN(999)) }, 300)
	words := rowsOf(func(int) string { return fmt.Sprintf("%q", string(rune('a'+rng.IntN(4)))) }, 500)
	shifted := rowsOf(func(i int) string { return fmt.Sprintf("%q", string(rune('a'+min(i%9, 3)))) }, 500)
	hours := func(skip int) string {
		return rowsOf(func(i int) string {
			if i >= skip {
				i++
			}
			return fmt.Sprintf("\"2026-01-01T%02d:15:00Z\"", i)
		}, 9)
	}
	return []trial{
		{check: "not_null: true", types: "int64", good: "[1,2]", bad: "[1,null]"},
		{check: "null: true", types: "int64", good: "[null]", bad: "[1,null]"},
		{check: "not_blank: true", types: "string", good: `["a"]`, bad: `["a"," \t"]`},
		{check: "completeness: 0.5", types: "int64", good: "[1,null]", bad: "[1,null,null]"},
		{check: `required_if: "b > 0"`, types: "int64 int64", good: "[[1,1],[null,0]]", bad: "[[null,1],[1,1]]"},
		{check: "rows_complete: [a, b]", table: true, types: "int64 int64", good: "[[1,1]]", bad: "[[1,1],[1,null]]"},
		{check: "all_or_none: [a, b]", table: true, types: "int64 int64", good: "[[1,1],[null,null]]", bad: "[[1,1],[null,1]]"},

		{check: "type: [int64, string]", types: "int64", good: "[1]"},
		{check: "type: string", types: "int64", bad: "[1]"},
		{check: "exists: true", types: "int64", good: "[1]"},
		{check: "nullable: true", types: "int64", good: "[1]"},
		{check: "nullable: false", types: "int64", bad: "[1]"},
		{check: "one_kind: true", types: "string", good: `["1","2.5",null]`, bad: `["1","x"]`},
		{check: "columns: [b, a]", table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: "columns: [a, c]", table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: "columns_in_order: [a, b]", table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: "columns_in_order: [b, a]", table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: "has_columns: [a]", table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: "has_columns: [a, z]", table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: "extra_columns: [a, b, z]", table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: "extra_columns: [a]", table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: "column_count: [1, 2]", table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: "column_count: 3", table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: `name_pattern: "^[ab]$"`, table: true, types: "int64 int64", good: "[[1,1]]"},
		{check: `name_pattern: "^a$"`, table: true, types: "int64 int64", bad: "[[1,1]]"},
		{check: "same_schema: reference", table: true, types: "int64", ref: "[1]", good: "[1]"},
		{check: "same_schema: wide", table: true, types: "int64", bad: "[1]"},

		{check: "between: [2, 4]", types: "int64", good: "[2,4,null]", bad: "[5]"},
		{check: "between: [null, 0.1]", types: "float64", good: "[0.1,-1]", bad: "[0.11]"},
		{check: "gt: 1", types: "int64", good: "[2]", bad: "[1]"},
		{check: "ge: 1", types: "float64", good: "[1]", bad: "[0.99]"},
		{check: "lt: 1.5", types: "float64", good: "[1.4]", bad: "[1.5]"},
		{check: "le: 2026-01-02", types: "date", good: `["2026-01-02"]`, bad: `["2026-01-03"]`},
		{check: "in_set: [x, y]", types: "string", good: `["x"]`, bad: `["z"]`},
		{check: "not_in_set: [1, 2]", types: "int64", good: "[3]", bad: "[2]"},
		{check: "eq: 5", types: "int64", good: "[5]", bad: "[4]"},
		{check: "ne: x", types: "string", good: `["y"]`, bad: `["x"]`},
		{check: "positive: true", types: "float64", good: "[0.1]", bad: "[0]"},
		{check: "non_negative: true", types: "int64", good: "[0]", bad: "[-1]"},
		{check: "finite: true", types: "float64", good: "[1e308]", bad: "inf"},
		{check: "multiple_of: 0.05", types: "float64", good: "[0.15,0,-2.05]", bad: "[0.16]"},
		{check: "multiple_of: 5", types: "int64", good: "[10,-5]", bad: "[11]"},
		{check: "max_decimals: 2", types: "float64", good: "[1.01,0.07,123456.78]", bad: "[1.001]"},
		{check: "max_decimals: 1", types: "decimal(9,3)", good: `["1.100"]`, bad: `["1.110"]`},
		{check: "not_sentinel: true", types: "string", good: `["ok"]`, bad: `["N/A"]`},
		{check: "not_sentinel: true", types: "int64", good: "[5]", bad: "[-999]"},
		{check: "not_sentinel: [0]", types: "float64", good: "[5]", bad: "[0]"},

		{check: `matches: "^a+$"`, types: "string", good: `["aa"]`, bad: `["ab"]`},
		{check: `not_matches: "b"`, types: "string", good: `["aa"]`, bad: `["ab"]`},
		{check: "length: [1, 2]", types: "string", good: `["äö"]`, bad: `["abc"]`},
		{check: "byte_length: 2", types: "string", good: `["ab"]`, bad: `["äö"]`},
		{check: `like: "A_%x"`, types: "string", good: `["ABx","AB..x"]`, bad: `["Ax"]`},
		{check: `starts_with: DE`, types: "string", good: `["DE1"]`, bad: `["1DE"]`},
		{check: `ends_with: ".pdf"`, types: "string", good: `["x.pdf"]`, bad: `["x.pdf "]`},
		{check: `contains: "@"`, types: "string", good: `["a@b"]`, bad: `["ab"]`},
		{check: "case: lower", types: "string", good: `["straße 1"]`, bad: `["aB"]`},
		{check: "case: upper", types: "string", good: `["ÅB 中"]`, bad: `["Ab"]`},
		{check: "case: title", types: "string", good: `["New York","O'neil"]`, bad: `["New york"]`},
		{check: "trimmed: true", types: "string", good: `["a b",""]`, bad: `["a "]`},
		{check: "no_control: true", types: "string", good: `["a b"]`, bad: `["a\tb"]`},
		{check: "utf8: true", types: "string", good: `["ä"]`, bad: "broken"},
		{check: "nfc: true", types: "string", good: `["é"]`, bad: `["e\u0301"]`},
		{check: "ascii: true", types: "string", good: `["a~"]`, bad: `["é"]`},
		{check: "no_zero_width: true", types: "string", good: `["a b"]`, bad: `["a\u200bb"]`},
		{check: "no_mojibake: true", types: "string", good: `["é Ã café €"]`, bad: `["cafÃ©"]`},
		{check: "script: [Latin, Han]", types: "string", good: `["ab 中 1"]`, bad: `["абв"]`},
		{check: `shape: ["AA-9+", "9"]`, types: "string", good: `["XY-123","7"]`, bad: `["XY-"]`},
		{check: "castable: date", types: "string", good: `["2026-02-28"]`, bad: `["2026-02-30"]`},
		{check: `strftime: "%d.%m.%Y"`, types: "string", good: `["31.01.2026"]`, bad: `["31.02.2026"]`},
		{check: "unit: [kg, g]", types: "string", good: `["1.5 kg","2g"]`, bad: `["1.5 lb"]`},
		{check: "format: email", types: "string", good: `["a@b.co"]`, bad: `["a@b"]`},
		{check: "checksum: cn_resident_id", types: "string", good: `["11010519491231002X"]`, bad: `["110105194912310021"]`},

		{check: "unique: true", types: "int64", good: "[1,2,null,null]", bad: "[1,1]"},
		{check: "unique: [a, b]", table: true, types: "int64 string", good: `[[1,"x"],[1,"y"]]`, bad: `[[1,"x"],[1,"x"]]`},
		{check: "no_near_duplicates: true", types: "string", good: `["a b","ac"]`, bad: `["A-b","ab "]`},
		{check: "primary_key: [a, b]", table: true, types: "int64 int64", good: "[[1,1],[1,2]]", bad: "[[1,1],[1,null]]"},
		{check: "distinct_rows: true", table: true, types: "int64 string", good: `[[1,null],[null,"1"],[1,"x"]]`, bad: `[[1,null],[1,null]]`},
		{check: "distinct_count: [2, 3]", types: "string", good: `["a","b","a"]`, bad: `["a","a"]`},
		{check: "distinct_ratio: [0.6, 1]", types: "int64", good: "[1,2,2]", bad: "[1,1,1]"},
		{check: "single_ratio: [0, 0.5]", types: "int64", good: "[1,2,2]", bad: "[1,2,3]"},

		{check: "min: [0, 5]", types: "int64", good: "[1,9]", bad: "[-1,9]"},
		{check: "max: [2026-01-01, null]", types: "date", good: `["2026-01-01"]`, bad: `["2025-12-31"]`},
		{check: "range: [0, 5]", types: "int64", good: "[1,6]", bad: "[1,7]"},
		{check: "sum: [3, 3]", types: "int64", good: "[1,2]", bad: "[1,1]"},
		{check: "mean: [1.5, 1.5]", types: "int64", good: "[1,2]", bad: "[1,1]"},
		{check: "stdev: [0.9, 1.1]", types: "float64", good: "[1,2,3]", bad: "[1,3,5]"},
		{check: "variance: [1, 1]", types: "int64", good: "[1,2,3]", bad: "[1,3,5]"},
		{check: "skewness: [-0.1, 0.1]", types: "int64", good: "[1,2,3]", bad: "[1,1,9]"},
		{check: "kurtosis: [-1.6, -1.4]", types: "int64", good: "[1,2,3]", bad: "[1,1,1,1,1,9]"},
		{check: "median: [2, 2]", types: "int64", good: "[1,2,9]", bad: "[1,3,9]"},
		{check: "quantile: {p: 0.9, between: [0, 9]}", types: "int64", good: "[1,2,3,4,5,6,7,8,9,99]", bad: "[1,2,3,4,5,6,7,8,98,99]"},
		{check: "iqr: [0, 4]", types: "int64", good: "[1,2,3,4]", bad: "[1,2,30,40]"},
		{check: "zeros: 0.5", types: "int64", good: "[0,1]", bad: "[0,0,1]"},
		{check: "entropy: [0.99, 1.01]", types: "string", good: `["a","b"]`, bad: `["a","a"]`},
		{check: "mode_in: [a]", types: "string", good: `["a","a","b"]`, bad: `["b","a","b"]`},
		{check: "top_share: [0, 0.5]", types: "string", good: `["a","b"]`, bad: `["a","a","b"]`},
		{check: "histogram: {edges: [0, 10, 20], shares: [[0.4, 0.6], [0.4, 0.6]]}", types: "int64", good: "[1,12,9,20]", bad: "[1,2,3,20]"},

		{check: `expr: "a < b"`, table: true, types: "int64 int64", good: "[[1,2],[null,0]]", bad: "[[2,2]]"},
		{check: `implies: {if: "a > 0", then: "b > 0"}`, table: true, types: "int64 int64", good: "[[1,2],[0,0]]", bad: "[[1,0]]"},
		{check: `never: "a > b"`, table: true, types: "int64 int64", good: "[[1,2]]", bad: "[[3,2]]"},
		{check: "pair_in_set: {columns: [a, b], set: [[1, x], [2, y]]}", table: true, types: "int64 string", good: `[[1,"x"],[2,"y"]]`, bad: `[[1,"y"]]`},
		{check: "sum_equals: {columns: [a, b], total: c}", table: true, types: "int64 int64 int64", good: "[[1,2,3]]", bad: "[[1,2,4]]"},
		{check: "sum_equals: {columns: [a, b], total: c, tolerance: 0.01}", table: true, types: "float64 float64 float64", good: "[[0.1,0.2,0.3]]", bad: "[[1,2,3.02]]"},
		{check: "distinct_within_row: [a, b, c]", table: true, types: "int64 int64 int64", good: "[[1,2,3]]", bad: "[[1,2,1]]"},
		{check: "event_order: [a, b, c]", table: true, types: "date date date", good: `[["2026-01-01","2026-01-01",null]]`, bad: `[["2026-01-03",null,"2026-01-02"]]`},
		{check: "functional_dependency: {from: [a], to: b, g3: 0.3}", table: true, types: "int64 string", good: `[[1,"x"],[1,"x"],[1,"y"],[2,"z"]]`, bad: `[[1,"x"],[1,"y"],[2,"z"]]`},
		{check: "correlation: {columns: [a, b], between: [0.9, 1]}", table: true, types: "int64 int64", good: pairs, bad: loose},
		{check: "rank_correlation: {columns: [a, b], between: [0.9, 1]}", table: true, types: "int64 int64", good: pairs, bad: loose},
		{check: "mutual_information: {columns: [a, b], between: [1, null]}", table: true, types: "int64 int64", good: pairs, bad: loose},
		{check: "cramers_v: {columns: [a, b], between: [0.5, 1]}", table: true, types: "int64 int64", good: pairs, bad: loose},
		{check: "ratio_of_sums: {of: a, to: b, between: [0.2, 0.3]}", table: true, types: "int64 int64", good: "[[1,2],[1,6]]", bad: "[[1,1],[1,1]]"},

		{check: "foreign_key: o.a", types: "int64", other: "[1,2]", good: "[1,1,null]", bad: "[3]"},
		{check: "foreign_key: {columns: [a, b], to: o, key: [a, b]}", table: true, types: "int64 string", other: `[[1,"x"]]`, good: `[[1,"x"]]`, bad: `[[1,"y"]]`},
		{check: "not_in_table: o.a", types: "int64", other: "[1,2]", good: "[3]", bad: "[1]"},
		{check: "not_in_table: {columns: [a, b], to: o}", table: true, types: "int64 string", other: `[[1,"x"]]`, good: `[[1,"y"]]`, bad: `[[1,"x"]]`},
		{check: "matches_table: {columns: [a, b], to: o}", table: true, types: "int64 int64", other: "[[1,10],[2,20]]", good: "[[2,20]]", bad: "[[2,21]]"},
		{check: "references_per_key: {from: o.a, between: [1, 2]}", types: "int64", other: "[1,1,2]", good: "[1,2]", bad: "[1,2,3]"},
		{check: "row_count_match: {table: o, tolerance: 0.5}", table: true, types: "int64", other: "[1,2]", good: "[1,2,3]", bad: "[1,2,3,4]"},
		{check: "aggregate_match: {of: sum, to: o.a, tolerance: 0.1}", types: "int64", other: "[10]", good: "[4,5]", bad: "[4,4]"},

		{check: "psi: 0.2", types: "float64", ref: normal, good: again, bad: moved},
		{check: "psi: {max: 0.2, alpha: 0.05}", types: "string", ref: words, good: words, bad: shifted},
		{check: "ks: 0.1", types: "float64", ref: normal, good: again, bad: moved},
		{check: "wasserstein: 0.2", types: "float64", ref: normal, good: again, bad: moved},
		{check: "chi2: 0.1", types: "string", ref: words, good: words, bad: shifted},
		{check: "js: 0.15", types: "string", ref: words, good: words, bad: shifted},
		{check: "hellinger: 0.15", types: "string", ref: words, good: words, bad: shifted},
		{check: "tvd: 0.15", types: "string", ref: words, good: words, bad: shifted},
		{check: "linf: 0.15", types: "string", ref: words, good: words, bad: shifted},
		{check: "null_drift: 0.1", types: "int64", ref: numbers(func(i int) float64 { return float64(i) }, 100), good: "[1,2,3]", bad: rowsOf(func(i int) string { return []string{"1", "null"}[i%2] }, 100)},
		{check: "new_values: 0.1", types: "string", ref: `["a","b"]`, good: `["a"]`, bad: `["a","c"]`},
		{check: "drift: true", types: "float64", ref: normal, good: again, bad: moved},
		{check: "mean_drift: 0.5", types: "float64", ref: normal, good: again, bad: moved},
		{check: "within_sd: 6", types: "float64", ref: normal, good: again, bad: "[0,9]"},
		{check: "outliers: 0.05", types: "float64", good: again, bad: "[1,2,3,4,99]"},
		{check: "benford: 0.02", types: "float64", good: powers, bad: uniform},
		{check: "uniform: 0.05", types: "float64", good: uniform, bad: normal},
		{check: "normal: 0.05", types: "float64", good: normal, bad: powers},

		{check: "monotone: increasing", types: "int64", good: "[1,1,null,2]", bad: "[1,null,0]"},
		{check: "monotone: strictly_decreasing", types: "float64", good: "[2.5,1]", bad: "[1,1]"},
		{check: "not_future: true", types: "timestamp", good: `["2026-07-01T00:00:00Z"]`, bad: `["2026-07-01T00:00:01Z"]`},
		{check: `time_of_day: ["06:00", "07:30"]`, types: "timestamp", good: `["1969-07-01T07:30:00Z"]`, bad: `["2026-07-01T07:30:01Z"]`},
		{check: "no_gaps: 1h", types: "timestamp", good: hours(99), bad: hours(4)},
		{check: "sequence: true", types: "int64", good: "[3,1,2,2]", bad: "[1,3]"},
		{check: "volume: {every: 24h, between: [1, 2]}", types: "timestamp", good: `["2026-01-01T00:00:00Z","2026-01-02T01:00:00Z","2026-01-03T00:00:00Z"]`, bad: `["2026-01-01T00:00:00Z","2026-01-03T00:00:00Z"]`},
		{check: "freshness: 24h", types: "timestamp", good: `["2026-06-30T12:00:00Z"]`, bad: `["2026-06-29T12:00:00Z"]`},
		{check: "no_overlap: {start: a, end: b, by: [c]}", table: true, types: "int64 int64 string", good: `[[1,3,"x"],[3,4,"x"],[2,9,"y"]]`, bad: `[[1,3,"x"],[2,4,"x"]]`},

		{check: "row_count: [2, 3]", table: true, types: "int64", good: "[1,2]", bad: "[1]"},
		{check: "change: {metric: row_count, max: 0.5}", table: true, types: "int64", past: []int64{9, 2}, good: "[1,2,3]", bad: "[1,2,3,4]"},
		{check: "anomaly: {metric: row_count}", table: true, types: "int64", past: []int64{2, 3, 2, 3, 2, 3, 2}, good: "[1,2,3]", bad: numbers(func(i int) float64 { return float64(i) }, 30)},
		{check: "schema_unchanged: true", table: true, types: "int64", past: []int64{1}, good: "[1]"},
		{check: "schema_unchanged: true", table: true, types: "int64 int64", past: []int64{1}, bad: "[[1,1]]"},
		{check: "exists: true", types: "", bad: "absent"},
	}
}
