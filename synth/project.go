package synth

import (
	"context"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/table"
)

// Projector is a model that can make some columns of a table without the others,
// which then cost nothing. By the law of cells the values are those of the whole
// table.
type Projector interface {
	// Project gives the same model with only these columns of a table, in this
	// order.
	Project(name string, columns []string) (Model, error)
}

// Project gives the model with only these columns of a table, in this order. A
// model that is no [Projector] makes the others too, and they are dropped.
func Project(m Model, name string, columns []string) (Model, error) {
	if len(columns) == 0 {
		return nil, fmt.Errorf("project table %q: no column is named", name)
	}
	for i, c := range columns {
		if slices.Contains(columns[:i], c) {
			return nil, fmt.Errorf("project table %q: column %q is named twice", name, c)
		}
	}
	if p, ok := m.(Projector); ok {
		return p.Project(name, columns)
	}
	return Dropping(m, name, columns)
}

// Dropping gives the model with only these columns of a table; the others are
// made and dropped.
func Dropping(m Model, name string, columns []string) (Model, error) {
	t, err := Find(m, name)
	if err != nil {
		return nil, err
	}
	if t.Schema, _, err = table.Picked(t.Schema, columns); err != nil {
		return nil, err
	}
	return &dropping{m, t, table.Pick(columns...)}, nil
}

type dropping struct {
	Model
	table Table
	pick  table.Stage
}

func (d *dropping) Tables() []Table {
	out := slices.Clone(d.Model.Tables())
	for i := range out {
		if out[i].Name == d.table.Name {
			out[i] = d.table
		}
	}
	return out
}

func (d *dropping) Generate(ctx context.Context, name string, seed Seed, rows Range) (table.Stream, error) {
	st, err := d.Model.Generate(ctx, name, seed, rows)
	if err != nil || name != d.table.Name {
		return st, err
	}
	return table.Apply(st, d.pick)
}

// Stream is that of the model, where it has one.
func (d *dropping) Stream(name string, seed Seed, workers int) (table.Stream, error) {
	st, err := NewSource(d.Model, seed, workers).Open(context.Background(), name)
	if err != nil || name != d.table.Name {
		return st, err
	}
	return table.Apply(st, d.pick)
}
