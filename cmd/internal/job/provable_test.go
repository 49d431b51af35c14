package job

import (
	"strings"
	"testing"

	"github.com/verisim/verisim/quality/rule"
)

func TestStatementsOf(t *testing.T) {
	suite, err := rule.Parse("s.yaml", []byte(`
tables:
  t:
    columns:
      a: {not_null: true, between: [0, 9], unique: true}
      b: {in_set: [x, y], foreign_key: p.id}
      c: {between: [0, null]}
      d: {not_null: true, where: "a > 1"}
      e: {matches: "^x"}
    checks:
      - row_count: 5
      - expr: "end >= start"
      - expr: "a < b"
      - expr: "a + 1 < b"
`))
	if err != nil {
		t.Fatal(err)
	}
	got, left := statementsOf(suite, func(*rule.Spec) (bool, string) { return true, "" })
	var kinds []string
	for _, s := range got {
		kinds = append(kinds, s.Kind+" "+s.Column+strings.Join(s.Columns, "<"))
	}
	want := "rows ; nulls a; range a; unique a; member b; reference b; order start<end; order a<b"
	if g := strings.Join(kinds, "; "); g != want {
		t.Errorf("statements = %s, want %s", g, want)
	}
	if !got[len(got)-1].Strict || got[len(got)-2].Strict {
		t.Error("a < b is strict, end >= start is not")
	}
	if len(left) != 4 {
		t.Errorf("left = %v, want the open range, the where, the pattern and the sum", left)
	}
}
