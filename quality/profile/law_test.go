package profile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// The law of this package: whole = any split, merged in any order, on any
// number of goroutines, bit for bit.
func TestStateDoesNotDependOnSplit(t *testing.T) {
	for _, opt := range []Options{
		{Distinct: 50, SampleRows: 40},
		{Distinct: 700, SampleRows: 300},
		{NoValues: true, Distinct: 300},
		{},
	} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		rng := rand.New(rand.NewPCG(7, 11))
		whole := mixedBatch(t, mem, rng, 9001)
		want := stateOf(t, opt, whole)
		wantBytes := bytesOf(t, want)
		wantJSON, err := json.Marshal(want.Profile())
		if err != nil {
			t.Fatal(err)
		}
		for trial := range 6 {
			parts := splitAt(whole, rng, 1+trial*3)
			states := make([]*State, 1+rng.IntN(8))
			for i := range states {
				states[i] = New(whole.Schema(), opt)
			}
			var wg sync.WaitGroup
			for i, s := range states {
				wg.Go(func() {
					for j := i; j < len(parts); j += len(states) {
						if err := s.Add(parts[j]); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			rng.Shuffle(len(states), func(i, j int) { states[i], states[j] = states[j], states[i] })
			for len(states) > 1 { // a random tree of merges
				i := rng.IntN(len(states) - 1)
				if err := states[i].Merge(states[i+1]); err != nil {
					t.Fatal(err)
				}
				states = append(states[:i+1], states[i+2:]...)
			}
			if !bytes.Equal(bytesOf(t, states[0]), wantBytes) {
				t.Fatalf("options %+v, trial %d: a split into %d parts gives another state", opt, trial, len(parts))
			}
			gotJSON, err := json.Marshal(states[0].Profile())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(gotJSON, wantJSON) {
				t.Fatalf("options %+v: equal states give different profiles", opt)
			}
			for _, p := range parts {
				p.Release()
			}
		}
		whole.Release()
		mem.AssertSize(t, 0)
	}
}

// TestKeepsNothingOfABatch overwrites the memory of each batch after it was
// taken in, as a reader that uses it again would.
func TestKeepsNothingOfABatch(t *testing.T) {
	make3 := func() []arrow.Record {
		rng := rand.New(rand.NewPCG(17, 11))
		var out []arrow.Record
		for range 3 {
			out = append(out, mixedBatch(t, memory.DefaultAllocator, rng, 2000))
		}
		return out
	}
	for _, opt := range []Options{{Distinct: 50, SampleRows: 40}, {}} {
		want := bytesOf(t, stateOf(t, opt, make3()...))
		batches := make3()
		s := New(batches[0].Schema(), opt)
		for _, b := range batches {
			if err := s.Add(b); err != nil {
				t.Fatal(err)
			}
			for _, c := range b.Columns() {
				for _, buf := range c.Data().Buffers() {
					if buf != nil {
						memory.Set(buf.Bytes(), 0xaa)
					}
				}
			}
		}
		if !bytes.Equal(bytesOf(t, s), want) {
			t.Errorf("options %+v: the state keeps memory of a batch", opt)
		}
	}
}

func splitAt(b arrow.Record, rng *rand.Rand, cuts int) []arrow.Record {
	var out []arrow.Record
	at := int64(0)
	for range cuts {
		next := at + rng.Int64N(b.NumRows()-at+1)
		out = append(out, b.NewSlice(at, next))
		at = next
	}
	return append(out, b.NewSlice(at, b.NumRows()))
}

func TestStateRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, opt := range []Options{{}, {Distinct: 20, SampleRows: 10}, {NoValues: true}} {
		for _, n := range []int{0, 1, 3000} {
			b := mixedBatch(t, memory.DefaultAllocator, rng, n)
			s := stateOf(t, opt, b)
			want := bytesOf(t, s)
			var back State
			if err := back.UnmarshalBinary(want); err != nil {
				t.Fatalf("UnmarshalBinary of %d rows: %v", n, err)
			}
			if got := bytesOf(t, &back); !bytes.Equal(got, want) {
				t.Fatalf("a state of %d rows changes when it is saved and loaded", n)
			}
			if err := back.Add(b); err != nil {
				t.Fatal(err)
			}
			twice := stateOf(t, opt, b, b)
			if !bytes.Equal(bytesOf(t, &back), bytesOf(t, twice)) {
				t.Fatalf("a loaded state of %d rows counts on differently", n)
			}
			b.Release()
		}
	}
}

func TestReadDoesNotDependOnWorkers(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	rng := rand.New(rand.NewPCG(5, 5))
	whole := mixedBatch(t, mem, rng, 6000)
	defer whole.Release()
	want := bytesOf(t, stateOf(t, Options{Distinct: 500}, whole))
	for workers := 1; workers <= 8; workers++ {
		parts := splitAt(whole, rng, 20)
		in := table.FromBatches(whole.Schema(), parts...)
		for _, p := range parts {
			p.Release()
		}
		s, err := Read(context.Background(), in, Options{Distinct: 500, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytesOf(t, s), want) {
			t.Errorf("%d workers give another state", workers)
		}
	}
}

func TestTapChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 5))
	b := mixedBatch(t, memory.DefaultAllocator, rng, 100)
	defer b.Release()
	s := New(b.Schema(), Options{})
	out, err := Tap(s)(table.FromBatches(b.Schema(), b))
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.Collect(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != b || s.Rows() != 100 {
		t.Errorf("Tap passed %d batches and counted %d rows, want the one batch and 100", len(got), s.Rows())
	}
	got[0].Release()
	other := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int8}}, nil)
	if _, err := Tap(s)(table.FromBatches(other)); !errors.Is(err, ErrMismatch) {
		t.Errorf("Tap on another schema = %v, want ErrMismatch", err)
	}
}
