package job

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSealedMeasures: what checks measure of a sealed column is not told in clear,
// and of a clear one it is.
func TestSealedMeasures(t *testing.T) {
	out := filepath.Join(t.TempDir(), "set")
	text := strings.Replace(strings.Replace(proving, "SEED", "3", 1), "payday: {between: [1, 31]}", "payday: {max: [1, 31]}", 1)
	text = strings.Replace(text, "income: {", "income: {max: [0, 10000000], ", 1)
	if _, err := Run(context.Background(), write(t, text), nil, Options{Out: out, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Result struct {
			Checks []struct {
				Column, Kind, Message string
				Pass                  bool
				Observed              *float64
			}
		}
	}
	data, err := os.ReadFile(filepath.Join(out, "quality.json"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if err = json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range doc.Result.Checks {
		if c.Kind != "max" {
			continue
		}
		found++
		if told := c.Observed != nil || strings.Contains(c.Message, "is "); told == (c.Column == "income") || !c.Pass {
			t.Errorf("max of %s: observed %v, %q", c.Column, c.Observed, c.Message)
		}
	}
	if found != 2 {
		t.Errorf("%d checks of max in %s, want 2", found, data)
	}
	if strings.Count(string(page), "stays sealed with its column") != 1 {
		t.Error("the report does not say that the measure stays sealed, once")
	}
}

// TestSealedExamples: which rows broke a check on a sealed column is not told in
// clear; of a clear one it is.
func TestSealedExamples(t *testing.T) {
	out := filepath.Join(t.TempDir(), "set")
	text := strings.Replace(strings.Replace(proving, "SEED", "3", 1),
		"income: {between: [0, 10000000], not_null: true}", "income: [{between: [0, 1], level: warning, id: low}]", 1)
	text = strings.Replace(text, "payday: {between: [1, 31]}", "payday: [{between: [40, 50], level: warning, id: late}]", 1)
	text, _, _ = strings.Cut(text, "prove:")
	if _, err := Run(context.Background(), write(t, text), nil, Options{Out: out, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "quality.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Result struct {
			Checks []struct {
				Column   string
				Failed   int64
				Examples []int64
			}
		}
	}
	if err = json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, c := range doc.Result.Checks {
		sealed := c.Column == "income"
		if !sealed && c.Column != "payday" {
			continue
		}
		if c.Failed != 40 || (len(c.Examples) == 0) != sealed {
			t.Errorf("%s: %d failed, examples %v", c.Column, c.Failed, c.Examples)
		}
	}
}
