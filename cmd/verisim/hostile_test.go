package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hostile is what a file that people send holds, with the exit codes that
// profile and validate, by a suite that asks for a column a, must answer with;
// -1 leaves it open.
type hostile struct {
	text              string
	profile, validate int
}

// hostileFiles are the files by name. A cell called secretcell must not be
// shown.
func hostileFiles() map[string]hostile {
	header := make([]string, 1_000_000)
	for i := range header {
		header[i] = fmt.Sprint("c", i)
	}
	big := strings.Repeat("secretcell", 1<<20)
	return map[string]hostile{
		"ragged.csv":    {"a,b\n1,2\n3\n4,5,6\n", 5, 5},
		"ragged.jsonl":  {"{\"a\":1}\n{\"a\":[\"secretcell\"]}\n", 5, 5},
		"late.csv":      {"a,b\n" + strings.Repeat("1,2\n", 100_000) + "1,secretcell,3\n", 5, 5},
		"unclosed.csv":  {"a,b\n1,\"secretcell\n" + strings.Repeat("2,3\n", 1<<20), 5, 5},
		"behind.csv":    {"a,b\n1,\"x\"secretcell\n", 5, 5},
		"nul.csv":       {"a,b\n1,se\x00cretcell\n2,x\n", 5, 5},
		"nul.jsonl":     {"{\"a\":\"secretcell\x00\"}\n", 5, 5},
		"nulls.csv":     {strings.Repeat("\x00", 1<<20), 5, 5},
		"latin1.csv":    {"a,b\n1,secretcell\xe9\n2,\xc3\xa9\n", 5, 5},
		"latin1.jsonl":  {"{\"a\":\"secretcell\xe9\"}\n", 5, 5},
		"half.jsonl":    {"{\"a\":\"secretcell\\ud800\"}\n", 5, 5},
		"utf16.csv":     {"\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", 5, 5},
		"utf32.csv":     {"\xff\xfe\x00\x00a\x00\x00\x00\n\x00\x00\x00", 5, 5},
		"bigcell.csv":   {"a,b\n1," + big + "\n2,x\n", 0, 0},
		"bigcell.jsonl": {"{\"a\":\"" + big + "\"}\n", 0, 0},
		"bigname.csv":   {strings.Repeat("name", 1<<20) + ",b\n1,2\n", 0, 2},
		"wide.csv":      {strings.Join(header, ",") + "\n", 5, 5},
		"wide.jsonl":    {"{\"" + strings.Join(header[:100_000], "\":1,\"") + "\":1}\n", 5, 5},
		"many.csv":      {strings.Join(header[:5000], ",") + "\n" + strings.Repeat("1,", 4999) + "1\n", 0, 2},
		"deep.jsonl":    {strings.Repeat("{\"a\":", 1<<20) + "\n", 5, 5},
		"cut.jsonl":     {"{\"a\":1}\n{\"a\":\"secretcell", 5, 5},
		"array.jsonl":   {"[1,2]\n", 5, 5},
		"empty.csv":     {"", 5, 5},
		"empty.jsonl":   {"", 0, 2},
		"header.csv":    {"a,b", 0, 3},
		"bom.csv":       {"\ufeffa,b\n1,2\n", 0, 0},
		"same.csv":      {"a,a\n1,2\n", 5, 5},
		"same.jsonl":    {"{\"a\":1,\"a\":\"secretcell\"}\n", 5, 5},
		"cr.csv":        {"a,b\r1,secretcell\r", 5, 5},
		"empty.arrow":   {"", 5, 5},
		"empty.parquet": {"", 5, 5},
		"text.arrow":    {"a,b\n1,secretcell\n", 5, 5},
		"text.parquet":  {"a,b\n1,secretcell\n", 5, 5},
		"cut.arrow":     {"ARROW1\x00\x00\xff\xff\xff\xff\x10\x00\x00\x00secretcell", 5, 5},
		"state.state":   {"verisim profile state, but not really", -1, -1},
	}
}

// ask runs a command in this process.
func ask(args ...string) (code int, said string, took time.Duration) {
	var out, errs bytes.Buffer
	start := time.Now()
	code = run(context.Background(), args, &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(string) string { return "" }})
	return code, errs.String(), time.Since(start)
}

// spoilt makes a file of every columnar format, and spoils it: cut, and with
// bytes changed anywhere.
func spoilt(t *testing.T, dir string) map[string]hostile {
	t.Helper()
	source := filepath.Join(dir, "source.jsonl")
	var rows strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&rows, "{\"a\":%d,\"b\":\"secretcell%d\",\"c\":%v}\n", i, i%40, float64(i)/7)
	}
	if err := os.WriteFile(source, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	files := map[string]hostile{}
	rng := rand.New(rand.NewPCG(61, 62))
	for _, end := range []string{"arrow", "arrows", "parquet"} {
		path := filepath.Join(dir, "source."+end)
		if code, said, _ := ask("convert", source, path); code != 0 {
			t.Fatalf("convert to %s: %s", end, said)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["whole."+end] = hostile{string(data), 0, 0}
		files["half."+end] = hostile{string(data[:len(data)/2]), 5, 5}
		files["short."+end] = hostile{string(data[:len(data)-9]), 5, 5}
		for k := range 12 {
			bad := bytes.Clone(data)
			for range 1 << (k / 3) {
				bad[rng.IntN(len(bad))] ^= byte(1 + rng.IntN(255))
			}
			files[fmt.Sprintf("flipped%d.%s", k, end)] = hostile{string(bad), -1, -1}
		}
	}
	return files
}

// TestHostileFiles gives the quality commands files that people send: whatever
// is in them, the answer is a result or one clear error with the right exit
// code, in bounded time, never a panic, and it shows no cell.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	files := hostileFiles()
	for name, f := range spoilt(t, dir) {
		files[name] = f
	}
	suite := filepath.Join(dir, "suite.yaml")
	if err := os.WriteFile(suite, []byte("columns:\n  a: {not_null: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	recipe := filepath.Join(dir, "recipe.yaml")
	if err := os.WriteFile(recipe, []byte("- trim: \"*\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, f := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
		type asked struct {
			code int
			args []string
		}
		commands := []asked{{f.validate, []string{"validate", path, "-s", suite}}, {f.profile, []string{"profile", path}}}
		if !strings.HasPrefix(name, "flipped") && name != "many.csv" {
			commands = append(commands,
				asked{f.profile, []string{"validate", "--suggest", path}},
				asked{-1, []string{"profile", "merge", path}},
				asked{f.profile, []string{"clean", path, "-r", recipe}})
		}
		for i, c := range commands {
			code, said, took := ask(c.args...)
			if i < 2 && c.code >= 0 && code != c.code {
				t.Errorf("%q: code %d, want %d: %.300s", c.args, code, c.code, said)
			}
			if n := strings.Count(said, "verisim: error:"); n > 1 || n == 0 && code != 0 && code != 3 || n == 1 && code == 0 {
				t.Errorf("%q: code %d with %d errors: %.300s", c.args, code, n, said)
			}
			if code == 1 {
				t.Errorf("%q: code 1, a bug or i/o: %.300s", c.args, said)
			}
			if strings.Contains(said, "secretcell") {
				t.Errorf("%q: the error shows a cell: %.300s", c.args, said)
			}
			if len(said) > 2000 {
				t.Errorf("%q: the error is %d bytes long: %.300s", c.args, len(said), said)
			}
			t.Logf("%s %s: code %d in %v", c.args[0], name, code, took)
			if took > time.Minute { // most take milliseconds; the machine may be slow
				t.Errorf("%q took %v", c.args, took)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
