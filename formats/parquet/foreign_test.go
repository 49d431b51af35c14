package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verisim/verisim/formats"
)

// fixtures gives the files of other writers; see testdata/ORIGIN.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no fixtures in testdata")
	}
	out := map[string][]byte{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(n)] = b
	}
	return out
}

// foreignRow is row k of every fixture, by the formula in testdata/ORIGIN.
func foreignRow(k int) string {
	cell := func(period int, v string) string {
		if k%period == period-1 {
			return "(null)"
		}
		return v
	}
	cents := 125*k - 1000
	dec := fmt.Sprintf("%d.%02d", cents/100, max(cents, -cents)%100)
	if cents < 0 && cents > -100 {
		dec = "-" + dec
	}
	// Arrow prints decimals without trailing zeros.
	dec = strings.TrimSuffix(strings.TrimRight(dec, "0"), ".")
	at := time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC).Add(time.Duration(k)*time.Hour + time.Duration(k)*time.Microsecond)
	var list []string
	for j := range k % 4 {
		if (k+j)%5 == 0 {
			list = append(list, "null")
		} else {
			list = append(list, fmt.Sprint(k+j))
		}
	}
	return "|" + strings.Join([]string{
		cell(7, fmt.Sprint(k*k-50)), cell(5, fmt.Sprintf("v%d", k%6)), cell(11, fmt.Sprint(float64(k)/4)), cell(4, fmt.Sprint(k%3 == 0)),
		cell(9, dec), cell(8, at.Format("2006-01-02 15:04:05.999999Z")), cell(6, "["+strings.Join(list, ",")+"]"),
	}, "|")
}

func TestForeignFiles(t *testing.T) {
	for name, data := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			got, _, err := decode(data, formats.ReadOptions{RowsPerBatch: 77})
			if name == "pyarrow-brotli.parquet" {
				if !errors.Is(err, formats.ErrCorrupt) || !strings.Contains(err.Error(), "brotli") {
					t.Errorf("decode = %v, want an error that names brotli", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := make([]string, 300)
			for k := range want {
				want[k] = foreignRow(k)
			}
			compareRows(t, got, want)
		})
	}
}
