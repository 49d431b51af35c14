// Package suggest proposes a suite for a table: rules that its profile
// supports, tested on rows that were held out, each with its support and the
// confidence that it holds.
//
// A proposal is a starting point for people who know the data: it says what is,
// not what ought to be.
//
// # Held-out rows
//
// Every fifth block of rows, chosen by a hash of the block's number, is kept
// out of the profile that rules are drawn from. A rule that the held-out rows
// break more often than its own threshold allows is not proposed.
//
// # Private mode
//
// Plain proposals show extremes and rare values. With [Options.Private] what
// is shown of a table is differentially private as a whole: thresholds come
// from the sparse vector technique over a public grid (Lyu, Su and Li, VLDB
// 2017), categories from a noisy histogram with a threshold (Korolova et al.,
// WWW 2009), shares from the discrete Laplace mechanism. Nothing is held out,
// because a test on single rows would tell of them. The unit of privacy is one
// row.
//
// It imports quality/profile for its facts and quality/rule for the catalogue
// of checks.
package suggest

import (
	"fmt"
	"io"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

// Options of [New]. The zero value is useful.
type Options struct {
	// Categories is the longest list that an in_set rule may have. Default 60,
	// because a longer one is a table, not a rule.
	Categories int
	// Now is the time to measure freshness from. Default none: no rule on the
	// age of the newest row is proposed, so that the same table gives the same
	// suite.
	Now time.Time
	// Private proposes under differential privacy. Default nil: show what is.
	Private *Privacy
}

// Privacy bounds what a proposal tells of any single row.
type Privacy struct {
	// Epsilon is the whole budget of one table. Default 1.
	Epsilon float64
	// Delta is the chance that a category of a single row is shown. Default
	// 1e-6.
	Delta float64
	// Rand is the source of noise. Default crypto/rand; a source that can be
	// foreseen voids the guarantee.
	Rand io.Reader
}

// Maker takes in a table and proposes rules for it.
type Maker struct {
	name    string
	opt     Options
	schema  *arrow.Schema
	learned *profile.State // most rows
	held    *profile.State // the others
	row     int64
	grids   []gridCounts // of numeric columns, in private mode
}

// New starts a proposal for the table of this name.
func New(name string, schema *arrow.Schema, opt Options) *Maker {
	if opt.Categories <= 0 {
		opt.Categories = 60
	}
	m := &Maker{
		name: name, opt: opt, schema: schema,
		learned: profile.New(schema, profile.Options{}),
		held:    profile.New(schema, profile.Options{}),
	}
	if opt.Private != nil {
		m.grids = make([]gridCounts, schema.NumFields())
		for i := range m.grids {
			m.grids[i] = newGridCounts()
		}
	}
	return m
}

// Add takes in the next rows of the table. Which rows are held out depends on
// their place in the table, not on how it is cut into batches.
func (m *Maker) Add(b table.Batch) error {
	if m.opt.Private != nil {
		for i, a := range b.Columns() {
			m.grids[i].add(a)
		}
	}
	end := m.row + b.NumRows()
	for at := m.row; at < end; {
		next, held := m.block(at, end)
		part := b.NewSlice(at-m.row, next-m.row)
		s := m.learned
		if held {
			s = m.held
		}
		err := s.Add(part)
		part.Release()
		if err != nil {
			return fmt.Errorf("propose rules for table %q: %w", m.name, err)
		}
		at = next
	}
	m.row = end
	return nil
}

// Blocks are short at the head, so that a small table is divided too, and long
// enough later to be cheap.
const (
	headRows, headBlock, block = 4096, 4, 64
)

// block returns the end of the run of rows from at that go the same way.
func (m *Maker) block(at, end int64) (next int64, held bool) {
	if m.opt.Private != nil {
		return end, false
	}
	next, held = blockOf(at)
	for next < end {
		more, h := blockOf(next)
		if h != held {
			break
		}
		next = more
	}
	return min(next, end), held
}

func blockOf(row int64) (end int64, held bool) {
	size := int64(block)
	if row < headRows {
		size = headBlock
	}
	number := uint64(row/size)<<8 | uint64(size)
	number = (number ^ number>>31) * 0x9e3779b97f4a7c15
	number = (number ^ number>>29) * 0xbf58476d1ce4e5b9
	return (row/size + 1) * size, (number^number>>32)%5 == 0
}

// Rows is the number of rows seen.
func (m *Maker) Rows() int64 { return m.row }

// State merges all rows into one profile.
func (m *Maker) State() (*profile.State, error) {
	all := profile.New(m.schema, profile.Options{})
	for _, s := range []*profile.State{m.learned, m.held} {
		if err := all.Merge(s); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Rule is one proposed check.
type Rule struct {
	Column string  // empty for a rule on rows
	Check  string  // its name in the catalogue
	Arg    string  // its argument, as YAML in one line
	Mostly float64 // share of rows that must keep it; 1 for all
	// Personal marks a column whose values must not be shown in findings.
	Personal bool
	// Support is the number of rows that the rule was drawn from.
	Support int64
	// Tested and Broke count held-out rows.
	Tested, Broke int64
	// Confidence is the lower end of the 95 % interval (Wilson) of the share
	// of held-out rows that keep the rule; 0 when none was held out.
	Confidence float64
	// Why is said beside the rule where it is not plain from the rule.
	Why string
}

// settle tests a rule on held-out rows and says whether it may stand.
func (r *Rule) settle(broke, tested int64) bool {
	r.Tested, r.Broke = tested, broke
	if r.Mostly == 0 {
		r.Mostly = 1
	}
	if tested == 0 {
		return true
	}
	r.Confidence, _ = profile.Wilson(tested-broke, tested, 1.96)
	return float64(tested-broke) >= r.Mostly*float64(tested)
}
