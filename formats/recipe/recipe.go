// Package recipe reads the job file of `verisim run`: where rows come from, how
// they are cleaned and judged, and what protects them before they are written.
//
// A recipe is plain data. This package knows its shape and nothing of the
// engines: the parts that belong to an engine (a simulator's options, a suite,
// repairs, statements) are kept as document nodes, with their positions, and
// decoded by whoever owns them. All of that happens before the first row.
//
//	version: 1
//	name: fraud
//	seed: 7
//	inputs:                        # what --set NAME=VALUE may change
//	  customers: 10000
//	source:
//	  simulate: finance            # or spec: FILE, or files: {TABLE: FILE}
//	  options: {customers: ${customers}}
//	tables:                        # declarations; roles steer protection
//	  transactions:
//	    key: transaction_id
//	    refs: [{column: card_id, table: cards, key: card_id}]
//	    roles: {is_fraud: label}
//	clean: {customers: [...]}      # repairs, see quality/clean
//	validate: {suite: ...}         # rules, see quality/rule/SUITE.md
//	protect:
//	  roles: [direct, sensitive]   # columns of these roles are sealed
//	  columns: {customers: [birth_date]}
//	  recipients: [{name: team, key: age1pq1..., columns: ["*"]}]
//
// Paths in a recipe are relative to the recipe; paths given with --set are
// relative to where the command runs.
package recipe

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// Recipe is a job.
type Recipe struct {
	At       document.Pos
	Version  int                       `yaml:"version"`
	Name     string                    `yaml:"name"`
	About    string                    `yaml:"about"`
	Seed     *uint64                   `yaml:"seed"`
	Inputs   map[string]document.Node  `yaml:"inputs"`
	Source   Source                    `yaml:"source"`
	Tables   map[string]Table          `yaml:"tables"`
	Clean    map[string]*document.Node `yaml:"clean"`
	Validate *document.Node            `yaml:"validate"`
	Protect  Protect                   `yaml:"protect"`
	Prove    *document.Node            `yaml:"prove"`
	Digest   [sha256.Size]byte         // of the document as it was run
}

// Source says where rows come from: exactly one of Simulate, Spec and Files.
type Source struct {
	At       document.Pos
	Simulate string         `yaml:"simulate"`
	Options  *document.Node `yaml:"options"`
	Spec     *Path          `yaml:"spec"`
	Files    []File         `yaml:"-"`
	RawFiles *document.Node `yaml:"files"`
	Only     []string       `yaml:"only"` // of the simulator's tables; default all
}

// File is one table read from a file, in the order written.
type File struct {
	Table string
	Path  Path
	At    document.Pos
}

// Path is a file name, resolved.
type Path string

// Table declares what a file does not say about itself.
type Table struct {
	At    document.Pos
	Key   string            `yaml:"key"`
	Refs  []Ref             `yaml:"refs"`
	Roles map[string]string `yaml:"roles"`
	Types map[string]string `yaml:"types"`
	Nulls []string          `yaml:"nulls"`
}

// Ref declares a foreign key.
type Ref struct {
	At     document.Pos
	Column string `yaml:"column"`
	Table  string `yaml:"table"`
	Key    string `yaml:"key"`
}

// Protect says which columns only their recipients may read.
type Protect struct {
	At         document.Pos
	Roles      []string            `yaml:"roles"`
	Columns    map[string][]string `yaml:"columns"`
	Clear      map[string][]string `yaml:"clear"` // never sealed, whatever their role
	Recipients []Recipient         `yaml:"recipients"`
}

// Recipient may open columns.
type Recipient struct {
	At      document.Pos
	Name    string   `yaml:"name"`
	Key     string   `yaml:"key"`     // age1pq1..., or @FILE
	Columns []string `yaml:"columns"` // default ["*"]: every sealed column
}

// Load reads a recipe file and applies overrides NAME=VALUE: an input of that
// name, or a dotted path to a value that the recipe has.
func Load(path string, set []string) (*Recipe, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	return Parse(path, data, set)
}

// Parse is Load for bytes; name is the path that relative paths start from.
func Parse(name string, data []byte, set []string) (*Recipe, error) {
	root, err := document.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if err := override(root, set); err != nil {
		return nil, err
	}
	r := &Recipe{}
	if err := root.Decode(r); err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(data)
	for _, s := range slices.Sorted(slices.Values(set)) {
		fmt.Fprintf(h, "\x00%s", s)
	}
	r.Digest = [sha256.Size]byte(h.Sum(nil))
	if err := r.Source.files(name); err != nil {
		return nil, err
	}
	if r.Source.Spec != nil {
		*r.Source.Spec = resolve(name, root.Get("source").Get("spec"))
	}
	for i := range r.Protect.Recipients {
		if c := &r.Protect.Recipients[i].Columns; len(*c) == 0 {
			*c = []string{"*"}
		}
	}
	return r, r.check()
}

func (s *Source) files(name string) error {
	n := s.RawFiles
	if n == nil {
		return nil
	}
	if n.Kind != document.Map {
		return n.Pos.Errorf("files is a mapping of table to file")
	}
	for _, p := range n.Pairs {
		if p.Value.Kind != document.String || p.Value.Text == "" {
			err := p.Value.Pos.Errorf("table %q has no file", p.Key)
			err.Hint = "give one with --set, or write a path"
			return err
		}
		s.Files = append(s.Files, File{Table: p.Key, Path: resolve(name, p.Value), At: p.At})
	}
	return nil
}

// resolve makes a path relative to the recipe, unless --set gave it.
func resolve(recipe string, n *document.Node) Path {
	path := n.Text
	if path == "-" || filepath.IsAbs(path) || n.Pos.Name == setName {
		return Path(path)
	}
	return Path(filepath.Join(filepath.Dir(recipe), path))
}

func (r *Recipe) check() error {
	var errs []error
	bad := func(at document.Pos, format string, args ...any) { errs = append(errs, at.Errorf(format, args...)) }
	if r.Version != 1 {
		bad(r.At, "version is %d; this program reads version 1", r.Version)
	}
	if !nameRule.MatchString(r.Name) {
		bad(r.At, "name %q: a job's name consists of letters, digits, underscore and dash", r.Name)
	}
	n := 0
	for _, given := range []bool{r.Source.Simulate != "", r.Source.Spec != nil, len(r.Source.Files) > 0} {
		if given {
			n++
		}
	}
	if n != 1 {
		bad(r.Source.At, "source needs exactly one of simulate, spec and files")
	}
	for _, f := range r.Source.Files {
		if !nameRule.MatchString(f.Table) {
			bad(f.At, "table %q: a table's name consists of letters, digits, underscore and dash", f.Table)
		}
	}
	for _, t := range r.Tables {
		for column, role := range t.Roles {
			if _, err := table.ParseRole(role); err != nil {
				bad(t.At, "column %q: %v", column, err)
			}
		}
	}
	for _, role := range r.Protect.Roles {
		if _, err := table.ParseRole(role); err != nil {
			bad(r.Protect.At, "%v", err)
		}
	}
	seen := map[string]bool{}
	for _, p := range r.Protect.Recipients {
		if p.Name == "" || p.Key == "" {
			bad(p.At, "a recipient has a name and a key")
		}
		if seen[p.Name] {
			bad(p.At, "recipient %q is there twice", p.Name)
		}
		seen[p.Name] = true
	}
	return errors.Join(errs...)
}

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// Covers returns the roles that protection covers. Default direct, and
// sensitive: what identifies by itself, and what harms if known.
func (p Protect) Covers() []table.Role {
	if p.Roles == nil {
		return []table.Role{table.RoleDirect, table.RoleSensitive}
	}
	out := make([]table.Role, len(p.Roles))
	for i, r := range p.Roles {
		out[i] = table.Role(strings.TrimSpace(r))
	}
	return out
}
