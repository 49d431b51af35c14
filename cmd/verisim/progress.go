package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
)

// progress tells, on a terminal's stderr, how far long work has come. Its
// methods are for one goroutine.
type progress struct {
	w     io.Writer // nil where nobody looks
	label string
	start time.Time
	last  time.Time
	rows  int64
	shown bool
}

// progressEvery is often enough to look alive and costs nothing.
const progressEvery = 200 * time.Millisecond

func newProgress(e *env, label string) *progress {
	p := &progress{label: label, start: time.Now(), last: time.Now()}
	if e.errTerminal && !e.quiet {
		p.w = e.err
	}
	return p
}

// add counts rows.
func (p *progress) add(rows int64) { p.set(p.label, p.rows+rows) }

// set tells the number of rows so far of what is called label.
func (p *progress) set(label string, rows int64) {
	p.label, p.rows = label, rows
	if p.w == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	rate := float64(rows) / now.Sub(p.start).Seconds()
	fmt.Fprintf(p.w, "\r\x1b[K%s  %s rows  %s rows/s", p.label, job.Thousands(rows), job.Thousands(int64(rate)))
}

// done takes the line away.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// watch counts the rows that pass.
func (p *progress) watch(s table.Stream) table.Stream {
	return table.Func(s.Schema(), func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			for b, err := range s.Batches(ctx) {
				if err == nil {
					p.add(b.NumRows())
				}
				if !yield(b, err) {
					return
				}
			}
		}
	})
}
