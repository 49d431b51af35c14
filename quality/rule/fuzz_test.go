package rule

import (
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// FuzzSuite reads any text as a suite, binds it to a table of many types and
// judges rows by it, in two states and through a gate: an error or a verdict,
// never a panic.
func FuzzSuite(f *testing.F) {
	for _, tr := range trials() {
		if tr.table {
			f.Add("tables:\n  t:\n    checks:\n      - {" + tr.check + "}\n")
		} else {
			for _, col := range []string{"a", "b", "d", "e", "g"} {
				f.Add("tables:\n  t:\n    columns:\n      " + col + ": {" + tr.check + ", mostly: 0.5, where: \"a > 1\"}\n")
			}
		}
	}
	f.Add(dozen)
	f.Add(lawSuite)
	s := schema(f, "a int64", "b string", "c float64", "d timestamp", "e category", "g decimal(9,2)", "h bool", "i uint64", "k date", "l float32")
	other := schema(f, "a int64", "b string")
	text := `[
		{"a": 1, "b": "x", "c": 1.5, "d": "2026-01-01T00:00:00Z", "e": "p", "g": "1.25", "h": true, "i": 7, "k": "2026-01-01", "l": 0.1},
		{"a": 2, "b": "A-b", "c": -1, "d": "2026-01-01T01:00:00Z", "e": "q", "g": "-3.00", "h": false, "i": 8, "k": "2026-01-02", "l": 2},
		{"a": null, "b": null, "c": null, "d": null, "e": null, "g": null, "h": null, "i": null, "k": null, "l": null},
		{"a": 2, "b": "", "c": 0, "d": "1960-01-01T00:00:00Z", "e": "p", "g": "0.00", "h": true, "i": 0, "k": "1960-01-02", "l": -1}]`
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 2000 {
			return
		}
		suite, err := Parse("s.yaml", []byte(src))
		if err != nil {
			return
		}
		opt := Options{Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), ReadFile: func(string) ([]byte, error) { return []byte("x\n"), nil }}
		p, err := Compile(suite, map[string]*arrow.Schema{"t": s, "o": other}, opt)
		if err != nil {
			return
		}
		batches := map[string]string{"t": text, "o": `[{"a": 1, "b": "x"}]`}
		one, two := p.New(), p.New()
		defer one.Close()
		defer two.Close()
		for _, name := range p.Tables() {
			sch := s
			if name == "o" {
				sch = other
			}
			b := rows(t, memory.DefaultAllocator, sch, batches[name])
			if err = one.Add(name, b); err != nil {
				return
			}
			if err = two.AddAt(name, b.NumRows(), b.NewSlice(1, b.NumRows())); err != nil {
				return
			}
		}
		if err = one.Merge(two); err != nil {
			return
		}
		r, _ := one.Finish() // a table without rows is an error beside the result
		if r == nil {
			return
		}
		for _, c := range r.Checks {
			if c.Pass && c.Rows == 0 && c.Message != "no row to judge, as allowed" {
				t.Errorf("%s passes on no rows", c.Rule)
			}
			if c.Failed > c.Rows || c.Share < 0 || c.Share > 1 {
				t.Errorf("%s: %d of %d rows fail", c.Rule, c.Failed, c.Rows)
			}
		}
	})
}
