package ligero

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// TestFew: both ways to evaluate a public polynomial agree.
func TestFew(t *testing.T) {
	sys, err := NewSystem(Params{LogK: 8, Rate: 4, Queries: 40})
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluator(sys, []int{0, 1, 255, 256, 700, 1023})
	for _, n := range []int{0, 1, 2, 77, 216} {
		values := make([]Elem, n)
		for i := range values {
			values[i] = field.Int(int64(i*i) - 900)
		}
		if got, want := e.few(values), slices.Clone(e.narrow(values)); !slices.Equal(got, want) {
			t.Errorf("%d values: %v, want %v", n, got, want)
		}
	}
}

// TestVerifierStops: a verifier that is told to stop does not work on.
func TestVerifierStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	sys, err := NewSystem(Params{LogK: 4, Rate: 4, Queries: 2})
	if err != nil {
		t.Fatal(err)
	}
	sys.Masks()
	sys.Vector(sys.Oracle(), 3)
	v, err := NewVerifier(sys, transcript.New("toy"), make([]byte, 100))
	if err != nil {
		t.Fatal(err)
	}
	v.Until(ctx)
	cancel()
	points := []int{1, 2}
	columns := []opened{{make([]Elem, 14), 7}, {make([]Elem, 2), 1}}
	zero := make([]Elem, 2)
	sched := sys.schedule(draws{{rows: make([]Elem, 8)}})
	if err := v.equations(sched, newEvaluator(sys, points), columns, []answers{{zero, zero, zero}}); !errors.Is(err, context.Canceled) {
		t.Errorf("equations = %v, want canceled", err)
	}
}
