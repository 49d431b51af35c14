package finance

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// A window is some days of everybody's transactions, in order of time. Its
// length changes no row: rows are ordered by second, then customer, then what
// the customer did first, and frauds behind.

const (
	rowsPerWindow = 220_000
	longestWindow = 40 // days: the seconds of a window fit 22 bits
	rowsPerBatch  = 65_536
)

func (s *state) windowDays() int {
	perDay := s.params.perDay * rowsPerPurchase * float64(s.cfg.Customers)
	return min(max(int(rowsPerWindow/perDay), 1), longestWindow)
}

func (s *state) windows() int { return (s.cfg.Days + s.windowDays() - 1) / s.windowDays() }

func (s *state) daysOf(w int) (from, to int) {
	n := s.windowDays()
	return w * n, min((w+1)*n, s.cfg.Days)
}

// fraudOf are the fraudulent events of a span of days.
func (s *state) fraudOf(from, to int) []fraudEvent {
	at := func(day int) int {
		return sort.Search(len(s.fraud), func(i int) bool { return int(s.fraud[i].at) >= day*secondsPerDay })
	}
	return s.fraud[at(from):at(to)]
}

// rows numbers the transactions before each window, and all at the end. It is one
// pass over the plans of all days, made when it is first asked for.
func (s *state) rows() []int64 {
	s.countOnce.Do(func() {
		s.firstRow = s.numbered(func(w int, _ *scratch[event]) int {
			from, to := s.daysOf(w)
			rows := len(s.fraudOf(from, to))
			for i := range s.customers {
				person := s.keyDay.At(uint64(i))
				for d := from; d < to; d++ {
					p := s.planDay(person, &s.customers[i], d)
					rows += p.rows()
				}
			}
			return rows
		})
	})
	return s.firstRow
}

// numbered counts the rows of each window, on all processors, and gives how many
// stand before each window, and all at the end.
func (s *state) numbered(rows func(w int, mem *scratch[event]) int) []int64 {
	n := s.windows()
	first := make([]int64, n+1)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var mem scratch[event]
			for w := int(next.Add(1)) - 1; w < n; w = int(next.Add(1)) - 1 {
				first[w+1] = int64(rows(w, &mem))
			}
		})
	}
	wg.Wait()
	for w := range n {
		first[w+1] += first[w]
	}
	return first
}

// scratch is the memory of a window, used again for another.
type scratch[T event | payment] struct {
	events      []T
	keys, other []uint64
}

// events makes a window's events and their order; both last until the scratch is
// used again.
func (s *state) events(w int, mem *scratch[event]) ([]event, []uint64) {
	from, to := s.daysOf(w)
	fraud := s.fraudOf(from, to)
	guess := int(float64(len(s.customers)*(to-from)) * s.params.perDay * rowsPerPurchase * 1.15)
	out := slices.Grow(mem.events[:0], guess+len(fraud)+64)
	for i := range s.customers {
		person := s.keyDay.At(uint64(i))
		for d := from; d < to; d++ {
			out = s.genuine(out, person, i, d)
		}
	}
	for i := range fraud {
		out = append(out, fraud[i].event)
	}
	keys := slices.Grow(mem.keys[:0], len(out))[:len(out)]
	other := slices.Grow(mem.other[:0], len(out))[:len(out)]
	*mem = scratch[event]{out, keys, other}
	start := int32(from) * secondsPerDay
	for i := range out {
		keys[i] = uint64(out[i].at-start)<<32 | uint64(i)
	}
	return out, sortBySecond(keys, other)
}

// sortBySecond sorts stably by the 22 bits above the lower word, in two passes;
// both slices are as long and are written to.
func sortBySecond(keys, other []uint64) []uint64 {
	for shift := 32; shift < 54; shift += 11 {
		var at [2048]int32
		for _, k := range keys {
			at[k>>shift&2047]++
		}
		sum := int32(0)
		for i, n := range at {
			at[i] = sum
			sum += n
		}
		for _, k := range keys {
			b := k >> shift & 2047
			other[at[b]] = k
			at[b]++
		}
		keys, other = other, keys
	}
	return keys
}

// window makes the batches of the rows of a window that lie in a range, which
// counts from the window's first row.
func (s *state) window(w int, rows synth.Range, p sheet) []table.Batch {
	mem, ok := s.spare.Get().(*scratch[event])
	if !ok {
		mem = &scratch[event]{}
	}
	defer s.spare.Put(mem)
	events, order := s.events(w, mem)
	if p.only != nil {
		order = p.only(events, order)
	}
	from := min(rows.First, int64(len(order)))
	to := min(rows.First+rows.Count, int64(len(order)))
	var out []table.Batch
	for from < to {
		n := min(to-from, rowsPerBatch)
		out = append(out, p.fill(events, order[from:from+n]))
		from += n
	}
	return out
}

// sheet is a long table: one row, or none, of each transaction.
type sheet struct {
	schema *arrow.Schema
	first  func() []int64                   // numbers the rows before each window
	only   func([]event, []uint64) []uint64 // keeps the events that are rows; nil: all
	fill   func([]event, []uint64) table.Batch
}

func (s *state) txRange(p sheet, rows synth.Range) table.Stream {
	return table.Func(p.schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			first := p.first()
			w := sort.Search(s.windows(), func(w int) bool { return first[w+1] > rows.First })
			for ; w < s.windows() && first[w] < rows.End(); w++ {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				from := max(rows.First-first[w], 0)
				to := min(rows.End(), first[w+1]) - first[w]
				batches := s.window(w, synth.Range{First: from, Count: to - from}, p)
				for i, b := range batches {
					more := yield(b, nil)
					b.Release()
					if !more {
						for _, b := range batches[i+1:] {
							b.Release()
						}
						return
					}
				}
			}
		}
	})
}
