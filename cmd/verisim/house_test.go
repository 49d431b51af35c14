package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/verisim/verisim/"

// floor0 may be imported by every room: the vocabulary, and the two languages
// that specs, suites and recipes share.
var floor0 = []string{"formats/table", "formats/document", "formats/expr"}

// sideways lists the arrows between engines that are not simply downwards.
// A trailing /... means the folder and what is below it.
var sideways = map[string][]string{
	"formats/catalog":   {"formats/..."},
	"formats/delim":     {"formats/cell"},
	"formats/graph":     {"formats/cell"},
	"formats/jsonl":     {"formats/cell"},
	"formats/sql":       {"formats/cell"},
	"formats/sqlite":    {"formats/sql", "formats/cell"},
	"formats/postgres":  {"formats/sql", "formats/cell"},
	"formats/parquet":   {"formats/ipc"}, // the stored Arrow schema is an IPC message
	"synth/catalog":     {"synth/..."},
	"quality/catalog":   {"quality/..."},
	"synth/...":         {"synth/rng", "synth/dist", "synth/fake"},
	"synth/finance":     {"synth/finance/..."},
	"synth/finance/...": {"synth/finance/..."},
	"synth/spec":        {"synth/spec/..."},
	"synth/spec/...":    {"synth/spec/..."},
	"quality/report":    {"quality/profile", "quality/rule"},
	"quality/suggest":   {"quality/profile", "quality/rule"},
	"quality/contract":  {"quality/rule"},
	"quality/rule":      {"quality/profile", "quality/pattern", "quality/key"},
	"quality/clean":     {"quality/pattern", "quality/key"},
	"quality/realism":   {"quality/utility"},
	"quality/fidelity":  {"quality/profile", "quality/utility"},
	"privacy/seal":      {"privacy/keys", "formats", "formats/ipc", "privacy/seal/..."},
	"privacy/attest":    {"privacy/keys"},
	"privacy/proof":     {"privacy/commit", "privacy/proof/..."},
	"privacy/proof/...": {"privacy/proof/...", "privacy/commit"},
}

// gates lists the only rooms that may import a dependency. Arrow's core is
// everyone's; its file formats are not.
var gates = map[string][]string{
	"github.com/apache/arrow/go/v17/arrow/ipc": {"formats/ipc"},
	"github.com/apache/arrow/go/v17/parquet":   {"formats/parquet", "formats/parquet/..."},
	"encoding/csv":                             {"formats/delim"},
	"github.com/brianvoe/gofakeit/v7":          {"synth/fake"},
	"github.com/cloudflare/circl":              {"privacy/..."},
	"github.com/urfave/cli/v2":                 {"cmd/..."},
	"github.com/goccy/go-yaml":                 {"formats/document"},
	"github.com/jackc/pgx/v5":                  {"formats/postgres"},
	"modernc.org/sqlite":                       {"formats/sqlite"},
	"golang.org/x/crypto":                      {"privacy/..."},
	"golang.org/x/term":                        {"cmd/..."},
	"golang.org/x/text":                        {"quality/..."},
	"github.com/klauspost/compress":            {"formats/..."},
	"github.com/santhosh-tekuri/jsonschema/v6": {"quality/rule"},
	"github.com/google/go-cmp":                 {},
	"github.com/rogpeppe/go-internal":          {},
}

func within(pkg, rule string) bool {
	if dir, ok := strings.CutSuffix(rule, "/..."); ok {
		return strings.HasPrefix(pkg, dir+"/")
	}
	return pkg == rule
}

func allowed(from, to string) bool {
	if strings.HasPrefix(from, "cmd/") || slices.Contains(floor0, to) {
		return true
	}
	if slices.Contains(floor0, from) {
		return false
	}
	room, _, _ := strings.Cut(from, "/")
	if to == room { // its own contract
		return true
	}
	if strings.HasSuffix(path.Base(from), "test") { // conformance suites see their room
		return strings.HasPrefix(to, room+"/")
	}
	for rule, targets := range sideways {
		if within(from, rule) && slices.ContainsFunc(targets, func(t string) bool { return within(to, t) }) {
			return true
		}
	}
	return false
}

// TestFloors holds every import of every package against the plan of the house
// in README.md: rooms import lower floors only, and each dependency has a gate.
func TestFloors(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, module); ours {
				if !allowed(from, to) {
					t.Errorf("%s imports %s: no such arrow in the plan of the house", from, to)
				}
				continue
			}
			for dep, rooms := range gates {
				if imp != dep && !strings.HasPrefix(imp, dep+"/") {
					continue
				}
				if !slices.ContainsFunc(rooms, func(r string) bool { return within(from, r) }) {
					t.Errorf("%s imports %s: its gate is %q", from, imp, rooms)
				}
			}
		}
	}
	if seen < 5 {
		t.Errorf("go list named %d packages, want the whole house", seen)
	}
}

func TestFloorsCanFail(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"quality/rule", "synth/rng"},
		{"quality/rule", "quality/clean"},
		{"synth/rng", "formats/ipc"},
		{"privacy/keys", "privacy/seal"},
		{"formats/ipc", "formats/parquet"},
		{"formats/table", "formats"},
	} {
		if allowed(c.from, c.to) {
			t.Errorf("allowed(%s, %s) = true, want false", c.from, c.to)
		}
	}
}
