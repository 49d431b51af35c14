package rule

import (
	"slices"
	"testing"
	"time"
)

// TestMorePower holds that trials find rows that keep and rows that break each
// of these suites' checks.
func TestMorePower(t *testing.T) {
	for name, suite := range map[string]string{
		"json_schema": `
columns:
  doc: {json_schema: {type: object, required: [id, tags], properties: {id: {type: integer, minimum: 10, maximum: 20}, tags: {type: array, items: {$ref: "#/$defs/tag"}}}, $defs: {tag: {type: string, pattern: "^[a-z]{3}$"}}}}
`,
		"seasonality": `
columns:
  at: {seasonality: {by: weekday, shares: [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0]}}
`,
		"sla_by":               "columns:\n  day: {sla_by: {by: \"06:00\", arrived: loaded_at, skip: [sun]}}\n",
		"within_n_moving_sd":   "columns:\n  amount: {within_n_moving_sd: {over: at, every: 24h, of: sum}}\n",
		"holt_winters":         "checks:\n  - {holt_winters: {metric: row_count, season: 2, change: 0.5}}\n  - {change: {metric: row_count, absolute: 5}}\n  - {unique: [a]}\n",
		"order_dependency":     "checks:\n  - {order_dependency: {from: salary, to: tax}}\ncolumns:\n  salary: {between: [0, 30]}\n",
		"order_dependency by":  "checks:\n  - {order_dependency: {from: salary, to: tax, by: [state]}}\ncolumns:\n  salary: {between: [0, 30]}\n  state: {in_set: [a, b]}\n",
		"reconcile":            "tables:\n  ledger: {columns: {id: {between: [1, 3], type: int64}, amount: {type: float64}}}\n  books:\n    columns: {id: {between: [1, 3], type: int64}, amount: {type: float64}}\n    checks: [reconcile: {key: [id], columns: [amount], to: ledger, tolerance: 0.5}]\n",
		"no_fold_overlap":      "checks:\n  - {no_fold_overlap: {fold: split, key: [id]}}\ncolumns:\n  split: {in_set: [train, test]}\n  id: {ge: 0}\n",
		"coverage_of":          "columns:\n  region: {coverage_of: [north, south]}\n  n: {coverage_of: {from: 2, to: 6, every: 2}, type: int64}\n",
		"coverage_of a column": "tables:\n  calendar: {columns: {day: {in_set: [1, 2, 3]}}}\n  sales: {columns: {day: {coverage_of: {of: calendar.day}}}}\n",
		"dictionary_in":        "columns:\n  c: {dictionary_in: [a, b], type: category}\n",
		"max_digits":           "columns:\n  c: {max_digits: 2, type: float64}\n",
		"repeats":              "columns:\n  c: {near_duplicates: 30, type: string, top_share: {k: 2, between: [0, 0.6]}}\nchecks:\n  - duplicate_rows: 40\n",
		"metric":               "checks:\n  - {metric: {of: mean, expr: \"price * quantity\", between: [0, 90]}}\ncolumns:\n  price: {between: [0, 20]}\n  quantity: {between: [0, 20]}\n",
	} {
		s, err := Parse("s.yaml", []byte(suite))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		opt := PowerOptions{Options: Options{Now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}}
		for i := range 13 {
			opt.History = append(opt.History, &Result{Tables: []Table{{Rows: int64(50 + 10*(i%2))}}})
		}
		powers, err := TestSuite(s, Guess(s), opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if i := slices.IndexFunc(powers, func(p Power) bool { return !p.Strong() || p.Alone == 0 && len(p.With) == 0 }); i >= 0 {
			t.Errorf("%s has no power: %+v", name, powers[i])
		}
	}
}
