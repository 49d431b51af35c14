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
	}
}
