package contract

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/quality/rule"
)

const standard = `
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
      - name: mail
        logicalType: string
        required: true
        logicalTypeOptions: {maxLength: 80, format: email, pattern: "@"}
        quality:
          - {metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent, severity: warning, dimension: completeness}
      - name: customer
        relationships: [{to: customers.id}]
      - name: state
        quality:
          - {type: library, metric: invalidValues, mustBe: 0, arguments: {validValues: [open, closed]}, id: states}
          - {type: sql, query: select 1, mustBe: 0}
    quality:
      - {type: library, metric: rowCount, mustBeBetween: [9, 1001]}
      - {type: library, metric: duplicateValues, mustBe: 0, arguments: {properties: [mail, state]}}
  - name: customers
    properties:
      - {name: id, unique: true}
slaProperties:
  - {property: latency, value: 2, unit: d, element: orders.at}
  - {property: retention, value: 3, unit: y}
`

func checksOf(t *testing.T, text string) []string {
	t.Helper()
	s, err := rule.Parse("suite.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var out []string
	for i := range s.Checks {
		c := &s.Checks[i]
		out = append(out, fmt.Sprintf("%s|%s|%s", c.Table, c.Column, c.Flow()))
	}
	return out
}

func TestReadTheStandardsWords(t *testing.T) {
	text, skipped, err := Read("contract.yaml", []byte(standard))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"orders|mail|{not_null: true, id: orders.mail.not_null}",
		"orders|mail|{length: [null, 80], id: orders.mail.length}",
		"orders|mail|{format: email, id: orders.mail.format}",
		`orders|mail|{matches: "@", id: orders.mail.matches}`,
		`orders|mail|{not_null: true, id: "orders.mail.not_null#2", level: warning, mostly: 0.95, dimension: completeness}`,
		"orders|customer|{foreign_key: customers.id, id: orders.customer.foreign_key}",
		"orders|state|{in_set: [open, closed], id: states}",
		"orders|at|{freshness: 172800s, id: orders.at.freshness}",
		"orders||{primary_key: [id], id: orders.primary_key}",
		"orders||{row_count: [10, 1000], id: orders.row_count}",
		"orders||{unique: [mail, state], id: orders.unique}",
		"customers|id|{unique: true, id: customers.id.unique}",
	}
	if diff := cmp.Diff(want, checksOf(t, text)); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	if len(skipped) != 2 || !strings.Contains(skipped[0], "type sql") || !strings.Contains(skipped[1], "retention") {
		t.Errorf("skipped = %q, want the sql rule and the retention", skipped)
	}
}

// TestSuiteThereAndBack writes a suite as a contract, and reads the same checks.
func TestSuiteThereAndBack(t *testing.T) {
	const suite = `
suite: shop
tables:
  orders:
    columns:
      id: {unique: true, not_null: true}
      code: [{matches: "^[A-Z]: 'x'$", level: critical}, {not_in_set: ["1", "true", "a, b"], mostly: 0.9, where: "id > 5"}]
      state: {in_set: [open, "yes", "7"], missing: ["n/a"], pii: true}
    checks:
      - {expr: "id > 0 || code == \"x\"", id: positive, dimension: validity}
      - {unique: [code, state], id: "keys.é"}
      - {distinct_rows: true, id: keys.è}
      - row_count: [1, null]
  customers:
    columns:
      id: {unique: true, allow_empty: true}
`
	s, err := rule.Parse("shop.yaml", []byte(suite))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err = Write(&b, s, rule.Guess(s)); err != nil {
		t.Fatal(err)
	}
	text, skipped, err := Read("contract.yaml", b.Bytes())
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%v, skipped %q\n%s", err, skipped, b.String())
	}
	if diff := cmp.Diff(checksOf(t, suite), checksOf(t, text)); diff != "" {
		t.Errorf("checks (-want +got):\n%s\n%s", diff, b.String())
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "id: "); ok && !regexp.MustCompile("^[A-Za-z0-9_-]+$").MatchString(id) {
			t.Errorf("id %s is no StableId of the standard", id)
		}
	}
	if diff := cmp.Diff(checksOf(t, suite), checksOf(t, s.Text())); diff != "" {
		t.Errorf("Suite.Text: checks (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no contract":    "a: 1",
		"old":            "kind: DataContract\napiVersion: v2.2.2\nschema: [{name: x}]",
		"no schema":      "kind: DataContract\napiVersion: v3.1.0",
		"nothing to do":  "kind: DataContract\napiVersion: v3.1.0\nschema: [{name: x, properties: [{name: y}]}]",
		"nameless":       "kind: DataContract\napiVersion: v3.1.0\nschema: [{properties: [{name: y, unique: true}]}]",
		"own, malformed": "kind: DataContract\napiVersion: v3.1.0\nschema: [{name: x, quality: [{type: custom, engine: verisim, implementation: hello}]}]",
	} {
		if _, _, err := Read("c.yaml", []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
