package rule

import "fmt"

// moreTrials are those of the checks that came after the first hundred.
func moreTrials() []trial {
	normal := numbers(func(i int) float64 { return float64(i*i%97) / 10 }, 600)
	moved := numbers(func(i int) float64 { return float64(i*i%97)/10 + 7 }, 600)
	// Hours of eight weeks, and of nights alone.
	hours := rowsOf(func(i int) string { return fmt.Sprintf("%q", stampAt(int64(i)*3600)) }, 8*hoursAWeek)
	nights := rowsOf(func(i int) string { return fmt.Sprintf("%q", stampAt(int64(i/4)*86400+int64(i%4)*3600)) }, 8*hoursAWeek)
	weekend := rowsOf(func(i int) string { return fmt.Sprintf("%q", stampAt(int64(2+i%2) * 86400)[:10]) }, 400)
	daily := rowsOf(func(i int) string { return fmt.Sprintf("%q", stampAt(int64(i) * 86400)[:10]) }, 400)
	steady := func(last int) string {
		return rowsOf(func(i int) string {
			x := 10 + i%3
			if i == 11 {
				x = last
			}
			return fmt.Sprintf("[%d,%q]", x, stampAt(int64(i)*86400))
		}, 13)
	}
	return []trial{
		{check: "json_schema: {type: object, required: [id], properties: {id: {type: integer}}}", types: "string", good: `["{\"id\": 1}",null]`, bad: `["{\"id\": \"1\"}"]`},
		{check: "kl: 0.1", types: "float64", ref: normal, good: normal, bad: moved},
		{check: "seasonality: {by: hour, max: 0.05}", types: "timestamp", ref: hours, good: hours, bad: nights},
		{check: "seasonality: {by: weekday, max: 0.1, shares: [0.15, 0.14, 0.14, 0.14, 0.14, 0.14, 0.15]}", types: "date", good: daily, bad: weekend},
		{check: `sla_by: {by: "06:00"}`, types: "date", good: `["2026-06-28","2026-06-29"]`, bad: `["2026-06-27","2026-06-29"]`},
		{check: `sla_by: {by: "06:00", arrived: b, skip: [sat, sun]}`, types: "date timestamp", good: `[["2026-06-26","2026-06-27T06:00:00Z"],["2026-06-29","2026-06-30T05:59:59Z"]]`, bad: `[["2026-06-26","2026-06-27T06:00:01Z"],["2026-06-29","2026-06-30T05:59:59Z"]]`},
		{check: "within_n_moving_sd: {over: b, every: 24h}", types: "int64 timestamp", good: steady(12), bad: steady(99)},
		{check: "change: {metric: row_count, absolute: 1}", table: true, types: "int64", past: []int64{9, 2}, good: "[1,2,3]", bad: "[1,2,3,4]"},
		{check: "holt_winters: {metric: row_count, season: 2}", table: true, types: "int64", past: []int64{2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 2}, good: "[1,2,3,4]", bad: "[1,2]"},
		{check: "order_dependency: {from: a, to: b}", table: true, types: "int64 float64", good: "[[2,1.5],[1,-0.5],[2,0.5],[null,9]]", bad: "[[1,2],[2,1],[3,3]]"},
		{check: "order_dependency: {from: a, to: b, descending: true}", table: true, types: "date int64", good: `[["2026-01-01",3],["2026-01-02",2]]`, bad: `[["2026-01-01",2],["2026-01-02",3]]`},
		{check: "order_dependency: {from: a, to: b, by: [c]}", table: true, types: "int64 int64 string", good: `[[1,9,"x"],[2,1,"y"],[2,10,"x"],[9,0,null]]`, bad: `[[1,9,"x"],[2,8,"x"]]`},
		{check: "reconcile: {key: [a], columns: [b], to: o, tolerance: 0.5}", table: true, types: "int64 float64", other: "[[1,10],[2,20],[3,null]]", good: "[[2,20.5],[1,10],[3,null],[null,1]]", bad: "[[2,20.51]]"},
		{check: "schema_unchanged: {allow: [retyped]}", table: true, types: "string", past: []int64{1}, good: `["x"]`},
		{check: "schema_unchanged: {allow: [retyped, removed, moved]}", table: true, types: "int64 int64", past: []int64{1}, bad: "[[1,1]]"},
		{check: "custom: even", table: true, types: "int64", good: "[2,null,4]", bad: "[2,3]"},
		{check: "no_fold_overlap: {fold: b, key: [a]}", table: true, types: "string string", good: `[["x","train"],["x","train"],["y","test"],["x",null]]`, bad: `[["x","train"],["y","test"],["x","test"]]`},
		{check: "no_fold_overlap: {fold: b}", table: true, types: "int64 int64 string", good: `[[1,0,null],[1,1,"a"],[1,0,null]]`, bad: `[[1,0,null],[1,1,null]]`},
		{check: "coverage_of: [a, b]", types: "string", good: `["b","a","c"]`, bad: `["a","c"]`},
		{check: "coverage_of: {values: [1, 2, 3], least: 0.6}", types: "int64", good: "[3,1]", bad: "[3,3]"},
		{check: "coverage_of: {of: o.a}", types: "string", other: `["x","y","x"]`, good: `["y","x","z"]`, bad: `["x","z"]`},
		{check: "coverage_of: {from: 2026-01-01, to: 2026-01-03, every: 24h}", types: "timestamp", good: `["2026-01-03T23:59:00Z","2026-01-01T00:00:00Z","2026-01-02T05:00:00Z"]`, bad: `["2026-01-03T00:00:00Z","2026-01-01T00:00:00Z","2026-01-04T00:00:00Z"]`},
		{check: "dictionary_in: [a, b]", types: "category", good: `["a","b","a"]`, bad: `["a","c"]`},
		{check: "max_digits: 3", types: "float64", good: "[0,-123,12.3,0.05,100]", bad: "[0.0005]"},
		{check: "max_digits: 3", types: "int64", good: "[0,-999]", bad: "[1000]"},
		{check: "max_digits: 3", types: "decimal(9,3)", good: `["1.100","0.001","100"]`, bad: `["1.001"]`},
		{check: "duplicate_rows: 1", table: true, types: "int64 string", good: `[[1,null],[1,null],[2,"x"]]`, bad: `[[1,null],[1,null],[1,null]]`},
		{check: "near_duplicates: 1", types: "string", good: `["A b","ab","c"]`, bad: `["A b","ab","a-b"]`},
		{check: `metric: {of: mean, expr: "a * b", between: [5, 7]}`, table: true, types: "int64 int64", good: "[[2,3],[null,9],[6,1]]", bad: "[[2,3],[10,1]]"},
		{check: `metric: {of: share, expr: "a > b", between: [0.5, 1]}`, table: true, types: "int64 int64", good: "[[2,1],[0,1],[null,0]]", bad: "[[2,1],[0,1],[0,1]]"},
		{check: `metric: {of: max, expr: "a - b", between: [null, 1]}`, table: true, types: "float64 float64", good: "[[2,1],[0,1]]", bad: "[[2,0.5]]"},
		{check: "top_share: {k: 2, between: [0, 0.6]}", types: "string", good: `["a","b","c","d"]`, bad: `["a","b","c"]`},
	}
}
