package table

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// PaceOptions of [Pace].
type PaceOptions struct {
	// Column holds the rows' times, in ascending order. Default the first
	// column of role time.
	Column string
	// Speed is how many seconds of the table pass in a second of the clock: 60
	// plays an hour in a minute. Required, above 0.
	Speed float64
	// Every is how long rows are gathered before they are lent, in the clock's
	// time. Default 100 ms, because more batches than that help nobody.
	Every time.Duration
	// Wait waits until a time. Default the clock; tests have their own.
	Wait func(ctx context.Context, until time.Duration) error
}

// Pace is a stage that lends rows when their time has come, as a live source
// would: the first at once, each other as much later as the times are apart,
// divided by the speed. Rows whose time is null or runs backwards come at once.
func Pace(opt PaceOptions) Stage {
	return func(in Stream) (Stream, error) {
		at, unit, err := timeColumn(in.Schema(), opt.Column)
		if err != nil {
			return nil, err
		}
		if !(opt.Speed > 0) {
			return nil, fmt.Errorf("pace rows: the speed is %g, and must be above 0", opt.Speed)
		}
		if opt.Every <= 0 {
			opt.Every = 100 * time.Millisecond
		}
		return Func(in.Schema(), func(ctx context.Context) iter.Seq2[Batch, error] {
			return func(yield func(Batch, error) bool) {
				p := pacer{opt: opt, at: at, unit: unit, wait: opt.Wait}
				if p.wait == nil {
					p.wait = sinceNow()
				}
				for b, err := range in.Batches(ctx) {
					if err != nil {
						yield(nil, err)
						return
					}
					if !p.batch(ctx, b, yield) {
						return
					}
				}
			}
		}), nil
	}
}

func timeColumn(s *arrow.Schema, name string) (int, arrow.TimeUnit, error) {
	for i, f := range s.Fields() {
		if name != "" && f.Name != name || name == "" && LabelOf(f).Role != RoleTime {
			continue
		}
		t, ok := f.Type.(*arrow.TimestampType)
		if !ok {
			return 0, 0, fmt.Errorf("pace rows: column %q is %s, and must be a timestamp", f.Name, f.Type)
		}
		return i, t.Unit, nil
	}
	if name != "" {
		return 0, 0, &NoColumnError{name, s}
	}
	return 0, 0, fmt.Errorf("pace rows: no column has the role time")
}

// sinceNow waits by the clock, counted from the call.
func sinceNow() func(context.Context, time.Duration) error {
	start := time.Now()
	return func(ctx context.Context, until time.Duration) error {
		left := until - time.Since(start)
		if left <= 0 {
			return ctx.Err()
		}
		t := time.NewTimer(left)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type pacer struct {
	opt     PaceOptions
	at      int
	unit    arrow.TimeUnit
	wait    func(context.Context, time.Duration) error
	first   arrow.Timestamp
	started bool
}

// due is when a row's time has come, from the start.
func (p *pacer) due(col *array.Timestamp, i int) time.Duration {
	if col.IsNull(i) {
		return 0
	}
	v := col.Value(i)
	if !p.started {
		p.first, p.started = v, true
	}
	return time.Duration(float64(v-p.first) * float64(p.unit.Multiplier()) / p.opt.Speed)
}

// batch lends slices of a batch, each when its last row is due.
func (p *pacer) batch(ctx context.Context, b Batch, yield func(Batch, error) bool) bool {
	col, ok := b.Column(p.at).(*array.Timestamp)
	if !ok {
		yield(nil, fmt.Errorf("pace rows: column %d is no timestamp", p.at))
		return false
	}
	n := int(b.NumRows())
	for from := 0; from < n; {
		due := p.due(col, from)
		to := from + 1
		for to < n && p.due(col, to) <= due+p.opt.Every {
			to++
		}
		if err := p.wait(ctx, due); err != nil {
			yield(nil, err)
			return false
		}
		part := b.NewSlice(int64(from), int64(to))
		more := yield(part, nil)
		part.Release()
		if !more {
			return false
		}
		from = to
	}
	return true
}
