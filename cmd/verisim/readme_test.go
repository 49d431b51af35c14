package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// example is a command of a console block, with the lines that it is to print.
type example struct {
	line    int
	command string
	want    []string
}

// examples reads the console blocks of a document.
func examples(text string) []example {
	var out []example
	inside := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ "):
			out = append(out, example{line: i + 1, command: line[2:]})
		case len(out) > 0:
			out[len(out)-1].want = append(out[len(out)-1].want, line)
		}
	}
	return out
}

var changing = regexp.MustCompile(`SHA256:\S+?([,;]|$)|\d+\.\d s\b|[\d,]+ rows/s`)

// steady takes away what differs from run to run: times, rates, fresh keys.
func steady(line string) string {
	return changing.ReplaceAllString(strings.TrimRight(line, " "), "~$1")
}

// TestReadme runs README's console blocks in order, in one folder with a copy
// of testdata: each command works, and each line shown is among its lines.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("README's walk takes half a minute")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err = os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS(filepath.Join(root, "testdata"))); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "verisim")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if msg, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, msg)
	}
	all := examples(string(text))
	if len(all) < 4 {
		t.Fatalf("README has %d console commands, want at least 4", len(all))
	}
	for _, x := range all {
		cmd := exec.Command("sh", "-c", x.command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"))
		var got bytes.Buffer
		cmd.Stdout, cmd.Stderr = &got, &got
		if err := cmd.Run(); err != nil {
			t.Fatalf("README.md:%d: %s: %v\n%s", x.line, x.command, err, &got)
		}
		seen := map[string]bool{}
		for line := range strings.Lines(got.String()) {
			seen[steady(strings.TrimSuffix(line, "\n"))] = true
		}
		for i, want := range x.want {
			if !seen[steady(want)] {
				t.Errorf("README.md:%d: %s does not print %q; it prints\n%s", x.line+1+i, x.command, want, &got)
			}
		}
	}
}

func TestSteady(t *testing.T) {
	if a, b := steady("5 rows, 1.0 MB in 5.1 s, 222,586 rows/s"), steady("5 rows, 1.0 MB in 15.2 s, 9 rows/s"); a != b {
		t.Errorf("steady: %q and %q differ", a, b)
	}
	if a, b := steady("signed by SHA256:abc, forgotten"), steady("signed by SHA256:..., forgotten"); a != b {
		t.Errorf("steady: %q and %q differ", a, b)
	}
	if steady("5 rows") == steady("6 rows") {
		t.Error("steady takes away too much")
	}
}
