package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// evenFunc is a check that the first column is even.
func evenFunc() Func {
	return Func{
		Needs: func(s *arrow.Schema) error {
			if s.Field(0).Type.ID() != arrow.INT64 {
				return errors.New("the first column is no int64")
			}
			return nil
		},
		Judge: func(b table.Batch, broken func(row int)) error {
			a := b.Column(0).(*array.Int64)
			for i, v := range a.Int64Values() {
				if a.IsValid(i) && v%2 != 0 {
					broken(i)
				}
			}
			return nil
		},
	}
}

// TestCustom: rows of one's own check count like those of any other, and what
// is wrong with the check is an error of the suite, or of the run, with its name.
func TestCustom(t *testing.T) {
	s := schema(t, "a int64", "b string")
	funcs := map[string]Func{
		"even": evenFunc(), "empty": {},
		"beyond": {Judge: func(_ table.Batch, broken func(row int)) error { broken(-1); return nil }},
		"ill":    {Judge: func(table.Batch, func(row int)) error { return errors.New("the house burns") }},
	}
	compileWith := func(check string, s *arrow.Schema) (*Plan, error) {
		suite, err := Parse("s.yaml", []byte("checks:\n  - {"+check+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		return Compile(suite, map[string]*arrow.Schema{"": s}, Options{Funcs: funcs})
	}
	in := []rowOf{{int64(1), "x"}, {int64(2), "x"}, {int64(3), "y"}, {nil, "y"}, {int64(5), "x"}}
	b := batchOf(s, in)
	defer b.Release()
	part := b.NewSlice(1, 5)
	defer part.Release()
	p, err := compileWith(`custom: even, where: "b == 'x'"`, s)
	if err != nil {
		t.Fatal(err)
	}
	st := p.New()
	if err = st.AddAt("", 1, part); err != nil {
		t.Fatal(err)
	}
	r, err := st.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Checks[0]; c.Rows != 2 || c.Failed != 1 || !slices.Equal(c.Examples, []int64{4}) {
		t.Errorf("custom even: %d of %d rows fail, %v, want 1 of 2, row 4", c.Failed, c.Rows, c.Examples)
	}
	for check, want := range map[string]string{"custom: evne": "there is no check of one's own called", "custom: empty": "judges nothing", "custom: [even]": "expected a value"} {
		if _, err = compileWith(check, s); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "s.yaml:2:") {
			t.Errorf("%s gives %v, want %q with its line", check, err, want)
		}
	}
	if _, err = compileWith("custom: even", schema(t, "b string")); err == nil || !strings.Contains(err.Error(), "custom even: the first column is no int64") {
		t.Errorf("custom on the wrong table gives %v", err)
	}
	for name, want := range map[string]string{"beyond": "it marks row -1 of a batch of 5", "ill": "the house burns"} {
		if p, err = compileWith("custom: "+name, s); err != nil {
			t.Fatal(err)
		}
		st = p.New()
		if err = st.Add("", b); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("custom %s: %s", name, want)) {
			t.Errorf("custom %s gives %v, want %q", name, err, want)
		}
		st.Close()
	}
}
