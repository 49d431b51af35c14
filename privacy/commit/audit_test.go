package commit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

func auditSeed(i int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i))
}

func TestAudit(t *testing.T) {
	const n = 40
	full := root(t, 1, rows(t, false, 0, n))
	columns := []string{"kind", "id"}
	drawn, err := full.Draw(auditSeed(1), 7)
	if err != nil || len(drawn) != 7 {
		t.Fatalf("Draw = %v, %v, want 7 rows", drawn, err)
	}
	b := rows(t, false, 0, n)
	ds, err := Disclose(context.Background(), table.FromBatches(b.Schema(), b), keyOf, drawn, columns)
	if err != nil {
		t.Fatal(err)
	}
	if err = full.CheckAudit(auditSeed(1), 7, columns, ds); err != nil {
		t.Errorf("CheckAudit = %v", err)
	}
	for name, try := range map[string]func() error{
		"another seed":      func() error { return full.CheckAudit(auditSeed(2), 7, columns, ds) },
		"a cell left out":   func() error { return full.CheckAudit(auditSeed(1), 7, columns, ds[1:]) },
		"a cell twice":      func() error { return full.CheckAudit(auditSeed(1), 7, columns, append(ds[:len(ds):len(ds)], ds[0])) },
		"more rows wanted":  func() error { return full.CheckAudit(auditSeed(1), 8, columns, ds) },
		"a column left out": func() error { return full.CheckAudit(auditSeed(1), 7, []string{"id", "kind", "x"}, ds) },
		"another cell": func() error {
			other := append([]Disclosure(nil), ds...)
			other[3].Cell = "06ff"
			return full.CheckAudit(auditSeed(1), 7, columns, other)
		},
		"another table": func() error {
			return root(t, 1, rows(t, false, 1, n+1)).CheckAudit(auditSeed(1), 7, columns, ds)
		},
	} {
		if err := try(); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: CheckAudit = %v, want tampered", name, err)
		}
	}
	if _, err := full.Draw([]byte("short"), 7); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Draw with a short seed = %v, want refused", err)
	}
	if all, err := full.Draw(auditSeed(1), n+5); err != nil || len(all) != n {
		t.Errorf("Draw of more than all = %d rows, %v", len(all), err)
	}
}

// TestEscape: of 40 rows 4 are bad; 7 draws miss them with the chance
// C(36,7)/C(40,7) = .4480, below the bound .9^7 = .4783. The rate of 4000 seeds
// stays within 5 standard deviations of the former (a false alarm in 1.7
// million).
func TestEscape(t *testing.T) {
	full := root(t, 1, rows(t, false, 0, 40))
	const runs = 4000
	missed := 0
	var counts [40]int
	for i := range runs {
		drawn, err := full.Draw(auditSeed(i), 7)
		if err != nil {
			t.Fatal(err)
		}
		bad := false
		for _, row := range drawn {
			bad = bad || row%10 == 3
			counts[row]++
		}
		if !bad {
			missed++
		}
	}
	want := 1.0
	for i := range 7 {
		want *= float64(36-i) / float64(40-i)
	}
	got := float64(missed) / runs
	if d := 5 * math.Sqrt(want*(1-want)/runs); math.Abs(got-want) > d || got > Escape(.1, 7)+d {
		t.Errorf("missed in %.4f of runs, want %.4f, bound %.4f", got, want, Escape(.1, 7))
	}
	for row, c := range counts { // 700 each, standard deviation 24
		if math.Abs(float64(c)-runs*7/40.) > 6*math.Sqrt(runs*7/40.) {
			t.Errorf("row %d was drawn %d times of %d, want about %d", row, c, runs, runs*7/40)
		}
	}
}

// TestSample uses the figures that auditors quote: 1 % at 99 %, .1 % at 99 %.
func TestSample(t *testing.T) {
	for _, c := range []struct {
		share, miss float64
		want        int
	}{{.01, .01, 459}, {.001, .01, 4603}, {.5, .5, 1}} {
		got, err := Sample(c.share, c.miss)
		if err != nil || got != c.want {
			t.Errorf("Sample(%v, %v) = %d, %v, want %d", c.share, c.miss, got, err, c.want)
		}
		if Escape(c.share, got) > c.miss || Escape(c.share, got-1) <= c.miss {
			t.Errorf("Escape(%v, %d) does not bound %v tightly", c.share, got, c.miss)
		}
	}
	if _, err := Sample(0, .5); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Sample of no share = %v, want refused", err)
	}
}

// ExampleSample plans a spot check.
func ExampleSample() {
	rows, err := Sample(.01, .01)
	fmt.Printf("%d rows find a bad hundredth but once in %.0f times: %v\n", rows, 1/Escape(.01, rows), err)
	// Output: 459 rows find a bad hundredth but once in 101 times: <nil>
}
