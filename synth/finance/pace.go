package finance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"sort"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// Pace says how a stream that is in order of time is played like a live one.
type Pace struct {
	// Column holds the time of a row, a timestamp that does not fall. Required.
	Column string
	// Speed is how many seconds of the stream pass in one of ours. Required,
	// above 0; 60 plays an hour in a minute.
	Speed float64
	// Tick is how much is given at once: rows that are due within it come as one
	// batch. Default 100 ms, which a person takes for now.
	Tick time.Duration

	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error
}

// Stage cuts batches where time passes, and lends each when its last row is
// due. The first row is due at once. A reader that is slow is not waited for:
// rows that are late come without delay.
func (p Pace) Stage(in table.Stream) (table.Stream, error) {
	if !(p.Speed > 0) || math.IsInf(p.Speed, 0) {
		return nil, fmt.Errorf("pace stream: speed is %g, and a finite number above 0 is possible", p.Speed)
	}
	at, err := table.Column(in.Schema(), p.Column)
	if err != nil {
		return nil, fmt.Errorf("pace stream: %w", err)
	}
	kind, ok := in.Schema().Field(at).Type.(*arrow.TimestampType)
	if !ok {
		return nil, fmt.Errorf("pace stream: column %q is no timestamp", p.Column)
	}
	if p.Tick <= 0 {
		p.Tick = 100 * time.Millisecond
	}
	if p.now == nil {
		p.now, p.sleep = time.Now, sleep
	}
	unit := kind.Unit.Multiplier()
	return table.Func(in.Schema(), func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			var began time.Time
			var first arrow.Timestamp
			for b, err := range in.Batches(ctx) {
				if err != nil {
					yield(nil, err)
					return
				}
				times := b.Column(at).(*array.Timestamp)
				if times.NullN() > 0 {
					yield(nil, errors.New("pace stream: a row has no time"))
					return
				}
				values := times.TimestampValues()
				if len(values) > 0 && began.IsZero() {
					began, first = p.now(), values[0]
				}
				due := func(i int) time.Duration {
					return time.Duration(float64(values[i]-first) * float64(unit) / p.Speed)
				}
				for from := 0; from < len(values); {
					gone := p.now().Sub(began)
					to := sort.Search(len(values), func(i int) bool { return due(i) > gone+p.Tick })
					if to <= from { // nothing is due yet
						if err = p.sleep(ctx, due(from)-gone); err != nil {
							yield(nil, err)
							return
						}
						continue
					}
					part := b.NewSlice(int64(from), int64(to))
					more := yield(part, nil)
					part.Release()
					if !more {
						return
					}
					from = to
					if from < len(values) {
						if err = p.sleep(ctx, due(to-1)-p.now().Sub(began)); err != nil {
							yield(nil, err)
							return
						}
					}
				}
			}
		}
	}), nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
