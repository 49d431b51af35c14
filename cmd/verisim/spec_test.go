package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/rule"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/spec"
)

// TestSpecsKeepTheirRules makes every spec of testdata, small, and has its own
// rules judge it.
func TestSpecsKeepTheirRules(t *testing.T) {
	files, err := filepath.Glob("../../testdata/specs/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("specs: %d, %v; want 6 or more", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			s, err := spec.Load(path, spec.Options{Rows: 1000})
			if err != nil {
				t.Fatal(err)
			}
			suite, err := rule.ParseNode(s.Check())
			if err != nil {
				t.Fatal(err)
			}
			schemas := map[string]*arrow.Schema{}
			for _, tab := range s.Tables() {
				schemas[tab.Name] = tab.Schema
			}
			plan, err := rule.Compile(suite, schemas, rule.Options{})
			if err != nil {
				t.Fatal(err)
			}
			state := plan.New()
			defer state.Close()
			src := synth.NewSource(s, s.Seed(), 2)
			for _, name := range plan.Tables() {
				st, oerr := src.Open(context.Background(), name)
				if oerr != nil {
					t.Fatal(oerr)
				}
				if err = state.AddStream(context.Background(), name, st, 1); err != nil {
					t.Fatal(err)
				}
			}
			res, err := state.Finish()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range res.Failed() {
				t.Errorf("%s: %s", c.ID, c.Message)
			}
			if !res.OK() || len(res.Checks) == 0 {
				t.Errorf("%d checks, OK() = %v", len(res.Checks), res.OK())
			}
		})
	}
}
