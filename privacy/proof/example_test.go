package proof_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof"
)

// Example proves a total's bound and a range, and reads what a stranger sees.
func Example() {
	schema := arrow.NewSchema([]arrow.Field{{Name: "age", Type: arrow.PrimitiveTypes.Int8, Nullable: true}}, nil)
	rows, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(`[{"age":31},{"age":null},{"age":54}]`))
	if err != nil {
		panic(err)
	}
	doc, err := proof.DecodeDocument("s.yaml", []byte(`
version: 1
table: people
statements:
- range: {column: age, min: 18, max: 99}
- mean: {column: age, min: 40}
`))
	if err != nil {
		panic(err)
	}
	p := proof.New(doc, proof.Options{})
	t, err := p.Table("people", schema, nil, "")
	if err != nil {
		panic(err)
	}
	if err = t.Add(rows); err != nil {
		panic(err)
	}
	file, err := p.Prove(context.Background())
	if err != nil {
		panic(err)
	}

	result, err := proof.Verify(context.Background(), file, proof.VerifyOptions{})
	if err != nil {
		panic(err)
	}
	for _, v := range result.Verdicts {
		fmt.Println(v.Holds, v.SoundnessBits, v.Words)
	}
	file[len(file)-1] ^= 1
	_, err = proof.Verify(context.Background(), file, proof.VerifyOptions{})
	fmt.Println(errors.Is(err, privacy.ErrTampered))
	// Output:
	// true 103 every value of age that is there is from 18 to 99
	// true 103 the mean of age is at least 40
	// true
}

// TestStatementsFile: the file that STATEMENTS.md shows decodes, and shows every
// kind of statement.
func TestStatementsFile(t *testing.T) {
	text, err := os.ReadFile("STATEMENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```yaml\n")
	block, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("STATEMENTS.md shows no file")
	}
	doc, err := proof.DecodeDocument("STATEMENTS.md", []byte(block))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, s := range doc.Statements {
		shown[s.Kind] = true
	}
	for _, k := range proof.Kinds() {
		if !shown[k] {
			t.Errorf("STATEMENTS.md does not show %q", k)
		}
	}
}
