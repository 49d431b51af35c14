package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostileFiles gives the quality commands files that people send: whatever
// is in them, the answer is a result or one clear error, never a panic, and it
// shows no cell.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	header := make([]string, 1_000_000)
	for i := range header {
		header[i] = fmt.Sprint("c", i)
	}
	files := map[string]string{
		"ragged.csv":   "a,b\n1,2\n3\n4,5,6\n",
		"unclosed.csv": "a,b\n1,\"secretcell\n2,3\n",
		"nul.csv":      "a,b\n1,se\x00cretcell\n2,x\n",
		"latin1.csv":   "a,b\n1,secretcell\xe9\n2,\xc3\xa9\n",
		"utf16.csv":    "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00",
		"bigcell.csv":  "a,b\n1," + strings.Repeat("secretcell", 1<<20) + "\n2,x\n",
		"wide.csv":     strings.Join(header, ",") + "\n",
		"empty.csv":    "",
		"bom.csv":      "\ufeffa,b\n1,2\n",
		"same.csv":     "a,a\n1,2\n",
		"cut.arrow":    "ARROW1\x00\x00\xff\xff\xff\xff\x10\x00\x00\x00secretcell",
		"state.state":  "verisim profile state, but not really",
	}
	suite := filepath.Join(dir, "suite.yaml")
	if err := os.WriteFile(suite, []byte("columns:\n  a: {not_null: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	recipe := filepath.Join(dir, "recipe.yaml")
	if err := os.WriteFile(recipe, []byte("- trim: \"*\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		commands := [][]string{{"validate", path, "-s", suite}, {"validate", "--suggest", path}, {"profile", path}, {"profile", "merge", path}, {"clean", path, "-r", recipe}}
		if name == "wide.csv" {
			commands = commands[:1] // the others work for long on a million columns
		}
		for _, args := range commands {
			var out, errs bytes.Buffer
			code := run(context.Background(), args, &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(string) string { return "" }})
			said := errs.String()
			if n := strings.Count(said, "verisim: error:"); (code != 0) != (n == 1) || n > 1 {
				t.Errorf("%q: code %d with %d errors: %.300s", args, code, n, said)
			}
			if strings.Contains(said, "secretcell") {
				t.Errorf("%q: the error shows a cell: %.300s", args, said)
			}
			if len(said) > 2000 {
				t.Errorf("%q: the error is %d bytes long: %.300s", args, len(said), said)
			}
			t.Logf("%s %s: %d %.150s", args[0], name, code, strings.SplitN(said, "\n", 2)[0])
		}
	}
}
