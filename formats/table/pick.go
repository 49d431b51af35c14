package table

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Pick is a stage that keeps columns by name, in the order named. The table's
// facts lose the key and the references whose column is gone.
func Pick(names ...string) Stage {
	return func(in Stream) (Stream, error) {
		out, at, err := Picked(in.Schema(), names)
		if err != nil {
			return nil, err
		}
		schema := func(*arrow.Schema) (*arrow.Schema, error) { return out, nil }
		return Map(schema, func(b Batch) (Batch, error) {
			cols := make([]arrow.Array, len(at))
			for k, i := range at {
				cols[k] = b.Column(i)
			}
			return array.NewRecord(out, cols, b.NumRows()), nil
		})(in)
	}
}

// Picked is the schema that [Pick] gives, and where its columns stand in the
// table's.
func Picked(s *arrow.Schema, names []string) (*arrow.Schema, []int, error) {
	at := make([]int, len(names))
	fields := make([]arrow.Field, len(names))
	for k, n := range names {
		i, err := Column(s, n)
		if err != nil {
			return nil, nil, err
		}
		at[k], fields[k] = i, s.Field(i)
	}
	facts, err := FactsOf(s)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(names, facts.Key) {
		facts.Key = ""
	}
	facts.Refs = slices.DeleteFunc(facts.Refs, func(r Ref) bool { return !slices.Contains(names, r.Column) })
	md := s.Metadata()
	return WithFacts(arrow.NewSchema(fields, &md), facts), at, nil
}
