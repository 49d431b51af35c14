package ligero

import (
	"fmt"
	"testing"

	"github.com/verisim/verisim/privacy/proof/field"
)

// uneven is a system of one long vector and many constraints over short ones, and
// of many sum constraints over the long one: what a hostile file would ask for.
func uneven(t testing.TB, rows, constraints int) (*System, draws) {
	t.Helper()
	sys, err := NewSystem(Params{LogK: 4, Rate: 4, Queries: 2})
	if err != nil {
		t.Fatal(err)
	}
	o := sys.Oracle()
	long := sys.Vector(o, rows*sys.Slots())
	one := field.One()
	for range constraints {
		short := sys.Vector(o, 1)
		sys.Zero(Product{Form{{one, short, nil}}, Form{{one, short, nil}}})
		sys.Sum(Elem{}, Product{Form{{one, long, nil}}, nil})
		sys.Sum(Elem{}, Product{Form{{field.Int(7), long, nil}}, Form{{one, long, nil}}})
	}
	c := coefficients{rows: make([]Elem, sys.rows), zeros: make([]Elem, sys.zeroLen), sums: make([]Elem, len(sys.sums))}
	for i := range c.zeros {
		c.zeros[i] = field.Int(int64(i + 1))
	}
	for i := range c.sums {
		c.sums[i] = field.Int(int64(i + 1))
	}
	return sys, draws{c}
}

// TestScheduleIsLinear counts the terms that all rows together look at: with twice
// the rows and twice the constraints they double, and no term of a short vector is
// met in the rows of a long one.
func TestScheduleIsLinear(t *testing.T) {
	work := func(rows, constraints int) (n int) {
		sys, c := uneven(t, rows, constraints)
		s := sys.schedule(c)
		for r := range s.rows {
			n += len(s.vectors(r))
			zero, total := s.plans(r)
			n += len(zero.products) + len(zero.linear) + len(total.products) + len(total.linear)
		}
		return n
	}
	// Each row: the long vector, and its two merged sums. Row 0: the short
	// vectors and their constraints.
	for _, c := range []struct{ rows, constraints int }{{100, 50}, {200, 100}, {400, 200}} {
		if got, want := work(c.rows, c.constraints), 3*c.rows+2*c.constraints; got != want {
			t.Errorf("%d rows, %d constraints: %d terms, want %d", c.rows, c.constraints, got, want)
		}
	}
}

// TestMergeKeepsTheSum: terms put together have the coefficients of all.
func TestMergeKeepsTheSum(t *testing.T) {
	sys, c := uneven(t, 3, 10)
	s := sys.schedule(c)
	if len(s.sums) != 2 {
		t.Fatalf("%d terms of the sum test, want 2", len(s.sums))
	}
	var linear, products int64
	for i := range 10 {
		linear, products = linear+int64(2*i+1), products+7*int64(2*i+2)
	}
	for _, m := range s.sums {
		want := linear
		if m.term.G != nil {
			want = products
		}
		if m.coef[0] != field.Int(want) {
			t.Errorf("coefficient = %v, want %d", m.coef[0], want)
		}
	}
}

// BenchmarkSchedule makes the plans of many rows and constraints: the time a row
// and constraint stays the same at each size.
func BenchmarkSchedule(b *testing.B) {
	for _, n := range []int{1000, 4000, 16000} {
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			sys, c := uneven(b, n, n)
			for b.Loop() {
				s := sys.schedule(c)
				for r := range s.rows {
					s.vectors(r)
					s.plans(r)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
}
