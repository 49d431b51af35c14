package utility

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInterop scores the data sets that .ci/interop/learners.py wrote into the
// folder VERISIM_LEARNERS, and leaves the scores there for it to compare.
//
// A file holds, little-endian: the numbers of rows and columns as int64, then
// the columns as float64; the last one is the label.
func TestInterop(t *testing.T) {
	dir := os.Getenv("VERISIM_LEARNERS")
	if dir == "" {
		t.Skip("VERISIM_LEARNERS is not set; .ci/interop/learners.py sets it")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.train.bin"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no data sets in %s, %v", dir, err)
	}
	for _, f := range files {
		stem := strings.TrimSuffix(f, ".train.bin")
		train, test := readExample(t, f), readExample(t, stem+".test.bin")
		trees, err := TrainTrees(train, TreesOptions{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		logistic, err := TrainLogistic(train, LogisticOptions{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		for name, m := range map[string]Model{"trees": trees, "logistic": logistic} {
			scores, err := m.Score(test.Features)
			if err != nil {
				t.Fatal(err)
			}
			out, err := os.Create(stem + "." + name + ".scores")
			if err != nil {
				t.Fatal(err)
			}
			err = binary.Write(out, binary.LittleEndian, scores)
			if closing := out.Close(); err != nil || closing != nil {
				t.Fatal(err, closing)
			}
		}
	}
}

func readExample(t *testing.T, name string) *Data {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size [2]int64
	if err = binary.Read(f, binary.LittleEndian, &size); err != nil {
		t.Fatal(err)
	}
	d := &Data{}
	for range size[1] {
		column := make([]float64, size[0])
		if err = binary.Read(f, binary.LittleEndian, column); err != nil {
			t.Fatal(err)
		}
		d.Features = append(d.Features, column)
	}
	last := len(d.Features) - 1
	for _, y := range d.Features[last] {
		d.Labels = append(d.Labels, uint8(y))
	}
	d.Features = d.Features[:last]
	return d
}
