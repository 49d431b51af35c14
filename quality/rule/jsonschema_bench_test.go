//go:build unix

package rule

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// BenchmarkJSONSchema judges texts of 60 bytes, all different.
func BenchmarkJSONSchema(b *testing.B) {
	const rows = 10_000
	s := schema(b, "a string")
	in := make([]rowOf, rows)
	for i := range in {
		in[i] = rowOf{fmt.Sprintf(`{"id": %d, "name": "customer %d", "tags": ["a", "b"]}`, i, i)}
	}
	batch := batchOf(s, in)
	defer batch.Release()
	p := compile(b, `columns: {a: {json_schema: {type: object, required: [id], properties: {id: {type: integer, minimum: 0}, name: {type: string, maxLength: 40}, tags: {type: array, items: {enum: [a, b]}}}}}}`, map[string]*arrow.Schema{"": s})
	from := cpuTime()
	for b.Loop() {
		st := p.New()
		if err := st.Add("", batch); err != nil {
			b.Fatal(err)
		}
		st.Close()
	}
	b.ReportMetric(float64((cpuTime()-from).Nanoseconds())/float64(b.N)/rows, "cpu-ns/row")
}
