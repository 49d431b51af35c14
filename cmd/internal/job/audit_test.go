package job

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/quality/rule"
)

// drawn asks for count rows of a table of 400 in which every fourth x is 0 and the
// others 1, and answers. n of the drawn rows have x = 0.
func drawn(t *testing.T, count int) (q *commit.Request, d *commit.Disclosure, n int64) {
	t.Helper()
	ctx := context.Background()
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range 400 {
		b.Append(int64(min(i%4, 1)))
	}
	batch := array.NewRecord(schema, []arrow.Array{b.NewArray()}, 400)
	tree, err := commit.New(schema, nil, commit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err = tree.Add(batch); err != nil {
		t.Fatal(err)
	}
	root := tree.Finish()
	if q, err = root.Ask(commit.Ask{Table: "t", Count: count, Share: .1, Miss: .01}); err != nil {
		t.Fatal(err)
	}
	if d, err = commit.Disclose(ctx, table.FromBatches(schema, batch), nil, root, "t", q.Rows, q.Columns); err != nil {
		t.Fatal(err)
	}
	if d.Request, err = q.Digest(); err != nil {
		t.Fatal(err)
	}
	for _, row := range q.Rows {
		if row%4 == 0 {
			n++
		}
	}
	return q, d, n
}

// TestAuditJudges: rules are judged by the drawn rows, a rule that lets some rows
// break it is contradicted only by bounds, and a warning is no finding.
func TestAuditJudges(t *testing.T) {
	q, d, n := drawn(t, 80) // P(n = 0) < 1e-10, P(n > 40) smaller
	for _, c := range []struct {
		checks       string
		broken       int64
		contradicted int
		skipped      int
	}{
		{"columns: {x: {ge: 0}}", 0, 0, 0},
		{"columns: {x: {ge: 1}}", n, 1, 0},
		{"columns: {x: [{ge: 1, mostly: 0.5}]}", n, 0, 0},
		{"columns: {x: [{ge: 1, level: warning}]}", n, 0, 0},
		{"columns: {x: {ge: 0, unique: true, mean: [5, 6]}}\nchecks: [row_count: 3]", 0, 0, 3},
		{"columns: {x: {ge: 0}}\nchecks: [custom: house]", 0, 0, 1},
		{"columns: {x: {ge: 0}}\nchecks: [{expr: 'x > 5', where: 'x > 1000'}]", 0, 0, 1}, // no such row
		{"tables: {t: {columns: {x: {ge: 1}}}, other: {columns: {y: {ge: 1}}}}", n, 1, 0},
	} {
		suite, err := rule.Parse("suite", []byte("suite: s\n"+c.checks))
		if err != nil {
			t.Fatal(err)
		}
		got, err := CheckAudit(q, d, AuditOptions{Suite: suite})
		if err != nil {
			t.Errorf("%s: %v", c.checks, err)
			continue
		}
		if len(got.Judged) != 1 || got.Judged[0].Broken != c.broken || len(got.Contradicted()) != c.contradicted || len(got.Skipped) != c.skipped {
			t.Errorf("%s: judged %+v, skipped %v, want %d of 80 broken", c.checks, got.Judged, got.Skipped, c.broken)
			continue
		}
		if j := got.Judged[0]; j.Least < j.Broken || j.Most > 320+j.Broken || j.Least > j.Most {
			t.Errorf("%s: between %d and %d of 400 rows", c.checks, j.Least, j.Most)
		}
	}
}

// TestAuditRefuses: an answer to another request, and a request that was drawn for
// another table than the manifest's.
func TestAuditRefuses(t *testing.T) {
	q, _, _ := drawn(t, 20)
	_, d, _ := drawn(t, 20)
	if _, err := CheckAudit(q, d, AuditOptions{}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("CheckAudit of another answer = %v, want tampered", err)
	}
	_, d, _ = drawn(t, 20)
	if _, err := CheckAudit(q, d, AuditOptions{Against: t.TempDir()}); err == nil {
		t.Error("CheckAudit against no bundle = nil")
	}
}

// TestRowwise: what a sample can judge are the checks whose verdict on a row does
// not depend on other rows, references or other tables.
func TestRowwise(t *testing.T) {
	var not []string
	for _, d := range rule.Catalogue() {
		if !d.Whole() && !rowwise(d.Name) && !slices.Contains(not, d.Name) {
			not = append(not, d.Name)
		}
		if d.Whole() && rowwise(d.Name) {
			t.Errorf("%s judges a table", d.Name)
		}
	}
	slices.Sort(not)
	const want = "distinct_rows foreign_key matches_table monotone no_fold_overlap no_near_duplicates no_overlap not_in_table order_dependency primary_key reconcile unique within_sd"
	if got := strings.Join(not, " "); got != want {
		t.Errorf("judged by more than a row: %s, want %s", got, want)
	}
}

func TestChance(t *testing.T) {
	for miss, want := range map[float64]string{.01: "99.00 %", .0099: "99.01 %", .5: "50.00 %", 0: "1", math.Ldexp(1, -40): "1 - 9.6e-13", .00005: "1 - 5.3e-05", .0004: "99.96 %"} {
		if got := Chance(miss); got != want {
			t.Errorf("Chance(%v) = %s, want %s", miss, got, want)
		}
	}
}

// ExampleChance writes how surely a sample meets a bad row.
func ExampleChance() {
	fmt.Println(Chance(commit.Miss(1_000_000, 10_000, 459)))
	// Output: 99.00 %
}
