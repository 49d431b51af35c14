package job

import "testing"

func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"0": Thousands(0), "-1,000": Thousands(-1000), "999": Thousands(999), "12,345,678": Thousands(12345678),
		"1 batch": Count(1, "batch"), "2 batches": Count(2, "batch"), "1,000 rows": Count(1000, "row"), "0 tables": Count(0, "table"),
		"0.151 %": Percent(0.00151), "100 %": Percent(1),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
