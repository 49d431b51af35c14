// Package clean repairs tables by a recipe of steps, in the order written:
//
//	steps:
//	  - trim: "*"
//	  - null_tokens: {tokens: ["?", "N/A"]}
//	  - case: {to: lower, columns: [email]}
//	  - clamp: {columns: [age], low: 0, high: 120}
//	  - drop_duplicates: true
//
// Every step is a stage over batches; memory is flat in rows, but for the keys
// of drop_duplicates, which are kept whole because a repeat must be a repeat.
//
// # Guarantee
//
// Nothing changes without a record: each changed cell is one row of the audit
// (row, column, rule), and is counted by rule. A row that is dropped is one
// record without a column. Row numbers are those of the input. The audit holds
// values only where [Options.InsecureValues] asks for them. A value that a step
// cannot read is an error with its row, unless the step says bad: null or keep.
// The same input gives the same output and the same audit.
package clean

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Options of [Compile]. The zero value is useful.
type Options struct {
	// Table names the table in the audit and in errors. Default empty.
	Table string
	// Audit makes the writer of the audit, when the first change comes; it is
	// closed when the stream ends. Default none: changes are only counted.
	Audit func(schema *arrow.Schema) (table.Writer, error)
	// InsecureValues writes old and new values to the audit. Default false,
	// because an audit travels further than its table.
	InsecureValues bool
	// MemoryBytes bounds the keys that drop_duplicates keeps in memory before
	// they go to disk. Default 1 GiB, about 8 million rows of 20 bytes.
	MemoryBytes int64
	// Memory allocates the batches. Default the Go allocator.
	Memory memory.Allocator
}

// Change is what one step did to one column; Column is empty for dropped rows.
type Change struct {
	Rule   string `json:"rule"`
	Column string `json:"column,omitempty"`
	Rows   int64  `json:"rows"`
}

// AuditSchema is the schema of the audit.
func (o Options) AuditSchema() *arrow.Schema {
	word := arrow.BinaryTypes.String
	fields := []arrow.Field{
		{Name: "row", Type: arrow.PrimitiveTypes.Int64},
		{Name: "column", Type: word, Nullable: true},
		{Name: "rule", Type: word},
	}
	if o.InsecureValues {
		fields = append(fields,
			arrow.Field{Name: "old", Type: arrow.BinaryTypes.String, Nullable: true},
			arrow.Field{Name: "new", Type: arrow.BinaryTypes.String, Nullable: true})
	}
	return table.WithFacts(arrow.NewSchema(fields, nil), table.Facts{Name: o.Table})
}
