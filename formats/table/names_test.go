package table

import (
	"fmt"
	"strings"
	"testing"
)

func TestListNames(t *testing.T) {
	if got := ListNames([]string{"a", "b \"c\""}); got != `["a" "b \"c\""]` {
		t.Errorf("two names: %s", got)
	}
	many := []string{strings.Repeat("é", 1000)}
	for i := range 100000 {
		many = append(many, fmt.Sprint("c", i))
	}
	got := ListNames(many)
	if len(got) > 400 || !strings.HasSuffix(got, `"c18"] and 99981 more`) || !strings.HasPrefix(got, `["`+strings.Repeat("é", 30)+`..."`) {
		t.Errorf("many names: %s", got)
	}
	if got := ListNames(nil); got != "[]" {
		t.Errorf("no names: %s", got)
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"plain name": "plain name", "größe": "größe", "": "", "a\nholds": `"a\nholds"`, "\x1b[31m": `"\x1b[31m"`,
		`"a"`: `"\"a\""`, "\xff": `"\xff"`, "a\u202eb": `"a\u202eb"`,
	} {
		if got := Quoted(in); got != want {
			t.Errorf("Quoted(%q) = %s, want %s", in, got, want)
		}
	}
}
