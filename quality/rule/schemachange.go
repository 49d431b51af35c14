package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// schemaUnchanged binds schema_unchanged: true, or {allow: KINDS}.
func (b *binder) schemaUnchanged() error {
	kinds := []string{"added", "removed", "retyped", "moved"}
	var f struct {
		Allow []string `yaml:"allow"`
	}
	if b.arg.Kind == document.Map {
		if err := b.arg.Decode(&f); err != nil {
			return err
		}
		for _, k := range f.Allow {
			if !slices.Contains(kinds, k) {
				return b.arg.Pos.Errorf("schema_unchanged allows %s, not %q", strings.Join(kinds, ", "), k)
			}
		}
		if len(f.Allow) == 0 {
			return b.arg.Pos.Errorf("schema_unchanged takes true, or {allow: [%s]}", strings.Join(kinds, ", "))
		}
	} else if err := b.yes(); err != nil {
		return err
	}
	name, have, names := b.table.name, fieldWords(b.table), fieldNames(b.table.schema)
	var past []string
	for _, r := range b.plan.opt.History {
		for _, t := range r.Tables {
			if t.Name == name {
				past = t.Fields
			}
		}
	}
	b.check.make = func(*State, bool) (cell, error) {
		return &wholeCell{judge: func(_ int64, t *tally) error {
			if past == nil {
				t.learning = "there is no earlier run"
				return nil
			}
			var parts []string
			changes := schemaChanges(past, have, names)
			for i, names := range changes {
				if len(names) == 0 {
					continue
				}
				parts = append(parts, kinds[i]+": "+table.ListNames(names))
				if !slices.Contains(f.Allow, kinds[i]) {
					t.failed = 1
				}
			}
			if t.message = strings.Join(parts, "; "); t.message == "" {
				t.message = "the schema is that of the last run"
			}
			return nil
		}}, nil
	}
	return nil
}

// schemaChanges compares fields, each a name and a type, with those of the last
// run: what was added, removed, got another type, or stands in another order.
func schemaChanges(past, have []string, names []string) (changes [4][]string) {
	// Both names and types may hold spaces, so a field of the past is read as the
	// longest name of today that it begins with.
	of := func(field string) (at int) {
		at = -1
		for i, n := range names {
			if strings.HasPrefix(field, n+" ") && (at < 0 || len(n) > len(names[at])) {
				at = i
			}
		}
		return at
	}
	known := make([]bool, len(names))
	var left []int // names of both, in the order of the past
	for _, f := range past {
		at := of(f)
		if at < 0 {
			changes[1] = append(changes[1], f)
			continue
		}
		known[at] = true
		left = append(left, at)
		if have[at] != f {
			changes[2] = append(changes[2], fmt.Sprintf("%s, now %s", f, have[at]))
		}
	}
	for i, f := range have {
		if !known[i] {
			changes[0] = append(changes[0], f)
		}
	}
	for i, at := range slices.Sorted(slices.Values(left)) {
		if left[i] != at {
			changes[3] = append(changes[3], names[at])
		}
	}
	return changes
}
