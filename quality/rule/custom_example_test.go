package rule_test

import (
	"fmt"
	"log"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

// A rule that no expression can say is a function, which a suite names.
func ExampleFunc() {
	palindrome := rule.Func{Judge: func(b table.Batch, broken func(row int)) error {
		words := b.Column(0).(*array.String)
		for i := range words.Len() {
			w := words.Value(i)
			for k := range len(w) / 2 {
				if w[k] != w[len(w)-1-k] {
					broken(i)
					break
				}
			}
		}
		return nil
	}}
	schema := arrow.NewSchema([]arrow.Field{{Name: "word", Type: arrow.BinaryTypes.String}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"level", "levels", "noon"}, nil)

	suite, err := rule.Parse("words.yaml", []byte("checks: [custom: palindrome]"))
	if err != nil {
		log.Fatal(err)
	}
	plan, err := rule.Compile(suite, map[string]*arrow.Schema{"": schema}, rule.Options{Funcs: map[string]rule.Func{"palindrome": palindrome}})
	if err != nil {
		log.Fatal(err)
	}
	state := plan.New()
	rows := b.NewRecord()
	defer rows.Release()
	if err = state.Add("", rows); err != nil {
		log.Fatal(err)
	}
	result, err := state.Finish()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Checks[0].Message, result.Checks[0].Examples)
	// Output: 1 of 3 rows fail [1]
}
