package finance

import (
	"context"
	"iter"
	"math"
	"runtime"
	"slices"
	"sort"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// Payments are planned without a look at balances; the book then takes them in
// order of time. A payment that would bring its payer's balance under its limit
// is rejected and moves nothing. So the sum of all balances never changes.

// settled is what became of a window's payments, in their order.
type settled struct {
	after    [][2]int64 // balances of payer and payee
	rejected []bool
}

// book holds the balances; the memory of what was settled last is used again.
type book struct {
	balance []int64
	last    settled
}

func (t *clearing) newBook() *book {
	b := &book{balance: make([]int64, len(t.accounts))}
	for i := range t.accounts {
		b.balance[i] = t.accounts[i].opening
	}
	return b
}

// settle takes a window's payments; what it gives lasts until the next.
func (b *book) settle(t *clearing, events []payment, order []uint64) settled {
	b.last.after = slices.Grow(b.last.after[:0], len(order))[:len(order)]
	b.last.rejected = slices.Grow(b.last.rejected[:0], len(order))[:len(order)]
	s := b.last
	for i, o := range order {
		e := &events[uint32(o)]
		from, to := &b.balance[e.from], &b.balance[e.to]
		s.rejected[i] = *from-e.amount < t.accounts[e.from].limit
		if !s.rejected[i] {
			*from -= e.amount
			*to += e.amount
		}
		s.after[i] = [2]int64{*from, *to} // nobody pays themselves
	}
	return s
}

func (t *clearing) windowDays() int {
	perDay := t.params.perDay * 1.3 * float64(t.persons+2*t.firms)
	return min(max(int(rowsPerWindow/perDay), 1), longestWindow)
}

func (t *clearing) windows() int { return (t.cfg.Days + t.windowDays() - 1) / t.windowDays() }

// events makes a window's payments and their order.
func (t *clearing) events(w int, mem *scratch[payment]) made {
	from, to := w*t.windowDays(), min((w+1)*t.windowDays(), t.cfg.Days)
	at := func(day int) int {
		return sort.Search(len(t.dirty), func(i int) bool { return int(t.dirty[i].at) >= day*secondsPerDay })
	}
	dirty := t.dirty[at(from):at(to)]
	out := slices.Grow(mem.events[:0], rowsPerWindow*3/2+len(dirty))
	for i := range t.persons + t.firms {
		for d := from; d < to; d++ {
			out = t.honest(out, i, d)
		}
	}
	for i := range dirty {
		out = append(out, dirty[i].payment)
	}
	keys := slices.Grow(mem.keys[:0], len(out))[:len(out)]
	other := slices.Grow(mem.other[:0], len(out))[:len(out)]
	*mem = scratch[payment]{out, keys, other}
	start := int32(from) * secondsPerDay
	for i := range out {
		keys[i] = uint64(out[i].at-start)<<32 | uint64(i)
	}
	return made{out, sortBySecond(keys, other), mem}
}

// made is a window before it is settled.
type made struct {
	events []payment
	order  []uint64
	mem    *scratch[payment]
}

// ahead makes windows on several goroutines and gives them in order; one lasts
// while it is used. All goroutines have ended when it returns.
func (t *clearing) ahead(ctx context.Context, first, workers int, use func(w int, m made) bool) {
	n := t.windows()
	workers = max(1, workers)
	slots := make([]chan made, workers)
	var wg sync.WaitGroup
	launch := func(w int) {
		slot := make(chan made, 1)
		slots[w%workers] = slot
		wg.Go(func() {
			mem, ok := t.spare.Get().(*scratch[payment])
			if !ok {
				mem = &scratch[payment]{}
			}
			slot <- t.events(w, mem)
		})
	}
	defer wg.Wait()
	for w := first; w < min(first+workers, n); w++ {
		launch(w)
	}
	for w := first; w < n && ctx.Err() == nil; w++ {
		m := <-slots[w%workers]
		if w+workers < n {
			launch(w + workers)
		}
		more := use(w, m)
		t.spare.Put(m.mem)
		if !more {
			return
		}
	}
}

// snapshotBytes bounds the memory of the balances that are kept.
const snapshotBytes = 64 << 20

// count makes all windows once, when a number of rows or a range is first asked
// for. It keeps balances from which a range can start.
func (t *clearing) count() {
	n := t.windows()
	t.firstRow, t.firstHard = make([]int64, n+1), make([]int64, n+1)
	t.every = max(1, n*len(t.accounts)*8/snapshotBytes)
	b := t.newBook()
	t.ahead(context.Background(), 0, runtime.GOMAXPROCS(0), func(w int, m made) bool {
		if w%t.every == 0 {
			t.snapshots = append(t.snapshots, append([]int64(nil), b.balance...))
		}
		b.settle(t, m.events, m.order)
		hard := int64(0)
		for i := range m.events {
			if m.events[i].hard != hardNone {
				hard++
			}
		}
		t.firstRow[w+1], t.firstHard[w+1] = t.firstRow[w]+int64(len(m.order)), t.firstHard[w]+hard
		return true
	})
}

// paper is a table that is made by windows.
type paper struct {
	schema func() *arrow.Schema
	// first numbers the rows before a window.
	first func(t *clearing, w int) int64
	// books says whether balances matter.
	books bool
	// fill makes the rows from..to of a window.
	fill func(t *clearing, l *layout, m made, s settled, from, to int) table.Batch
}

// papers by name; transfers come before the two that refer to them.
func paperOf(name string) (paper, bool) {
	switch name {
	case transferTable:
		return paper{transferSchema, func(t *clearing, w int) int64 { return t.firstRow[w] }, true, (*clearing).fillTransfers}, true
	case postingTable:
		return paper{postingSchema, func(t *clearing, w int) int64 { return 2 * t.firstRow[w] }, true, (*clearing).fillPostings}, true
	case edgeTable:
		return paper{transferEdges, func(t *clearing, w int) int64 { return t.firstRow[w] }, true, (*clearing).fillEdges}, true
	case hardTable:
		return paper{hardSchema, func(t *clearing, w int) int64 { return t.firstHard[w] }, false, (*clearing).fillHard}, true
	}
	return paper{}, false
}

// rows of a window's paper, before it is known where they begin.
func (p *paper) rows(m made) int {
	n := 0
	switch {
	case !p.books:
		for i := range m.events {
			if m.events[i].hard != hardNone {
				n++
			}
		}
		return n
	case p.schema() == postingSchema():
		return 2 * len(m.order)
	}
	return len(m.order)
}

// stream makes the rows first..end of a paper. With whole, nothing is counted
// beforehand.
func (t *clearing) stream(p paper, l *layout, workers int, rows synth.Range, whole bool) table.Stream {
	return table.Func(l.schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			b, w0, at := t.newBook(), 0, int64(0)
			end := int64(math.MaxInt64)
			if !whole {
				t.countOnce.Do(t.count)
				end = rows.End()
				w0 = max(0, sort.Search(t.windows(), func(w int) bool { return p.first(t, w+1) > rows.First }))
				if w0 == t.windows() || rows.Count == 0 {
					return
				}
				if p.books { // from the last balances that are known
					w0 = w0 / t.every * t.every
					copy(b.balance, t.snapshots[w0/t.every])
				}
				at = p.first(t, w0)
			}
			stopped := false
			t.ahead(ctx, w0, workers, func(_ int, m made) bool {
				var s settled
				if p.books {
					s = b.settle(t, m.events, m.order)
				}
				n := int64(p.rows(m))
				from, to := max(rows.First-at, 0), min(end-at, n)
				if whole {
					from = 0
				}
				for ; from < to; from += rowsPerBatch {
					if ctx.Err() != nil {
						return false
					}
					batch := p.fill(t, l, m, s, int(from), int(min(from+rowsPerBatch, to)))
					more := yield(batch, nil)
					batch.Release()
					if !more {
						stopped = true
						return false
					}
				}
				at += n
				return at < end
			})
			if err := ctx.Err(); err != nil && !stopped {
				yield(nil, err)
			}
		}
	})
}
