package preview

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

func TestWrite(t *testing.T) {
	s := arrow.NewSchema([]arrow.Field{
		{Name: "城市", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "n", Type: arrow.PrimitiveTypes.Int64},
		{Name: "ok", Type: arrow.FixedWidthTypes.Boolean},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"北京", "x\x1b[2J", ""}, []bool{true, true, false})
	b.Field(1).(*array.Int64Builder).AppendValues([]int64{1, 1, 12}, nil)
	b.Field(2).(*array.BooleanBuilder).AppendValues([]bool{true, false, true}, nil)
	r := b.NewRecord()
	defer r.Release()
	var out strings.Builder
	err := Write(&out, r, func(dst []byte, a arrow.Array, i int) []byte { return append(dst, a.ValueStr(i)...) }, Options{Rows: 2, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	want := `城市          n             ok
北京          1             true
x·[…          1             fal…
█          █  █          ▄  ▄█
`
	if out.String() != want {
		t.Errorf("Write =\n%q\nwant\n%q", out.String(), want)
	}
}
