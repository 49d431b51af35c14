package rule

import (
	"context"
	"fmt"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Columns that quarantine adds.
const (
	RulesColumn = "verisim_rules" // list of the IDs of the rules that the row broke
	RowColumn   = "verisim_row"   // the row's number in the input, from 0
)

// GateOptions of [Plan.Gate].
type GateOptions struct {
	// Quarantine makes the writer of a table's failing rows, when the first
	// one comes. Default none: failing rows are counted and pass on.
	Quarantine func(tableName string, schema *arrow.Schema) (table.Writer, error)
	// InsecureClear writes personal columns to quarantine as they are.
	// Default false: columns of role direct, and those that the suite marks
	// pii, are written as keyed hashes that are equal for equal values.
	InsecureClear bool
	// JoinRules writes the rules that a row broke as one text with commas
	// between, for formats without lists. Default false: a list.
	JoinRules bool
	// Memory allocates the batches. Default the Go allocator.
	Memory memory.Allocator
}

// Gate judges tables while they stream to somewhere else. Its stages must be
// drained parents first, each to its end, one after the other.
type Gate struct {
	state *State
	opt   GateOptions
	hash  *hasher
	known *Settled // of a first pass, or nil
}

// Gate starts a gate.
func (p *Plan) Gate(opt GateOptions) (*Gate, error) { return p.gate(opt, nil) }

func (p *Plan) gate(opt GateOptions, known *Settled) (*Gate, error) {
	if p.circular != "" && known == nil {
		return nil, fmt.Errorf("judge table %q: foreign keys lead from it back to it, so no table can be complete before the others: validate the tables without quarantine", p.circular)
	}
	var rows map[int][]int64
	if known != nil {
		rows = known.rows
	}
	s, err := p.newState(true, 1, rows)
	if err != nil {
		return nil, err
	}
	if opt.Memory == nil {
		opt.Memory = memory.DefaultAllocator
	}
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	return &Gate{state: s, opt: opt, hash: h, known: known}, nil
}

// Finish gives the verdict on all that went through.
func (g *Gate) Finish() (*Result, error) {
	if g.known != nil {
		return g.known.finish(g.state)
	}
	return g.state.Finish()
}

// Close gives up what the gate holds. After Finish it does nothing.
func (g *Gate) Close() { g.state.Close() }

// Stage is the gate's stage for one table ("" where the suite has one). A row
// that breaks a check of level critical or error goes to quarantine, whatever
// the check's mostly; the others pass on. Judging and quarantine are complete
// when the stream has been read to its end without an error.
func (g *Gate) Stage(name string) table.Stage {
	return func(in table.Stream) (table.Stream, error) {
		t, err := g.state.plan.find(name)
		if err != nil {
			return nil, err
		}
		if err := t.fits(in.Schema()); err != nil {
			return nil, err
		}
		return table.Func(in.Schema(), func(ctx context.Context) iter.Seq2[table.Batch, error] {
			return func(yield func(table.Batch, error) bool) { g.run(ctx, t, in, yield) }
		}), nil
	}
}

// QuarantineSchema is the schema of a table's quarantine: its columns, those
// that are hashed as text, then the row's number and the rules that it broke.
func (g *Gate) QuarantineSchema(name string) (*arrow.Schema, error) {
	t, err := g.state.plan.find(name)
	if err != nil {
		return nil, err
	}
	q, err := newQuarantine(g, t)
	if err != nil {
		return nil, err
	}
	return q.schema, nil
}

func (g *Gate) run(ctx context.Context, t *tablePlan, in table.Stream, yield func(table.Batch, error) bool) {
	ts := g.state.tables[t.index]
	q, err := newQuarantine(g, t)
	if err != nil {
		yield(nil, err)
		return
	}
	for b, err := range in.Batches(ctx) {
		if err != nil {
			yield(nil, err)
			return
		}
		q.reset(int(b.NumRows()))
		before := ts.next
		if err := g.state.judge(ts, before, b, q.broken); err != nil {
			yield(nil, err)
			return
		}
		bad := q.bad.count()
		if bad == 0 || g.opt.Quarantine == nil {
			if !yield(b, nil) {
				return
			}
			continue
		}
		good, err := q.split(b, before)
		if err != nil {
			yield(nil, err)
			return
		}
		ts.quarantined += bad
		if good == nil {
			continue
		}
		if good.NumRows()+bad != b.NumRows() {
			panic(fmt.Sprintf("rule: %d passed and %d quarantined of %d rows", good.NumRows(), bad, b.NumRows()))
		}
		more := yield(good, nil)
		good.Release()
		if !more {
			return
		}
	}
	if err := q.close(); err != nil {
		yield(nil, err)
	}
}
