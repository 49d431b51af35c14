package commit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/privacy"
)

func auditSeed(i int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i))
}

// ask draws rows of the test table with n rows.
func ask(t testing.TB, n, count int, a Ask) (*Root, *Request) {
	t.Helper()
	r := root(t, 1, rows(t, false, 0, n))
	a.Table, a.Count, a.Share, a.Miss = "t", count, .1, .4
	q, err := r.Ask(a)
	if err != nil {
		t.Fatal(err)
	}
	return r, q
}

// answered shows what a request asks for.
func answered(t testing.TB, n int, q *Request) *Disclosure {
	t.Helper()
	_, d := disclose(t, n, q.Rows, q.Columns...)
	var err error
	if d.Request, err = q.Digest(); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAudit(t *testing.T) {
	const n = 40
	_, q := ask(t, n, 7, Ask{Columns: []string{"kind", "id"}})
	if len(q.Rows) != 7 {
		t.Fatalf("Ask draws %v, want 7 rows", q.Rows)
	}
	file, err := q.Format()
	if err != nil {
		t.Fatal(err)
	}
	if q, err = ParseRequest(file); err != nil {
		t.Fatal(err)
	}
	if err = q.Check(answered(t, n, q)); err != nil {
		t.Errorf("Check = %v", err)
	}
	_, next := ask(t, n, 7, Ask{Columns: []string{"kind", "id"}})
	_, more := ask(t, n, 7, Ask{Columns: []string{"kind", "id", "l"}})
	for name, try := range map[string]func(d *Disclosure) *Disclosure{
		"another request's": func(*Disclosure) *Disclosure { return answered(t, n, next) },
		"another request's, renamed": func(d *Disclosure) *Disclosure {
			other := answered(t, n, next)
			other.Request = d.Request
			return other
		},
		"no request's": func(d *Disclosure) *Disclosure { d.Request = ""; return d },
		"a row left out": func(d *Disclosure) *Disclosure {
			_, short := disclose(t, n, q.Rows[1:], q.Columns...)
			short.Request = d.Request
			return short
		},
		"a column left out":  func(d *Disclosure) *Disclosure { d.Columns = d.Columns[:1]; return d },
		"a column too many":  func(d *Disclosure) *Disclosure { m := answered(t, n, more); m.Request = d.Request; return m },
		"columns exchanged":  func(d *Disclosure) *Disclosure { d.Columns[0], d.Columns[1] = d.Columns[1], d.Columns[0]; return d },
		"another cell":       func(d *Disclosure) *Disclosure { d.Columns[0].Cells[3] = []byte("\x06ff"); return d },
		"another table name": func(d *Disclosure) *Disclosure { d.Table = "u"; return d },
	} {
		if err := q.Check(try(answered(t, n, q))); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: Check = %v, want tampered", name, err)
		}
	}
}

// TestRequest: rows follow from root and seed, and nothing of a request can be
// changed without a word.
func TestRequest(t *testing.T) {
	seed := auditSeed(5)
	r, q := ask(t, 40, 7, Ask{Source: Beacon, Seed: seed, Beacon: "drand quicknet 12"})
	_, again := ask(t, 40, 7, Ask{Source: Beacon, Seed: seed, Beacon: "drand quicknet 12"})
	if !slices.Equal(q.Rows, again.Rows) || len(q.Columns) != len(r.Columns) {
		t.Errorf("rows %v and %v of one beacon differ, or %d columns are not all", q.Rows, again.Rows, len(q.Columns))
	}
	_, fresh := ask(t, 40, 7, Ask{})
	if _, other := ask(t, 40, 7, Ask{}); fresh.Seed == other.Seed {
		t.Error("two nonces are equal")
	}
	for what, change := range map[string]func(q *Request){
		"another row":     func(q *Request) { q.Rows[3] = (q.Rows[3] + 1) % 40 },
		"a row less":      func(q *Request) { q.Rows = q.Rows[1:] },
		"no row":          func(q *Request) { q.Rows = nil },
		"another seed":    func(q *Request) { q.Seed = strings.Repeat("0", len(q.Seed)) },
		"a short seed":    func(q *Request) { q.Seed = "00" },
		"another root":    func(q *Request) { q.Root = *root(t, 1, rows(t, false, 1, 41)) },
		"a malformed one": func(q *Request) { q.Root.Rows++ },
		"no column":       func(q *Request) { q.Columns = nil },
		"a column twice":  func(q *Request) { q.Columns = []string{"id", "id"} },
		"a strange one":   func(q *Request) { q.Columns = []string{"age"} },
		"no beacon":       func(q *Request) { q.Beacon = "" },
		"no source":       func(q *Request) { q.Source = "dice" },
		"no share":        func(q *Request) { q.Share = 0 },
		"a sure chance":   func(q *Request) { q.Miss = 1 },
		"version 2":       func(q *Request) { q.Version = 2 },
		"another kind":    func(q *Request) { q.Kind = disclosureKind },
	} {
		_, m := ask(t, 40, 7, Ask{Source: Beacon, Seed: seed, Beacon: "drand quicknet 12"})
		change(m)
		file, err := m.Format()
		if err != nil {
			t.Fatal(err)
		}
		if _, err = ParseRequest(file); !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("%s: ParseRequest = %v, want tampered", what, err)
		}
	}
	if _, err := r.Draw([]byte("short"), 7); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Draw with a short seed = %v, want refused", err)
	}
	if all, err := r.Draw(auditSeed(1), 45); err != nil || len(all) != 40 {
		t.Errorf("Draw of more than all = %d rows, %v", len(all), err)
	}
	// The fixture of version 1.
	kept, err := os.ReadFile(filepath.Join("testdata", "v1.request"))
	if err != nil {
		t.Fatal(err)
	}
	if file, err := q.Format(); err != nil || !bytes.Equal(file, kept) {
		t.Errorf("the request is not the one of testdata/v1.request (%v)", err)
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
	if d := 5 * math.Sqrt(want*(1-want)/runs); math.Abs(got-want) > d || math.Abs(Miss(40, 4, 7)-want) > 1e-12 {
		t.Errorf("missed in %.4f of runs, Miss = %.4f, want %.4f", got, Miss(40, 4, 7), want)
	}
	for row, c := range counts { // 700 each, standard deviation 24
		if math.Abs(float64(c)-runs*7/40.) > 6*math.Sqrt(runs*7/40.) {
			t.Errorf("row %d was drawn %d times of %d, want about %d", row, c, runs, runs*7/40)
		}
	}
}

// exact is the chance of at most k bad rows in whole numbers.
func exact(rows, bad, count, k int64) float64 {
	sum := new(big.Int)
	for i := range k + 1 {
		if i <= bad && count-i >= 0 && count-i <= rows-bad {
			sum.Add(sum, new(big.Int).Mul(new(big.Int).Binomial(bad, i), new(big.Int).Binomial(rows-bad, count-i)))
		}
	}
	f, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(rows, count)).Float64()
	return f
}

// TestMiss compares the chances with binomial coefficients in whole numbers.
func TestMiss(t *testing.T) {
	for rows := int64(1); rows < 14; rows++ {
		for bad := range rows + 1 {
			for count := range rows + 1 {
				if got, want := Miss(rows, bad, count), exact(rows, bad, count, 0); math.Abs(got-want) > 1e-12 {
					t.Fatalf("Miss(%d, %d, %d) = %v, want %v", rows, bad, count, got, want)
				}
				for k := range count + 1 {
					if got, want := atMost(rows, bad, count, k), exact(rows, bad, count, k); math.Abs(got-want) > 1e-9 {
						t.Fatalf("atMost(%d, %d, %d, %d) = %v, want %v", rows, bad, count, k, got, want)
					}
				}
			}
		}
	}
	for _, c := range [][3]int64{{1000, 10, 459}, {5000, 700, 40}, {3000, 1, 2999}} {
		if got, want := Miss(c[0], c[1], c[2]), exact(c[0], c[1], c[2], 0); math.Abs(got/want-1) > 1e-10 {
			t.Errorf("Miss(%v) = %v, want %v", c, got, want)
		}
	}
	// The two ways of computing agree at a thousand million rows.
	if a, b := Miss(1e9, 1e7, 459), atMost(1e9, 1e7, 459, 0); math.Abs(a/b-1) > 1e-4 {
		t.Errorf("Miss = %v, atMost = %v", a, b)
	}
}

// TestSample uses the figures that auditors quote, 1 % at 99 % and .1 % at 99 %,
// of a large table, and tables that are no larger than the sample.
func TestSample(t *testing.T) {
	for _, c := range []struct {
		rows, bad int64
		miss      float64
		want      int
	}{{1e9, 1e7, .01, 459}, {1e9, 1e6, .01, 4603}, {10, 5, .5, 1}, {100, 1, .015, 99}, {100, 100, .01, 1}, {1, 1, .5, 1}} {
		got, err := Sample(c.rows, c.bad, c.miss)
		if err != nil || got != c.want {
			t.Errorf("Sample(%d, %d, %v) = %d, %v, want %d", c.rows, c.bad, c.miss, got, err, c.want)
		}
		if Miss(c.rows, c.bad, int64(got)) > c.miss || Miss(c.rows, c.bad, int64(got-1)) <= c.miss {
			t.Errorf("Miss does not bound %d rows of %v tightly", got, c)
		}
		if f := Found(c.rows, int64(got), c.miss); f > c.bad || f > 1 && Miss(c.rows, f-1, int64(got)) <= c.miss {
			t.Errorf("Found(%d, %d, %v) = %d, want at most %d", c.rows, got, c.miss, f, c.bad)
		}
	}
	for _, bad := range []int64{0, 11} {
		if _, err := Sample(10, bad, .5); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("Sample(10, %d, .5) = %v, want refused", bad, err)
		}
	}
	if _, err := Sample(1<<40, 1, .01); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Sample of too many = %v, want refused", err)
	}
	for _, c := range []struct {
		rows  int64
		share float64
		want  int64
	}{{1e6, .01, 10000}, {100, .07, 7}, {100, .071, 8}, {10, 1e-9, 1}, {10, 1, 10}} {
		if got := Bad(c.rows, c.share); got != c.want {
			t.Errorf("Bad(%d, %v) = %d, want %d", c.rows, c.share, got, c.want)
		}
	}
}

// TestBounds looks the bounds up among all numbers of bad rows.
func TestBounds(t *testing.T) {
	const rows, miss = 60, .05
	for _, count := range []int64{1, 7, 30, 60} {
		for broken := range count + 1 {
			least, most := Bounds(rows, count, broken, miss)
			wantLeast, wantMost := int64(-1), int64(-1)
			for bad := broken; bad <= rows-count+broken; bad++ {
				if 1-exact(rows, bad, count, broken-1) > miss && wantLeast < 0 {
					wantLeast = bad
				}
				if exact(rows, bad, count, broken) > miss {
					wantMost = bad
				}
			}
			if least != wantLeast || most != wantMost {
				t.Errorf("Bounds(%d, %d, %d) = %d, %d, want %d, %d", rows, count, broken, least, most, wantLeast, wantMost)
			}
		}
	}
}

func FuzzRequest(f *testing.F) {
	_, q := ask(f, 40, 7, Ask{Source: Beacon, Seed: auditSeed(5), Beacon: "drand quicknet 12"})
	file, err := q.Format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, data []byte) {
		q, err := ParseRequest(data)
		if err != nil {
			if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
				t.Errorf("error of no class: %v", err)
			}
			return
		}
		again, err := q.Format()
		if err != nil || !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), bytes.TrimSuffix(data, []byte("\n"))) {
			t.Errorf("a request has two encodings (%v)", err)
		}
	})
}

// ExampleSample plans a spot check of a million rows.
func ExampleSample() {
	rows, err := Sample(1e6, Bad(1e6, .01), .01)
	fmt.Printf("%d rows find a bad hundredth but once in %.0f times: %v\n", rows, 1/Miss(1e6, 1e4, int64(rows)), err)
	// Output: 459 rows find a bad hundredth but once in 101 times: <nil>
}
