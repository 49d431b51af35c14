// Package finance makes the payment records of people who do not exist: a world
// of customers, households, cards, devices, merchants and terminals in which
// people live by day, week, payday and season, and in which crews of fraudsters
// run campaigns with budgets and stop rules against victims that they found
// somewhere.
//
//	w, err := finance.New(finance.Config{Customers: 10_000})
//	src := synth.NewSource(w, 7, 2) // tables, transactions in order of time
//
// # How it works
//
// Nothing is simulated step by step. What a customer does on a day is a function
// of (seed, customer, day), so any window of time can be made alone, by anyone,
// and a fraudster who wants to know how a victim lives just asks that function.
// Campaigns are planned once for each seed: they are few, they cross customers,
// and calibrating them against published figures needs them all. MODEL.md
// explains each mechanism, each parameter and its source.
//
// # Labels are tables
//
// The transactions carry is_fraud for convenience. What really happened stands
// in truth; what a bank would know stands in alerts, investigations, chargebacks
// or reports, and labels, each with its time, so that a training set can be cut
// as of a day.
//
// # When not to use it
//
// It states no fact about any real bank. Figures that nobody published are
// marked "assumption" in MODEL.md. The EU and US presets share one list of
// English names. Times are those of one zone, written as UTC.
package finance

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// World is a configured world. It implements synth.Model and synth.Streamer.
type World struct {
	cfg    Config
	params params
	built  *memo[*state]
	inner  inner    // of the presets that are no card worlds, else nil
	view   *view    // of one table's columns, or nil
	watch  *Watcher // one for all projections
}

// Watcher is told a line on each round of the dial of the graph, and at last what
// was reached.
type Watcher func(line string, last bool)

// Watch sets who is told of the dial. It is for before the first table is made.
func (w *World) Watch(by Watcher) { *w.watch = by }

func (w *World) tell(line string, last bool) {
	if *w.watch != nil {
		(*w.watch)(line, last)
	}
}

// Lift is what the dial of the graph reached, if it was asked for.
func (w *World) Lift(seed synth.Seed) (Lift, bool, error) {
	if w.params.lift == 0 || w.inner != nil {
		return Lift{}, false, nil
	}
	s, err := w.state(seed)
	if err != nil {
		return Lift{}, false, err
	}
	return s.lift, s.lift.Rounds > 0, nil
}

// inner is another family of worlds behind the same door.
type inner interface {
	synth.Model
	synth.Streamer
	// project is the same world with a view; false where the table's columns
	// are not made one by one.
	project(v *view) (inner, bool)
}

// New checks the configuration and fills what it leaves open from its preset.
func New(cfg Config) (*World, error) {
	cfg, p, err := resolve(cfg)
	if err != nil {
		return nil, err
	}
	w := &World{cfg: cfg, params: p, watch: new(Watcher)}
	switch {
	case isTransfers(cfg.Preset):
		kept := newMemo(func(seed synth.Seed) (*clearing, error) { return buildClearing(cfg, p, seed) })
		w.inner = &transfers{state: kept.get, graph: cfg.Graph}
	case cfg.Preset == openingPreset:
		w.inner = newOpenings(cfg, p)
	default:
		w.built = newMemo(func(seed synth.Seed) (*state, error) { return build(cfg, p, seed, w.tell) })
	}
	return w, nil
}

// Config is the configuration with every open field filled.
func (w *World) Config() Config { return w.cfg }

func (w *World) state(seed synth.Seed) (*state, error) { return w.built.get(seed) }

// Tables lists the tables, parents before their children.
func (w *World) Tables() []synth.Table {
	if w.inner != nil {
		return w.inner.Tables()
	}
	var out []synth.Table
	for _, m := range w.makers() {
		out = append(out, m.table(w.state))
		if m.name == "terminals" { // the parents end here
			out = append(out, w.long(txTable, w.view.of(txTable, txSchema()).schema), w.long(hardTable, cardHardSchema()))
		}
	}
	if w.cfg.Oracle {
		out = append(out, w.long(oracleTable, oracleSchema()))
	}
	if w.cfg.Graph {
		out = append(out, w.long(edgeTable, txEdges()))
	}
	return out
}

// makers lists the small tables.
func (w *World) makers() []maker[*state] {
	if w.cfg.Graph {
		return append(slices.Clip(makers()), graphNodes())
	}
	return makers()
}

// long is a table whose rows are transactions, all of them or some.
func (w *World) long(name string, schema *arrow.Schema) synth.Table {
	return synth.Table{Name: name, Schema: schema, Part: 1 << 18, Rows: counted(w.state, func(s *state) int64 {
		p, _ := w.sheet(s, name)
		return last(p.first())
	})}
}

func last(first []int64) int64 { return first[len(first)-1] }

// sheet finds a long table.
func (w *World) sheet(s *state, name string) (p sheet, ok bool) {
	switch {
	case name == txTable:
		l := w.view.of(txTable, txSchema())
		return sheet{schema: l.schema, first: s.rows, fill: func(events []event, order []uint64) table.Batch { return s.fill(l, events, order) }}, true
	case name == hardTable:
		return sheet{schema: cardHardSchema(), first: s.hardRows, only: s.onlyHard, fill: s.fillHard}, true
	case name == oracleTable && w.cfg.Oracle:
		return sheet{schema: oracleSchema(), first: s.rows, fill: s.fillOracle}, true
	case name == edgeTable && w.cfg.Graph:
		return sheet{schema: txEdges(), first: s.rows, fill: s.fillEdges}, true
	}
	return sheet{}, false
}

// Project gives the same world with some columns of a table only. Of
// transactions, transfers, postings and applications those left out are not
// computed; of other tables they are dropped.
func (w *World) Project(name string, columns []string) (synth.Model, error) {
	t, err := synth.Find(w, name)
	if err != nil {
		return nil, err
	}
	l, err := part(t.Schema, columns)
	if err != nil {
		return nil, err
	}
	out := *w
	switch {
	case w.inner != nil:
		var ok bool
		if out.inner, ok = w.inner.project(&view{name, l}); ok {
			return &out, nil
		}
	case w.view == nil && name == txTable:
		out.view = &view{name, l}
		return &out, nil
	}
	return synth.Dropping(w, name, columns)
}

// Generate makes a range of a table's rows.
func (w *World) Generate(ctx context.Context, name string, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	if w.inner != nil {
		return w.inner.Generate(ctx, name, seed, rows)
	}
	s, err := w.state(seed)
	if err != nil {
		return nil, err
	}
	if p, ok := w.sheet(s, name); ok {
		if err = rows.Check(last(p.first())); err != nil {
			return nil, err
		}
		return s.txRange(p, rows), nil
	}
	for _, m := range w.makers() {
		if m.name == name {
			if err = rows.Check(m.rows(s)); err != nil {
				return nil, err
			}
			return m.stream(s, rows), nil
		}
	}
	_, err = synth.Find(w, name)
	return nil, err
}

// Stream makes a whole table on several goroutines. For transactions the unit
// of work is a window of days, which costs less than a range of rows.
func (w *World) Stream(name string, seed synth.Seed, workers int) (table.Stream, error) {
	if w.inner != nil {
		return w.inner.Stream(name, seed, workers)
	}
	s, err := w.state(seed)
	if err != nil {
		return nil, err
	}
	if p, ok := w.sheet(s, name); ok {
		return table.Parallel(p.schema, workers, int64(s.windows()), func(_ context.Context, i int64) ([]table.Batch, error) {
			return s.window(int(i), synth.Range{First: 0, Count: 1 << 62}, p), nil
		}), nil
	}
	t, err := synth.Find(w, name)
	if err != nil {
		return nil, err
	}
	n, err := t.Rows(seed)
	if err != nil {
		return nil, err
	}
	return synth.Parallel(w, t, seed, synth.Range{Count: n}, workers), nil
}

var (
	_ synth.Model     = (*World)(nil)
	_ synth.Streamer  = (*World)(nil)
	_ synth.Projector = (*World)(nil)
)

// limits of a world: customer and day share the bits of a transaction's id.
const (
	maxCustomers = 1 << 28
	maxDays      = 2000
)

func outOfBounds(what string, v, least, most int64) error {
	return fmt.Errorf("configure finance: %s is %d, and %d to %d are possible", what, v, least, most)
}
