package document

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type word struct{ text string }

func (w *word) UnmarshalNode(n *Node) error {
	if n.Kind == Map {
		w.text = "map of " + n.Pairs[0].Key
		return nil
	}
	w.text = n.Text
	return nil
}

type inner struct {
	At    Pos
	Kind  string `yaml:"kind"`
	Least *int   `yaml:"least"`
}

type common struct {
	Seed uint64 `yaml:"seed"`
}

type outer struct {
	Shared  common           `yaml:",inline"`
	Name    string           `yaml:"name"`
	Rows    int64            `yaml:"rows"`
	Share   float64          `yaml:"share"`
	On      bool             `yaml:"on"`
	Every   time.Duration    `yaml:"every"`
	Rules   []inner          `yaml:"rules"`
	Words   []word           `yaml:"words"`
	By      map[string]int64 `yaml:"by"`
	Any     any              `yaml:"any"`
	Ignored string
}

func TestDecode(t *testing.T) {
	const text = `# a comment
name: 北京 "x"
seed: 0x10
rows: 1_000_000
share: .5
on: true
every: 90s
rules:
  - kind: a
    least: 3
  - {kind: b}
words: [one, {two: 2}]
by: {a: 1, b: 010}
any: [1, 2.5, x, null, {k: false}]
`
	var got outer
	if err := Decode("t.yaml", []byte(text), &got); err != nil {
		t.Fatal(err)
	}
	three := 3
	want := outer{
		Shared: common{Seed: 16},
		Name:   `北京 "x"`, Rows: 1_000_000, Share: .5, On: true, Every: 90 * time.Second,
		Rules: []inner{
			{At: Pos{"t.yaml", 9, 5}, Kind: "a", Least: &three},
			{At: Pos{"t.yaml", 11, 6}, Kind: "b"},
		},
		Words: []word{{"one"}, {"map of two"}},
		By:    map[string]int64{"a": 1, "b": 10},
		Any:   []any{int64(1), 2.5, "x", nil, map[string]any{"k": false}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{}, word{}, common{})); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

func TestDecodeJSON(t *testing.T) {
	var got struct {
		A []int `yaml:"a"`
	}
	if err := Decode("t.json", []byte(`{"a": [1, 2]}`), &got); err != nil || len(got.A) != 2 {
		t.Errorf("Decode(json) = %v, %v, want two numbers", got, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown", "naem: x", `t.yaml:1:1: key "naem" is not known here; did you mean "name"?`},
		{"unknown far", "zzzzzz: x", `t.yaml:1:1: key "zzzzzz" is not known here; known are seed, name`},
		{"twice", "name: x\nname: y", "t.yaml:2:1: "},
		{"kind", "rows: many", "t.yaml:1:7: here stands a word, expected a whole number"},
		{"list", "rules: x", "t.yaml:1:8: here stands a word, expected a list"},
		{"deep", "rules:\n - kindd: x", `t.yaml:2:4: key "kindd" is not known here; did you mean "kind"?`},
		{"overflow", "rows: 99999999999999999999", "t.yaml:1:7: here stands a word, expected a whole number"},
		{"negative", "seed: -1", "t.yaml:1:7: expected a whole number from 0"},
		{"duration", "every: 5", "t.yaml:1:8: expected a duration"},
		{"empty", "", "t.yaml:1:1: the document is empty"},
		{"comment", "# x\n", "t.yaml:1:1: the document is empty"},
		{"two", "name: a\n---\nname: b", "t.yaml:3:5: a second document"},
		{"anchor", "name: &a x", "t.yaml:1:7: anchors"},
		{"syntax", "name: [1, 2", "t.yaml:1:7: "},
		{"tab", "a:\n\tb: 1", "t.yaml:2:"},
		{"scalar", "hello", "t.yaml:1:1: here stands a word, expected a mapping"},
		{"bomb", strings.Repeat("[", 100000), "t.yaml:1:1: brackets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got outer
			err := Decode("t.yaml", []byte(c.text), &got)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Decode(%q) = %v, want %q", c.text, err, c.want)
			}
			if len(All(err)) == 0 {
				t.Errorf("All(%v) is empty, want a place", err)
			}
		})
	}
}

func TestDecodeReportsAllFaults(t *testing.T) {
	var got outer
	err := Decode("t.yaml", []byte("naem: x\nrows: y\non: 3"), &got)
	if n := len(All(err)); n != 3 {
		t.Errorf("All(%v) has %d faults, want 3", err, n)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"customers", "cards", "merchants", "transactions"}
	for in, want := range map[string]string{
		"customer": "customers", "trasnactions": "transactions", "Cards": "cards", "x": "", "planet": "",
	} {
		if got := Nearest(in, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	want := []string{"kind", "least"}
	if diff := cmp.Diff(want, Keys(&inner{})); diff != "" {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: x\nrules: [{kind: a}]"))
	f.Add([]byte("a: &x [1]\nb: *x"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		var got outer
		if err := Decode("f", data, &got); err != nil && len(All(err)) == 0 {
			t.Errorf("error without a place: %v", err)
		}
	})
}
