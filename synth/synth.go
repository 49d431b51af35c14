// Package synth states the contract of the rooms that make data: a [Model]
// gives any range of rows of its tables, and an [Engine] learns a model from
// real tables. The engines live in the packages below, one each.
//
// # Law
//
// A cell is a function of (seed, table, column, row). So the rows of a table
// are the same bytes however the table is split into ranges, in whatever order
// the ranges are made, on any number of goroutines; synth/synthtest holds every
// model to it.
package synth

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// Seed is what a model's rows depend on beside its configuration. It is not a
// secret that protects anything: whoever knows seed and model knows all rows.
type Seed uint64

// Range is Count rows from First on, both at least 0.
type Range struct{ First, Count int64 }

// End is the row behind the last.
func (r Range) End() int64 { return r.First + r.Count }

// Check says whether the range lies within a table of the given rows.
func (r Range) Check(rows int64) error {
	if r.First < 0 || r.Count < 0 || r.First > rows || r.Count > rows-r.First {
		return fmt.Errorf("generate rows %d..%d: the table has rows 0..%d", r.First, r.First+r.Count-1, rows-1)
	}
	return nil
}

// Table describes a table that a model makes.
type Table struct {
	Name   string
	Schema *arrow.Schema // with roles, origin, key and refs
	// Rows is the number of rows for the given seed.
	Rows func(Seed) (int64, error)
	// Part is the number of rows that are best made at once: ranges that are
	// multiples of it cost least. Default 65,536.
	Part int64
}

// Model makes tables. It is pure: it keeps no state between calls that a caller
// could see, and its methods may be called from several goroutines.
type Model interface {
	// Tables lists the tables, parents before their children.
	Tables() []Table
	// Generate makes a range of a table's rows. The stream does its work in
	// the goroutine that iterates it.
	Generate(ctx context.Context, name string, seed Seed, rows Range) (table.Stream, error)
}

// Engine learns a model from real tables.
type Engine interface {
	Name() string
	Fit(ctx context.Context, truth table.Source, seed Seed) (Model, error)
}

// CheckRange says whether a model has a table of this name and the rows in it.
func CheckRange(m Model, name string, seed Seed, rows Range) error {
	t, err := Find(m, name)
	if err != nil {
		return err
	}
	n, err := t.Rows(seed)
	if err != nil {
		return err
	}
	return rows.Check(n)
}

// Find gives a model's table by name.
func Find(m Model, name string) (Table, error) {
	var names []string
	for _, t := range m.Tables() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Table{}, fmt.Errorf("find table %q: the model makes %q", name, names)
}
