package expr_test

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/expr"
)

func Example() {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
		{Name: "limit", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(
		`[{"amount": 5, "limit": 10}, {"amount": 50, "limit": 10}, {"amount": 7}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer batch.Release()
	p, err := expr.Compile("amount <= limit", schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := p.Eval(batch, memory.DefaultAllocator)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer out.Release()
	fmt.Println(p.Type(), out)

	_, err = expr.Compile("ammount > 3", schema)
	fmt.Println(err)
	// Output:
	// bool [true false (null)]
	// compile expression: column 1: there is no column "ammount" (did you mean amount?)
}
