package rule_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

const shop = `
suite: shop
tables:
  customers:
    columns:
      id: {not_null: true, unique: true}
  orders:
    columns:
      id: {not_null: true, unique: true}
      customer_id: {foreign_key: customers.id}
      amount: {between: [0, 1000], level: warning}
    checks:
      - expr: "paid <= amount"
`

var (
	customers = arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}}, nil)
	orders    = arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
		{Name: "customer_id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
		{Name: "paid", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	}, nil)
)

func stream(s *arrow.Schema, json string) table.Stream {
	b, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, strings.NewReader(json))
	if err != nil {
		log.Fatal(err)
	}
	defer b.Release()
	return table.FromBatches(s, b)
}

func open(name string) table.Stream {
	if name == "customers" {
		return stream(customers, `[{"id": 1}, {"id": 2}]`)
	}
	return stream(orders, `[
		{"id": 10, "customer_id": 1, "amount": 20, "paid": 20},
		{"id": 11, "customer_id": 3, "amount": 20, "paid": 30},
		{"id": 11, "customer_id": 2, "amount": 5000, "paid": 0}]`)
}

func printVerdict(r *rule.Result) {
	for _, c := range r.Checks {
		fmt.Println(c.ID, c.Failed, "of", c.Rows, c.Status, c.Examples)
	}
	fmt.Println("status", r.Status)
}

func compile() *rule.Plan {
	suite, err := rule.Parse("shop.yaml", []byte(shop))
	if err != nil {
		log.Fatal(err)
	}
	plan, err := rule.Compile(suite, map[string]*arrow.Schema{"customers": customers, "orders": orders}, rule.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return plan
}

// A job judges tables that lie somewhere: in any order, each on several
// goroutines. Foreign keys are settled by Finish.
func Example() {
	ctx := context.Background()
	plan := compile()
	state := plan.New()
	defer state.Close()
	for _, name := range []string{"orders", "customers"} {
		if err := state.AddStream(ctx, name, open(name), 2); err != nil {
			log.Fatal(err)
		}
	}
	result, err := state.Finish()
	if err != nil {
		log.Fatal(err)
	}
	printVerdict(result)
	// Output:
	// customers.id.not_null 0 of 2 pass []
	// customers.id.unique 0 of 2 pass []
	// orders.id.not_null 0 of 3 pass []
	// orders.id.unique 1 of 3 fail [2]
	// orders.customer_id.foreign_key 1 of 3 fail [1]
	// orders.amount.between 1 of 3 warn [2]
	// orders.expr 1 of 3 fail [1]
	// status fail
}

type printer struct{ name string }

func (p printer) Write(b table.Batch) error {
	fmt.Println("quarantine", p.name, b.Column(int(b.NumCols()-2)), b.Column(int(b.NumCols()-1)))
	return nil
}
func (p printer) Close() error { return nil }

// A job lets rows pass on to somewhere else: each table's stage stands in its
// stream, tables are drained in the order of Plan.Tables, and rows that break a
// check of level critical or error leave for quarantine.
func ExamplePlan_Gate() {
	ctx := context.Background()
	plan := compile()
	gate, err := plan.Gate(rule.GateOptions{Quarantine: func(name string, _ *arrow.Schema) (table.Writer, error) {
		return printer{name}, nil
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer gate.Close()
	for _, name := range plan.Tables() {
		good, fault := table.Apply(open(name), gate.Stage(name))
		if fault != nil {
			log.Fatal(fault)
		}
		for b, broken := range good.Batches(ctx) {
			if broken != nil {
				log.Fatal(broken)
			}
			fmt.Println("pass", name, b.NumRows())
		}
	}
	result, err := gate.Finish()
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range result.Tables {
		fmt.Println(t.Name, t.Rows, "rows,", t.Quarantined, "quarantined")
	}
	// Output:
	// pass customers 2
	// quarantine orders [1 2] [["orders.customer_id.foreign_key" "orders.expr"] ["orders.id.unique" "orders.amount.between"]]
	// pass orders 1
	// customers 2 rows, 0 quarantined
	// orders 3 rows, 2 quarantined
}
