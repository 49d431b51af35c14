package recipe

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats/table"
)

const fraud = `version: 1
name: fraud
seed: 7
inputs: {customers: 100, input: data/a.csv, key: null}
source:
  simulate: finance
  options: {customers: "${customers}", note: "n=${customers}"}
tables:
  cards: {roles: {number: direct}, refs: [{column: c, table: customers, key: id}]}
protect:
  columns: {customers: [email]}
`

func TestParse(t *testing.T) {
	r, err := Parse("dir/fraud.yaml", []byte(fraud), []string{"customers=7", "seed=9"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Seed == nil || *r.Seed != 9 || r.Source.Simulate != "finance" {
		t.Errorf("Parse = seed %v, source %q, want 9, finance", r.Seed, r.Source.Simulate)
	}
	if n, _ := r.Source.Options.Get("customers").Int(); n != 7 {
		t.Errorf("options.customers = %d, want the --set value 7", n)
	}
	if got := r.Source.Options.Get("note").Text; got != "n=7" {
		t.Errorf("options.note = %q, want n=7", got)
	}
	want := []table.Role{table.RoleDirect, table.RoleSensitive}
	if diff := cmp.Diff(want, r.Protect.Covers()); diff != "" {
		t.Errorf("Covers (-want +got):\n%s", diff)
	}
}

func TestPathsStartAtTheirWriter(t *testing.T) {
	const text = "version: 1\nname: x\ninputs: {in: a.csv}\nsource: {files: {one: '${in}', two: b.csv}}\n"
	for _, c := range []struct {
		set  []string
		want []Path
	}{
		{nil, []Path{Path(filepath.Join("dir", "a.csv")), Path(filepath.Join("dir", "b.csv"))}},
		{[]string{"in=here.csv"}, []Path{"here.csv", Path(filepath.Join("dir", "b.csv"))}},
	} {
		r, err := Parse("dir/r.yaml", []byte(text), c.set)
		if err != nil {
			t.Fatal(err)
		}
		got := []Path{r.Source.Files[0].Path, r.Source.Files[1].Path}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("files with %q (-want +got):\n%s", c.set, diff)
		}
	}
}

func TestDigestTellsJobsApart(t *testing.T) {
	a, _ := Parse("r", []byte(fraud), nil)
	b, _ := Parse("r", []byte(fraud), []string{"customers=1"})
	if a == nil || b == nil || a.Digest == b.Digest {
		t.Error("recipes with different overrides have one digest")
	}
}

func TestParseErrors(t *testing.T) {
	const head = "version: 1\nname: x\n"
	for _, c := range []struct {
		name, text string
		set        []string
		want       string
	}{
		{"version", "version: 2\nname: x\nsource: {simulate: f}", nil, "version is 2"},
		{"no source", head + "source: {}", nil, "exactly one"},
		{"two sources", head + "source: {simulate: f, spec: s.yaml}", nil, "exactly one"},
		{"name", "version: 1\nname: a/b\nsource: {simulate: f}", nil, "a job's name"},
		{"role", head + "source: {simulate: f}\ntables: {t: {roles: {c: secret}}}", nil, `"secret" is none of`},
		{"unknown", head + "sorce: {simulate: f}", nil, `r.yaml:3:1: key "sorce" is not known here; did you mean "source"?`},
		{"input", head + "source: {simulate: '${f}'}", nil, `there is no input "f"`},
		{"no value", head + "inputs: {f: null}\nsource: {files: {t: '${f}'}}", nil, `input "f" has no value`},
		{"set", head + "inputs: {customers: 1}\nsource: {simulate: f}", []string{"custmers=2"}, `no input and no value "custmers"`},
		{"set form", head + "source: {simulate: f}", []string{"x"}, "is not NAME=VALUE"},
		{"recipient", head + "source: {simulate: f}\nprotect: {recipients: [{name: a}]}", nil, "a name and a key"},
		{"list inside text", head + "inputs: {l: [1]}\nsource: {simulate: 'a${l}'}", nil, "must stand alone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("r.yaml", []byte(c.text), c.set)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse = %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(fraud))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if len(data) < 2048 {
			_, _ = Parse("f", data, nil)
		}
	})
}
