package rule

import (
	"fmt"
	"testing"
	"time"
)

// TestSuiteTrials plants checks without power, and one that another implies.
func TestSuiteTrials(t *testing.T) {
	s, err := Parse("s.yaml", []byte(`
columns:
  id: {unique: true, not_null: true, type: int64}
  age: [{between: [0, 120], id: range}, {ge: -5, id: implied}]
  card: {checksum: luhn}
  code: {matches: "^[A-Z]{2}-[0-9]{3,5}$"}
  at: {monotone: increasing, not_future: true}
  amount: [{ge: 0, id: floor}, {le: -1, id: contradiction}]
checks:
  - {expr: "age > 200 || age <= 200", id: tautology}
  - row_count: [1, 1000]
  - functional_dependency: {from: [code], to: card, g3: 0.3}
  - {anomaly: {metric: row_count}, id: young}
`))
	if err != nil {
		t.Fatal(err)
	}
	opt := PowerOptions{Options: Options{Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}}
	powers, err := TestSuite(s, Guess(s), opt)
	if err != nil {
		t.Fatal(err)
	}
	again, err := TestSuite(s, Guess(s), opt)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(powers) {
		t.Errorf("two trials with one seed differ: %v", err)
	}
	for _, p := range powers {
		want := "alone"
		switch p.ID {
		case "implied":
			want = "together"
		case "tautology":
			want = "never fails"
		case "young":
			want = "idle"
		}
		got := "alone"
		switch {
		case p.Idle != "":
			got = "idle"
		case p.Failed == 0:
			got = "never fails"
		case p.Passed == 0:
			got = "never passes"
		case p.Alone == 0:
			got = "together"
		}
		if got != want {
			t.Errorf("%s: %s, want %s (%+v)", p.ID, got, want, p)
		}
	}
}
