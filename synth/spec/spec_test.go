package spec

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/verisim/verisim/synth/synthtest"
)

const specDir = "../../testdata/specs"

func specFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(specDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no specs in %s: %v", specDir, err)
	}
	return files
}

// few asks for few rows; a site of sensors has hundreds of readings.
func few(path string, rows int64) Options {
	if filepath.Base(path) == "sensors.yaml" {
		rows = 4
	}
	return Options{Rows: rows}
}

// TestLaws holds every spec of testdata to the laws of models, small.
func TestLaws(t *testing.T) {
	for _, path := range specFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			s, err := Load(path, few(path, 120))
			if err != nil {
				t.Fatal(err)
			}
			synthtest.Model(t, s)
		})
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
