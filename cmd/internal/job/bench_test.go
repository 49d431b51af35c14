package job

import (
	"context"
	"path/filepath"
	"testing"
)

// BenchmarkRun makes the bundle of testdata/recipes/fraud.yaml.
func BenchmarkRun(b *testing.B) {
	rows := int64(0)
	for b.Loop() {
		s, err := Run(context.Background(), "../../../testdata/recipes/fraud.yaml", nil, Options{Out: filepath.Join(b.TempDir(), "fraud"), Workers: 2, Tool: "test"})
		if err != nil {
			b.Fatal(err)
		}
		rows += s.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCheck verifies that bundle without a key.
func BenchmarkCheck(b *testing.B) {
	out := filepath.Join(b.TempDir(), "fraud")
	if _, err := Run(context.Background(), "../../../testdata/recipes/fraud.yaml", nil, Options{Out: out, Workers: 2, Tool: "test"}); err != nil {
		b.Fatal(err)
	}
	rows := int64(0)
	for b.Loop() {
		c, err := Check(context.Background(), out, CheckOptions{Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		rows += c.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
