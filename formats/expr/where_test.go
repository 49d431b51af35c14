package expr

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

func TestWhere(t *testing.T) {
	batch, rows := wild(rand.New(rand.NewPCG(21, 22)), 3000)
	defer batch.Release()
	const src = `i > 0 || code == "ok"`
	s, err := table.Apply(table.FromBatches(batch.Schema(), batch), Where(src))
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	var want []int64
	for i, row := range rows {
		if naive(e.root, row) == true {
			want = append(want, int64(i))
		}
	}
	if len(got) != 1 || got[0].NumRows() != int64(len(want)) {
		t.Fatalf("Where kept %d batches, want 1 of %d rows", len(got), len(want))
	}
	defer got[0].Release()
	for c := range int(batch.NumCols()) {
		for k, r := range want {
			have, kept := array.NewSlice(got[0].Column(c), int64(k), int64(k)+1), array.NewSlice(batch.Column(c), r, r+1)
			if have.ValueStr(0) != kept.ValueStr(0) {
				t.Fatalf("column %q row %d = %s, want %s", batch.ColumnName(c), k, have.ValueStr(0), kept.ValueStr(0))
			}
			have.Release()
			kept.Release()
		}
	}
}

func TestTakeNested(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	batch := fixture(t)
	got, err := Take(batch, []int32{0, 2}, mem)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	want, err := batch.SetColumn(0, batch.Column(0))
	if err != nil {
		t.Fatal(err)
	}
	defer want.Release()
	for c := range int(want.NumCols()) {
		for k, r := range []int{0, 2} {
			if have, kept := got.Column(c).ValueStr(k), want.Column(c).ValueStr(r); have != kept {
				t.Errorf("column %q row %d = %s, want %s", want.ColumnName(c), k, have, kept)
			}
		}
	}
}

func TestWhereRefuses(t *testing.T) {
	batch := fixture(t)
	for _, src := range []string{`i +`, `i`, `nothing > 1`} {
		_, err := table.Apply(table.FromBatches(batch.Schema(), batch), Where(src))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Where(%q) = %v, want an *Error", src, err)
		}
	}
}
