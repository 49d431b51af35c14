package table_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// clock makes a table of times, in seconds, in batches of the given sizes.
func clock(t *testing.T, mem memory.Allocator, seconds []int64, sizes ...int) table.Stream {
	t.Helper()
	s := table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		table.WithLabel(arrow.Field{Name: "at", Type: arrow.FixedWidthTypes.Timestamp_s}, table.Label{Role: table.RoleTime}),
	}, nil), table.Facts{Name: "t", Key: "id", Refs: []table.Ref{{Column: "id", Table: "p", Key: "id"}}})
	var batches []table.Batch
	id := int64(0)
	for _, n := range sizes {
		b := array.NewRecordBuilder(mem, s)
		for _, v := range seconds[:n] {
			id++
			b.Field(0).(*array.Int64Builder).Append(id)
			b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(v))
		}
		seconds = seconds[n:]
		batches = append(batches, b.NewRecord())
		b.Release()
	}
	st := table.FromBatches(s, batches...)
	for _, b := range batches {
		b.Release()
	}
	return st
}

func ids(t *testing.T, st table.Stream) (got []int64, sizes []int) {
	t.Helper()
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b.Column(0).(*array.Int64).Int64Values()...)
		sizes = append(sizes, int(b.NumRows()))
	}
	return got, sizes
}

func TestPace(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	var waits []time.Duration
	st, err := table.Apply(clock(t, mem, []int64{100, 100, 106, 112, 160, 130}, 3, 3), table.Pace(table.PaceOptions{
		Speed: 60,
		Wait:  func(_ context.Context, until time.Duration) error { waits = append(waits, until); return nil },
	}))
	if err != nil {
		t.Fatal(err)
	}
	got, sizes := ids(t, st)
	if want := []int64{1, 2, 3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("ids = %v, want %v", got, want)
	}
	// 6 s at speed 60 are 100 ms, which is gathered; 12 s are 200 ms; a row that
	// runs backwards comes with the one before it.
	if want := []int{3, 1, 2}; !slices.Equal(sizes, want) {
		t.Errorf("batches = %v rows, want %v", sizes, want)
	}
	if want := []time.Duration{0, 200 * time.Millisecond, time.Second}; !slices.Equal(waits, want) {
		t.Errorf("waits = %v, want %v", waits, want)
	}
}

func TestPaceIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	st, err := table.Apply(clock(t, memory.DefaultAllocator, []int64{0, 1e9}, 2), table.Pace(table.PaceOptions{Speed: 1}))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range st.Batches(ctx) {
		if n++; n == 1 {
			cancel()
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the second row came, %v; want canceled", err)
		}
	}
}

func TestPickAndHead(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	st, err := table.Apply(clock(t, mem, []int64{1, 2, 3, 4, 5}, 2, 3), table.Head(3))
	if err != nil {
		t.Fatal(err)
	}
	if got, sizes := ids(t, st); !slices.Equal(got, []int64{1, 2, 3}) || !slices.Equal(sizes, []int{2, 1}) {
		t.Errorf("Head(3) gives ids %v in batches %v", got, sizes)
	}
	st, err = table.Apply(clock(t, mem, []int64{1, 2}, 2), table.Pick("at"))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := table.FactsOf(st.Schema())
	if err != nil || facts.Name != "t" || facts.Key != "" || len(facts.Refs) != 0 {
		t.Errorf("facts after Pick = %+v, %v; want no key and no reference to a column that is gone", facts, err)
	}
	for _, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Error(err)
		}
	}
	if _, err = table.Apply(clock(t, memory.DefaultAllocator, nil, 0), table.Pick("nothing")); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("Pick of an absent column = %v, want its name", err)
	}
}
