package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// TestCounted holds that one thing is not called many.
func TestCounted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 rows", 1: "1 row", 2: "2 rows", 1000: "1,000 rows"} {
		if got := counted(n, "row"); got != want {
			t.Errorf("counted(%d) = %q, want %q", n, got, want)
		}
	}
	var b bytes.Buffer
	one := &rule.Result{Checks: []rule.Check{{Status: rule.Pass}}, Tables: []rule.Table{{Rows: 1, Columns: 1}}}
	if err := WriteText(&b, one); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 check: 1 passed.", "1 row, 1 column\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("a verdict of one check on one row says %q, want %q", b.String(), want)
		}
	}
	b.Reset()
	if err := WriteSummary(&b, &profile.Profile{Rows: 1}); err != nil {
		t.Fatal(err)
	}
	if want := "1 row, 0 columns"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("a profile of one row begins %q, want %q", b.String(), want)
	}
}
