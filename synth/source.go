package synth

import (
	"context"

	"github.com/verisim/verisim/formats/table"
)

// defaultPart is the size of a part where a table does not say: a batch that
// fits the second-level cache by column.
const defaultPart = 65_536

// Streamer is a model that has a better unit of work for a whole table than a
// range of rows, such as a window of time. The rows are those of Generate.
type Streamer interface {
	Stream(name string, seed Seed, workers int) (table.Stream, error)
}

// NewSource gives a model's whole tables as a source. Parts are made on several
// goroutines while a stream is read, and come in order.
func NewSource(m Model, seed Seed, workers int) table.Source {
	return &source{model: m, seed: seed, workers: workers}
}

type source struct {
	model   Model
	seed    Seed
	workers int
}

func (s *source) Tables() []string {
	var out []string
	for _, t := range s.model.Tables() {
		out = append(out, t.Name)
	}
	return out
}

func (s *source) Open(_ context.Context, name string) (table.Stream, error) {
	t, err := Find(s.model, name)
	if err != nil {
		return nil, err
	}
	if m, ok := s.model.(Streamer); ok {
		return m.Stream(name, s.seed, s.workers)
	}
	rows, err := t.Rows(s.seed)
	if err != nil {
		return nil, err
	}
	return Parallel(s.model, t, s.seed, Range{0, rows}, s.workers), nil
}

// Parallel makes a range of a table in parts, on several goroutines, in order.
func Parallel(m Model, t Table, seed Seed, rows Range, workers int) table.Stream {
	size := t.Part
	if size <= 0 {
		size = defaultPart
	}
	first := rows.First / size
	parts := (rows.End()+size-1)/size - first
	if rows.Count == 0 {
		parts = 0
	}
	return table.Parallel(t.Schema, workers, parts, func(ctx context.Context, i int64) ([]table.Batch, error) {
		from := max((first+i)*size, rows.First)
		to := min((first+i+1)*size, rows.End())
		st, err := m.Generate(ctx, t.Name, seed, Range{from, to - from})
		if err != nil {
			return nil, err
		}
		return table.Collect(ctx, st)
	})
}
