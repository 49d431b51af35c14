package profile

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestReferencesByName numbers customers and cards from 0, as generated tables
// do: every customer's number is a card's number too.
func TestReferencesByName(t *testing.T) {
	made := func(names []string, n int, value func(col, i int) int64) *State {
		var fields []arrow.Field
		for _, name := range names {
			fields = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64})
		}
		b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
		defer b.Release()
		for i := range n {
			for col := range names {
				b.Field(col).(*array.Int64Builder).Append(value(col, i))
			}
		}
		rec := b.NewRecord()
		defer rec.Release()
		return stateOf(t, Options{}, rec)
	}
	refs := References(map[string]*State{
		"customers": made([]string{"customer_id"}, 1000, func(_, i int) int64 { return int64(i) }),
		"cards": made([]string{"card_id", "customer_id"}, 2100, func(col, i int) int64 {
			if col == 0 {
				return int64(i)
			}
			return int64(i % 1000)
		}),
		"payments": made([]string{"card_id", "customer_id"}, 5000, func(col, i int) int64 {
			if col == 0 {
				return int64(i % 2100)
			}
			return int64(i % 1000)
		}),
	})
	var got []string
	for _, r := range refs {
		got = append(got, fmt.Sprintf("%s.%s %s.%s", r.Table, r.Column, r.ToTable, r.ToColumn))
	}
	want := "[cards.customer_id customers.customer_id payments.card_id cards.card_id payments.customer_id customers.customer_id]"
	if fmt.Sprint(got) != want {
		t.Errorf("References = %v, want %s", got, want)
	}
}
