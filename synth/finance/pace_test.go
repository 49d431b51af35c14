package finance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/synth"
)

// TestPace plays two days on a clock of its own: nothing comes more than a tick
// early, all rows come, and the whole takes the time that it should.
func TestPace(t *testing.T) {
	w, err := New(Config{Customers: 60, Days: 2})
	if err != nil {
		t.Fatal(err)
	}
	in, err := synth.NewSource(w, 1, 1).Open(context.Background(), txTable)
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Unix(0, 0)
	p := Pace{Column: "timestamp", Speed: 3600, now: func() time.Time { return clock }, sleep: func(_ context.Context, d time.Duration) error {
		clock = clock.Add(max(d, time.Microsecond))
		return nil
	}}
	out, err := p.Stage(in)
	if err != nil {
		t.Fatal(err)
	}
	rows, batches, first, last := int64(0), 0, int64(0), int64(0)
	for b, err := range out.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		at := b.Column(1).(*array.Timestamp)
		if rows == 0 {
			first = int64(at.Value(0))
		}
		last = int64(at.Value(at.Len() - 1))
		due := time.Duration(float64(last-first) * 1000 / 3600)
		if early := due - clock.Sub(time.Unix(0, 0)); early > 101*time.Millisecond {
			t.Fatalf("row %d came %v early", rows, early)
		}
		rows += b.NumRows()
		batches++
	}
	s, err := w.state(1)
	if err != nil {
		t.Fatal(err)
	}
	if rows != s.rows() || batches < 10 {
		t.Errorf("%d rows in %d batches, want %d in many", rows, batches, s.rows())
	}
	want := time.Duration(float64(last-first) * 1000 / 3600)
	if took := clock.Sub(time.Unix(0, 0)); took < want-150*time.Millisecond || took > want+150*time.Millisecond {
		t.Errorf("it took %v, want %v within 150 ms", took, want)
	}
}

func TestPaceEnds(t *testing.T) {
	w, err := New(Config{Customers: 60, Days: 2})
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Stream(txTable, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Pace{Column: "timestamp", Speed: 1}.Stage(in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, err = range out.Batches(ctx) {
		cancel() // the next row is minutes away
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled stream ends with %v, want %v", err, context.Canceled)
	}
	for name, bad := range map[string]Pace{"speed": {Column: "timestamp"}, "column": {Column: "when", Speed: 1}, "type": {Column: "amount", Speed: 1}} {
		if _, err = bad.Stage(in); err == nil {
			t.Errorf("Stage(%s) = nil error, want one", name)
		}
	}
}
